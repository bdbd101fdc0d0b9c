//! Columns of JSON: one file per kind of array, and the only place where a type chooses its parser.
//!
//! A column is one loop over its [`Slots`]. Lists and structs are columns of columns: their items are slots again.

mod binary;
mod list;
mod primitive;
mod structure;
mod text;

use arrow_array::types::{
    Date32Type, Decimal128Type, DurationNanosecondType, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_buffer::Buffer;
use trueline_schema::{DataType, DuplicateKeys, Field, TimeUnit};

use self::primitive::{boolean, instants, integers, numbers, strings, undeclared_unit};
use super::slot::{Slot, Slots};
use crate::Column;
use crate::value::date::DateParser;
use crate::value::decimal::DecimalParser;
use crate::value::duration::DurationParser;
use crate::value::float::{Float32Parser, Float64Parser};
use crate::value::pattern::{PatternDateParser, PatternTimeParser, Patterns};
use crate::value::time::TimeParser;

/// The values of one column, and the bytes that contain them.
pub(crate) struct Values<'a> {
    /// The bytes that offsets refer to.
    pub(crate) bytes: &'a [u8],
    /// The same bytes, to be shared by arrays.
    pub(crate) buffer: &'a Buffer,
    pub(crate) slots: &'a Slots,
}

/// A part of a nested value that is not a value of its type.
pub(crate) struct Part {
    /// A JSON Pointer from the value.
    pub(crate) pointer: String,
    pub(crate) slot: Slot,
}

/// One column of a decoder.
pub(crate) trait DecodeValues: Send {
    /// Decodes the values.
    fn decode(&mut self, values: &Values<'_>) -> Column;

    /// Returns the part for which a value is rejected, if it is a part.
    fn inside(&mut self, values: &Values<'_>, row: usize) -> Option<Part> {
        let _ = (values, row);
        None
    }
}

/// Returns the decoder of a column.
pub(crate) fn compile(field: &Field, duplicates: DuplicateKeys) -> Box<dyn DecodeValues> {
    match &field.data_type {
        DataType::Boolean => boolean(field),
        DataType::Int8 => integers::<Int8Type>(field),
        DataType::Int16 => integers::<Int16Type>(field),
        DataType::Int32 => integers::<Int32Type>(field),
        DataType::Int64 => integers::<Int64Type>(field),
        DataType::UInt8 => integers::<UInt8Type>(field),
        DataType::UInt16 => integers::<UInt16Type>(field),
        DataType::UInt32 => integers::<UInt32Type>(field),
        DataType::UInt64 => integers::<UInt64Type>(field),
        DataType::Float32 => numbers::<Float32Type, _>(field, || Float32Parser),
        DataType::Float64 => numbers::<Float64Type, _>(field, || Float64Parser),
        DataType::Decimal { precision, scale } => {
            numbers::<Decimal128Type, _>(field, || DecimalParser::new(*precision, *scale))
        }
        DataType::Date if field.formats.is_empty() => strings::<Date32Type, _>(field, DateParser),
        DataType::Date => strings::<Date32Type, _>(field, PatternDateParser(Patterns::new(&field.formats))),
        DataType::Time if field.formats.is_empty() => strings::<Time64NanosecondType, _>(field, TimeParser),
        DataType::Time => {
            strings::<Time64NanosecondType, _>(field, PatternTimeParser(Patterns::new(&field.formats)))
        }
        DataType::Timestamp { unit, .. } => match unit {
            None => undeclared_unit(field),
            Some(TimeUnit::Second) => instants::<TimestampSecondType>(field, TimeUnit::Second),
            Some(TimeUnit::Millisecond) => instants::<TimestampMillisecondType>(field, TimeUnit::Millisecond),
            Some(TimeUnit::Microsecond) => instants::<TimestampMicrosecondType>(field, TimeUnit::Microsecond),
            Some(TimeUnit::Nanosecond) => instants::<TimestampNanosecondType>(field, TimeUnit::Nanosecond),
        },
        DataType::Duration => strings::<DurationNanosecondType, _>(field, DurationParser),
        DataType::Binary => binary::compile(field),
        DataType::String | DataType::Any => text::compile(field),
        DataType::List(item) => list::compile(field, item, duplicates),
        DataType::Struct(members) => structure::compile(field, members, duplicates),
    }
}

/// A field for a part of a nested type: read like the whole, except for type-specific settings.
fn part(field: &Field, data_type: &DataType) -> Field {
    Field { coerce: field.coerce, trim: field.trim, ..Field::new("", data_type.clone()) }
}
