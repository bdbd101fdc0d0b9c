//! Maps a row of a batch back to its bytes.

use std::cell::RefCell;
use std::ops::Range;

use trueline_decode::json::{JsonBlock, JsonDecoder, JsonRows};
use trueline_report::{Excerpt, Inside, Location, Origin};

use super::super::text::TextBlock;

/// The rows of a batch decoded from a block.
pub(super) struct JsonOrigin<'a> {
    pub(super) block: &'a TextBlock<'a>,
    pub(super) input: JsonBlock<'a>,
    /// Schema field to column of the decoder.
    pub(super) columns: &'a [Option<usize>],
    pub(super) decoder: &'a RefCell<JsonDecoder>,
    pub(super) rows: &'a JsonRows,
}

impl JsonOrigin<'_> {
    fn record(&self, row: usize) -> usize {
        self.rows.record(row) as usize
    }

    fn column(&self, field: usize) -> Option<usize> {
        self.columns.get(field).copied().flatten()
    }

    /// The location of a value; `None` if the record does not have it.
    fn place(&self, row: usize, field: usize) -> Option<Range<usize>> {
        self.decoder.borrow().place(self.column(field)?, &self.input, self.rows, row)
    }
}

impl Origin for JsonOrigin<'_> {
    fn row(&self, row: usize) -> Location {
        let record = self.record(row);
        self.block.location(record, &self.block.record(record))
    }

    fn cell(&self, row: usize, column: usize) -> Location {
        match self.place(row, column) {
            Some(range) => self.block.location(self.record(row), &range),
            None => self.row(row),
        }
    }

    fn value(&self, row: usize, column: usize) -> Option<String> {
        self.decoder.borrow().value(self.column(column)?, &self.input, self.rows, row)
    }

    fn inside(&self, row: usize, column: usize) -> Option<Inside> {
        let part = self.decoder.borrow_mut().inside(self.column(column)?, &self.input, self.rows, row)?;
        let location = self.block.location(self.record(row), &part.range);
        Some(Inside { path: part.pointer, location, value: Some(part.value) })
    }

    fn extra(&self, row: usize) -> Option<(Location, String)> {
        let range = self.rows.extra_key(row)?;
        let location = self.block.location(self.record(row), &range);
        let name = trueline_tokenizer::json::unescape(&self.block.bytes()[range.start + 1..range.end - 1]);
        Some((location, String::from_utf8_lossy(&name).into_owned()))
    }

    fn excerpt(&self, row: usize, column: Option<usize>) -> Option<Excerpt> {
        let record = self.record(row);
        let part = |column| {
            let column = self.column(column)?;
            let part = self.decoder.borrow_mut().inside(column, &self.input, self.rows, row)?;
            Some(part.range)
        };
        let value = column.and_then(|column| part(column).or_else(|| self.place(row, column)));
        self.block.record_excerpt(record, &value.unwrap_or_else(|| self.block.record(record)))
    }
}
