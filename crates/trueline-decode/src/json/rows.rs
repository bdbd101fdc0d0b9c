//! The records of a block: those that are rows, and where the values of each stand.

use std::ops::Range;

use super::slot::{Kind, Slot, Slots};
use crate::BrokenRecord;

/// Which records of a block become rows, and where the values of their columns stand.
///
/// The value is meant to be used again: its buffers stay.
#[derive(Clone, Debug, Default)]
pub struct JsonRows {
    pub(super) rows: usize,
    pub(super) broken: Vec<BrokenRecord>,
    /// For each row its record.
    pub(super) numbers: Vec<u32>,
    /// For each column the values of all rows.
    pub(super) slots: Vec<Slots>,
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
    /// When there is no such row.
    pub fn record(&self, row: usize) -> u32 {
        self.numbers[row]
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

    /// Where the value of a column stands in a row, quotes and brackets included, from the start of the block; `None` where the
    /// record has none. For a value that would have to be within another, which is no object, it is that other one.
    ///
    /// # Panics
    /// When there is no such column or row.
    pub fn place(&self, column: usize, row: usize) -> Option<Range<usize>> {
        let slot = self.slots[column].get(row);
        (slot.kind != Kind::Absent).then(|| slot.place())
    }

    pub(super) fn reset(&mut self, columns: usize) {
        self.rows = 0;
        self.broken.clear();
        self.numbers.clear();
        self.extras.clear();
        self.extra_keys.clear();
        self.slots.resize_with(columns, Slots::default);
        self.slots.iter_mut().for_each(Slots::clear);
    }

    /// Adds a row whose places count from `start`.
    pub(super) fn push(&mut self, record: u32, start: usize, row: &[Slot], extra: Option<Range<usize>>) {
        for (slots, slot) in self.slots.iter_mut().zip(row) {
            let place = slot.place();
            slots.push(Slot::new(start + place.start..start + place.end, slot.kind));
        }
        if let Some(key) = extra {
            let key = Slot::new(start + key.start..start + key.end, Kind::String);
            self.extras.push(u32::try_from(self.rows).unwrap_or(u32::MAX));
            self.extra_keys.push(key.start..key.end);
        }
        self.numbers.push(record);
        self.rows += 1;
    }
}
