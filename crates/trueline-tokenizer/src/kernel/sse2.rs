//! SSE2: four 16-byte vectors; available on every x86-64 machine.
//!
//! Why so: without BMI or carry-less multiplication, all work on masks uses portable code; only the conversion of bytes to
//! masks uses vectors. Bench: `examples/rate.rs`. Source: Intel's manual, PCMPEQB and PMOVMSKB.

use std::arch::x86_64::{
    __m128i, _mm_andnot_si128, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8,
    _mm_or_si128, _mm_set1_epi8, _mm_xor_si128,
};

use super::{Isa, STEP, Task};

/// Proves that SSE2 exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Sse2(());

impl Sse2 {
    /// Always succeeds: SSE2 is part of x86-64.
    #[expect(clippy::unnecessary_wraps, reason = "every kernel is detected in the same way")]
    pub(crate) fn detect() -> Option<Self> {
        Some(Self(()))
    }
}

/// Joins the high bits of four vectors.
#[inline(always)]
fn join(block: [__m128i; 4]) -> u64 {
    let mut mask = 0;
    for (at, vector) in block.into_iter().enumerate() {
        // SAFETY: SSE2 is a part of x86-64.
        let bits = unsafe { _mm_movemask_epi8(vector) };
        mask |= u64::from(bits.cast_unsigned()) << (16 * at);
    }
    mask
}

impl Isa for Sse2 {
    type Block = [__m128i; 4];
    type Lanes = [__m128i; 4];

    #[inline(never)]
    fn enter<T: Task>(self, task: T) -> T::Output {
        // The baseline includes the instructions.
        task.run(self)
    }

    #[inline(always)]
    fn load(self, bytes: &[u8; STEP]) -> [__m128i; 4] {
        let vectors = bytes.as_chunks::<16>().0;
        // SAFETY: each of the four references is to 16 readable bytes; the load asks for no alignment.
        let load = |at: usize| unsafe { _mm_loadu_si128(vectors[at].as_ptr().cast()) };
        [load(0), load(1), load(2), load(3)]
    }

    #[inline(always)]
    fn compare(self, block: [__m128i; 4], byte: u8) -> [__m128i; 4] {
        // SAFETY: SSE2 is a part of x86-64.
        let pattern = unsafe { _mm_set1_epi8(byte.cast_signed()) };
        // SAFETY: as above.
        block.map(|vector| unsafe { _mm_cmpeq_epi8(vector, pattern) })
    }

    #[inline(always)]
    fn either(self, one: [__m128i; 4], other: [__m128i; 4]) -> [__m128i; 4] {
        self.or(one, other)
    }

    #[inline(always)]
    fn mask(self, lanes: [__m128i; 4]) -> u64 {
        join(lanes)
    }

    #[inline(always)]
    fn high(self, block: [__m128i; 4]) -> u64 {
        join(block)
    }

    #[inline(always)]
    fn controls(self, block: [__m128i; 4]) -> [__m128i; 4] {
        // SAFETY: SSE2 is a part of x86-64.
        let (max, line_feed) = unsafe { (_mm_set1_epi8(0x1F), _mm_set1_epi8(b'\n'.cast_signed())) };
        // SAFETY: as above.
        block.map(|vector| unsafe {
            let below = _mm_cmpeq_epi8(_mm_min_epu8(vector, max), vector);
            _mm_andnot_si128(_mm_cmpeq_epi8(vector, line_feed), below)
        })
    }

    #[inline(always)]
    fn digits(self, block: [__m128i; 4]) -> u64 {
        // SAFETY: SSE2 is a part of x86-64.
        let (zeros, max) = unsafe { (_mm_set1_epi8(0x30), _mm_set1_epi8(9)) };
        // SAFETY: as above.
        join(block.map(|vector| unsafe {
            let value = _mm_xor_si128(vector, zeros);
            _mm_cmpeq_epi8(_mm_min_epu8(value, max), value)
        }))
    }

    #[inline(always)]
    fn or(self, one: [__m128i; 4], other: [__m128i; 4]) -> [__m128i; 4] {
        // SAFETY: SSE2 is a part of x86-64.
        let or = |at: usize| unsafe { _mm_or_si128(one[at], other[at]) };
        [or(0), or(1), or(2), or(3)]
    }
}
