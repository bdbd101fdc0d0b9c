//! The bytes of a compressed stream, part by part, within limits.

use std::io::{self, Read};

use super::packed::Packed;
use crate::error::{Error, ErrorKind};

/// The ratio is checked at multiples of this many decompressed bytes, independent of the sizes of reads.
const RATIO_STEP_BYTES: u64 = 1 << 20;
/// Below this many decompressed bytes it is not checked: small inputs may be very repetitive.
const RATIO_FLOOR_BYTES: u64 = 16 << 20;

/// What a format's decoder did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It wrote this many bytes, or none but made progress.
    Bytes(usize),
    /// The stream has ended, and nothing follows.
    End,
}

/// How a format goes through the members, streams or frames it is made of.
pub(super) trait Parts: Send {
    /// Performs one step; `out` is not empty. An error comes after all valid bytes, independent of the size of `out`
    /// and of how the compressed bytes arrive.
    fn step(&mut self, packed: &mut Packed, out: &mut [u8]) -> Result<Step, Error>;

    /// Whether the part before is done with and nothing of the next was taken.
    fn is_between(&self) -> bool;
}

/// What decompressed bytes there may be.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits {
    /// For each compressed byte.
    pub(super) max_ratio: Option<u64>,
    /// In all.
    pub(super) max_bytes: Option<u64>,
}

impl Limits {
    /// Whether `decompressed` bytes are within the limits at any place after `byte_offset`.
    pub(super) fn allow(&self, decompressed: u64, byte_offset: u64) -> bool {
        let ratio = self.max_ratio.is_none_or(|ratio| {
            decompressed < RATIO_FLOOR_BYTES || decompressed <= ratio.saturating_mul(byte_offset)
        });
        ratio && self.max_bytes.is_none_or(|most| decompressed <= most)
    }
}

/// What comes next of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// So many bytes were written.
    Bytes(usize),
    /// A part has ended; only for callers that are interested.
    Border,
    End,
}

/// A compressed stream being undone.
pub(super) struct Stream {
    pub(super) packed: Packed,
    parts: Box<dyn Parts>,
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
    pub(super) fn new(packed: Packed, parts: Box<dyn Parts>, limits: Limits) -> Self {
        Self { packed, parts, limits, state: State::Reading }
    }

    /// What it was made of.
    pub(super) fn into_parts(self) -> (Packed, Box<dyn Parts>) {
        (self.packed, self.parts)
    }

    /// The next bytes, at least one of them unless the stream ends; `out` is not empty.
    ///
    /// **Errors**: as [`Decompressed`](super::Decompressed). After an error every call is an error.
    pub(super) fn next(&mut self, out: &mut [u8], tells_borders: bool) -> Result<Next, Error> {
        match self.state {
            State::Ended => return Ok(Next::End),
            State::Failed => return Err(Error::read(0, io::Error::other("decompressing failed before"))),
            State::Reading => {}
        }
        let next = self.try_next(out, tells_borders);
        match next {
            Ok(Next::End) => self.state = State::Ended,
            Err(_) => self.state = State::Failed,
            _ => {}
        }
        next
    }

    fn try_next(&mut self, out: &mut [u8], tells_borders: bool) -> Result<Next, Error> {
        if self.limits.max_bytes == Some(self.packed.decompressed()) {
            return self.nothing_more();
        }
        let room = self.room(out.len())?;
        loop {
            if tells_borders && self.parts.is_between() {
                return Ok(Next::Border);
            }
            match self.parts.step(&mut self.packed, &mut out[..room])? {
                Step::Bytes(0) => {}
                Step::Bytes(bytes) => {
                    self.packed.give(bytes);
                    return Ok(Next::Bytes(bytes));
                }
                Step::End => return Ok(Next::End),
            }
        }
    }

    /// How many bytes may be asked for, so that limits are looked at where they should be.
    fn room(&self, asked: usize) -> Result<usize, Error> {
        let at = self.packed.decompressed();
        let mut room = asked as u64;
        if let Some(max_ratio) = self.limits.max_ratio {
            let behind = at % RATIO_STEP_BYTES;
            let is_over = at > max_ratio.saturating_mul(self.packed.offset());
            if behind == 0 && at >= RATIO_FLOOR_BYTES && is_over {
                let (name, place) = (String::new(), self.packed.place());
                return Err(Error::new(ErrorKind::Ratio { name, place, max_ratio }));
            }
            room = room.min(RATIO_STEP_BYTES - behind);
        }
        if let Some(most) = self.limits.max_bytes {
            room = room.min(most.saturating_sub(at));
        }
        Ok(usize::try_from(room).unwrap_or(asked))
    }

    /// There are as many bytes as there may be: the end must come next.
    fn nothing_more(&mut self) -> Result<Next, Error> {
        let max_bytes = self.packed.decompressed();
        loop {
            match self.parts.step(&mut self.packed, &mut [0])? {
                Step::Bytes(0) => {}
                Step::Bytes(_) => {
                    let (name, place) = (String::new(), self.packed.place());
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
            Next::Border | Next::End => Ok(0),
        }
    }
}
