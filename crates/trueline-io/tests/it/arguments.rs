//! What arguments of a command line stand for.

use std::fs;
use std::path::Path;

use trueline_io::{Error, Source, UnreadSource, sources_from_argument};

fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "id\n1\n").unwrap();
    }
    folder
}

/// The names that an argument stands for, below the folder; or the error.
fn names(folder: &Path, argument: &str) -> Result<Vec<String>, String> {
    let front = format!("{}/", folder.display());
    let tell = |error: Error| error.to_string().replace(&front, "");
    let sources = sources_from_argument(&format!("{front}{argument}")).map_err(tell)?;
    Ok(sources.iter().map(|source| source.name().replace(&front, "")).collect())
}

const FILES: [&str; 14] = [
    "2026-02.csv",
    "2026-01.csv",
    "2026-10.csv.gz",
    "2025-12.csv",
    "a[1].csv",
    "a1.csv",
    ".hidden.csv",
    "_SUCCESS",
    "deep/2026-03.csv",
    "deep/.git/2026-04.csv",
    "deep/_temporary/0/part.csv",
    "deep/_year=2026/part.csv",
    "deep/down/2026-05.csv",
    "deep/part.csv.crc",
];

#[test]
fn wildcards_stand_for_files_in_order() {
    let folder = folder(&FILES);
    fs::create_dir(folder.path().join("2026-folder.csv")).unwrap();
    let names = |argument: &str| names(folder.path(), argument).unwrap();
    assert_eq!(names("2026-*.csv"), ["2026-01.csv", "2026-02.csv"]);
    assert_eq!(names("2026-??.csv*"), ["2026-01.csv", "2026-02.csv", "2026-10.csv.gz"]);
    assert_eq!(names("202[!6]-*"), ["2025-12.csv"]);
    assert_eq!(names("*/2026-*.csv"), ["deep/2026-03.csv"]);
    assert_eq!(names("*/down/2026-*.csv"), ["deep/down/2026-05.csv"]);
    assert_eq!(names("*/2026-03.csv"), ["deep/2026-03.csv"]);
    assert_eq!(
        names("**/2026-*.csv"),
        ["2026-01.csv", "2026-02.csv", "deep/2026-03.csv", "deep/down/2026-05.csv"]
    );
    assert_eq!(names("deep/**/**/2026-*.csv"), ["deep/2026-03.csv", "deep/down/2026-05.csv"]);
    // As in a shell: a dot must be written, an underscore is a letter.
    assert_eq!(names("*SUCCESS"), ["_SUCCESS"]);
    assert_eq!(names(".*.csv"), [".hidden.csv"]);
    assert_eq!(
        names("deep/**"),
        [
            "deep/2026-03.csv",
            "deep/_temporary/0/part.csv",
            "deep/_year=2026/part.csv",
            "deep/down/2026-05.csv",
            "deep/part.csv.crc"
        ]
    );
}

#[test]
fn a_file_of_that_name_goes_first() {
    let folder = folder(&FILES);
    assert_eq!(names(folder.path(), "a[1].csv"), Ok(vec!["a[1].csv".to_owned()]));
    fs::remove_file(folder.path().join("a[1].csv")).unwrap();
    assert_eq!(names(folder.path(), "a[1].csv"), Ok(vec!["a1.csv".to_owned()]));
    assert_eq!(names(folder.path(), "missing.csv"), Ok(vec!["missing.csv".to_owned()]));
}

#[test]
fn a_folder_with_a_separator_is_all_below_it_but_what_is_hidden() {
    let folder = folder(&FILES);
    let names = |argument: &str| names(folder.path(), argument);
    let deep = ["deep/2026-03.csv", "deep/_year=2026/part.csv", "deep/down/2026-05.csv"].map(str::to_owned);
    assert_eq!(names("deep/"), Ok(deep.to_vec()));
    assert_eq!(names("de*/"), Ok(deep.to_vec()));
    assert_eq!(names("").unwrap().len(), 9);
    assert_eq!(names("2026-01.csv/"), Ok(vec!["2026-01.csv/".to_owned()]));
    let none = "`deep/_temporary/.x/` matches no file but a hidden or temporary one; name it to read it";
    fs::create_dir(folder.path().join("deep/_temporary/.x")).unwrap();
    fs::write(folder.path().join("deep/_temporary/.x/_SUCCESS"), "").unwrap();
    assert_eq!(names("deep/_temporary/.x/"), Err(none.to_owned()));
}

#[test]
fn what_stands_for_no_file_is_an_error() {
    let folder = folder(&FILES);
    for (argument, expected) in [
        ("2024-*.csv", "`2024-*.csv` matches no file"),
        ("deep", "`deep` is a folder; write `deep/` for all files below it"),
        ("missing/*.csv", "`missing/*.csv` matches no file"),
        ("a1.csv/*.csv", "`a1.csv/*.csv` matches no file"),
        ("missing/**", "`missing/**` matches no file"),
        ("a[.csv", "`a[.csv` does not exist, and is no pattern: invalid range pattern at character "),
        ("a**.csv", "`a**.csv` does not exist, and is no pattern: "),
    ] {
        let error = names(folder.path(), argument).unwrap_err();
        assert!(error.starts_with(expected), "{argument}: {error}");
    }
}

#[cfg(unix)]
#[test]
fn links_pipes_and_strange_names() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    let folder = folder(&["a/1.csv", "b/2.csv"]);
    let at = |name: &str| folder.path().join(name);
    symlink("../a", at("b/link")).unwrap();
    symlink("..", at("a/circle")).unwrap();
    symlink("1.csv", at("a/3.csv")).unwrap();
    symlink("nothing.csv", at("a/4.csv")).unwrap();
    std::process::Command::new("mkfifo").arg(at("a/5.csv")).status().unwrap();
    fs::write(at("a").join(std::ffi::OsStr::from_bytes(b"6\xff.csv")), "id\n").unwrap();
    let found = names(folder.path(), "a/*.csv").unwrap();
    // A name that is not UTF-8 is there too, a link that leads nowhere fails when it is opened, a pipe is left out.
    assert_eq!(found, ["a/1.csv", "a/3.csv", "a/4.csv", "a/6\u{fffd}.csv"]);
    let sources = sources_from_argument(&format!("{}/a/*.csv", folder.path().display())).unwrap();
    assert_eq!(sources.iter().filter(|source| source.open().is_err()).count(), 1);
    // Folders behind links are entered by name or by one wildcard, not by `**`.
    assert_eq!(names(folder.path(), "b/link/*.csv").unwrap().len(), 4);
    assert_eq!(names(folder.path(), "b/*/1.csv"), Ok(vec!["b/link/1.csv".to_owned()]));
    assert_eq!(names(folder.path(), "**/[12].csv"), Ok(vec!["a/1.csv".to_owned(), "b/2.csv".to_owned()]));
    assert_eq!(names(folder.path(), "b/"), Ok(vec!["b/2.csv".to_owned()]));
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_read_is_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&["a/1.csv", "b/2.csv"]);
    fs::set_permissions(folder.path().join("b"), fs::Permissions::from_mode(0o000)).unwrap();
    let result = names(folder.path(), "**/*.csv");
    fs::set_permissions(folder.path().join("b"), fs::Permissions::from_mode(0o700)).unwrap();
    if result.is_ok() {
        return trueline_testkit::corpora::skip("permissions", "this user may read everything");
    }
    assert_eq!(result, Err("no permission to read `b`".to_owned()));
}

#[test]
fn files_of_this_folder_are_named_without_a_folder() {
    // Tests run in the crate's folder.
    let names: Vec<String> =
        sources_from_argument("Cargo.t*ml").unwrap().iter().map(|source| source.name().to_owned()).collect();
    assert_eq!(names, ["Cargo.toml"]);
}

#[test]
fn what_stands_for_nothing_can_keep_its_place() {
    let error = || sources_from_argument("no-such-file-*.csv").err().unwrap();
    let source = UnreadSource::new(error());
    assert_eq!((source.name(), source.size_hint()), ("no-such-file-*.csv", None));
    assert_eq!(source.open().err().unwrap().to_string(), error().to_string());
}
