//! bzip2: all streams, to the very end.
//!
//! The library returns the bytes of a block before it compares the block's checksum, in the same call. The output of a call
//! counts even if the call fails, so that the bytes before an error do not depend on buffer sizes. How far the library has
//! read when it detects an error depends on its input: that always extends to the next piece boundary.
//!
//! **Source**: there is no standard; the format is what bzip2 1.0 reads and writes.

use bzip2::{Decompress, Status};

use super::compressed::Compressed;
use super::gzip::difference;
use super::stream::{FormatDecoder, Step};
use crate::error::Error;

/// What a stream begins with; a digit follows, the size of its blocks.
const MAGIC: [u8; 3] = *b"BZh";
/// What the library is shown at once.
const PIECE_BYTES: u64 = 4096;

/// All streams of a bzip2 file; decoder that work with several threads write many. Memory: 4 MB at most.
pub(super) struct Streams {
    decoder: Decompress,
    state: State,
}

enum State {
    Between,
    Data,
    /// Found while there were still bytes to hand out.
    Damaged,
}

impl Streams {
    pub(super) fn new() -> Self {
        Self { decoder: Decompress::new(false), state: State::Between }
    }

    fn begin(&mut self, compressed: &mut Compressed) -> Result<Step, Error> {
        match compressed.peek(4)? {
            [] => return Ok(Step::End),
            [magic @ .., b'1'..=b'9'] if *magic == MAGIC => {}
            part if MAGIC.starts_with(part) => {}
            _ => return Err(compressed.trailing()),
        }
        compressed.begin_part();
        self.decoder = Decompress::new(false);
        self.state = State::Data;
        Ok(Step::Bytes(0))
    }

    fn data(&mut self, compressed: &mut Compressed, out: &mut [u8]) -> Result<usize, Error> {
        let left = usize::try_from(PIECE_BYTES - compressed.offset() % PIECE_BYTES).unwrap_or(1);
        let input = compressed.input(left);
        let input = &input[..input.len().min(left)];
        let is_at_end = input.is_empty();
        let (in_before, out_before) = (self.decoder.total_in(), self.decoder.total_out());
        let result = self.decoder.decompress(input, out);
        let used = difference(self.decoder.total_in(), in_before);
        let made = difference(self.decoder.total_out(), out_before);
        compressed.consume(used);
        match result {
            Ok(Status::StreamEnd) => self.state = State::Between,
            Ok(Status::MemNeeded) => return Err(compressed.damaged("there is no memory for its blocks")),
            Ok(_) if used > 0 || made > 0 => {}
            Ok(_) if is_at_end => return Err(compressed.truncated()),
            Ok(_) | Err(_) => self.state = State::Damaged,
        }
        Ok(made)
    }
}

impl FormatDecoder for Streams {
    fn step(&mut self, compressed: &mut Compressed, out: &mut [u8]) -> Result<Step, Error> {
        match self.state {
            State::Between => self.begin(compressed),
            State::Data => self.data(compressed, out).map(Step::Bytes),
            State::Damaged => {
                Err(compressed
                    .damaged("a block is not what bzip2 writes, or not what its checksum was made of"))
            }
        }
    }

    fn is_at_boundary(&self) -> bool {
        matches!(self.state, State::Between)
    }
}
