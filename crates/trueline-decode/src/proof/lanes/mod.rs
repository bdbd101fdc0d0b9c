//! The instructions: lanes of eight bytes, one per cell. Nothing here knows what a cell is.
//!
//! A proof asks the same of many cells, so cells stand side by side: a vector holds the first eight bytes of four or eight
//! cells, the next one their next eight. Everything a proof needs is then arithmetic on words of 64 bits, which a scalar
//! register can do just as well. So each proof is written once, over the operations of [`Lanes`], and compiled for each
//! sibling here.
//!
//! Having a value of a sibling proves that its instructions are there, since only `detect` hands it out; that is why the
//! operations are safe. No offset can make a load leave its slice: every index is cut to the last place that is inside.
//!
//! If you change this: an operation is defined by what `scalar` does; `tests` holds the others against it.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their lanes")]

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "vector instructions; each block says why it is sound")]
mod avx2;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "vector instructions; each block says why it is sound")]
mod avx512;
mod scalar;
#[cfg(test)]
mod tests;

use std::ops::Range;

use trueline_tokenizer::Kernel;

/// How many bytes of a cell one lane holds.
pub(crate) const WORD: usize = 8;

/// How many bytes a stretch has.
pub(crate) const STRETCH: usize = 32;

/// Some bytes, and which of their bits count.
#[derive(Clone, Debug)]
pub(crate) struct Stretch {
    bytes: [u8; STRETCH],
    counts: [u8; STRETCH],
}

impl Stretch {
    /// The stretches of a text, one after the other; of the last one only the bytes that are there count.
    pub(crate) fn all(text: &[u8]) -> impl Iterator<Item = Self> {
        text.chunks(STRETCH).map(|part| {
            let (mut bytes, mut counts) = ([0; STRETCH], [0; STRETCH]);
            bytes[..part.len()].copy_from_slice(part);
            counts[..part.len()].fill(u8::MAX);
            Self { bytes, counts }
        })
    }
}

/// Of how many columns [`Lanes::turn`] takes a multiple.
pub(crate) const SQUARE: usize = 4;

/// Whether there are as many words from each place on as there are columns, and these can be filled [`SQUARE`] at a time.
#[inline(always)]
fn can_turn(from: &[u32], places: &[u32; 64], columns: &[[u32; 64]]) -> bool {
    let last = places.iter().fold(0, |last, place| last.max(*place)) as usize;
    last.checked_add(columns.len()).is_some_and(|end| end <= from.len())
        && columns.len().is_multiple_of(SQUARE)
}

/// Vectors of words of 64 bits, and what can be done to all of them at once.
///
/// Arithmetic wraps. A mask has one bit per lane, in whatever form is natural.
pub(crate) trait Lanes: Copy {
    /// A vector.
    type Words: Copy;
    /// One yes or no per lane.
    type Mask: Copy;
    /// How many lanes there are; divides 64.
    const COUNT: usize;

    /// Does `task` in a function of its own, compiled for these instructions.
    fn enter<T: Task>(self, task: T) -> T::Output;

    /// The same word in each lane.
    fn splat(self, word: u64) -> Self::Words;
    fn add(self, one: Self::Words, other: Self::Words) -> Self::Words;
    fn sub(self, from: Self::Words, what: Self::Words) -> Self::Words;
    fn and(self, one: Self::Words, other: Self::Words) -> Self::Words;
    /// What is set in `one` and not in `other`.
    fn and_not(self, one: Self::Words, other: Self::Words) -> Self::Words;
    fn or(self, one: Self::Words, other: Self::Words) -> Self::Words;
    fn xor(self, one: Self::Words, other: Self::Words) -> Self::Words;
    fn shl<const BITS: u32>(self, words: Self::Words) -> Self::Words;
    fn shr<const BITS: u32>(self, words: Self::Words) -> Self::Words;
    /// Shifts each lane by its own count; nothing is left when that is 64 or more.
    fn shl_by(self, words: Self::Words, counts: Self::Words) -> Self::Words;
    /// Shifts each lane by its own count; nothing is left when that is 64 or more.
    fn shr_by(self, words: Self::Words, counts: Self::Words) -> Self::Words;
    /// `from - what`, or 0 where that is negative. Both must be below 2^16, or the result means nothing.
    fn excess(self, from: Self::Words, what: Self::Words) -> Self::Words;
    /// The lower half of each lane times `factor`.
    fn times(self, words: Self::Words, factor: u32) -> Self::Words;
    /// The sum of the bytes of each lane.
    fn sum_bytes(self, words: Self::Words) -> Self::Words;
    /// Ten times the first byte of each pair of bytes, plus the second one, in place of the pair. Each must be 0 to 9, or the
    /// result means nothing.
    fn tens(self, digits: Self::Words) -> Self::Words;
    /// The number whose eight decimal digits are the bytes of the lane, the first digit in the lowest one. Each must be 0
    /// to 9, or the result means nothing.
    fn number(self, digits: Self::Words) -> Self::Words;
    /// The entry of a table at each lane's index, of which the lowest three bits count.
    fn look_up(self, table: &[u64; 8], index: Self::Words) -> Self::Words;

    /// `COUNT` words of 32 bits from `at` on, which must be there.
    fn load(self, from: &[u32], at: usize) -> Self::Words;
    /// `COUNT` words from `at` on, which must be there.
    fn load_words(self, from: &[u64], at: usize) -> Self::Words;
    /// Writes `COUNT` words from `at` on, where there must be room.
    fn store(self, words: Self::Words, to: &mut [u64], at: usize);
    /// Puts the words of 32 bits from each of 64 places on into column after column, those of a place at its own number. Does nothing and says so
    /// where a place has fewer words than there are columns, or the number of columns is no multiple of [`SQUARE`].
    #[inline(always)]
    fn turn(self, from: &[u32], places: &[u32; 64], columns: &mut [[u32; 64]]) -> bool {
        if !can_turn(from, places, columns) {
            return false;
        }
        for (row, places) in (0..).step_by(SQUARE).zip(places.as_chunks::<SQUARE>().0) {
            let [one, two, three, four] = places.map(|place| &from[place as usize..]);
            for ((((column, one), two), three), four) in
                columns.iter_mut().zip(one).zip(two).zip(three).zip(four)
            {
                column[row..row + SQUARE].copy_from_slice(&[*one, *two, *three, *four]);
            }
        }
        true
    }

    /// For each lane the words of 32 bits at its index (of which the lower half counts) and behind it, the first one lower.
    fn gather_pairs(self, from: Pairs<'_>, index: Self::Words) -> Self::Words;
    /// For each lane the eight bytes at its index (of which the lower half counts), the first one lowest.
    fn gather_bytes(self, from: Bytes<'_>, index: Self::Words) -> Self::Words;

    /// For each lane the eight bytes at its index (of which the lower half counts), as `gather_bytes` has them, and the eight behind those. Where
    /// there are fewer than sixteen, both mean nothing.
    #[inline(always)]
    fn gather_two(self, from: Bytes<'_>, index: Self::Words) -> [Self::Words; 2] {
        let behind = self.add(index, self.splat(WORD as u64));
        [self.gather_bytes(from, index), self.gather_bytes(from, behind)]
    }

    /// The bits that count in which some bytes differ from a stretch: there are none if the result is zero in all lanes.
    fn differences(self, from: &[u8; STRETCH], stretch: &Stretch) -> Self::Words;

    /// Asks for bytes that will be looked at soon; there may be fewer.
    fn prefetch(self, from: Bytes<'_>, range: Range<usize>);

    fn equal(self, one: Self::Words, other: Self::Words) -> Self::Mask;
    /// Compares as signed numbers.
    fn less(self, one: Self::Words, than: Self::Words) -> Self::Mask;
    fn is_zero(self, words: Self::Words) -> Self::Mask;
    /// No lane.
    fn none(self) -> Self::Mask;
    fn both(self, one: Self::Mask, other: Self::Mask) -> Self::Mask;
    fn either(self, one: Self::Mask, other: Self::Mask) -> Self::Mask;
    fn not(self, mask: Self::Mask) -> Self::Mask;
    /// `yes` where the mask says so, `no` elsewhere.
    fn select(self, mask: Self::Mask, yes: Self::Words, no: Self::Words) -> Self::Words;
    /// The mask as bits, the first lane lowest.
    fn bits(self, mask: Self::Mask) -> u64;
}

/// Words of 32 bits of which two can be loaded from some place, at indices of 32 bits.
#[derive(Clone, Copy)]
pub(crate) struct Pairs<'a>(&'a [u32]);

impl<'a> Pairs<'a> {
    pub(crate) fn new(words: &'a [u32]) -> Option<Self> {
        (words.len() >= 2 && u32::try_from(words.len()).is_ok()).then_some(Self(words))
    }

    /// The greatest index that can be loaded from.
    #[inline(always)]
    fn last(self) -> u64 {
        self.0.len() as u64 - 2
    }
}

/// Bytes of which eight can be loaded from some place, and sixteen too, at indices of 32 bits.
#[derive(Clone, Copy)]
pub(crate) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
        let bytes = &bytes[..bytes.len().min(u32::MAX as usize)];
        (bytes.len() >= 2 * WORD).then_some(Self(bytes))
    }

    /// How many bytes there are.
    #[inline(always)]
    pub(crate) fn len(self) -> usize {
        self.0.len()
    }

    /// Some of the bytes, which must be there.
    pub(crate) fn of(self, range: Range<usize>) -> &'a [u8] {
        &self.0[range]
    }

    /// The eight bytes at an index, the first one lowest. Where there are fewer, the last eight.
    #[inline(always)]
    pub(crate) fn word(self, at: usize) -> u64 {
        let at = at.min(self.0.len() - WORD);
        let mut bytes = [0; WORD];
        bytes.copy_from_slice(&self.0[at..at + WORD]);
        u64::from_le_bytes(bytes)
    }

    /// The greatest index that can be loaded from.
    #[inline(always)]
    fn last(self) -> u64 {
        (self.0.len() - WORD) as u64
    }

    /// The greatest index that sixteen bytes can be loaded from.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn last_two(self) -> u64 {
        (self.0.len() - 2 * WORD) as u64
    }
}

/// Work that is written once and compiled for each kind of lanes.
pub(crate) trait Task {
    /// What comes of it.
    type Output;

    /// Does it. Must be `inline(always)`.
    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// The lanes in use.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Choice {
    Scalar(scalar::Scalar),
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Avx512),
}

impl Choice {
    /// The best lanes that are no better than a kernel of the tokenizer.
    pub(crate) fn new(kernel: Kernel) -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            let found = match kernel.name() {
                "avx512" | "avx512vbmi2" => avx512::Avx512::detect().map(Self::Avx512),
                "avx2" => avx2::Avx2::detect().map(Self::Avx2),
                _ => None,
            };
            if let Some(found) = found {
                return found;
            }
        }
        let _ = kernel;
        Self::Scalar(scalar::Scalar)
    }

    /// A single lane, for what stands alone.
    pub(crate) fn one() -> impl Lanes {
        scalar::Scalar
    }

    /// Does `task` with these instructions.
    pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
        match self {
            Self::Scalar(lanes) => lanes.enter(task),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(lanes) => lanes.enter(task),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(lanes) => lanes.enter(task),
        }
    }
}
