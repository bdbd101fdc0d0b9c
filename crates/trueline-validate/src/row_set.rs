//! A set of rows over all inputs, to count rows that violate several checks over keys once.

use std::collections::HashMap;

const ROWS_PER_BLOCK: u64 = 1 << 16;

/// Rows by input; blocks of 65,536 rows (8 KiB each) are allocated with their first row.
#[derive(Debug, Default)]
pub(crate) struct RowSet {
    blocks: HashMap<(u32, u64), Box<[u64]>>,
}

impl RowSet {
    /// Adds a row; returns whether it was new.
    #[allow(clippy::cast_possible_truncation, reason = "the remainder is below 65,536")]
    pub(crate) fn insert(&mut self, input: u32, row: u64) -> bool {
        let block = self
            .blocks
            .entry((input, row / ROWS_PER_BLOCK))
            .or_insert_with(|| vec![0; ROWS_PER_BLOCK as usize / 64].into());
        let bit = (row % ROWS_PER_BLOCK) as usize;
        let word = &mut block[bit / 64];
        let is_new = *word >> (bit % 64) & 1 == 0;
        *word |= 1 << (bit % 64);
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_new_once_per_input() {
        let mut set = RowSet::default();
        assert!(set.insert(0, 70_000));
        assert!(!set.insert(0, 70_000));
        assert!(set.insert(1, 70_000));
        assert!(set.insert(0, u64::MAX));
    }
}
