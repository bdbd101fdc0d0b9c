//! Readers and writers that fail on purpose.
//!
//! To use them, let the n-th call fail for n = 1, 2, 3 … until a run makes fewer than n calls, once as a single fault and once
//! for all later calls too. [`Calls`] returns the number of calls after the reader has been moved.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a call does instead of its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// An error of this kind. Callers must retry after [`io::ErrorKind::Interrupted`].
    Error(io::ErrorKind),
    /// At most this many bytes are read or written (at least one).
    Short(usize),
    /// `Ok(0)`: the end of a reader, or a writer that accepts nothing more.
    End,
}

/// The number of calls of a reader or writer; available to the test after the reader is moved into a box.
#[derive(Clone, Debug, Default)]
pub struct Calls(Arc<AtomicU64>);

impl Calls {
    /// Returns the number of calls so far.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// When a call fails, and how.
#[derive(Clone, Debug)]
struct Plan {
    nth: u64,
    and_later: bool,
    fault: Fault,
    calls: Calls,
}

impl Plan {
    fn new(nth: u64) -> Self {
        Self { nth, and_later: false, fault: Fault::Error(io::ErrorKind::Other), calls: Calls::default() }
    }

    /// Counts a call and returns its fault, if any.
    fn call(&self) -> Option<Fault> {
        let call = self.calls.next();
        (call == self.nth || (self.and_later && self.nth != 0 && call > self.nth)).then_some(self.fault)
    }

    fn error(&self, kind: io::ErrorKind) -> io::Error {
        io::Error::new(kind, format!("injected fault at call {}", self.calls.count()))
    }
}

/// A reader whose n-th call fails.
#[derive(Debug)]
pub struct FailingRead<R> {
    inner: R,
    plan: Plan,
}

impl<R> FailingRead<R> {
    /// Creates a reader of `inner`; call number `nth` (from 1; 0 is never) fails once, with [`io::ErrorKind::Other`].
    pub fn new(inner: R, nth: u64) -> Self {
        Self { inner, plan: Plan::new(nth) }
    }

    /// Sets the fault. Default: `Fault::Error(io::ErrorKind::Other)`.
    #[must_use]
    pub fn with(mut self, fault: Fault) -> Self {
        self.plan.fault = fault;
        self
    }

    /// Makes all later calls fail too.
    #[must_use]
    pub fn and_later(mut self) -> Self {
        self.plan.and_later = true;
        self
    }

    /// Returns the counter of its calls.
    pub fn calls(&self) -> Calls {
        self.plan.calls.clone()
    }
}

impl<R: Read> Read for FailingRead<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.plan.call() {
            None => self.inner.read(buffer),
            Some(Fault::Error(kind)) => Err(self.plan.error(kind)),
            Some(Fault::Short(bytes)) => {
                let end = buffer.len().min(bytes.max(1));
                self.inner.read(&mut buffer[..end])
            }
            Some(Fault::End) => Ok(0),
        }
    }
}

/// A writer whose n-th call fails. A flush is a call too.
#[derive(Debug)]
pub struct FailingWrite<W> {
    inner: W,
    plan: Plan,
}

impl<W> FailingWrite<W> {
    /// Creates a writer to `inner`; call number `nth` (from 1; 0 is never) fails once, with [`io::ErrorKind::Other`].
    pub fn new(inner: W, nth: u64) -> Self {
        Self { inner, plan: Plan::new(nth) }
    }

    /// Sets the fault. Default: `Fault::Error(io::ErrorKind::Other)`. A flush can only fail with an error.
    #[must_use]
    pub fn with(mut self, fault: Fault) -> Self {
        self.plan.fault = fault;
        self
    }

    /// Makes all later calls fail too.
    #[must_use]
    pub fn and_later(mut self) -> Self {
        self.plan.and_later = true;
        self
    }

    /// Returns the counter of its calls.
    pub fn calls(&self) -> Calls {
        self.plan.calls.clone()
    }

    /// Returns the inner writer.
    pub fn into_inner(self) -> W {
        self.inner
    }
}

impl<W: Write> Write for FailingWrite<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.plan.call() {
            None => self.inner.write(bytes),
            Some(Fault::Error(kind)) => Err(self.plan.error(kind)),
            Some(Fault::Short(limit)) => self.inner.write(&bytes[..bytes.len().min(limit.max(1))]),
            Some(Fault::End) => Ok(0),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.plan.call() {
            Some(Fault::Error(kind)) => Err(self.plan.error(kind)),
            _ => self.inner.flush(),
        }
    }
}

/// A reader that returns a few bytes per call.
#[derive(Debug)]
pub struct TrickleRead<R> {
    inner: R,
    bytes: usize,
}

impl<R> TrickleRead<R> {
    /// Creates a reader of `inner` that returns at most `bytes` (at least one) per call.
    pub fn new(inner: R, bytes: usize) -> Self {
        Self { inner, bytes: bytes.max(1) }
    }
}

impl<R: Read> Read for TrickleRead<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = buffer.len().min(self.bytes);
        self.inner.read(&mut buffer[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(mut read: impl Read) -> Vec<Result<usize, io::ErrorKind>> {
        (0..5).map(|_| read.read(&mut [0; 4]).map_err(|error| error.kind())).collect()
    }

    #[test]
    fn a_fault_comes_once_or_for_good() {
        let bytes = &[1; 10][..];
        let other = Err(io::ErrorKind::Other);
        assert_eq!(outcomes(FailingRead::new(bytes, 2)), [Ok(4), other, Ok(4), Ok(2), Ok(0)]);
        assert_eq!(outcomes(FailingRead::new(bytes, 2).and_later()), [Ok(4), other, other, other, other]);
        assert_eq!(outcomes(FailingRead::new(bytes, 0).and_later()), [Ok(4), Ok(4), Ok(2), Ok(0), Ok(0)]);
    }

    #[test]
    fn every_fault_is_what_it_says() {
        let bytes = &[1; 10][..];
        let read = |fault| outcomes(FailingRead::new(bytes, 1).with(fault));
        assert_eq!(read(Fault::Short(1))[..2], [Ok(1), Ok(4)]);
        assert_eq!(read(Fault::Short(0))[..2], [Ok(1), Ok(4)]);
        assert_eq!(read(Fault::End)[..2], [Ok(0), Ok(4)]);
        let interrupted = io::ErrorKind::Interrupted;
        assert_eq!(read(Fault::Error(interrupted))[..2], [Err(interrupted), Ok(4)]);
    }

    #[test]
    fn a_writer_fails_at_writes_and_flushes() {
        let run = |nth, fault| {
            let mut write = FailingWrite::new(Vec::new(), nth).with(fault);
            let calls = write.calls();
            let result =
                write.write_all(b"abc").and_then(|()| write.write_all(b"def")).and_then(|()| write.flush());
            (result.map_err(|error| error.kind()), write.into_inner(), calls.count())
        };
        let full = Fault::Error(io::ErrorKind::StorageFull);
        assert_eq!(run(0, full), (Ok(()), b"abcdef".to_vec(), 3));
        assert_eq!(run(2, full), (Err(io::ErrorKind::StorageFull), b"abc".to_vec(), 2));
        assert_eq!(run(3, full), (Err(io::ErrorKind::StorageFull), b"abcdef".to_vec(), 3));
        assert_eq!(run(1, Fault::Short(2)), (Ok(()), b"abcdef".to_vec(), 4));
        assert_eq!(run(1, Fault::End), (Err(io::ErrorKind::WriteZero), Vec::new(), 1));
        assert_eq!(run(1, Fault::Error(io::ErrorKind::Interrupted)), (Ok(()), b"abcdef".to_vec(), 4));
    }

    #[test]
    fn a_trickle_is_a_few_bytes_a_call() {
        assert_eq!(outcomes(TrickleRead::new(&[1; 10][..], 3)), [Ok(3), Ok(3), Ok(3), Ok(1), Ok(0)]);
    }
}
