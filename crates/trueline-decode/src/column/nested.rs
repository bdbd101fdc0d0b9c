//! Columns of lists and structs, which a cell of a text table cannot contain: a cell that is not null is not a value.

use std::ops::Range;

use arrow_array::new_null_array;
use arrow_schema::DataType as ArrowType;
use trueline_tokenizer::Dialect;

use super::DecodeColumn;
use super::primitive::{Gaps, Source};
use crate::cell::{Cells, Read, Visit};
use crate::value::Refusal;
use crate::{Column, ColumnPlan};

/// Compiles the column; there is one loop.
pub(super) fn compile(plan: &ColumnPlan, dialect: &Dialect) -> Box<dyn DecodeColumn> {
    let data_type = super::arrow_type(&plan.field.data_type);
    Box::new(NestedColumn { source: Source::new(plan, dialect), gaps: Gaps::default(), data_type })
}

struct NestedColumn {
    source: Source,
    gaps: Gaps,
    data_type: ArrowType,
}

impl DecodeColumn for NestedColumn {
    fn decode(&mut self, cells: &Cells<'_>) -> Column {
        self.gaps.clear();
        let position = self.source.position;
        let visit = Refused { bytes: cells.bytes, source: &mut self.source, gaps: &mut self.gaps };
        cells.visit(position, visit);
        Column { array: new_null_array(&self.data_type, cells.rows), bad: self.gaps.take_bad() }
    }
}

/// The loop.
struct Refused<'l> {
    bytes: &'l [u8],
    source: &'l mut Source,
    gaps: &'l mut Gaps,
}

impl Visit for Refused<'_> {
    type Output = ();

    fn visit(self, cells: impl ExactSizeIterator<Item = Range<usize>>) {
        for (row, place) in (0..).zip(cells) {
            let text = self.source.unquote.text(self.bytes, place);
            if !self.source.nulls.contains(text) {
                self.gaps.bad(row, Refusal::Invalid);
            }
        }
    }
}
