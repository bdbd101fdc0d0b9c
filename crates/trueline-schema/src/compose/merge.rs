//! Merges the trees of several documents.

use std::collections::HashMap;

use crate::document::{Entry, Node, Source, Span, Value};
use crate::error::{ErrorKind, Problem, backticked};

/// Merges all roots into one tree and records conflicts. `None` if there is no tree at all.
pub(super) fn merge(roots: Vec<Node>, source: &Source<'_>, problems: &mut Vec<Problem>) -> Option<Node> {
    let mut merger = Merger { source, problems, fields: HashMap::new() };
    let mut merged: Option<(Span, Vec<Entry>)> = None;
    for root in roots {
        let Node { span, value } = root;
        let Value::Mapping(entries) = value else {
            merger.wrong_kind("", "a mapping", &Node { span, value });
            continue;
        };
        let (_, target) = merged.get_or_insert_with(|| (span, Vec::new()));
        for entry in entries {
            merger.root_entry(target, entry);
        }
    }
    merged.map(|(span, entries)| Node { span, value: Value::Mapping(entries) })
}

struct Merger<'m, 's> {
    source: &'m Source<'s>,
    problems: &'m mut Vec<Problem>,
    /// The index of each field in the merged list, by name.
    fields: HashMap<String, usize>,
}

impl Merger<'_, '_> {
    /// Merges an entry of the top level: fields and checks are appended, other entries are settings.
    fn root_entry(&mut self, target: &mut Vec<Entry>, entry: Entry) {
        if !matches!(entry.key.as_str(), "fields" | "checks") {
            self.setting(target, entry, "");
            return;
        }
        let Entry { key, key_span, value: Node { span, value } } = entry;
        let Value::Sequence(items) = value else {
            self.wrong_kind(&key, "a list", &Node { span, value });
            return;
        };
        let position = target.iter().position(|known| known.key == key).unwrap_or_else(|| {
            let value = Node { span, value: Value::Sequence(Vec::new()) };
            target.push(Entry { key: key.clone(), key_span, value });
            target.len() - 1
        });
        let Value::Sequence(known) = &mut target[position].value.value else { return };
        for item in items {
            if key == "fields" {
                self.field(known, item);
            } else if !known.iter().any(|known| is_same(known, &item)) {
                known.push(item);
            }
        }
    }

    /// Merges a field. Invalid fields, such as one without a name, are appended unchanged: `read` reports their errors.
    fn field(&mut self, known: &mut Vec<Node>, item: Node) {
        if let Some(name) = name(&item) {
            if let Some(&first) = self.fields.get(name) {
                // A duplicate within one document is a different error, which `read` reports.
                if self.source.document_index(known[first].span) != self.source.document_index(item.span) {
                    if !is_same(&known[first], &item) {
                        self.conflict(
                            format!("the field {}", backticked(name)),
                            known[first].span,
                            item.span,
                        );
                    }
                    return;
                }
            } else {
                self.fields.insert(name.to_owned(), known.len());
            }
        }
        known.push(item);
    }

    /// Merges a setting; sections are merged key by key.
    fn setting(&mut self, target: &mut Vec<Entry>, entry: Entry, path: &str) {
        let Some(known) = target.iter_mut().find(|known| known.key == entry.key) else {
            target.push(entry);
            return;
        };
        // A duplicate key within one document was already recorded when the document was parsed.
        if self.source.document_index(known.key_span) == self.source.document_index(entry.key_span)
            || is_same(&known.value, &entry.value)
        {
            return;
        }
        let path = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
        match (&mut known.value.value, entry.value.value) {
            (Value::Mapping(known), Value::Mapping(entries)) => {
                for entry in entries {
                    self.setting(known, entry, &path);
                }
            }
            _ => self.conflict(backticked(&path), known.key_span, entry.key_span),
        }
    }

    fn conflict(&mut self, what: String, first: Span, second: Span) {
        let first_document = self.source.document_name(first).unwrap_or_default().to_owned();
        let first_line = self.source.line_column(first).0;
        let kind = ErrorKind::Conflict { what, first_document, first_line };
        self.problems.push(self.source.problem(kind, second, String::new()));
    }

    fn wrong_kind(&mut self, key: &str, expected: &str, node: &Node) {
        let kind = ErrorKind::WrongKind {
            key: key.to_owned(),
            expected: expected.to_owned(),
            found: node.value.found(),
        };
        self.problems.push(self.source.problem(kind, node.span, key.to_owned()));
    }
}

fn name(field: &Node) -> Option<&str> {
    let Value::Mapping(entries) = &field.value else { return None };
    match &entries.iter().find(|entry| entry.key == "name")?.value.value {
        Value::Text(name) => Some(name),
        _ => None,
    }
}

/// Whether two trees have the same content, ignoring locations and the order of keys.
fn is_same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Null, Value::Null) => true,
        (Value::Boolean(one), Value::Boolean(other)) => one == other,
        (Value::Number(one), Value::Number(other))
        | (Value::DateTime(one), Value::DateTime(other))
        | (Value::Text(one), Value::Text(other)) => one == other,
        (Value::Sequence(one), Value::Sequence(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Mapping(one), Value::Mapping(other)) => {
            let is_in_other = |one: &Entry| {
                other.iter().any(|other| one.key == other.key && is_same(&one.value, &other.value))
            };
            one.len() == other.len() && one.iter().all(is_in_other)
        }
        _ => false,
    }
}
