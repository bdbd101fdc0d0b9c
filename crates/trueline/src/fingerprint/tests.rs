//! The hash of files is that of their names and bytes, and of nothing else.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{Algorithm, Files, FilesOptions, files};

fn folder(contents: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in contents {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn hash(path: &Path) -> Files {
    files(&[path], &FilesOptions::default()).unwrap()
}

/// Lengths at every border: of chunks, of buffers, of parts, of subtrees.
fn contents() -> Vec<(String, Vec<u8>)> {
    let mib = 1 << 20;
    let lengths = [
        0,
        1,
        1024,
        1025,
        262_144,
        262_145,
        mib - 1,
        mib,
        mib + 1,
        2 * mib,
        3 * mib,
        5 * mib + 1,
        8 * mib + 1025,
    ];
    let bytes = |length: usize| (0..length).map(|at| u8::try_from((at ^ at >> 9) % 251).unwrap()).collect();
    lengths.iter().map(|&length| (format!("sub/{length:09}"), bytes(length))).collect()
}

#[test]
fn each_hash_is_that_of_the_bytes_for_any_number_of_threads() {
    let contents = contents();
    let borrowed: Vec<(&str, &[u8])> = contents.iter().map(|(name, bytes)| (&**name, &**bytes)).collect();
    let folder = folder(&borrowed);
    for algorithm in [Algorithm::Blake3, Algorithm::Sha256] {
        let mut first: Option<Files> = None;
        for threads in [0, 1, 2, 7] {
            let options = FilesOptions::default().algorithm(algorithm).threads(threads);
            let found = files(&[folder.path()], &options).unwrap();
            for (file, (name, bytes)) in found.files.iter().zip(&contents) {
                let expected = match algorithm {
                    Algorithm::Blake3 => *blake3::hash(bytes).as_bytes(),
                    Algorithm::Sha256 => <sha2::Sha256 as sha2::Digest>::digest(bytes).into(),
                };
                assert_eq!((file.path.to_str(), file.bytes), (Some(&**name), bytes.len() as u64));
                assert_eq!(*file.hash.as_bytes(), expected, "{name} with {threads} threads");
            }
            assert_eq!(found.files.len(), contents.len());
            assert_eq!(*first.get_or_insert_with(|| found.clone()), found);
        }
    }
}

#[test]
fn the_hash_is_the_same_on_every_machine() {
    let folder = folder(&[("b/c.yaml", b"three"), ("a.yaml", b"one"), ("b.yaml", b"two")]);
    let text = |algorithm| {
        files(&[folder.path()], &FilesOptions::default().algorithm(algorithm)).unwrap().hash.to_string()
    };
    // As a few lines of Python say, with `b3sum` and `hashlib`.
    assert_eq!(
        text(Algorithm::Blake3),
        "blake3:50ef4b58a51b95fd469b2f0f9294f32f2caf891acdc07a9418a5f92b86ddbc03"
    );
    assert_eq!(
        text(Algorithm::Sha256),
        "sha256:7035837c5e1e0da559f2c5140503e4a90ff979f7639818c05f6f13cd9a785cc6"
    );
}

#[test]
fn names_count_and_places_do_not() {
    let files: &[(&str, &[u8])] = &[("a/x", b"one"), ("a-x", b"two"), ("b", b"")];
    let (one, other) = (folder(files), folder(files));
    let expected = hash(one.path());
    assert_eq!(hash(other.path()), expected);
    let names: Vec<_> = expected.files.iter().map(|file| file.path.to_str().unwrap()).collect();
    assert_eq!(names, ["a-x", "a/x", "b"], "`-` is less than `/`");
    let others: &[&[(&str, &[u8])]] = &[
        &[("a/x", b"one"), ("a-x", b"two")],
        &[("a/x", b"two"), ("a-x", b"one"), ("b", b"")],
        &[("a/xo", b"ne"), ("a-x", b"two"), ("b", b"")],
        &[("a/y", b"one"), ("a-x", b"two"), ("b", b"")],
        &[("ax", b"one"), ("a-x", b"two"), ("b", b"")],
        &[("a/x", b"one"), ("a-x", b"twob"), ("c", b"")],
    ];
    for other in others {
        assert_ne!(hash(folder(other).path()).hash, expected.hash, "{other:?}");
    }
}

#[test]
fn the_order_of_paths_does_not_count_and_names_must_differ() {
    let folder = folder(&[("one/a", b"1"), ("two/b", b"2"), ("three/a", b"3")]);
    let path = |name: &str| folder.path().join(name);
    let options = FilesOptions::default();
    let forth = files(&[path("one"), path("two")], &options).unwrap();
    assert_eq!(files(&[path("two"), path("one/a")], &options).unwrap(), forth);
    let error = files(&[path("one"), path("two"), path("three/a")], &options).unwrap_err().to_string();
    assert!(error.contains("one/a") && error.contains("three/a") && error.contains("`a`"), "{error}");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = folder(&[("a", b"1")]);
    let path = folder.path().join("missing\n.yaml");
    let error = files(&[folder.path(), &path], &FilesOptions::default()).unwrap_err();
    assert!(error.to_string().contains("missing\\n.yaml"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_below_a_folder_are_not_followed() {
    use std::os::unix::fs::symlink;
    let folder = folder(&[("set/a", b"1"), ("outside/secret", b"2")]);
    let set = folder.path().join("set");
    let without = hash(&set);
    symlink("../outside", set.join("link")).unwrap();
    let with = hash(&set);
    assert_eq!(with.files.len(), 2);
    assert!(with.files[1].is_link && with.files[1].hash == file_hash(b"../outside"));
    assert_ne!(with.hash, without.hash);
    fs::write(folder.path().join("outside/secret"), "3").unwrap();
    assert_eq!(hash(&set), with);
    fs::remove_file(set.join("link")).unwrap();
    fs::write(set.join("link"), "../outside").unwrap();
    assert_ne!(hash(&set).hash, with.hash, "a link is no file with its path");
    symlink(&set, folder.path().join("named")).unwrap();
    assert_eq!(hash(&folder.path().join("named")), hash(&set), "what is named is followed");
}

#[cfg(unix)]
fn file_hash(bytes: &[u8]) -> super::Hash {
    super::Hash { algorithm: Algorithm::Blake3, bytes: *blake3::hash(bytes).as_bytes() }
}
