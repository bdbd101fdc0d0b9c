//! Expands arrays that store a repeated value once to one value per row.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int16Type, Int32Type, Int64Type, RunEndIndexType};
use arrow_array::{Array, ArrayRef, RunArray, UInt32Array};
use arrow_schema::DataType;
use arrow_select::take::take;

use super::widen::text;

/// The array with a value for every row: dictionaries and runs are expanded, whatever they contain. Strings become views, so that
/// none is copied. `None` if the result exceeds the capacity of an array.
pub(crate) fn flat(array: &ArrayRef) -> Option<ArrayRef> {
    let mut array = Arc::clone(array);
    loop {
        let (values, places): (ArrayRef, ArrayRef) = match array.data_type() {
            DataType::Dictionary(_, _) => {
                let dictionary = array.as_any_dictionary();
                (Arc::clone(dictionary.values()), arrow_array::make_array(dictionary.keys().to_data()))
            }
            DataType::RunEndEncoded(ends, _) => match ends.data_type() {
                DataType::Int16 => runs(array.as_run::<Int16Type>()),
                DataType::Int32 => runs(array.as_run::<Int32Type>()),
                _ => runs(array.as_run::<Int64Type>()),
            },
            _ => return Some(array),
        };
        let values = text(&values).unwrap_or(values);
        array = take(&values, &places, None).ok()?;
    }
}

/// The values of runs, and for each row the index of its value.
fn runs<R: RunEndIndexType>(runs: &RunArray<R>) -> (ArrayRef, ArrayRef) {
    let rows = u32::try_from(runs.len()).unwrap_or(u32::MAX);
    let places: Vec<u32> = (0..rows)
        .map(|row| u32::try_from(runs.get_physical_index(row as usize)).unwrap_or_default())
        .collect();
    (Arc::clone(runs.values()), Arc::new(UInt32Array::from(places)))
}
