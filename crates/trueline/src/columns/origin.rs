//! The places of rows that have no bytes of their own: only their number is known.

use arrow_array::{Array, ArrayRef};
use trueline_report::{Location, Origin};

use super::show;

/// The rows of a batch.
pub(super) struct BatchOrigin<'a> {
    /// Rows of the state that came before.
    pub(super) first_row: u64,
    /// The columns as the input has them, by schema field.
    pub(super) arrays: &'a [Option<ArrayRef>],
}

impl Origin for BatchOrigin<'_> {
    fn row(&self, row: usize) -> Location {
        Location { row_index: Some(self.first_row + row as u64), ..Location::default() }
    }

    fn cell(&self, row: usize, _column: usize) -> Location {
        self.row(row)
    }

    fn value(&self, row: usize, column: usize) -> Option<String> {
        let array = self.arrays.get(column)?.as_ref()?;
        array.is_valid(row).then(|| show::value(array, row))
    }
}
