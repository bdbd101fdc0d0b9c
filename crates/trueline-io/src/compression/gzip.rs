//! gzip: member after member, to the very end.
//!
//! The frame around the deflated data is read here rather than by the deflate crate, so that each fault has its place and no
//! member, checksum or length goes unseen.
//!
//! **Source**: RFC 1952.

use std::io::{self, Read};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::Compression;
use super::packed::{Packed, cut, damaged, failed_before};
use crate::error::{Error, Place};

const MAGIC: [u8; 2] = [0x1f, 0x8b];
const DEFLATE: u8 = 8;

const FLAG_HEADER_CHECKSUM: u8 = 1 << 1;
const FLAG_EXTRA: u8 = 1 << 2;
const FLAG_NAME: u8 = 1 << 3;
const FLAG_COMMENT: u8 = 1 << 4;
const FLAGS_RESERVED: u8 = 0xe0;

/// All members of a gzip stream. Zero padding behind the last is passed over, as gzip itself does.
pub(super) struct Members {
    packed: Packed,
    inflate: Decompress,
    checksum: Crc,
    /// Number of the member, from 1.
    part: u64,
    decompressed: u64,
    state: State,
}

enum State {
    /// In front of a member.
    Header,
    Data,
    /// Found while there were still bytes to hand out.
    Damaged(String),
    Trailer,
    /// Behind a member.
    Behind,
    Ended,
    Failed,
}

impl Members {
    pub(super) fn new(packed: Packed) -> Self {
        let inflate = Decompress::new(false);
        Self { packed, inflate, checksum: Crc::new(), part: 1, decompressed: 0, state: State::Header }
    }

    fn place(&self) -> Place {
        Place {
            compression: Compression::Gzip,
            part: self.part,
            byte_offset: self.packed.offset(),
            decompressed_offset: self.decompressed,
        }
    }

    /// One step: bytes for `out`, or a change of state.
    fn step(&mut self, out: &mut [u8]) -> Result<usize, Error> {
        match &self.state {
            State::Header => {
                self.header()?;
                self.inflate.reset(false);
                self.checksum.reset();
                self.state = State::Data;
            }
            State::Data => return self.data(out),
            State::Damaged(problem) => return Err(damaged(self.place(), problem.as_str())),
            State::Trailer => {
                self.trailer()?;
                self.state = State::Behind;
            }
            State::Behind => self.behind()?,
            State::Ended | State::Failed => {}
        }
        Ok(0)
    }

    /// The header, whose parts of any length are passed over and not kept.
    fn header(&mut self) -> Result<(), Error> {
        let mut checksum = Crc::new();
        let mut fixed = [0; 10];
        for byte in &mut fixed {
            *byte = self.header_byte(&mut checksum)?;
        }
        let [_, _, method, flags, ..] = fixed;
        if method != DEFLATE {
            return Err(damaged(
                self.place(),
                format!("its method is {method}, and only {DEFLATE} (deflate) exists"),
            ));
        }
        if flags & FLAGS_RESERVED != 0 {
            return Err(damaged(self.place(), format!("its header has unknown flags (0x{flags:02x})")));
        }
        if flags & FLAG_EXTRA != 0 {
            let length = [self.header_byte(&mut checksum)?, self.header_byte(&mut checksum)?];
            for _ in 0..u16::from_le_bytes(length) {
                self.header_byte(&mut checksum)?;
            }
        }
        for flag in [FLAG_NAME, FLAG_COMMENT] {
            if flags & flag != 0 {
                while self.header_byte(&mut checksum)? != 0 {}
            }
        }
        if flags & FLAG_HEADER_CHECKSUM != 0 {
            let computed = checksum.sum() & 0xffff;
            let stored = [self.header_byte(&mut checksum)?, self.header_byte(&mut checksum)?];
            let stored = u32::from(u16::from_le_bytes(stored));
            if stored != computed {
                let problem = format!("the header's checksum is {stored:04x}, its bytes give {computed:04x}");
                return Err(damaged(self.place(), problem));
            }
        }
        Ok(())
    }

    fn header_byte(&mut self, checksum: &mut Crc) -> Result<u8, Error> {
        let byte = self.packed.byte()?.ok_or_else(|| cut(self.place()))?;
        checksum.update(&[byte]);
        Ok(byte)
    }

    fn data(&mut self, out: &mut [u8]) -> Result<usize, Error> {
        let input = self.packed.fill()?;
        let is_at_end = input.is_empty();
        let (in_before, out_before) = (self.inflate.total_in(), self.inflate.total_out());
        let result = self.inflate.decompress(input, out, FlushDecompress::None);
        let used = difference(self.inflate.total_in(), in_before);
        let made = difference(self.inflate.total_out(), out_before);
        self.packed.consume(used);
        self.checksum.update(&out[..made]);
        self.decompressed += made as u64;
        match result {
            Ok(Status::StreamEnd) => self.state = State::Trailer,
            Ok(_) if used > 0 || made > 0 => {}
            Ok(_) if is_at_end => return Err(cut(self.place())),
            Ok(_) => self.state = State::Damaged("its deflated data lead nowhere".to_owned()),
            Err(error) => self.state = State::Damaged(error.to_string()),
        }
        Ok(made)
    }

    fn trailer(&mut self) -> Result<(), Error> {
        let place = self.place();
        let mut trailer = [0; 8];
        for byte in &mut trailer {
            *byte = self.packed.byte()?.ok_or_else(|| cut(self.place()))?;
        }
        let [a, b, c, d, length @ ..] = trailer;
        let stored = u32::from_le_bytes([a, b, c, d]);
        let computed = self.checksum.sum();
        if stored != computed {
            let problem = format!("the checksum is {stored:08x}, the data give {computed:08x}");
            return Err(damaged(place, problem));
        }
        let (stored, computed) = (u32::from_le_bytes(length), self.checksum.amount());
        if stored != computed {
            let problem = format!("the length (modulo 2^32) is {stored}, the data have {computed}");
            return Err(damaged(place, problem));
        }
        Ok(())
    }

    /// What follows a member: another one, nothing, or nothing but zeros.
    fn behind(&mut self) -> Result<(), Error> {
        let next = self.packed.peek(2)?;
        if next == MAGIC || next == &MAGIC[..1] {
            self.part += 1;
            self.state = State::Header;
            return Ok(());
        }
        loop {
            let bytes = self.packed.fill()?;
            if bytes.is_empty() {
                self.state = State::Ended;
                return Ok(());
            }
            let zeros = bytes.iter().position(|byte| *byte != 0);
            let count = zeros.unwrap_or(bytes.len());
            self.packed.consume(count);
            if zeros.is_some() {
                return Err(self.packed.trailing(Compression::Gzip));
            }
        }
    }
}

/// How far a counter has come; never further than a buffer is long.
fn difference(now: u64, before: u64) -> usize {
    usize::try_from(now - before).unwrap_or(0)
}

impl Read for Members {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            match self.state {
                State::Ended => return Ok(0),
                State::Failed => return Err(failed_before()),
                _ => {}
            }
            match self.step(out) {
                Ok(0) => {}
                Ok(bytes) => return Ok(bytes),
                Err(error) => {
                    self.state = State::Failed;
                    return Err(error.into());
                }
            }
        }
    }
}
