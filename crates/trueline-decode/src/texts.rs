//! The positions of a column's texts.

use std::ops::Range;

/// The texts of a column as ranges of the bytes of a block, without copying them into an array.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// The text of each row that has one, in order: without quotes, and trimmed if its field requires it.
    pub places: Vec<Range<u32>>,
    /// The rows that are null, in ascending order.
    pub nulls: Vec<u32>,
}

impl Texts {
    pub(crate) fn clear(&mut self) {
        self.places.clear();
        self.nulls.clear();
    }
}
