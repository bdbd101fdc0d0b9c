//! The schema of one table.

use crate::canonical;
use crate::check::{Check, CheckKind};
use crate::csv::CsvFormat;
use crate::data_type::DataType;
use crate::error::Error;
use crate::field::Field;
use crate::json::JsonFormat;
use crate::{document, read, resolve, rule};

/// The schema of one table: its columns, its checks and how text formats are read.
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
    /// What the schema is for; it does not affect validation.
    pub description: Option<String>,
    /// The columns, in order.
    pub fields: Vec<Field>,
    /// Checks on the table or on several columns. Checks on one column belong to its field.
    pub checks: Vec<Check>,
    /// Whether columns that no field declares are allowed; they are by default.
    pub extra_columns: ExtraColumns,
    /// Whether the columns must have the order of the fields; any order is allowed by default.
    pub column_order: ColumnOrder,
    /// The strings that mean null in text formats; by default only the empty string does.
    pub null_values: Option<Vec<String>>,
    /// How CSV files are read.
    pub csv: CsvFormat,
    /// How JSON Lines are read.
    pub json: JsonFormat,
}

impl Schema {
    /// Parses a schema document.
    ///
    /// # Errors
    /// All errors in the document, in the order of their locations: see [`Error::errors`].
    pub fn parse(text: &str, language: Language) -> Result<Self, Error> {
        let document = document::parse(text, language)?;
        read::schema(&document)
    }

    /// Parses a YAML 1.2 document.
    ///
    /// # Errors
    /// As [`Schema::parse`].
    pub fn from_yaml(text: &str) -> Result<Self, Error> {
        Self::parse(text, Language::Yaml)
    }

    /// Parses a JSON document.
    ///
    /// # Errors
    /// As [`Schema::parse`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::parse(text, Language::Json)
    }

    /// Parses a TOML document.
    ///
    /// # Errors
    /// As [`Schema::parse`].
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        Self::parse(text, Language::Toml)
    }

    /// Checks a schema made in code: it must satisfy the rules that documents must satisfy, such as unique names, parameters of
    /// types within their limits, and bounds that are values of the field's type. A schema that was parsed satisfies them.
    ///
    /// Regular expressions are not compiled here, because that takes longer than everything else; whoever runs the schema
    /// compiles them ([`pattern::compile`](crate::pattern::compile)).
    ///
    /// # Errors
    /// All errors, without locations, but with their paths: see [`Problem::path`](crate::Problem::path).
    ///
    /// # Example
    /// ```
    /// use trueline_schema::{DataType, Field, Schema};
    /// let mut schema = Schema::default();
    /// schema.fields.push(Field::new("amount", DataType::Decimal { precision: 5, scale: 9 }));
    /// let Err(error) = schema.check() else { panic!("there is no such type") };
    /// assert_eq!(error.to_string(), "field `amount`: `type` has more digits after the point than digits");
    /// assert_eq!(error.errors()[0].path(), Some("fields[0]"));
    /// ```
    pub fn check(&self) -> Result<(), Error> {
        rule::check_schema(self)
    }

    /// Returns all checks of the schema, including implied ones, with their final ids, in report order.
    ///
    /// The order is: `structure`, `columns`, then for each field `type`, `finite`, `required` and the others in the order of
    /// [`CheckKind`](crate::CheckKind), then the checks on the table or on several columns as written. `type` is implied for
    /// every field that is neither `string` (but see [`with_typed_text`](Self::with_typed_text)) nor `any`; `finite` is implied
    /// for floats unless both `allow_nan` and `allow_infinite` are set.
    pub fn resolved_checks(&self) -> Vec<Check> {
        resolve::resolve(self)
    }

    /// Returns the schema for formats with typed values, such as JSON and Arrow. There a `string` field may contain a number, so
    /// `string` implies a `type` check like any other type.
    ///
    /// Use it only to run the checks: reports refer to the original schema.
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

    /// Returns the schema for single records, without checks on the table as a whole, such as `row_count`.
    ///
    /// Use it only to run the checks: reports refer to the original schema.
    #[must_use]
    pub fn of_records(&self) -> Self {
        let mut schema = self.clone();
        schema.checks.retain(|check| !check.kind.is_of_table());
        for field in &mut schema.fields {
            field.checks.retain(|check| !check.kind.is_of_table());
        }
        schema
    }

    /// Returns the canonical document: JSON with sorted keys, without defaults, titles and descriptions.
    ///
    /// Schemas with the same meaning have the same canonical text, regardless of the language and order in which they were
    /// written, and the text parses to a schema with that meaning. Schemas with the same canonical text validate data
    /// identically, including the ids and messages in the report.
    pub fn canonical(&self) -> String {
        canonical::write(self)
    }

    /// Returns `blake3:` followed by the hexadecimal BLAKE3 hash of [`canonical`](Self::canonical).
    pub fn fingerprint(&self) -> String {
        format!("blake3:{}", blake3::hash(self.canonical().as_bytes()).to_hex())
    }

    /// Returns the strings that mean null for a field: its own, otherwise the schema's, otherwise only the empty string.
    pub fn null_values_for(&self, field: &Field) -> Vec<String> {
        let declared = field.null_values.as_ref().or(self.null_values.as_ref());
        declared.cloned().unwrap_or_else(|| vec![String::new()])
    }

    /// Returns the field with this name; aliases are ignored.
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
    /// Returns the language for a file name extension (`yaml`, `yml`, `json` or `toml`, in any case, without the dot).
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }

    /// Returns the name of the language.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yaml => "YAML",
            Self::Json => "JSON",
            Self::Toml => "TOML",
        }
    }
}

/// Whether columns that no field declares are allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ExtraColumns {
    /// They are allowed and ignored.
    #[default]
    Allow,
    /// Each is a violation.
    Forbid,
}

/// Whether columns must have the order of the fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ColumnOrder {
    /// Any order is allowed.
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
