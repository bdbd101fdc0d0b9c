//! Columns of dates.

use arrow_array::types::Date32Type;
use arrow_schema::DataType as ArrowType;
use trueline_tokenizer::Dialect;

use super::DecodeColumn;
use super::primitive::PrimitiveColumn;
use crate::ColumnPlan;
use crate::value::date::DateParser;
use crate::value::pattern::{PatternDateParser, Patterns};

/// Chooses the loop by format.
pub(super) fn compile(plan: &ColumnPlan, dialect: &Dialect) -> Box<dyn DecodeColumn> {
    if plan.field.formats.is_empty() {
        PrimitiveColumn::<Date32Type, _>::boxed(plan, dialect, DateParser, ArrowType::Date32)
    } else {
        let parser = PatternDateParser(Patterns::new(&plan.field.formats));
        PrimitiveColumn::<Date32Type, _>::boxed(plan, dialect, parser, ArrowType::Date32)
    }
}
