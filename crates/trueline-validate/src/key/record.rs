//! What a table stores of a key: its count, its bytes, and its first place.
//!
//! ```text
//! count     6 bytes
//! length    2 bytes: of the key; 65,535 if the record is wide
//! row       5 bytes
//! excess    3 bytes, zigzag: the line less the row
//! offset    6 bytes
//! input     1 byte
//! tainted   1 byte
//! key       the bytes; its place has the same length
//! ```
//!
//! A record whose place or key does not fit is wide: the length is followed by all values as varints, then the key.

use super::entry::{put, take, unzigzag, write_key, write_word, zigzag};
use super::place::KeyPlace;

const LENGTH_BITS: u32 = 48;
const ROW_BITS: u32 = 64;
const EXCESS_BITS: u32 = 104;
const WIDE: u16 = u16::MAX;
/// The maximum size of a record without its key, including bytes that are first written and then truncated.
pub(super) const MAX_HEADER: usize = 80;

/// Appends the record of a key that occurs for the first time.
#[inline]
pub(super) fn write(page: &mut Vec<u8>, key: &[u8], place: &KeyPlace) {
    let excess = zigzag(place.line.wrapping_sub(place.row));
    let is_narrow = place.row >> 40 == 0
        && excess >> 24 == 0
        && place.byte_offset >> 48 == 0
        && place.input >> 8 == 0
        && place.byte_length as usize == key.len();
    let length = u16::try_from(key.len()).unwrap_or(WIDE);
    if is_narrow && length != WIDE {
        let low = 1 | u128::from(length) << LENGTH_BITS | u128::from(place.row) << ROW_BITS;
        write_word(page, low | u128::from(excess) << EXCESS_BITS, 16);
        let high = place.byte_offset | u64::from(place.input) << 48 | u64::from(place.tainted) << 56;
        write_word(page, high.into(), 8);
    } else {
        write_word(page, 1 | u128::from(WIDE) << LENGTH_BITS, 8);
        let input = u64::from(place.input) << 1 | u64::from(place.tainted);
        for value in [key.len() as u64, place.row, excess, place.byte_offset, place.byte_length.into(), input]
        {
            put(page, value);
        }
    }
    write_key(page, key);
}

/// Increments the count of the record at the start of `bytes`, if its key is `key`; returns the new count and the first place.
#[inline]
pub(super) fn count(bytes: &mut [u8], key: &[u8]) -> Option<(u64, KeyPlace)> {
    let word = u64::from_le_bytes(*bytes.first_chunk()?);
    let length = word >> LENGTH_BITS;
    let (place, stored) = if length == u64::from(WIDE) {
        read_wide(&bytes[8..])?
    } else if length == key.len() as u64 {
        read_narrow(bytes, key.len())?
    } else {
        return None;
    };
    if stored != key {
        return None;
    }
    bytes[..8].copy_from_slice(&(word + 1).to_le_bytes());
    Some(((word + 1) & (u64::MAX >> 16), place))
}

/// Reads the place and the key.
#[inline]
fn read_narrow(bytes: &[u8], length: usize) -> Option<(KeyPlace, &[u8])> {
    let (place, key) = bytes[8..].split_first_chunk::<16>()?;
    let [low, high] = halves(u128::from_le_bytes(*place));
    let row = low & (u64::MAX >> 24);
    let place = KeyPlace {
        input: u32::try_from(high >> 48 & 0xFF).ok()?,
        row,
        line: row.wrapping_add(unzigzag(low >> 40)),
        byte_offset: high & (u64::MAX >> 16),
        byte_length: u32::try_from(length).ok()?,
        tainted: high >> 56 != 0,
    };
    Some((place, key.get(..length)?))
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a word is cut into halves")]
fn halves(word: u128) -> [u64; 2] {
    [word as u64, (word >> 64) as u64]
}

/// Reads the place and the key of a wide record, from the end of its length.
fn read_wide(mut bytes: &[u8]) -> Option<(KeyPlace, &[u8])> {
    let length = usize::try_from(take(&mut bytes)?).ok()?;
    let (row, excess) = (take(&mut bytes)?, take(&mut bytes)?);
    let (byte_offset, byte_length) = (take(&mut bytes)?, take(&mut bytes)?);
    let input = take(&mut bytes)?;
    let place = KeyPlace {
        input: u32::try_from(input >> 1).ok()?,
        row,
        line: row.wrapping_add(unzigzag(excess)),
        byte_offset,
        byte_length: u32::try_from(byte_length).ok()?,
        tainted: input & 1 == 1,
    };
    Some((place, bytes.get(..length)?))
}
