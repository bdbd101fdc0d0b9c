//! The bytes of a compressed stream, part after part, within limits.

use std::io::{self, Read};

use super::packed::Packed;
use crate::error::Error;

/// What a format's decoder did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It wrote so many bytes, or none and moved on.
    Bytes(usize),
    /// The stream has ended, and nothing is behind it.
    End,
}

/// How a format goes through the members, streams or frames it is made of.
pub(super) trait Parts: Send {
    /// Goes one step further; `out` is not empty. A fault comes after all bytes that were good, whatever the size of `out`
    /// and however the compressed bytes come.
    fn step(&mut self, packed: &mut Packed, out: &mut [u8]) -> Result<Step, Error>;
}

/// A compressed stream being undone.
pub(super) struct Stream {
    packed: Packed,
    parts: Box<dyn Parts>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    Ended,
    Failed,
}

impl Stream {
    pub(super) fn new(packed: Packed, parts: Box<dyn Parts>) -> Self {
        Self { packed, parts, state: State::Reading }
    }

    fn next(&mut self, out: &mut [u8]) -> Result<usize, Error> {
        loop {
            match self.parts.step(&mut self.packed, out)? {
                Step::Bytes(0) => {}
                Step::Bytes(bytes) => {
                    self.packed.give(bytes);
                    return Ok(bytes);
                }
                Step::End => {
                    self.state = State::Ended;
                    return Ok(0);
                }
            }
        }
    }
}

impl Read for Stream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.state {
            State::Ended => Ok(0),
            State::Failed => Err(io::Error::other("decompressing failed before")),
            State::Reading if out.is_empty() => Ok(0),
            State::Reading => self.next(out).map_err(|error| {
                self.state = State::Failed;
                error.into()
            }),
        }
    }
}
