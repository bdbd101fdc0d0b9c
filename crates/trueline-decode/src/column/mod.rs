//! Columns: one file per family of types, each with a `compile` that chooses the loop of a column once.
//!
//! A new type needs a new file, a parser under `value`, and a line in [`compile`] and [`arrow_type`].

mod binary;
mod boolean;
mod date;
mod decimal;
mod duration;
mod float;
mod integer;
mod nested;
mod primitive;
pub(crate) mod text;
mod time;
mod timestamp;

pub(crate) use self::primitive::MissingValues;

use arrow_schema::{DataType as ArrowType, Field};
use trueline_schema::DataType;
use trueline_tokenizer::Dialect;

use crate::cell::Cells;
use crate::{Column, ColumnPlan, Texts};

/// One column of a decoder.
pub(crate) trait DecodeColumn: Send {
    /// Decodes the column's cells of a block.
    fn decode(&mut self, cells: &Cells<'_>) -> Column;

    /// Finds the text of the cells; `false` if some is not in the file as it is, or the column is not text.
    fn texts(&self, _cells: &Cells<'_>, _texts: &mut Texts) -> bool {
        false
    }
}

/// Returns the decoder of a column: the only place that examines its type.
pub(crate) fn compile(plan: &ColumnPlan, dialect: &Dialect) -> Box<dyn DecodeColumn> {
    match plan.field.data_type {
        DataType::Boolean => boolean::compile(plan, dialect),
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64 => integer::compile(plan, dialect),
        DataType::Float32 | DataType::Float64 => float::compile(plan, dialect),
        DataType::Decimal { .. } => decimal::compile(plan, dialect),
        DataType::Date => date::compile(plan, dialect),
        DataType::Time => time::compile(plan, dialect),
        DataType::Timestamp { .. } => timestamp::compile(plan, dialect),
        DataType::Duration => duration::compile(plan, dialect),
        DataType::Binary => binary::compile(plan, dialect),
        DataType::List(_) | DataType::Struct(_) => nested::compile(plan, dialect),
        // `string` and `any`.
        _ => text::compile(plan, dialect),
    }
}

/// Returns the Arrow type of a column.
///
/// A timestamp without a declared unit has microseconds; a block with finer digits is returned as `Decimal128(38, 9)`
/// seconds since the epoch, so that nothing is rounded. This also applies to timestamps in lists and structs.
///
/// # Example
/// ```
/// use trueline_schema::DataType;
/// assert_eq!(trueline_decode::arrow_type(&DataType::Date), arrow_schema::DataType::Date32);
/// assert_eq!(trueline_decode::arrow_type(&DataType::String), arrow_schema::DataType::Utf8View);
/// ```
pub fn arrow_type(data_type: &DataType) -> ArrowType {
    match data_type {
        DataType::Boolean => ArrowType::Boolean,
        DataType::Int8 => ArrowType::Int8,
        DataType::Int16 => ArrowType::Int16,
        DataType::Int32 => ArrowType::Int32,
        DataType::Int64 => ArrowType::Int64,
        DataType::UInt8 => ArrowType::UInt8,
        DataType::UInt16 => ArrowType::UInt16,
        DataType::UInt32 => ArrowType::UInt32,
        DataType::UInt64 => ArrowType::UInt64,
        DataType::Float32 => ArrowType::Float32,
        DataType::Float64 => ArrowType::Float64,
        DataType::Decimal { precision, scale } => decimal::arrow_type(*precision, *scale),
        DataType::Date => ArrowType::Date32,
        DataType::Time => ArrowType::Time64(arrow_schema::TimeUnit::Nanosecond),
        DataType::Timestamp { unit, zone } => timestamp::arrow_type(*unit, zone.as_deref()),
        DataType::Duration => ArrowType::Duration(arrow_schema::TimeUnit::Nanosecond),
        DataType::Binary => ArrowType::Binary,
        DataType::List(item) => ArrowType::new_list(arrow_type(item), true),
        DataType::Struct(members) => {
            let field = |(name, member): &(String, DataType)| Field::new(name, arrow_type(member), true);
            ArrowType::Struct(members.iter().map(field).collect())
        }
        _ => ArrowType::Utf8View,
    }
}
