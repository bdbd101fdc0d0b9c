//! A cache of results: reports of whole runs, and results of pieces of text.
//!
//! A cache changes nothing except speed. A report is stored under a key of everything it depends on: the bytes of all inputs, the
//! canonical schema, the options that affect the report, and the version of the engine. The result of a piece of an input is
//! stored under the same and, as far as it matters, what precedes the piece. So if an input grows, only its tail is validated
//! again; if it is edited, only the edited piece.
//!
//! The bytes that are hashed are those that are validated: pieces are hashed as they are read, and the hash of an input is built
//! from the hashes of its pieces. Only formats that are not read from the first byte to the last (Parquet, Arrow files) are
//! hashed before, and checked again afterwards.

mod config;
mod content;
mod piece;
pub(crate) mod repeats;
mod reread;
mod run;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use trueline_cache::{DiskOptions, DiskStore, Error, Key, MemoryStore, Pruned, Stats, Store};

pub(crate) use self::config::ConfigKey;
pub(crate) use self::content::{BlockDigests, StreamHasher, digest};
pub(crate) use self::piece::{CachedPiece, PieceCache};
pub(crate) use self::reread::{KnownPiece, PendingEntries, RereadPiece};
pub(crate) use self::run::RunCache;

/// The minimum size of a piece in bytes. A cached piece is merged like a validated one, so that few are better.
pub(crate) const PIECE_BYTES: usize = 4 << 20;

/// Stores results for later runs: [`ValidatorBuilder::cache`](crate::ValidatorBuilder::cache).
///
/// The report is the same with and without a cache, except for its `run` object. The cache is not used by runs that write rows or
/// violations, call functions of the program or trust statistics: these need the rows themselves.
///
/// Of the inputs, a cache on disk contains samples of violations, as in the report, and hashes of the keys of `unique` and
/// `primary_key`; it contains the keys themselves if they repeat (unless a field is sensitive), if inputs can only be read once,
/// or if a `distinct_count` needs them. Only the owner of the cache can read it.
///
/// Cheap to clone; clones share their contents.
#[derive(Clone)]
pub struct Cache(Arc<Inner>);

struct Inner {
    store: Box<dyn Store>,
    trusts_times: bool,
    seeds: OnceLock<[u64; 4]>,
    warning: Mutex<Option<String>>,
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("store", &self.0.store)
            .field("trusts_times", &self.0.trusts_times)
            .finish()
    }
}

impl Cache {
    /// Creates a cache on top of any store.
    pub fn new(store: impl Store + 'static) -> Self {
        let warning = Mutex::default();
        Self(Arc::new(Inner { store: Box::new(store), trusts_times: false, seeds: OnceLock::new(), warning }))
    }

    /// Creates a cache in a folder, which is created if it does not exist. Any number of processes may use it at once.
    ///
    /// **Errors**: the folder cannot be created, or other users may write to it.
    pub fn on_disk(folder: impl AsRef<Path>, options: DiskOptions) -> Result<Self, Error> {
        Ok(Self::new(DiskStore::open(folder.as_ref(), options)?))
    }

    /// Creates a cache in memory, which lasts as long as the program runs.
    pub fn in_memory(max_bytes: u64) -> Self {
        Self::new(MemoryStore::new(max_bytes))
    }

    /// Sets whether a file with the name, size, times and inode of a validated one counts as the same file, without reading it.
    /// Default false. This can be wrong if someone sets the clock, or writes to the file within the same clock tick.
    ///
    /// Call this before cloning the cache: afterwards it has no effect.
    #[must_use]
    pub fn trust_times(self, trusts_times: bool) -> Self {
        match Arc::try_unwrap(self.0) {
            Ok(inner) => Self(Arc::new(Inner { trusts_times, ..inner })),
            Err(shared) => Self(shared),
        }
    }

    /// Returns statistics of the contents and of the lookups.
    ///
    /// **Errors**: the entries cannot be listed.
    pub fn stats(&self) -> Result<Stats, Error> {
        self.0.store.stats()
    }

    /// Removes entries that are too old, then the least recently used ones, until the cache has the allowed size.
    ///
    /// **Errors**: entries cannot be listed or removed.
    pub fn prune(&self) -> Result<Pruned, Error> {
        self.0.store.prune()
    }

    /// Removes all entries.
    ///
    /// **Errors**: entries cannot be listed or removed.
    pub fn clear(&self) -> Result<Pruned, Error> {
        self.0.store.clear()
    }

    /// Returns the first reason why a result could not be stored since the last call. Results are not affected.
    pub fn take_warning(&self) -> Option<String> {
        self.0.warning.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(crate) fn trusts_times(&self) -> bool {
        self.0.trusts_times
    }

    pub(crate) fn get(&self, key: &Key) -> Option<Vec<u8>> {
        self.0.store.get(key)
    }

    pub(crate) fn put(&self, key: &Key, value: &[&[u8]]) {
        if let Err(error) = self.0.store.put(key, value) {
            let mut text = error.to_string();
            let mut cause = std::error::Error::source(&error);
            while let Some(error) = cause {
                text.push_str(": ");
                text.push_str(&error.to_string());
                cause = error.source();
            }
            self.0.warning.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(text);
        }
    }

    /// The seeds of the hashes of keys, the same for all users of the cache; elsewhere they have no use.
    pub(crate) fn print_seeds(&self) -> [u64; 4] {
        *self.0.seeds.get_or_init(|| {
            let key = Key::builder("print seeds").finish();
            let known = || {
                let bytes = self.get(&key)?;
                let (seeds, rest) = bytes.as_chunks::<8>();
                let seeds: [[u8; 8]; 4] = seeds.try_into().ok()?;
                rest.is_empty().then(|| seeds.map(u64::from_le_bytes))
            };
            known().unwrap_or_else(|| {
                let seeds = [0; 4].map(|_: u64| random());
                self.put(&key, &seeds.map(u64::to_le_bytes).each_ref().map(<[u8; 8]>::as_slice));
                // Another process may have been first.
                known().unwrap_or(seeds)
            })
        })
    }
}

fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::hash::RandomState::new().build_hasher().finish()
}
