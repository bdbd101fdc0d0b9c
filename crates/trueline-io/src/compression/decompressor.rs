//! Chooses the threads of a decompression: the reading thread at first, then a separate one, and several if the stream
//! consists of parts that can be found without decompressing them.

use std::io::{self, Read};
use std::sync::Arc;

use super::ahead::{Ahead, Buffer, Gate};
use super::checksum::Verifier;
use super::parallel::Parallel;
use super::stream::{Next, Stream, failed_before};
use crate::error::Error;

/// When to use other threads, and the sizes of what they exchange, in decompressed bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// Bytes read before the first thread is started.
    pub(crate) start: u64,
    /// The size of a buffer that goes from one thread to another.
    pub(crate) buffer: usize,
    /// The least size of a piece that one of several threads decompresses.
    pub(crate) piece: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { start: 1 << 20, buffer: 512 << 10, piece: 512 << 10 }
    }
}

/// A buffer is passed on with fewer bytes once it has this many marks (of very short frames).
const MARKS_MAX: usize = 1024;

/// Fills buffers with the decompressed bytes of a stream.
pub(super) struct Decompressor {
    stream: Stream,
    parallel: Option<Parallel>,
    /// The number of threads for `parallel`; 0 once that was tried.
    threads: usize,
    sizes: Sizes,
}

impl Decompressor {
    pub(super) fn new(stream: Stream, threads: usize, sizes: Sizes) -> Self {
        Self { stream, parallel: None, threads, sizes }
    }

    /// Puts the next bytes into the buffer, at least one unless the stream ends. Bytes before an error are in the buffer.
    pub(super) fn fill(&mut self, buffer: &mut Buffer) -> Result<(), Error> {
        let result = self.fill_bytes(buffer);
        if let Some(marks) = self.stream.compressed.marks() {
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
                Next::Boundary => {
                    let threads = std::mem::take(&mut self.threads);
                    self.parallel = Parallel::start(&mut self.stream.compressed, threads, self.sizes.piece);
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
        self.stream.compressed.marks().is_some_and(|marks| marks.len() >= MARKS_MAX)
    }
}

/// Reads a decompressed stream. A large one is decompressed by another thread.
pub(super) struct Reader {
    mode: Mode,
    gate: Arc<Gate>,
    /// Decompressed bytes left until a thread is started.
    left_bytes: u64,
    verifier: Verifier,
    /// The error to return by the next read.
    failed: Option<Error>,
}

enum Mode {
    /// On the reading thread.
    Direct(Box<Decompressor>),
    /// On a thread of its own.
    Ahead(Ahead),
    /// Not at all, after an error.
    Failed,
}

impl Reader {
    pub(super) fn new(decompressor: Decompressor, gate: Arc<Gate>) -> Self {
        let left_bytes = decompressor.sizes.start;
        Self {
            mode: Mode::Direct(Box::new(decompressor)),
            gate,
            left_bytes,
            verifier: Verifier::default(),
            failed: None,
        }
    }

    /// Reads without verifying checksums that were left to the reader.
    fn read_ahead(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.left_bytes == 0
            && let Mode::Direct(_) = self.mode
            && let Mode::Direct(decompressor) = std::mem::replace(&mut self.mode, Mode::Failed)
        {
            self.mode = match Ahead::start(decompressor, Arc::clone(&self.gate)) {
                Ok(ahead) => Mode::Ahead(ahead),
                Err(Some(decompressor)) => {
                    self.left_bytes = u64::MAX;
                    Mode::Direct(decompressor)
                }
                // Cannot be: the thread that would have taken it never started.
                Err(None) => Mode::Failed,
            };
        }
        match &mut self.mode {
            Mode::Direct(decompressor) => {
                let result = decompressor.stream.read(out);
                if let Some(marks) = decompressor.stream.compressed.marks() {
                    self.verifier.expect(marks);
                }
                self.left_bytes = self.left_bytes.saturating_sub(*result.as_ref().unwrap_or(&0) as u64);
                result
            }
            Mode::Ahead(ahead) => ahead.read(out, &mut self.verifier),
            Mode::Failed => Err(failed_before()),
        }
    }
}

impl Read for Reader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = self.failed.take() {
            self.mode = Mode::Failed;
            return Err(error.into());
        }
        let result = self.read_ahead(out);
        let bytes = *result.as_ref().unwrap_or(&0);
        match self.verifier.verify(&out[..bytes]) {
            (_, None) => result,
            // A wrong checksum takes precedence over a later error.
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
