//! Decompresses a stream part by part (gzip members, zstd frames, …), within limits.

use std::io::{self, Read};

use super::compressed::Compressed;
use crate::error::{Error, ErrorKind};

/// The ratio is checked at multiples of this many decompressed bytes, independent of the sizes of reads.
const RATIO_STEP_BYTES: u64 = 1 << 20;
/// Below this many decompressed bytes it is not checked: small inputs may be very repetitive.
const RATIO_FLOOR_BYTES: u64 = 16 << 20;

/// The result of one step of a format's decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The decoder wrote this many bytes; with 0 it made progress without output.
    Bytes(usize),
    /// The stream has ended, and nothing follows.
    End,
}

/// The decoder of a compression format, for streams of any number of members, streams or frames ("parts").
pub(super) trait FormatDecoder: Send {
    /// Performs one step; `out` is not empty. An error comes after all valid bytes, independent of the size of `out`
    /// and of how the compressed bytes arrive.
    fn step(&mut self, compressed: &mut Compressed, out: &mut [u8]) -> Result<Step, Error>;

    /// Whether the decoder is at a boundary: the last part is complete, and nothing of the next was consumed.
    fn is_at_boundary(&self) -> bool;
}

/// Limits of the decompressed size.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits {
    /// Decompressed bytes per compressed byte.
    pub(super) max_ratio: Option<u64>,
    /// The decompressed size of the stream.
    pub(super) max_bytes: Option<u64>,
}

impl Limits {
    /// Whether `decompressed` bytes are within the limits, if they come from more than `byte_offset` compressed bytes.
    pub(super) fn allow(&self, decompressed: u64, byte_offset: u64) -> bool {
        let ratio = self.max_ratio.is_none_or(|ratio| {
            decompressed < RATIO_FLOOR_BYTES || decompressed <= ratio.saturating_mul(byte_offset)
        });
        ratio && self.max_bytes.is_none_or(|most| decompressed <= most)
    }
}

/// The result of reading from a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The number of bytes written.
    Bytes(usize),
    /// The stream is between two parts. Only for callers that ask for boundaries.
    Boundary,
    End,
}

/// The error of a read after one that failed.
pub(super) fn failed_before() -> io::Error {
    io::Error::other("decompressing failed before")
}

/// A compressed stream and its decoder.
pub(super) struct Stream {
    pub(super) compressed: Compressed,
    decoder: Box<dyn FormatDecoder>,
    pub(super) limits: Limits,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    Ended,
    Failed,
}

impl Stream {
    pub(super) fn new(compressed: Compressed, decoder: Box<dyn FormatDecoder>, limits: Limits) -> Self {
        Self { compressed, decoder, limits, state: State::Reading }
    }

    /// Returns the input and the decoder.
    pub(super) fn into_inner(self) -> (Compressed, Box<dyn FormatDecoder>) {
        (self.compressed, self.decoder)
    }

    /// Decompresses the next bytes to `out`, which is not empty: at least one byte, unless the stream ends.
    ///
    /// **Errors**: as [`Decompressed`](super::Decompressed). After an error every call is an error.
    pub(super) fn next(&mut self, out: &mut [u8], reports_boundaries: bool) -> Result<Next, Error> {
        match self.state {
            State::Ended => return Ok(Next::End),
            State::Failed => return Err(Error::read(0, failed_before())),
            State::Reading => {}
        }
        let next = self.try_next(out, reports_boundaries);
        match next {
            Ok(Next::End) => self.state = State::Ended,
            Err(_) => self.state = State::Failed,
            _ => {}
        }
        next
    }

    fn try_next(&mut self, out: &mut [u8], reports_boundaries: bool) -> Result<Next, Error> {
        if self.limits.max_bytes == Some(self.compressed.decompressed()) {
            return self.expect_end();
        }
        let room = self.room(out.len())?;
        loop {
            if reports_boundaries && self.decoder.is_at_boundary() {
                return Ok(Next::Boundary);
            }
            match self.decoder.step(&mut self.compressed, &mut out[..room])? {
                Step::Bytes(0) => {}
                Step::Bytes(bytes) => {
                    self.compressed.add_decompressed(bytes);
                    return Ok(Next::Bytes(bytes));
                }
                Step::End => return Ok(Next::End),
            }
        }
    }

    /// The number of bytes that may be decompressed before the limits are checked again.
    fn room(&self, asked: usize) -> Result<usize, Error> {
        let at = self.compressed.decompressed();
        let mut room = asked as u64;
        if let Some(max_ratio) = self.limits.max_ratio {
            let behind = at % RATIO_STEP_BYTES;
            let is_over = at > max_ratio.saturating_mul(self.compressed.offset());
            if behind == 0 && at >= RATIO_FLOOR_BYTES && is_over {
                let (name, place) = (String::new(), self.compressed.place());
                return Err(Error::new(ErrorKind::Ratio { name, place, max_ratio }));
            }
            room = room.min(RATIO_STEP_BYTES - behind);
        }
        if let Some(most) = self.limits.max_bytes {
            room = room.min(most.saturating_sub(at));
        }
        Ok(usize::try_from(room).unwrap_or(asked))
    }

    /// The limit of decompressed bytes is reached: anything but the end of the stream is an error.
    fn expect_end(&mut self) -> Result<Next, Error> {
        let max_bytes = self.compressed.decompressed();
        loop {
            match self.decoder.step(&mut self.compressed, &mut [0])? {
                Step::Bytes(0) => {}
                Step::Bytes(_) => {
                    let (name, place) = (String::new(), self.compressed.place());
                    return Err(Error::new(ErrorKind::DecompressedSize { name, place, max_bytes }));
                }
                Step::End => return Ok(Next::End),
            }
        }
    }
}

impl Read for Stream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        match self.next(out, false)? {
            Next::Bytes(bytes) => Ok(bytes),
            Next::Boundary | Next::End => Ok(0),
        }
    }
}
