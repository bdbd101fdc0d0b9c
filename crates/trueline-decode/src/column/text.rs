//! Columns of text: views into the bytes of the block.
//!
//! A text of up to twelve bytes is inside its view; a longer one is a range of the chunk's buffer, without the quotes of
//! quoted cells. Only cells with doubled or escaped quotes are copied, into one scratch buffer per block.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::StringViewArray;
use arrow_buffer::{Buffer, ScalarBuffer};
use trueline_tokenizer::Dialect;

use super::DecodeColumn;
use super::primitive::{MissingValues, Source, of_nulls};
use crate::cell::{Cells, NullStrings, Unquoter, Visit};
use crate::proof::ascii::string_views;
use crate::value::Text;
use crate::{Column, ColumnPlan, Texts};

/// The longest text that fits inside a view.
const INLINE: usize = 12;

/// The bytes of a text of each length that fits inside a view.
const MASKS: [u128; INLINE + 1] = {
    let mut masks = [0; INLINE + 1];
    let mut length = 0;
    while length <= INLINE {
        masks[length] = (1 << (8 * length)) - 1;
        length += 1;
    }
    masks
};

/// The buffers of the array.
pub(crate) const BLOCK: u32 = 0;
pub(crate) const SCRATCH: u32 = 1;

/// Compiles the column; whether cells may be quoted is only known per block.
pub(super) fn compile(plan: &ColumnPlan, dialect: &Dialect) -> Box<dyn DecodeColumn> {
    Box::new(TextColumn { source: Source::new(plan, dialect), missing: MissingValues::default() })
}

struct TextColumn {
    source: Source,
    missing: MissingValues,
}

impl DecodeColumn for TextColumn {
    fn decode(&mut self, cells: &Cells<'_>) -> Column {
        self.missing.clear();
        let Source { position, nulls, unquote } = &self.source;
        let (bytes, missing) = (cells.bytes, &mut self.missing);
        let mut scratch = Vec::new();
        let mut words = None;
        let views = if unquote.is_needed(cells) {
            cells.visit(*position, QuotedViews { bytes, unquote, nulls, missing, scratch: &mut scratch })
        } else if nulls.are_empty() {
            cells.visit(*position, PlainViews { bytes, nulls: words.insert(Vec::new()) })
        } else {
            cells.visit(*position, Views { bytes, nulls, missing })
        };
        let mut nulls = match words {
            Some(words) => of_nulls(words, cells.rows),
            None => self.missing.nulls(cells.rows),
        };
        let mut views = views;
        if scratch.is_empty() {
            match string_views(views, &cells.buffer(), nulls) {
                Ok(array) => return Column { array: Arc::new(array), bad: Vec::new() },
                Err(parts) => (views, nulls) = parts,
            }
        }
        // If no view needs it, the block is not kept alive.
        let buffers = if !scratch.is_empty() {
            vec![cells.buffer(), Buffer::from_vec(scratch)]
        } else if views.iter().all(|view| is_inline(*view)) {
            Vec::new()
        } else {
            vec![cells.buffer()]
        };
        let array = StringViewArray::try_new(ScalarBuffer::from(views), buffers, nulls)
            .expect("records with bytes that are not UTF-8 never become rows");
        Column { array: Arc::new(array), bad: Vec::new() }
    }

    fn texts(&self, cells: &Cells<'_>, texts: &mut Texts) -> bool {
        let Source { position, nulls, unquote } = &self.source;
        let unquote = Some(unquote).filter(|unquote| unquote.is_needed(cells));
        cells.visit(*position, TextRanges { bytes: cells.bytes, unquote, nulls, texts })
    }
}

/// The loop that finds texts without building an array.
struct TextRanges<'l> {
    bytes: &'l [u8],
    /// Reads the cells, if any may be quoted or need trimming.
    unquote: Option<&'l Unquoter>,
    nulls: &'l NullStrings,
    texts: &'l mut Texts,
}

impl Visit for TextRanges<'_> {
    type Output = bool;

    fn visit(self, cells: impl ExactSizeIterator<Item = Range<usize>>) -> bool {
        let Self { bytes, unquote, nulls, texts } = self;
        texts.clear();
        if nulls.are_empty() && unquote.is_none_or(|unquote| !unquote.trim) {
            return plain_ranges(bytes, unquote, texts, cells);
        }
        texts.places.reserve(cells.len());
        for (row, place) in (0..).zip(cells) {
            let place = match unquote {
                None => Some(place),
                Some(unquote) => {
                    unquote.content_range(bytes, place).map(|content| unquote.trimmed(bytes, content))
                }
            };
            let Some(place) = place else { return false };
            if nulls.contains(Text::at(bytes, place.clone())) {
                texts.nulls.push(row);
            } else {
                texts.places.push(narrow(place.start)..narrow(place.end));
            }
        }
        true
    }
}

/// The loop if only the empty string is null and nothing is trimmed: empty and quoted cells are checked afterwards.
#[inline]
fn plain_ranges(
    bytes: &[u8],
    unquote: Option<&Unquoter>,
    texts: &mut Texts,
    cells: impl ExactSizeIterator<Item = Range<usize>>,
) -> bool {
    // Rows that may be null; those that are not are removed below.
    let Texts { places, nulls } = texts;
    let mut row = 0;
    places.extend(cells.map(|place| {
        let is_quoted = unquote.is_some_and(|unquote| unquote.is_quoted(bytes, place.start));
        if is_quoted || place.is_empty() {
            nulls.push(row);
        }
        row += 1;
        narrow(place.start)..narrow(place.end)
    }));
    if let Some(unquote) = unquote {
        for row in &*nulls {
            let place = &mut places[*row as usize];
            let Some(content) = unquote.content_range(bytes, place.start as usize..place.end as usize) else {
                return false;
            };
            *place = narrow(content.start)..narrow(content.end);
        }
    }
    let is_null = |place: &Range<u32>| place.start == place.end;
    nulls.retain(|row| is_null(&places[*row as usize]));
    if !nulls.is_empty() {
        places.retain(|place| !is_null(place));
    }
    true
}

/// The loop if each cell is its own text.
struct Views<'l> {
    bytes: &'l [u8],
    nulls: &'l NullStrings,
    missing: &'l mut MissingValues,
}

impl Visit for Views<'_> {
    type Output = Vec<u128>;

    fn visit(self, cells: impl ExactSizeIterator<Item = Range<usize>>) -> Vec<u128> {
        let mut row = 0;
        cells
            .map(|place| {
                let view = if self.nulls.contains(Text::at(self.bytes, place.clone())) {
                    self.missing.null(row);
                    0
                } else {
                    view(self.bytes, place, BLOCK)
                };
                row += 1;
                view
            })
            .collect()
    }
}

/// The same loop if only the empty string is null: a null also has the empty view, so there is no branch. `nulls` has one
/// bit per row.
struct PlainViews<'l> {
    bytes: &'l [u8],
    nulls: &'l mut Vec<u64>,
}

impl Visit for PlainViews<'_> {
    type Output = Vec<u128>;

    fn visit(self, cells: impl ExactSizeIterator<Item = Range<usize>>) -> Vec<u128> {
        self.nulls.resize(cells.len().div_ceil(64), 0);
        let mut row = 0;
        cells
            .map(|place| {
                self.nulls[row / 64] |= u64::from(place.is_empty()) << (row % 64);
                row += 1;
                view(self.bytes, place, BLOCK)
            })
            .collect()
    }
}

/// The loop if cells may be quoted or need trimming.
struct QuotedViews<'l> {
    bytes: &'l [u8],
    unquote: &'l Unquoter,
    nulls: &'l NullStrings,
    missing: &'l mut MissingValues,
    scratch: &'l mut Vec<u8>,
}

impl Visit for QuotedViews<'_> {
    type Output = Vec<u128>;

    fn visit(self, cells: impl ExactSizeIterator<Item = Range<usize>>) -> Vec<u128> {
        let mut row = 0;
        cells
            .map(|place| {
                let (bytes, place, buffer) =
                    if let Some(content) = self.unquote.content_range(self.bytes, place.clone()) {
                        (self.bytes, self.unquote.trimmed(self.bytes, content), BLOCK)
                    } else {
                        let start = self.scratch.len();
                        self.unquote.unescape(&self.bytes[place], self.scratch);
                        (
                            &self.scratch[..],
                            self.unquote.trimmed(self.scratch, start..self.scratch.len()),
                            SCRATCH,
                        )
                    };
                let view = if self.nulls.contains(Text::at(bytes, place.clone())) {
                    self.missing.null(row);
                    0
                } else {
                    view(bytes, place, buffer)
                };
                row += 1;
                view
            })
            .collect()
    }
}

/// Returns the view of the text at `place`: its length, then the text itself, or four bytes of it, the buffer and the
/// offset.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the body of the loop over a column")]
pub(crate) fn view(bytes: &[u8], place: Range<usize>, buffer: u32) -> u128 {
    let length = place.len();
    let text = Text::at(bytes, place.clone()).double_word() & MASKS[length.min(INLINE)];
    let [low, high] = halves(text << 32);
    // Positions are 32 bits wide, so a block is below four gigabytes.
    let far = u64::from(buffer) | u64::from(narrow(place.start)) << 32;
    let high = if length > INLINE { far } else { high };
    u128::from(low | u64::from(narrow(length))) | u128::from(high) << 64
}

/// Whether a view contains its text.
pub(crate) fn is_inline(view: u128) -> bool {
    length(view) <= INLINE
}

#[expect(clippy::cast_possible_truncation, reason = "a double word is cut into halves")]
fn halves(double: u128) -> [u64; 2] {
    [double as u64, (double >> 64) as u64]
}

#[expect(clippy::cast_possible_truncation, reason = "a view's length is its low half-word")]
fn length(view: u128) -> usize {
    view as u32 as usize
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "positions are 32 bits wide, and the scratch is no longer"
)]
fn narrow(offset: usize) -> u32 {
    offset as u32
}
