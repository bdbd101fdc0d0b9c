//! The keyed hash that computes the fingerprint of a key.

use std::hash::{BuildHasher, Hasher};
use std::sync::OnceLock;

/// A fingerprint function, the same for the whole process, or for all processes with the same seeds.
///
/// The seeds are secret. Anyone who knew them could construct keys with equal fingerprints, which costs time but changes no
/// result.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fingerprinter {
    seeds: [u64; 4],
    #[cfg(test)]
    mask: u64,
}

/// The number of bits of a fingerprint that select its partition: the highest.
pub(super) const PARTITION_BITS: u32 = 8;
pub(super) const PARTITIONS: usize = 1 << PARTITION_BITS;

impl Fingerprinter {
    pub(super) fn new() -> Self {
        static SEEDS: OnceLock<[u64; 4]> = OnceLock::new();
        let random = || std::hash::RandomState::new().build_hasher().finish() | 1;
        Self {
            seeds: *SEEDS.get_or_init(|| [random(), random(), random(), random()]),
            #[cfg(test)]
            mask: u64::MAX,
        }
    }

    /// Creates a function that is the same in every process with these seeds.
    pub(super) fn with_seeds(seeds: [u64; 4]) -> Self {
        // A factor of zero would make all fingerprints equal.
        Self {
            seeds: seeds.map(|seed| seed | 1),
            #[cfg(test)]
            mask: u64::MAX,
        }
    }

    /// Creates fingerprints that keep only the bits of `mask`, to test that no result depends on them.
    #[cfg(test)]
    pub(super) fn masked(mask: u64) -> Self {
        Self { mask, ..Self::new() }
    }

    /// Computes the fingerprint of a key; never 0, which can therefore mean that there is none.
    ///
    /// Two multiplications of 64 by 64 bits for a key of up to 16 bytes, one more for every further 16.
    #[inline]
    pub(super) fn fingerprint(&self, key: &[u8]) -> u64 {
        let [first, second, third, fourth] = self.seeds;
        let (mut low, mut high) = (first, second);
        if let (8..=16, Some(head), Some(tail)) = (key.len(), key.first_chunk(), key.last_chunk()) {
            low ^= u64::from_le_bytes(*head);
            high ^= u64::from_le_bytes(*tail);
        } else if key.len() > 16 {
            (low, high) = long(key, low, high);
        } else if let (Some(head), Some(tail)) = (key.first_chunk(), key.last_chunk()) {
            low ^= u64::from(u32::from_le_bytes(*head));
            high ^= u64::from(u32::from_le_bytes(*tail));
        } else if let [head, .., tail] | [head @ tail] = key {
            low ^= u64::from(u32::from_le_bytes([*head, key[key.len() / 2], *tail, 0]));
        }
        // The ends may overlap: only the length distinguishes `aa` from `aaa`.
        let print = fold(fold(low, high) ^ third, fourth ^ key.len() as u64);
        #[cfg(test)]
        let print = print & self.mask;
        print.max(1)
    }
}

/// Consumes 16 bytes per step; the last 16 may overlap the previous ones.
fn long(key: &[u8], low: u64, high: u64) -> (u64, u64) {
    let (mut state, mut rest) = (low, key);
    while let (true, Some((word, tail))) = (rest.len() > 16, rest.split_first_chunk::<16>()) {
        let [head, last] = words(word);
        state = fold(state ^ head, high ^ last);
        rest = tail;
    }
    let [head, last] = key.last_chunk().map_or([0; 2], words);
    (state ^ head, high ^ last)
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a word is cut into halves")]
fn words(bytes: &[u8; 16]) -> [u64; 2] {
    let both = u128::from_le_bytes(*bytes);
    [both as u64, (both >> 64) as u64]
}

/// Combines the halves of a product.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a product is cut into halves")]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    product as u64 ^ (product >> 64) as u64
}

/// Returns the partition of a fingerprint.
#[inline]
pub(super) fn partition(print: u64) -> usize {
    usize::from(print.to_be_bytes()[0])
}
