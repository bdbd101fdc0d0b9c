//! Where in its stretch each print of a run comes from: in which granule, of some rows one behind the other.

use std::ops::Range;

use super::buffer::scatter;
use super::hash::PARTITIONS;

/// For each print of a run the number of its granule; a stretch has 256 of them at most, of equal size.
#[derive(Clone, Debug)]
pub(super) struct Granules {
    numbers: Box<[u8]>,
    /// The rows of a granule are this power of two.
    shift: u32,
}

impl Granules {
    /// Those of prints in row order, for the run in which they are put in the order of their partitions, which end there. `absent` has, for each
    /// row without a key, how many keys come before it.
    pub(super) fn new(prints: &[u64], ends: &[u32; PARTITIONS], absent: &[u32]) -> Self {
        let last = (prints.len() + absent.len()).saturating_sub(1);
        let shift = (usize::BITS - last.leading_zeros()).saturating_sub(u8::BITS);
        let mut absent = absent.iter().peekable();
        let mut passed_over = 0;
        let number = |nth: usize| {
            while absent.next_if(|before| **before as usize <= nth).is_some() {
                passed_over += 1;
            }
            let [number, ..] = ((nth + passed_over) >> shift).to_le_bytes();
            number
        };
        let numbers = scatter(prints, ends, (0..).map(number));
        Self { numbers, shift }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.numbers.len()
    }

    /// The rows of the granules of these prints, which are told by their numbers in the run: ranges in ascending order, apart from each other.
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
