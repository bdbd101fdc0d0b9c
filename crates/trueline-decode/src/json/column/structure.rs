//! Columns of structs: each member is a separate column.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::{ArrayRef, StructArray};
use arrow_schema::{Field as ArrowField, Fields};
use trueline_schema::{DataType, DuplicateKeys, Field};
use trueline_tokenizer::json::{TokenKind, Tokens, unescape};

use super::{DecodeValues, Part, Values, part};
use crate::Column;
use crate::column::MissingValues;
use crate::json::slot::{Kind, Slot, Slots};
use crate::json::walk::kind_of;
use crate::value::ParseError;

pub(super) fn compile(
    field: &Field,
    members: &[(String, DataType)],
    duplicates: DuplicateKeys,
) -> Box<dyn DecodeValues> {
    let member = |(name, data_type): &(String, DataType)| Member {
        name: name.clone(),
        column: super::compile(&part(field, data_type), duplicates),
        slots: Slots::default(),
    };
    let members = members.iter().map(member).collect();
    Box::new(StructColumn { members, duplicates, missing: MissingValues::default(), row: Vec::new() })
}

struct StructColumn {
    members: Vec<Member>,
    duplicates: DuplicateKeys,
    missing: MissingValues,
    /// The members of one value.
    row: Vec<Slot>,
}

struct Member {
    name: String,
    column: Box<dyn DecodeValues>,
    slots: Slots,
}

impl StructColumn {
    /// Finds the members of an object; other keys are skipped.
    fn members(&mut self, bytes: &[u8], object: Slot) {
        self.row.clear();
        self.row.resize(self.members.len(), Slot::default());
        if object.kind != Kind::Object {
            return;
        }
        let place = object.place();
        let text = &bytes[place.clone()];
        let mut tokens = Tokens::new(text, usize::MAX);
        let (mut member, mut start) = (None, 0);
        // The record is known to be JSON.
        while let Ok(Some(token)) = tokens.next() {
            let is_begin = matches!(token.kind, TokenKind::BeginArray | TokenKind::BeginObject);
            let is_end = matches!(token.kind, TokenKind::EndArray | TokenKind::EndObject);
            if token.kind == TokenKind::Key && tokens.depth() == 1 {
                let content = &text[token.range.start + 1..token.range.end - 1];
                let key = if token.has_escapes { unescape(content) } else { Cow::Borrowed(content) };
                member = self.members.iter().position(|member| *member.name.as_bytes() == *key);
            } else if is_begin && tokens.depth() == 2 {
                start = token.range.start;
            } else if tokens.depth() == 1 && !is_begin {
                let start = if is_end { start } else { token.range.start };
                let slot = Slot::new(place.start + start..place.start + token.range.end, kind_of(&token));
                if let Some(member) = member {
                    let old = &mut self.row[member];
                    if old.kind == Kind::Absent || self.duplicates == DuplicateKeys::Last {
                        *old = slot;
                    }
                }
            }
        }
    }
}

impl DecodeValues for StructColumn {
    fn decode(&mut self, values: &Values<'_>) -> Column {
        self.missing.clear();
        self.members.iter_mut().for_each(|member| member.slots.clear());
        for (row, slot) in (0..).zip(values.slots.iter()) {
            match slot.kind {
                Kind::Absent | Kind::Null => self.missing.null(row),
                Kind::Object => {}
                _ => self.missing.bad(row, ParseError::Invalid),
            }
            self.members(values.bytes, slot);
            for (member, slot) in self.members.iter_mut().zip(&self.row) {
                member.slots.push(*slot);
            }
        }
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.members.len());
        for Member { column, slots, .. } in &mut self.members {
            let decoded = column.decode(&Values { slots, ..*values });
            for cell in &decoded.bad {
                self.missing.bad_part(cell.row as usize, cell.code);
            }
            arrays.push(decoded.array);
        }
        let bad = self.missing.take_bad_rows();
        let nulls = self.missing.nulls(values.slots.len());
        let fields: Fields = self
            .members
            .iter()
            .zip(&arrays)
            .map(|(member, array)| ArrowField::new(&member.name, array.data_type().clone(), true))
            .collect();
        Column { array: Arc::new(StructArray::new(fields, arrays, nulls)), bad }
    }

    fn inside(&mut self, values: &Values<'_>, row: usize) -> Option<Part> {
        let object = values.slots.get(row);
        if object.kind != Kind::Object {
            return None;
        }
        self.members(values.bytes, object);
        for (Member { name, column, .. }, slot) in self.members.iter_mut().zip(&self.row) {
            let mut slots = Slots::default();
            slots.push(*slot);
            let member = Values { slots: &slots, ..*values };
            if column.decode(&member).bad.is_empty() {
                continue;
            }
            let deeper = column.inside(&member, 0);
            let rest = deeper.unwrap_or(Part { pointer: String::new(), slot: *slot });
            let name = name.replace('~', "~0").replace('/', "~1");
            return Some(Part { pointer: format!("/{name}{}", rest.pointer), slot: rest.slot });
        }
        None
    }
}
