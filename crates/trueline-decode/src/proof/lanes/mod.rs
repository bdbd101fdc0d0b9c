//! SIMD operations on vectors of 64-bit lanes, one lane per cell, for each instruction set. Nothing here knows what a cell is.
//!
//! A proof checks the same for many cells, so cells are side by side: a vector holds the first eight bytes of four or eight
//! cells, the next vector their next eight. All steps of a proof are then arithmetic on 64-bit words, which a scalar
//! register can do as well. So each proof is written once, with the operations of [`Lanes`], and compiled for each module
//! here.
//!
//! Having a value of such a type proves that its instructions are available, since only `detect` returns it; so the
//! operations are safe. No offset can make a load leave its slice: every index is clamped to the last valid one.
//!
//! If you change this: `scalar` defines each operation; `tests` compares the others with it.

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

/// The number of bytes of a cell in one lane.
pub(crate) const WORD: usize = 8;

/// The number of bytes of a chunk.
pub(crate) const CHUNK_BYTES: usize = 32;

/// Bytes to compare with, and a mask of the bits that must be equal.
#[derive(Clone, Debug)]
pub(crate) struct MaskedBytes {
    bytes: [u8; CHUNK_BYTES],
    mask: [u8; CHUNK_BYTES],
}

impl MaskedBytes {
    /// The chunks of a text, one by one; in the last one only the existing bytes count.
    pub(crate) fn all(text: &[u8]) -> impl Iterator<Item = Self> {
        text.chunks(CHUNK_BYTES).map(|part| {
            let (mut bytes, mut mask) = ([0; CHUNK_BYTES], [0; CHUNK_BYTES]);
            bytes[..part.len()].copy_from_slice(part);
            mask[..part.len()].fill(u8::MAX);
            Self { bytes, mask }
        })
    }
}

/// The number of columns for [`Lanes::transpose`] must be a multiple of this.
pub(crate) const TRANSPOSE_WIDTH: usize = 4;

/// Whether there are enough words from each offset on for all columns, and the columns can be filled [`TRANSPOSE_WIDTH`] at a
/// time.
#[inline(always)]
fn can_transpose(from: &[u32], places: &[u32; 64], columns: &[[u32; 64]]) -> bool {
    let last = places.iter().fold(0, |last, place| last.max(*place)) as usize;
    last.checked_add(columns.len()).is_some_and(|end| end <= from.len())
        && columns.len().is_multiple_of(TRANSPOSE_WIDTH)
}

/// Vectors of 64-bit words, and operations on all of them at once.
///
/// Arithmetic wraps. A mask has one bit per lane, in any representation.
pub(crate) trait Lanes: Copy {
    /// A vector.
    type Words: Copy;
    /// One boolean per lane.
    type Mask: Copy;
    /// The number of lanes; divides 64.
    const COUNT: usize;

    /// Runs `task` in a separate function, compiled for these instructions.
    fn vectorize<T: SimdTask>(self, task: T) -> T::Output;

    /// The same word in each lane.
    fn splat(self, word: u64) -> Self::Words;
    fn add(self, one: Self::Words, other: Self::Words) -> Self::Words;
    fn sub(self, from: Self::Words, what: Self::Words) -> Self::Words;
    fn and(self, one: Self::Words, other: Self::Words) -> Self::Words;
    /// Sets what is set in `one` but not in `other`.
    fn and_not(self, one: Self::Words, other: Self::Words) -> Self::Words;
    fn or(self, one: Self::Words, other: Self::Words) -> Self::Words;
    fn xor(self, one: Self::Words, other: Self::Words) -> Self::Words;
    fn shl<const BITS: u32>(self, words: Self::Words) -> Self::Words;
    fn shr<const BITS: u32>(self, words: Self::Words) -> Self::Words;
    /// Shifts each lane by its own count; the result is 0 for counts of 64 or more.
    fn shl_by(self, words: Self::Words, counts: Self::Words) -> Self::Words;
    /// Shifts each lane by its own count; the result is 0 for counts of 64 or more.
    fn shr_by(self, words: Self::Words, counts: Self::Words) -> Self::Words;
    /// `from - what`, or 0 if that is negative. Both must be below 2^16, or the result is meaningless.
    fn saturating_sub(self, from: Self::Words, what: Self::Words) -> Self::Words;
    /// The lower half of each lane times `factor`.
    fn mul_low(self, words: Self::Words, factor: u32) -> Self::Words;
    /// The sum of the bytes of each lane.
    fn sum_bytes(self, words: Self::Words) -> Self::Words;
    /// Ten times the first byte of each pair of bytes plus the second, in place of the pair. Each must be 0 to 9, or the
    /// result is meaningless.
    fn digit_pairs(self, digits: Self::Words) -> Self::Words;
    /// The number whose eight decimal digits are the bytes of the lane, the first digit in the lowest byte. Each must be 0
    /// to 9, or the result is meaningless.
    fn eight_digits(self, digits: Self::Words) -> Self::Words;
    /// The table entry at each lane's index, of which only the lowest three bits count.
    fn lookup(self, table: &[u64; 8], index: Self::Words) -> Self::Words;

    /// Loads `COUNT` 32-bit words from `at` on, which must exist.
    fn load(self, from: &[u32], at: usize) -> Self::Words;
    /// Loads `COUNT` words from `at` on, which must exist.
    fn load_words(self, from: &[u64], at: usize) -> Self::Words;
    /// Writes `COUNT` words from `at` on, where there must be space.
    fn store(self, words: Self::Words, to: &mut [u64], at: usize);
    /// Transposes: writes the 32-bit words from each of 64 offsets on to successive columns, at the index of the offset.
    /// Does nothing and returns `false` if an offset has fewer words than there are columns, or their number is not a
    /// multiple of [`TRANSPOSE_WIDTH`].
    #[inline(always)]
    fn transpose(self, from: &[u32], places: &[u32; 64], columns: &mut [[u32; 64]]) -> bool {
        if !can_transpose(from, places, columns) {
            return false;
        }
        for (row, places) in (0..).step_by(TRANSPOSE_WIDTH).zip(places.as_chunks::<TRANSPOSE_WIDTH>().0) {
            let [one, two, three, four] = places.map(|place| &from[place as usize..]);
            for ((((column, one), two), three), four) in
                columns.iter_mut().zip(one).zip(two).zip(three).zip(four)
            {
                column[row..row + TRANSPOSE_WIDTH].copy_from_slice(&[*one, *two, *three, *four]);
            }
        }
        true
    }

    /// For each lane, the 32-bit word at its index (only the lower half counts) and the next one, the first one lower.
    fn gather_pairs(self, from: Pairs<'_>, index: Self::Words) -> Self::Words;
    /// For each lane, the eight bytes at its index (only the lower half counts), the first one lowest.
    fn gather_bytes(self, from: Bytes<'_>, index: Self::Words) -> Self::Words;

    /// For each lane, the eight bytes at its index (only the lower half counts), as in `gather_bytes`, and the next eight.
    /// With fewer than sixteen bytes, both are meaningless.
    #[inline(always)]
    fn gather_16(self, from: Bytes<'_>, index: Self::Words) -> [Self::Words; 2] {
        let behind = self.add(index, self.splat(WORD as u64));
        [self.gather_bytes(from, index), self.gather_bytes(from, behind)]
    }

    /// The significant bits in which some bytes differ from a chunk: none if the result is zero in all lanes.
    fn differences(self, from: &[u8; CHUNK_BYTES], chunk: &MaskedBytes) -> Self::Words;

    /// Prefetches bytes that will be read soon; there may be fewer.
    fn prefetch(self, from: Bytes<'_>, range: Range<usize>);

    fn equal(self, one: Self::Words, other: Self::Words) -> Self::Mask;
    /// Compares as signed numbers.
    fn less_than(self, one: Self::Words, than: Self::Words) -> Self::Mask;
    fn is_zero(self, words: Self::Words) -> Self::Mask;
    /// Selects no lane.
    fn mask_none(self) -> Self::Mask;
    fn mask_and(self, one: Self::Mask, other: Self::Mask) -> Self::Mask;
    fn mask_or(self, one: Self::Mask, other: Self::Mask) -> Self::Mask;
    fn mask_not(self, mask: Self::Mask) -> Self::Mask;
    /// `yes` where the mask is set, `no` elsewhere.
    fn select(self, mask: Self::Mask, yes: Self::Words, no: Self::Words) -> Self::Words;
    /// The mask as bits, the first lane lowest.
    fn bits(self, mask: Self::Mask) -> u64;
}

/// 32-bit words of which any two neighbours can be loaded, with 32-bit indices.
#[derive(Clone, Copy)]
pub(crate) struct Pairs<'a>(&'a [u32]);

impl<'a> Pairs<'a> {
    pub(crate) fn new(words: &'a [u32]) -> Option<Self> {
        (words.len() >= 2 && u32::try_from(words.len()).is_ok()).then_some(Self(words))
    }

    /// The largest index for a load.
    #[inline(always)]
    fn last(self) -> u64 {
        self.0.len() as u64 - 2
    }
}

/// Bytes of which any eight, or sixteen, can be loaded, with 32-bit indices.
#[derive(Clone, Copy)]
pub(crate) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
        let bytes = &bytes[..bytes.len().min(u32::MAX as usize)];
        (bytes.len() >= 2 * WORD).then_some(Self(bytes))
    }

    /// The number of bytes.
    #[inline(always)]
    pub(crate) fn len(self) -> usize {
        self.0.len()
    }

    /// Returns some of the bytes, which must exist.
    pub(crate) fn of(self, range: Range<usize>) -> &'a [u8] {
        &self.0[range]
    }

    /// Returns the eight bytes at an index, the first one lowest; if there are fewer, the last eight.
    #[inline(always)]
    pub(crate) fn word(self, at: usize) -> u64 {
        let at = at.min(self.0.len() - WORD);
        let mut bytes = [0; WORD];
        bytes.copy_from_slice(&self.0[at..at + WORD]);
        u64::from_le_bytes(bytes)
    }

    /// The largest index for a load.
    #[inline(always)]
    fn last(self) -> u64 {
        (self.0.len() - WORD) as u64
    }

    /// The largest index for a load of sixteen bytes.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn last_16(self) -> u64 {
        (self.0.len() - 2 * WORD) as u64
    }
}

/// A task that is written once and compiled for each instruction set.
pub(crate) trait SimdTask {
    /// The result of the task.
    type Output;

    /// Runs the task. Must be `inline(always)`.
    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// The instruction set in use.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SimdLevel {
    Scalar(scalar::Scalar),
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Avx512),
}

impl SimdLevel {
    /// Chooses the best instruction set that does not go beyond that of a kernel of the tokenizer.
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

    /// A single lane, for single values.
    pub(crate) fn single_lane() -> impl Lanes {
        scalar::Scalar
    }

    /// Runs `task` with these instructions.
    pub(crate) fn run<T: SimdTask>(self, task: T) -> T::Output {
        match self {
            Self::Scalar(lanes) => lanes.vectorize(task),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(lanes) => lanes.vectorize(task),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(lanes) => lanes.vectorize(task),
        }
    }
}
