use super::*;

use std::fs;

fn write(path: &Path, text: &str) {
    let mut file = AtomicFile::create(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.commit().unwrap();
}

fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn a_file_is_the_old_one_until_it_is_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    for (before, text) in [(None, "first"), (Some("first"), "second")] {
        let mut dropped = AtomicFile::create(&path).unwrap();
        dropped.write_all(&vec![b'x'; 200_000]).unwrap();
        dropped.flush().unwrap();
        assert_eq!(fs::read_to_string(&path).ok().as_deref(), before);
        drop(dropped);
        assert_eq!(fs::read_to_string(&path).ok().as_deref(), before);
        assert_eq!(entries(folder.path()), usize::from(before.is_some()));
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        assert_eq!(fs::read_to_string(&path).ok().as_deref(), before);
        file.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert_eq!(entries(folder.path()), 1);
    }
}

#[test]
fn a_panic_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    let result = std::panic::catch_unwind(|| {
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        panic!("on purpose");
    });
    assert!(result.is_err());
    assert_eq!(entries(folder.path()), 0);
}

#[test]
fn an_empty_file_and_a_relative_path_are_files_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty");
    AtomicFile::create(&path).unwrap().commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"");
    assert_eq!(super::folder(Path::new("report.json")), Path::new("."));
}

#[test]
fn what_cannot_be_created_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let error = AtomicFile::create(folder.path()).unwrap_err();
    assert!(error.to_string().ends_with("is a folder; name a file in it"), "{error}");
    let error = AtomicFile::create(folder.path().join("missing/report.json")).unwrap_err();
    assert!(error.to_string().ends_with("could not be written"), "{error}");
    let file = folder.path().join("file");
    write(&file, "");
    assert!(AtomicFile::create(file.join("report.json")).is_err());
    assert_eq!(entries(folder.path()), 1);
    let empty = AtomicFile::create("").unwrap_err();
    assert_eq!(empty.to_string(), "the output cannot be written: its path is empty; name a file");
    for end in ["/", "/.", "//", "/..", "/./"] {
        let path = format!("{}{end}", folder.path().join("missing").display());
        let error = AtomicFile::create(&path).unwrap_err();
        let expected = format!("`{path}` cannot be written: its path is that of a folder; name a file in it");
        assert_eq!(error.to_string(), expected);
        assert!(matches!(error.kind(), ErrorKind::OutputPath { .. }));
    }
    assert_eq!(entries(folder.path()), 1);
    let unnamed = fail("", io::ErrorKind::StorageFull.into());
    assert_eq!(unnamed.to_string(), "the output could not be written");
    let denied = fail("report.json", io::ErrorKind::PermissionDenied.into());
    assert_eq!(denied.to_string(), "no permission to write `report.json`");
}

#[test]
fn a_full_device_is_an_error_at_the_latest_when_committing() {
    if !Path::new("/dev/full").exists() {
        return trueline_testkit::corpora::skip("full device", "there is no /dev/full here");
    }
    let mut file = AtomicFile::create("/dev/full").unwrap();
    file.write_all(b"little").unwrap();
    let error = file.commit().unwrap_err();
    assert_eq!(error.to_string(), "`/dev/full` could not be written");
    let ErrorKind::Write { source, .. } = error.kind() else { panic!("{error:?}") };
    assert_eq!(source.kind(), io::ErrorKind::StorageFull);
    // An error that the caller overlooks is not forgotten.
    let mut file = AtomicFile::create("/dev/full").unwrap();
    assert!(file.write(&vec![b'x'; 200_000]).is_err());
    assert!(file.commit().is_err());
    let mut file = AtomicFile::create("/dev/full").unwrap();
    file.write_all(b"little").unwrap();
    assert!(file.flush().is_err());
    assert!(file.commit().is_err());
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::io::Read;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn permissions_are_the_usual_ones_or_those_of_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let (usual, path) = (folder.path().join("usual"), folder.path().join("report.json"));
        fs::write(&usual, "").unwrap();
        write(&path, "new");
        assert_eq!(mode(&path), mode(&usual));
        for wanted in [0o600, 0o755] {
            fs::set_permissions(&path, Permissions::from_mode(wanted)).unwrap();
            write(&path, "replaced");
            assert_eq!(mode(&path), wanted);
        }
    }

    #[test]
    fn links_are_followed_and_stay() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let (link, second, target) =
            (folder.path().join("link"), folder.path().join("second"), inner.join("target"));
        symlink("inner/target", &link).unwrap();
        symlink("link", &second).unwrap();
        for text in ["made through a link to nothing", "replaced"] {
            write(&second, text);
            assert_eq!(fs::read_to_string(&target).unwrap(), text);
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert!(fs::symlink_metadata(&second).unwrap().is_symlink());
        }
        assert_eq!((entries(folder.path()), entries(&inner)), (3, 1));
        symlink("circle", folder.path().join("circle")).unwrap();
        assert!(AtomicFile::create(folder.path().join("circle")).is_err());
    }

    #[test]
    fn a_hard_link_keeps_the_old_content() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a"), folder.path().join("b"));
        write(&path, "old");
        fs::hard_link(&path, &other).unwrap();
        write(&path, "new");
        assert_eq!(fs::read_to_string(&other).unwrap(), "old");
        assert_eq!(fs::metadata(&path).unwrap().nlink(), 1);
    }

    #[test]
    fn what_may_not_be_written_to_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        write(&path, "old");
        fs::set_permissions(&path, Permissions::from_mode(0o444)).unwrap();
        if OpenOptions::new().append(true).open(&path).is_ok() {
            return trueline_testkit::corpora::skip("permissions", "this user may write everywhere");
        }
        let error = AtomicFile::create(&path).unwrap_err();
        assert!(error.to_string().starts_with("no permission to write `"), "{error}");
        fs::set_permissions(folder.path(), Permissions::from_mode(0o555)).unwrap();
        let error = AtomicFile::create(folder.path().join("new.json")).unwrap_err();
        assert!(error.to_string().starts_with("no permission to create a file beside `"), "{error}");
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    }

    #[test]
    fn a_pipe_is_written_directly() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        if !std::process::Command::new("mkfifo").arg(&path).status().is_ok_and(|status| status.success()) {
            return trueline_testkit::corpora::skip("pipe", "there is no mkfifo here");
        }
        let reading = std::thread::spawn({
            let path = path.clone();
            move || {
                let mut text = String::new();
                File::open(path).unwrap().read_to_string(&mut text).map(|_| text)
            }
        });
        write(&path, "through the pipe");
        assert_eq!(reading.join().unwrap().unwrap(), "through the pipe");
        assert_eq!(entries(folder.path()), 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_open_stream_is_written_directly_and_goes_on_where_it_is() {
        use std::os::fd::AsRawFd;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut file = File::create(&path).unwrap();
        file.write_all(b"before, ").unwrap();
        write(Path::new(&format!("/dev/fd/{}", file.as_raw_fd())), "after");
        assert_eq!(fs::read_to_string(&path).unwrap(), "before, after");
        assert_eq!(file.metadata().unwrap().nlink(), 1);
    }
}
