//! What a plan is run over.

use std::ops::Range;

use arrow_array::ArrayRef;
use trueline_report::{BadCell, Origin};

/// One column of a batch, or those of its cells that are not proven to pass.
///
/// **Shapes**: `array` has one slot per row of the batch, or one per row listed in `rows`. A slot is null where the cell is
/// null or did not parse; `bad` lists the latter, ordered by slot.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// The decoded values.
    pub array: &'a ArrayRef,
    /// The cells that did not parse, by slot.
    pub bad: &'a [BadCell],
    /// The row of each slot, in ascending order; `None` when every row has one. The rows left out are proven to pass
    /// every check over the cells of this column, or are rows that nobody asks for ([`State::observe_candidates`](crate::State::observe_candidates)).
    pub rows: Option<&'a [u32]>,
    /// How many of the rows left out are null.
    pub proven_nulls: u64,
}

impl<'a> Column<'a> {
    /// A column in full.
    pub fn whole(array: &'a ArrayRef, bad: &'a [BadCell]) -> Self {
        Self { array, bad, rows: None, proven_nulls: 0 }
    }

    /// Slots that are null although nothing was wrong with the cell.
    pub(crate) fn null_count(&self) -> u64 {
        (self.array.null_count() - self.bad.len()) as u64
    }
}

/// The keys of a column, where they are texts that stand somewhere: enough where nothing but prints are made of them.
#[derive(Clone, Copy, Debug)]
pub struct KeyTexts<'a> {
    /// The schema field.
    pub field: usize,
    /// The bytes among which the texts stand.
    pub bytes: &'a [u8],
    /// The text of each row that has one, in order.
    pub places: &'a [Range<u32>],
    /// The rows that have none, in ascending order.
    pub nulls: &'a [u32],
}

impl<'a> KeyTexts<'a> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let Self { bytes, places, .. } = *self;
        places.iter().map(|place| &bytes[place.start as usize..place.end as usize])
    }
}

/// Rows of one input, column by column, with the places they came from.
#[derive(Clone, Copy)]
pub struct Batch<'a> {
    /// Number of rows.
    pub rows: usize,
    /// The columns by schema field; `None` where the input lacks the column or no check needs it.
    pub columns: &'a [Option<Column<'a>>],
    /// The columns that checks over keys name, by schema field and always in full. The same as `columns` where those
    /// are in full.
    pub keys: &'a [Option<Column<'a>>],
    /// Columns that need not be among `keys` for it ([`State::takes_texts`](crate::State::takes_texts)).
    pub texts: &'a [KeyTexts<'a>],
    /// The rows with a key that no field declares, in ascending order; `None` where rows have no keys of their own, or may have any.
    pub extras: Option<&'a [u32]>,
    /// Tells where each row and cell stands.
    pub origin: &'a dyn Origin,
}
