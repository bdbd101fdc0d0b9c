//! What every store does.

use std::fmt::Debug;

use crate::error::Error;
use crate::key::Key;

/// Keeps bytes under keys, for as long as there is room.
///
/// Nothing that a store does or fails to do may change a result, only how long it takes: whoever asks must be able to make the value
/// again. An entry is there whole or not at all, and may be gone at any time.
pub trait Store: Send + Sync + Debug {
    /// The value kept under a key.
    ///
    /// Whatever is odd is a miss: a damaged or cut entry, one of another version or another key, one that is too large, too old or
    /// cannot be read.
    fn get(&self, key: &Key) -> Option<Vec<u8>>;

    /// Keeps a value: these pieces, one behind the other. A value under the same key is replaced.
    ///
    /// A value that is larger than the store keeps at all is left out without an error.
    ///
    /// **Errors**: it could not be written; the store is as it was. Callers go on without, and say so once.
    fn put(&self, key: &Key, value: &[&[u8]]) -> Result<(), Error>;

    /// What there is, and how often it was asked for.
    ///
    /// **Cost**: goes through all entries.
    fn stats(&self) -> Result<Stats, Error>;

    /// Removes what is too old, and then what was not used for longest, down to the size that is allowed.
    ///
    /// **Cost**: goes through all entries. Stores do this by themselves when they grow too large.
    fn prune(&self) -> Result<Pruned, Error>;

    /// Removes all entries.
    fn clear(&self) -> Result<Pruned, Error>;
}

/// What is in a [`Store`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Entries, those that will turn out to be damaged or too old included.
    pub entries: u64,
    /// What they take up, in bytes, with what the store adds to each.
    pub bytes: u64,
    /// How often this handle found a value.
    pub hits: u64,
    /// How often this handle found none.
    pub misses: u64,
}

/// What was removed from a [`Store`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pruned {
    /// Entries that were removed.
    pub entries: u64,
    /// What they took up, in bytes, left-overs of writers that were killed included.
    pub bytes: u64,
    /// Entries that are left.
    pub left_entries: u64,
    /// What those take up, in bytes.
    pub left_bytes: u64,
}
