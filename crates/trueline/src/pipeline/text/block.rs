//! One block of records and its location.

use std::cell::OnceCell;
use std::ops::Range;

use trueline_report::{Excerpt, Location};
use trueline_tokenizer::{Positions, count_line_ends};

/// The location of the records of a block, in bytes from its start.
pub(in super::super) trait Ranges {
    /// The number of records.
    fn len(&self) -> usize;

    /// The range of a record, its line end excluded.
    fn range(&self, record: usize) -> Range<usize>;

    /// The start of the line after a record; beyond the block if the input ends without a line ending.
    fn line_end(&self, record: usize) -> usize;
}

impl Ranges for Positions {
    fn len(&self) -> usize {
        self.len()
    }

    fn range(&self, record: usize) -> Range<usize> {
        self.record(record)
    }

    fn line_end(&self, record: usize) -> usize {
        self.line_end(record)
    }
}

/// One block of records: its bytes, its records and its location.
pub(in super::super) struct TextBlock<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) records: &'a dyn Ranges,
    /// Offset of the block's first byte in the decompressed input.
    pub(super) byte_offset: u64,
    /// The byte before it.
    pub(super) previous: Option<u8>,
    /// Records of the chunk before this block.
    pub(super) first_row: u64,
    /// Line ends of the chunk before this block.
    pub(super) first_line: u64,
    /// Line ends of the block.
    pub(super) lines: u64,
    /// Whether excerpts may be taken (not where a field is sensitive).
    pub(super) shows_excerpts: bool,
    /// For each record the number of line ends before it, computed on first use.
    pub(super) record_lines: &'a OnceCell<Vec<u32>>,
}

impl<'a> TextBlock<'a> {
    /// The bytes of the block.
    pub(in super::super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The location of a record, relative to the block.
    pub(in super::super) fn record(&self, record: usize) -> Range<usize> {
        self.records.range(record)
    }

    /// Where the line of a record begins, where each record is a line.
    pub(super) fn line_start(&self, record: usize) -> usize {
        record.checked_sub(1).map_or(0, |before| self.records.line_end(before))
    }

    fn line_ends(&self, range: Range<usize>) -> u64 {
        let before = range.start.checked_sub(1).map_or(self.previous, |at| self.bytes.get(at).copied());
        count_line_ends(&self.bytes[range], before)
    }

    /// Whether each record is a line.
    pub(super) fn is_plain(&self) -> bool {
        let last = self.records.len().checked_sub(1);
        let is_ended = last.is_some_and(|last| self.records.line_end(last) <= self.bytes.len());
        // Every record has its own line ending: if there are no others, no record has two and nothing is between them. After a CR
        // a terminator may be a LF that does not end a line.
        is_ended && self.previous != Some(b'\r') && self.lines == self.records.len() as u64
    }

    /// Line ends of the block before a record.
    #[allow(clippy::cast_possible_truncation, reason = "a block is shorter than 4 GiB")]
    fn lines_before(&self, record: usize) -> u64 {
        if self.is_plain() {
            return record as u64;
        }
        let lines = self.record_lines.get_or_init(|| {
            let (mut counted, mut lines) = (0, 0);
            (0..self.records.len())
                .map(|record| {
                    let start = self.records.range(record).start;
                    lines += self.line_ends(counted..start);
                    counted = start;
                    lines as u32
                })
                .collect()
        });
        u64::from(lines[record])
    }

    /// The location of a part of a record; `range` is relative to the block.
    pub(in super::super) fn location(&self, record: usize, range: &Range<usize>) -> Location {
        let start = self.records.range(record).start;
        let inside = self.line_ends(start..range.start.max(start));
        Location {
            row_index: Some(self.first_row + record as u64),
            line: Some(self.first_line + self.lines_before(record) + inside + 1),
            byte_offset: Some(self.byte_offset + range.start as u64),
            byte_length: Some(range.len() as u64),
        }
    }

    pub(in super::super) fn record_excerpt(&self, record: usize, marked: &Range<usize>) -> Option<Excerpt> {
        if !self.shows_excerpts {
            return None;
        }
        let range = self.records.range(record);
        let line = self.first_line + self.lines_before(record) + 1;
        let cell = marked.start.saturating_sub(range.start)..marked.end.saturating_sub(range.start);
        Some(Excerpt::new(&self.bytes[range], cell, Some(line)))
    }
}
