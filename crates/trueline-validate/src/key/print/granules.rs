//! The granule of each fingerprint of a run: the group of successive rows of its stretch that it comes from.

use std::ops::Range;

use super::buffer::scatter;
use super::hash::PARTITIONS;

/// The granule number of each fingerprint of a run; a stretch has at most 256 granules, of equal size.
#[derive(Clone, Debug)]
pub(super) struct Granules {
    numbers: Box<[u8]>,
    /// The binary logarithm of the number of rows of a granule.
    shift: u32,
}

impl Granules {
    /// Computes the granules of fingerprints in row order, for a run that sorts them by partition, with ends at `ends`.
    ///
    /// `absent` contains, for each row without a key, the number of keys before it.
    pub(super) fn new(prints: &[u64], ends: &[u32; PARTITIONS], absent: &[u32]) -> Self {
        let last = (prints.len() + absent.len()).saturating_sub(1);
        let shift = (usize::BITS - last.leading_zeros()).saturating_sub(u8::BITS);
        let mut absent = absent.iter().peekable();
        let mut rows_without_key = 0;
        let number = |nth: usize| {
            while absent.next_if(|before| **before as usize <= nth).is_some() {
                rows_without_key += 1;
            }
            let [number, ..] = ((nth + rows_without_key) >> shift).to_le_bytes();
            number
        };
        let numbers = scatter(prints, ends, (0..).map(number));
        Self { numbers, shift }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.numbers.len()
    }

    /// Returns the rows of the granules of these fingerprints, given by their numbers in the run, as disjoint ranges in ascending
    /// order.
    pub(super) fn rows(&self, prints: impl IntoIterator<Item = usize>) -> Vec<Range<u64>> {
        let mut wanted = [false; 256];
        prints.into_iter().for_each(|print| wanted[usize::from(self.numbers[print])] = true);
        let mut rows: Vec<Range<u64>> = Vec::new();
        for (start, _) in (0..).step_by(1 << self.shift).zip(wanted).filter(|(_, wanted)| *wanted) {
            let end = start + (1 << self.shift);
            match rows.last_mut() {
                Some(last) if last.end == start => last.end = end,
                _ => rows.push(start..end),
            }
        }
        rows
    }
}
