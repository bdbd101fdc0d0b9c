//! Columns of bytes.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::BinaryArray;
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use trueline_tokenizer::Dialect;

use super::DecodeColumn;
use super::primitive::{MissingValues, Source};
use crate::cell::{Cells, NullStrings, RawText, ReadText, Visit};
use crate::value::{ParseError, binary};
use crate::{Column, ColumnPlan};

/// Compiles the column; there is one loop.
pub(super) fn compile(plan: &ColumnPlan, dialect: &Dialect) -> Box<dyn DecodeColumn> {
    Box::new(BinaryColumn { source: Source::new(plan, dialect), missing: MissingValues::default() })
}

struct BinaryColumn {
    source: Source,
    missing: MissingValues,
}

impl DecodeColumn for BinaryColumn {
    fn decode(&mut self, cells: &Cells<'_>) -> Column {
        self.missing.clear();
        let Source { position, nulls, unquote } = &mut self.source;
        let (bytes, missing) = (cells.bytes, &mut self.missing);
        let (offsets, values) = if unquote.is_needed(cells) {
            cells.visit(*position, Values { bytes, text: unquote, nulls, missing })
        } else {
            cells.visit(*position, Values { bytes, text: &mut RawText, nulls, missing })
        };
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        let array = BinaryArray::new(offsets, Buffer::from_vec(values), self.missing.nulls(cells.rows));
        Column { array: Arc::new(array), bad: self.missing.take_bad() }
    }
}

/// The loop: offsets and the bytes between them.
struct Values<'l, T> {
    bytes: &'l [u8],
    text: &'l mut T,
    nulls: &'l NullStrings,
    missing: &'l mut MissingValues,
}

impl<T: ReadText> Visit for Values<'_, T> {
    type Output = (Vec<i32>, Vec<u8>);

    fn visit(self, cells: impl ExactSizeIterator<Item = Range<usize>>) -> (Vec<i32>, Vec<u8>) {
        let mut values = Vec::new();
        let mut offsets = Vec::with_capacity(cells.len() + 1);
        let mut end = 0;
        offsets.push(end);
        for (row, place) in (0..).zip(cells) {
            let text = self.text.text(self.bytes, place);
            if self.nulls.contains(text) {
                self.missing.null(row);
            } else if !binary::decode_into(text.as_bytes(), &mut values) {
                self.missing.bad(row, ParseError::Invalid);
            } else if let Ok(length) = i32::try_from(values.len()) {
                end = length;
            } else {
                // Two gigabytes in one block: more than the offsets of the array can represent.
                values.truncate(usize::try_from(end).unwrap_or_default());
                self.missing.bad(row, ParseError::OutOfRange);
            }
            offsets.push(end);
        }
        (offsets, values)
    }
}
