//! Columns of floats.

use arrow_array::ArrowPrimitiveType;
use arrow_array::types::{Float32Type, Float64Type};
use trueline_schema::DataType;
use trueline_tokenizer::Dialect;

use super::DecodeColumn;
use super::primitive::PrimitiveColumn;
use crate::ColumnPlan;
use crate::value::Parse;
use crate::value::float::{Float32Parser, Float64Parser};
use crate::value::plain::PlainParser;

/// Chooses the loop by width and notation.
pub(super) fn compile(plan: &ColumnPlan, dialect: &Dialect) -> Box<dyn DecodeColumn> {
    match plan.field.data_type {
        DataType::Float32 => of::<Float32Type, _>(plan, dialect, Float32Parser),
        _ => of::<Float64Type, _>(plan, dialect, Float64Parser),
    }
}

fn of<A, P>(plan: &ColumnPlan, dialect: &Dialect, parser: P) -> Box<dyn DecodeColumn>
where
    A: ArrowPrimitiveType,
    P: Parse<Native = A::Native> + 'static,
{
    if plan.field.group_char.is_some() || plan.field.decimal_char != '.' {
        let parser = PlainParser::new(parser, plan.field.group_char, plan.field.decimal_char);
        PrimitiveColumn::<A, _>::boxed(plan, dialect, parser, A::DATA_TYPE)
    } else {
        PrimitiveColumn::<A, _>::boxed(plan, dialect, parser, A::DATA_TYPE)
    }
}
