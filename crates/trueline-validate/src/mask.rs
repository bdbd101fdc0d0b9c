//! One bit per row of a batch.

use arrow_buffer::NullBuffer;

/// A set of rows of one batch, with one bit each, least significant bit first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mask {
    words: Vec<u64>,
    rows: usize,
}

impl Mask {
    /// Creates an empty set over `rows` rows.
    pub(crate) fn new(rows: usize) -> Self {
        Self { words: vec![0; rows.div_ceil(64)], rows }
    }

    /// Empties the set and sets its number of rows, keeping its memory.
    pub(crate) fn reset(&mut self, rows: usize) {
        self.words.clear();
        self.words.resize(rows.div_ceil(64), 0);
        self.rows = rows;
    }

    /// Replaces the set by the rows for which `fails` is true; `fails` is called once per row, in order.
    pub(crate) fn fill(&mut self, mut fails: impl FnMut(usize) -> bool) {
        for (index, word) in self.words.iter_mut().enumerate() {
            let start = index * 64;
            let end = (start + 64).min(self.rows);
            let mut bits = 0;
            for row in start..end {
                bits |= u64::from(fails(row)) << (row - start);
            }
            *word = bits;
        }
    }

    /// Like [`Mask::fill`], with the value of each row.
    pub(crate) fn fill_from<T: Copy>(&mut self, values: &[T], fails: impl Fn(T) -> bool) {
        for (word, values) in self.words.iter_mut().zip(values.chunks(64)) {
            *word = bits(values, &fails);
        }
    }

    /// Returns the rows of the set whose values satisfy a condition.
    ///
    /// **Cost**: that of the condition for all rows around those of the set; no branch depends on its result.
    pub(crate) fn filter<T: Copy>(&self, values: &[T], condition: impl Fn(T) -> bool) -> Self {
        let mut filtered = Self::new(self.rows);
        for ((to, from), values) in filtered.words.iter_mut().zip(&self.words).zip(values.chunks(64)) {
            if *from != 0 {
                *to = from & bits(values, &condition);
            }
        }
        filtered
    }

    pub(crate) fn set(&mut self, row: usize) {
        self.words[row / 64] |= 1 << (row % 64);
    }

    pub(crate) fn clear(&mut self, row: usize) {
        self.words[row / 64] &= !(1 << (row % 64));
    }

    pub(crate) fn get(&self, row: usize) -> bool {
        self.words[row / 64] >> (row % 64) & 1 == 1
    }

    /// Removes all rows that are null.
    pub(crate) fn keep_valid(&mut self, nulls: Option<&NullBuffer>) {
        let Some(nulls) = nulls else { return };
        for (word, valid) in self.words.iter_mut().zip(nulls.inner().bit_chunks().iter_padded()) {
            *word &= valid;
        }
    }

    /// Adds every row that is null.
    pub(crate) fn add_null(&mut self, nulls: Option<&NullBuffer>) {
        let Some(nulls) = nulls else { return };
        for (word, valid) in self.words.iter_mut().zip(nulls.inner().bit_chunks().iter_padded()) {
            *word |= !valid;
        }
        self.trim();
    }

    /// Adds all rows of `other`.
    pub(crate) fn union(&mut self, other: &Self) {
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    /// Returns the bits, 64 rows per word; those after the last row are 0.
    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(crate) fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Returns the rows of the set, in order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(index, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                Some(index * 64 + bit)
            })
        })
    }

    fn trim(&mut self) {
        let rest = self.rows % 64;
        if let (true, Some(last)) = (rest != 0, self.words.last_mut()) {
            *last &= (1 << rest) - 1;
        }
    }
}

/// One bit for each of up to 64 values: whether it satisfies a condition.
#[inline]
fn bits<T: Copy>(values: &[T], condition: impl Fn(T) -> bool) -> u64 {
    values.iter().enumerate().fold(0, |bits, (bit, value)| bits | u64::from(condition(*value)) << bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_in_order_and_nulls_are_taken_out() {
        let mut mask = Mask::new(130);
        mask.fill(|row| row % 3 == 0);
        assert_eq!(mask.count(), 44);
        let nulls = NullBuffer::from((0..130).map(|row| row != 3 && row != 129).collect::<Vec<_>>());
        mask.keep_valid(Some(&nulls));
        let rows: Vec<usize> = mask.rows().collect();
        assert_eq!(rows.len(), 42);
        assert_eq!(rows[..3], [0, 6, 9]);
        let mut nullish = Mask::new(130);
        nullish.add_null(Some(&nulls));
        assert_eq!(nullish.rows().collect::<Vec<_>>(), [3, 129]);
    }

    #[test]
    fn rows_are_filtered_by_their_values() {
        let values: Vec<usize> = (0..200).collect();
        let mut mask = Mask::new(200);
        mask.fill(|row| row % 5 == 0 && !(64..128).contains(&row));
        let filtered = mask.filter(&values, |value| value % 2 == 1);
        let expected: Vec<usize> = mask.rows().filter(|row| row % 2 == 1).collect();
        assert_eq!(filtered.rows().collect::<Vec<_>>(), expected);
        assert_eq!(filtered.count(), 13);
    }

    #[test]
    fn a_sliced_null_buffer_is_read_from_its_offset() {
        let nulls = NullBuffer::from((0..200).map(|row| row != 70).collect::<Vec<_>>()).slice(65, 100);
        let mut mask = Mask::new(100);
        mask.add_null(Some(&nulls));
        assert_eq!(mask.rows().collect::<Vec<_>>(), [5]);
    }
}
