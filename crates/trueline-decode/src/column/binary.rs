//! Columns of bytes.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::BinaryArray;
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use trueline_tokenizer::Dialect;

use super::DecodeColumn;
use super::primitive::{Gaps, Source};
use crate::cell::{AsItStands, Cells, Nulls, Read, Visit};
use crate::value::{Refusal, binary};
use crate::{Column, ColumnPlan};

/// Compiles the column; there is one loop.
pub(super) fn compile(plan: &ColumnPlan, dialect: &Dialect) -> Box<dyn DecodeColumn> {
    Box::new(BinaryColumn { source: Source::new(plan, dialect), gaps: Gaps::default() })
}

struct BinaryColumn {
    source: Source,
    gaps: Gaps,
}

impl DecodeColumn for BinaryColumn {
    fn decode(&mut self, cells: &Cells<'_>) -> Column {
        self.gaps.clear();
        let Source { position, nulls, unquote } = &mut self.source;
        let (bytes, gaps) = (cells.bytes, &mut self.gaps);
        let (offsets, values) = if unquote.is_needed(cells) {
            cells.visit(*position, Values { bytes, text: unquote, nulls, gaps })
        } else {
            cells.visit(*position, Values { bytes, text: &mut AsItStands, nulls, gaps })
        };
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        let array = BinaryArray::new(offsets, Buffer::from_vec(values), self.gaps.nulls(cells.rows));
        Column { array: Arc::new(array), bad: self.gaps.take_bad() }
    }
}

/// The loop: offsets and the bytes between them.
struct Values<'l, T> {
    bytes: &'l [u8],
    text: &'l mut T,
    nulls: &'l Nulls,
    gaps: &'l mut Gaps,
}

impl<T: Read> Visit for Values<'_, T> {
    type Output = (Vec<i32>, Vec<u8>);

    fn visit(self, cells: impl ExactSizeIterator<Item = Range<usize>>) -> (Vec<i32>, Vec<u8>) {
        let mut values = Vec::new();
        let mut offsets = Vec::with_capacity(cells.len() + 1);
        let mut end = 0;
        offsets.push(end);
        for (row, place) in (0..).zip(cells) {
            let text = self.text.text(self.bytes, place);
            if self.nulls.contains(text) {
                self.gaps.null(row);
            } else if !binary::decode_into(text.as_bytes(), &mut values) {
                self.gaps.bad(row, Refusal::Invalid);
            } else if let Ok(length) = i32::try_from(values.len()) {
                end = length;
            } else {
                // Two gigabytes in one block: more than the offsets of the array can represent.
                values.truncate(usize::try_from(end).unwrap_or_default());
                self.gaps.bad(row, Refusal::OutOfRange);
            }
            offsets.push(end);
        }
        (offsets, values)
    }
}
