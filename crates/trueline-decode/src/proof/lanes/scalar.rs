//! One lane: an ordinary register. It defines every operation, and is the fallback.

use std::ops::Range;

use super::{Bytes, CHUNK_BYTES, Lanes, MaskedBytes, Pairs, SimdTask, WORD};

/// The half of an index that counts.
const LOWER: u64 = u32::MAX as u64;

/// Always available.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scalar;

impl Lanes for Scalar {
    type Words = u64;
    type Mask = bool;
    const COUNT: usize = 1;

    #[inline(always)]
    fn vectorize<T: SimdTask>(self, task: T) -> T::Output {
        task.run(self)
    }

    #[inline(always)]
    fn splat(self, word: u64) -> u64 {
        word
    }

    #[inline(always)]
    fn add(self, one: u64, other: u64) -> u64 {
        one.wrapping_add(other)
    }

    #[inline(always)]
    fn sub(self, from: u64, what: u64) -> u64 {
        from.wrapping_sub(what)
    }

    #[inline(always)]
    fn and(self, one: u64, other: u64) -> u64 {
        one & other
    }

    #[inline(always)]
    fn and_not(self, one: u64, other: u64) -> u64 {
        one & !other
    }

    #[inline(always)]
    fn or(self, one: u64, other: u64) -> u64 {
        one | other
    }

    #[inline(always)]
    fn xor(self, one: u64, other: u64) -> u64 {
        one ^ other
    }

    #[inline(always)]
    fn shl<const BITS: u32>(self, words: u64) -> u64 {
        words << BITS
    }

    #[inline(always)]
    fn shr<const BITS: u32>(self, words: u64) -> u64 {
        words >> BITS
    }

    #[inline(always)]
    fn shl_by(self, words: u64, counts: u64) -> u64 {
        if counts < 64 { words << counts } else { 0 }
    }

    #[inline(always)]
    fn shr_by(self, words: u64, counts: u64) -> u64 {
        if counts < 64 { words >> counts } else { 0 }
    }

    #[inline(always)]
    fn saturating_sub(self, from: u64, what: u64) -> u64 {
        from.saturating_sub(what)
    }

    #[inline(always)]
    fn mul_low(self, words: u64, factor: u32) -> u64 {
        (words & u64::from(u32::MAX)) * u64::from(factor)
    }

    #[inline(always)]
    fn sum_bytes(self, words: u64) -> u64 {
        let pairs = (words & 0x00FF_00FF_00FF_00FF) + ((words >> 8) & 0x00FF_00FF_00FF_00FF);
        pairs.wrapping_mul(0x0001_0001_0001_0001) >> 48
    }

    #[inline(always)]
    fn digit_pairs(self, digits: u64) -> u64 {
        digits.wrapping_mul(10 * 256 + 1) >> 8 & 0x00FF_00FF_00FF_00FF
    }

    #[inline(always)]
    fn eight_digits(self, digits: u64) -> u64 {
        // Two digits per pair, two pairs per group, two groups per number: each step leaves the sum in the upper part.
        let pairs = self.digit_pairs(digits);
        let groups = pairs.wrapping_mul(100 * 65_536 + 1) >> 16 & 0x0000_FFFF_0000_FFFF;
        groups.wrapping_mul((10_000 << 32) + 1) >> 32
    }

    #[inline(always)]
    fn lookup(self, table: &[u64; 8], index: u64) -> u64 {
        table[(index & 7) as usize]
    }

    #[inline(always)]
    fn load(self, from: &[u32], at: usize) -> u64 {
        u64::from(from[at])
    }

    #[inline(always)]
    fn load_words(self, from: &[u64], at: usize) -> u64 {
        from[at]
    }

    #[inline(always)]
    fn store(self, words: u64, to: &mut [u64], at: usize) {
        to[at] = words;
    }

    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "an index is cut to what is inside")]
    fn gather_pairs(self, from: Pairs<'_>, index: u64) -> u64 {
        let at = (index & LOWER).min(from.last()) as usize;
        u64::from(from.0[at]) | u64::from(from.0[at + 1]) << 32
    }

    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "an index is cut to what is inside")]
    fn gather_bytes(self, from: Bytes<'_>, index: u64) -> u64 {
        from.word((index & LOWER) as usize)
    }

    #[inline(always)]
    fn differences(self, from: &[u8; CHUNK_BYTES], chunk: &MaskedBytes) -> u64 {
        let [from, bytes, counts] =
            [from, &chunk.bytes, &chunk.mask].map(|bytes| bytes.as_chunks::<WORD>().0);
        let words = from.iter().zip(bytes).zip(counts);
        words.fold(0, |all, ((from, bytes), counts)| {
            let differ = u64::from_le_bytes(*from) ^ u64::from_le_bytes(*bytes);
            all | (differ & u64::from_le_bytes(*counts))
        })
    }

    #[inline(always)]
    fn prefetch(self, _from: Bytes<'_>, _range: Range<usize>) {}

    #[inline(always)]
    fn equal(self, one: u64, other: u64) -> bool {
        one == other
    }

    #[inline(always)]
    fn less_than(self, one: u64, than: u64) -> bool {
        one.cast_signed() < than.cast_signed()
    }

    #[inline(always)]
    fn is_zero(self, words: u64) -> bool {
        words == 0
    }

    #[inline(always)]
    fn mask_none(self) -> bool {
        false
    }

    #[inline(always)]
    fn mask_and(self, one: bool, other: bool) -> bool {
        one & other
    }

    #[inline(always)]
    fn mask_or(self, one: bool, other: bool) -> bool {
        one | other
    }

    #[inline(always)]
    fn mask_not(self, mask: bool) -> bool {
        !mask
    }

    #[inline(always)]
    fn select(self, mask: bool, yes: u64, no: u64) -> u64 {
        if mask { yes } else { no }
    }

    #[inline(always)]
    fn bits(self, mask: bool) -> u64 {
        u64::from(mask)
    }
}
