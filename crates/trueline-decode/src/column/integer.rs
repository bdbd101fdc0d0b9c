//! Columns of integers.

use arrow_array::ArrowPrimitiveType;
use arrow_array::types::{
    Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use trueline_schema::DataType;
use trueline_tokenizer::Dialect;

use super::DecodeColumn;
use super::primitive::PrimitiveColumn;
use crate::ColumnPlan;
use crate::value::integer::{Integer, IntegerParser};
use crate::value::plain::PlainParser;

/// Chooses the loop by width.
pub(super) fn compile(plan: &ColumnPlan, dialect: &Dialect) -> Box<dyn DecodeColumn> {
    match plan.field.data_type {
        DataType::Int8 => of::<Int8Type>(plan, dialect),
        DataType::Int16 => of::<Int16Type>(plan, dialect),
        DataType::Int32 => of::<Int32Type>(plan, dialect),
        DataType::UInt8 => of::<UInt8Type>(plan, dialect),
        DataType::UInt16 => of::<UInt16Type>(plan, dialect),
        DataType::UInt32 => of::<UInt32Type>(plan, dialect),
        DataType::UInt64 => of::<UInt64Type>(plan, dialect),
        _ => of::<Int64Type>(plan, dialect),
    }
}

fn of<A>(plan: &ColumnPlan, dialect: &Dialect) -> Box<dyn DecodeColumn>
where
    A: ArrowPrimitiveType<Native: Integer>,
{
    let parser = IntegerParser::<A::Native>::default();
    if plan.field.group_char.is_some() {
        let parser = PlainParser::new(parser, plan.field.group_char, plan.field.decimal_char);
        PrimitiveColumn::<A, _>::boxed(plan, dialect, parser, A::DATA_TYPE)
    } else {
        PrimitiveColumn::<A, _>::boxed(plan, dialect, parser, A::DATA_TYPE)
    }
}
