//! Eviction of entries when the store is too large.

use std::io;
use std::time::{Duration, SystemTime};

use super::account::Account;
use super::folder::{Folder, Found};
use super::{DiskOptions, entry, shard_name, temporary};
use crate::key::Key;
use crate::store::Pruned;

/// A temporary file not written to for this long no longer has a writer.
const STALE: Duration = Duration::from_secs(3600);

/// All entries of a folder.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) entries: Vec<Entry>,
    temporaries: Vec<(String, String, Found)>,
}

/// An entry, as listed by its folder.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    key: Key,
    found: Found,
}

impl Listing {
    pub(super) fn bytes(&self) -> u64 {
        self.entries.iter().map(|entry| entry.found.bytes).sum()
    }
}

/// Lists the entries. Files that are neither entries nor temporary files do not count, and are never removed.
pub(super) fn list(folder: &Folder) -> io::Result<Listing> {
    let mut listing = Listing::default();
    for shard in 0..=u8::MAX {
        let shard = format!("{shard:02x}");
        let Some(files) = folder.existing_subfolder(&shard)? else { continue };
        files.list(&mut |name, found| {
            if let Some(key) = Key::from_hex(name).filter(|_| name.starts_with(&shard)) {
                listing.entries.push(Entry { key, found });
            } else if temporary::is_temporary(name) {
                listing.temporaries.push((shard.clone(), name.to_owned(), found));
            }
        })?;
    }
    Ok(listing)
}

/// Removes expired entries, then the least recently used ones.
pub(super) fn prune(folder: &Folder, account: &Account, options: &DiskOptions) -> io::Result<Pruned> {
    let now = SystemTime::now();
    let Listing { mut entries, temporaries } = list(folder)?;
    let mut pruned = Pruned::default();
    for (shard, name, found) in temporaries {
        if now.duration_since(found.modified).is_ok_and(|age| age > STALE) {
            remove(folder, &shard, &name)?;
            pruned.bytes += found.bytes;
        }
    }
    let mut removal = Removal { folder, pruned };
    if options.ttl.is_some() {
        let mut kept = Vec::with_capacity(entries.len());
        for entry in entries {
            if is_expired(folder, &entry, options, now) {
                removal.remove(&entry)?;
            } else {
                kept.push(entry);
            }
        }
        entries = kept;
    }
    removal.shrink(entries, options.max_bytes)?;
    let pruned = removal.pruned;
    account.set(folder, pruned.left_bytes)?;
    Ok(pruned)
}

/// Removes everything.
pub(super) fn clear(folder: &Folder, account: &Account) -> io::Result<Pruned> {
    let Listing { entries, temporaries } = list(folder)?;
    let mut removal = Removal { folder, pruned: Pruned::default() };
    for (shard, name, found) in temporaries {
        remove(folder, &shard, &name)?;
        removal.pruned.bytes += found.bytes;
    }
    for entry in &entries {
        removal.remove(entry)?;
    }
    account.set(folder, 0)?;
    Ok(removal.pruned)
}

struct Removal<'f> {
    folder: &'f Folder,
    pruned: Pruned,
}

impl Removal<'_> {
    /// Removes an entry. If another process has already removed it, it counts as removed here: its bytes are gone.
    fn remove(&mut self, entry: &Entry) -> io::Result<()> {
        let name = entry.key.to_string();
        remove(self.folder, shard_name(&name), &name)?;
        self.pruned.entries += 1;
        self.pruned.bytes += entry.found.bytes;
        Ok(())
    }

    /// Removes entries until the store is within its limit, with enough room that the next entry does not cause this again.
    fn shrink(&mut self, mut entries: Vec<Entry>, max_bytes: u64) -> io::Result<()> {
        let mut left_bytes = entries.iter().map(|entry| entry.found.bytes).sum::<u64>();
        let mut left_entries = entries.len() as u64;
        if left_bytes > max_bytes {
            let target = max_bytes - max_bytes / 10;
            entries.sort_unstable_by_key(|entry| (entry.found.modified, entry.key));
            for entry in &entries {
                if left_bytes <= target {
                    break;
                }
                self.remove(entry)?;
                left_bytes -= entry.found.bytes;
                left_entries -= 1;
            }
        }
        self.pruned.left_bytes = left_bytes;
        self.pruned.left_entries = left_entries;
        Ok(())
    }
}

fn is_expired(folder: &Folder, entry: &Entry, options: &DiskOptions, now: SystemTime) -> bool {
    let Some(ttl) = options.ttl else { return false };
    // The entry was made at or before the time of its last use.
    if now.duration_since(entry.found.modified).is_ok_and(|age| age > ttl) {
        return true;
    }
    let name = entry.key.to_string();
    let file = folder.subfolder(shard_name(&name)).and_then(|shard| shard.open(&name));
    file.is_ok_and(|file| entry::is_file_expired(&file, options))
}

/// Removes a file, if it exists.
pub(super) fn remove(folder: &Folder, shard: &str, name: &str) -> io::Result<()> {
    match folder.subfolder(shard).and_then(|shard| shard.remove(name)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
