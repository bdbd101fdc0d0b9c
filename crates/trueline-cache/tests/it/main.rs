//! The integration tests of the crate: folders that are not what they should be, and many processes at once.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests; what is skipped is printed")]

mod folders;
mod full;
mod processes;

use std::path::{Path, PathBuf};

use trueline_cache::{DiskOptions, DiskStore, Key, Store};

fn key(number: u32) -> Key {
    Key::builder("test").part("number", number.to_le_bytes()).finish()
}

/// The store in the folder `cache` of another folder.
fn open(folder: &Path) -> DiskStore {
    DiskStore::open(folder.join("cache"), DiskOptions::default()).unwrap()
}

/// Where an entry stands.
fn path(store: &DiskStore, key: &Key) -> PathBuf {
    let name = key.to_string();
    store.folder().join("v1").join(&name[..2]).join(name)
}

/// The names of temporary files that were left behind.
fn left_over(store: &DiskStore) -> Vec<String> {
    let shards = std::fs::read_dir(store.folder().join("v1")).unwrap().filter_map(|shard| {
        let shard = shard.unwrap().path();
        shard.is_dir().then(|| std::fs::read_dir(shard).unwrap())
    });
    let names = shards.flatten().map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(".tmp")).collect()
}

/// Whether tests run as the user who may do anything.
fn is_root() -> bool {
    let output = std::process::Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[test]
fn stores_are_all_alike() {
    let folder = tempfile::tempdir().unwrap();
    let stores: [&dyn Store; 2] = [&open(folder.path()), &trueline_cache::MemoryStore::new(1 << 20)];
    for store in stores {
        assert_eq!(store.get(&key(1)), None);
        store.put(&key(1), &[b"o", b"", b"ne"]).unwrap();
        store.put(&key(2), &[]).unwrap();
        assert_eq!(store.get(&key(1)), Some(b"one".to_vec()));
        assert_eq!(store.get(&key(2)), Some(Vec::new()));
        store.put(&key(1), &[b"changed"]).unwrap();
        assert_eq!(store.get(&key(1)), Some(b"changed".to_vec()));
        let stats = store.stats().unwrap();
        assert_eq!((stats.entries, stats.hits, stats.misses), (2, 3, 1));
        let pruned = store.prune().unwrap();
        assert_eq!(
            (pruned.entries, pruned.bytes, pruned.left_entries, pruned.left_bytes),
            (0, 0, 2, stats.bytes)
        );
        let cleared = store.clear().unwrap();
        assert_eq!((cleared.entries, cleared.bytes, cleared.left_entries), (2, stats.bytes, 0));
        assert_eq!(store.get(&key(1)), None);
        assert_eq!(store.stats().unwrap().bytes, 0);
    }
}
