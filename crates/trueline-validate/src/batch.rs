//! What a plan is run over.

use arrow_array::ArrayRef;
use trueline_report::{BadCell, Origin};

/// One column of a batch.
///
/// **Shapes**: `array` has one slot per row of the batch and is null where the cell is null or did not parse; `bad` lists
/// the latter, ordered by row.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// The decoded values.
    pub array: &'a ArrayRef,
    /// The cells that did not parse.
    pub bad: &'a [BadCell],
}

impl Column<'_> {
    /// Slots that are null although nothing was wrong with the cell.
    pub(crate) fn null_count(&self) -> u64 {
        (self.array.null_count() - self.bad.len()) as u64
    }
}

/// Rows of one input, column by column, with the places they came from.
#[derive(Clone, Copy)]
pub struct Batch<'a> {
    /// Number of rows.
    pub rows: usize,
    /// The columns by schema field; `None` where the input lacks the column or no check needs it.
    pub columns: &'a [Option<Column<'a>>],
    /// Tells where each row and cell stands.
    pub origin: &'a dyn Origin,
}
