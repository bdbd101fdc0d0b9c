//! What was found once need not be found again: reports of whole runs, and what was found in pieces of text.
//!
//! Nothing of it can be noticed but by speed. A report is kept under everything it depends on: the bytes of all inputs, the schema in
//! its canonical form, the options that have a say in it and the version of the engine. What was found in a piece of an input is kept
//! under the same and what stands before the piece, as far as it matters. So an input that grew costs its tail, and an
//! edit its piece.
//!
//! The bytes that are hashed are those that are judged: pieces are hashed as they are read, and the hash of an input is made of the hashes
//! of its pieces. Only formats that are not read from the first byte to the last (Parquet, Arrow files) are hashed before, and
//! looked at again afterwards.

mod again;
mod content;
mod piece;
mod question;
pub(crate) mod repeats;
mod run;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use trueline_cache::{DiskOptions, DiskStore, Error, Key, MemoryStore, Pruned, Stats, Store};

pub(crate) use self::again::{KnownPiece, Notes, PieceAgain};
pub(crate) use self::content::{Contents, RawContent, digest};
pub(crate) use self::piece::{Found, PieceCache};
pub(crate) use self::question::Question;
pub(crate) use self::run::RunCache;

/// The least bytes of a piece. A piece that is found is merged as a piece that is judged is, so that few are better.
pub(crate) const PIECE_BYTES: usize = 4 << 20;

/// Keeps what was found, for runs to come: [`ValidatorBuilder::cache`](crate::ValidatorBuilder::cache).
///
/// The same report comes with a cache as without one, but for its `run` object. A run that writes rows or violations, calls functions of the program or
/// believes statistics goes without: it needs the rows themselves.
///
/// Of the data, a cache on disk has samples of what is wrong as the report shows them, and hashes of the keys of `unique` and
/// `primary_key`; the keys themselves where they repeat (unless a field is sensitive), where inputs can be read once only, or where
/// `distinct_count` asks for them. Only its owner can read it.
///
/// Cheap to clone; clones share what they keep.
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
    /// Keeps things in any store.
    pub fn new(store: impl Store + 'static) -> Self {
        let warning = Mutex::default();
        Self(Arc::new(Inner { store: Box::new(store), trusts_times: false, seeds: OnceLock::new(), warning }))
    }

    /// Keeps things in a folder, which is made if it is not there. Any number of processes may use it at once.
    ///
    /// **Errors**: it cannot be made, or others may write to it.
    pub fn on_disk(folder: impl AsRef<Path>, options: DiskOptions) -> Result<Self, Error> {
        Ok(Self::new(DiskStore::open(folder.as_ref(), options)?))
    }

    /// Keeps things in memory, for as long as the program runs.
    pub fn in_memory(max_bytes: u64) -> Self {
        Self::new(MemoryStore::new(max_bytes))
    }

    /// Whether a file that has the name, size, times and inode of one that was judged is taken for the same, without reading it. Default
    /// false. Whoever can set the clock, or writes to a file in the same tick of it, can make that wrong.
    ///
    /// To be said before the cache is cloned.
    #[must_use]
    pub fn trust_times(self, trusts_times: bool) -> Self {
        match Arc::try_unwrap(self.0) {
            Ok(inner) => Self(Arc::new(Inner { trusts_times, ..inner })),
            Err(shared) => Self(shared),
        }
    }

    /// What there is, and how often it was asked for.
    ///
    /// **Errors**: the entries cannot be listed.
    pub fn stats(&self) -> Result<Stats, Error> {
        self.0.store.stats()
    }

    /// Removes what is too old, and what was not used for longest down to the size that is allowed.
    ///
    /// **Errors**: entries cannot be listed or removed.
    pub fn prune(&self) -> Result<Pruned, Error> {
        self.0.store.prune()
    }

    /// Removes everything.
    ///
    /// **Errors**: entries cannot be listed or removed.
    pub fn clear(&self) -> Result<Pruned, Error> {
        self.0.store.clear()
    }

    /// Why something could not be kept, the first time since this was last asked. Results do not suffer from it.
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

    /// What prints of keys are made with, the same for all who use the cache: they are of use to no one else.
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
