//! Where the texts of a column stand.

use std::ops::Range;

/// The texts of a column as places in the bytes of a block: what need not be made anew when nobody wants an array.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// The text of each row that has one, in order: without its quotes, and trimmed if its field says so.
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
