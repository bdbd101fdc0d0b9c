//! Columns of lists: the items of all rows are the values of one column.

use std::sync::Arc;

use arrow_array::ListArray;
use arrow_buffer::{OffsetBuffer, ScalarBuffer};
use arrow_schema::Field as ArrowField;
use trueline_schema::{DataType, DuplicateKeys, Field};
use trueline_tokenizer::json::{TokenKind, Tokens};

use super::{DecodeValues, Part, Values, part};
use crate::Column;
use crate::column::MissingValues;
use crate::json::slot::{Kind, Slot, Slots};
use crate::json::walk::kind_of;
use crate::value::ParseError;

pub(super) fn compile(field: &Field, item: &DataType, duplicates: DuplicateKeys) -> Box<dyn DecodeValues> {
    let items = super::compile(&part(field, item), duplicates);
    Box::new(ListColumn { items, missing: MissingValues::default(), slots: Slots::default() })
}

struct ListColumn {
    items: Box<dyn DecodeValues>,
    missing: MissingValues,
    /// The items of the last block.
    slots: Slots,
}

impl ListColumn {
    /// Concatenates the items of some values; returns where those of each value end.
    fn split(&mut self, values: &Values<'_>) -> Vec<i32> {
        self.missing.clear();
        self.slots.clear();
        let mut ends = Vec::with_capacity(values.slots.len() + 1);
        ends.push(0);
        for (row, slot) in (0..).zip(values.slots.iter()) {
            match slot.kind {
                Kind::Absent | Kind::Null => self.missing.null(row),
                Kind::Array => items(values.bytes, slot, &mut self.slots),
                _ => self.missing.bad(row, ParseError::Invalid),
            }
            // An item takes at least two bytes, and a block is below four gigabytes.
            ends.push(i32::try_from(self.slots.len()).unwrap_or(i32::MAX));
        }
        ends
    }
}

impl DecodeValues for ListColumn {
    fn decode(&mut self, values: &Values<'_>) -> Column {
        let ends = self.split(values);
        let items = self.items.decode(&Values { slots: &self.slots, ..*values });
        for cell in &items.bad {
            let row = ends.partition_point(|end| *end <= cell.row.cast_signed()) - 1;
            self.missing.bad_part(row, cell.code);
        }
        let bad = self.missing.take_bad_rows();
        let nulls = self.missing.nulls(values.slots.len());
        let field = Arc::new(ArrowField::new_list_field(items.array.data_type().clone(), true));
        let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
        Column { array: Arc::new(ListArray::new(field, offsets, items.array, nulls)), bad }
    }

    fn inside(&mut self, values: &Values<'_>, row: usize) -> Option<Part> {
        let slot = values.slots.get(row);
        if slot.kind != Kind::Array {
            return None;
        }
        let mut slots = Slots::default();
        items(values.bytes, slot, &mut slots);
        let items = Values { slots: &slots, ..*values };
        let first = self.items.decode(&items).bad.first()?.row as usize;
        let deeper = self.items.inside(&items, first);
        let rest = deeper.unwrap_or(Part { pointer: String::new(), slot: slots.get(first) });
        Some(Part { pointer: format!("/{first}{}", rest.pointer), slot: rest.slot })
    }
}

/// Appends the items of an array.
fn items(bytes: &[u8], array: Slot, slots: &mut Slots) {
    let place = array.place();
    let mut tokens = Tokens::new(&bytes[place.clone()], usize::MAX);
    let mut start = 0;
    // The record is known to be JSON.
    while let Ok(Some(token)) = tokens.next() {
        let is_begin = matches!(token.kind, TokenKind::BeginArray | TokenKind::BeginObject);
        let is_end = matches!(token.kind, TokenKind::EndArray | TokenKind::EndObject);
        if is_begin && tokens.depth() == 2 {
            start = token.range.start;
        }
        if tokens.depth() == 1 && !is_begin {
            let start = if is_end { start } else { token.range.start };
            slots.push(Slot::new(place.start + start..place.start + token.range.end, kind_of(&token)));
        }
    }
}
