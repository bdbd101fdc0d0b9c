//! The rows that violate checks over keys: known only when keys are settled, needed in the order of the inputs.

use std::ops::Range;

use crate::error::{Error, ErrorKind};
use crate::key::sort::{Sorted, Sorter};
use crate::key::{self, KeyOptions};

/// The size of an entry: the input, the row and the number of the check.
const ENTRY_BYTES: usize = 16;

/// Collects rows with their checks in any order, and sorts them by input, row and check.
pub(crate) struct LateRowSorter(Sorter);

impl LateRowSorter {
    pub(crate) fn new(options: &KeyOptions) -> Self {
        Self(Sorter::new(options))
    }

    pub(crate) fn insert(&mut self, input: u32, row: u64, check: u32) -> Result<(), key::Error> {
        let mut entry = [0; ENTRY_BYTES];
        entry[..4].copy_from_slice(&input.to_be_bytes());
        entry[4..12].copy_from_slice(&row.to_be_bytes());
        entry[12..].copy_from_slice(&check.to_be_bytes());
        self.0.push(&entry)
    }

    pub(crate) fn into_rows(self) -> Result<LateRows, Error> {
        let sorted = self.0.finish().map_err(rows_error)?;
        let mut rows = LateRows { sorted, next: None };
        rows.advance()?;
        Ok(rows)
    }
}

/// The rows that violate a check over keys of severity error, by input and row.
///
/// Rows that violate other checks too are included if reasons are wanted ([`Wanted::reasons`](crate::Wanted::reasons)), and may
/// be missing otherwise. See [`Tally::settle`](crate::Tally::settle).
///
/// **Cost**: the memory of the options for keys; beyond it, a temporary file.
#[derive(Debug)]
pub struct LateRows {
    sorted: Sorted,
    next: Option<(u32, u64, u32)>,
}

impl LateRows {
    /// Visits the collected rows that are in a range of rows of an input, with the numbers of their checks.
    ///
    /// To be called with ascending ranges: rows before the range are discarded.
    ///
    /// **Errors**: the temporary file cannot be read back.
    pub fn among(
        &mut self,
        input: u32,
        rows: Range<u64>,
        mut visit: impl FnMut(u64, u32),
    ) -> Result<(), Error> {
        while let Some((named, row, check)) = self.next.filter(|next| (next.0, next.1) < (input, rows.end)) {
            if (named, row) >= (input, rows.start) {
                visit(row, check);
            }
            self.advance()?;
        }
        Ok(())
    }

    fn advance(&mut self) -> Result<(), Error> {
        self.next = self.sorted.next().map_err(rows_error)?.and_then(|entry| {
            let (input, rest) = entry.split_first_chunk()?;
            let (row, check) = rest.split_first_chunk()?;
            let check = u32::from_be_bytes(check.try_into().ok()?);
            Some((u32::from_be_bytes(*input), u64::from_be_bytes(*row), check))
        });
        Ok(())
    }
}

pub(crate) fn rows_error(source: key::Error) -> Error {
    Error::new(ErrorKind::Rows { source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_in_order_and_once_for_each_range() {
        let mut named = LateRowSorter::new(&KeyOptions::default());
        for (input, row) in [(1, 7), (0, 300), (0, 2), (0, 3), (0, 2), (2, 0)] {
            named.insert(input, row, 0).unwrap();
        }
        let mut rows = named.into_rows().unwrap();
        let mut ask = |input, range| {
            let mut found: Vec<u64> = Vec::new();
            rows.among(input, range, |row, _| found.push(row)).unwrap();
            found
        };
        assert_eq!(ask(0, 0..3), [2, 2]);
        assert_eq!(ask(0, 3..4), [3]);
        assert_eq!(ask(0, 4..4), [0_u64; 0]);
        assert_eq!(ask(0, 4..200), [0_u64; 0]);
        // Rows that are in no range are skipped.
        assert_eq!(ask(1, 0..7), [0_u64; 0]);
        assert_eq!(ask(1, 7..90), [7]);
        assert_eq!(ask(2, 0..1), [0]);
        assert_eq!(ask(3, 0..9), [0_u64; 0]);
    }
}
