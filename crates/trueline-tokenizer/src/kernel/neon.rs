//! NEON: four 16-byte vectors; available on every 64-bit ARM machine.
//!
//! Why so: NEON has no instruction that gathers one bit of each byte. A comparison is masked with the bit values 1, 2, 4 …
//! 128, and three rounds of pairwise additions reduce the 64 bytes of all four vectors to 8. Quote parity uses the portable
//! shifts, because the 64-bit polynomial product (PMULL) belongs to the optional AES extension. Bench: `examples/rate.rs`.
//! Source: Arm's intrinsics reference, CMEQ and ADDP; folding by pairwise additions is the method of simdjson's NEON kernel.

use std::arch::aarch64::{
    uint8x16_t, vandq_u8, vbicq_u8, vceqq_u8, vcgeq_u8, vcltq_u8, vdupq_n_u8, veorq_u8, vgetq_lane_u64,
    vld1q_u8, vorrq_u8, vpaddq_u8, vreinterpretq_u64_u8,
};

use super::{Isa, STEP, Task};

/// Proves that NEON exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Neon(());

/// The value of each byte's bit in its byte of the mask.
const BIT_VALUES: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

impl Neon {
    /// Always succeeds: this file is only compiled if NEON is part of the target.
    #[expect(clippy::unnecessary_wraps, reason = "every kernel is detected in the same way")]
    pub(crate) fn detect() -> Option<Self> {
        Some(Self(()))
    }
}

#[inline(always)]
fn load(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: the reference is to 16 readable bytes; the load asks for no alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

/// Folds four vectors of bytes that are 0 or 255 into a mask.
#[inline(always)]
fn fold(block: [uint8x16_t; 4]) -> u64 {
    let values = load(&BIT_VALUES);
    // SAFETY: NEON is a part of the target.
    unsafe {
        let low = vpaddq_u8(vandq_u8(block[0], values), vandq_u8(block[1], values));
        let high = vpaddq_u8(vandq_u8(block[2], values), vandq_u8(block[3], values));
        let quarters = vpaddq_u8(low, high);
        vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(quarters, quarters)))
    }
}

impl Isa for Neon {
    type Block = [uint8x16_t; 4];
    type Lanes = [uint8x16_t; 4];

    #[inline(never)]
    fn enter<T: Task>(self, task: T) -> T::Output {
        // The baseline includes the instructions.
        task.run(self)
    }

    #[inline(always)]
    fn load(self, bytes: &[u8; STEP]) -> [uint8x16_t; 4] {
        let vectors = bytes.as_chunks::<16>().0;
        [load(&vectors[0]), load(&vectors[1]), load(&vectors[2]), load(&vectors[3])]
    }

    #[inline(always)]
    fn compare(self, block: [uint8x16_t; 4], byte: u8) -> [uint8x16_t; 4] {
        // SAFETY: NEON is a part of the target.
        let pattern = unsafe { vdupq_n_u8(byte) };
        // SAFETY: as above.
        block.map(|vector| unsafe { vceqq_u8(vector, pattern) })
    }

    #[inline(always)]
    fn either(self, one: [uint8x16_t; 4], other: [uint8x16_t; 4]) -> [uint8x16_t; 4] {
        self.or(one, other)
    }

    #[inline(always)]
    fn mask(self, lanes: [uint8x16_t; 4]) -> u64 {
        fold(lanes)
    }

    #[inline(always)]
    fn high(self, block: [uint8x16_t; 4]) -> u64 {
        // SAFETY: NEON is a part of the target.
        let min = unsafe { vdupq_n_u8(0x80) };
        // SAFETY: as above.
        fold(block.map(|vector| unsafe { vcgeq_u8(vector, min) }))
    }

    #[inline(always)]
    fn controls(self, block: [uint8x16_t; 4]) -> [uint8x16_t; 4] {
        // SAFETY: NEON is a part of the target.
        let (limit, line_feed) = unsafe { (vdupq_n_u8(0x20), vdupq_n_u8(b'\n')) };
        // SAFETY: as above.
        block.map(|vector| unsafe { vbicq_u8(vcltq_u8(vector, limit), vceqq_u8(vector, line_feed)) })
    }

    #[inline(always)]
    fn digits(self, block: [uint8x16_t; 4]) -> u64 {
        // SAFETY: NEON is a part of the target.
        let (zeros, limit) = unsafe { (vdupq_n_u8(0x30), vdupq_n_u8(10)) };
        // SAFETY: as above.
        fold(block.map(|vector| unsafe { vcltq_u8(veorq_u8(vector, zeros), limit) }))
    }

    #[inline(always)]
    fn or(self, one: [uint8x16_t; 4], other: [uint8x16_t; 4]) -> [uint8x16_t; 4] {
        // SAFETY: NEON is a part of the target.
        let or = |at: usize| unsafe { vorrq_u8(one[at], other[at]) };
        [or(0), or(1), or(2), or(3)]
    }
}
