//! The input of a plan: batches of rows, column by column.

use std::fmt;
use std::ops::Range;

use arrow_array::ArrayRef;
use trueline_report::{BadCell, Origin};

/// One column of a batch, or those of its cells that are not proven to pass.
///
/// **Shapes**: `array` has one slot per row of the batch, or one per row listed in `rows`. A slot is null if the cell is null or
/// did not parse; `bad` lists the latter, ordered by slot.
///
/// **Layouts**: checks read the following Arrow types. Convert other layouts first; `trueline::Validator::validate_batches` does
/// it for batches of any layout, and reports columns of other types.
///
/// | type of the field | Arrow type of `array` |
/// |---|---|
/// | integers | integers of any width |
/// | `float32`, `float64` | `Float32`, `Float64` |
/// | `decimal(p,s)` | `Decimal128` of the same scale |
/// | `string` | `Utf8View` |
/// | `boolean`, `binary` | `Boolean`, `Binary` |
/// | `date` | `Date32` |
/// | `time`, `timestamp`, `duration` | `Time32` or `Time64`, `Timestamp`, `Duration`, of any unit |
/// | `list<…>`, `struct<…>` | `List`, `Struct` |
/// | `any` | any; checks of keys compare `Utf8View` by content |
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// The decoded values.
    pub array: &'a ArrayRef,
    /// The cells that did not parse, by slot.
    pub bad: &'a [BadCell],
    /// The row of each slot, in ascending order; `None` if there is a slot for every row.
    ///
    /// The rows left out are proven to pass every check over the cells of this column, or are not needed
    /// ([`State::observe_candidates`](crate::State::observe_candidates)).
    pub rows: Option<&'a [u32]>,
    /// The number of nulls among the rows left out.
    pub proven_nulls: u64,
}

impl<'a> Column<'a> {
    /// Creates a column with a slot for every row.
    pub fn whole(array: &'a ArrayRef, bad: &'a [BadCell]) -> Self {
        Self { array, bad, rows: None, proven_nulls: 0 }
    }

    /// Counts the slots that are null although their cells parsed.
    pub(crate) fn null_count(&self) -> u64 {
        (self.array.null_count() - self.bad.len()) as u64
    }
}

/// The keys of a column as slices of the input's bytes, which suffice if keys are only hashed.
#[derive(Clone, Copy, Debug)]
pub struct KeyTexts<'a> {
    /// The schema field.
    pub field: usize,
    /// The bytes that contain the keys.
    pub bytes: &'a [u8],
    /// The location in `bytes` of the key of each row that has one, in order.
    pub places: &'a [Range<u32>],
    /// The rows without a key, in ascending order.
    pub nulls: &'a [u32],
}

impl<'a> KeyTexts<'a> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let Self { bytes, places, .. } = *self;
        places.iter().map(|place| &bytes[place.start as usize..place.end as usize])
    }
}

/// Rows of one input, column by column, with their locations in it.
#[derive(Clone, Copy)]
pub struct Batch<'a> {
    /// Number of rows.
    pub rows: usize,
    /// The columns by schema field, as many as the schema has; `None` if the input lacks the column or no check needs it.
    pub columns: &'a [Option<Column<'a>>],
    /// The columns of checks over keys, by schema field, with a slot for every row. The same as `columns` if those have every
    /// slot.
    pub keys: &'a [Option<Column<'a>>],
    /// The keys of columns that can be left out of `keys` ([`State::takes_texts`](crate::State::takes_texts)).
    pub texts: &'a [KeyTexts<'a>],
    /// The rows with an undeclared key, in ascending order; `None` if rows have no keys, or may have any.
    pub extras: Option<&'a [u32]>,
    /// Returns the location of each row and cell.
    pub origin: &'a dyn Origin,
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, columns, keys, texts, extras, origin: _ } = self;
        let mut shown = formatter.debug_struct("Batch");
        shown.field("rows", rows).field("columns", columns).field("keys", keys);
        shown.field("texts", texts).field("extras", extras).finish_non_exhaustive()
    }
}
