//! lz4: all frames, block by block, with every checksum compared.
//!
//! The frame is parsed here and the crate only decodes its blocks, so that each error has its location. A block is returned only
//! if all of it is valid, so that the bytes before an error do not depend on buffer sizes.
//!
//! **Source**: the LZ4 frame format, version 1.6.

use lz4_flex::block::decompress_into_with_dict;
use twox_hash::XxHash32;

use super::compressed::{Compressed, damaged};
use super::skippable;
use super::stream::{FormatDecoder, Step};
use crate::error::{Error, ErrorKind};

const MAGIC: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];
/// Blocks that are not independent look back so far.
const HISTORY_BYTES: usize = 64 << 10;
/// The bit of a block's size that marks it as stored uncompressed.
const STORED: u32 = 1 << 31;

const FLAG_INDEPENDENT: u8 = 1 << 5;
const FLAG_BLOCK_CHECKSUM: u8 = 1 << 4;
const FLAG_CONTENT_SIZE: u8 = 1 << 3;
const FLAG_CONTENT_CHECKSUM: u8 = 1 << 2;
const FLAG_RESERVED: u8 = 1 << 1;
const FLAG_DICTIONARY: u8 = 1;

/// All frames of an lz4 file, skippable ones included. Memory: three blocks, each 4 MiB at most.
pub(super) struct Frames {
    /// None between frames.
    frame: Option<Frame>,
    /// A block as it is stored.
    compressed_block: Vec<u8>,
    /// A block that did not fit into what was asked for, and how much of it was given out.
    block: Vec<u8>,
    given: usize,
}

/// The frame being read.
struct Frame {
    is_independent: bool,
    has_block_checksums: bool,
    has_checksum: bool,
    size_bytes: Option<u64>,
    block_bytes: usize,
    checksum: XxHash32,
    length: u64,
    /// The last bytes before the next block.
    history: Vec<u8>,
}

impl Frames {
    pub(super) fn new() -> Self {
        Self { frame: None, compressed_block: Vec::new(), block: Vec::new(), given: 0 }
    }

    fn begin(&mut self, compressed: &mut Compressed) -> Result<Step, Error> {
        skippable::skip(compressed)?;
        let next = compressed.peek(MAGIC.len())?;
        if next.is_empty() {
            return Ok(Step::End);
        }
        if !MAGIC.starts_with(next) {
            return Err(compressed.trailing());
        }
        compressed.begin_part();
        compressed.array::<4>()?;
        self.frame = Some(Frame::read(compressed)?);
        Ok(Step::Bytes(0))
    }

    /// The next block, or the end of the frame.
    fn next_block(&mut self, compressed: &mut Compressed, out: &mut [u8]) -> Result<usize, Error> {
        let Some(frame) = &mut self.frame else { return Ok(0) };
        let place = compressed.place();
        let size = u32::from_le_bytes(compressed.array()?);
        if size == 0 {
            frame.end(compressed)?;
            self.frame = None;
            return Ok(0);
        }
        let (is_stored, size) = (size & STORED != 0, (size & !STORED) as usize);
        if size > frame.block_bytes {
            let problem =
                format!("a block has {size} bytes, and the frame allows {} at most", frame.block_bytes);
            return Err(damaged(place, problem));
        }
        self.compressed_block.clear();
        compressed.take_into(size, &mut self.compressed_block)?;
        if frame.has_block_checksums {
            let (stored, computed) =
                (u32::from_le_bytes(compressed.array()?), XxHash32::oneshot(0, &self.compressed_block));
            if stored != computed {
                let problem = format!("a block's checksum is {stored:08x}, its bytes give {computed:08x}");
                return Err(damaged(place, problem));
            }
        }
        let fits = out.len() >= frame.block_bytes;
        let target = if fits {
            out
        } else {
            self.block.resize(frame.block_bytes, 0);
            &mut self.block[..]
        };
        let made = if is_stored {
            target[..size].copy_from_slice(&self.compressed_block);
            size
        } else {
            // Never more than a block has, whatever room there is.
            let target = &mut target[..frame.block_bytes];
            decompress_into_with_dict(&self.compressed_block, target, &frame.history)
                .map_err(|error| damaged(place, error.to_string()))?
        };
        frame.take(&target[..made]).map_err(|problem| damaged(place, problem))?;
        if fits {
            return Ok(made);
        }
        self.block.truncate(made);
        self.given = 0;
        Ok(0)
    }

    fn rest_of_block(&mut self, out: &mut [u8]) -> usize {
        let rest = &self.block[self.given..];
        let bytes = rest.len().min(out.len());
        out[..bytes].copy_from_slice(&rest[..bytes]);
        self.given += bytes;
        bytes
    }
}

impl FormatDecoder for Frames {
    fn step(&mut self, compressed: &mut Compressed, out: &mut [u8]) -> Result<Step, Error> {
        if self.given < self.block.len() {
            return Ok(Step::Bytes(self.rest_of_block(out)));
        }
        if self.frame.is_none() {
            return self.begin(compressed);
        }
        self.next_block(compressed, out).map(Step::Bytes)
    }

    fn is_at_boundary(&self) -> bool {
        self.frame.is_none() && self.given == self.block.len()
    }
}

impl Frame {
    /// Reads the header after the magic number.
    fn read(compressed: &mut Compressed) -> Result<Self, Error> {
        let mut descriptor: Vec<u8> = compressed.array::<2>()?.to_vec();
        let (flags, sizes) = (descriptor[0], descriptor[1]);
        let size_bytes = if flags & FLAG_CONTENT_SIZE == 0 { 0 } else { 8 };
        let dictionary_bytes = if flags & FLAG_DICTIONARY == 0 { 0 } else { 4 };
        compressed.take_into(size_bytes + dictionary_bytes, &mut descriptor)?;
        let (stored, [_, computed, ..]) =
            (compressed.byte()?, XxHash32::oneshot(0, &descriptor).to_le_bytes());
        if stored != computed {
            let problem = format!("the header's checksum is {stored:02x}, its bytes give {computed:02x}");
            return Err(compressed.damaged(problem));
        }
        if flags >> 6 != 1 || flags & FLAG_RESERVED != 0 || sizes & 0x8f != 0 || sizes >> 4 < 4 {
            let problem = format!("its header has unknown flags (0x{flags:02x} 0x{sizes:02x})");
            return Err(compressed.damaged(problem));
        }
        let (size, dictionary) = descriptor[2..].split_at(size_bytes);
        if let Ok(dictionary) = dictionary.try_into().map(u32::from_le_bytes)
            && dictionary != 0
        {
            let found = format!("lz4 data made with dictionary {dictionary}");
            let advice = "decompress it first, with `lz4 -d -D DICTIONARY`";
            return Err(Error::new(ErrorKind::Unsupported { name: String::new(), found, advice }));
        }
        Ok(Self {
            is_independent: flags & FLAG_INDEPENDENT != 0,
            has_block_checksums: flags & FLAG_BLOCK_CHECKSUM != 0,
            has_checksum: flags & FLAG_CONTENT_CHECKSUM != 0,
            size_bytes: size.try_into().ok().map(u64::from_le_bytes),
            // 64 KiB, 256 KiB, 1 MiB or 4 MiB.
            block_bytes: 1 << (8 + 2 * (sizes >> 4)),
            checksum: XxHash32::with_seed(0),
            length: 0,
            history: Vec::new(),
        })
    }

    /// Counts a block in; what is wrong with it.
    fn take(&mut self, block: &[u8]) -> Result<(), String> {
        self.length += block.len() as u64;
        if let Some(size) = self.size_bytes
            && self.length > size
        {
            return Err(format!("its header says {size} bytes, and there are more"));
        }
        if self.has_checksum {
            std::hash::Hasher::write(&mut self.checksum, block);
        }
        if !self.is_independent {
            let kept = HISTORY_BYTES.saturating_sub(block.len()).min(self.history.len());
            self.history.drain(..self.history.len() - kept);
            self.history.extend_from_slice(&block[block.len().saturating_sub(HISTORY_BYTES)..]);
        }
        Ok(())
    }

    /// Reads what follows the last block.
    fn end(&self, compressed: &mut Compressed) -> Result<(), Error> {
        let place = compressed.place();
        if let Some(size) = self.size_bytes
            && self.length != size
        {
            let problem = format!("its header says {size} bytes, and there are {}", self.length);
            return Err(damaged(place, problem));
        }
        if self.has_checksum {
            let (stored, computed) = (u32::from_le_bytes(compressed.array()?), self.checksum.finish_32());
            if stored != computed {
                let problem = format!("the checksum is {stored:08x}, the data give {computed:08x}");
                return Err(damaged(place, problem));
            }
        }
        Ok(())
    }
}
