//! Columns of lists and structs, which a cell of a text table cannot contain: a cell that is not null is not a value.

use std::ops::Range;

use arrow_array::new_null_array;
use arrow_schema::DataType as ArrowType;
use trueline_tokenizer::Dialect;

use super::DecodeColumn;
use super::primitive::{MissingValues, Source};
use crate::cell::{Cells, ReadText, Visit};
use crate::value::ParseError;
use crate::{Column, ColumnPlan};

/// Compiles the column; there is one loop.
pub(super) fn compile(plan: &ColumnPlan, dialect: &Dialect) -> Box<dyn DecodeColumn> {
    let data_type = super::arrow_type(&plan.field.data_type);
    Box::new(NestedColumn {
        source: Source::new(plan, dialect),
        missing: MissingValues::default(),
        data_type,
    })
}

struct NestedColumn {
    source: Source,
    missing: MissingValues,
    data_type: ArrowType,
}

impl DecodeColumn for NestedColumn {
    fn decode(&mut self, cells: &Cells<'_>) -> Column {
        self.missing.clear();
        let position = self.source.position;
        let visit = RejectCells { bytes: cells.bytes, source: &mut self.source, missing: &mut self.missing };
        cells.visit(position, visit);
        Column { array: new_null_array(&self.data_type, cells.rows), bad: self.missing.take_bad() }
    }
}

/// The loop.
struct RejectCells<'l> {
    bytes: &'l [u8],
    source: &'l mut Source,
    missing: &'l mut MissingValues,
}

impl Visit for RejectCells<'_> {
    type Output = ();

    fn visit(self, cells: impl ExactSizeIterator<Item = Range<usize>>) {
        for (row, place) in (0..).zip(cells) {
            let text = self.source.unquote.text(self.bytes, place);
            if !self.source.nulls.contains(text) {
                self.missing.bad(row, ParseError::Invalid);
            }
        }
    }
}
