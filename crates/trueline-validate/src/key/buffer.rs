//! The keys of one chunk.

use std::fmt;

use super::entry::{self, Decoder, Item, PreviousPlace};
use super::hashing::{self, Hashing, LANES};
use super::place::KeyPlace;

/// The keys of one chunk in row order, to be appended to a [`super::KeySet`].
///
/// Plain memory, which any thread can create and fill. Rows and lines are relative to the chunk.
#[derive(Clone)]
pub struct KeyBuffer {
    hashing: Hashing,
    /// Empty before the first key.
    lanes: Vec<Lane>,
    keys: u64,
    longest: usize,
}

/// The entries whose hashes start with the same bits.
#[derive(Clone, Debug, Default)]
pub(super) struct Lane {
    pub(super) bytes: Vec<u8>,
    pub(super) keys: u64,
    last: PreviousPlace,
}

impl KeyBuffer {
    /// Creates a buffer without keys, which allocates nothing before the first one.
    pub fn new() -> Self {
        Self::with_hashing(Hashing::new())
    }

    pub(super) fn with_hashing(hashing: Hashing) -> Self {
        Self { hashing, lanes: Vec::new(), keys: 0, longest: 0 }
    }

    /// Adds the key of the next row, whose bytes are copied. A key may be any bytes, also none.
    ///
    /// `place.input` is ignored: the input is given to the set when the buffer is appended.
    pub fn push(&mut self, key: &[u8], place: KeyPlace) {
        if self.lanes.is_empty() {
            self.lanes.resize_with(LANES, Lane::default);
        }
        let lane = &mut self.lanes[hashing::lane(self.hashing.hash(key))];
        entry::write(&mut lane.bytes, &mut lane.last, key, &place);
        lane.keys += 1;
        self.keys += 1;
        self.longest = self.longest.max(key.len());
    }

    /// Adds the keys of the rows that follow those of this buffer in the same input, offset by `rows` rows and `lines` lines.
    pub fn append(&mut self, later: &Self, rows: u64, lines: u64) {
        self.append_behind(later, rows, lines, 0);
    }

    /// Like `append`, with byte offsets that are relative too and offset by `bytes`.
    pub(crate) fn append_behind(&mut self, later: &Self, rows: u64, lines: u64, bytes: u64) {
        if self.lanes.is_empty() {
            self.lanes.resize_with(LANES, Lane::default);
        }
        for (mine, theirs) in self.lanes.iter_mut().zip(&later.lanes) {
            let mut decoder = Decoder::default();
            let mut rest = &theirs.bytes[..];
            while let Item::Entry(key_start, key_end) = decoder.decode(rest) {
                let mut place = *decoder.place();
                place.row = place.row.wrapping_add(rows);
                place.line = place.line.wrapping_add(lines);
                place.byte_offset = place.byte_offset.wrapping_add(bytes);
                entry::write(&mut mine.bytes, &mut mine.last, &rest[key_start..key_end], &place);
                rest = &rest[key_end..];
            }
            mine.keys += theirs.keys;
        }
        self.keys += later.keys;
        self.longest = self.longest.max(later.longest);
    }

    /// Removes the keys and keeps the memory, for the next chunk.
    pub fn clear(&mut self) {
        for lane in &mut self.lanes {
            lane.bytes.clear();
            lane.keys = 0;
            lane.last = PreviousPlace::default();
        }
        self.keys = 0;
        self.longest = 0;
    }

    /// Returns the number of keys.
    pub fn len(&self) -> usize {
        usize::try_from(self.keys).unwrap_or(usize::MAX)
    }

    /// Returns whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.keys == 0
    }

    /// Returns the memory of the buffer, in bytes.
    pub fn memory_bytes(&self) -> usize {
        let bytes: usize = self.lanes.iter().map(|lane| lane.bytes.capacity()).sum();
        bytes + self.lanes.capacity() * size_of::<Lane>()
    }

    /// Appends all keys with their places to `bytes`, in the format of `entry`, each lane preceded by its length.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        entry::put(bytes, self.lanes.len() as u64);
        for lane in &self.lanes {
            entry::put(bytes, lane.bytes.len() as u64);
            bytes.extend_from_slice(&lane.bytes);
        }
    }

    /// Takes what `write` wrote from the front of `bytes`; `None` if it is damaged.
    pub(crate) fn read(bytes: &mut &[u8]) -> Option<Self> {
        let mut buffer = Self::new();
        for _ in 0..entry::take(bytes)? {
            let length = usize::try_from(entry::take(bytes)?).ok()?;
            let (mut lane, rest) = bytes.split_at_checked(length)?;
            *bytes = rest;
            let mut decoder = Decoder::default();
            while !lane.is_empty() {
                let Item::Entry(start, end) = decoder.decode(lane) else { return None };
                // Lanes depend on a hash whose seed differs from process to process.
                buffer.push(&lane[start..end], *decoder.place());
                lane = &lane[end..];
            }
        }
        Some(buffer)
    }

    pub(super) fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// Returns the length of the longest key.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }
}

impl Default for KeyBuffer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for KeyBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyBuffer").field("keys", &self.keys).finish_non_exhaustive()
    }
}
