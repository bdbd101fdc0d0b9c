//! The hash that distributes keys, with a random seed per process.

use std::hash::{BuildHasher, Hasher};
use std::sync::OnceLock;

use foldhash::quality::RandomState;

/// A hash function for keys.
///
/// All buffers and sets of a process share it, so that a key is hashed where it is read, independent of the set. The seed is
/// unknown outside the process, and no result depends on it.
#[derive(Clone, Debug)]
pub(super) struct Hashing {
    state: RandomState,
    #[cfg(test)]
    mask: u64,
}

/// The number of bits of a hash that select the lane of a buffer: the highest.
pub(super) const LANE_BITS: u32 = 8;
pub(super) const LANES: usize = 1 << LANE_BITS;
/// The number of bits that select the part of a split, between those of the lane and those of the table.
pub(super) const SPLIT_BITS: u32 = 4;
pub(super) const SPLITS: usize = 1 << SPLIT_BITS;
/// The number of splits after which the bits are used up; the lowest 32 belong to the table.
pub(super) const LAST_LEVEL: u32 = (32 - LANE_BITS) / SPLIT_BITS;

impl Hashing {
    pub(super) fn new() -> Self {
        static STATE: OnceLock<RandomState> = OnceLock::new();
        Self {
            state: STATE.get_or_init(RandomState::default).clone(),
            #[cfg(test)]
            mask: u64::MAX,
        }
    }

    /// Creates hashes that keep only the bits of `mask`, to test that no result depends on them.
    #[cfg(test)]
    pub(super) fn masked(mask: u64) -> Self {
        Self { mask, ..Self::new() }
    }

    #[inline]
    pub(super) fn hash(&self, key: &[u8]) -> u64 {
        let mut hasher = self.state.build_hasher();
        hasher.write(key);
        let hash = hasher.finish();
        #[cfg(test)]
        let hash = hash & self.mask;
        hash
    }
}

/// Returns the lane of a hash.
#[inline]
pub(super) fn lane(hash: u64) -> usize {
    usize::from(hash.to_be_bytes()[0])
}

/// Returns the part of the split at `level`, which is 1 for the first split; always part 0 if the bits are used up.
#[inline]
pub(super) fn part(hash: u64, level: u32) -> usize {
    if level > LAST_LEVEL {
        return 0;
    }
    let shift = u64::BITS - LANE_BITS - level * SPLIT_BITS;
    usize::from((hash >> shift).to_le_bytes()[0]) % SPLITS
}

/// Returns the bits of the hash that the table uses.
#[inline]
pub(super) fn tag(hash: u64) -> u32 {
    let [.., a, b, c, d] = hash.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}
