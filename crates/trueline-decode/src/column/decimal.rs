//! Columns of decimals.

use arrow_array::types::Decimal128Type;
use arrow_schema::DataType as ArrowType;
use trueline_schema::DataType;
use trueline_tokenizer::Dialect;

use super::DecodeColumn;
use super::primitive::PrimitiveColumn;
use crate::ColumnPlan;
use crate::value::decimal::DecimalParser;
use crate::value::plain::PlainParser;

/// Chooses the loop by notation.
pub(super) fn compile(plan: &ColumnPlan, dialect: &Dialect) -> Box<dyn DecodeColumn> {
    let (precision, scale) = match plan.field.data_type {
        DataType::Decimal { precision, scale } => (precision, scale),
        _ => (38, 0),
    };
    let parser = DecimalParser::new(precision, scale);
    let data_type = arrow_type(precision, scale);
    if plan.field.group_char.is_some() || plan.field.decimal_char != '.' {
        let parser = PlainParser::new(parser, plan.field.group_char, plan.field.decimal_char);
        PrimitiveColumn::<Decimal128Type, _>::boxed(plan, dialect, parser, data_type)
    } else {
        PrimitiveColumn::<Decimal128Type, _>::boxed(plan, dialect, parser, data_type)
    }
}

pub(super) fn arrow_type(precision: u8, scale: u8) -> ArrowType {
    ArrowType::Decimal128(precision, i8::try_from(scale).unwrap_or(i8::MAX))
}
