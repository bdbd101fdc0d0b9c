//! Decompresses on a separate thread, ahead of the reader.
//!
//! The thread reuses a few buffers; errors and the end follow the preceding bytes in the same
//! channel. It starts once the input is large enough to benefit. Dropping the reader stops the thread and waits for it.
//! Only a blocked source cannot be stopped: then the wait ends after [`PATIENCE`], and the thread ends
//! as soon as its read returns, without processing another byte.

use std::io::{self, Read};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::checksum::{Mark, Verifier};
use super::decompressor::Decompressor;
use super::stream::failed_before;
use crate::error::Error;

/// Buffers that go between the thread and its reader.
const BUFFERS: usize = 4;
/// How long a pending read may delay dropping the reader.
const PATIENCE: Duration = Duration::from_millis(100);

/// Bytes, of which the first `filled` are valid.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    pub(super) bytes: Vec<u8>,
    pub(super) filled: usize,
    /// Where frames begin and end in these bytes and before.
    pub(super) marks: Vec<Mark>,
}

enum Message {
    Bytes(Buffer),
    Failed(Error),
    End,
}

/// Reads what a thread decompresses.
pub(super) struct Ahead {
    full: Receiver<Message>,
    /// None when the thread is to end.
    empty: Option<Sender<Buffer>>,
    buffer: Buffer,
    at: usize,
    thread: Option<JoinHandle<()>>,
    gate: Arc<Gate>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    Ended,
    Failed,
}

impl Ahead {
    /// Starts the thread, or returns everything if there can be none.
    pub(super) fn start(
        decompressor: Box<Decompressor>,
        gate: Arc<Gate>,
    ) -> Result<Self, Option<Box<Decompressor>>> {
        let (full_sender, full) = channel();
        let (empty, empty_receiver) = channel();
        for _ in 0..BUFFERS {
            // The receiver is here.
            let _ = empty.send(Buffer::default());
        }
        let slot = Arc::new(Mutex::new(Some(decompressor)));
        let inside = Arc::clone(&slot);
        let take = |slot: &Mutex<Option<Box<Decompressor>>>| {
            slot.lock().unwrap_or_else(PoisonError::into_inner).take()
        };
        let work = move || {
            if let Some(decompressor) = take(&inside) {
                decompress(*decompressor, &empty_receiver, &full_sender);
            }
        };
        match thread::Builder::new().name("decompress".to_owned()).spawn(work) {
            Ok(thread) => Ok(Self {
                full,
                empty: Some(empty),
                buffer: Buffer::default(),
                at: 0,
                thread: Some(thread),
                gate,
                state: State::Reading,
            }),
            Err(_) => Err(take(&slot)),
        }
    }

    /// Takes the next message; whether there may be more.
    fn next(&mut self, verifier: &mut Verifier) -> io::Result<bool> {
        match self.full.recv() {
            Ok(Message::Bytes(buffer)) => {
                (self.buffer, self.at) = (buffer, 0);
                verifier.expect(&mut self.buffer.marks);
                return Ok(true);
            }
            Ok(Message::Failed(error)) => {
                self.state = State::Failed;
                return Err(error.into());
            }
            Ok(Message::End) => self.state = State::Ended,
            Err(_) => {
                self.state = State::Failed;
                if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join) {
                    resume_unwind(panic);
                }
                return Err(io::Error::other("the thread that decompresses has gone away"));
            }
        }
        Ok(false)
    }

    /// Reads like [`Read::read`], and tells the verifier of marks.
    pub(super) fn read(&mut self, out: &mut [u8], verifier: &mut Verifier) -> io::Result<usize> {
        match self.state {
            State::Ended => return Ok(0),
            State::Failed => return Err(failed_before()),
            State::Reading if out.is_empty() => return Ok(0),
            State::Reading => {}
        }
        while self.at == self.buffer.filled {
            if !self.next(verifier)? {
                return Ok(0);
            }
        }
        let rest = &self.buffer.bytes[self.at..self.buffer.filled];
        let bytes = rest.len().min(out.len());
        out[..bytes].copy_from_slice(&rest[..bytes]);
        self.at += bytes;
        if self.at == self.buffer.filled
            && let Some(empty) = &self.empty
        {
            (self.at, self.buffer.filled) = (0, 0);
            // A thread that has ended needs no buffers.
            let _ = empty.send(std::mem::take(&mut self.buffer));
        }
        Ok(bytes)
    }
}

/// The thread's work: empty buffers in, full ones out, until the end or until nobody wants more.
fn decompress(mut decompressor: Decompressor, empty: &Receiver<Buffer>, full: &Sender<Message>) {
    while let Ok(mut buffer) = empty.recv() {
        buffer.filled = 0;
        let result = decompressor.fill(&mut buffer);
        let is_end = buffer.filled == 0;
        let is_message = !is_end || !buffer.marks.is_empty();
        if is_message && full.send(Message::Bytes(buffer)).is_err() {
            return;
        }
        match result {
            Ok(()) if !is_end => continue,
            Ok(()) => drop(full.send(Message::End)),
            Err(error) => drop(full.send(Message::Failed(error))),
        }
        return;
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        let is_inside = self.gate.close();
        self.empty = None;
        let deadline = Instant::now() + PATIENCE;
        let mut has_ended = !is_inside;
        while !has_ended {
            match self.full.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => has_ended = true,
                // It will see that nobody waits when its read returns.
                Err(RecvTimeoutError::Timeout) => return,
            }
        }
        if let Some(thread) = self.thread.take() {
            // What it panicked with is of no use any more.
            let _ = thread.join();
        }
    }
}

/// Knows whether a thread is inside a read, and admits none once closed.
#[derive(Debug, Default)]
pub(super) struct Gate(AtomicU8);

impl Gate {
    const OUTSIDE: u8 = 0;
    const INSIDE: u8 = 1;
    const CLOSED: u8 = 2;

    /// Whether somebody is inside.
    fn close(&self) -> bool {
        self.0.swap(Self::CLOSED, Ordering::SeqCst) == Self::INSIDE
    }

    fn pass(&self, from: u8, to: u8) -> io::Result<()> {
        match self.0.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst) {
            Ok(_) => Ok(()),
            Err(_) => Err(io::Error::other("nobody waits for more")),
        }
    }
}

/// A reader behind a gate.
pub(super) struct Gated {
    pub(super) read: Box<dyn Read + Send>,
    pub(super) gate: Arc<Gate>,
}

impl Read for Gated {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.gate.pass(Gate::OUTSIDE, Gate::INSIDE)?;
        let result = self.read.read(out);
        self.gate.pass(Gate::INSIDE, Gate::OUTSIDE)?;
        result
    }
}
