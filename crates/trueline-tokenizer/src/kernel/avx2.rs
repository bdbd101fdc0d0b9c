//! AVX2 with BMI1, LZCNT, POPCNT and PCLMULQDQ: two 32-byte vectors, quote parity by one carry-less product.
//!
//! Why so: a table contains the positions of the set bits of each byte. It packs eight bytes or positions at a time
//! (VPSHUFB, VPMOVZXBD), whether they are all set or not: rows differ in the number of separators per 64 bytes, and a
//! misprediction costs more. PEXT is not used because it is slow on AMD before Zen 3. Every machine with AVX2 also has the
//! other sets, but detection tests each of them. Bench: `examples/rate.rs`, `examples/json_rate.rs`. Source: Intel's manual,
//! VPCMPEQB, VPMOVMSKB, PCLMULQDQ; prefix parity by a product with all ones is due to Geoff Langdale and others.

use std::arch::x86_64::{
    __m256i, _mm_clmulepi64_si128, _mm_cvtsi64_si128, _mm_cvtsi128_si64, _mm_loadl_epi64, _mm_loadu_si128,
    _mm_set1_epi8, _mm_shuffle_epi8, _mm_storel_epi64, _mm256_add_epi32, _mm256_alignr_epi8,
    _mm256_and_si256, _mm256_andnot_si256, _mm256_blendv_epi8, _mm256_broadcastsi128_si256,
    _mm256_cmpeq_epi8, _mm256_cvtepu8_epi32, _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8,
    _mm256_or_si256, _mm256_permute2x128_si256, _mm256_set1_epi8, _mm256_set1_epi32, _mm256_shuffle_epi8,
    _mm256_srli_epi16, _mm256_storeu_si256, _mm256_subs_epu8, _mm256_xor_si256,
};

use super::{Isa, STEP, Task, classes, utf8};

/// Proves that the instructions exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Avx2(());

impl Avx2 {
    /// Detects the instructions.
    pub(crate) fn detect() -> Option<Self> {
        let is_available = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt")
            && is_x86_feature_detected!("pclmulqdq");
        is_available.then_some(Self(()))
    }
}

/// Joins the high bits of two vectors.
///
/// # Safety
/// The machine must have AVX2.
#[inline(always)]
unsafe fn join(low: __m256i, high: __m256i) -> u64 {
    // SAFETY: AVX2 is there, by this function's contract.
    let (low, high) = unsafe { (_mm256_movemask_epi8(low), _mm256_movemask_epi8(high)) };
    u64::from(low.cast_unsigned()) | (u64::from(high.cast_unsigned()) << 32)
}

/// Sets the bytes that are `max` or less.
///
/// # Safety
/// The machine must have AVX2.
#[inline(always)]
unsafe fn at_most(vector: __m256i, max: i8) -> __m256i {
    // SAFETY: AVX2 is there, by this function's contract.
    unsafe { _mm256_cmpeq_epi8(_mm256_min_epu8(vector, _mm256_set1_epi8(max)), vector) }
}

/// Sets the bytes below 0x20 that are not line feeds.
///
/// # Safety
/// The machine must have AVX2.
#[inline(always)]
unsafe fn controls(vector: __m256i) -> __m256i {
    // SAFETY: AVX2 is there, by this function's contract.
    unsafe {
        let line_feed = _mm256_cmpeq_epi8(vector, _mm256_set1_epi8(b'\n'.cast_signed()));
        _mm256_andnot_si256(line_feed, at_most(vector, 0x1F))
    }
}

/// Sets the bytes that, with the bit 0x20 set, equal their entry of a table, except control bytes.
///
/// # Safety
/// The machine must have AVX2.
#[inline(always)]
unsafe fn folded(vector: __m256i, entries: &[u8; 16]) -> __m256i {
    // SAFETY: AVX2 is there, by this function's contract.
    unsafe {
        let folded = _mm256_or_si256(vector, _mm256_set1_epi8(0x20));
        let equal = _mm256_cmpeq_epi8(folded, _mm256_shuffle_epi8(table(entries), vector));
        _mm256_andnot_si256(at_most(vector, 0x1F), equal)
    }
}

/// The same 16 bytes in both halves of the vector.
///
/// # Safety
/// The machine must have AVX2.
#[inline(always)]
unsafe fn table(bytes: &[u8; 16]) -> __m256i {
    // SAFETY: AVX2 is there, by this function's contract; the reference is to 16 readable bytes; the load asks for no
    // alignment.
    unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(bytes.as_ptr().cast())) }
}

/// Computes `utf8_errors` for 32 bytes and the bytes before them.
///
/// # Safety
/// The machine must have AVX2.
#[inline(always)]
unsafe fn utf8_errors(block: __m256i, before: __m256i) -> __m256i {
    // SAFETY: AVX2 is there, by this function's contract.
    unsafe {
        let nibble = _mm256_set1_epi8(0x0F);
        let half = _mm256_permute2x128_si256::<0x21>(before, block);
        let first = _mm256_alignr_epi8::<15>(block, half);
        let first_high = _mm256_and_si256(_mm256_srli_epi16::<4>(first), nibble);
        let second_high = _mm256_and_si256(_mm256_srli_epi16::<4>(block), nibble);
        let pairs = _mm256_and_si256(
            _mm256_and_si256(
                _mm256_shuffle_epi8(table(&utf8::FIRST_HIGH), first_high),
                _mm256_shuffle_epi8(table(&utf8::FIRST_LOW), _mm256_and_si256(first, nibble)),
            ),
            _mm256_shuffle_epi8(table(&utf8::SECOND_HIGH), second_high),
        );
        let two_before = _mm256_alignr_epi8::<14>(block, half);
        let three_before = _mm256_alignr_epi8::<13>(block, half);
        let lead_3 = _mm256_subs_epu8(two_before, _mm256_set1_epi8(utf8::BELOW_LEAD_3.cast_signed()));
        let lead_4 = _mm256_subs_epu8(three_before, _mm256_set1_epi8(utf8::BELOW_LEAD_4.cast_signed()));
        let must_continue = _mm256_and_si256(_mm256_or_si256(lead_3, lead_4), _mm256_set1_epi8(-128));
        _mm256_xor_si256(must_continue, pairs)
    }
}

/// For each byte value, the positions of its set bits.
static BIT_POSITIONS: [[u8; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut bits = 0;
    while bits < 256 {
        let (mut position, mut count) = (0, 0);
        while position < 8 {
            if bits >> position & 1 == 1 {
                table[bits][count] = position;
                count += 1;
            }
            position += 1;
        }
        bits += 1;
    }
    table
};

/// The kind of each byte as in `one_by_one`.
///
/// # Safety
/// The machine must have AVX2.
#[inline(always)]
unsafe fn kinds_of(half: __m256i) -> __m256i {
    // SAFETY: AVX2 is there, by this function's contract.
    unsafe {
        let line_feed = _mm256_cmpeq_epi8(half, _mm256_set1_epi8(b'\n'.cast_signed()));
        let has_kind = _mm256_or_si256(folded(half, &classes::STRUCTURALS_AND_QUOTE), line_feed);
        _mm256_blendv_epi8(_mm256_set1_epi8(b' '.cast_signed()), half, has_kind)
    }
}

impl Isa for Avx2 {
    type Block = [__m256i; 2];
    type Lanes = [__m256i; 2];

    #[inline(always)]
    fn enter<T: Task>(self, task: T) -> T::Output {
        #[inline(never)]
        #[target_feature(enable = "avx2,bmi1,lzcnt,popcnt,pclmulqdq")]
        fn entry<T: Task>(isa: Avx2, task: T) -> T::Output {
            task.run(isa)
        }
        // SAFETY: `self` exists only where `detect` has found every feature named above.
        unsafe { entry(self, task) }
    }

    #[inline(always)]
    fn load(self, bytes: &[u8; STEP]) -> [__m256i; 2] {
        let vectors = bytes.as_chunks::<32>().0;
        // SAFETY: `self` proves AVX2; both references are to 32 readable bytes; the load asks for no alignment.
        unsafe {
            [_mm256_loadu_si256(vectors[0].as_ptr().cast()), _mm256_loadu_si256(vectors[1].as_ptr().cast())]
        }
    }

    #[inline(always)]
    fn compare(self, [low, high]: [__m256i; 2], byte: u8) -> [__m256i; 2] {
        // SAFETY: `self` proves AVX2.
        unsafe {
            let pattern = _mm256_set1_epi8(byte.cast_signed());
            [_mm256_cmpeq_epi8(low, pattern), _mm256_cmpeq_epi8(high, pattern)]
        }
    }

    #[inline(always)]
    fn either(self, one: [__m256i; 2], other: [__m256i; 2]) -> [__m256i; 2] {
        self.or(one, other)
    }

    #[inline(always)]
    fn mask(self, lanes: [__m256i; 2]) -> u64 {
        self.high(lanes)
    }

    #[inline(always)]
    fn high(self, [low, high]: [__m256i; 2]) -> u64 {
        // SAFETY: `self` proves AVX2.
        unsafe { join(low, high) }
    }

    #[inline(always)]
    fn or(self, one: [__m256i; 2], other: [__m256i; 2]) -> [__m256i; 2] {
        // SAFETY: `self` proves AVX2.
        unsafe { [_mm256_or_si256(one[0], other[0]), _mm256_or_si256(one[1], other[1])] }
    }

    #[inline(always)]
    fn controls(self, [low, high]: [__m256i; 2]) -> [__m256i; 2] {
        // SAFETY: `self` proves AVX2.
        unsafe { [controls(low), controls(high)] }
    }

    #[inline(always)]
    fn digits(self, [low, high]: [__m256i; 2]) -> u64 {
        // SAFETY: `self` proves AVX2.
        unsafe {
            let zeros = _mm256_set1_epi8(0x30);
            join(at_most(_mm256_xor_si256(low, zeros), 9), at_most(_mm256_xor_si256(high, zeros), 9))
        }
    }

    #[inline(always)]
    fn structurals(self, [low, high]: [__m256i; 2]) -> [__m256i; 2] {
        // SAFETY: `self` proves AVX2.
        unsafe { [folded(low, &classes::STRUCTURALS), folded(high, &classes::STRUCTURALS)] }
    }

    #[inline(always)]
    fn white_space(self, [low, high]: [__m256i; 2]) -> [__m256i; 2] {
        // SAFETY: `self` proves AVX2.
        unsafe {
            let table = table(&classes::WHITE_SPACE);
            [
                _mm256_cmpeq_epi8(low, _mm256_shuffle_epi8(table, low)),
                _mm256_cmpeq_epi8(high, _mm256_shuffle_epi8(table, high)),
            ]
        }
    }

    const ONE_BY_ONE_LIMIT: u32 = 24;

    #[inline(always)]
    fn tokens(
        self,
        (_bytes, block): (&[u8; STEP], [__m256i; 2]),
        (mask, _others): (u64, u64),
        at: u32,
        offsets: &mut [u32; STEP],
        kinds: &mut [u8; STEP],
    ) {
        let mut byte_kinds = [0_u8; STEP];
        // SAFETY: `self` proves AVX2, and so SSSE3; both stores go into `byte_kinds`; an entry of the table is eight
        // readable bytes, and eight are loaded from within `byte_kinds`. Before iteration n, counted from 0, at most 8 * n
        // tokens are written, so that every store of eight is inside `offsets` or `kinds`. Nothing asks for alignment.
        unsafe {
            for (half, position) in block.into_iter().zip([0, 32]) {
                _mm256_storeu_si256(byte_kinds.as_mut_ptr().add(position).cast(), kinds_of(half));
            }
            let mut at = _mm256_set1_epi32(at.cast_signed());
            let (mut offset, mut kind) = (offsets.as_mut_ptr(), kinds.as_mut_ptr());
            for (eight, bits) in byte_kinds.as_chunks::<8>().0.iter().zip(mask.to_le_bytes()) {
                let bit_positions = _mm_loadl_epi64(BIT_POSITIONS[usize::from(bits)].as_ptr().cast());
                let packed = _mm_shuffle_epi8(_mm_loadl_epi64(eight.as_ptr().cast()), bit_positions);
                _mm256_storeu_si256(offset.cast(), _mm256_add_epi32(_mm256_cvtepu8_epi32(bit_positions), at));
                _mm_storel_epi64(kind.cast(), packed);
                let count = bits.count_ones() as usize;
                (offset, kind) = (offset.add(count), kind.add(count));
                at = _mm256_add_epi32(at, _mm256_set1_epi32(8));
            }
        }
    }

    #[inline(always)]
    fn positions(self, mask: u64, base: u32, out: &mut [u32; STEP]) {
        // SAFETY: `self` proves AVX2; an entry of the table is eight readable bytes. Before iteration n, counted from 0, at
        // most 8 * n numbers are written, so that every store of eight is inside `out`. Nothing asks for alignment.
        unsafe {
            let mut base = _mm256_set1_epi32(base.cast_signed());
            let mut next = out.as_mut_ptr();
            for bits in mask.to_le_bytes() {
                let bit_positions = _mm_loadl_epi64(BIT_POSITIONS[usize::from(bits)].as_ptr().cast());
                let numbers = _mm256_add_epi32(_mm256_cvtepu8_epi32(bit_positions), base);
                _mm256_storeu_si256(next.cast(), numbers);
                next = next.add(bits.count_ones() as usize);
                base = _mm256_add_epi32(base, _mm256_set1_epi32(8));
            }
        }
    }

    const CHECKS_UTF8: bool = true;

    #[inline(always)]
    fn utf8_errors(self, block: [__m256i; 2], before: [__m256i; 2]) -> [__m256i; 2] {
        // SAFETY: `self` proves AVX2.
        unsafe { [utf8_errors(block[0], before[1]), utf8_errors(block[1], block[0])] }
    }

    #[inline(always)]
    fn prefix_xor(self, mask: u64) -> u64 {
        // SAFETY: `self` proves PCLMULQDQ (and SSE2 is a part of x86-64).
        unsafe { clmul_by_ones(mask) }
    }
}

/// Returns the low half of the carry-less product of `mask` and all ones, which is its prefix parity.
///
/// # Safety
/// The machine must have PCLMULQDQ.
#[inline(always)]
pub(super) unsafe fn clmul_by_ones(mask: u64) -> u64 {
    // SAFETY: PCLMULQDQ is there, by this function's contract; SSE2 is a part of x86-64.
    unsafe {
        let mask = _mm_cvtsi64_si128(mask.cast_signed());
        let product = _mm_clmulepi64_si128::<0>(mask, _mm_set1_epi8(-1));
        _mm_cvtsi128_si64(product).cast_unsigned()
    }
}
