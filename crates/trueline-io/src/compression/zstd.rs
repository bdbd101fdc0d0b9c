//! zstd: all frames, with a limit on the memory of a frame.
//!
//! The library gets one block at a time. At a damaged block it discards the output of the same call, so that with larger
//! pieces the bytes before the error would depend on buffer sizes. For a frame that it gets entirely it uses a shortcut
//! that returns all or nothing. If you change this, watch the test that compares the bytes before
//! an error for all buffer sizes.
//!
//! **Source**: RFC 8878.

use twox_hash::XxHash64;
use zstd::stream::raw::{DParameter, Decoder, Operation};

use super::checksum::{Event, Mark, is_checksum, mismatch};
use super::compressed::{Compressed, damaged};
use super::parallel::PART_BYTES;
use super::skippable;
use super::stream::{FormatDecoder, Step};
use crate::error::{Error, ErrorKind};

/// Frames may look back at most 2^27 bytes (128 MiB); the format allows them to ask for exbibytes.
const WINDOW_LOG_MAX: u32 = 27;
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// The longest header of a frame, magic number included.
const HEADER_BYTES: usize = 18;
/// What the library needs to see first, and what the header of a block takes.
const START_BYTES: usize = 5;
const BLOCK_HEADER_BYTES: usize = 3;
/// The largest block, compressed or not.
const BLOCK_BYTES: usize = 128 << 10;

/// All frames of a zstd stream, skippable ones included.
pub(super) struct Frames {
    decoder: Decoder<'static>,
    /// How many bytes the library wants next; 0 between frames.
    wanted: usize,
    /// Whether there may be decompressed bytes for which there was no room.
    is_full: bool,
    checksum: Checksum,
    /// The last bytes that the library took: at the end of a frame, its checksum.
    last: [u8; 4],
}

/// What happens to the checksum of the current frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Checksum {
    /// There is none, or the library verifies it.
    Library,
    /// The reader verifies it. `is_begun`: the frame has bytes, and the reader was told.
    Deferred { is_begun: bool },
}

impl Frames {
    pub(super) fn new() -> Result<Self, Error> {
        let decoder = || {
            let mut decoder = Decoder::new()?;
            decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG_MAX))?;
            Ok(decoder)
        };
        let decoder = decoder().map_err(|error| Error::read(0, error))?;
        Ok(Self { decoder, wanted: 0, is_full: false, checksum: Checksum::Library, last: [0; 4] })
    }

    /// Reads what is between frames.
    fn begin(&mut self, compressed: &mut Compressed) -> Result<Step, Error> {
        skippable::skip(compressed)?;
        let header = compressed.peek(HEADER_BYTES)?;
        if header.is_empty() {
            return Ok(Step::End);
        }
        let frame = match header {
            header if header.starts_with(&MAGIC) => FrameHeader::of(&header[MAGIC.len()..]),
            // The first bytes of a frame, and then the input ends.
            part if MAGIC.starts_with(part) => FrameHeader::default(),
            _ => return Err(compressed.trailing()),
        };
        compressed.begin_part();
        let name = String::new();
        let limit_bytes = 1 << WINDOW_LOG_MAX;
        if frame.window_bytes > limit_bytes {
            let (place, window_bytes) = (compressed.place(), frame.window_bytes);
            return Err(Error::new(ErrorKind::Window { name, place, window_bytes, limit_bytes }));
        }
        if frame.dictionary != 0 {
            let found = format!("zstd data made with dictionary {}", frame.dictionary);
            let advice = "decompress it first, with `zstd -d -D DICTIONARY`";
            return Err(Error::new(ErrorKind::Unsupported { name, found, advice }));
        }
        let is_deferred = frame.has_checksum && compressed.marks().is_some();
        self.decoder
            .reinit()
            .and_then(|()| self.decoder.set_parameter(DParameter::ForceIgnoreChecksum(is_deferred)))
            .map_err(|error| compressed.damaged(error.to_string()))?;
        self.checksum = if is_deferred { Checksum::Deferred { is_begun: false } } else { Checksum::Library };
        (self.wanted, self.is_full) = (START_BYTES, false);
        Ok(Step::Bytes(0))
    }

    /// Feeds the library a little; what it wrote to `out`.
    fn feed(&mut self, compressed: &mut Compressed, out: &mut [u8]) -> Result<usize, Error> {
        let place = compressed.place();
        // Never the header of the next block together with the end of this one.
        let block = self.wanted.saturating_sub(BLOCK_HEADER_BYTES);
        let feed = match block {
            // Nor while it has bytes to give: how far it reads must not depend on the room there is.
            _ if self.is_full => 0,
            0 => self.wanted,
            block => block,
        };
        // A block that is shown as a whole need not be put together first.
        let input = compressed.input(feed.clamp(1, BLOCK_BYTES));
        let is_at_end = input.is_empty();
        let input = &input[..input.len().min(feed)];
        let status =
            self.decoder.run_on_buffers(input, out).map_err(|error| damaged(place, error.to_string()))?;
        if self.is_full && status.bytes_written == 0 {
            self.is_full = false;
            return Ok(0);
        }
        for byte in &input[status.bytes_read.saturating_sub(4)..status.bytes_read] {
            self.last.rotate_left(1);
            self.last[3] = *byte;
        }
        self.mark(compressed, status.bytes_written, status.remaining == 0)?;
        compressed.consume(status.bytes_read);
        (self.wanted, self.is_full) = (status.remaining, status.bytes_written == out.len());
        if status.remaining > 0 && status.bytes_read == 0 && status.bytes_written == 0 {
            return Err(if is_at_end {
                compressed.truncated()
            } else {
                damaged(place, "its data lead nowhere")
            });
        }
        Ok(status.bytes_written)
    }

    /// Tells the reader where a frame begins and ends, if it verifies checksums. `bytes` were written.
    fn mark(&mut self, compressed: &mut Compressed, bytes: usize, is_end: bool) -> Result<(), Error> {
        let Checksum::Deferred { is_begun } = &mut self.checksum else { return Ok(()) };
        let place = compressed.place();
        let Some(marks) = compressed.marks() else { return Ok(()) };
        let start = place.decompressed_offset;
        if bytes > 0 && !std::mem::replace(is_begun, true) {
            marks.push(Mark { decompressed_offset: start, event: Event::Begin });
        }
        if !is_end {
            return Ok(());
        }
        let checksum = u32::from_le_bytes(self.last);
        if *is_begun {
            let decompressed_offset = start + bytes as u64;
            marks.push(Mark { decompressed_offset, event: Event::End { checksum, place } });
        } else if !is_checksum(checksum, &XxHash64::with_seed(0)) {
            // Frames without bytes leave no marks: there may be any number of them.
            return Err(mismatch(place));
        }
        Ok(())
    }
}

impl FormatDecoder for Frames {
    fn step(&mut self, compressed: &mut Compressed, out: &mut [u8]) -> Result<Step, Error> {
        if self.wanted == 0 { self.begin(compressed) } else { self.feed(compressed, out).map(Step::Bytes) }
    }

    fn is_at_boundary(&self) -> bool {
        self.wanted == 0
    }
}

/// Cuts a frame out of the stream by the headers of its blocks. Returns its maximum decompressed size; `None` if the next
/// bytes are not a frame that can be decompressed alone, or are a very large one.
pub(super) fn cut(compressed: &mut Compressed, bytes: &mut Vec<u8>) -> Result<Option<usize>, Error> {
    let header = compressed.peek(HEADER_BYTES)?;
    if let [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, ..] = *header {
        let size = 8 + u32::from_le_bytes([a, b, c, d]) as usize;
        return Ok((size <= PART_BYTES && compressed.copy_into(size, bytes)? == size).then_some(0));
    }
    let Some(frame) = header.strip_prefix(&MAGIC).and_then(FrameHeader::parse) else { return Ok(None) };
    // Each thread would have a window.
    if frame.window_bytes > PART_BYTES as u64 || frame.dictionary != 0 {
        return Ok(None);
    }
    compressed.copy_into(MAGIC.len() + frame.header_bytes, bytes)?;
    let mut most = 0;
    loop {
        let [a, b, c] = *compressed.peek(BLOCK_HEADER_BYTES)? else { return Ok(None) };
        let block = u32::from_le_bytes([a, b, c, 0]) as usize;
        let (is_last, kind, size) = (block & 1 == 1, block >> 1 & 3, block >> 3);
        // As it is, one byte again and again, compressed.
        let (stored, given) = match kind {
            0 => (size, size),
            1 => (1, size),
            2 => (size, BLOCK_BYTES),
            _ => return Ok(None),
        };
        most += given;
        let wanted = BLOCK_HEADER_BYTES + stored;
        if most > PART_BYTES || compressed.copy_into(wanted, bytes)? < wanted {
            return Ok(None);
        }
        if is_last {
            break;
        }
    }
    let checksum_bytes = if frame.has_checksum { 4 } else { 0 };
    let is_whole = compressed.copy_into(checksum_bytes, bytes)? == checksum_bytes;
    let content = frame.content_bytes.and_then(|bytes| usize::try_from(bytes).ok());
    Ok(is_whole.then_some(content.map_or(most, |content| content.min(most))))
}

/// The fields of a frame header that decide how the frame is decompressed, and the size of the header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct FrameHeader {
    window_bytes: u64,
    dictionary: u32,
    content_bytes: Option<u64>,
    has_checksum: bool,
    /// Of the header, without the magic number.
    header_bytes: usize,
}

impl FrameHeader {
    /// Reads a frame's header after the magic number. A truncated header may be ignored: the library will report it.
    fn of(header: &[u8]) -> Self {
        Self::parse(header).unwrap_or_default()
    }

    fn parse(header: &[u8]) -> Option<Self> {
        let (descriptor, mut rest) = header.split_first()?;
        let is_single = descriptor & 0x20 != 0;
        let mut window_bytes = 0;
        if !is_single {
            let (window, behind) = rest.split_first()?;
            rest = behind;
            let base = 1_u64 << (10 + (window >> 3));
            window_bytes = base + (base >> 3) * u64::from(window & 7);
        }
        let (dictionary, behind) = rest.split_at_checked([0, 1, 2, 4][usize::from(descriptor & 3)])?;
        let size_bytes = match descriptor >> 6 {
            0 => usize::from(is_single),
            1 => 2,
            2 => 4,
            _ => 8,
        };
        let (size, blocks) = behind.split_at_checked(size_bytes)?;
        let size = little_endian(size) + if size_bytes == 2 { 256 } else { 0 };
        Some(Self {
            window_bytes: if is_single { size } else { window_bytes },
            dictionary: u32::try_from(little_endian(dictionary)).ok()?,
            content_bytes: (size_bytes > 0).then_some(size),
            has_checksum: descriptor & 4 != 0,
            header_bytes: header.len() - blocks.len(),
        })
    }
}

/// At most eight bytes.
fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_what_the_frame_needs() {
        let limits = |header: &[u8]| {
            // Whatever stands behind it.
            let frame = FrameHeader::parse(&[header, &[9; 3]].concat())?;
            assert_eq!(frame.header_bytes, header.len());
            Some((frame.window_bytes, frame.dictionary))
        };
        assert_eq!(limits(&[0x00, 0x00]), Some((1 << 10, 0)));
        assert_eq!(limits(&[0x00, 17 << 3]), Some((1 << 27, 0)));
        assert_eq!(limits(&[0x00, 17 << 3 | 1]), Some(((1 << 27) + (1 << 24), 0)));
        assert_eq!(limits(&[0x00, 0xff]), Some(((1 << 41) + (7 << 38), 0)));
        assert_eq!(limits(&[0x20, 9]), Some((9, 0)));
        assert_eq!(limits(&[0x60, 1, 1]), Some((513, 0)));
        assert_eq!(limits(&[0xe0, 0, 0, 0, 0, 0, 0, 0, 0x80]), Some((1 << 63, 0)));
        assert_eq!(limits(&[0x03, 0, 1, 2, 0, 0]), Some((1 << 10, 513)));
        for cut in [&[][..], &[0x00], &[0x03, 0, 1], &[0xe0, 0, 0]] {
            assert_eq!(FrameHeader::parse(cut), None);
        }
    }
}
