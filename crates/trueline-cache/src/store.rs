//! The interface of all stores.

use std::fmt::Debug;

use crate::error::Error;
use crate::key::Key;

/// Stores bytes under keys, as long as there is room.
///
/// A store must not affect a result, whatever it does, but only how long it takes: callers must be able to compute the value
/// again. An entry exists completely or not at all, and may disappear at any time.
pub trait Store: Send + Sync + Debug {
    /// Returns the value of a key.
    ///
    /// Anything invalid is a miss: a damaged or truncated entry, one of another version or another key, one that is too large,
    /// too old or unreadable.
    fn get(&self, key: &Key) -> Option<Vec<u8>>;

    /// Stores a value, the concatenation of these pieces. A value under the same key is replaced.
    ///
    /// A value larger than the store accepts is not stored, without an error, and a value under the same key is removed: after
    /// this, [`Store::get`] returns this value or none.
    ///
    /// **Errors**: the value could not be written, or an old one not removed; the store is unchanged. Callers continue without it,
    /// and report this once.
    fn put(&self, key: &Key, value: &[&[u8]]) -> Result<(), Error>;

    /// Returns the size of the store, and how often it was used.
    ///
    /// **Cost**: reads the list of all entries.
    fn stats(&self) -> Result<Stats, Error>;

    /// Removes expired entries, and then the least recently used ones, down to the allowed size.
    ///
    /// **Cost**: reads the list of all entries. Stores do this themselves when they grow too large.
    fn prune(&self) -> Result<Pruned, Error>;

    /// Removes all entries.
    fn clear(&self) -> Result<Pruned, Error>;
}

/// The statistics of a [`Store`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// The number of entries, including damaged or expired ones.
    pub entries: u64,
    /// Their size in bytes, including the overhead of the store.
    pub bytes: u64,
    /// How often this handle found a value.
    pub hits: u64,
    /// How often this handle found none.
    pub misses: u64,
}

/// The result of removing entries from a [`Store`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pruned {
    /// The number of entries removed.
    pub entries: u64,
    /// Their size in bytes, including temporary files of writers that were killed.
    pub bytes: u64,
    /// The number of entries left.
    pub left_entries: u64,
    /// Their size in bytes.
    pub left_bytes: u64,
}
