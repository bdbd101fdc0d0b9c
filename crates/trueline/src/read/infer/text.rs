//! The types of columns of CSV, by the texts of their cells.

use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, BooleanArray, RecordBatch};
use trueline_io::{Format, MemorySource, Source};
use trueline_schema::grammar::{is_integer, parse_float, parse_integer};
use trueline_schema::{DataType, Field, Schema};
use trueline_validate::CustomCheck;

use super::HEAD_BYTES;
use super::moment::{common_type, string_type};
use crate::error::Error;
use crate::validator::{Validator, ValidatorBuilder};

/// Infers the types of columns from the texts of their cells. Columns without a name, which no schema can declare, are strings.
pub(super) fn fields(
    head: &MemorySource,
    schema: &Schema,
    names: &[String],
    format: Option<Format>,
) -> Result<Vec<Field>, Error> {
    let mut schema = schema.clone();
    let named = names.iter().filter(|name| !name.is_empty());
    schema.fields = named.map(|name| Field::new(name, DataType::String)).collect();
    let seen: Arc<Mutex<Vec<RecordBatch>>> = Arc::default();
    let taken = Arc::clone(&seen);
    let check = CustomCheck::new("infer", Vec::<String>::new(), move |batch: &RecordBatch| {
        taken.lock().unwrap_or_else(PoisonError::into_inner).push(batch.clone());
        Ok(BooleanArray::from(vec![true; batch.num_rows()]))
    });
    let builder = Validator::builder(schema).threads(1).custom(check);
    // Errors in it are reported when it is read.
    format.into_iter().fold(builder, ValidatorBuilder::format).build()?.validate(head)?;
    let mut batches = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    let is_cut = head.size_hint().is_some_and(|size| size >= HEAD_BYTES as u64);
    if let (true, Some(last)) = (is_cut, batches.last_mut()) {
        // The last row may be truncated.
        *last = last.slice(0, last.num_rows().saturating_sub(1));
    }
    let column = |at: usize| batches.iter().map(move |batch| batch.column(at)).collect::<Vec<_>>();
    let mut places = 0..;
    let mut next_type = || places.next().map_or(DataType::String, |at| text_type(&column(at)));
    let field = |name: &String| {
        let data_type = if name.is_empty() { DataType::String } else { next_type() };
        Field::new(name, data_type)
    };
    Ok(names.iter().map(field).collect())
}

/// Whether a text can be parsed as a value of a type.
type Predicate<'p> = &'p dyn Fn(&str) -> bool;

/// The first type that fits all strings; otherwise text.
fn text_type(arrays: &[&ArrayRef]) -> DataType {
    let is_plain = |text: &str| {
        let digits = text.trim_start_matches(['-', '+']);
        !(digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit())
    };
    let is_int64 = |text: &str| {
        is_integer(text)
            && is_plain(text)
            && parse_integer(text).is_some_and(|value| i64::try_from(value).is_ok())
    };
    let kinds: [(DataType, Predicate<'_>); 3] = [
        (DataType::Int64, &is_int64),
        (DataType::Float64, &|text| is_plain(text) && parse_float(text).is_some()),
        (DataType::Boolean, &|text| matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE")),
    ];
    let texts = || arrays.iter().flat_map(|array| array.as_string_view().iter().flatten());
    if texts().next().is_none() {
        return DataType::String;
    }
    let of_strings = || texts().map(string_type).reduce(|one, other| common_type(one, &other));
    let found = kinds.into_iter().find(|(_, is)| texts().all(is)).map(|(kind, _)| kind);
    found.or_else(of_strings).unwrap_or(DataType::String)
}
