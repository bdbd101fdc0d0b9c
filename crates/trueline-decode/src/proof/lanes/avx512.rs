//! AVX-512: eight lanes. Needs F, BW and VL (with DQ the compiler would turn fast 32-bit multiplications into slow 64-bit
//! ones).
//!
//! Why so: a comparison directly yields a mask, there are shifts by lane and gathers of eight words, and a table of eight
//! words is one permutation. Digits become numbers by VPMADDUBSW and VPMADDWD instead of three multiplications. Bench:
//! `prove`. Source: Intel's manual.

use std::arch::x86_64::{
    __m512i, _MM_HINT_T0, _mm_loadu_si128, _mm_prefetch, _mm256_and_si256, _mm256_loadu_si256,
    _mm256_xor_si256, _mm512_add_epi64, _mm512_and_si512, _mm512_andnot_si512, _mm512_castsi128_si512,
    _mm512_cmpeq_epi64_mask, _mm512_cmplt_epi64_mask, _mm512_cvtepu32_epi64, _mm512_inserti32x4,
    _mm512_loadu_si512, _mm512_madd_epi16, _mm512_maddubs_epi16, _mm512_mask_blend_epi64,
    _mm512_mask_i64gather_epi64, _mm512_min_epu32, _mm512_mul_epu32, _mm512_or_si512,
    _mm512_permutexvar_epi64, _mm512_sad_epu8, _mm512_set1_epi16, _mm512_set1_epi32, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_slli_epi64, _mm512_sllv_epi64, _mm512_srli_epi64, _mm512_srlv_epi64,
    _mm512_storeu_si512, _mm512_sub_epi64, _mm512_subs_epu16, _mm512_testn_epi64_mask, _mm512_unpackhi_epi32,
    _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64, _mm512_xor_si512,
    _mm512_zextsi256_si512,
};

use std::ops::Range;

use super::{Bytes, CHUNK_BYTES, Lanes, MaskedBytes, Pairs, SimdTask, TRANSPOSE_WIDTH, can_transpose};

/// Proves that AVX-512 F, BW and VL exist.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx512 {
    /// All lanes. A gather consumes a mask. If the compiler knew it, it would create it with KXNOR of some mask register,
    /// which waits for the last write to that register: the comparison of the previous group. So each group would wait for
    /// the one before.
    every: u8,
}

impl Avx512 {
    /// Detects the instructions.
    pub(crate) fn detect() -> Option<Self> {
        let is_there = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl");
        is_there.then(|| Self { every: std::hint::black_box(0xFF) })
    }
}

/// Loads four 32-bit words from each of four offsets on.
///
/// # Safety
/// The machine must have AVX-512F, and there must be four words from each place on.
#[inline(always)]
unsafe fn four_fours(from: &[u32], places: [usize; 4]) -> __m512i {
    // SAFETY: AVX-512F is there, and so are the words, by this function's contract; the loads ask for no alignment.
    unsafe {
        let from = from.as_ptr();
        let one = _mm512_castsi128_si512(_mm_loadu_si128(from.add(places[0]).cast()));
        let two = _mm512_inserti32x4::<1>(one, _mm_loadu_si128(from.add(places[1]).cast()));
        let three = _mm512_inserti32x4::<2>(two, _mm_loadu_si128(from.add(places[2]).cast()));
        _mm512_inserti32x4::<3>(three, _mm_loadu_si128(from.add(places[3]).cast()))
    }
}

impl Lanes for Avx512 {
    type Words = __m512i;
    type Mask = u8;
    const COUNT: usize = 8;

    #[inline(always)]
    fn vectorize<T: SimdTask>(self, task: T) -> T::Output {
        #[inline(never)]
        #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
        fn entry<T: SimdTask>(lanes: Avx512, task: T) -> T::Output {
            task.run(lanes)
        }
        // SAFETY: `self` exists only where `detect` has found every feature named above.
        unsafe { entry(self, task) }
    }

    #[inline(always)]
    fn splat(self, word: u64) -> __m512i {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_set1_epi64(word.cast_signed()) }
    }

    #[inline(always)]
    fn add(self, one: __m512i, other: __m512i) -> __m512i {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_add_epi64(one, other) }
    }

    #[inline(always)]
    fn and(self, one: __m512i, other: __m512i) -> __m512i {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_and_si512(one, other) }
    }

    #[inline(always)]
    fn or(self, one: __m512i, other: __m512i) -> __m512i {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_or_si512(one, other) }
    }

    #[inline(always)]
    fn xor(self, one: __m512i, other: __m512i) -> __m512i {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_xor_si512(one, other) }
    }

    #[inline(always)]
    fn sub(self, from: __m512i, what: __m512i) -> __m512i {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_sub_epi64(from, what) }
    }

    #[inline(always)]
    fn and_not(self, one: __m512i, other: __m512i) -> __m512i {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_andnot_si512(other, one) }
    }

    #[inline(always)]
    fn shl<const BITS: u32>(self, words: __m512i) -> __m512i {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_slli_epi64::<BITS>(words) }
    }

    #[inline(always)]
    fn shr<const BITS: u32>(self, words: __m512i) -> __m512i {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_srli_epi64::<BITS>(words) }
    }

    #[inline(always)]
    fn shl_by(self, words: __m512i, counts: __m512i) -> __m512i {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_sllv_epi64(words, counts) }
    }

    #[inline(always)]
    fn shr_by(self, words: __m512i, counts: __m512i) -> __m512i {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_srlv_epi64(words, counts) }
    }

    #[inline(always)]
    fn saturating_sub(self, from: __m512i, what: __m512i) -> __m512i {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_subs_epu16(from, what) }
    }

    #[inline(always)]
    fn mul_low(self, words: __m512i, factor: u32) -> __m512i {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_mul_epu32(words, _mm512_set1_epi64(i64::from(factor))) }
    }

    #[inline(always)]
    fn sum_bytes(self, words: __m512i) -> __m512i {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_sad_epu8(words, _mm512_setzero_si512()) }
    }

    #[inline(always)]
    fn digit_pairs(self, digits: __m512i) -> __m512i {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_maddubs_epi16(digits, _mm512_set1_epi16(0x010A)) }
    }

    #[inline(always)]
    fn eight_digits(self, digits: __m512i) -> __m512i {
        let pairs = self.digit_pairs(digits);
        // SAFETY: `self` proves the features.
        unsafe {
            let groups = _mm512_madd_epi16(pairs, _mm512_set1_epi32(0x0001_0064));
            let upper = _mm512_mul_epu32(groups, _mm512_set1_epi64(10_000));
            _mm512_add_epi64(upper, _mm512_srli_epi64::<32>(groups))
        }
    }

    #[inline(always)]
    fn lookup(self, table: &[u64; 8], index: __m512i) -> __m512i {
        // SAFETY: `self` proves the features; the reference is to 64 readable bytes.
        unsafe {
            let table = _mm512_loadu_si512(table.as_ptr().cast());
            _mm512_permutexvar_epi64(index, table)
        }
    }

    #[inline(always)]
    fn load(self, from: &[u32], at: usize) -> __m512i {
        let words = &from[at..at + Self::COUNT];
        // SAFETY: `self` proves the features; the slice is of 32 readable bytes; the load asks for no alignment.
        unsafe { _mm512_cvtepu32_epi64(_mm256_loadu_si256(words.as_ptr().cast())) }
    }

    #[inline(always)]
    fn load_words(self, from: &[u64], at: usize) -> __m512i {
        let words = &from[at..at + Self::COUNT];
        // SAFETY: `self` proves the features; the slice is of 64 readable bytes; the load asks for no alignment.
        unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
    }

    #[inline(always)]
    fn store(self, words: __m512i, to: &mut [u64], at: usize) {
        let room = &mut to[at..at + Self::COUNT];
        // SAFETY: `self` proves the features; the slice is of 64 writable bytes; the store asks for no alignment.
        unsafe { _mm512_storeu_si512(room.as_mut_ptr().cast(), words) }
    }

    #[inline(always)]
    fn transpose(self, from: &[u32], places: &[u32; 64], columns: &mut [[u32; 64]]) -> bool {
        if !can_transpose(from, places, columns) {
            return false;
        }
        for (row, places) in (0..).step_by(16).zip(places.as_chunks::<16>().0) {
            for (at, columns) in
                (0..).step_by(TRANSPOSE_WIDTH).zip(columns.as_chunks_mut::<TRANSPOSE_WIDTH>().0)
            {
                let places = places.map(|place| place as usize + at);
                // SAFETY: `self` proves the features. From each place on there are as many words as columns, so that four
                // can be loaded from `at` on; in each column there is room for sixteen from `row` on. Nothing asks for
                // alignment.
                unsafe {
                    let one = four_fours(from, [places[0], places[4], places[8], places[12]]);
                    let two = four_fours(from, [places[1], places[5], places[9], places[13]]);
                    let three = four_fours(from, [places[2], places[6], places[10], places[14]]);
                    let four = four_fours(from, [places[3], places[7], places[11], places[15]]);
                    let (low, low_behind) =
                        (_mm512_unpacklo_epi32(one, two), _mm512_unpacklo_epi32(three, four));
                    let (high, high_behind) =
                        (_mm512_unpackhi_epi32(one, two), _mm512_unpackhi_epi32(three, four));
                    let turned = [
                        _mm512_unpacklo_epi64(low, low_behind),
                        _mm512_unpackhi_epi64(low, low_behind),
                        _mm512_unpacklo_epi64(high, high_behind),
                        _mm512_unpackhi_epi64(high, high_behind),
                    ];
                    for (column, words) in columns.iter_mut().zip(turned) {
                        _mm512_storeu_si512(column.as_mut_ptr().add(row).cast(), words);
                    }
                }
            }
        }
        true
    }

    #[inline(always)]
    fn gather_pairs(self, from: Pairs<'_>, index: __m512i) -> __m512i {
        // SAFETY: `self` proves the features. The upper half of each index becomes 0 and the lower one at most that of the last
        // word but one, so every load is inside of the slice; a gather asks for no alignment.
        unsafe {
            let inside = _mm512_min_epu32(index, _mm512_set1_epi64(from.last().cast_signed()));
            _mm512_mask_i64gather_epi64::<4>(
                _mm512_setzero_si512(),
                self.every,
                inside,
                from.0.as_ptr().cast(),
            )
        }
    }

    #[inline(always)]
    fn gather_bytes(self, from: Bytes<'_>, index: __m512i) -> __m512i {
        // SAFETY: `self` proves the features. The upper half of each index becomes 0 and the lower one at most that of the last
        // place with eight bytes behind it, so every load is inside of the slice; a gather asks for no alignment.
        unsafe {
            let inside = _mm512_min_epu32(index, _mm512_set1_epi64(from.last().cast_signed()));
            _mm512_mask_i64gather_epi64::<1>(
                _mm512_setzero_si512(),
                self.every,
                inside,
                from.0.as_ptr().cast(),
            )
        }
    }

    #[inline(always)]
    fn differences(self, from: &[u8; CHUNK_BYTES], chunk: &MaskedBytes) -> __m512i {
        // SAFETY: `self` proves the features, and AVX2 with them; the references are to 32 readable bytes each; the loads
        // ask for no alignment.
        unsafe {
            let [from, bytes, counts] =
                [from, &chunk.bytes, &chunk.mask].map(|bytes| _mm256_loadu_si256(bytes.as_ptr().cast()));
            _mm512_zextsi256_si512(_mm256_and_si256(_mm256_xor_si256(from, bytes), counts))
        }
    }

    #[inline(always)]
    fn prefetch(self, from: Bytes<'_>, range: Range<usize>) {
        for line in from.0.get(range).unwrap_or_default().chunks(64) {
            // SAFETY: a prefetch touches nothing, and the address is that of a byte of the slice.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) }
        }
    }

    #[inline(always)]
    fn equal(self, one: __m512i, other: __m512i) -> u8 {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_cmpeq_epi64_mask(one, other) }
    }

    #[inline(always)]
    fn less_than(self, one: __m512i, than: __m512i) -> u8 {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_cmplt_epi64_mask(one, than) }
    }

    #[inline(always)]
    fn is_zero(self, words: __m512i) -> u8 {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_testn_epi64_mask(words, words) }
    }

    #[inline(always)]
    fn mask_none(self) -> u8 {
        0
    }

    #[inline(always)]
    fn mask_and(self, one: u8, other: u8) -> u8 {
        one & other
    }

    #[inline(always)]
    fn mask_or(self, one: u8, other: u8) -> u8 {
        one | other
    }

    #[inline(always)]
    fn mask_not(self, mask: u8) -> u8 {
        !mask
    }

    #[inline(always)]
    fn select(self, mask: u8, yes: __m512i, no: __m512i) -> __m512i {
        // SAFETY: `self` proves the features.
        unsafe { _mm512_mask_blend_epi64(mask, no, yes) }
    }

    #[inline(always)]
    fn bits(self, mask: u8) -> u64 {
        u64::from(mask)
    }
}
