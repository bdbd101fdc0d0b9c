//! Columns of bytes: strings in base64.

use std::sync::Arc;

use arrow_array::BinaryArray;
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use trueline_schema::Field;

use super::primitive::TextReader;
use super::{DecodeValues, Values};
use crate::Column;
use crate::column::MissingValues;
use crate::json::slot::Kind;
use crate::value::{ParseError, binary};

/// Compiles the column; there is one loop.
pub(super) fn compile(field: &Field) -> Box<dyn DecodeValues> {
    Box::new(BinaryColumn { reader: TextReader::new(field), missing: MissingValues::default() })
}

struct BinaryColumn {
    reader: TextReader,
    missing: MissingValues,
}

impl DecodeValues for BinaryColumn {
    fn decode(&mut self, values: &Values<'_>) -> Column {
        self.missing.clear();
        let mut bytes = Vec::new();
        let mut offsets = Vec::with_capacity(values.slots.len() + 1);
        let mut end = 0;
        offsets.push(end);
        for (row, slot) in (0..).zip(values.slots.iter()) {
            if matches!(slot.kind, Kind::Absent | Kind::Null) {
                self.missing.null(row);
            } else if !slot.kind.is_string()
                || !binary::decode_into(self.reader.text(values.bytes, slot).as_bytes(), &mut bytes)
            {
                self.missing.bad(row, ParseError::Invalid);
            } else if let Ok(length) = i32::try_from(bytes.len()) {
                end = length;
            } else {
                // Two gigabytes in one block: more than the offsets of the array can represent.
                bytes.truncate(usize::try_from(end).unwrap_or_default());
                self.missing.bad(row, ParseError::OutOfRange);
            }
            offsets.push(end);
        }
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        let nulls = self.missing.nulls(values.slots.len());
        let array = BinaryArray::new(offsets, Buffer::from_vec(bytes), nulls);
        Column { array: Arc::new(array), bad: self.missing.take_bad() }
    }
}
