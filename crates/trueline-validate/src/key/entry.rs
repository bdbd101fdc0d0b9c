//! Encodes keys and their places: the format of lanes, partitions and the temporary file.
//!
//! The bytes are a list of *segments*. A segment begins with the byte [`SEGMENT`], the input, and the numbers to add to each row
//! and line (varints). Then follow entries, whose rows and offsets are delta-encoded: as the difference from those of the
//! previous entry, or from zero for the first entry of a segment.
//!
//! ```text
//! header    1 byte: bit 0 tainted, 1 a line excess follows, 2 a place length follows, 3-4 bytes of the row delta less 1,
//!           5-6 bytes of the offset delta less 1, 7 clear (it is set in `SEGMENT` and `WIDE`)
//! length    1 byte: of the key; 255 if a varint follows
//! row       1 to 4 bytes, delta
//! offset    1 to 4 bytes, delta
//! excess    varint, zigzag: the line delta less the row delta
//! place     varint: the length of the key's place, if it is not the key's length
//! long      varint: the length of the key, if it is 255 or more
//! key       the bytes
//! ```
//!
//! An entry with a larger or a negative delta begins with the byte [`WIDE`] and has all values as varints. Arithmetic wraps, so
//! any place can be encoded.
//!
//! The format is designed for speed: the common parts are assembled in one register and stored at once, and decoded from one
//! register. Bytes stored one by one and read back together stall the processor, which once took half of the time.

use super::place::KeyPlace;

const TAINTED: u8 = 1;
const EXCESS: u8 = 2;
const PLACE: u8 = 4;
const ROW_SHIFT: u32 = 3;
const OFFSET_SHIFT: u32 = 5;
const SEGMENT: u8 = 0x80;
const WIDE: u8 = 0x82;
const LONG: u8 = u8::MAX;
/// The maximum length of a varint.
const MAX_VARINT: usize = 10;
/// The maximum number of bytes of an entry before its key.
pub(super) const MAX_HEADER: usize = 2 + 5 * MAX_VARINT;

/// The place of the previous entry, relative to its segment: deltas are relative to it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PreviousPlace {
    row: u64,
    line: u64,
    byte_offset: u64,
}

/// Appends an entry to `bytes`.
#[inline]
pub(super) fn write(bytes: &mut Vec<u8>, last: &mut PreviousPlace, key: &[u8], place: &KeyPlace) {
    bytes.reserve(MAX_HEADER + WORD + key.len());
    let row = place.row.wrapping_sub(last.row);
    let offset = place.byte_offset.wrapping_sub(last.byte_offset);
    let excess = place.line.wrapping_sub(last.line).wrapping_sub(row);
    *last = PreviousPlace { row: place.row, line: place.line, byte_offset: place.byte_offset };
    let has_place = place.byte_length as usize != key.len();
    let short = u8::try_from(key.len()).unwrap_or(LONG);
    if (row | offset) >> 32 == 0 {
        let (row_bytes, offset_bytes) = (bytes_of(row), bytes_of(offset));
        let flags = flag(place.tainted, TAINTED) | flag(excess != 0, EXCESS) | flag(has_place, PLACE);
        let head = flags | row_bytes << ROW_SHIFT | offset_bytes << OFFSET_SHIFT;
        let (row_bits, offset_bits) = (8 * (u32::from(row_bytes) + 1), 8 * (u32::from(offset_bytes) + 1));
        let word = u128::from(offset) << row_bits | u128::from(row);
        let word = word << 16 | u128::from(short) << 8 | u128::from(head);
        write_word(bytes, word, 2 + ((row_bits + offset_bits) / 8) as usize);
        if excess != 0 {
            put(bytes, zigzag(excess));
        }
        if has_place {
            put(bytes, place.byte_length.into());
        }
        if short == LONG {
            put(bytes, key.len() as u64);
        }
    } else {
        bytes.push(WIDE | flag(place.tainted, TAINTED));
        for value in [zigzag(row), zigzag(offset), zigzag(excess), place.byte_length.into(), key.len() as u64]
        {
            put(bytes, value);
        }
    }
    write_key(bytes, key);
}

#[inline]
fn flag(is_set: bool, bit: u8) -> u8 {
    if is_set { bit } else { 0 }
}

/// Returns the number of bytes of a delta, less 1.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a delta has less than 33 bits")]
fn bytes_of(delta: u64) -> u8 {
    ((delta | 1).ilog2() / 8) as u8
}

const WORD: usize = size_of::<u128>();

/// Appends the low `length` bytes of a word.
#[inline]
pub(super) fn write_word(bytes: &mut Vec<u8>, word: u128, length: usize) {
    let end = bytes.len() + length;
    bytes.extend_from_slice(&word.to_le_bytes());
    bytes.truncate(end);
}

/// Appends the bytes of a key. Keys of 4 to 16 bytes are assembled in a register, which is faster than a copy.
#[inline]
pub(super) fn write_key(bytes: &mut Vec<u8>, key: &[u8]) {
    // The two parts overlap if the key is shorter than both, with the same bytes there.
    let word = if let (9..=16, Some(low), Some(high)) = (key.len(), key.first_chunk(), key.last_chunk()) {
        u128::from(u64::from_le_bytes(*low)) | u128::from(u64::from_le_bytes(*high)) << (8 * (key.len() - 8))
    } else if let (4..=8, Some(low), Some(high)) = (key.len(), key.first_chunk(), key.last_chunk()) {
        u128::from(u32::from_le_bytes(*low)) | u128::from(u32::from_le_bytes(*high)) << (8 * (key.len() - 4))
    } else {
        bytes.extend_from_slice(key);
        return;
    };
    write_word(bytes, word, key.len());
}

/// Appends the header of a segment to `bytes`.
pub(super) fn write_segment(bytes: &mut Vec<u8>, input: u32, row_base: u64, line_base: u64) {
    bytes.push(SEGMENT);
    for value in [input.into(), row_base, line_base] {
        put(bytes, value);
    }
}

/// Reads entries in the order they were written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Decoder {
    /// The place of the last entry, relative to its input.
    place: KeyPlace,
}

/// The item decoded from the start of some bytes.
#[derive(Debug)]
pub(super) enum Item {
    /// The header of a segment, with its length in bytes.
    Segment(usize),
    /// An entry: the start and end of its key; the next item follows. [`Decoder::place`] returns its place.
    Entry(usize, usize),
    /// The beginning of an item, which needs more bytes.
    Partial,
}

impl Decoder {
    /// Returns the place of the last entry.
    #[inline]
    pub(super) fn place(&self) -> &KeyPlace {
        &self.place
    }

    /// Decodes the item at the start of `bytes`; an incomplete entry changes nothing.
    #[inline]
    pub(super) fn decode(&mut self, bytes: &[u8]) -> Item {
        match bytes.first_chunk() {
            Some(word) if word[0] < SEGMENT => self.decode_narrow(bytes, u128::from_le_bytes(*word)),
            _ => self.decode_slow(bytes),
        }
        .unwrap_or(Item::Partial)
    }

    /// Decodes an entry with small deltas, whose first 16 bytes are `word`.
    #[inline]
    fn decode_narrow(&mut self, bytes: &[u8], word: u128) -> Option<Item> {
        let [head, short, ..] = word.to_le_bytes();
        let row_bits = 8 * (u32::from(head >> ROW_SHIFT & 3) + 1);
        let offset_bits = 8 * (u32::from(head >> OFFSET_SHIFT & 3) + 1);
        let word = word >> 16;
        let row = low_bits(word, row_bits);
        let offset = low_bits(word >> row_bits, offset_bits);
        let head_bytes = 2 + ((row_bits + offset_bits) / 8) as usize;
        let (mut excess, mut place_length, mut key_length) = (0, u64::from(short), u64::from(short));
        let mut rest = bytes.get(head_bytes..)?;
        if head & (EXCESS | PLACE) != 0 || short == LONG {
            if head & EXCESS != 0 {
                excess = unzigzag(take(&mut rest)?);
            }
            let place = if head & PLACE == 0 { None } else { Some(take(&mut rest)?) };
            if short == LONG {
                key_length = take(&mut rest)?;
            }
            place_length = place.unwrap_or(key_length);
        }
        self.finish_entry(bytes, rest, [row, excess, offset], place_length, key_length, head & TAINTED != 0)
    }

    /// Decodes anything else: the header of a segment, an entry with large deltas, or an entry in the last 15 bytes.
    #[cold]
    fn decode_slow(&mut self, bytes: &[u8]) -> Option<Item> {
        let (&head, mut rest) = bytes.split_first()?;
        if head == SEGMENT {
            let (input, row_base, line_base) = (take(&mut rest)?, take(&mut rest)?, take(&mut rest)?);
            let input = u32::try_from(input).ok()?;
            self.place = KeyPlace { input, row: row_base, line: line_base, ..KeyPlace::default() };
            return Some(Item::Segment(bytes.len() - rest.len()));
        }
        if head & !TAINTED == WIDE {
            let (row, offset) = (unzigzag(take(&mut rest)?), unzigzag(take(&mut rest)?));
            let excess = unzigzag(take(&mut rest)?);
            let (place_length, key_length) = (take(&mut rest)?, take(&mut rest)?);
            return self.finish_entry(
                bytes,
                rest,
                [row, excess, offset],
                place_length,
                key_length,
                head & TAINTED != 0,
            );
        }
        if bytes.len() >= WORD {
            return None;
        }
        let mut word = [0; WORD];
        word[..bytes.len()].copy_from_slice(bytes);
        self.decode_narrow(bytes, u128::from_le_bytes(word))
    }

    /// Completes an entry of `bytes` whose key is at the start of `rest`.
    #[inline]
    fn finish_entry(
        &mut self,
        bytes: &[u8],
        rest: &[u8],
        [row, excess, offset]: [u64; 3],
        place_length: u64,
        key_length: u64,
        tainted: bool,
    ) -> Option<Item> {
        let key_start = bytes.len() - rest.len();
        let key_end = key_start + usize::try_from(key_length).ok().filter(|&length| length <= rest.len())?;
        let place = &mut self.place;
        place.byte_length = u32::try_from(place_length).ok()?;
        place.row = place.row.wrapping_add(row);
        place.line = place.line.wrapping_add(row).wrapping_add(excess);
        place.byte_offset = place.byte_offset.wrapping_add(offset);
        place.tainted = tainted;
        Some(Item::Entry(key_start, key_end))
    }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "at most 32 bits are wanted")]
fn low_bits(word: u128, bits: u32) -> u64 {
    word as u64 & (u64::MAX >> (64 - bits))
}

/// Maps small positive and negative deltas to small numbers.
#[inline]
pub(super) fn zigzag(delta: u64) -> u64 {
    delta << 1 ^ (delta.cast_signed() >> 63).cast_unsigned()
}

#[inline]
pub(super) fn unzigzag(value: u64) -> u64 {
    value >> 1 ^ (value & 1).wrapping_neg()
}

/// Appends a varint to `bytes`.
#[expect(clippy::cast_possible_truncation, reason = "seven bits are taken at a time")]
pub(super) fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Takes a varint from the front; `None` if it does not end.
pub(super) fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for (place, &byte) in bytes.iter().enumerate().take(MAX_VARINT) {
        value |= u64::from(byte & 0x7F) << (7 * place);
        if byte < 0x80 {
            *bytes = &bytes[place + 1..];
            return Some(value);
        }
    }
    None
}
