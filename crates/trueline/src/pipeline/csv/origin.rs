//! From a row of a batch back to its bytes.

use std::ops::Range;

use trueline_report::{Excerpt, Location, Origin};
use trueline_tokenizer::{Dialect, Positions, unquote};

use super::super::text::TextBlock;

/// The rows of a batch decoded from a block.
pub(super) struct CsvOrigin<'a> {
    pub(super) block: &'a TextBlock<'a>,
    pub(super) positions: &'a Positions,
    pub(super) dialect: &'a Dialect,
    /// Schema field to column of the record.
    pub(super) sources: &'a [Option<usize>],
    /// Batch row to record; `None` when they are the same.
    pub(super) records: Option<&'a [u32]>,
}

impl CsvOrigin<'_> {
    fn record(&self, row: usize) -> usize {
        self.records.map_or(row, |records| records[row] as usize)
    }

    fn cell_range(&self, record: usize, field: usize) -> Option<Range<usize>> {
        let source = self.sources.get(field).copied().flatten()?;
        (source < self.positions.field_count(record)).then(|| self.positions.field(record, source))
    }
}

impl Origin for CsvOrigin<'_> {
    fn row(&self, row: usize) -> Location {
        let record = self.record(row);
        self.block.location(record, &self.block.record(record))
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
        let text = unquote(&self.block.bytes()[range], self.dialect);
        Some(String::from_utf8_lossy(&text).into_owned())
    }

    fn excerpt(&self, row: usize, column: Option<usize>) -> Option<Excerpt> {
        let record = self.record(row);
        let cell = column.and_then(|column| self.cell_range(record, column));
        self.block.record_excerpt(record, &cell.unwrap_or_else(|| self.block.record(record)))
    }
}
