//! Disks that are full, files that may not grow, folders that cannot be written to, folders that are gone.

use std::error::Error as _;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use trueline_cache::{DiskOptions, DiskStore, Error, ErrorKind, Store};

use crate::{is_root, key, left_over, open, path};

/// Where [`small_files`] keeps its cache.
const FOLDER: &str = "TRUELINE_CACHE_TEST_SMALL_FILES";

/// A file system of its own, as long as it lives.
struct Mount(PathBuf);

impl Mount {
    fn new(folder: &Path, size: &str) -> Option<Self> {
        let options = format!("size={size},mode=0700");
        let mounted =
            is_root() && run(Command::new("mount").args(["-t", "tmpfs", "-o", &options, "none"]).arg(folder));
        mounted.then(|| Self(folder.to_path_buf()))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        run(Command::new("umount").arg("-l").arg(&self.0));
    }
}

fn run(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn cause(error: &Error) -> std::io::ErrorKind {
    assert!(matches!(error.kind(), ErrorKind::Write { .. }), "{error:?}");
    error.source().unwrap().downcast_ref::<std::io::Error>().unwrap().kind()
}

#[test]
fn a_full_disk_is_an_error_of_put() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_mount) = Mount::new(folder.path(), "256k") else {
        println!("skipped: a full disk: no file system could be mounted");
        return;
    };
    let store = open(folder.path());
    let large = vec![7; 70_000];
    store.put(&key(0), &[b"small"]).unwrap();
    let failures = (1..30).filter(|number| match store.put(&key(*number), &[&large]) {
        Ok(()) => false,
        Err(error) => cause(&error) == std::io::ErrorKind::StorageFull,
    });
    assert!(failures.count() > 20);
    assert!(left_over(&store).is_empty());
    assert_eq!(store.get(&key(0)), Some(b"small".to_vec()));
    let found = (1..30).filter_map(|number| store.get(&key(number)));
    assert!(found.inspect(|value| assert_eq!(value, &large)).count() > 0);
    store.clear().unwrap();
    store.put(&key(1), &[&large]).unwrap();
}

#[test]
fn a_file_that_may_not_grow_is_an_error_of_put() {
    let folder = tempfile::tempdir().unwrap();
    let script = "trap '' XFSZ; ulimit -f 16; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(std::env::current_exe().unwrap());
    command.args(["--exact", "full::small_files", "--ignored"]).env(FOLDER, folder.path());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
#[ignore = "run under a limit by `a_file_that_may_not_grow_is_an_error_of_put`"]
fn small_files() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let store = open(Path::new(&folder));
    store.put(&key(1), &[b"small"]).unwrap();
    for bytes in [17_000, 300_000] {
        let error = store.put(&key(2), &[&vec![7; bytes]]).unwrap_err();
        assert_eq!(cause(&error), std::io::ErrorKind::FileTooLarge);
        assert!(left_over(&store).is_empty());
        assert_eq!(store.get(&key(2)), None);
    }
    assert_eq!(store.get(&key(1)), Some(b"small".to_vec()));
}

#[test]
fn a_folder_that_cannot_be_written_to_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let mount = Mount::new(folder.path(), "1m");
    if is_root() && mount.is_none() {
        println!("skipped: a folder that cannot be written to: root may write, and nothing could be mounted");
        return;
    }
    let store = open(folder.path());
    store.put(&key(1), &[b"one"]).unwrap();
    let shard = path(&store, &key(1)).parent().unwrap().to_path_buf();
    let allow = |mode: u32| {
        for folder in [shard.as_path(), &store.folder().join("v1"), store.folder()] {
            fs::set_permissions(folder, Permissions::from_mode(mode)).unwrap();
        }
    };
    match &mount {
        Some(mount) => assert!(run(Command::new("mount").args(["-o", "remount,ro"]).arg(&mount.0))),
        None => allow(0o500),
    }
    let again = DiskStore::open(store.folder(), DiskOptions::default()).unwrap();
    for store in [&store, &again] {
        assert_eq!(store.get(&key(1)), Some(b"one".to_vec()));
        assert!(matches!(
            cause(&store.put(&key(1), &[b"two"]).unwrap_err()),
            std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied
        ));
        assert_eq!(store.get(&key(1)), Some(b"one".to_vec()));
        assert!(store.clear().is_err());
    }
    if mount.is_none() {
        allow(0o700);
    }
}

#[test]
fn a_folder_that_is_gone_is_an_error_of_put() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.put(&key(1), &[b"one"]).unwrap();
    fs::remove_dir_all(store.folder()).unwrap();
    assert_eq!(store.get(&key(1)), None);
    assert_eq!(cause(&store.put(&key(1), &[b"one"]).unwrap_err()), std::io::ErrorKind::NotFound);
    assert_eq!(store.stats().unwrap().entries, 0);
}
