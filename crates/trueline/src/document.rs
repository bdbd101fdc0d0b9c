//! Schema documents in files and folders.
//!
//! This module and [`fingerprint`](crate::fingerprint) walk folders differently. The fingerprint hashes the bytes in a folder, so
//! it includes hidden files and hashes links as links. This module reads documents that people wrote, so it skips hidden files
//! and follows links.

use std::collections::HashSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use trueline_schema::compose::{self, Composed, Document};
use trueline_schema::{Language, Schema};

use crate::error::{Error, ErrorKind};

/// Documents larger than this are refused before they are read whole.
const MAX_DOCUMENT_BYTES: u64 = 1 << 20;

/// Reads a schema from a document (`.yaml`, `.yml`, `.json` or `.toml`), or from all documents below a folder, like
/// [`compose`](fn@compose).
///
/// **Errors**: the file cannot be read, has another extension or more than 1 MiB; the schema is not usable
/// ([`ErrorKind::Document`]); for a folder, as [`compose`](fn@compose).
///
/// **Example**:
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("orders.yaml");
/// std::fs::write(&path, "fields: [{name: id, type: int64}]\n")?;
/// assert_eq!(trueline::document::read(&path)?.fields[0].name, "id");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(path: impl AsRef<Path>) -> Result<Schema, Error> {
    let path = path.as_ref();
    if path.is_dir() {
        return compose(path).map(|composed| composed.schema);
    }
    let (text, language) = read_text(path)?;
    Schema::parse(&text, language).map_err(|source| {
        let name = shown(path);
        let rendered = source.render(&name, &text);
        Error::new(ErrorKind::Document { name, rendered, source })
    })
}

/// Composes a schema from all documents below a folder, ordered by the bytes of their paths.
///
/// Documents are files whose names end in `.yaml`, `.yml`, `.json` or `.toml`; other files are ignored. So are hidden files and
/// folders, whose names begin with a dot. Symbolic links are followed; a folder reached twice counts once. Each document is
/// parsed separately, and each error gives its document and line.
///
/// **Errors**: the folder or a document cannot be read; a link is broken; there is no document; the schema is not usable
/// ([`ErrorKind::Document`]); one document has more than 1 MiB, or all of them have more than [`compose::MAX_BYTES`]; there are
/// more than [`compose::MAX_DOCUMENTS`].
///
/// **Example**:
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// let folder = folder.path();
/// std::fs::write(folder.join("checks.toml"), "[[checks]]\ncheck = \"unique\"\ncolumns = [\"id\"]\n")?;
/// std::fs::write(folder.join("fields.yaml"), "fields: [{name: id, type: int64}]\n")?;
/// let composed = trueline::document::compose(folder)?;
/// assert_eq!(composed.schema, trueline::Schema::from_yaml(&composed.yaml)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compose(folder: impl AsRef<Path>) -> Result<Composed, Error> {
    let folder = folder.as_ref();
    let mut files = below(folder)?;
    if files.is_empty() {
        return Err(Error::new(ErrorKind::NoDocument { folder: shown(folder) }));
    }
    // What is too much for one schema is not read to its end.
    files.truncate(compose::MAX_DOCUMENTS + 1);
    let mut texts = Vec::with_capacity(files.len());
    let mut bytes = 0;
    for file in &files {
        let (text, language) = read_text(file)?;
        bytes += text.len();
        texts.push((shown(file), text, language));
        if bytes > compose::MAX_BYTES {
            break;
        }
    }
    let documents: Vec<Document<'_>> =
        texts.iter().map(|(name, text, language)| Document { name, text, language: *language }).collect();
    compose::compose(&documents).map_err(|source| {
        let rendered = source.render_documents(&documents);
        Error::new(ErrorKind::Document { name: shown(folder), rendered, source })
    })
}

/// Lists the documents that [`read`] reads, in order: all documents below a folder, or `path` itself.
///
/// **Errors**: an entry of a folder cannot be read, or is a broken link.
pub fn documents(path: impl AsRef<Path>) -> Result<Vec<PathBuf>, Error> {
    let path = path.as_ref();
    if path.is_dir() { below(path) } else { Ok(vec![path.to_path_buf()]) }
}

/// All documents below a folder, in the order of the bytes of their paths.
fn below(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    list(folder, &mut HashSet::new(), &mut files)?;
    let bytes = |path: &PathBuf| path.as_os_str().as_encoded_bytes().to_vec();
    files.sort_by_cached_key(bytes);
    Ok(files)
}

/// Lists all documents below a folder that was not visited before: links may lead to a folder twice, or back to a parent.
fn list(folder: &Path, seen: &mut HashSet<PathBuf>, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let fail = |source| unread(folder, source);
    if !seen.insert(std::fs::canonicalize(folder).map_err(fail)?) {
        return Ok(());
    }
    let entries = std::fs::read_dir(folder).map_err(fail)?;
    let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(fail)?;
    // So that it is always by the same path that a folder is found first.
    paths.sort_unstable();
    for path in paths {
        let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if is_hidden {
            continue;
        }
        if std::fs::metadata(&path).map_err(|source| unread(&path, source))?.is_dir() {
            list(&path, seen, files)?;
        } else if language(&path).is_some() {
            files.push(path);
        }
    }
    Ok(())
}

/// The language given by a file name extension.
fn language(path: &Path) -> Option<Language> {
    path.extension().and_then(|extension| extension.to_str()).and_then(Language::from_extension)
}

/// The text of a document.
fn read_text(path: &Path) -> Result<(String, Language), Error> {
    let Some(language) = language(path) else {
        return Err(Error::new(ErrorKind::DocumentName { name: shown(path) }));
    };
    let fail = |source| unread(path, source);
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(fail)?;
    file.take(MAX_DOCUMENT_BYTES + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > MAX_DOCUMENT_BYTES {
        return Err(fail(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 1 MiB")));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        fail(io::Error::new(io::ErrorKind::InvalidData, format!("it is not UTF-8 from byte {at} on")))
    })?;
    Ok((text, language))
}

fn unread(path: &Path, source: io::Error) -> Error {
    Error::new(ErrorKind::DocumentNotRead { name: shown(path), source })
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, text).expect("written");
        }
        folder
    }

    fn refused(path: &Path) -> Error {
        read(path).expect_err("no schema")
    }

    const PARTS: [(&str, &str); 5] = [
        ("checks/amount.json", r#"{"checks": [{"check": "range", "column": "amount", "minimum": 0}]}"#),
        ("a.yaml", "fields: [{name: id, type: string, unique: true}]\n"),
        ("b.toml", "[[fields]]\nname = \"amount\"\ntype = \"float64\"\n"),
        ("notes.txt", "no schema\n"),
        (".hidden.yaml", "fields: [{name: hidden, type: string}]\n"),
    ];

    #[test]
    fn a_folder_is_one_schema_in_the_order_of_paths() {
        let parts = folder(&PARTS);
        let composed = compose(parts.path()).expect("a schema");
        let names: Vec<&str> = composed.schema.fields.iter().map(|field| &*field.name).collect();
        assert_eq!(names, ["id", "amount"]);
        assert_eq!(read(parts.path()).expect("a schema"), composed.schema);
        assert_eq!(Schema::from_yaml(&composed.yaml).expect("a schema"), composed.schema);
    }

    #[test]
    fn faults_keep_the_document_that_has_them() {
        let parts = folder(&PARTS);
        std::fs::write(parts.path().join("c.yaml"), "\nfields: [{name: amount, type: string}]\n")
            .expect("written");
        let error = refused(parts.path());
        let ErrorKind::Document { rendered, source, .. } = error.kind() else { panic!("{error:?}") };
        assert!(rendered.contains("c.yaml:2"), "{rendered}");
        let place = source.location().expect("a place");
        assert!(place.document.expect("a document").ends_with("c.yaml"));
        let path = parts.path().join("a.json");
        std::fs::write(&path, r#"{"fields": 3}"#).expect("written");
        let error = refused(&path);
        let ErrorKind::Document { rendered, .. } = error.kind() else { panic!("{error:?}") };
        assert!(rendered.contains("a.json"), "{rendered}");
    }

    #[test]
    fn what_is_no_document_is_named() {
        let parts =
            folder(&[("large.yaml", &"#".repeat((1 << 20) + 1)), ("notes.txt", ""), ("sub/empty.md", "")]);
        std::fs::write(parts.path().join("latin.yaml"), b"name: \xe4\n").expect("written");
        let told = |name: &str| {
            let error = refused(&parts.path().join(name));
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            format!("{error}: {cause}")
        };
        assert!(told("large.yaml").ends_with("large.yaml` could not be read: it is larger than 1 MiB"));
        assert!(
            told("latin.yaml").ends_with("latin.yaml` could not be read: it is not UTF-8 from byte 6 on")
        );
        assert!(told("notes.txt").contains("notes.txt` must end in .yaml, .yml, .json or .toml"));
        assert!(told("missing.yaml").contains("missing.yaml` could not be read: "));
        assert!(told("sub").contains("sub` has no .yaml, .yml, .json or .toml file"));
        assert!(compose(parts.path().join("missing")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_folders_count_once() {
        use std::os::unix::fs::symlink;
        let (parts, more) = (folder(&PARTS), folder(&[("c/c.yaml", "fields: [{name: c, type: date}]\n")]));
        let link = |from: &Path, to: PathBuf| symlink(from, to).expect("a link");
        let fields = || read(parts.path()).expect("a schema").fields.len();
        link(&more.path().join("c"), parts.path().join("linked"));
        assert_eq!(fields(), 3);
        link(parts.path(), more.path().join("c/back"));
        link(&more.path().join("c"), parts.path().join("again"));
        assert_eq!((fields(), documents(parts.path()).expect("documents").len()), (3, 4));
        // As many ways as there are numbers of twenty bits.
        for depth in 0..20 {
            let (own, next) =
                (more.path().join(depth.to_string()), more.path().join((depth + 1).to_string()));
            std::fs::create_dir(&own).expect("a folder");
            link(&next, own.join("one"));
            link(&next, own.join("two"));
        }
        std::fs::create_dir(more.path().join("20")).expect("a folder");
        link(&more.path().join("0"), parts.path().join("many"));
        assert_eq!(fields(), 3);
        link(&more.path().join("gone"), parts.path().join("nowhere"));
        assert!(refused(parts.path()).to_string().contains("nowhere"));
    }

    #[test]
    fn more_documents_than_a_schema_may_have_are_refused() {
        let parts = tempfile::tempdir().expect("a folder");
        for number in 0..compose::MAX_DOCUMENTS + 5 {
            std::fs::write(parts.path().join(format!("{number}.yaml")), "").expect("written");
        }
        let error = refused(parts.path());
        let ErrorKind::Document { source, .. } = error.kind() else { panic!("{error:?}") };
        assert!(source.to_string().contains("1000"), "{source}");
    }
}
