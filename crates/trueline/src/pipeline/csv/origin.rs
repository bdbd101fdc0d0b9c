//! From a row of a batch back to its bytes.

use std::cell::OnceCell;
use std::ops::Range;

use trueline_report::{Excerpt, Location, Origin};
use trueline_tokenizer::{Dialect, Positions, count_line_ends, unquote};

/// One block of records: its bytes, its positions and where it stands.
pub(super) struct CsvBlock<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) positions: &'a Positions,
    pub(super) dialect: &'a Dialect,
    /// Schema field to column of the record.
    pub(super) sources: &'a [Option<usize>],
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
    /// For each record the line ends before it, once asked for.
    pub(super) record_lines: OnceCell<Vec<u32>>,
}

impl CsvBlock<'_> {
    fn line_ends(&self, range: Range<usize>) -> u64 {
        let before = range.start.checked_sub(1).map_or(self.previous, |at| self.bytes.get(at).copied());
        count_line_ends(&self.bytes[range], before)
    }

    /// Line ends of the block before a record.
    #[allow(clippy::cast_possible_truncation, reason = "a block is shorter than 4 GiB")]
    fn lines_before(&self, record: usize) -> u64 {
        let ends_with_line = matches!(self.bytes.last(), Some(b'\n' | b'\r'));
        if ends_with_line && self.lines == self.positions.len() as u64 {
            // Every record has a line end of its own, so no record has two and nothing lies between them.
            return record as u64;
        }
        let lines = self.record_lines.get_or_init(|| {
            let (mut counted, mut lines) = (0, 0);
            (0..self.positions.len())
                .map(|record| {
                    let start = self.positions.record(record).start;
                    lines += self.line_ends(counted..start);
                    counted = start;
                    lines as u32
                })
                .collect()
        });
        u64::from(lines[record])
    }

    /// Where a part of a record stands; `range` is relative to the block.
    pub(super) fn location(&self, record: usize, range: &Range<usize>) -> Location {
        let start = self.positions.record(record).start;
        let inside = self.line_ends(start..range.start.max(start));
        Location {
            row_index: Some(self.first_row + record as u64),
            line: Some(self.first_line + self.lines_before(record) + inside + 1),
            byte_offset: Some(self.byte_offset + range.start as u64),
            byte_length: Some(range.len() as u64),
        }
    }

    pub(super) fn record_excerpt(&self, record: usize, marked: &Range<usize>) -> Option<Excerpt> {
        if !self.shows_excerpts {
            return None;
        }
        let range = self.positions.record(record);
        let line = self.first_line + self.lines_before(record) + 1;
        let cell = marked.start.saturating_sub(range.start)..marked.end.saturating_sub(range.start);
        Some(Excerpt::new(&self.bytes[range], cell, Some(line)))
    }
}

/// The rows of a batch decoded from a block.
pub(super) struct CsvOrigin<'a> {
    pub(super) block: &'a CsvBlock<'a>,
    /// Batch row to record; `None` when they are the same.
    pub(super) records: Option<&'a [u32]>,
}

impl CsvOrigin<'_> {
    fn record(&self, row: usize) -> usize {
        self.records.map_or(row, |records| records[row] as usize)
    }

    fn cell_range(&self, record: usize, field: usize) -> Option<Range<usize>> {
        let source = self.block.sources.get(field).copied().flatten()?;
        (source < self.block.positions.field_count(record))
            .then(|| self.block.positions.field(record, source))
    }
}

impl Origin for CsvOrigin<'_> {
    fn row(&self, row: usize) -> Location {
        let record = self.record(row);
        self.block.location(record, &self.block.positions.record(record))
    }

    fn cell(&self, row: usize, column: usize) -> Location {
        let record = self.record(row);
        match self.cell_range(record, column) {
            Some(range) => self.block.location(record, &range),
            None => self.row(row),
        }
    }

    fn value(&self, row: usize, column: usize) -> Option<String> {
        let range = self.cell_range(self.record(row), column)?;
        let text = unquote(&self.block.bytes[range], self.block.dialect);
        Some(String::from_utf8_lossy(&text).into_owned())
    }

    fn excerpt(&self, row: usize, column: Option<usize>) -> Option<Excerpt> {
        let record = self.record(row);
        let cell = column.and_then(|column| self.cell_range(record, column));
        self.block.record_excerpt(record, &cell.unwrap_or_else(|| self.block.positions.record(record)))
    }
}
