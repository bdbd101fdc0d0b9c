//! Layouts: the bytes besides the values that successive records have in common.
//!
//! Records that are written one at a time usually come from one program, which puts the same bytes between the values each
//! time: braces, keys, commas, spaces. If a record has the bytes between its values of one that is known to be JSON, and a
//! string or a scalar wherever that one has one, it is JSON too, has the same keys, and its values belong to the same
//! columns. No keys are looked up, and no tokens are recorded.
//!
//! If you change this: a layout may only claim about a record what `RecordProver` would claim without it. A record that does
//! not fit is never wrong, only slower.

use std::ops::Range;

use trueline_tokenizer::json::{SCALAR, STRING, is_scalar};

use super::scan::{BlockTokens, Scanner};
use crate::proof::cell::{HIGH, LOW};
use crate::proof::lanes::{Bytes, WORD};

/// The maximum number of values of a record with a layout.
const MAX_VALUES: usize = 256;
/// The maximum number of layouts.
const MAX_LAYOUTS: usize = 4;
/// If there are already as many layouts, the last one is replaced after this many records that fit none.
const MAX_MISSES: u32 = 64;

/// The known layouts.
#[derive(Clone, Debug, Default)]
pub(super) struct Layouts {
    /// The layout that fitted the last record comes first.
    known: Vec<Layout>,
    /// The values of the last record that fitted.
    values: Vec<Value>,
    misses: u32,
}

/// The bytes of a record besides its values.
#[derive(Clone, Debug, Default)]
struct Layout {
    /// The bytes of all separators, in order: words, and masks of their significant bits.
    separator_words: Vec<(u64, u64)>,
    separators: Vec<Separator>,
    /// The bytes after the last value.
    last: Separator,
}

/// The bytes before a value, or after the last one.
#[derive(Clone, Copy, Debug, Default)]
struct Separator {
    /// The number of words.
    words: u32,
    length: u32,
    /// The column of the value after them, if there is one.
    column: Option<u32>,
}

/// A value of a column.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) column: u32,
    /// [`STRING`] or [`SCALAR`].
    pub(super) kind: u8,
    /// Includes the quotes.
    pub(super) range: Range<usize>,
}

/// The values of a record that fits a layout, and whether all of the record is ASCII; if not, the record may not be UTF-8.
pub(super) struct LayoutMatch<'a> {
    pub(super) values: &'a [Value],
    pub(super) is_ascii: bool,
}

impl Layouts {
    /// Returns the values of a record of `length` bytes if it fits a layout. They include all values of columns that require
    /// one.
    #[inline]
    pub(super) fn fit(&mut self, bytes: Bytes<'_>, length: usize) -> Option<LayoutMatch<'_>> {
        for number in 0..self.known.len() {
            if let Some(is_ascii) = self.known[number].fits(bytes, length, &mut self.values) {
                self.known.swap(0, number);
                return Some(LayoutMatch { values: &self.values, is_ascii });
            }
        }
        None
    }

    /// Learns the layout of a record that was proven, given its tokens and the results of the scanner.
    pub(super) fn learn(
        &mut self,
        block: &BlockTokens<'_>,
        tokens: Range<usize>,
        scanner: &Scanner,
        length: usize,
    ) {
        let mut layout = None;
        if self.known.len() == MAX_LAYOUTS {
            self.misses += 1;
            if self.misses < MAX_MISSES {
                return;
            }
            // Its memory is reused.
            layout = self.known.pop();
        }
        self.misses = 0;
        let mut layout = layout.unwrap_or_default();
        if layout.set(block, tokens, scanner, length).is_some() {
            self.values.clear();
            self.values.reserve(layout.separators.len());
            self.known.push(layout);
        }
    }
}

impl Layout {
    /// Makes this the layout of a record that is known to be JSON; `None` if it has too many values.
    fn set(
        &mut self,
        block: &BlockTokens<'_>,
        tokens: Range<usize>,
        scanner: &Scanner,
        length: usize,
    ) -> Option<()> {
        self.separator_words.clear();
        self.separators.clear();
        let mut at = 0;
        for token in tokens.start..tokens.end {
            let is_key = block.kinds.get(token + 1) == Some(&b':');
            let number = u32::try_from(token).ok()?;
            // A null in place of an object with columns must remain a null.
            if !matches!(block.kinds[token], STRING | SCALAR) || is_key || scanner.nulls.contains(&number) {
                continue;
            }
            let Range { start, end } = block.range(token);
            let column = scanner.row.iter().position(|of_column| *of_column == number);
            let mut separator = self.push(block.bytes.get(at..start)?)?;
            separator.column = column.and_then(|column| u32::try_from(column).ok());
            self.separators.push(separator);
            at = end;
        }
        self.last = self.push(block.bytes.get(at..length)?)?;
        (self.separators.len() <= MAX_VALUES).then_some(())
    }

    /// Adds the bytes of a separator.
    fn push(&mut self, bytes: &[u8]) -> Option<Separator> {
        let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        let words = bytes.chunks(WORD).map(|bytes| (word(bytes), u64::MAX >> (8 * (WORD - bytes.len()))));
        self.separator_words.extend(words);
        let words = u32::try_from(bytes.len().div_ceil(WORD)).ok()?;
        Some(Separator { words, length: u32::try_from(bytes.len()).ok()?, column: None })
    }

    /// Whether a record of `length` bytes fits. If so, `values` are those of its columns, and the result is whether all of
    /// it is ASCII.
    #[inline]
    fn fits(&self, bytes: Bytes<'_>, length: usize, values: &mut Vec<Value>) -> Option<bool> {
        values.clear();
        let (mut at, mut words, mut all_bytes) = (0, &self.separator_words[..], 0);
        for separator in &self.separators {
            separator.matches_at(bytes, &mut at, &mut words)?;
            let start = at;
            let kind = if bytes.word(at) & 0xFF == u64::from(b'"') {
                at = string_end(bytes, at + 1, length, &mut all_bytes)?;
                STRING
            } else {
                at = scalar_end(bytes, at, length)?;
                if !is_scalar(bytes.of(start..at)) {
                    return None;
                }
                SCALAR
            };
            if let Some(column) = separator.column {
                values.push(Value { column, kind, range: start..at });
            }
        }
        self.last.matches_at(bytes, &mut at, &mut words)?;
        (at == length).then_some(all_bytes & HIGH == 0)
    }
}

impl Separator {
    /// Advances `at` past these bytes, if they are there; `words` begins with them, and is advanced too.
    #[inline]
    fn matches_at(self, bytes: Bytes<'_>, at: &mut usize, words: &mut &[(u64, u64)]) -> Option<()> {
        let (own, rest) = words.split_at_checked(self.words as usize)?;
        let pairs = own.iter().zip((*at..).step_by(WORD));
        let different = pairs.fold(0, |all, ((word, mask), at)| all | (bytes.word(at) ^ word) & mask);
        *words = rest;
        *at += self.length as usize;
        (different == 0).then_some(())
    }
}

/// Returns the offset after the closing quote of a string without escapes, given that of its first byte; adds its bytes, and
/// some after it, to `all_bytes`.
#[inline]
fn string_end(bytes: Bytes<'_>, start: usize, length: usize, all_bytes: &mut u64) -> Option<usize> {
    let mut at = start;
    while at < length {
        let word = bytes.word(at);
        *all_bytes |= word;
        // The lowest set bit belongs to such a byte; higher ones may not.
        let control = word.wrapping_sub(0x20 * LOW) & !word;
        let special = (equal(word, b'"') | equal(word, b'\\') | control) & HIGH;
        if special != 0 {
            let end = at + special.trailing_zeros() as usize / 8;
            return (bytes.of(end..end + 1) == b"\"").then_some(end + 1);
        }
        at += WORD;
    }
    None
}

/// Returns the offset after the last byte that may belong to a scalar. A scalar with a `+` is cut there, and fits nothing.
#[inline]
fn scalar_end(bytes: Bytes<'_>, start: usize, length: usize) -> Option<usize> {
    let mut at = start;
    while at < length {
        let word = bytes.word(at);
        let low = word.wrapping_sub(u64::from(b'-') * LOW) & !word;
        let end = (low | equal(word, b']') | equal(word, b'}')) & HIGH;
        if end != 0 {
            return Some(at + end.trailing_zeros() as usize / 8);
        }
        at += WORD;
    }
    None
}

/// Sets the highest bit of each byte equal to `byte`; bytes above the lowest of these may have it too.
#[inline]
fn equal(word: u64, byte: u8) -> u64 {
    let zeros = word ^ (u64::from(byte) * LOW);
    zeros.wrapping_sub(LOW) & !zeros
}
