//! Reads an object in one response, if nothing would distinguish its parts from those of another object.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::network::{NetworkThread, PendingRequest};
use super::parts::ToIoError;
use super::problem::Problem;

/// The number of bytes received per step. While the caller reads them, the next step is already running.
const RECEIVE_BYTES: usize = 1 << 20;

/// The body of a response.
type Stream = BoxStream<'static, object_store::Result<Bytes>>;

/// Reads the body of one response.
pub(super) struct ResponseReader {
    network: Arc<NetworkThread>,
    limit: Duration,
    to_io_error: ToIoError,
    received: Vec<u8>,
    /// The number of bytes of `received` that the caller has read.
    consumed: usize,
    /// The number of bytes received so far, and the number that the object has.
    received_bytes: u64,
    size_bytes: u64,
    next: NextRead,
}

enum NextRead {
    Pending(PendingRequest<Received>),
    Failed(Problem),
    Ended,
}

/// The bytes received in one step, and the stream unless it has ended.
struct Received {
    bytes: Vec<u8>,
    stream: Option<Stream>,
    problem: Option<Problem>,
}

impl ResponseReader {
    pub(super) fn new(
        network: Arc<NetworkThread>,
        stream: Stream,
        size_bytes: u64,
        limit: Duration,
        to_io_error: ToIoError,
    ) -> Self {
        let next = NextRead::Pending(network.spawn(limit, receive(stream)));
        Self {
            network,
            limit,
            to_io_error,
            received: Vec::new(),
            consumed: 0,
            received_bytes: 0,
            size_bytes,
            next,
        }
    }

    /// Waits for the pending step, and starts the next one.
    fn advance(&mut self) -> Result<(), Problem> {
        let received_bytes = match std::mem::replace(&mut self.next, NextRead::Ended) {
            NextRead::Ended => return Ok(()),
            NextRead::Failed(problem) => Err(problem),
            NextRead::Pending(coming) => coming.wait(),
        };
        let Received { bytes, stream, problem } =
            received_bytes.inspect_err(|problem| self.next = NextRead::Failed(problem.clone()))?;
        self.received_bytes += bytes.len() as u64;
        self.received = bytes;
        self.consumed = 0;
        let problem = problem.or_else(|| self.check_length(stream.is_none()));
        self.next = match (problem, stream) {
            (Some(problem), _) => NextRead::Failed(problem),
            (None, Some(stream)) => NextRead::Pending(self.network.spawn(self.limit, receive(stream))),
            (None, None) => NextRead::Ended,
        };
        Ok(())
    }

    /// The problem with the number of bytes received, if there is one.
    fn check_length(&self, is_end: bool) -> Option<Problem> {
        let (received_bytes, size) = (self.received_bytes, self.size_bytes);
        if received_bytes > size {
            let text = format!("expected {size} bytes, more came");
            Some(Problem::failed(io::ErrorKind::InvalidData, text))
        } else if is_end && received_bytes < size {
            let text = format!("expected {size} bytes, {received_bytes} came");
            Some(Problem::failed(io::ErrorKind::UnexpectedEof, text))
        } else {
            None
        }
    }
}

async fn receive(mut stream: Stream) -> Result<Received, Problem> {
    let mut bytes = Vec::new();
    while bytes.len() < RECEIVE_BYTES {
        match stream.next().await {
            Some(Ok(piece)) => bytes.extend_from_slice(&piece),
            Some(Err(error)) => {
                return Ok(Received { bytes, stream: None, problem: Some(Problem::of(&error)) });
            }
            None => return Ok(Received { bytes, stream: None, problem: None }),
        }
    }
    Ok(Received { bytes, stream: Some(stream), problem: None })
}

impl Read for ResponseReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while self.consumed == self.received.len() {
            if matches!(self.next, NextRead::Ended) {
                return Ok(0);
            }
            self.advance().map_err(|problem| (self.to_io_error)(problem))?;
        }
        let length = buffer.len().min(self.received.len() - self.consumed);
        buffer[..length].copy_from_slice(&self.received[self.consumed..self.consumed + length]);
        self.consumed += length;
        Ok(length)
    }
}
