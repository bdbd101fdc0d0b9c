//! Columns of durations.

use arrow_array::types::DurationNanosecondType;
use arrow_schema::{DataType as ArrowType, TimeUnit};
use trueline_tokenizer::Dialect;

use super::DecodeColumn;
use super::primitive::PrimitiveColumn;
use crate::ColumnPlan;
use crate::value::duration::DurationParser;

/// Compiles the column; there is one loop.
pub(super) fn compile(plan: &ColumnPlan, dialect: &Dialect) -> Box<dyn DecodeColumn> {
    let data_type = ArrowType::Duration(TimeUnit::Nanosecond);
    PrimitiveColumn::<DurationNanosecondType, _>::boxed(plan, dialect, DurationParser, data_type)
}
