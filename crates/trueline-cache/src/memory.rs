//! A store in memory.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::key::Key;
use crate::store::{Pruned, Stats, Store};

/// The approximate size of an entry besides its value: key, times, and its places in both maps.
const ENTRY_BYTES: u64 = 160;

/// A store that lasts as long as the process.
///
/// It is limited to a number of bytes; the least recently used entries are evicted first.
pub struct MemoryStore {
    max_bytes: u64,
    ttl: Option<Duration>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    entries: HashMap<Key, Entry>,
    /// The entries by the time of their last use, oldest first.
    uses: BTreeMap<u64, Key>,
    clock: u64,
    bytes: u64,
    hits: u64,
    misses: u64,
}

struct Entry {
    value: Vec<u8>,
    used: u64,
    made: Instant,
}

impl MemoryStore {
    /// Creates a store of at most `max_bytes` bytes, including the overhead of each entry.
    pub fn new(max_bytes: u64) -> Self {
        Self { max_bytes, ttl: None, inner: Mutex::default() }
    }

    /// Sets how long a value is valid. Default: forever.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_expired(&self, entry: &Entry) -> bool {
        self.ttl.is_some_and(|ttl| entry.made.elapsed() > ttl)
    }
}

impl Inner {
    fn remove(&mut self, key: &Key) -> Option<u64> {
        let entry = self.entries.remove(key)?;
        self.uses.remove(&entry.used);
        let bytes = occupied(entry.value.len());
        self.bytes -= bytes;
        Some(bytes)
    }

    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    fn left(&self, pruned: Pruned) -> Pruned {
        Pruned { left_entries: self.entries.len() as u64, left_bytes: self.bytes, ..pruned }
    }
}

impl Store for MemoryStore {
    fn get(&self, key: &Key) -> Option<Vec<u8>> {
        let mut inner = self.lock();
        let used = inner.tick();
        let inner = &mut *inner;
        let Some(entry) = inner.entries.get_mut(key).filter(|entry| !self.is_expired(entry)) else {
            inner.misses += 1;
            return None;
        };
        inner.uses.remove(&entry.used);
        entry.used = used;
        inner.uses.insert(used, *key);
        inner.hits += 1;
        Some(entry.value.clone())
    }

    fn put(&self, key: &Key, value: &[&[u8]]) -> Result<(), Error> {
        let value = value.concat();
        let bytes = occupied(value.len());
        let mut inner = self.lock();
        inner.remove(key);
        if bytes > self.max_bytes {
            return Ok(());
        }
        while inner.bytes + bytes > self.max_bytes {
            let Some((_, oldest)) = inner.uses.first_key_value() else { break };
            let oldest = *oldest;
            inner.remove(&oldest);
        }
        let used = inner.tick();
        inner.bytes += bytes;
        inner.uses.insert(used, *key);
        inner.entries.insert(*key, Entry { value, used, made: Instant::now() });
        Ok(())
    }

    fn stats(&self) -> Result<Stats, Error> {
        let inner = self.lock();
        let entries = inner.entries.len() as u64;
        Ok(Stats { entries, bytes: inner.bytes, hits: inner.hits, misses: inner.misses })
    }

    fn prune(&self) -> Result<Pruned, Error> {
        let mut inner = self.lock();
        let expired: Vec<Key> =
            inner.entries.iter().filter(|(_, entry)| self.is_expired(entry)).map(|(key, _)| *key).collect();
        let mut pruned = Pruned::default();
        for bytes in expired.iter().filter_map(|key| inner.remove(key)) {
            pruned.entries += 1;
            pruned.bytes += bytes;
        }
        Ok(inner.left(pruned))
    }

    fn clear(&self) -> Result<Pruned, Error> {
        let mut inner = self.lock();
        let pruned = Pruned { entries: inner.entries.len() as u64, bytes: inner.bytes, ..Pruned::default() };
        inner.entries.clear();
        inner.uses.clear();
        inner.bytes = 0;
        Ok(inner.left(pruned))
    }
}

/// Without the values, which may be large or confidential.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.lock();
        f.debug_struct("MemoryStore")
            .field("max_bytes", &self.max_bytes)
            .field("ttl", &self.ttl)
            .field("entries", &inner.entries.len())
            .field("bytes", &inner.bytes)
            .finish_non_exhaustive()
    }
}

fn occupied(value: usize) -> u64 {
    value as u64 + ENTRY_BYTES
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{ENTRY_BYTES, MemoryStore};
    use crate::{Key, Store};

    fn key(number: u8) -> Key {
        Key::builder("test").part("number", [number]).finish()
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let store = MemoryStore::new(3 * (ENTRY_BYTES + 10));
        for number in 0..3 {
            store.put(&key(number), &[&[number; 10]]).unwrap();
        }
        assert_eq!(store.get(&key(0)), Some(vec![0; 10]));
        store.put(&key(3), &[&[3; 5], &[3; 5]]).unwrap();
        assert_eq!(store.get(&key(1)), None);
        for number in [0, 2, 3] {
            assert_eq!(store.get(&key(number)), Some(vec![number; 10]));
        }
        let stats = store.stats().unwrap();
        assert_eq!((stats.entries, stats.bytes, stats.hits, stats.misses), (3, 3 * (ENTRY_BYTES + 10), 4, 1));
    }

    #[test]
    fn a_value_that_is_too_large_takes_the_place_of_nothing_but_its_own() {
        let store = MemoryStore::new(ENTRY_BYTES + 10);
        store.put(&key(0), &[b"old"]).unwrap();
        store.put(&key(1), &[&[0; 11]]).unwrap();
        assert_eq!(store.get(&key(0)), Some(b"old".to_vec()));
        store.put(&key(0), &[&[0; 11]]).unwrap();
        assert_eq!(store.get(&key(0)), None);
        assert_eq!(store.stats().unwrap().bytes, 0);
    }

    #[test]
    fn values_grow_old() {
        let store = MemoryStore::new(1000).ttl(Duration::from_millis(20));
        store.put(&key(0), &[b"value"]).unwrap();
        std::thread::sleep(Duration::from_millis(30));
        assert_eq!(store.get(&key(0)), None);
        store.put(&key(1), &[b"other"]).unwrap();
        let pruned = store.prune().unwrap();
        assert_eq!((pruned.entries, pruned.left_entries), (1, 1));
    }
}
