//! The checks of each generated table, implemented by hand.

use std::fs::File;

use crate::record::Record;

pub(crate) mod keys;
pub(crate) mod quoted;
pub(crate) mod ticks;
pub(crate) mod transactions;
pub(crate) mod wide;

/// Indices of the counts of broken records.
pub(crate) const FIELD_COUNT: usize = 0;
pub(crate) const QUOTE: usize = 1;
pub(crate) const UTF8: usize = 2;

/// The checks of a table, and their results so far.
pub(crate) trait Table: Clone + Send + Sync {
    /// Whether no cell contains a line end, so that every line is a record and quotes are rare enough for a slow path.
    const IS_PLAIN: bool;
    /// The number of columns.
    const COLUMNS: usize;
    /// Whether [`Table::observe`] needs the positions of records.
    const NEEDS_POSITIONS: bool = false;

    /// Validates a record with the right number of columns.
    fn observe<R: Record>(&mut self, record: &R, position: u64);

    /// Reports the sums of the counts of all parts: label and number.
    fn finish(parts: Vec<&mut Self>, file: &File, threads: usize, tell: &mut dyn FnMut(String, u64));
}

/// Reports the sums of counts that are in the order of their labels.
fn tell_sums<'a>(
    labels: &[&str],
    counts: impl Iterator<Item = &'a [u64]>,
    tell: &mut dyn FnMut(String, u64),
) {
    for (label, sum) in labels.iter().zip(sums(counts)) {
        tell((*label).to_owned(), sum);
    }
}

/// Returns the sums of counts that are in the same order in every part.
pub(crate) fn sums<'a>(mut counts: impl Iterator<Item = &'a [u64]>) -> Vec<u64> {
    let mut sums = counts.next().map(<[u64]>::to_vec).unwrap_or_default();
    for part in counts {
        sums.iter_mut().zip(part).for_each(|(sum, count)| *sum += count);
    }
    sums
}
