//! The format of the file of an entry.
//!
//! | bytes | |
//! |---|---|
//! | 8 | [`MAGIC`], with the version |
//! | 8 | creation time in milliseconds since 1970, little-endian |
//! | 8 | length of the value, little-endian |
//! | 32 | the key |
//! | … | the value |
//! | 16 | XXH3 of the value, seeded with that of the header, little-endian |
//!
//! The file ends there. The checksum detects lost writes and truncated files, not manipulation: whoever can write to the folder
//! can compute it. The key, which identifies an entry, is BLAKE3.

use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use twox_hash::XxHash3_128;

use super::{DiskOptions, folder};
use crate::key::Key;

pub(super) const MAGIC: [u8; 8] = *b"tlcache\x02";
const HEADER_BYTES: usize = 56;
const CHECKSUM_BYTES: usize = 16;
/// The bytes that are hashed and then written while they are in the processor's cache.
const PIECE_BYTES: usize = 128 << 10;
/// Values up to this size are written at once.
const SMALL_BYTES: usize = 64 << 10;

/// The header of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    made_ms: u64,
    value_bytes: u64,
    key: Key,
}

impl Header {
    fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..16].copy_from_slice(&self.made_ms.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.value_bytes.to_le_bytes());
        bytes[24..].copy_from_slice(self.key.as_bytes());
        bytes
    }

    fn decode(bytes: &[u8; HEADER_BYTES]) -> Option<Self> {
        let number = |at: usize| u64::from_le_bytes(std::array::from_fn(|index| bytes[at + index]));
        let key = Key::from_bytes(std::array::from_fn(|index| bytes[24 + index]));
        (bytes[..8] == MAGIC).then(|| Self { made_ms: number(8), value_bytes: number(16), key })
    }

    /// Returns whether the entry is older than `ttl`. An entry from further than `ttl` in the future was made under a wrong
    /// clock, and would live too long.
    fn is_expired(&self, ttl: Duration, now: SystemTime) -> bool {
        let made = UNIX_EPOCH.checked_add(Duration::from_millis(self.made_ms));
        made.is_none_or(|made| match now.duration_since(made) {
            Ok(age) => age > ttl,
            Err(ahead) => ahead.duration() > ttl,
        })
    }
}

/// Returns the size of the file for a value of this size.
pub(super) fn stored_bytes(value_bytes: u64) -> u64 {
    value_bytes.saturating_add((HEADER_BYTES + CHECKSUM_BYTES) as u64)
}

/// Reads the value in a file, if the file is a valid entry for the key.
pub(super) fn read(file: &File, metadata: &Metadata, key: &Key, options: &DiskOptions) -> Option<Vec<u8>> {
    let mut file = file;
    let mut bytes = [0; HEADER_BYTES];
    file.read_exact(&mut bytes).ok()?;
    let header = Header::decode(&bytes)?;
    // The length is that of an existing file, and limited: no memory is allocated for an arbitrary number.
    let fits =
        metadata.len() == stored_bytes(header.value_bytes) && header.value_bytes <= options.max_value_bytes;
    if header.key != *key || !fits || is_expired(&header, options) {
        return None;
    }
    let length = usize::try_from(header.value_bytes).ok()?;
    let mut value = Vec::new();
    value.try_reserve_exact(length.checked_add(CHECKSUM_BYTES)?).ok()?;
    folder::read_to_capacity(file, &mut value).ok()?;
    let (_, checksum) = value.split_at_checked(length)?;
    let is_good = checksum == XxHash3_128::oneshot_with_seed(seed(&bytes), &value[..length]).to_le_bytes();
    value.truncate(length);
    is_good.then_some(value)
}

/// Returns the seed that ties the checksum of a value to this header.
#[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
fn seed(header: &[u8; HEADER_BYTES]) -> u64 {
    XxHash3_128::oneshot(header) as u64
}

/// Returns whether an entry has expired, according to its header; an invalid one has not.
pub(super) fn is_file_expired(mut file: &File, options: &DiskOptions) -> bool {
    let mut bytes = [0; HEADER_BYTES];
    let header = file.read_exact(&mut bytes).ok().and_then(|()| Header::decode(&bytes));
    header.is_some_and(|header| is_expired(&header, options))
}

fn is_expired(header: &Header, options: &DiskOptions) -> bool {
    options.ttl.is_some_and(|ttl| header.is_expired(ttl, SystemTime::now()))
}

/// Writes the file of an entry.
pub(super) fn write(mut file: &File, key: &Key, value: &[&[u8]]) -> io::Result<()> {
    let made = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let made_ms = u64::try_from(made.as_millis()).unwrap_or(u64::MAX);
    let value_bytes = value.iter().map(|piece| piece.len()).sum::<usize>();
    let header = Header { made_ms, value_bytes: value_bytes as u64, key: *key }.encode();
    let mut hasher = XxHash3_128::with_seed(seed(&header));
    if value_bytes <= SMALL_BYTES {
        let mut bytes = Vec::with_capacity(HEADER_BYTES + value_bytes + CHECKSUM_BYTES);
        bytes.extend_from_slice(&header);
        for piece in value {
            bytes.extend_from_slice(piece);
        }
        hasher.write(&bytes[HEADER_BYTES..]);
        bytes.extend_from_slice(&hasher.finish_128().to_le_bytes());
        return file.write_all(&bytes);
    }
    file.write_all(&header)?;
    for piece in value.iter().flat_map(|piece| piece.chunks(PIECE_BYTES)) {
        hasher.write(piece);
        file.write_all(piece)?;
    }
    file.write_all(&hasher.finish_128().to_le_bytes())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::Header;
    use crate::key::Key;

    #[test]
    fn an_entry_lives_from_when_it_was_made() {
        let key = Key::builder("test").finish();
        let header = Header { made_ms: 10_000, value_bytes: 7, key };
        assert_eq!(Header::decode(&header.encode()), Some(header));
        let ttl = Duration::from_secs(5);
        for (now, is_expired) in [(4, true), (5, false), (10, false), (15, false), (16, true)] {
            assert_eq!(header.is_expired(ttl, UNIX_EPOCH + Duration::from_secs(now)), is_expired, "{now}");
        }
        let forever = Header { made_ms: u64::MAX, ..header };
        assert!(forever.is_expired(ttl, UNIX_EPOCH));
    }
}
