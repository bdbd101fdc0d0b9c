//! The canonical document.
//!
//! JSON with sorted keys, without defaults and without anything redundant. Keywords are written as items of `checks`, as they are
//! read from a document, so that both spellings give the same text. If you add a keyword, add it here too: two schemas that
//! validate data differently must never have the same fingerprint.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use crate::check::{Check, CheckKind, Severity, Tolerance};
use crate::csv::CsvFormat;
use crate::data_type::DataType;
use crate::field::{DEFAULT_FALSE, DEFAULT_TRUE, Field};
use crate::json::JsonFormat;
use crate::literal::{Literal, quote};
use crate::read::keyword;
use crate::resolve;
use crate::schema::Schema;

/// The canonical document of a schema.
pub(crate) fn write(schema: &Schema) -> String {
    let mut schema = schema.clone();
    resolve::normalize_checks(&mut schema);
    drop_default_ids(&mut schema);
    let mut document = Object::default();
    if let Some(name) = &schema.name {
        document.text("name", name);
    }
    document.word("extra_columns", schema.extra_columns, &keyword::EXTRA_COLUMNS);
    document.word("column_order", schema.column_order, &keyword::COLUMN_ORDER);
    let nulls = schema.null_values.as_deref().map(sorted).filter(|nulls| *nulls != [""]);
    if let Some(nulls) = &nulls {
        document.texts("null_values", nulls);
    }
    let schema_nulls = nulls.unwrap_or_else(|| vec![""]);
    document.list("fields", schema.fields.iter().map(|field| write_field(field, &schema_nulls)));
    document.list("checks", table_checks(&schema).map(|check| write_check(check, None)));
    document.object("csv", write_csv(&schema.csv));
    document.object("json", write_json(&schema.json));
    document.finish()
}

/// The checks to write for the schema: declared `structure` and `columns` checks unless they equal the implied ones, then all
/// others.
fn table_checks(schema: &Schema) -> impl Iterator<Item = &Check> {
    let implied = |check: &&Check| matches!(check.kind, CheckKind::Structure | CheckKind::Columns);
    let mut declared: Vec<&Check> =
        schema.checks.iter().filter(implied).filter(|check| !is_default(check)).collect();
    declared.sort_by_key(|check| check.kind.rank());
    declared.into_iter().chain(schema.checks.iter().filter(move |check| !implied(check)))
}

/// Whether a check has default values for everything except its kind and columns.
fn is_default(check: &Check) -> bool {
    let default = Check::new(check.kind.clone(), check.columns.clone());
    *check == default
}

/// Removes explicit ids that equal the default ids. Default ids of checks with the same base id are numbered together, so either
/// all ids of such a group are removed or none.
fn drop_default_ids(schema: &mut Schema) {
    let has_default_form = |check: &Check| {
        let base = resolve::base_id(check);
        check.id.strip_prefix(&base).is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
    };
    let mut unnamed = resolve::all_checks(schema);
    for check in unnamed.iter_mut().filter(|check| has_default_form(check)) {
        check.id.clear();
    }
    let defaults = resolve::default_ids_of(&unnamed);
    let mut kept_bases = HashSet::new();
    for ((check, default), resolved) in unnamed.iter().zip(defaults).zip(resolve::resolve(schema)) {
        if default.is_some_and(|default| default != resolved.id) {
            kept_bases.insert(resolve::base_id(check));
        }
    }
    let of_fields = schema.fields.iter_mut().flat_map(|field| &mut field.checks);
    for check in of_fields.chain(&mut schema.checks).filter(|check| has_default_form(check)) {
        if !kept_bases.contains(&resolve::base_id(check)) {
            check.id.clear();
        }
    }
}

fn write_field(field: &Field, schema_nulls: &[&str]) -> Object {
    let mut object = Object::default();
    object.text("name", &field.name);
    if field.data_type != DataType::Any {
        object.text("type", &field.data_type.to_string());
    }
    object.flag("optional", field.optional);
    object.flag("trim", field.trim);
    object.flag("coerce", field.coerce);
    object.flag("allow_nan", field.allow_nan);
    object.flag("allow_infinite", field.allow_infinite);
    object.flag("sensitive", field.sensitive);
    if let Some(nulls) = field.null_values.as_deref().map(sorted).filter(|nulls| nulls != schema_nulls) {
        object.texts("null_values", &nulls);
    }
    for (key, texts, default) in [
        ("true_values", &field.true_values, DEFAULT_TRUE),
        ("false_values", &field.false_values, DEFAULT_FALSE),
    ] {
        let texts = sorted(texts);
        if texts != sorted(&default) {
            object.texts(key, &texts);
        }
    }
    if let Some(character) = field.group_char {
        object.text("group_char", character.encode_utf8(&mut [0; 4]));
    }
    if field.decimal_char != '.' {
        object.text("decimal_char", field.decimal_char.encode_utf8(&mut [0; 4]));
    }
    if !field.formats.is_empty() {
        object.texts("format", &field.formats);
    }
    if !field.aliases.is_empty() {
        object.texts("aliases", &field.aliases);
    }
    let is_implied = |check: &&Check| {
        matches!(check.kind, CheckKind::Finite { .. })
            || (check.kind == CheckKind::Type && field.data_type != DataType::String)
    };
    let checks = field.checks.iter().filter(|check| !(is_implied(check) && is_default(check)));
    object.list("checks", checks.map(|check| write_check(check, Some(field))));
    object
}

/// Writes an item of `checks`, of the schema or of a field. In a field the column is implied.
fn write_check(check: &Check, field: Option<&Field>) -> Object {
    let mut object = Object::default();
    object.text("check", check.kind.name());
    check.kind.write(&mut object);
    if field.is_some_and(|field| field.data_type == DataType::Binary) {
        object.0.remove("unit");
    }
    if !check.id.is_empty() {
        object.text("id", &check.id);
    }
    match check.columns.as_slice() {
        [] => {}
        _ if field.is_some() => {}
        [column] => object.text("column", column),
        columns => object.texts("columns", columns),
    }
    object.word("severity", check.severity, &[("error", Severity::Error), ("warning", Severity::Warning)]);
    match check.tolerance {
        Some(Tolerance::Count(count)) if count > 0 => object.count("tolerance", Some(count)),
        Some(Tolerance::Fraction(fraction)) if fraction > 0.0 => object.fraction("tolerance", fraction),
        _ => {}
    }
    if let Some(message) = &check.message {
        object.text("message", message);
    }
    object.count("sample_limit", check.sample_limit);
    object
}

fn write_csv(csv: &CsvFormat) -> Object {
    let default = CsvFormat::default();
    let mut object = Object::default();
    if csv.delimiter != default.delimiter {
        object.text("delimiter", &char::from(csv.delimiter).to_string());
    }
    for (key, byte, default) in [
        ("quote", csv.quote, default.quote),
        ("escape", csv.escape, default.escape),
        ("comment", csv.comment, default.comment),
    ] {
        if byte != default {
            object.text(key, &byte.map_or_else(|| "none".to_owned(), |byte| char::from(byte).to_string()));
        }
    }
    object.word("terminator", csv.terminator, &keyword::TERMINATOR);
    if !csv.header {
        object.insert("header", "false".to_owned());
    }
    object.count("skip_lines", Some(csv.skip_lines).filter(|lines| *lines > 0));
    object.word("quoting", csv.lenient, &keyword::QUOTING);
    object.word("blank_lines", csv.blank_lines_are_records, &keyword::BLANK_LINES);
    object
}

fn write_json(json: &JsonFormat) -> Object {
    let mut object = Object::default();
    object.word("duplicate_keys", json.duplicate_keys, &keyword::DUPLICATE_KEYS);
    object
}

/// The strings of a set, sorted and without duplicates.
fn sorted<T: AsRef<str>>(texts: &[T]) -> Vec<&str> {
    let mut texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// A JSON object that is being built; its values are JSON text.
#[derive(Default)]
pub(crate) struct Object(BTreeMap<&'static str, String>);

impl Object {
    fn insert(&mut self, key: &'static str, json: String) {
        self.0.insert(key, json);
    }

    pub(crate) fn text(&mut self, key: &'static str, text: &str) {
        self.insert(key, quote(text));
    }

    pub(crate) fn texts<T: AsRef<str>>(&mut self, key: &'static str, texts: &[T]) {
        self.insert(key, array(texts.iter().map(|text| quote(text.as_ref()))));
    }

    pub(crate) fn literal(&mut self, key: &'static str, literal: &Literal) {
        self.insert(key, literal.quoted());
    }

    pub(crate) fn literals(&mut self, key: &'static str, literals: &[Literal]) {
        self.insert(key, array(literals.iter().map(Literal::quoted)));
    }

    /// A flag that is false by default.
    pub(crate) fn flag(&mut self, key: &'static str, is_set: bool) {
        if is_set {
            self.insert(key, "true".to_owned());
        }
    }

    pub(crate) fn count(&mut self, key: &'static str, count: Option<u64>) {
        if let Some(count) = count {
            self.insert(key, count.to_string());
        }
    }

    /// A number from 0 to 1; it keeps a decimal point or exponent, which distinguishes it from a count.
    pub(crate) fn fraction(&mut self, key: &'static str, fraction: f64) {
        self.insert(key, format!("{fraction:?}"));
    }

    /// A word; the default is left out.
    pub(crate) fn word<T: Copy + Default + PartialEq>(
        &mut self,
        key: &'static str,
        value: T,
        words: &[(&str, T)],
    ) {
        if value != T::default()
            && let Some((word, _)) = words.iter().find(|(_, other)| *other == value)
        {
            self.text(key, word);
        }
    }

    /// A list; an empty one is left out.
    fn list(&mut self, key: &'static str, objects: impl Iterator<Item = Object>) {
        let json = array(objects.map(Object::finish));
        if json != "[]" {
            self.insert(key, json);
        }
    }

    /// An object; an empty one is left out.
    fn object(&mut self, key: &'static str, object: Object) {
        if !object.0.is_empty() {
            self.insert(key, object.finish());
        }
    }

    fn finish(self) -> String {
        let mut out = String::from("{");
        for (index, (key, json)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let _infallible = write!(out, "{comma}\"{key}\":{json}");
        }
        out.push('}');
        out
    }
}

fn array(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}
