//! The lengths of texts, which are known without reading the text in all but a few cases.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their lanes")]

use trueline_schema::LengthUnit;

use super::Predicate;
use super::cell::{Cells, Group, HIGH, text_mask};
use super::lanes::Lanes;

/// The number of words of a cell that are checked for non-ASCII characters.
const WORDS: usize = 4;

/// A proof that the number of characters or bytes of a text is in a range.
#[derive(Clone, Debug)]
pub(super) struct Length {
    least: u64,
    most: u64,
    unit: LengthUnit,
}

impl Length {
    pub(super) fn new(min: Option<u64>, max: Option<u64>, unit: LengthUnit) -> Self {
        // Far above any length in a block, but small enough to compare.
        let most = max.unwrap_or(u64::MAX).min(1 << 40);
        Self { least: min.unwrap_or(0).min(1 << 41), most, unit }
    }

    /// Whether any text that is not too long is long enough, except perhaps the empty one.
    pub(super) fn has_trivial_minimum(&self) -> bool {
        self.least <= 1
    }
}

impl Predicate for Length {
    #[inline(always)]
    fn prove<L: Lanes>(&self, lanes: L, cells: &Cells<'_>, group: &Group<L>) -> L::Mask {
        // Bytes within quotes may be doubled quotes, and a character has up to four bytes: this is a lower bound.
        let halved = lanes.shr::<1>(lanes.add(group.length, lanes.splat(1)));
        let mut fewest = lanes.select(group.quoted, halved, group.length);
        if !cells.is_ascii && self.unit == LengthUnit::Char && self.least > 0 {
            let quartered = lanes.shr::<2>(lanes.add(fewest, lanes.splat(3)));
            if self.least > 1 {
                let mut high = lanes.splat(0);
                for number in (0..WORDS).step_by(2) {
                    for (number, word) in (number..).zip(cells.words_at(lanes, group, number)) {
                        high = lanes.or(high, lanes.and(word, text_mask(lanes, group.length, number)));
                    }
                }
                let is_ascii = lanes.mask_and(
                    lanes.is_zero(lanes.and(high, lanes.splat(HIGH))),
                    lanes.less_than(group.length, lanes.splat(8 * WORDS as u64 + 1)),
                );
                fewest = lanes.select(is_ascii, fewest, quartered);
            } else {
                fewest = quartered;
            }
        }
        let short = lanes.less_than(fewest, lanes.splat(self.least));
        let long = lanes.less_than(lanes.splat(self.most), group.length);
        lanes.mask_not(lanes.mask_or(short, long))
    }

    fn max_bytes(&self) -> Option<u64> {
        (self.least == 0).then_some(self.most)
    }

    fn may_accept_empty(&self) -> bool {
        self.least == 0
    }
}
