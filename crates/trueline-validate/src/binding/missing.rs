//! Messages for missing columns: which columns exist instead, and how to fix the schema.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use trueline_report::escape::truncate;
use trueline_schema::{Field, Schema, nearest};

/// The maximum number of columns named in a message; the rest is only counted.
const NAMED: usize = 6;
/// The maximum bytes shown of a name, and of a header that is one name.
const NAME_BYTES: usize = 40;
const HEADER_BYTES: usize = 120;
/// The maximum number of pairs of a field and a column that are compared letter by letter, which takes about ten milliseconds.
const MAX_PAIRS: usize = 20_000;
/// The lengths in bytes of the names compared this way; shorter or longer names have too much in common.
const COMPARED: std::ops::RangeInclusive<usize> = 3..=64;

/// Common delimiters, and how a schema writes them.
const DELIMITERS: [(char, &str); 4] = [(',', ","), (';', ";"), ('\t', "\\t"), ('|', "|")];

/// Makes the messages for missing fields from the columns of an input.
pub(super) struct MissingColumnHints<'a> {
    names: Vec<&'a str>,
    /// The names that are not those of a field.
    undeclared: Vec<&'a str>,
    /// The names among them that equal a field's after `fold`, by folded name.
    by_folded_name: HashMap<String, &'a str>,
    /// The number of pairs that may still be compared.
    pairs_left: usize,
    /// The remark on the columns as a whole, which is made once.
    overall: Option<String>,
}

impl<'a> MissingColumnHints<'a> {
    /// Takes the names of the columns; `is_text` if they come from CSV.
    pub(super) fn new<N: AsRef<str>>(schema: &Schema, names: &'a [N], is_text: bool) -> Self {
        let declared: HashSet<&str> = schema.fields.iter().flat_map(names_of).collect();
        let folded: HashSet<String> = declared.iter().map(|name| fold(name)).collect();
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        let mut undeclared: Vec<&str> = names
            .iter()
            .copied()
            .filter(|name| !name.trim().is_empty() && !declared.contains(name))
            .collect();
        let delimiter = is_text.then(|| other_delimiter(schema, &names, &folded)).flatten();
        let overall = delimiter.unwrap_or_else(|| {
            let required = schema.fields.iter().filter(|field| !field.optional).count();
            let may_be_data = is_text && undeclared.len() == names.len() && names.len() >= required;
            list_undeclared(
                &undeclared,
                names.is_empty(),
                may_be_data && undeclared.iter().any(|name| is_data(name)),
            )
        });
        let is_alike = |name: &&str| folded.contains(&fold(name));
        let by_folded_name =
            undeclared.iter().copied().filter(is_alike).map(|name| (fold(name), name)).collect();
        undeclared.retain(|name| !is_alike(name) && COMPARED.contains(&name.len()));
        Self { names, undeclared, by_folded_name, pairs_left: MAX_PAIRS, overall: Some(overall) }
    }

    /// Returns the message for a field.
    pub(super) fn message(&mut self, field: &Field) -> String {
        let hint = self.other_spelling(field).or_else(|| self.overall.take());
        hint.map_or_else(
            || "the column is missing".to_owned(),
            |hint| format!("the column is missing; {hint}"),
        )
    }

    /// Suggests a column that is not bound to a field and has a similar name.
    fn other_spelling(&mut self, field: &Field) -> Option<String> {
        let by_folded_name = names_of(field).find_map(|name| self.by_folded_name.remove(&fold(name)));
        let found = by_folded_name.or_else(|| names_of(field).find_map(|name| self.nearest(name)))?;
        let place = self.names.iter().position(|name| *name == found)? + 1;
        Some(format!(
            "column {place} is called {}: if that is it, rename it or add the name to the field's `aliases`",
            quote_name(found, NAME_BYTES)
        ))
    }

    /// Removes and returns the undeclared column with the nearest name, so that it is suggested only once.
    fn nearest(&mut self, name: &str) -> Option<&'a str> {
        if !COMPARED.contains(&name.len()) {
            return None;
        }
        self.pairs_left = self.pairs_left.checked_sub(self.undeclared.len())?;
        let found = nearest(name, self.undeclared.iter().copied())?;
        let place = self.undeclared.iter().position(|name| *name == found)?;
        Some(self.undeclared.remove(place))
    }
}

/// Suggests another delimiter if the only column contains one and the name of a field next to it.
fn other_delimiter(schema: &Schema, names: &[&str], folded: &HashSet<String>) -> Option<String> {
    let [header] = names else { return None };
    let quote = schema.csv.quote.map_or('"', char::from);
    let is_field = |part: &str| folded.contains(&fold(part.trim().trim_matches(['"', quote])));
    let (_, delimiter) = DELIMITERS.iter().find(|(delimiter, _)| {
        u32::from(*delimiter) != u32::from(schema.csv.delimiter)
            && header.contains(*delimiter)
            && header.split(*delimiter).any(is_field)
    })?;
    Some(format!(
        "the header is one column, {}: if `{delimiter}` separates them, the schema says `csv: {{delimiter: \"{delimiter}\"}}`",
        quote_name(header, HEADER_BYTES)
    ))
}

/// Lists the columns that are not fields.
fn list_undeclared(undeclared: &[&str], is_empty: bool, may_be_data: bool) -> String {
    if is_empty {
        return "there is no column at all".to_owned();
    }
    if undeclared.is_empty() {
        return "each column that is there is another field".to_owned();
    }
    let mut text = String::from("columns that are no field: ");
    for (index, name) in undeclared.iter().take(NAMED).enumerate() {
        let between = if index == 0 { "" } else { ", " };
        let _ = write!(text, "{between}{}", quote_name(name, NAME_BYTES));
    }
    if let Some(more @ 1..) = undeclared.len().checked_sub(NAMED) {
        let _ = write!(text, " and {more} more");
    }
    if may_be_data {
        text.push_str("; if the first line is data, the schema says `csv: {header: false}`");
    }
    text
}

/// Whether a name looks like a number or a date.
fn is_data(name: &str) -> bool {
    let unsigned = name.trim_start().trim_start_matches(['-', '+']);
    unsigned.starts_with(|first: char| first.is_ascii_digit())
}

/// Normalizes a name: trimmed, in lower case, with `_` for blanks and hyphens.
fn fold(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

/// Returns the name of a field and its aliases.
fn names_of(field: &Field) -> impl Iterator<Item = &str> {
    std::iter::once(&*field.name).chain(field.aliases.iter().map(String::as_str))
}

/// Formats a name in backticks, truncated if it is long.
fn quote_name(name: &str, limit_bytes: usize) -> String {
    let shown = truncate(name, limit_bytes);
    format!("`{shown}{}`", if shown.len() < name.len() { "…" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the remarks on the missing ones of these fields, in order; the last field has an alias.
    fn said(fields: &[&str], columns: &[&str]) -> Vec<String> {
        let fields: Vec<String> = fields.iter().map(|name| format!("  - name: {name}\n")).collect();
        let text = format!("fields:\n{}    aliases: [betrag]\n", fields.concat());
        let schema = Schema::from_yaml(&text).expect("a schema");
        let mut missing = MissingColumnHints::new(&schema, columns, true);
        let is_missing = |field: &&Field| !names_of(field).any(|name| columns.contains(&name));
        let messages = schema.fields.iter().filter(is_missing).map(|field| missing.message(field));
        messages.map(|message| message.replacen("the column is missing; ", "", 1)).collect()
    }

    fn called(place: usize, name: &str) -> String {
        format!(
            "column {place} is called `{name}`: if that is it, rename it or add the name to the field's `aliases`"
        )
    }

    #[test]
    fn another_spelling_is_named_with_its_place() {
        for name in ["Amount", "amount ", "amonut", "Betrag"] {
            assert_eq!(said(&["id", "amount"], &["id", name]), [called(2, name)]);
            assert_eq!(said(&["id", "amount"], &[name, "id"]), [called(1, name)]);
        }
        assert_eq!(
            said(&["id", "zip code", "amount"], &["ID", "Zip-Code", "amount"]),
            [called(1, "ID"), called(2, "Zip-Code")]
        );
    }

    #[test]
    fn a_column_is_offered_to_one_field() {
        let alone = "columns that are no field: `X`, `Y`";
        assert_eq!(
            said(&["z", "x", "y", "amount"], &["X", "Y", "amount"]),
            [alone, &called(1, "X"), &called(2, "Y")]
        );
        let expected = [&called(1, "price_c"), "columns that are no field: `price_c`"];
        assert_eq!(said(&["price_a", "price_b", "amount"], &["price_c", "amount"]), expected);
        assert_eq!(said(&["id", "amount"], &["id"]), ["each column that is there is another field"]);
    }

    #[test]
    fn words_of_schemas_mean_nothing_in_headers() {
        assert_eq!(said(&["type", "amount"], &["Type", "check", "amount"]), [called(1, "Type")]);
        assert_eq!(said(&["type", "amount"], &["check", "amount"]), ["columns that are no field: `check`"]);
    }

    #[test]
    fn a_header_of_one_column_tells_its_delimiter_once() {
        for (header, delimiter) in
            [("id;amount", ";"), ("ID ; Amount", ";"), ("id\tamount", "\\t"), ("x|\"amount\"|y", "|")]
        {
            let expected = format!(
                "the header is one column, `{header}`: if `{delimiter}` separates them, the schema says `csv: {{delimiter: \"{delimiter}\"}}`"
            );
            assert_eq!(said(&["id", "amount"], &[header]), [&*expected, "the column is missing"]);
        }
        let own = ["columns that are no field: `id,amount`", "the column is missing"];
        assert_eq!(said(&["id", "amount"], &["id,amount"]), own, "its own is not another one");
    }

    #[test]
    fn many_columns_are_counted_and_data_may_be_no_header() {
        let names: Vec<String> = (0..9).map(|number| format!("{number}.5")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let expected = "columns that are no field: `0.5`, `1.5`, `2.5`, `3.5`, `4.5`, `5.5` and 3 more; \
                        if the first line is data, the schema says `csv: {header: false}`";
        assert_eq!(said(&["id", "amount"], &names)[0], expected);
        assert_eq!(
            said(&["id", "amount"], &["kolonne", "andre"])[0],
            "columns that are no field: `kolonne`, `andre`"
        );
        assert_eq!(said(&["id", "amount"], &[])[0], "there is no column at all");
        assert!(said(&["id", "amount"], &["id", &"x".repeat(1000)])[0].len() < 120);
    }

    #[test]
    fn thousands_of_columns_are_not_compared_with_thousands_of_fields() {
        let fields: Vec<String> = (0..2_000).map(|number| format!("  - {{name: field{number}}}\n")).collect();
        let schema = Schema::from_yaml(&format!("fields:\n{}", fields.concat())).expect("a schema");
        let names: Vec<String> = (0..2_000).map(|number| format!("column_{number}")).collect();
        let mut missing = MissingColumnHints::new(&schema, &names, true);
        for field in &schema.fields {
            missing.message(field);
        }
        assert!(missing.pairs_left < names.len(), "the first ones were compared");
    }
}
