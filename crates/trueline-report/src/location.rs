//! Locations in an input, and how to find them.

use serde::{Deserialize, Serialize};

use crate::Excerpt;

/// A location in one input.
///
/// **Units** — `row_index` counts records from 0, without the header; `line` counts physical lines from 1 (LF, CRLF and
/// CR each end one, also inside quotes); `byte_offset` counts bytes from 0 in the decompressed stream, including a byte order
/// mark; `byte_length` is in bytes. Values that do not apply are `None`: a violation of the table has no row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The record, from 0, without the header.
    pub row_index: Option<u64>,
    /// The physical line of the first byte, from 1.
    pub line: Option<u64>,
    /// The offset of the first byte, from 0, in the decompressed stream.
    pub byte_offset: Option<u64>,
    /// The length in bytes, including quotes.
    pub byte_length: Option<u64>,
}

impl Location {
    /// Returns whether nothing is known about the location.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// Maps the rows of a batch back to their locations in the input.
///
/// A decoder returns one with every batch. Checks only use it for rows that fail, so it may be slow, and a batch
/// without failures costs nothing.
///
/// **Shapes** — `row` is an index into the batch, `column` an index into the fields of the schema. Rows and lines in the
/// results are relative to the chunk of the batch; the caller adds the position of the chunk.
pub trait Origin {
    /// Returns the location of a whole record.
    fn row(&self, row: usize) -> Location;

    /// Returns the location of a cell in the input, including its quotes.
    fn cell(&self, row: usize, column: usize) -> Location;

    /// Returns the decoded text of a cell: without quotes, and with doubled quotes resolved.
    fn value(&self, row: usize, column: usize) -> Option<String>;

    /// Returns the part of a cell that is invalid, if only a part of it is, such as one item of a list.
    fn inside(&self, row: usize, column: usize) -> Option<Inside> {
        let _ = (row, column);
        None
    }

    /// Returns the location and name of a key that no field declares, in formats whose rows have their own keys.
    fn extra(&self, row: usize) -> Option<(Location, String)> {
        let _ = row;
        None
    }

    /// Returns the lines of the record, for people, with the cell (or, without a column, the whole record) highlighted.
    fn excerpt(&self, row: usize, column: Option<usize>) -> Option<Excerpt> {
        let _ = (row, column);
        None
    }
}

/// A part of a nested value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    /// The path of the part from the value of the cell, as a JSON Pointer: `/tags/0`.
    pub path: String,
    /// The location of the part in the input.
    pub location: Location,
    /// The text of the part.
    pub value: Option<String>,
}

/// A cell that could not be parsed as the type of its column.
///
/// **Shapes** — lists of bad cells are ordered by `row`, with at most one per row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadCell {
    /// The index of the row in the batch.
    pub row: u32,
    /// The stable code of the violation, such as `type.invalid`.
    pub code: &'static str,
}
