//! Columns of times of the day.

use arrow_array::types::Time64NanosecondType;
use arrow_schema::{DataType as ArrowType, TimeUnit};
use trueline_tokenizer::Dialect;

use super::DecodeColumn;
use super::primitive::PrimitiveColumn;
use crate::ColumnPlan;
use crate::value::pattern::{PatternTimeParser, Patterns};
use crate::value::time::TimeParser;

/// Chooses the loop by format.
pub(super) fn compile(plan: &ColumnPlan, dialect: &Dialect) -> Box<dyn DecodeColumn> {
    let data_type = ArrowType::Time64(TimeUnit::Nanosecond);
    if plan.field.formats.is_empty() {
        PrimitiveColumn::<Time64NanosecondType, _>::boxed(plan, dialect, TimeParser, data_type)
    } else {
        let parser = PatternTimeParser(Patterns::new(&plan.field.formats));
        PrimitiveColumn::<Time64NanosecondType, _>::boxed(plan, dialect, parser, data_type)
    }
}
