//! What is said of a field that no column is: what stands there instead, and what would help.

use std::fmt::Write;

use trueline_report::escape::truncate;
use trueline_schema::{Field, Schema, nearest};

/// How many columns are named before the rest is counted.
const NAMED: usize = 6;
/// How many bytes of a name are shown, and of a header that is one name.
const NAME_BYTES: usize = 40;
const HEADER_BYTES: usize = 120;

/// What may be between the fields of text, and how a schema writes it.
const DELIMITERS: [(char, &str); 4] = [(',', ","), (';', ";"), ('\t', "\\t"), ('|', "|")];

/// The message of a missing field, given the names of the columns that are there; `is_text` if they are those of CSV.
pub(super) fn message<N: AsRef<str>>(schema: &Schema, field: &Field, names: &[N], is_text: bool) -> String {
    let hint = Some(names)
        .filter(|_| is_text)
        .and_then(|names| other_delimiter(schema, field, names))
        .or_else(|| other_spelling(schema, field, names))
        .unwrap_or_else(|| there(schema, names, is_text));
    format!("the column is missing; {hint}")
}

/// The only column has the name within, behind or before what may be a delimiter.
fn other_delimiter<N: AsRef<str>>(schema: &Schema, field: &Field, names: &[N]) -> Option<String> {
    let [name] = names else { return None };
    let name = name.as_ref();
    let (_, delimiter) = DELIMITERS.iter().find(|(delimiter, _)| {
        let is_within = || name.split(*delimiter).any(|part| is_name(field, part.trim_matches('"')));
        u32::from(*delimiter) != u32::from(schema.csv.delimiter) && name.contains(*delimiter) && is_within()
    })?;
    Some(format!(
        "all of the header is one column, {}: for this delimiter the schema says `csv: {{delimiter: \"{delimiter}\"}}`",
        tick(name, HEADER_BYTES)
    ))
}

/// A column that is no field has a name like it.
fn other_spelling<N: AsRef<str>>(schema: &Schema, field: &Field, names: &[N]) -> Option<String> {
    let free = || names.iter().map(AsRef::as_ref).filter(|name| !is_declared(schema, name));
    let found = std::iter::once(&field.name)
        .chain(&field.aliases)
        .find_map(|name| nearest(name, free().filter(|name| !name.trim().is_empty())))?;
    let place = names.iter().position(|name| *name.as_ref() == *found)? + 1;
    Some(format!(
        "column {place} is called {}: if that is it, rename it or add the name to the field's `aliases`",
        tick(&found, NAME_BYTES)
    ))
}

/// The columns that are there.
fn there<N: AsRef<str>>(schema: &Schema, names: &[N], is_text: bool) -> String {
    if names.is_empty() {
        return "there is no column at all".to_owned();
    }
    let mut text = String::from("there are ");
    for (index, name) in names.iter().take(NAMED).enumerate() {
        let between = if index == 0 { "" } else { ", " };
        let _ = write!(text, "{between}{}", tick(name.as_ref(), NAME_BYTES));
    }
    if let Some(more @ 1..) = names.len().checked_sub(NAMED) {
        let _ = write!(text, " and {more} more");
    }
    let is_any_known = names.iter().any(|name| is_declared(schema, name.as_ref()));
    if is_text && !is_any_known && names.len() >= schema.fields.len() {
        text.push_str(": if that is no header but data, the schema says `csv: {header: false}`");
    }
    text
}

fn is_name(field: &Field, name: &str) -> bool {
    field.name == name || field.aliases.iter().any(|alias| alias == name)
}

fn is_declared(schema: &Schema, name: &str) -> bool {
    schema.fields.iter().any(|field| is_name(field, name))
}

/// A name in back ticks, cut when long.
fn tick(name: &str, limit_bytes: usize) -> String {
    let shown = truncate(name, limit_bytes);
    format!("`{shown}{}`", if shown.len() < name.len() { "…" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(names: &[&str]) -> String {
        let text =
            "fields:\n  - {name: id, type: int64}\n  - {name: amount, type: float64, aliases: [betrag]}\n";
        let schema = Schema::from_yaml(text).expect("a schema");
        message(&schema, &schema.fields[1], names, true)
    }

    #[test]
    fn another_spelling_is_named_with_its_place() {
        for (column, names) in
            [(2, ["id", "Amount"]), (2, ["id", "amount "]), (1, ["amonut", "id"]), (2, ["id", "Betrag"])]
        {
            let name = names[column - 1];
            assert_eq!(
                said(&names),
                format!(
                    "the column is missing; column {column} is called `{name}`: if that is it, rename it or add the name to the field's `aliases`"
                )
            );
        }
    }

    #[test]
    fn a_column_of_another_field_is_not_meant() {
        assert_eq!(said(&["id", "ids"]), "the column is missing; there are `id`, `ids`");
    }

    #[test]
    fn a_header_of_one_column_tells_its_delimiter() {
        for (header, delimiter) in [("id;amount", ";"), ("id\tamount", "\\t"), ("id|\"amount\"|x", "|")] {
            let text = said(&[header]);
            assert!(
                text.ends_with(&format!("the schema says `csv: {{delimiter: \"{delimiter}\"}}`")),
                "{text}"
            );
        }
        assert!(said(&["id,amount"]).ends_with("there are `id,amount`"), "its own is not another one");
    }

    #[test]
    fn many_columns_are_counted_and_data_may_be_no_header() {
        let names: Vec<String> = (0..9).map(|number| format!("{number}.5")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let expected = "the column is missing; there are `0.5`, `1.5`, `2.5`, `3.5`, `4.5`, `5.5` and 3 more: \
                        if that is no header but data, the schema says `csv: {header: false}`";
        assert_eq!(said(&names), expected);
        assert_eq!(said(&[]), "the column is missing; there is no column at all");
        let long = "x".repeat(1000);
        assert!(said(&["id", &long]).len() < 120);
    }
}
