//! Every kind of thing that a path can name.

use std::fs;
use std::path::{Path, PathBuf};

use trueline_io::{ErrorKind, FileSource, MemorySource, Source, sources_from_argument};
use trueline_testkit::corpora::skip;

fn text(source: &dyn Source) -> Result<String, String> {
    let mut text = String::new();
    source
        .open()
        .map_err(|error| error.to_string())?
        .read_to_string(&mut text)
        .map_err(|error| error.to_string())?;
    source.verify_unchanged().map_err(|error| error.to_string())?;
    Ok(text)
}

/// The result with the folder's path taken out.
fn file(folder: &Path, name: &str) -> Result<String, String> {
    let path = folder.join(name);
    text(&FileSource::new(&path)).map_err(|error| error.replace(&format!("{}/", folder.display()), ""))
}

#[test]
fn each_kind_of_file_is_read_or_says_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("plain.csv"), "id\n1\n").unwrap();
    fs::write(at("empty.csv"), "").unwrap();
    fs::write(at("größe\n.csv"), "id\n").unwrap();
    fs::create_dir(at("folder")).unwrap();
    let results = [
        ("plain.csv", Ok("id\n1\n")),
        ("empty.csv", Ok("")),
        ("größe\n.csv", Ok("id\n")),
        ("folder", Err("`folder` is a folder; name a file in it")),
        ("missing.csv", Err("`missing.csv` does not exist")),
        ("missing\u{1b}[31m.csv", Err(r"`missing\u{1b}[31m.csv` does not exist")),
        ("missing/a.csv", Err("`missing/a.csv` does not exist")),
        ("plain.csv/a.csv", Err("`plain.csv/a.csv` could not be opened")),
    ];
    for (name, expected) in results {
        assert_eq!(file(folder.path(), name), expected.map(str::to_owned).map_err(str::to_owned), "{name:?}");
    }
    assert_eq!(text(&FileSource::new("")), Err("`(an empty name)` does not exist".to_owned()));
}

#[cfg(unix)]
#[test]
fn links_lead_to_files() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plain.csv"), "id\n").unwrap();
    for (link, target) in [("link", "plain.csv"), ("dangling", "nothing"), ("circle", "circle")] {
        std::os::unix::fs::symlink(target, folder.path().join(link)).unwrap();
    }
    assert_eq!(file(folder.path(), "link").as_deref(), Ok("id\n"));
    assert_eq!(file(folder.path(), "dangling"), Err("`dangling` does not exist".to_owned()));
    assert_eq!(file(folder.path(), "circle"), Err("`circle` could not be opened".to_owned()));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    if !std::process::Command::new("mkfifo").arg(&path).status().is_ok_and(|status| status.success()) {
        return skip("pipe", "there is no mkfifo here");
    }
    let source = FileSource::new(&path);
    assert_eq!(source.size_hint(), None);
    let writing = std::thread::spawn({
        let path: PathBuf = path.clone();
        move || fs::write(path, "id\n1\n")
    });
    assert_eq!(text(&source).as_deref(), Ok("id\n1\n"));
    writing.join().unwrap().unwrap();
}

#[cfg(unix)]
#[test]
fn devices_have_no_size() {
    if Path::new("/dev/null").exists() {
        let source = FileSource::new("/dev/null");
        assert_eq!((text(&source).as_deref(), source.size_hint()), (Ok(""), None));
    }
    if Path::new("/proc/self/status").exists() {
        assert!(text(&FileSource::new("/proc/self/status")).is_ok_and(|text| text.starts_with("Name:")));
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.csv");
    fs::write(&path, "id\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&path).is_ok() {
        return skip("permissions", "this user may read everything");
    }
    assert_eq!(file(folder.path(), "secret.csv"), Err("no permission to read `secret.csv`".to_owned()));
}

#[test]
fn memory_can_be_read_again_and_again() {
    let source = MemorySource::new("orders", b"id\n1\n".to_vec());
    assert_eq!((source.name(), source.size_hint()), ("orders", Some(5)));
    for _ in 0..2 {
        assert_eq!(text(&source).as_deref(), Ok("id\n1\n"));
    }
}

/// The only test that may read standard input: there is one for the whole process.
#[test]
fn a_dash_is_standard_input_and_is_read_once() {
    let argument = |argument: &str| sources_from_argument(argument).unwrap().remove(0);
    let source = argument("-");
    assert_eq!(source.name(), "<stdin>");
    drop(source.open());
    for again in [source, argument("-")] {
        let error = again.open().err().unwrap();
        assert!(matches!(error.kind(), ErrorKind::ReadTwice { .. }));
        assert_eq!(error.to_string(), "`<stdin>` can be read only once");
    }
    assert_eq!(argument("./-").name(), "./-");
}
