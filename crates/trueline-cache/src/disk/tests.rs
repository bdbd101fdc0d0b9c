//! Invalid entries are misses; expired and unused ones are removed.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::{DiskOptions, DiskStore, entry};
use crate::{Key, Store};

fn key(number: u32) -> Key {
    Key::builder("test").part("number", number.to_le_bytes()).finish()
}

fn open(folder: &TempDir, options: DiskOptions) -> DiskStore {
    DiskStore::open(folder.path().join("cache"), options).unwrap()
}

fn path(store: &DiskStore, key: &Key) -> PathBuf {
    let name = key.to_string();
    store.folder().join("v1").join(&name[..2]).join(name)
}

/// Makes an entry look as if it was last used this many minutes ago.
fn age(store: &DiskStore, key: &Key, minutes: u64) {
    let file = fs::File::options().write(true).open(path(store, key)).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(60 * minutes)).unwrap();
}

#[test]
fn values_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, DiskOptions::default());
    let large: Vec<u8> = (0..1_000_003_u32).map(|at| (at % 251) as u8).collect();
    let values: [&[&[u8]]; 5] = [&[], &[b""], &[b"one"], &[b"one", b"", b"two"], &[&large, b"end", &large]];
    for (number, value) in (0..).zip(values) {
        assert_eq!(store.get(&key(number)), None);
        store.put(&key(number), value).unwrap();
        assert_eq!(store.get(&key(number)), Some(value.concat()));
    }
    store.put(&key(0), &[b"replaced"]).unwrap();
    assert_eq!(open(&folder, DiskOptions::default()).get(&key(0)), Some(b"replaced".to_vec()));
    let stats = store.stats().unwrap();
    let bytes =
        values[1..].iter().flat_map(|value| value.iter()).map(|piece| piece.len() as u64).sum::<u64>() + 8;
    assert_eq!((stats.entries, stats.bytes), (5, bytes + 5 * entry::stored_bytes(0)));
    assert_eq!((stats.hits, stats.misses), (5, 5));
}

#[test]
fn every_byte_that_is_flipped_makes_a_miss() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, DiskOptions::default().ttl(Duration::from_secs(3600)));
    for value in [&b""[..], b"x", &[7; 300]] {
        store.put(&key(1), &[value]).unwrap();
        let path = path(&store, &key(1));
        let good = fs::read(&path).unwrap();
        let mut file = fs::File::options().write(true).open(&path).unwrap();
        let mut write = |at: usize, byte: u8| {
            file.seek(SeekFrom::Start(at as u64)).unwrap();
            file.write_all(&[byte]).unwrap();
        };
        for (at, &byte) in good.iter().enumerate() {
            for bit in 0..8 {
                write(at, byte ^ 1 << bit);
                assert_eq!(store.get(&key(1)), None, "bit {bit} of byte {at}");
            }
            write(at, byte);
        }
        assert_eq!(store.get(&key(1)).as_deref(), Some(value));
    }
}

#[test]
fn an_entry_that_is_cut_or_goes_on_is_a_miss() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, DiskOptions::default());
    store.put(&key(1), &[&[7; 300]]).unwrap();
    let path = path(&store, &key(1));
    let good = fs::read(&path).unwrap();
    for length in 0..good.len() {
        fs::write(&path, &good[..length]).unwrap();
        assert_eq!(store.get(&key(1)), None, "cut to {length}");
    }
    for more in [&b"\0"[..], b"\n", &good] {
        fs::write(&path, [&good, more].concat()).unwrap();
        assert_eq!(store.get(&key(1)), None);
    }
    // As a crash of the system may leave it.
    fs::write(&path, vec![0; good.len()]).unwrap();
    assert_eq!(store.get(&key(1)), None);
    store.put(&key(1), &[b"new"]).unwrap();
    assert_eq!(store.get(&key(1)), Some(b"new".to_vec()));
}

#[test]
fn an_entry_under_the_name_of_another_is_a_miss() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, DiskOptions::default());
    store.put(&key(1), &[b"one"]).unwrap();
    store.put(&key(2), &[b"two"]).unwrap();
    fs::copy(path(&store, &key(1)), path(&store, &key(2))).unwrap();
    assert_eq!(store.get(&key(1)), Some(b"one".to_vec()));
    assert_eq!(store.get(&key(2)), None);
}

#[test]
fn a_value_that_is_too_large_is_neither_kept_nor_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, DiskOptions::default());
    store.put(&key(1), &[&[1; 100]]).unwrap();
    let small = open(&folder, DiskOptions::default().max_value_bytes(99));
    assert_eq!(small.get(&key(1)), None);
    small.put(&key(2), &[&[2; 50], &[2; 50]]).unwrap();
    small.put(&key(3), &[&[3; 99]]).unwrap();
    let tiny = open(&folder, DiskOptions::default().max_bytes(entry::stored_bytes(99)));
    tiny.put(&key(4), &[&[4; 100]]).unwrap();
    assert_eq!([2, 3, 4].map(|number| store.get(&key(number)).is_some()), [false, true, false]);
}

#[test]
fn a_value_that_is_too_large_takes_the_place_of_nothing_but_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let old = [b"old".to_vec(), b"other".to_vec()];
    for options in [
        DiskOptions::default().max_value_bytes(10),
        DiskOptions::default().max_bytes(2 * entry::stored_bytes(10)),
    ] {
        let store = open(&folder, options);
        // Without an entry, or even its folder, there is nothing to remove.
        store.put(&key(2), &[&[0; 200]]).unwrap();
        for (number, value) in (0..).zip(&old) {
            store.put(&key(number), &[value]).unwrap();
        }
        store.put(&key(0), &[&[0; 100], &[0; 100]]).unwrap();
        assert_eq!(store.get(&key(0)), None);
        assert_eq!(store.get(&key(1)).as_ref(), Some(&old[1]));
        assert_eq!(store.stats().unwrap().entries, 1);
        assert_eq!(open(&folder, DiskOptions::default()).get(&key(0)), None);
    }
}

#[test]
fn what_was_not_used_for_longest_goes_first() {
    let folder = tempfile::tempdir().unwrap();
    let one = entry::stored_bytes(1000);
    let store = open(&folder, DiskOptions::default().max_bytes(20 * one));
    for number in 0..20 {
        store.put(&key(number), &[&[0; 1000]]).unwrap();
        age(&store, &key(number), 1000 - u64::from(number));
    }
    assert_eq!(store.stats().unwrap().entries, 20);
    assert!(store.get(&key(0)).is_some(), "this marks it as used");
    store.put(&key(20), &[&[0; 1000]]).unwrap();
    let kept: Vec<u32> = (0..=20).filter(|number| path(&store, &key(*number)).exists()).collect();
    let expected: Vec<u32> = [0].into_iter().chain(4..=20).collect();
    assert_eq!(kept, expected, "18 of 20 are nine tenths");
}

#[test]
fn a_use_is_marked_at_most_once_a_minute() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, DiskOptions::default());
    store.put(&key(1), &[b"one"]).unwrap();
    let modified = || fs::metadata(path(&store, &key(1))).unwrap().modified().unwrap();
    let first = modified();
    store.get(&key(1)).unwrap();
    assert_eq!(modified(), first);
    age(&store, &key(1), 2);
    store.get(&key(1)).unwrap();
    assert!(modified() >= first);
}

#[test]
fn two_stores_on_one_folder_share_entries_and_size() {
    let folder = tempfile::tempdir().unwrap();
    let one = entry::stored_bytes(1000);
    let options = || DiskOptions::default().max_bytes(40 * one);
    let stores = [open(&folder, options()), open(&folder, options())];
    for number in 0..200 {
        let (store, other) = (&stores[number as usize % 2], &stores[(number as usize + 1) % 2]);
        store.put(&key(number), &[&[0; 1000]]).unwrap();
        assert!(other.get(&key(number)).is_some());
        assert!(other.stats().unwrap().bytes <= 41 * one, "{number}");
    }
}

#[test]
fn values_grow_old_from_when_they_were_put_in() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, DiskOptions::default().ttl(Duration::from_millis(300)));
    for number in 0..3 {
        store.put(&key(number), &[b"value"]).unwrap();
    }
    assert!(store.get(&key(0)).is_some());
    std::thread::sleep(Duration::from_millis(400));
    store.put(&key(3), &[b"value"]).unwrap();
    // One looks as if it was used now, and one as if it was not used for long.
    age(&store, &key(1), 0);
    age(&store, &key(2), 10);
    assert_eq!([0, 1, 2, 3].map(|number| store.get(&key(number)).is_some()), [false, false, false, true]);
    assert!(open(&folder, DiskOptions::default()).get(&key(0)).is_some(), "how long is up to who asks");
    let pruned = store.prune().unwrap();
    assert_eq!((pruned.entries, pruned.left_entries), (3, 1));
}

#[test]
fn only_what_the_store_has_made_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, DiskOptions::default());
    store.put(&key(1), &[b"one"]).unwrap();
    let shard = path(&store, &key(1)).parent().unwrap().to_path_buf();
    let write = |name: &str, minutes: u64| {
        let file = fs::File::create(shard.join(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(60 * minutes)).unwrap();
    };
    write(".tmp-1-2-3", 30);
    write(".tmp-1-2-4", 61);
    write("notes.txt", 1000);
    write(&"0".repeat(64), 1000);
    write(&key(1).to_string().to_uppercase(), 1000);
    store.prune().unwrap();
    let exists = |name: &str| shard.join(name).exists();
    assert!(exists(".tmp-1-2-3") && !exists(".tmp-1-2-4"));
    let cleared = store.clear().unwrap();
    assert_eq!((cleared.entries, cleared.bytes), (1, entry::stored_bytes(3)));
    assert!(!exists(".tmp-1-2-3") && exists("notes.txt") && exists(&"0".repeat(64)));
    assert_eq!(store.stats().unwrap().entries, 0);
    assert_eq!(store.get(&key(1)), None);
}

#[test]
fn the_account_of_sizes_may_be_odd_or_gone() {
    let folder = tempfile::tempdir().unwrap();
    let one = entry::stored_bytes(1000);
    let store = open(&folder, DiskOptions::default().max_bytes(10 * one));
    let account = store.folder().join("v1/account");
    let oddities = [vec![], b"odd".to_vec(), vec![0; 16], vec![0xff; 160_000], vec![0; 300_000]];
    for (round, odd) in oddities.iter().enumerate() {
        for number in 0..30 {
            store.put(&key(number), &[&[u8::try_from(round).unwrap(); 1000]]).unwrap();
            if number == 5 {
                fs::write(&account, odd).unwrap();
            }
        }
        assert!(open(&folder, DiskOptions::default()).stats().unwrap().bytes <= 11 * one, "{round}");
        fs::remove_file(&account).unwrap();
    }
}
