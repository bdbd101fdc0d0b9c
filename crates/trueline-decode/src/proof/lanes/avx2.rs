//! AVX2: four lanes.
//!
//! Why so: shifts by lane exist; a mask is a vector of ones and zeros, converted to bits only at the end. There is also a
//! gather of four words, but on Zen 3 four loads are faster (`json_cost`: 93 ns instead of 115 to read a record of logs).
//! Digits become numbers by VPMADDUBSW and VPMADDWD instead of three multiplications. Two words of a cell are one load of
//! sixteen bytes, sorted by VPUNPCKLQDQ and VPUNPCKHQDQ; a table of eight is two registers, looked up by VPERMD: both save
//! half of the loads and half of the moves of offsets into registers (`cost`: 15.0 ns to prove a row of ticks instead of
//! 15.9). Bench: `prove`, `examples/cost.rs`. Source: Intel's manual.

use std::arch::x86_64::{
    __m128i, __m256i, _MM_HINT_T0, _mm_cvtsi128_si64, _mm_extract_epi64, _mm_loadl_epi64, _mm_loadu_si128,
    _mm_prefetch, _mm_unpacklo_epi64, _mm256_add_epi64, _mm256_and_si256, _mm256_andnot_si256,
    _mm256_blendv_epi8, _mm256_blendv_pd, _mm256_castpd_si256, _mm256_castsi256_pd, _mm256_castsi256_si128,
    _mm256_cmpeq_epi64, _mm256_cmpgt_epi64, _mm256_cvtepu32_epi64, _mm256_extracti128_si256,
    _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_min_epu32, _mm256_movemask_pd,
    _mm256_mul_epu32, _mm256_or_si256, _mm256_permutevar8x32_epi32, _mm256_sad_epu8, _mm256_set_m128i,
    _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_epi64x, _mm256_setzero_si256, _mm256_slli_epi64,
    _mm256_sllv_epi64, _mm256_srli_epi64, _mm256_srlv_epi64, _mm256_storeu_si256, _mm256_sub_epi64,
    _mm256_subs_epu16, _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi32,
    _mm256_unpacklo_epi64, _mm256_xor_si256,
};

use std::ops::Range;

use super::{Bytes, CHUNK_BYTES, Lanes, MaskedBytes, Pairs, SimdTask, TRANSPOSE_WIDTH, can_transpose};

/// Proves that AVX2 exists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx2(());

impl Avx2 {
    /// Detects the instructions.
    pub(crate) fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }
}

/// Loads the four words at some offsets, in units of `SCALE` bytes.
///
/// # Safety
/// The machine must have AVX2, and eight bytes must be readable at each place.
#[inline(always)]
unsafe fn four<const SCALE: usize>(from: *const u8, places: __m256i) -> __m256i {
    #[expect(clippy::cast_possible_truncation, reason = "there are 64 bits to an address")]
    // SAFETY: AVX2 is there and the bytes are readable, by this function's contract; nothing asks for alignment.
    unsafe {
        let (low, high) = (_mm256_castsi256_si128(places), _mm256_extracti128_si256::<1>(places));
        let word = |place: i64| from.add(SCALE * place.cast_unsigned() as usize);
        let pair = |places: __m128i| {
            let first = _mm_loadl_epi64(word(_mm_cvtsi128_si64(places)).cast());
            let second = _mm_loadl_epi64(word(_mm_extract_epi64::<1>(places)).cast());
            _mm_unpacklo_epi64(first, second)
        };
        _mm256_set_m128i(pair(high), pair(low))
    }
}

impl Lanes for Avx2 {
    type Words = __m256i;
    type Mask = __m256i;
    const COUNT: usize = 4;

    #[inline(always)]
    fn vectorize<T: SimdTask>(self, task: T) -> T::Output {
        #[inline(never)]
        #[target_feature(enable = "avx2")]
        fn entry<T: SimdTask>(lanes: Avx2, task: T) -> T::Output {
            task.run(lanes)
        }
        // SAFETY: `self` exists only where `detect` has found AVX2.
        unsafe { entry(self, task) }
    }

    #[inline(always)]
    fn splat(self, word: u64) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_set1_epi64x(word.cast_signed()) }
    }

    #[inline(always)]
    fn add(self, one: __m256i, other: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_add_epi64(one, other) }
    }

    #[inline(always)]
    fn and(self, one: __m256i, other: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_and_si256(one, other) }
    }

    #[inline(always)]
    fn or(self, one: __m256i, other: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_or_si256(one, other) }
    }

    #[inline(always)]
    fn xor(self, one: __m256i, other: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_xor_si256(one, other) }
    }

    #[inline(always)]
    fn sub(self, from: __m256i, what: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_sub_epi64(from, what) }
    }

    #[inline(always)]
    fn and_not(self, one: __m256i, other: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_andnot_si256(other, one) }
    }

    #[inline(always)]
    fn shl<const BITS: u32>(self, words: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_sllv_epi64(words, _mm256_set1_epi64x(i64::from(BITS))) }
    }

    #[inline(always)]
    fn shr<const BITS: u32>(self, words: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_srlv_epi64(words, _mm256_set1_epi64x(i64::from(BITS))) }
    }

    #[inline(always)]
    fn shl_by(self, words: __m256i, counts: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_sllv_epi64(words, counts) }
    }

    #[inline(always)]
    fn shr_by(self, words: __m256i, counts: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_srlv_epi64(words, counts) }
    }

    #[inline(always)]
    fn saturating_sub(self, from: __m256i, what: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_subs_epu16(from, what) }
    }

    #[inline(always)]
    fn mul_low(self, words: __m256i, factor: u32) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_mul_epu32(words, _mm256_set1_epi64x(i64::from(factor))) }
    }

    #[inline(always)]
    fn sum_bytes(self, words: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_sad_epu8(words, _mm256_setzero_si256()) }
    }

    #[inline(always)]
    fn digit_pairs(self, digits: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_maddubs_epi16(digits, _mm256_set1_epi16(0x010A)) }
    }

    #[inline(always)]
    fn eight_digits(self, digits: __m256i) -> __m256i {
        let pairs = self.digit_pairs(digits);
        // SAFETY: `self` proves AVX2.
        unsafe {
            let groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x0001_0064));
            let upper = _mm256_mul_epu32(groups, _mm256_set1_epi64x(10_000));
            _mm256_add_epi64(upper, _mm256_srli_epi64::<32>(groups))
        }
    }

    #[inline(always)]
    fn lookup(self, table: &[u64; 8], index: __m256i) -> __m256i {
        let [low, high] = [&table[..4], &table[4..]];
        // SAFETY: `self` proves AVX2; the slices are of 32 readable bytes each; the loads ask for no alignment.
        unsafe {
            let index = _mm256_and_si256(index, _mm256_set1_epi64x(7));
            // Both halves of each lane's word; each half of the table has four words. Only three bits of an index count.
            let twice = _mm256_add_epi64(index, index);
            let halves = _mm256_or_si256(twice, _mm256_slli_epi64::<32>(twice));
            let halves = _mm256_add_epi64(halves, _mm256_set1_epi64x(1 << 32));
            let [low, high] = [low, high]
                .map(|words| _mm256_permutevar8x32_epi32(_mm256_loadu_si256(words.as_ptr().cast()), halves));
            let is_high = _mm256_castsi256_pd(_mm256_slli_epi64::<61>(index));
            _mm256_castpd_si256(_mm256_blendv_pd(
                _mm256_castsi256_pd(low),
                _mm256_castsi256_pd(high),
                is_high,
            ))
        }
    }

    #[inline(always)]
    fn load(self, from: &[u32], at: usize) -> __m256i {
        let words = &from[at..at + Self::COUNT];
        // SAFETY: `self` proves AVX2; the slice is of 16 readable bytes; the load asks for no alignment.
        unsafe { _mm256_cvtepu32_epi64(_mm_loadu_si128(words.as_ptr().cast())) }
    }

    #[inline(always)]
    fn load_words(self, from: &[u64], at: usize) -> __m256i {
        let words = &from[at..at + Self::COUNT];
        // SAFETY: `self` proves AVX2; the slice is of 32 readable bytes; the load asks for no alignment.
        unsafe { _mm256_loadu_si256(words.as_ptr().cast()) }
    }

    #[inline(always)]
    fn store(self, words: __m256i, to: &mut [u64], at: usize) {
        let room = &mut to[at..at + Self::COUNT];
        // SAFETY: `self` proves AVX2; the slice is of 32 writable bytes; the store asks for no alignment.
        unsafe { _mm256_storeu_si256(room.as_mut_ptr().cast(), words) }
    }

    #[inline(always)]
    fn transpose(self, from: &[u32], places: &[u32; 64], columns: &mut [[u32; 64]]) -> bool {
        if !can_transpose(from, places, columns) {
            return false;
        }
        for (row, places) in (0..).step_by(8).zip(places.as_chunks::<8>().0) {
            for (at, columns) in
                (0..).step_by(TRANSPOSE_WIDTH).zip(columns.as_chunks_mut::<TRANSPOSE_WIDTH>().0)
            {
                // SAFETY: `self` proves AVX2. From each place on there are as many words as columns, so that four can be
                // loaded from `at` on; in each column there is room for eight from `row` on. Nothing asks for alignment.
                unsafe {
                    let words = |place: u32| _mm_loadu_si128(from.as_ptr().add(place as usize + at).cast());
                    let one = _mm256_set_m128i(words(places[4]), words(places[0]));
                    let two = _mm256_set_m128i(words(places[5]), words(places[1]));
                    let three = _mm256_set_m128i(words(places[6]), words(places[2]));
                    let four = _mm256_set_m128i(words(places[7]), words(places[3]));
                    let (low, low_behind) =
                        (_mm256_unpacklo_epi32(one, two), _mm256_unpacklo_epi32(three, four));
                    let (high, high_behind) =
                        (_mm256_unpackhi_epi32(one, two), _mm256_unpackhi_epi32(three, four));
                    let turned = [
                        _mm256_unpacklo_epi64(low, low_behind),
                        _mm256_unpackhi_epi64(low, low_behind),
                        _mm256_unpacklo_epi64(high, high_behind),
                        _mm256_unpackhi_epi64(high, high_behind),
                    ];
                    for (column, words) in columns.iter_mut().zip(turned) {
                        _mm256_storeu_si256(column.as_mut_ptr().add(row).cast(), words);
                    }
                }
            }
        }
        true
    }

    #[inline(always)]
    fn gather_pairs(self, from: Pairs<'_>, index: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2. The upper half of each index becomes 0 and the lower one at most that of the last
        // word but one, so every load is inside of the slice.
        unsafe {
            let inside = _mm256_min_epu32(index, _mm256_set1_epi64x(from.last().cast_signed()));
            four::<4>(from.0.as_ptr().cast(), inside)
        }
    }

    #[inline(always)]
    fn gather_bytes(self, from: Bytes<'_>, index: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2. The upper half of each index becomes 0 and the lower one at most that of the last place
        // with eight bytes behind it, so every load is inside of the slice.
        unsafe {
            let inside = _mm256_min_epu32(index, _mm256_set1_epi64x(from.last().cast_signed()));
            four::<1>(from.0.as_ptr().cast(), inside)
        }
    }

    #[inline(always)]
    fn gather_16(self, from: Bytes<'_>, index: __m256i) -> [__m256i; 2] {
        #[expect(clippy::cast_possible_truncation, reason = "there are 64 bits to an address")]
        // SAFETY: `self` proves AVX2, and so SSE4.1. There are sixteen bytes at least; the upper half of each index becomes
        // 0 and the lower one at most that of the last place with sixteen bytes behind it, so every load is inside of the
        // slice. Nothing asks for alignment.
        unsafe {
            let places = _mm256_min_epu32(index, _mm256_set1_epi64x(from.last_16().cast_signed()));
            let (low, high) = (_mm256_castsi256_si128(places), _mm256_extracti128_si256::<1>(places));
            let words =
                |place: i64| _mm_loadu_si128(from.0.as_ptr().add(place.cast_unsigned() as usize).cast());
            let even = _mm256_set_m128i(words(_mm_cvtsi128_si64(high)), words(_mm_cvtsi128_si64(low)));
            let odd =
                _mm256_set_m128i(words(_mm_extract_epi64::<1>(high)), words(_mm_extract_epi64::<1>(low)));
            [_mm256_unpacklo_epi64(even, odd), _mm256_unpackhi_epi64(even, odd)]
        }
    }

    #[inline(always)]
    fn differences(self, from: &[u8; CHUNK_BYTES], chunk: &MaskedBytes) -> __m256i {
        // SAFETY: `self` proves AVX2; the references are to 32 readable bytes each; the loads ask for no alignment.
        unsafe {
            let [from, bytes, counts] =
                [from, &chunk.bytes, &chunk.mask].map(|bytes| _mm256_loadu_si256(bytes.as_ptr().cast()));
            _mm256_and_si256(_mm256_xor_si256(from, bytes), counts)
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
    fn equal(self, one: __m256i, other: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_cmpeq_epi64(one, other) }
    }

    #[inline(always)]
    fn less_than(self, one: __m256i, than: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_cmpgt_epi64(than, one) }
    }

    #[inline(always)]
    fn is_zero(self, words: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_cmpeq_epi64(words, _mm256_setzero_si256()) }
    }

    #[inline(always)]
    fn mask_none(self) -> __m256i {
        self.splat(0)
    }

    #[inline(always)]
    fn mask_and(self, one: __m256i, other: __m256i) -> __m256i {
        self.and(one, other)
    }

    #[inline(always)]
    fn mask_or(self, one: __m256i, other: __m256i) -> __m256i {
        self.or(one, other)
    }

    #[inline(always)]
    fn mask_not(self, mask: __m256i) -> __m256i {
        self.xor(mask, self.splat(u64::MAX))
    }

    #[inline(always)]
    fn select(self, mask: __m256i, yes: __m256i, no: __m256i) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe { _mm256_blendv_epi8(no, yes, mask) }
    }

    #[inline(always)]
    fn bits(self, mask: __m256i) -> u64 {
        // SAFETY: `self` proves AVX2, and so AVX.
        let bits = unsafe { _mm256_movemask_pd(_mm256_castsi256_pd(mask)) };
        u64::from(bits.cast_unsigned())
    }
}
