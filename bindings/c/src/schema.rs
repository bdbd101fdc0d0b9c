//! A schema document that was read.

use std::path::Path;

use crate::fault::{self, Fault, fault};
use crate::status::Status;

/// A schema document that was read and can be compiled. Free it with `trueline_schema_free`.
pub struct Schema {
    pub(crate) document: trueline::Schema,
}

/// The language of a schema document.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// YAML.
    Yaml = 0,
    /// JSON.
    Json = 1,
    /// TOML.
    Toml = 2,
}

impl Language {
    pub(crate) fn of(number: u32) -> Result<trueline::Language, Fault> {
        match number {
            0 => Ok(trueline::Language::Yaml),
            1 => Ok(trueline::Language::Json),
            2 => Ok(trueline::Language::Toml),
            _ => Err(fault::no_member("language", number, "TruelineLanguage")),
        }
    }
}

impl Schema {
    /// Reads a document, which `name` names in errors.
    pub(crate) fn parse(text: &str, language: trueline::Language, name: &str) -> Result<Self, Fault> {
        let document =
            trueline::Schema::parse(text, language).map_err(|error| fault::schema(&error, name, text))?;
        // What cannot be compiled is no schema either.
        trueline::Validator::builder(document.clone()).threads(1).build()?;
        Ok(Self { document })
    }

    /// Reads a file, whose ending says its language.
    pub(crate) fn read(path: &str) -> Result<Self, Fault> {
        let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
        let Some(language) = extension.and_then(trueline::Language::from_extension) else {
            let message = format!("the schema `{path}` must end in .yaml, .yml, .json or .toml");
            return Err(fault(Status::Schema, c"schema.language", message));
        };
        let text = std::fs::read(path).map_err(|error| {
            fault(Status::Input, c"input.schema", format!("the schema `{path}` cannot be read: {error}"))
        })?;
        let text = String::from_utf8(text).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let message = format!("the schema `{path}` is not UTF-8 from byte {at} on");
            fault(Status::Utf8, c"schema.utf8", message)
        })?;
        Self::parse(&text, language, path)
    }
}
