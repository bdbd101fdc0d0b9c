//! Columns: one file per family of types, each with a `compile` that chooses the loop for a column once.
//!
//! A new type is a new file, a parser under `value`, and a line in [`compile`] and [`arrow_type`].

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

pub(crate) use self::primitive::Gaps;

use arrow_schema::{DataType as ArrowType, Field};
use trueline_schema::DataType;
use trueline_tokenizer::Dialect;

use crate::cell::Cells;
use crate::{Column, ColumnPlan, Texts};

/// One column of a decoder.
pub(crate) trait DecodeColumn: Send {
    /// Decodes the column's cells of a block.
    fn decode(&mut self, cells: &Cells<'_>) -> Column;

    /// Where the texts of the cells stand; `false` where some stand nowhere, or they are no texts.
    fn texts(&self, _cells: &Cells<'_>, _texts: &mut Texts) -> bool {
        false
    }
}

/// The decoder of a column: the one place where its type is looked at.
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

/// The Arrow type of a column.
///
/// A timestamp without a declared unit has microseconds here; a block of it that holds finer digits comes as
/// `Decimal128(38, 9)` seconds since the epoch instead, so that nothing is rounded. This goes for timestamps within lists and structs too.
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
