//! Consecutive records with their sides.

use std::ops::Range;

use super::Side;

/// Consecutive records of a text input, with the invalid ones marked.
///
/// Reuse the value: it keeps its buffers.
///
/// **Cost**: four bytes and a bit per record, besides the bytes themselves; with reasons, four more bytes per record and eight
/// per reason.
#[derive(Debug, Default)]
pub struct Rows {
    bytes: Vec<u8>,
    /// The end of each record, after its line ending, in `bytes`.
    ends: Vec<u32>,
    /// One bit for each record.
    invalid: Vec<u64>,
    is_open: bool,
    /// The start of each record, if reasons are added.
    starts: Vec<u32>,
    /// Pairs of a record and the number of a check that reports it.
    reasons: Vec<(u32, u32)>,
}

impl Rows {
    /// Creates an empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Removes everything, keeping the buffers.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.invalid.clear();
        self.is_open = false;
        self.starts.clear();
        self.reasons.clear();
    }

    /// Returns the number of records.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Appends records by their ends: the offsets after their line endings, from the first byte of the piece, in ascending
    /// order. A record without a line ending, because the input ends there, ends one byte after that (or further). Records are
    /// valid until they are marked.
    pub fn extend(&mut self, ends: impl Iterator<Item = u32>) {
        self.ends.extend(ends);
        self.invalid.resize(self.ends.len().div_ceil(64), 0);
    }

    /// Marks a record as invalid.
    ///
    /// # Panics
    /// Panics if the record does not exist.
    pub fn mark(&mut self, record: usize) {
        assert!(record < self.ends.len(), "there are {} records, not {record}", self.ends.len());
        self.invalid[record / 64] |= 1 << (record % 64);
    }

    /// Sets the starts of the records appended last, after the bytes between them and earlier records. Required for all records
    /// if reasons are added.
    pub fn extend_starts(&mut self, starts: impl Iterator<Item = u32>) {
        self.starts.extend(starts);
    }

    /// Marks a record as invalid because of the check with this number.
    ///
    /// # Panics
    /// Panics if the record does not exist.
    pub fn add_reason(&mut self, record: usize, check: u32) {
        self.mark(record);
        self.reasons.push((u32::try_from(record).unwrap_or(u32::MAX), check));
    }

    /// Sorts reasons by record and check, and removes duplicates.
    pub(super) fn sort_reasons(&mut self) {
        self.reasons.sort_unstable();
        self.reasons.dedup();
    }

    /// The reasons of a record; they must be sorted.
    pub(super) fn reasons(&self, record: usize) -> &[(u32, u32)] {
        let record = u32::try_from(record).unwrap_or(u32::MAX);
        let start = self.reasons.partition_point(|reason| reason.0 < record);
        let end = start + self.reasons[start..].partition_point(|reason| reason.0 == record);
        &self.reasons[start..end]
    }

    /// The bytes before a record, and its own bytes.
    pub(super) fn parts(&self, record: usize) -> (&[u8], &[u8]) {
        let before = record.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        let (start, end) = (self.starts[record] as usize, self.ends[record] as usize);
        (&self.bytes[before..start], &self.bytes[start..end])
    }

    /// Sets the bytes of the whole piece, from its first byte. Those after the last record belong to the next one.
    pub fn set_bytes(&mut self, bytes: &[u8]) {
        self.bytes.clear();
        self.bytes.extend_from_slice(bytes);
        let end = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        if let Some(last) = self.ends.last_mut() {
            self.is_open = *last > end;
            *last = (*last).min(end);
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the last record has no line end.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// The bytes of the first record, including those before it.
    pub(super) fn first(&self) -> &[u8] {
        self.ends.first().map_or(&[], |&end| &self.bytes[..end as usize])
    }

    /// The bytes after the last record.
    pub(super) fn rest(&self) -> &[u8] {
        let end = self.ends.last().map_or(0, |&end| end as usize);
        &self.bytes[end..]
    }

    /// Runs of consecutive records of the same side, in input order: their side, number and byte range.
    pub(super) fn runs(&self) -> impl Iterator<Item = (Side, usize, Range<usize>)> {
        let (mut record, mut at) = (0, 0);
        std::iter::from_fn(move || {
            if record == self.ends.len() {
                return None;
            }
            let is_invalid = self.is_invalid(record);
            let next = self.next_of_other_side(record, is_invalid);
            let end = self.ends[next - 1] as usize;
            let side = if is_invalid { Side::Invalid } else { Side::Valid };
            let run = (side, next - record, at..end);
            (record, at) = (next, end);
            Some(run)
        })
    }

    fn is_invalid(&self, record: usize) -> bool {
        self.invalid[record / 64] >> (record % 64) & 1 == 1
    }

    /// The first record after `record` that belongs to the other side, or the number of records.
    fn next_of_other_side(&self, record: usize, is_invalid: bool) -> usize {
        let same = if is_invalid { u64::MAX } else { 0 };
        let mut index = record / 64;
        let mut others = (self.invalid[index] ^ same) & (u64::MAX << (record % 64));
        while others == 0 {
            index += 1;
            match self.invalid.get(index) {
                Some(word) => others = word ^ same,
                None => return self.ends.len(),
            }
        }
        (index * 64 + others.trailing_zeros() as usize).min(self.ends.len())
    }
}
