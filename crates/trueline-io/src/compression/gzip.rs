//! gzip: all members, to the very end.
//!
//! The frame around the deflated data is parsed here instead of by the deflate crate, so that each error has its location and
//! every member, checksum and length is checked.
//!
//! **Source**: RFC 1952.

use crc32fast::Hasher;
use flate2::{Decompress, FlushDecompress, Status};

use super::compressed::{Compressed, damaged};
use super::stream::{FormatDecoder, Step};
use crate::error::Error;

const MAGIC: [u8; 2] = [0x1f, 0x8b];
const DEFLATE: u8 = 8;

const FLAG_HEADER_CHECKSUM: u8 = 1 << 1;
const FLAG_EXTRA: u8 = 1 << 2;
const FLAG_NAME: u8 = 1 << 3;
const FLAG_COMMENT: u8 = 1 << 4;
const FLAGS_RESERVED: u8 = 0xe0;

/// All members of a gzip stream. Zero padding after the last is skipped, as by gzip itself.
pub(super) struct Members {
    inflate: Decompress,
    checksum: Hasher,
    /// Bytes of the member, modulo 2^32.
    length: u32,
    state: State,
}

enum State {
    /// After a member, or before the first.
    Between,
    /// Before a member.
    Header,
    Data,
    /// Found while there were still bytes to hand out.
    Damaged,
    Trailer,
}

impl Members {
    pub(super) fn new() -> Self {
        let inflate = Decompress::new(false);
        Self { inflate, checksum: Hasher::new(), length: 0, state: State::Between }
    }

    fn begin(&mut self, compressed: &mut Compressed) -> Result<(), Error> {
        compressed.begin_part();
        header(compressed)?;
        self.inflate.reset(false);
        self.checksum.reset();
        self.length = 0;
        self.state = State::Data;
        Ok(())
    }

    fn data(&mut self, compressed: &mut Compressed, out: &mut [u8]) -> Result<usize, Error> {
        let input = compressed.input(1);
        let is_at_end = input.is_empty();
        let (in_before, out_before) = (self.inflate.total_in(), self.inflate.total_out());
        let result = self.inflate.decompress(input, out, FlushDecompress::None);
        let used = difference(self.inflate.total_in(), in_before);
        let made = difference(self.inflate.total_out(), out_before);
        compressed.consume(used);
        self.checksum.update(&out[..made]);
        #[allow(clippy::cast_possible_truncation, reason = "the length in the trailer is modulo 2^32")]
        let length = self.length.wrapping_add(made as u32);
        self.length = length;
        match result {
            Ok(Status::StreamEnd) => self.state = State::Trailer,
            Ok(_) if used > 0 || made > 0 => {}
            Ok(_) if is_at_end => return Err(compressed.truncated()),
            // Further output of the library depends on buffer sizes.
            Ok(_) | Err(_) => self.state = State::Damaged,
        }
        Ok(made)
    }

    fn trailer(&mut self, compressed: &mut Compressed) -> Result<(), Error> {
        let place = compressed.place();
        let [a, b, c, d, length @ ..] = compressed.array::<8>()?;
        let (stored, computed) = (u32::from_le_bytes([a, b, c, d]), self.checksum.clone().finalize());
        if stored != computed {
            let problem = format!("the checksum is {stored:08x}, the data give {computed:08x}");
            return Err(damaged(place, problem));
        }
        let (stored, computed) = (u32::from_le_bytes(length), self.length);
        if stored != computed {
            let problem = format!("the length (modulo 2^32) is {stored}, the data have {computed}");
            return Err(damaged(place, problem));
        }
        self.state = State::Between;
        Ok(())
    }

    /// What follows a member: another one, nothing, or nothing but zeros.
    fn between(&mut self, compressed: &mut Compressed) -> Result<Step, Error> {
        let next = compressed.peek(2)?;
        if next == MAGIC || next == &MAGIC[..1] {
            self.state = State::Header;
            return Ok(Step::Bytes(0));
        }
        compressed.skip_zeros()?;
        if compressed.fill()?.is_empty() { Ok(Step::End) } else { Err(compressed.trailing()) }
    }
}

impl FormatDecoder for Members {
    fn step(&mut self, compressed: &mut Compressed, out: &mut [u8]) -> Result<Step, Error> {
        match self.state {
            State::Header => self.begin(compressed)?,
            State::Data => return self.data(compressed, out).map(Step::Bytes),
            State::Damaged => return Err(compressed.damaged("the data are not what deflate writes")),
            State::Trailer => self.trailer(compressed)?,
            State::Between => return self.between(compressed),
        }
        Ok(Step::Bytes(0))
    }

    fn is_at_boundary(&self) -> bool {
        matches!(self.state, State::Between)
    }
}

/// Cuts a member out of blocked gzip (BGZF), whose headers give its length. Returns its maximum decompressed size; `None`
/// if the next bytes are not such a member, complete and as `bgzip` writes it.
///
/// **Source**: the SAM format specification, section 4.1.
pub(super) fn cut(compressed: &mut Compressed, bytes: &mut Vec<u8>) -> Result<Option<usize>, Error> {
    const HEADER_BYTES: usize = 18;
    const LEAST_BYTES: usize = HEADER_BYTES + 2 + 8;
    const MOST_BYTES: u32 = 1 << 16;
    let header = compressed.peek(HEADER_BYTES)?;
    let [0x1f, 0x8b, DEFLATE, FLAG_EXTRA, _, _, _, _, _, _, 6, 0, b'B', b'C', 2, 0, low, high] = *header
    else {
        return Ok(None);
    };
    let size = usize::from(u16::from_le_bytes([low, high])) + 1;
    if size < LEAST_BYTES || compressed.copy_into(size, bytes)? < size {
        return Ok(None);
    }
    let length = bytes.last_chunk().map_or(u32::MAX, |length| u32::from_le_bytes(*length));
    Ok((length <= MOST_BYTES).then_some(length as usize))
}

/// Reads a header, whose parts of any length are passed over and not kept.
fn header(compressed: &mut Compressed) -> Result<(), Error> {
    let mut checksum = Hasher::new();
    let mut fixed = [0; 10];
    for slot in &mut fixed {
        *slot = header_byte(compressed, &mut checksum)?;
    }
    let [_, _, method, flags, ..] = fixed;
    if method != DEFLATE {
        let problem = format!("its method is {method}, and only {DEFLATE} (deflate) exists");
        return Err(compressed.damaged(problem));
    }
    if flags & FLAGS_RESERVED != 0 {
        return Err(compressed.damaged(format!("its header has unknown flags (0x{flags:02x})")));
    }
    if flags & FLAG_EXTRA != 0 {
        let length = [header_byte(compressed, &mut checksum)?, header_byte(compressed, &mut checksum)?];
        for _ in 0..u16::from_le_bytes(length) {
            header_byte(compressed, &mut checksum)?;
        }
    }
    for flag in [FLAG_NAME, FLAG_COMMENT] {
        if flags & flag != 0 {
            while header_byte(compressed, &mut checksum)? != 0 {}
        }
    }
    if flags & FLAG_HEADER_CHECKSUM != 0 {
        let computed = checksum.finalize() & 0xffff;
        let stored = u32::from(u16::from_le_bytes(compressed.array()?));
        if stored != computed {
            let problem = format!("the header's checksum is {stored:04x}, its bytes give {computed:04x}");
            return Err(compressed.damaged(problem));
        }
    }
    Ok(())
}

fn header_byte(compressed: &mut Compressed, checksum: &mut Hasher) -> Result<u8, Error> {
    let byte = compressed.byte()?;
    checksum.update(&[byte]);
    Ok(byte)
}

/// How far a counter has come; never further than a buffer is long.
pub(super) fn difference(now: u64, before: u64) -> usize {
    usize::try_from(now - before).unwrap_or(0)
}
