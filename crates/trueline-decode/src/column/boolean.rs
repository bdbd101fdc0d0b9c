//! Columns of booleans.

use std::sync::Arc;

use arrow_array::BooleanArray;
use arrow_buffer::BooleanBuffer;
use trueline_tokenizer::Dialect;

use super::DecodeColumn;
use super::primitive::{MissingValues, Source};
use crate::cell::Cells;
use crate::value::boolean::BooleanParser;
use crate::{Column, ColumnPlan};

/// Compiles the column; there is one loop.
pub(super) fn compile(plan: &ColumnPlan, dialect: &Dialect) -> Box<dyn DecodeColumn> {
    let parser = BooleanParser::new(&plan.field.true_values, &plan.field.false_values);
    Box::new(BooleanColumn { source: Source::new(plan, dialect), parser, missing: MissingValues::default() })
}

struct BooleanColumn {
    source: Source,
    parser: BooleanParser,
    missing: MissingValues,
}

impl DecodeColumn for BooleanColumn {
    fn decode(&mut self, cells: &Cells<'_>) -> Column {
        self.missing.clear();
        let values = self.source.values(cells, &mut self.parser, &mut self.missing);
        let array = BooleanArray::new(BooleanBuffer::from(values.as_slice()), self.missing.nulls(cells.rows));
        Column { array: Arc::new(array), bad: self.missing.take_bad() }
    }
}
