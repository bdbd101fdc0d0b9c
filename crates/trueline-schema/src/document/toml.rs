//! Parses TOML to a tree, using `toml_edit`.

use toml_edit::{Item, TableLike, Value as TomlValue};

use super::limit::Budget;
use super::{Entry, Fatal, Node, Span, Value};
use crate::error::ErrorKind;
use crate::schema::Language;

pub(crate) fn parse(text: &str) -> Result<Node, Fatal> {
    let document = toml_edit::Document::parse(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let message = error.message().lines().collect::<Vec<_>>().join(" ");
        Fatal::new(ErrorKind::Syntax { language: Language::Toml, message }, Span::new(span.start, span.end))
    })?;
    let mut builder = TreeBuilder { text, budget: Budget::default() };
    let root = document.as_table();
    if root.is_empty() {
        return Err(Fatal::new(ErrorKind::Empty, Span::default()));
    }
    let value = builder.table(root, 1, Span::default())?;
    Ok(Node { span: Span::default(), value })
}

/// Converts a document of `toml_edit` to a tree.
struct TreeBuilder<'a> {
    text: &'a str,
    budget: Budget,
}

impl TreeBuilder<'_> {
    /// Converts an item. The limit on nesting bounds the recursion. `outer` is the span for items without one.
    fn item(&mut self, item: &Item, depth: usize, outer: Span) -> Result<Node, Fatal> {
        let span = item.span().map_or(outer, |span| Span::new(span.start, span.end));
        self.budget.count(depth, span)?;
        let value = match item {
            Item::None => Value::Null,
            Item::Table(table) => self.table(table, depth, span)?,
            Item::ArrayOfTables(tables) => {
                let mut nodes = Vec::new();
                for table in tables {
                    let span = table.span().map_or(span, |span| Span::new(span.start, span.end));
                    self.budget.count(depth + 1, span)?;
                    nodes.push(Node { span, value: self.table(table, depth + 1, span)? });
                }
                Value::Sequence(nodes)
            }
            Item::Value(value) => return self.value(value, depth, span),
        };
        Ok(Node { span, value })
    }

    fn table(&mut self, table: &dyn TableLike, depth: usize, outer: Span) -> Result<Value, Fatal> {
        let mut entries = Vec::with_capacity(table.len());
        for (key, item) in table.iter() {
            let span = table.key(key).and_then(toml_edit::Key::span);
            let key_span = span.map_or(outer, |span| Span::new(span.start, span.end));
            let value = self.item(item, depth + 1, key_span)?;
            entries.push(Entry { key: key.to_owned(), key_span, value });
        }
        Ok(Value::Mapping(entries))
    }

    fn value(&mut self, value: &TomlValue, depth: usize, span: Span) -> Result<Node, Fatal> {
        let text = self.text.get(span.start..span.end).unwrap_or_default();
        let value = match value {
            TomlValue::String(text) => Value::Text(text.value().clone()),
            TomlValue::Boolean(value) => Value::Boolean(*value.value()),
            TomlValue::Integer(number) => Value::Number(number.value().to_string()),
            TomlValue::Float(_) => Value::Number(text.replace('_', "")),
            TomlValue::Datetime(_) => Value::DateTime(rfc_3339(text)),
            TomlValue::InlineTable(table) => self.table(table, depth, span)?,
            TomlValue::Array(array) => {
                let mut nodes = Vec::with_capacity(array.len());
                for value in array {
                    let span = value.span().map_or(span, |span| Span::new(span.start, span.end));
                    self.budget.count(depth + 1, span)?;
                    nodes.push(self.value(value, depth + 1, span)?);
                }
                Value::Sequence(nodes)
            }
        };
        Ok(Node { span, value })
    }
}

/// Normalizes a date or time of TOML, which also allows a space or `t` instead of `T`, and `z` instead of `Z`.
fn rfc_3339(text: &str) -> String {
    text.replace([' ', 't'], "T").replace('z', "Z")
}
