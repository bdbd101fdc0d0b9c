//! The records of a block: those that are rows, and which tokens the values of each are.

use std::ops::Range;

use super::scan::Record;
use super::slot::{Kind, Slot, Slots};
use super::walk::kind_of_scalar;
use crate::BrokenRecord;
use crate::proof::cell::ROWS;

use trueline_tokenizer::json::STRING;

/// Which records of a block become rows, and where the values of their columns stand.
///
/// The value is meant to be used again: its buffers stay.
#[derive(Clone, Debug, Default)]
pub struct JsonRows {
    pub(super) rows: usize,
    pub(super) broken: Vec<BrokenRecord>,
    /// For each row its record; nothing where every record is the row of its own number.
    pub(super) numbers: Vec<u32>,
    /// For each column the token of its value in each row, 0 where there is none; whole words of rows.
    pub(super) tokens: Vec<Vec<u32>>,
    /// The columns and rows, ordered by both, whose token is that of a value that is in the way of theirs.
    pub(super) in_the_way: Vec<(u32, u32)>,
    /// The rows with a key that no field declares, where that is asked.
    pub(super) extras: Vec<u32>,
    /// The first such key of each.
    pub(super) extra_keys: Vec<Range<u32>>,
}

impl JsonRows {
    /// No rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.rows
    }

    /// The records that became no row, in their order.
    pub fn broken(&self) -> &[BrokenRecord] {
        &self.broken
    }

    /// The record of each row; `None` when every record is the row of its own number.
    pub fn numbers(&self) -> Option<&[u32]> {
        (!self.broken.is_empty()).then_some(&self.numbers)
    }

    /// The record of a row.
    ///
    /// # Panics
    /// When there is no such row and the rows are not the records themselves.
    pub fn record(&self, row: usize) -> u32 {
        self.numbers().map_or(narrow(row), |numbers| numbers[row])
    }

    /// The rows with a key that no field declares, in ascending order; none where such keys are allowed.
    pub fn extras(&self) -> &[u32] {
        &self.extras
    }

    /// The first key of a row that no field declares, as it stands, from the start of the block.
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
        self.in_the_way.clear();
        self.extras.clear();
        self.extra_keys.clear();
        self.tokens.resize_with(columns, Vec::new);
        self.tokens.iter_mut().for_each(Vec::clear);
    }

    /// Makes room for so many rows without values, and for what a proof looks at behind them.
    pub(super) fn resize(&mut self, rows: usize) {
        self.rows = rows;
        for tokens in &mut self.tokens {
            tokens.resize(rows.next_multiple_of(ROWS), 0);
        }
    }

    /// Puts the value of a column in a row where another is in its way.
    pub(super) fn put_in_the_way(&mut self, column: usize, row: usize) {
        self.in_the_way.push((narrow(column), narrow(row)));
    }

    /// The value of a column in a row.
    pub(super) fn slot(&self, block: &Record<'_>, column: usize, row: usize, has_backslash: bool) -> Slot {
        assert!(row < self.rows, "row {row} of {}", self.rows);
        let slot = slot(block, self.tokens[column][row] as usize, has_backslash);
        let place = (narrow(column), narrow(row));
        if !self.in_the_way.is_empty() && self.in_the_way.binary_search(&place).is_ok() {
            return Slot { kind: Kind::InTheWay, ..slot };
        }
        slot
    }

    /// The values of a column in some rows.
    pub(super) fn fill(
        &self,
        block: &Record<'_>,
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

/// The value that begins with a token.
fn slot(block: &Record<'_>, token: usize, has_backslash: bool) -> Slot {
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

/// The token that ends the array or object that begins with one.
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
