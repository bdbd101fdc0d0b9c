//! The records of a block: which are rows, and the tokens of their values.

use std::ops::Range;

use super::scan::BlockTokens;
use super::slot::{Kind, Slot, Slots};
use super::walk::kind_of_scalar;
use crate::BrokenRecord;
use crate::proof::cell::ROWS_PER_WORD;

use trueline_tokenizer::json::STRING;

/// Which records of a block become rows, and the positions of their columns' values.
///
/// Reuse the value: its buffers are kept.
#[derive(Clone, Debug, Default)]
pub struct JsonRows {
    pub(super) rows: usize,
    pub(super) broken: Vec<BrokenRecord>,
    /// For each row, its record; empty if every record is the row with its number.
    pub(super) numbers: Vec<u32>,
    /// For each column, the token of its value in each row, 0 if there is none; whole words of rows.
    pub(super) tokens: Vec<Vec<u32>>,
    /// The columns and rows, ordered by both, whose token is a value that is not an object, where an object should contain
    /// theirs.
    pub(super) non_objects: Vec<(u32, u32)>,
    /// The rows with a key that no field declares, if that matters.
    pub(super) extras: Vec<u32>,
    /// The first such key of each row.
    pub(super) extra_keys: Vec<Range<u32>>,
}

impl JsonRows {
    /// Creates an empty value without rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the number of rows.
    pub fn count(&self) -> usize {
        self.rows
    }

    /// Returns the records that became no row, in order.
    pub fn broken(&self) -> &[BrokenRecord] {
        &self.broken
    }

    /// Returns the record of each row; `None` if every record is the row with its number.
    pub fn numbers(&self) -> Option<&[u32]> {
        (!self.broken.is_empty()).then_some(&self.numbers)
    }

    /// Returns the record of a row.
    ///
    /// # Panics
    /// If there is no such row and the rows are not the records themselves.
    pub fn record(&self, row: usize) -> u32 {
        self.numbers().map_or(narrow(row), |numbers| numbers[row])
    }

    /// Returns the rows with a key that no field declares, in ascending order; none if such keys are allowed.
    pub fn extras(&self) -> &[u32] {
        &self.extras
    }

    /// Returns the first key of a row that no field declares, as written, from the start of the block.
    pub fn extra_key(&self, row: usize) -> Option<Range<usize>> {
        let row = u32::try_from(row).ok()?;
        let place = self.extras.binary_search(&row).ok()?;
        let Range { start, end } = self.extra_keys[place];
        Some(start as usize..end as usize)
    }

    pub(super) fn reset(&mut self, columns: usize) {
        self.rows = 0;
        self.broken.clear();
        self.numbers.clear();
        self.non_objects.clear();
        self.extras.clear();
        self.extra_keys.clear();
        self.tokens.resize_with(columns, Vec::new);
        self.tokens.iter_mut().for_each(Vec::clear);
    }

    /// Makes space for `rows` rows without values, and for what a proof reads after them.
    pub(super) fn resize(&mut self, rows: usize) {
        self.rows = rows;
        for tokens in &mut self.tokens {
            tokens.resize(rows.next_multiple_of(ROWS_PER_WORD), 0);
        }
    }

    /// Records that a value that is not an object is in place of the object that should contain the value of a column.
    pub(super) fn add_non_object(&mut self, column: usize, row: usize) {
        self.non_objects.push((narrow(column), narrow(row)));
    }

    /// Returns the value of a column in a row.
    pub(super) fn slot(
        &self,
        block: &BlockTokens<'_>,
        column: usize,
        row: usize,
        has_backslash: bool,
    ) -> Slot {
        assert!(row < self.rows, "row {row} of {}", self.rows);
        let slot = slot(block, self.tokens[column][row] as usize, has_backslash);
        let place = (narrow(column), narrow(row));
        if !self.non_objects.is_empty() && self.non_objects.binary_search(&place).is_ok() {
            return Slot { kind: Kind::NotObject, ..slot };
        }
        slot
    }

    /// Returns the values of a column in some rows.
    pub(super) fn fill(
        &self,
        block: &BlockTokens<'_>,
        column: usize,
        rows: impl Iterator<Item = usize>,
        has_backslash: bool,
        slots: &mut Slots,
    ) {
        slots.clear();
        for row in rows {
            slots.push(self.slot(block, column, row, has_backslash));
        }
    }
}

/// Returns the value that begins with a token.
fn slot(block: &BlockTokens<'_>, token: usize, has_backslash: bool) -> Slot {
    if token == 0 {
        return Slot::default();
    }
    let kind = block.kinds[token];
    let start = block.offsets[token] as usize;
    if matches!(kind, b'{' | b'[') {
        let kind = if kind == b'{' { Kind::Object } else { Kind::Array };
        return Slot::new(start..block.offsets[end_of(block.kinds, token)] as usize + 1, kind);
    }
    let range = block.range(token);
    let kind = match kind {
        STRING if has_backslash && block.bytes[range.clone()].contains(&b'\\') => Kind::Escaped,
        STRING => Kind::String,
        _ => kind_of_scalar(block.bytes[start]),
    };
    Slot::new(range, kind)
}

/// Returns the token that ends the array or object that begins at `token`.
fn end_of(kinds: &[u8], token: usize) -> usize {
    let mut depth = 0_usize;
    for (at, kind) in (token..).zip(&kinds[token..]) {
        match kind {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return at,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    token
}

#[expect(clippy::cast_possible_truncation, reason = "there are fewer rows than bytes in a block")]
fn narrow(number: usize) -> u32 {
    number as u32
}
