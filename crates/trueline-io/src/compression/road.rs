//! How a stream is decompressed: first on this thread, then on a separate one, and from there on several if it can be split.

use std::io::{self, Read};
use std::sync::Arc;

use super::ahead::{Ahead, Buffer, Gate};
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
        if let Some(parallel) = &mut self.parallel {
            if parallel.fill(&mut self.stream, buffer) {
                return Ok(());
            }
            self.parallel = None;
        }
        if buffer.bytes.len() < self.sizes.buffer {
            buffer.bytes.resize(self.sizes.buffer, 0);
        }
        while buffer.filled < self.sizes.buffer {
            let out = &mut buffer.bytes[buffer.filled..self.sizes.buffer];
            match self.stream.next(out, self.threads > 1)? {
                Next::Bytes(bytes) => buffer.filled += bytes,
                Next::Border => {
                    let threads = std::mem::take(&mut self.threads);
                    self.parallel = Parallel::start(&mut self.stream.packed, threads, self.sizes.piece);
                    if self.parallel.is_some() {
                        return if buffer.filled == 0 { self.fill(buffer) } else { Ok(()) };
                    }
                }
                Next::End => break,
            }
        }
        Ok(())
    }
}

/// Reads a stream, on another thread when it is large.
pub(super) struct Reader {
    way: Way,
    gate: Arc<Gate>,
    /// Decompressed bytes until there will be a thread.
    left: u64,
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
        Self { way: Way::Here(Box::new(road)), gate, left }
    }
}

impl Read for Reader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
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
                let bytes = road.stream.read(out)?;
                self.left = self.left.saturating_sub(bytes as u64);
                Ok(bytes)
            }
            Way::Ahead(ahead) => ahead.read(out),
            Way::Nowhere => Err(io::Error::other("decompressing failed before")),
        }
    }
}
