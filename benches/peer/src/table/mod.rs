//! The checks of each generated table, compiled by hand.

use std::fs::File;

use crate::record::Record;

pub(crate) mod keys;
pub(crate) mod quoted;
pub(crate) mod ticks;
pub(crate) mod transactions;
pub(crate) mod wide;

/// Places in the counts of broken records.
pub(crate) const FIELD_COUNT: usize = 0;
pub(crate) const QUOTE: usize = 1;
pub(crate) const UTF8: usize = 2;

/// A table's checks, and what they found so far.
pub(crate) trait Table: Clone + Send + Sync {
    /// Whether no cell holds a line end, so that every line is a record and quotes are rare enough to be looked at by a slow path.
    const IS_PLAIN: bool;
    /// How many columns there are.
    const COLUMNS: usize;
    /// Whether [`Table::observe`] wants to know where records begin.
    const NEEDS_POSITIONS: bool = false;

    /// Judges a record of the right number of columns.
    fn observe<R: Record>(&mut self, record: &R, position: u64);

    /// Tells the counts of all parts together: label and number.
    fn finish(parts: Vec<&mut Self>, file: &File, threads: usize, tell: &mut dyn FnMut(String, u64));
}

/// Tells the sums of counts that stand in the order of their labels.
fn tell_sums<'a>(
    labels: &[&str],
    counts: impl Iterator<Item = &'a [u64]>,
    tell: &mut dyn FnMut(String, u64),
) {
    for (label, sum) in labels.iter().zip(sums(counts)) {
        tell((*label).to_owned(), sum);
    }
}

/// The sums of counts that have the same order in every part.
pub(crate) fn sums<'a>(mut counts: impl Iterator<Item = &'a [u64]>) -> Vec<u64> {
    let mut sums = counts.next().map(<[u64]>::to_vec).unwrap_or_default();
    for part in counts {
        sums.iter_mut().zip(part).for_each(|(sum, count)| *sum += count);
    }
    sums
}
