//! How a stream is decompressed: first on this thread, then on a separate one, and from there on several if it can be split.

use std::io::{self, Read};
use std::sync::Arc;

use super::ahead::{Ahead, Buffer, Gate};
use super::checksum::Verifier;
use super::parallel::Parallel;
use super::stream::{Next, Stream};
use crate::error::Error;

/// When to use other threads, and in what pieces; all in decompressed bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// How many are read before a thread is started.
    pub(crate) start: u64,
    /// How many are handed over at once.
    pub(crate) buffer: usize,
    /// From how many on a piece for one of several threads is large enough.
    pub(crate) piece: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { start: 1 << 20, buffer: 512 << 10, piece: 512 << 10 }
    }
}

/// Marks of one buffer, about: very short frames fill it with fewer bytes.
const MARKS: usize = 1024;

/// Fills buffers with the bytes of a stream.
pub(super) struct Road {
    stream: Stream,
    parallel: Option<Parallel>,
    /// How many threads may decompress; 0 when it was tried and did not go on.
    threads: usize,
    sizes: Sizes,
}

impl Road {
    pub(super) fn new(stream: Stream, threads: usize, sizes: Sizes) -> Self {
        Self { stream, parallel: None, threads, sizes }
    }

    /// Puts the next bytes into the buffer, at least one unless the stream ends. Bytes before an error are in the buffer.
    pub(super) fn fill(&mut self, buffer: &mut Buffer) -> Result<(), Error> {
        let result = self.fill_bytes(buffer);
        if let Some(marks) = self.stream.packed.marks() {
            buffer.marks.append(marks);
        }
        result
    }

    fn fill_bytes(&mut self, buffer: &mut Buffer) -> Result<(), Error> {
        if let Some(parallel) = &mut self.parallel {
            if parallel.fill(&mut self.stream, buffer) {
                return Ok(());
            }
            self.parallel = None;
        }
        if buffer.bytes.len() < self.sizes.buffer {
            buffer.bytes.resize(self.sizes.buffer, 0);
        }
        while buffer.filled < self.sizes.buffer && !self.has_many_marks() {
            let out = &mut buffer.bytes[buffer.filled..self.sizes.buffer];
            match self.stream.next(out, self.threads > 1)? {
                Next::Bytes(bytes) => buffer.filled += bytes,
                Next::Border => {
                    let threads = std::mem::take(&mut self.threads);
                    self.parallel = Parallel::start(&mut self.stream.packed, threads, self.sizes.piece);
                    if self.parallel.is_some() {
                        return if buffer.filled == 0 { self.fill_bytes(buffer) } else { Ok(()) };
                    }
                }
                Next::End => break,
            }
        }
        Ok(())
    }

    fn has_many_marks(&mut self) -> bool {
        self.stream.packed.marks().is_some_and(|marks| marks.len() >= MARKS)
    }
}

/// Reads a stream, on another thread when it is large.
pub(super) struct Reader {
    way: Way,
    gate: Arc<Gate>,
    /// Decompressed bytes until there will be a thread.
    left: u64,
    verifier: Verifier,
    /// Why nothing more can be read, after the bytes before.
    failed: Option<Error>,
}

enum Way {
    Here(Box<Road>),
    Ahead(Ahead),
    /// On the way from one to the other.
    Nowhere,
}

impl Reader {
    pub(super) fn new(road: Road, gate: Arc<Gate>) -> Self {
        let left = road.sizes.start;
        Self { way: Way::Here(Box::new(road)), gate, left, verifier: Verifier::default(), failed: None }
    }
}

impl Reader {
    /// Reads without verifying checksums that were left to the reader.
    fn read_ahead(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.left == 0
            && let Way::Here(_) = self.way
            && let Way::Here(road) = std::mem::replace(&mut self.way, Way::Nowhere)
        {
            self.way = match Ahead::start(road, Arc::clone(&self.gate)) {
                Ok(ahead) => Way::Ahead(ahead),
                Err(Some(road)) => {
                    self.left = u64::MAX;
                    Way::Here(road)
                }
                // It has never begun: nobody else took it.
                Err(None) => Way::Nowhere,
            };
        }
        match &mut self.way {
            Way::Here(road) => {
                let result = road.stream.read(out);
                if let Some(marks) = road.stream.packed.marks() {
                    self.verifier.expect(marks);
                }
                self.left = self.left.saturating_sub(*result.as_ref().unwrap_or(&0) as u64);
                result
            }
            Way::Ahead(ahead) => ahead.read(out, &mut self.verifier),
            Way::Nowhere => Err(failed_before()),
        }
    }
}

impl Read for Reader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = self.failed.take() {
            self.way = Way::Nowhere;
            return Err(error.into());
        }
        let result = self.read_ahead(out);
        let bytes = *result.as_ref().unwrap_or(&0);
        match self.verifier.verify(&out[..bytes]) {
            (_, None) => result,
            // The checksum comes before whatever came after it.
            (0, error) => {
                self.failed = error;
                self.read(out)
            }
            (bytes, error) => {
                self.failed = error;
                Ok(bytes)
            }
        }
    }
}

fn failed_before() -> io::Error {
    io::Error::other("decompressing failed before")
}
