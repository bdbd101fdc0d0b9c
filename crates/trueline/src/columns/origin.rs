//! Locations of rows that have no bytes: only their number is known.

use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType as Arrow;
use trueline_report::{Location, Origin};
use trueline_schema::{DataType, Schema};

use super::show;
use super::widen::widen;

/// The rows of a batch.
pub(super) struct BatchOrigin<'a> {
    /// Rows of the state that came before.
    pub(super) first_row: u64,
    pub(super) schema: &'a Schema,
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
        let mut one = self.arrays.get(column)?.as_ref()?.slice(row, 1);
        // An entry of a dictionary may be null as well.
        if one.logical_nulls().is_some_and(|nulls| nulls.is_null(0)) {
            return None;
        }
        // A narrow float is shown as the wide one of the same value, which has other digits: 0.1 is 0.10000000149011612.
        if self.schema.fields[column].data_type == DataType::Float64 && is_narrow(one.data_type()) {
            one = widen(&one, &DataType::Float64)?.array;
        }
        Some(show::value(&one, 0))
    }
}

/// Whether values are floats of fewer bits than 64.
fn is_narrow(data_type: &Arrow) -> bool {
    match data_type {
        Arrow::Float16 | Arrow::Float32 => true,
        Arrow::Dictionary(_, values) => is_narrow(values),
        Arrow::RunEndEncoded(_, values) => is_narrow(values.data_type()),
        _ => false,
    }
}
