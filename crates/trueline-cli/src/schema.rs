//! `trueline schema`: reading schema documents and telling what is wrong with them.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use trueline::escape::escape_text;
use trueline::fingerprint::{self, FilesOptions};
use trueline::schema::compose::{Composed, Document, compose};
use trueline::{Language, Schema};

use crate::arguments::{Algorithm, Schema as Arguments, SchemaCommand};
use crate::exit;

/// Schema documents larger than this are refused before they are read whole.
const MAX_DOCUMENT_BYTES: u64 = 1 << 20;

pub(crate) fn run(arguments: &Arguments) -> u8 {
    match &arguments.command {
        SchemaCommand::Check { files } => check(files),
        SchemaCommand::Compose { folder } => match read_folder(folder) {
            Ok(composed) => exit::print(composed.yaml.as_bytes(), exit::SUCCESS),
            Err(code) => code,
        },
        SchemaCommand::Fingerprint { paths, algorithm, each } => hash(paths, *algorithm, *each),
    }
}

fn check(files: &[PathBuf]) -> u8 {
    let mut code = exit::SUCCESS;
    let mut lines = String::new();
    for file in files {
        match read(file) {
            Ok(schema) => {
                let name = escape_text(&file.display().to_string()).into_owned();
                let (fields, checks) = (schema.fields.len(), schema.resolved_checks().len());
                // Writing into a String cannot fail.
                let _ =
                    writeln!(lines, "{name}: ok, {fields} fields, {checks} checks, {}", schema.fingerprint());
            }
            Err(failed) => code = failed,
        }
    }
    exit::print(lines.as_bytes(), code)
}

/// Prints the hash of all files, behind those of each where these are wanted.
fn hash(paths: &[PathBuf], algorithm: Algorithm, each: bool) -> u8 {
    let algorithm = match algorithm {
        Algorithm::Blake3 => fingerprint::Algorithm::Blake3,
        Algorithm::Sha256 => fingerprint::Algorithm::Sha256,
    };
    let found = match fingerprint::files(paths, &FilesOptions::default().algorithm(algorithm)) {
        Ok(found) => found,
        Err(error) => return exit::fail(&error, exit::UNREADABLE),
    };
    let mut lines = String::new();
    for file in found.files.iter().filter(|_| each) {
        let _ = writeln!(lines, "{}  {}", file.hash, escape_text(&file.path.display().to_string()));
    }
    let _ = writeln!(lines, "{}", found.hash);
    exit::print(lines.as_bytes(), exit::SUCCESS)
}

/// Reads a schema document, or all below a folder; what is wrong with it has been told when this gives an exit code back.
pub(crate) fn read(file: &Path) -> Result<Schema, u8> {
    if file.is_dir() {
        return read_folder(file).map(|composed| composed.schema);
    }
    let (text, language) = read_text(file)?;
    Schema::parse(&text, language).map_err(|error| {
        let name = file.display().to_string();
        let _ = writeln!(io::stderr(), "{}", error.render(&name, &text).trim_end());
        exit::USAGE
    })
}

/// Composes a schema of all documents below a folder, in the order of their paths.
fn read_folder(folder: &Path) -> Result<Composed, u8> {
    let mut files = Vec::new();
    let listed = list(folder, &mut files);
    listed.map_err(|error| {
        exit::complain(&format!("the folder {} could not be read: {error}", folder.display()), exit::USAGE)
    })?;
    files.sort_unstable_by(|one, other| {
        one.as_os_str().as_encoded_bytes().cmp(other.as_os_str().as_encoded_bytes())
    });
    if files.is_empty() {
        let text = format!("the folder {} has no .yaml, .yml, .json or .toml file", folder.display());
        return Err(exit::complain(&text, exit::USAGE));
    }
    let mut texts = Vec::with_capacity(files.len());
    for file in &files {
        let (text, language) = read_text(file)?;
        texts.push((file.display().to_string(), text, language));
    }
    let documents: Vec<Document<'_>> =
        texts.iter().map(|(name, text, language)| Document { name, text, language: *language }).collect();
    compose(&documents).map_err(|error| {
        let _ = writeln!(io::stderr(), "{}", error.render_documents(&documents).trim_end());
        exit::USAGE
    })
}

/// All schema documents below a folder; hidden ones, and links to folders, are left alone.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let extension = path.extension().map(|extension| extension.to_string_lossy().into_owned());
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            list(&path, files)?;
        } else if extension.is_some_and(|extension| Language::from_extension(&extension).is_some()) {
            files.push(path);
        }
    }
    Ok(())
}

/// Reads the text of a schema document; what is wrong with it has been told when this gives an exit code back.
fn read_text(file: &Path) -> Result<(String, Language), u8> {
    let name = file.display().to_string();
    let extension =
        file.extension().map(|extension| extension.to_string_lossy().into_owned()).unwrap_or_default();
    let Some(language) = Language::from_extension(&extension) else {
        let text = format!("the schema {name} must be a .yaml, .yml, .json or .toml file");
        return Err(exit::complain(&text, exit::USAGE));
    };
    let unreadable = |error: &dyn std::fmt::Display| {
        exit::complain(&format!("the schema {name} could not be read: {error}"), exit::USAGE)
    };
    let mut bytes = Vec::new();
    std::fs::File::open(file)
        .and_then(|file| file.take(MAX_DOCUMENT_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MAX_DOCUMENT_BYTES {
        return Err(unreadable(&"it is larger than 1 MiB"));
    }
    let text = String::from_utf8(bytes).map_err(|error| unreadable(&error))?;
    Ok((text, language))
}
