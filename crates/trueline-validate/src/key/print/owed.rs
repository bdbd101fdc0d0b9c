//! Rows whose fingerprints must still be supplied.

use std::ops::Range;

/// Ranges of rows of several inputs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owed {
    ranges: Vec<(u32, Range<u64>)>,
}

impl Owed {
    /// Returns whether no row is owed.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Returns whether rows of an input are owed.
    pub fn has_input(&self, input: u32) -> bool {
        self.ranges.iter().any(|(number, _)| *number == input)
    }

    pub(super) fn add(&mut self, input: u32, rows: Range<u64>) {
        if rows.is_empty() {
            return;
        }
        match self.ranges.last_mut() {
            Some((number, last)) if *number == input && last.end == rows.start => last.end = rows.end,
            _ => self.ranges.push((input, rows)),
        }
    }

    pub(super) fn append(&mut self, more: Self) {
        for (input, rows) in more.ranges {
            self.add(input, rows);
        }
    }

    /// Removes rows; returns whether any of them was owed.
    pub(super) fn settle(&mut self, input: u32, rows: &Range<u64>) -> bool {
        let mut any = false;
        let mut left = Self::default();
        for (number, range) in std::mem::take(&mut self.ranges) {
            let is_elsewhere = range.end <= rows.start || rows.end <= range.start;
            if number != input || rows.is_empty() || is_elsewhere {
                left.ranges.push((number, range));
                continue;
            }
            any = true;
            for rest in [range.start..rows.start, rows.end..range.end] {
                if !rest.is_empty() {
                    left.ranges.push((number, rest));
                }
            }
        }
        *self = left;
        any
    }
}
