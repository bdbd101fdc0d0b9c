//! `trueline schema`: reading schema documents and telling what is wrong with them.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::path::Path;

use trueline::escape::escape_text;
use trueline::{Language, Schema};

use crate::arguments::{Schema as Arguments, SchemaCommand};
use crate::exit;

/// Schema documents larger than this are refused before they are read whole.
const MAX_DOCUMENT_BYTES: u64 = 1 << 20;

pub(crate) fn run(arguments: &Arguments) -> u8 {
    let SchemaCommand::Check { files } = &arguments.command;
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

/// Reads a schema document; what is wrong with it has been told when this gives an exit code back.
pub(crate) fn read(file: &Path) -> Result<Schema, u8> {
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
    Schema::parse(&text, language).map_err(|error| {
        let _ = writeln!(io::stderr(), "{}", error.render(&name, &text).trim_end());
        exit::USAGE
    })
}
