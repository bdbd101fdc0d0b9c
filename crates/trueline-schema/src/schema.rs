//! The schema: what one table should be.

use crate::canonical;
use crate::check::{Check, CheckKind};
use crate::csv::CsvFormat;
use crate::data_type::DataType;
use crate::error::Error;
use crate::field::Field;
use crate::json::JsonFormat;
use crate::{document, read, resolve};

/// What one table should be: its columns, the checks over them and how text formats are read.
///
/// # Example
/// ```
/// use trueline_schema::Schema;
/// let schema = Schema::from_yaml("fields:\n  - {name: amount, type: float64, minimum: 0.01}\n")?;
/// let ids: Vec<String> = schema.resolved_checks().into_iter().map(|check| check.id).collect();
/// assert_eq!(ids, ["structure", "table.columns", "amount.type", "amount.finite", "amount.range"]);
/// # Ok::<(), trueline_schema::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Schema {
    /// The name of the schema.
    pub name: Option<String>,
    /// What the schema is for; no part of its meaning.
    pub description: Option<String>,
    /// The columns, in order.
    pub fields: Vec<Field>,
    /// Checks over the table or over several columns. A check of one column stands in its field.
    pub checks: Vec<Check>,
    /// Whether columns that no field declares may be there; they may by default.
    pub extra_columns: ExtraColumns,
    /// Whether the columns must stand in the order of the fields; any order will do by default.
    pub column_order: ColumnOrder,
    /// The texts that mean null in text formats; by default only the empty text does.
    pub null_values: Option<Vec<String>>,
    /// How CSV files are read.
    pub csv: CsvFormat,
    /// How JSON Lines are read.
    pub json: JsonFormat,
}

impl Schema {
    /// Reads a schema document.
    ///
    /// # Errors
    /// All faults of the document, in the order of their places: see [`Error::errors`].
    pub fn parse(text: &str, language: Language) -> Result<Self, Error> {
        let document = document::parse(text, language)?;
        read::schema(&document)
    }

    /// Reads a YAML 1.2 document.
    ///
    /// # Errors
    /// As [`Schema::parse`].
    pub fn from_yaml(text: &str) -> Result<Self, Error> {
        Self::parse(text, Language::Yaml)
    }

    /// Reads a JSON document.
    ///
    /// # Errors
    /// As [`Schema::parse`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::parse(text, Language::Json)
    }

    /// Reads a TOML document.
    ///
    /// # Errors
    /// As [`Schema::parse`].
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        Self::parse(text, Language::Toml)
    }

    /// Every check that the schema asks for, the implied ones included, with its final id, in the order of reports.
    ///
    /// That order is: `structure`, `columns`, then field by field `type`, `finite`, `required` and the others in the
    /// order of [`CheckKind`](crate::CheckKind), then the checks over the table or several columns as they were written.
    /// `type` is implied for every field that is neither `string` (but see [`with_typed_text`](Self::with_typed_text)) nor `any`, `finite` for floats unless both
    /// `allow_nan` and `allow_infinite` are set.
    pub fn resolved_checks(&self) -> Vec<Check> {
        resolve::resolve(self)
    }

    /// The schema for formats whose values are of some kind before anyone asks, as those of JSON and Arrow are: there a `string` field may
    /// be given a number, so it implies `type` like any other.
    ///
    /// Reports name the schema as it is; this one is for what runs its checks.
    #[must_use]
    pub fn with_typed_text(&self) -> Self {
        let mut schema = self.clone();
        for field in &mut schema.fields {
            let is_declared = field.checks.iter().any(|check| check.kind == CheckKind::Type);
            let elsewhere = |check: &Check| check.kind == CheckKind::Type && *check.columns == [&*field.name];
            if field.data_type == DataType::String && !is_declared && !self.checks.iter().any(elsewhere) {
                field.checks.push(Check::new(CheckKind::Type, vec![field.name.clone()]));
            }
        }
        schema
    }

    /// The schema for single records: without the checks that speak of a table as a whole, such as `row_count`.
    ///
    /// Reports name the schema as it is; this one is for what runs its checks.
    #[must_use]
    pub fn of_records(&self) -> Self {
        let mut schema = self.clone();
        schema.checks.retain(|check| !check.kind.is_of_table());
        for field in &mut schema.fields {
            field.checks.retain(|check| !check.kind.is_of_table());
        }
        schema
    }

    /// The canonical document: JSON with sorted keys, without defaults, titles and descriptions.
    ///
    /// Schemas of equal meaning have equal canonical text, whatever language and order they were written in, and the
    /// text parses to a schema of that meaning. Schemas with equal canonical text judge data alike, down to the ids and
    /// messages of the report.
    pub fn canonical(&self) -> String {
        canonical::write(self)
    }

    /// `blake3:` and the hexadecimal BLAKE3 hash of [`canonical`](Self::canonical).
    pub fn fingerprint(&self) -> String {
        format!("blake3:{}", blake3::hash(self.canonical().as_bytes()).to_hex())
    }

    /// The texts that mean null for a field: its own, else the schema's, else only the empty text.
    pub fn null_values_for(&self, field: &Field) -> Vec<String> {
        let declared = field.null_values.as_ref().or(self.null_values.as_ref());
        declared.cloned().unwrap_or_else(|| vec![String::new()])
    }

    /// The field of this name; aliases are not looked at.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// The language of a schema document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// YAML 1.2, core schema.
    Yaml,
    /// JSON (RFC 8259).
    Json,
    /// TOML 1.0.
    Toml,
}

impl Language {
    /// The language of a file name extension (`yaml`, `yml`, `json`, `toml`, in any case, without the dot).
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }

    /// The name of the language.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yaml => "YAML",
            Self::Json => "JSON",
            Self::Toml => "TOML",
        }
    }
}

/// Whether columns that no field declares may be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ExtraColumns {
    /// They may; nothing is said about them.
    #[default]
    Allow,
    /// Each is a fault.
    Forbid,
}

/// Whether columns must stand in the order of the fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ColumnOrder {
    /// Any order will do.
    #[default]
    Any,
    /// The order of the fields.
    Exact,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_implies_its_type_where_values_have_kinds() {
        let schema = Schema::from_yaml(
            "fields: [{name: a, type: string, required: true}, {name: b, type: int8}, {name: c}, \
             {name: d, type: string, checks: [{check: type, tolerance: 1}]}, \
             {name: e, type: string, severity: warning}]",
        )
        .expect("a schema");
        let ids = |schema: &Schema| -> Vec<String> {
            schema.resolved_checks().into_iter().skip(2).map(|check| check.id).collect()
        };
        assert_eq!(ids(&schema), ["a.required", "b.type", "d.type", "e.type"]);
        let typed = schema.with_typed_text();
        assert_eq!(ids(&typed), ["a.type", "a.required", "b.type", "d.type", "e.type"]);
        assert_eq!(typed.with_typed_text(), typed);
        let is_warning = |check: &Check| check.severity == crate::Severity::Warning;
        assert!(typed.fields[4].checks.iter().all(is_warning));
    }
}
