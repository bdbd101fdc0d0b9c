//! Places: where in an input something stands, and who can tell.

use serde::{Deserialize, Serialize};

use crate::Excerpt;

/// Where something stands in one input.
///
/// **Units** — `row_index` counts records from 0, header excluded; `line` counts physical lines from 1 (LF, CRLF and
/// CR each end one, inside quotes too); `byte_offset` counts bytes from 0 in the decompressed stream, a byte order
/// mark included; `byte_length` is in bytes. What does not apply is `None`: a fault of the table has no row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The record, from 0, header excluded.
    pub row_index: Option<u64>,
    /// The physical line of the first byte, from 1.
    pub line: Option<u64>,
    /// The first byte, from 0, in the decompressed stream.
    pub byte_offset: Option<u64>,
    /// The number of bytes, quotes included.
    pub byte_length: Option<u64>,
}

impl Location {
    /// Whether nothing at all is known about the place.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// The way from a row of a batch back to its place in the input.
///
/// A decoder hands one out with every batch; checks ask it only for rows that fail, so it may be slow and a batch
/// without faults costs nothing.
///
/// **Shapes** — `row` is an index into the batch, `column` an index into the schema's fields. Rows and lines of the
/// answers are relative to the chunk that the batch was decoded from: whoever knows where the chunk begins adds it.
pub trait Origin {
    /// The place of a whole record.
    fn row(&self, row: usize) -> Location;

    /// The place of one cell as it stands in the input, its quotes included.
    fn cell(&self, row: usize, column: usize) -> Location;

    /// The text of one cell as decoded: without quotes, doubled quotes undone.
    fn value(&self, row: usize, column: usize) -> Option<String>;

    /// What is wrong inside of a cell that is no value of its type, where the fault is of a part of it, such as one item of a list.
    fn inside(&self, row: usize, column: usize) -> Option<Inside> {
        let _ = (row, column);
        None
    }

    /// The place and the name of a key in a row that no field declares, in formats whose rows have keys of their own.
    fn extra(&self, row: usize) -> Option<(Location, String)> {
        let _ = row;
        None
    }

    /// The lines of the record, for people, with the cell (or without a column the whole record) marked.
    fn excerpt(&self, row: usize, column: Option<usize>) -> Option<Excerpt> {
        let _ = (row, column);
        None
    }
}

/// A part of a nested value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    /// Which part, as a JSON Pointer from the value of the cell: `/tags/0`.
    pub path: String,
    /// Where the part stands in the input.
    pub location: Location,
    /// Its text.
    pub value: Option<String>,
}

/// A cell that could not be read as its column's type.
///
/// **Shapes** — lists of these are ordered by `row`, with at most one entry per row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadCell {
    /// The row in the batch.
    pub row: u32,
    /// The stable code of what is wrong, such as `type.invalid`.
    pub code: &'static str,
}
