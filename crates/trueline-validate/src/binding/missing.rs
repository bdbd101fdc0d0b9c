//! What is said of a field that no column is: what stands there instead, and what would help.

use std::collections::HashSet;
use std::fmt::Write;

use trueline_report::escape::truncate;
use trueline_schema::{Field, Schema, nearest};

/// How many columns are named before the rest is counted.
const NAMED: usize = 6;
/// How many bytes of a name are shown, and of a header that is one name.
const NAME_BYTES: usize = 40;
const HEADER_BYTES: usize = 120;
/// How many pairs of a field and a column are compared at most, which takes some ten milliseconds.
const MOST_PAIRS: usize = 20_000;

/// What may be between the fields of text, and how a schema writes it.
const DELIMITERS: [(char, &str); 4] = [(',', ","), (';', ";"), ('\t', "\\t"), ('|', "|")];

/// The columns of an input, asked for fields that are not among them.
pub(super) struct Missing<'a> {
    schema: &'a Schema,
    names: Vec<&'a str>,
    /// The names that no field has.
    free: Vec<&'a str>,
    /// Whether they are the columns of CSV.
    is_text: bool,
    /// How many pairs may still be compared.
    pairs: usize,
}

impl<'a> Missing<'a> {
    pub(super) fn new<N: AsRef<str>>(schema: &'a Schema, names: &'a [N], is_text: bool) -> Self {
        let declared: HashSet<&str> = schema.fields.iter().flat_map(names_of).map(String::as_str).collect();
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        let is_free = |name: &&str| !name.trim().is_empty() && !declared.contains(name);
        let free = names.iter().copied().filter(is_free).collect();
        Self { schema, names, free, is_text, pairs: MOST_PAIRS }
    }

    /// The message of a field.
    pub(super) fn message(&mut self, field: &Field) -> String {
        let hint = self
            .other_delimiter(field)
            .or_else(|| self.other_spelling(field))
            .unwrap_or_else(|| self.there());
        format!("the column is missing; {hint}")
    }

    /// The only column of a text has the name within, behind or before what may be a delimiter.
    fn other_delimiter(&self, field: &Field) -> Option<String> {
        let [header] = *self.names else { return None };
        let is_name = |part: &str| names_of(field).any(|name| name == part.trim().trim_matches('"'));
        let (_, delimiter) = DELIMITERS.iter().find(|(delimiter, _)| {
            u32::from(*delimiter) != u32::from(self.schema.csv.delimiter)
                && header.contains(*delimiter)
                && header.split(*delimiter).any(is_name)
        })?;
        self.is_text.then(|| {
            format!(
                "all of the header is one column, {}: for this delimiter the schema says `csv: {{delimiter: \"{delimiter}\"}}`",
                tick(header, HEADER_BYTES)
            )
        })
    }

    /// A column that is no field has a name like it.
    fn other_spelling(&mut self, field: &Field) -> Option<String> {
        self.pairs = self.pairs.checked_sub(self.free.len() * (1 + field.aliases.len()))?;
        let found = names_of(field).find_map(|name| nearest(name, self.free.iter().copied()))?;
        let place = self.names.iter().position(|name| *name == found)? + 1;
        Some(format!(
            "column {place} is called {}: if that is it, rename it or add the name to the field's `aliases`",
            tick(&found, NAME_BYTES)
        ))
    }

    /// The columns that are there.
    fn there(&self) -> String {
        if self.names.is_empty() {
            return "there is no column at all".to_owned();
        }
        let mut text = String::from("there are ");
        for (index, name) in self.names.iter().take(NAMED).enumerate() {
            let between = if index == 0 { "" } else { ", " };
            let _ = write!(text, "{between}{}", tick(name, NAME_BYTES));
        }
        if let Some(more @ 1..) = self.names.len().checked_sub(NAMED) {
            let _ = write!(text, " and {more} more");
        }
        let is_none_known = self.free.len() == self.names.len();
        if self.is_text && is_none_known && self.names.len() >= self.schema.fields.len() {
            text.push_str(": if that is no header but data, the schema says `csv: {header: false}`");
        }
        text
    }
}

/// The name of a field and its aliases.
fn names_of(field: &Field) -> impl Iterator<Item = &String> {
    std::iter::once(&field.name).chain(&field.aliases)
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
        Missing::new(&schema, names, true).message(&schema.fields[1])
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

    #[test]
    fn thousands_of_columns_are_not_compared_with_thousands_of_fields() {
        let fields: Vec<String> = (0..2_000).map(|number| format!("  - {{name: f{number}}}\n")).collect();
        let schema = Schema::from_yaml(&format!("fields:\n{}", fields.concat())).expect("a schema");
        let names: Vec<String> = (0..2_000).map(|number| format!("column_{number}")).collect();
        let mut missing = Missing::new(&schema, &names, true);
        for field in &schema.fields {
            missing.message(field);
        }
        assert!(missing.pairs < names.len(), "the first ones were compared");
    }
}
