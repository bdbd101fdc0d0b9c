//! `trueline schema`: reading schema documents and telling what is wrong with them.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use trueline::escape::escape_text;
use trueline::fingerprint::{self, FilesOptions};
use trueline::{Error, ErrorKind, Schema, document};

use crate::arguments::{Algorithm, Schema as Arguments, SchemaCommand};
use crate::exit;

pub(crate) fn run(arguments: &Arguments) -> u8 {
    match &arguments.command {
        SchemaCommand::Check { files } => check(files),
        SchemaCommand::Compose { folder } => match document::compose(folder) {
            Ok(composed) => exit::print(composed.yaml.as_bytes(), exit::SUCCESS),
            Err(error) => refuse(&error),
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
pub(crate) fn read(path: &Path) -> Result<Schema, u8> {
    document::read(path).map_err(|error| refuse(&error))
}

/// Tells what is wrong with schema documents, and where.
fn refuse(error: &Error) -> u8 {
    let ErrorKind::Document { rendered, .. } = error.kind() else { return exit::fail(error, exit::USAGE) };
    let _ = writeln!(io::stderr(), "{}", rendered.trim_end());
    exit::USAGE
}
