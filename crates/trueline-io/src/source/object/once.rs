//! Reads an object in one response, if nothing would distinguish its parts from those of another object.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::parts::Tell;
use super::problem::Problem;
use super::remote::{Coming, Remote};

/// Bytes that are taken from the connection at once; while they are read, as many more may come.
const PULL_BYTES: usize = 1 << 20;

/// The bytes of an answer.
type Stream = BoxStream<'static, object_store::Result<Bytes>>;

/// Reads the body of one answer.
pub(super) struct OnceReader {
    remote: Arc<Remote>,
    limit: Duration,
    tell: Tell,
    here: Vec<u8>,
    /// How many of those were read.
    read: usize,
    /// How many came in all, and how many must.
    came: u64,
    size_bytes: u64,
    next: Next,
}

enum Next {
    Coming(Coming<Pull>),
    Failed(Problem),
    Ended,
}

/// What one turn brought, and the stream if it goes on.
struct Pull {
    bytes: Vec<u8>,
    stream: Option<Stream>,
    problem: Option<Problem>,
}

impl OnceReader {
    pub(super) fn new(
        remote: Arc<Remote>,
        stream: Stream,
        size_bytes: u64,
        limit: Duration,
        tell: Tell,
    ) -> Self {
        let next = Next::Coming(remote.begin(limit, pull(stream)));
        Self { remote, limit, tell, here: Vec::new(), read: 0, came: 0, size_bytes, next }
    }

    /// Waits for what comes next, and lets more come.
    fn turn(&mut self) -> Result<(), Problem> {
        let came = match std::mem::replace(&mut self.next, Next::Ended) {
            Next::Ended => return Ok(()),
            Next::Failed(problem) => Err(problem),
            Next::Coming(coming) => coming.wait(),
        };
        let Pull { bytes, stream, problem } =
            came.inspect_err(|problem| self.next = Next::Failed(problem.clone()))?;
        self.came += bytes.len() as u64;
        self.here = bytes;
        self.read = 0;
        let problem = problem.or_else(|| self.length(stream.is_none()));
        self.next = match (problem, stream) {
            (Some(problem), _) => Next::Failed(problem),
            (None, Some(stream)) => Next::Coming(self.remote.begin(self.limit, pull(stream))),
            (None, None) => Next::Ended,
        };
        Ok(())
    }

    /// What is wrong with the number of bytes.
    fn length(&self, is_end: bool) -> Option<Problem> {
        let (came, size) = (self.came, self.size_bytes);
        if came > size {
            let text = format!("expected {size} bytes, more came");
            Some(Problem::failed(io::ErrorKind::InvalidData, text))
        } else if is_end && came < size {
            let text = format!("expected {size} bytes, {came} came");
            Some(Problem::failed(io::ErrorKind::UnexpectedEof, text))
        } else {
            None
        }
    }
}

async fn pull(mut stream: Stream) -> Result<Pull, Problem> {
    let mut bytes = Vec::new();
    while bytes.len() < PULL_BYTES {
        match stream.next().await {
            Some(Ok(piece)) => bytes.extend_from_slice(&piece),
            Some(Err(error)) => {
                return Ok(Pull { bytes, stream: None, problem: Some(Problem::of(&error)) });
            }
            None => return Ok(Pull { bytes, stream: None, problem: None }),
        }
    }
    Ok(Pull { bytes, stream: Some(stream), problem: None })
}

impl Read for OnceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while self.read == self.here.len() {
            if matches!(self.next, Next::Ended) {
                return Ok(0);
            }
            self.turn().map_err(|problem| (self.tell)(problem))?;
        }
        let length = buffer.len().min(self.here.len() - self.read);
        buffer[..length].copy_from_slice(&self.here[self.read..self.read + length]);
        self.read += length;
        Ok(length)
    }
}
