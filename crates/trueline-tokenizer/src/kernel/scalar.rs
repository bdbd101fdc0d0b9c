//! No vector instructions: eight bytes in each 64-bit word (SWAR).
//!
//! Why so: the words give the same masks as vectors, so that nothing above needs a second version. This is the fallback for
//! machines without another kernel, and the baseline that the others are measured against (`examples/rate.rs`). Source: the
//! carry-free zero-byte test and the gathering multiplication are folklore.

use super::{Isa, STEP, Task};

/// Runs anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Scalar;

const LOW_BITS: u64 = 0x7F7F_7F7F_7F7F_7F7F;
const EACH_BYTE: u64 = 0x0101_0101_0101_0101;

/// Gathers the eight high bits of a word in its low byte, lowest byte first.
#[inline(always)]
fn gather(word: u64) -> u64 {
    ((word >> 7) & EACH_BYTE).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

impl Isa for Scalar {
    type Block = [u64; 8];

    #[inline(never)]
    fn enter<T: Task>(self, task: T) -> T::Output {
        task.run(self)
    }

    #[inline(always)]
    fn load(self, bytes: &[u8; STEP]) -> [u64; 8] {
        let mut block = [0; 8];
        for (word, bytes) in block.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        block
    }

    /// The high bit of each byte is set if it is equal.
    type Lanes = [u64; 8];

    #[inline(always)]
    fn compare(self, block: [u64; 8], byte: u8) -> [u64; 8] {
        let pattern = EACH_BYTE.wrapping_mul(u64::from(byte));
        block.map(|word| {
            let differs = word ^ pattern;
            // The high bit of each byte is set if the byte is not zero.
            !(((differs & LOW_BITS) + LOW_BITS) | differs)
        })
    }

    #[inline(always)]
    fn either(self, one: [u64; 8], other: [u64; 8]) -> [u64; 8] {
        self.or(one, other)
    }

    #[inline(always)]
    fn mask(self, lanes: [u64; 8]) -> u64 {
        self.high(lanes)
    }

    #[inline(always)]
    fn high(self, block: [u64; 8]) -> u64 {
        let mut mask = 0;
        for (at, word) in block.into_iter().enumerate() {
            mask |= gather(word) << (8 * at);
        }
        mask
    }

    #[inline(always)]
    fn controls(self, block: [u64; 8]) -> [u64; 8] {
        // The high bit of each byte is set if the other bits are 0x20 or more.
        let least = EACH_BYTE.wrapping_mul(0x80 - 0x20);
        let line_feeds = self.compare(block, b'\n');
        std::array::from_fn(|at| !(((block[at] & LOW_BITS) + least) | block[at] | line_feeds[at]))
    }

    const FINDS_DIGITS: bool = false;

    #[inline(always)]
    fn digits(self, block: [u64; 8]) -> u64 {
        // The high bit of each byte is set if its difference from `0` is 10 or more.
        let (zeros, least) = (EACH_BYTE.wrapping_mul(0x30), EACH_BYTE.wrapping_mul(0x80 - 10));
        self.high(block.map(|word| {
            let differs = word ^ zeros;
            !(((differs & LOW_BITS) + least) | differs)
        }))
    }

    #[inline(always)]
    fn or(self, one: [u64; 8], other: [u64; 8]) -> [u64; 8] {
        let mut both = one;
        for (word, other) in both.iter_mut().zip(other) {
            *word |= other;
        }
        both
    }
}
