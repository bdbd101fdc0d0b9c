//! AVX-512: one 64-byte vector; a comparison directly yields a mask. Two kernels: `Avx512` needs F and BW, `Avx512Vbmi2`
//! also BMI2 and VBMI2, both with BMI1, LZCNT, POPCNT and PCLMULQDQ.
//!
//! Why so: positions are compressed, not searched for: with VBMI2 the byte indices 0..64 in one VPCOMPRESSB, widened sixteen
//! at a time as far as needed; without it in four VPCOMPRESSD. Both compress into a register and store that, because
//! compressing to memory is microcoded on Zen 4. If more than two records end in 64 bytes, PEXT turns "which separators are
//! terminators" into bits counted in separators, so that records are written like separators; every processor with VBMI2 has
//! a fast PEXT. Bench: `examples/rate.rs`. Source: Intel's manual; compressing the identity is the method of simdjson's
//! AVX-512 kernel.

use std::arch::x86_64::{
    __m512i, _mm_loadu_si128, _mm512_add_epi32, _mm512_alignr_epi8, _mm512_alignr_epi64, _mm512_and_si512,
    _mm512_broadcast_i32x4, _mm512_castsi512_si128, _mm512_cmpeq_epi8_mask, _mm512_cmplt_epu8_mask,
    _mm512_cvtepu8_epi32, _mm512_extracti32x4_epi32, _mm512_loadu_si512, _mm512_mask_mov_epi8,
    _mm512_maskz_compress_epi8, _mm512_maskz_compress_epi32, _mm512_movepi8_mask, _mm512_or_si512,
    _mm512_set1_epi8, _mm512_set1_epi32, _mm512_shuffle_epi8, _mm512_srli_epi16, _mm512_storeu_si512,
    _mm512_subs_epu8, _mm512_xor_si512, _pext_u64,
};

use super::avx2::clmul_by_ones;
use super::{Isa, STEP, Task, classes, ordinal, utf8};

/// Proves that AVX-512 F and BW and the bit sets exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Avx512(());

/// Like `Avx512`, with BMI2 and VBMI2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Avx512Vbmi2(Avx512);

/// The numbers 0 to 63.
const IDENTITY: [u8; STEP] = {
    let mut bytes = [0; STEP];
    let mut at = 0;
    while at < STEP {
        #[expect(clippy::cast_possible_truncation, reason = "below 64")]
        let byte = at as u8;
        bytes[at] = byte;
        at += 1;
    }
    bytes
};

impl Avx512 {
    /// Detects the instructions.
    pub(crate) fn detect() -> Option<Self> {
        let is_available = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt")
            && is_x86_feature_detected!("pclmulqdq");
        is_available.then_some(Self(()))
    }
}

impl Avx512Vbmi2 {
    /// Detects the instructions.
    pub(crate) fn detect() -> Option<Self> {
        let is_available = is_x86_feature_detected!("avx512vbmi2") && is_x86_feature_detected!("bmi2");
        Avx512::detect().filter(|_| is_available).map(Self)
    }
}

/// The same 16 bytes in each quarter of the vector.
///
/// # Safety
/// The machine must have AVX-512F.
#[inline(always)]
unsafe fn table(bytes: &[u8; 16]) -> __m512i {
    // SAFETY: AVX-512F is there, by this function's contract; the reference is to 16 readable bytes; the load asks for
    // no alignment.
    unsafe { _mm512_broadcast_i32x4(_mm_loadu_si128(bytes.as_ptr().cast())) }
}

/// Computes `utf8_errors` for 64 bytes and the bytes before them.
///
/// # Safety
/// The machine must have AVX-512 F and BW.
#[inline(always)]
unsafe fn utf8_errors(block: __m512i, before: __m512i) -> __m512i {
    // SAFETY: AVX-512 F and BW are there, by this function's contract.
    unsafe {
        let nibble = _mm512_set1_epi8(0x0F);
        // For each quarter of the block, the 16 bytes before it.
        let quarters = _mm512_alignr_epi64::<6>(block, before);
        let first = _mm512_alignr_epi8::<15>(block, quarters);
        let first_high = _mm512_and_si512(_mm512_srli_epi16::<4>(first), nibble);
        let second_high = _mm512_and_si512(_mm512_srli_epi16::<4>(block), nibble);
        let pairs = _mm512_and_si512(
            _mm512_and_si512(
                _mm512_shuffle_epi8(table(&utf8::FIRST_HIGH), first_high),
                _mm512_shuffle_epi8(table(&utf8::FIRST_LOW), _mm512_and_si512(first, nibble)),
            ),
            _mm512_shuffle_epi8(table(&utf8::SECOND_HIGH), second_high),
        );
        let two_before = _mm512_alignr_epi8::<14>(block, quarters);
        let three_before = _mm512_alignr_epi8::<13>(block, quarters);
        let lead_3 = _mm512_subs_epu8(two_before, _mm512_set1_epi8(utf8::BELOW_LEAD_3.cast_signed()));
        let lead_4 = _mm512_subs_epu8(three_before, _mm512_set1_epi8(utf8::BELOW_LEAD_4.cast_signed()));
        let must_continue = _mm512_and_si512(_mm512_or_si512(lead_3, lead_4), _mm512_set1_epi8(-128));
        _mm512_xor_si512(must_continue, pairs)
    }
}

impl Isa for Avx512 {
    type Block = __m512i;
    type Lanes = u64;

    #[inline(always)]
    fn enter<T: Task>(self, task: T) -> T::Output {
        #[inline(never)]
        #[target_feature(enable = "avx512f,avx512bw,bmi1,lzcnt,popcnt,pclmulqdq")]
        fn entry<T: Task>(isa: Avx512, task: T) -> T::Output {
            task.run(isa)
        }
        // SAFETY: `self` exists only where `detect` has found every feature named above.
        unsafe { entry(self, task) }
    }

    #[inline(always)]
    fn load(self, bytes: &[u8; STEP]) -> __m512i {
        // SAFETY: `self` proves AVX-512F; the reference is to 64 readable bytes; the load asks for no alignment.
        unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
    }

    #[inline(always)]
    fn compare(self, block: __m512i, byte: u8) -> u64 {
        // SAFETY: `self` proves AVX-512 F and BW.
        unsafe { _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(byte.cast_signed())) }
    }

    #[inline(always)]
    fn either(self, one: u64, other: u64) -> u64 {
        one | other
    }

    #[inline(always)]
    fn mask(self, lanes: u64) -> u64 {
        lanes
    }

    #[inline(always)]
    fn high(self, block: __m512i) -> u64 {
        // SAFETY: `self` proves AVX-512BW.
        unsafe { _mm512_movepi8_mask(block) }
    }

    #[inline(always)]
    fn or(self, one: __m512i, other: __m512i) -> __m512i {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_or_si512(one, other) }
    }

    #[inline(always)]
    fn controls(self, block: __m512i) -> u64 {
        // SAFETY: `self` proves AVX-512 F and BW.
        let below = unsafe { _mm512_cmplt_epu8_mask(block, _mm512_set1_epi8(0x20)) };
        below & !self.compare(block, b'\n')
    }

    #[inline(always)]
    fn digits(self, block: __m512i) -> u64 {
        // SAFETY: `self` proves AVX-512 F and BW.
        unsafe {
            let value = _mm512_xor_si512(block, _mm512_set1_epi8(0x30));
            _mm512_cmplt_epu8_mask(value, _mm512_set1_epi8(10))
        }
    }

    #[inline(always)]
    fn structurals(self, block: __m512i) -> u64 {
        // SAFETY: `self` proves AVX-512 F and BW.
        let marked = unsafe {
            let folded = _mm512_or_si512(block, _mm512_set1_epi8(0x20));
            _mm512_cmpeq_epi8_mask(folded, _mm512_shuffle_epi8(table(&classes::STRUCTURALS), block))
        };
        marked & !self.controls(block)
    }

    #[inline(always)]
    fn white_space(self, block: __m512i) -> u64 {
        // SAFETY: `self` proves AVX-512 F and BW.
        unsafe { _mm512_cmpeq_epi8_mask(block, _mm512_shuffle_epi8(table(&classes::WHITE_SPACE), block)) }
    }

    const CHECKS_UTF8: bool = true;

    #[inline(always)]
    fn utf8_errors(self, block: __m512i, before: __m512i) -> __m512i {
        // SAFETY: `self` proves AVX-512 F and BW.
        unsafe { utf8_errors(block, before) }
    }

    #[inline(always)]
    fn prefix_xor(self, mask: u64) -> u64 {
        // SAFETY: `self` proves PCLMULQDQ.
        unsafe { clmul_by_ones(mask) }
    }

    #[inline(always)]
    fn positions(self, mask: u64, base: u32, out: &mut [u32; STEP]) {
        // SAFETY: `self` proves AVX-512F; the reference is to 64 readable bytes.
        let mut numbers = unsafe {
            let identity = _mm512_loadu_si512(IDENTITY.as_ptr().cast());
            let first = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(identity));
            _mm512_add_epi32(first, _mm512_set1_epi32(base.cast_signed()))
        };
        let mut rest = mask;
        let mut written = 0;
        for _ in 0..4 {
            #[expect(clippy::cast_possible_truncation, reason = "the low 16 bits are meant")]
            let quarter = rest as u16;
            // Before the n-th quarter at most 16 * n numbers are written, so that the slice is always there.
            let slots: &mut [u32] = &mut out[written..written + 16];
            // SAFETY: `self` proves AVX-512F; `slots` are 64 writable bytes; the store asks for no alignment.
            unsafe {
                let packed = _mm512_maskz_compress_epi32(quarter, numbers);
                _mm512_storeu_si512(slots.as_mut_ptr().cast(), packed);
                numbers = _mm512_add_epi32(numbers, _mm512_set1_epi32(16));
            }
            written += quarter.count_ones() as usize;
            rest >>= 16;
        }
    }
}

impl Isa for Avx512Vbmi2 {
    type Block = __m512i;
    type Lanes = u64;

    #[inline(always)]
    fn enter<T: Task>(self, task: T) -> T::Output {
        #[inline(never)]
        #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
        fn entry<T: Task>(isa: Avx512Vbmi2, task: T) -> T::Output {
            task.run(isa)
        }
        // SAFETY: `self` exists only where `detect` has found every feature named above.
        unsafe { entry(self, task) }
    }

    #[inline(always)]
    fn load(self, bytes: &[u8; STEP]) -> __m512i {
        self.0.load(bytes)
    }

    #[inline(always)]
    fn compare(self, block: __m512i, byte: u8) -> u64 {
        self.0.compare(block, byte)
    }

    #[inline(always)]
    fn either(self, one: u64, other: u64) -> u64 {
        one | other
    }

    #[inline(always)]
    fn mask(self, lanes: u64) -> u64 {
        lanes
    }

    #[inline(always)]
    fn high(self, block: __m512i) -> u64 {
        self.0.high(block)
    }

    #[inline(always)]
    fn or(self, one: __m512i, other: __m512i) -> __m512i {
        self.0.or(one, other)
    }

    #[inline(always)]
    fn controls(self, block: __m512i) -> u64 {
        self.0.controls(block)
    }

    #[inline(always)]
    fn digits(self, block: __m512i) -> u64 {
        self.0.digits(block)
    }

    #[inline(always)]
    fn structurals(self, block: __m512i) -> u64 {
        self.0.structurals(block)
    }

    #[inline(always)]
    fn white_space(self, block: __m512i) -> u64 {
        self.0.white_space(block)
    }

    #[inline(always)]
    fn tokens(
        self,
        (_bytes, block): (&[u8; STEP], __m512i),
        (mask, others): (u64, u64),
        at: u32,
        offsets: &mut [u32; STEP],
        kinds: &mut [u8; STEP],
    ) {
        self.positions(mask, at, offsets);
        // SAFETY: `self` proves AVX-512 F, BW and VBMI2; `kinds` is 64 writable bytes; the store asks for no alignment.
        unsafe {
            let byte_kinds = _mm512_mask_mov_epi8(block, others, _mm512_set1_epi8(b' '.cast_signed()));
            _mm512_storeu_si512(kinds.as_mut_ptr().cast(), _mm512_maskz_compress_epi8(mask, byte_kinds));
        }
    }

    const CHECKS_UTF8: bool = true;

    #[inline(always)]
    fn utf8_errors(self, block: __m512i, before: __m512i) -> __m512i {
        self.0.utf8_errors(block, before)
    }

    #[inline(always)]
    fn prefix_xor(self, mask: u64) -> u64 {
        self.0.prefix_xor(mask)
    }

    #[inline(always)]
    fn positions(self, mask: u64, base: u32, out: &mut [u32; STEP]) {
        // SAFETY: `self` proves AVX-512F and VBMI2; the reference is to 64 readable bytes.
        let packed = unsafe {
            let identity = _mm512_loadu_si512(IDENTITY.as_ptr().cast());
            _mm512_maskz_compress_epi8(mask, identity)
        };
        let count = mask.count_ones();
        let quarters = out.as_chunks_mut::<16>().0;
        // SAFETY: `self` proves AVX-512F; each quarter is 64 writable bytes; the store asks for no alignment.
        unsafe {
            let base = _mm512_set1_epi32(base.cast_signed());
            let numbers = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed));
            _mm512_storeu_si512(quarters[0].as_mut_ptr().cast(), _mm512_add_epi32(numbers, base));
            // More than 16 occur so often that a misprediction would cost more than this store.
            let numbers = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32::<1>(packed));
            _mm512_storeu_si512(quarters[1].as_mut_ptr().cast(), _mm512_add_epi32(numbers, base));
            if count > 32 {
                let numbers = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32::<2>(packed));
                _mm512_storeu_si512(quarters[2].as_mut_ptr().cast(), _mm512_add_epi32(numbers, base));
                let numbers = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32::<3>(packed));
                _mm512_storeu_si512(quarters[3].as_mut_ptr().cast(), _mm512_add_epi32(numbers, base));
            }
        }
    }

    #[inline(always)]
    fn ordinals(self, part: u64, whole: u64, base: u32, out: &mut [u32; STEP]) {
        if part.count_ones() <= 2 {
            // The usual case is cheaper without vector instructions, which compete for one port.
            out[0] = ordinal(part, whole, base);
            out[1] = ordinal(part & part.wrapping_sub(1), whole, base);
        } else {
            // SAFETY: `self` proves BMI2.
            let counted = unsafe { _pext_u64(part, whole) };
            self.positions(counted, base, out);
        }
    }
}
