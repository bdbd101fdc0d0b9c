//! Columns of text: views into the bytes of the block. Only strings with escapes are copied, into one buffer per block.

use std::sync::Arc;

use arrow_array::StringViewArray;
use arrow_buffer::{Buffer, ScalarBuffer};
use trueline_schema::{DataType, Field};
use trueline_tokenizer::json::unescape;

use super::{DecodeValues, Values};
use crate::Column;
use crate::cell::trimmed;
use crate::column::MissingValues;
use crate::column::text::{BLOCK, SCRATCH, is_inline, view};
use crate::json::slot::Kind;
use crate::proof::ascii::string_views;
use crate::value::ParseError;

/// Compiles `string` and `any`.
pub(super) fn compile(field: &Field) -> Box<dyn DecodeValues> {
    let accepts = match field.data_type {
        DataType::Any => Accepts::All,
        _ if field.coerce => Accepts::Scalars,
        _ => Accepts::Strings,
    };
    Box::new(TextColumn { accepts, trim: field.trim, missing: MissingValues::default() })
}

/// The values that have a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Accepts {
    Strings,
    /// Also numbers and booleans, as written.
    Scalars,
    /// Also arrays and objects: their JSON as written. A value in place of an object that should contain the column means
    /// null.
    All,
}

struct TextColumn {
    accepts: Accepts,
    trim: bool,
    missing: MissingValues,
}

impl DecodeValues for TextColumn {
    fn decode(&mut self, values: &Values<'_>) -> Column {
        self.missing.clear();
        let bytes = values.bytes;
        let mut scratch = Vec::new();
        let mut views = Vec::with_capacity(values.slots.len());
        for (row, slot) in (0..).zip(values.slots.iter()) {
            let (is_null, is_good) = match slot.kind {
                Kind::Absent | Kind::Null => (true, false),
                Kind::String | Kind::Escaped => (false, true),
                Kind::True | Kind::False | Kind::Number => (false, self.accepts != Accepts::Strings),
                Kind::Array | Kind::Object => (false, self.accepts == Accepts::All),
                Kind::NotObject => (self.accepts == Accepts::All, false),
            };
            if is_null {
                self.missing.null(row);
            } else if !is_good {
                self.missing.bad(row, ParseError::Invalid);
            }
            let trim = |text: &[u8], start: usize| {
                let within = if self.trim { trimmed(text) } else { 0..text.len() };
                start + within.start..start + within.end
            };
            views.push(match slot.kind {
                _ if !is_good => 0,
                Kind::Escaped => {
                    let start = scratch.len();
                    scratch.extend_from_slice(&unescape(&bytes[slot.content()]));
                    let place = trim(&scratch[start..], start);
                    view(&scratch, place, SCRATCH)
                }
                Kind::String => {
                    let content = slot.content();
                    view(bytes, trim(&bytes[content.clone()], content.start), BLOCK)
                }
                _ => view(bytes, slot.place(), BLOCK),
            });
        }
        let bad = self.missing.take_bad();
        let mut nulls = self.missing.nulls(views.len());
        if scratch.is_empty() {
            match string_views(views, values.buffer, nulls) {
                Ok(array) => return Column { array: Arc::new(array), bad },
                Err(parts) => (views, nulls) = parts,
            }
        }
        // If no view needs it, the block is not kept alive.
        let buffers = if !scratch.is_empty() {
            vec![values.buffer.clone(), Buffer::from_vec(scratch)]
        } else if views.iter().all(|view| is_inline(*view)) {
            Vec::new()
        } else {
            vec![values.buffer.clone()]
        };
        let array = StringViewArray::try_new(ScalarBuffer::from(views), buffers, nulls)
            .expect("records with bytes that are not UTF-8 never become rows");
        Column { array: Arc::new(array), bad }
    }
}
