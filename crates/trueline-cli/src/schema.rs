//! `trueline schema`: checks, infers, composes and hashes schema documents.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use trueline::escape::escape_text;
use trueline::fingerprint::{self, FilesOptions};
use trueline::schema::compose::{Document, compose};
use trueline::{Error, ErrorKind, Language, Schema, document};

use crate::arguments::{Algorithm, Format, Schema as Arguments, SchemaCommand};
use crate::{exit, input};

pub(crate) fn run(arguments: &Arguments) -> u8 {
    match &arguments.command {
        SchemaCommand::Check { files } => check(files),
        SchemaCommand::Infer { input, format } => infer(input, *format),
        SchemaCommand::Compose { folder } => match document::compose(folder) {
            Ok(composed) => exit::print(composed.yaml.as_bytes(), exit::SUCCESS),
            Err(error) => fail(&error),
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

/// Prints a schema with the inferred names and types, as a starting point.
fn infer(input: &OsStr, format: Option<Format>) -> u8 {
    let sources = match input::sources(input) {
        Ok(sources) => sources,
        Err(error) => return exit::fail(&error, exit::UNREADABLE),
    };
    let [source] = &*sources else {
        return exit::print_error("a schema is inferred from one input; name one", exit::USAGE);
    };
    let mut schema = match trueline::infer(&**source, format.map(Format::format)) {
        Ok(schema) => schema,
        Err(error) => return exit::fail(&error, exit::UNREADABLE),
    };
    let columns = schema.fields.len();
    schema.fields.retain(|field| !field.name.is_empty());
    if schema.fields.len() < columns {
        exit::print_note("a column without a name was left out, because a schema cannot declare it");
    } else if columns == 0 {
        exit::print_note("no column was found");
    }
    let text = with_keywords(&schema.canonical());
    match compose(&[Document { name: source.name(), text: &text, language: Language::Json }]) {
        Ok(composed) => {
            let name = escape_text(source.name());
            let yaml = &composed.yaml;
            let text = format!("# Inferred from {name}. Add what must hold.\n{yaml}");
            exit::print(text.as_bytes(), exit::SUCCESS)
        }
        Err(error) => exit::fail(&error, exit::USAGE),
    }
}

/// Returns a canonical document with the keyword `required` in place of the check, as people write it.
fn with_keywords(canonical: &str) -> String {
    let Ok(mut document) = serde_json::from_str::<Value>(canonical) else { return canonical.to_owned() };
    let required = json!([{"check": "required"}]);
    for field in document.get_mut("fields").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(field) = field.as_object_mut()
            && field.get("checks") == Some(&required)
        {
            field.remove("checks");
            field.insert("required".to_owned(), Value::Bool(true));
        }
    }
    document.to_string()
}

/// Prints one hash over all files, after the hash of each file if requested.
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

/// Reads a schema document, or all documents below a folder. On an error, prints it and returns the exit code.
pub(crate) fn read(path: &Path) -> Result<Schema, u8> {
    document::read(path).map_err(|error| fail(&error))
}

/// Prints the errors of schema documents, with their locations, and returns the exit code.
fn fail(error: &Error) -> u8 {
    let ErrorKind::Document { rendered, .. } = error.kind() else { return exit::fail(error, exit::USAGE) };
    let _ = writeln!(io::stderr(), "{}", rendered.trim_end());
    exit::USAGE
}
