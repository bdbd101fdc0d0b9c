//! Parsed schema documents.

use crate::fault::{self, Fault};

/// A parsed schema document that can be compiled. Free it with `trueline_schema_free`.
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
            _ => Err(fault::not_a_member("language", number, "TruelineLanguage")),
        }
    }
}

impl Schema {
    /// Parses a document; `name` identifies it in errors.
    pub(crate) fn parse(text: &str, language: trueline::Language, name: &str) -> Result<Self, Fault> {
        Self::of(
            trueline::Schema::parse(text, language)
                .map_err(|error| fault::schema(&error, error.render(name, text)))?,
        )
    }

    /// Reads a file, whose extension gives its language, or all documents below a folder.
    pub(crate) fn read(path: &str) -> Result<Self, Fault> {
        Self::of(trueline::document::read(path)?)
    }

    /// Refuses a schema that cannot be compiled.
    fn of(document: trueline::Schema) -> Result<Self, Fault> {
        trueline::Validator::builder(document.clone()).threads(1).build()?;
        Ok(Self { document })
    }
}
