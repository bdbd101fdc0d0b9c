//! Links, pipes and strangers in the places of folders and files.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use trueline_cache::{DiskOptions, DiskStore, ErrorKind, Store};

use crate::{is_root, key, open, path};

fn refusal(folder: &Path) -> String {
    let error = DiskStore::open(folder, DiskOptions::default()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Folder { .. }), "{error:?}");
    error.to_string()
}

#[test]
fn folders_and_files_are_the_users_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = DiskStore::open(folder.path().join("above/cache/"), DiskOptions::default()).unwrap();
    store.put(&key(1), &[b"one"]).unwrap();
    let entry = path(&store, &key(1));
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    for folder in entry.ancestors().skip(1).take(4) {
        assert_eq!(mode(folder), 0o700, "{}", folder.display());
    }
    assert_eq!(mode(&entry), 0o600);
    assert_eq!(mode(&store.folder().join("v1/account")), 0o600);
}

#[test]
fn a_folder_that_others_may_write_to_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    fs::create_dir(&cache).unwrap();
    for mode in [0o770, 0o707, 0o720, 0o1777] {
        fs::set_permissions(&cache, Permissions::from_mode(mode)).unwrap();
        assert!(refusal(&cache).ends_with(
            "others may write to it; take that right away with `chmod go-w`, or name another folder"
        ));
    }
    fs::set_permissions(&cache, Permissions::from_mode(0o755)).unwrap();
    drop(open(folder.path()));
    fs::set_permissions(cache.join("v1"), Permissions::from_mode(0o777)).unwrap();
    assert!(refusal(&cache).contains("cache/v1` is not used: others may write to it"));
}

#[test]
fn a_folder_of_another_user_is_refused() {
    if !is_root() {
        println!("skipped: a folder of another user: only root can give one away");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for place in ["v1", "."] {
        std::os::unix::fs::chown(store.folder().join(place), Some(12_345), None).unwrap();
        assert!(refusal(store.folder()).contains("it belongs to another user"), "{place}");
    }
}

#[test]
fn a_link_or_a_file_in_the_place_of_the_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    fs::create_dir(&real).unwrap();
    symlink(&real, &link).unwrap();
    for name in ["link", "link/", "link/.", "link//./"] {
        assert!(refusal(&folder.path().join(name)).contains("it is a symbolic link"), "{name}");
    }
    assert_eq!(fs::read_dir(&real).unwrap().count(), 0);
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(refusal(&file).contains("it is not a folder"));
    let hostile = folder.path().join("a\u{1b}[31m\nb");
    symlink(&real, &hostile).unwrap();
    assert!(refusal(&hostile).contains(r"a\u{1b}[31m\nb"));
    // The folder within is not followed either, nor is a link to nowhere made use of.
    drop(open(folder.path()));
    fs::remove_dir_all(folder.path().join("cache/v1")).unwrap();
    symlink(&real, folder.path().join("cache/v1")).unwrap();
    assert!(DiskStore::open(folder.path().join("cache"), DiskOptions::default()).is_err());
    symlink(folder.path().join("nowhere"), folder.path().join("lost")).unwrap();
    assert!(refusal(&folder.path().join("lost")).contains("it is a symbolic link"));
    assert!(!folder.path().join("nowhere").exists());
}

#[test]
fn a_link_in_the_place_of_a_subfolder_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.put(&key(1), &[b"one"]).unwrap();
    let shard = path(&store, &key(1)).parent().unwrap().to_path_buf();
    let moved = folder.path().join("moved");
    fs::rename(&shard, &moved).unwrap();
    symlink(&moved, &shard).unwrap();
    assert_eq!(store.get(&key(1)), None);
    assert!(store.put(&key(1), &[b"two"]).is_err());
    assert_eq!(store.stats().unwrap().entries, 0);
    assert_eq!(store.clear().unwrap().entries, 0);
    assert_eq!(fs::read_dir(&moved).unwrap().count(), 1, "nothing came, nothing went");
}

#[test]
fn a_link_or_a_pipe_in_the_place_of_an_entry_is_a_miss() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.put(&key(1), &[b"one"]).unwrap();
    let entry = path(&store, &key(1));
    let moved = folder.path().join("moved");
    fs::rename(&entry, &moved).unwrap();
    let good = fs::read(&moved).unwrap();
    symlink(&moved, &entry).unwrap();
    assert_eq!(store.get(&key(1)), None);
    store.put(&key(1), &[b"two"]).unwrap();
    assert_eq!(store.get(&key(1)), Some(b"two".to_vec()));
    assert_eq!(fs::read(&moved).unwrap(), good, "the link was replaced, not what it led to");
    assert!(fs::symlink_metadata(&entry).unwrap().is_file());

    fs::remove_file(&entry).unwrap();
    if Command::new("mkfifo").arg(&entry).status().is_ok_and(|status| status.success()) {
        assert_eq!(store.get(&key(1)), None, "and nothing waits");
        fs::remove_file(&entry).unwrap();
    } else {
        println!("skipped: a pipe in the place of an entry: there is no mkfifo");
    }
    fs::create_dir(&entry).unwrap();
    assert_eq!(store.get(&key(1)), None);
    assert!(store.put(&key(1), &[b"three"]).is_err());
    assert!(crate::left_over(&store).is_empty());
}

#[test]
fn a_link_in_the_place_of_the_account_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let target = folder.path().join("target");
    fs::write(&target, "precious").unwrap();
    symlink(&target, store.folder().join("v1/account")).unwrap();
    assert!(store.put(&key(1), &[b"one"]).is_err());
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
}
