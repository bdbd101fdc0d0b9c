//! A store in a folder.
//!
//! Many processes read and write the same folder at once, and any of them may be killed at any time. This needs no lock: a value
//! is written to a temporary file, which is then renamed, so a reader sees a complete entry or none, and continues to read the
//! one that it opened even if that is replaced or removed. Nothing is synced to the disk. After a crash of the system, an entry
//! may be truncated or full of zeros; every entry has a checksum over all of itself, so that it is then a miss, like anything
//! invalid.
//!
//! The folder is opened once, and everything in it is opened relative to it (`openat`), without following symbolic links, so
//! nobody can substitute another folder later.
//!
//! If you change the format of an entry, change [`entry::MAGIC`]; if you change the location of entries, change [`LAYOUT`].
//! Versions of either kind then coexist and never read what they do not know.

mod account;
mod entry;
mod eviction;
mod folder;
mod temporary;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, TryLockError};
use std::time::{Duration, SystemTime};
use std::{fs, io};

use self::account::Account;
use self::folder::Folder;
use self::temporary::Temporary;
use crate::error::{Error, ErrorKind};
use crate::key::Key;
use crate::store::{Pruned, Stats, Store};

/// The folder of all entries within that of the cache.
const LAYOUT: &str = "v1";
/// The minimum interval at which the use of an entry is recorded.
const TOUCH_EVERY: Duration = Duration::from_secs(60);

/// Settings of a [`DiskStore`].
///
/// **Example**:
///
/// ```
/// # use std::time::Duration;
/// # use trueline_cache::DiskOptions;
/// let options = DiskOptions::default().max_bytes(100 << 20).ttl(Duration::from_secs(7 * 24 * 3600));
/// ```
#[must_use]
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskOptions {
    /// The maximum number of bytes of all entries, measured by the sizes of their files. Default: 4 GiB.
    ///
    /// Beyond that, the store removes the least recently used entries, down to nine tenths. It may briefly be larger, by what is
    /// being written.
    pub max_bytes: u64,
    /// The maximum number of bytes of a value; larger ones are neither stored nor read. Default: 256 MiB.
    ///
    /// A value that is larger than the whole store is not stored either.
    pub max_value_bytes: u64,
    /// How long a value is valid after it was stored. Default: forever.
    pub ttl: Option<Duration>,
}

impl Default for DiskOptions {
    fn default() -> Self {
        Self { max_bytes: 4 << 30, max_value_bytes: 256 << 20, ttl: None }
    }
}

impl DiskOptions {
    /// Sets the maximum number of bytes of all entries.
    pub fn max_bytes(mut self, max_bytes: u64) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Sets the maximum number of bytes of a value.
    pub fn max_value_bytes(mut self, max_value_bytes: u64) -> Self {
        self.max_value_bytes = max_value_bytes;
        self
    }

    /// Sets how long a value is valid.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }
}

/// A store in a folder, which many processes can share and which outlasts them.
///
/// - The folder belongs to the user alone (mode 0700). A folder that another user owns or may write to is refused, because
///   whoever can write an entry decides what is valid. Below it, symbolic links are not followed and only regular files are read.
/// - An entry is a file `v1/ab/abcd…` named by its key; it contains version, key, length and a checksum over all of it.
/// - Entries appear complete or not at all. Temporary files of processes that were killed are removed an hour later, by
///   [`Store::prune`].
/// - The modification time of the file is the time of the last use, to the minute.
///
/// **Cost**: getting or putting a value of 1 MiB takes little more than hashing and copying it (`examples/cache_rate.rs`).
#[derive(Debug)]
pub struct DiskStore {
    path: PathBuf,
    folder: Folder,
    options: DiskOptions,
    account: Account,
    /// Held by the thread that evicts entries.
    evicting: Mutex<()>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl DiskStore {
    /// Opens the cache in a folder, which is created if it does not exist, with all its parent folders.
    ///
    /// **Errors**: it is a symbolic link or not a folder; it belongs to another user, or others may write to it; it cannot be
    /// created or opened.
    pub fn open(folder: impl AsRef<Path>, options: DiskOptions) -> Result<Self, Error> {
        // With a separator or `.` at the end, a link would be followed.
        let path: PathBuf = folder.as_ref().components().collect();
        let folder = Folder::open_private(&path, LAYOUT)?;
        let account = Account::new(options.max_bytes);
        let [hits, misses] = [AtomicU64::new(0), AtomicU64::new(0)];
        Ok(Self { path, folder, options, account, evicting: Mutex::new(()), hits, misses })
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.path
    }

    /// Returns the settings with which the store was opened.
    pub fn options(&self) -> &DiskOptions {
        &self.options
    }

    fn read(&self, key: &Key) -> Option<Vec<u8>> {
        let name = key.to_string();
        let file = self.folder.subfolder(shard_name(&name)).and_then(|shard| shard.open(&name)).ok()?;
        let metadata = file.metadata().ok()?;
        let value = entry::read(&file, &metadata, key, &self.options)?;
        touch(&file, &metadata);
        Some(value)
    }

    fn write(&self, key: &Key, value: &[&[u8]], bytes: u64) -> io::Result<()> {
        let name = key.to_string();
        let shard = self.folder.subfolder_or_create(shard_name(&name))?;
        let temporary = Temporary::create(&shard)?;
        entry::write(temporary.file(), key, value)?;
        // Before the entry exists: a process killed in between has counted too much, which the next listing corrects.
        let total = self.account.add(&self.folder, bytes)?;
        temporary.rename(&name)?;
        if total.is_none_or(|total| total > self.options.max_bytes) {
            self.evict()?;
        }
        Ok(())
    }

    /// Removes the entry of a key. The account still contains its size, until the next listing.
    fn remove(&self, key: &Key) -> io::Result<()> {
        let name = key.to_string();
        eviction::remove(&self.folder, shard_name(&name), &name)
    }

    /// Evicts entries, unless another thread is doing so.
    fn evict(&self) -> io::Result<()> {
        let _guard = match self.evicting.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(guard)) => guard.into_inner(),
            Err(TryLockError::WouldBlock) => return Ok(()),
        };
        eviction::prune(&self.folder, &self.account, &self.options).map(drop)
    }

    fn fail(&self, action: &'static str, source: io::Error) -> Error {
        Error::new(ErrorKind::Entries { folder: self.path.clone(), action, source })
    }
}

impl Store for DiskStore {
    fn get(&self, key: &Key) -> Option<Vec<u8>> {
        let value = self.read(key);
        let count = if value.is_some() { &self.hits } else { &self.misses };
        count.fetch_add(1, Ordering::Relaxed);
        value
    }

    fn put(&self, key: &Key, value: &[&[u8]]) -> Result<(), Error> {
        let bytes = value.iter().map(|piece| piece.len() as u64).sum();
        let stored = entry::stored_bytes(bytes);
        let put = if bytes > self.options.max_value_bytes || stored > self.options.max_bytes {
            self.remove(key)
        } else {
            self.write(key, value, stored)
        };
        put.map_err(|source| Error::new(ErrorKind::Write { folder: self.path.clone(), source }))
    }

    fn stats(&self) -> Result<Stats, Error> {
        let listing = eviction::list(&self.folder).map_err(|source| self.fail("listed", source))?;
        let (hits, misses) = (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed));
        Ok(Stats { entries: listing.entries.len() as u64, bytes: listing.bytes(), hits, misses })
    }

    fn prune(&self) -> Result<Pruned, Error> {
        eviction::prune(&self.folder, &self.account, &self.options)
            .map_err(|source| self.fail("removed", source))
    }

    fn clear(&self) -> Result<Pruned, Error> {
        eviction::clear(&self.folder, &self.account).map_err(|source| self.fail("removed", source))
    }
}

/// Returns the folder of an entry: entries are spread over 256 folders, by the first two digits of their names.
fn shard_name(name: &str) -> &str {
    &name[..2]
}

/// Records the use of an entry. If that fails, the entry is only evicted earlier.
fn touch(file: &fs::File, metadata: &fs::Metadata) {
    let now = SystemTime::now();
    let is_recent =
        metadata.modified().is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age < TOUCH_EVERY));
    if !is_recent {
        let _ = file.set_modified(now);
    }
}

#[cfg(test)]
mod tests;
