//! Builds a schema from the tree of a document.
//!
//! The code is the same for every language, so keywords have the same meaning in all of them. Reading continues after an error:
//! each error is recorded with its location, and a schema is only returned if there is none.
//!
//! The tables in [`keyword`] are the only list of allowed keywords. Unknown keys are detected with them, and a test compares the
//! published JSON Schema with them.

mod check;
mod csv;
mod data_type;
mod field;
mod json;
pub(crate) mod keyword;
mod literal;
mod mapping;
mod nearest;
mod parameter;
mod scalar;

use std::collections::HashSet;

use regex_automata::meta::Regex;

pub use nearest::nearest;
pub(crate) use nearest::suggest;
pub(crate) use parameter::Parameters;

use self::mapping::NodeRef;
use crate::document::{Document, Source, Span};
use crate::error::{Error, ErrorKind, Problem};
use crate::pattern;
use crate::resolve;
use crate::schema::Schema;

/// The maximum memory for all compiled patterns of a schema.
pub(crate) const PATTERN_TOTAL_BYTES: usize = 64 << 20;
/// The maximum number of errors reported for one document.
pub(crate) const MAX_PROBLEMS: usize = 100;

/// The state while a document is read: the errors found so far, and what is checked at the end.
pub(crate) struct Reader<'d> {
    source: &'d Source<'d>,
    problems: Vec<Problem>,
    /// The explicit ids of checks, with their spans and paths.
    ids: Vec<(String, Span, String)>,
    /// The memory of the patterns compiled so far.
    pattern_bytes: usize,
}

/// Reads a schema from its tree.
pub(crate) fn schema(document: &Document<'_>) -> Result<Schema, Error> {
    let mut reader = Reader {
        source: &document.source,
        problems: document.problems.clone(),
        ids: Vec::new(),
        pattern_bytes: 0,
    };
    let schema = reader.schema(&NodeRef::root(&document.root));
    match schema {
        Some(schema) if reader.problems.is_empty() => Ok(schema),
        _ => Err(Error::new(reader.problems)),
    }
}

impl<'d> Reader<'d> {
    /// Whether the maximum number of errors is recorded, so that expensive searches for more can be skipped.
    fn has_max_problems(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS
    }

    /// Records an error at a value, unless the maximum number is reached.
    fn record_error_at(&mut self, node: &NodeRef<'d>, kind: ErrorKind) {
        self.record_error(node.span(), &node.path, kind);
    }

    /// Records an error, unless the maximum number is reached.
    fn record_error(&mut self, span: Span, path: &str, kind: ErrorKind) {
        if self.has_max_problems() {
            return;
        }
        let problem = self.source.problem(kind, span, path.to_owned());
        // Two checks may find the same error, such as a name that is not a string.
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn schema(&mut self, root: &NodeRef<'d>) -> Option<Schema> {
        let map = self.mapping(root, "the schema", &[&keyword::DOCUMENT], &[])?;
        let mut schema = Schema {
            name: self.text(&map, "name"),
            description: self.text(&map, "description"),
            extra_columns: self.word(&map, "extra_columns", &keyword::EXTRA_COLUMNS).unwrap_or_default(),
            column_order: self.word(&map, "column_order", &keyword::COLUMN_ORDER).unwrap_or_default(),
            null_values: self.texts(&map, "null_values"),
            csv: map.get("csv").map(|node| self.csv(&node)).unwrap_or_default(),
            json: map.get("json").map(|node| self.json(&node)).unwrap_or_default(),
            ..Schema::default()
        };
        let mut fields = map.get("fields").map(|node| self.fields(&node)).unwrap_or_default();
        if let Some(node) = map.get("checks") {
            schema.checks = self.document_checks(&node, &mut fields);
        }
        fields.iter_mut().for_each(field::ParsedField::declare_implied);
        schema.fields = fields.into_iter().map(|parsed| parsed.field).collect();
        resolve::normalize_checks(&mut schema);
        self.check_ids(&schema);
        Some(schema)
    }

    /// Records every explicit id that another check also has.
    fn check_ids(&mut self, schema: &Schema) {
        let mut used: HashSet<String> = resolve::default_ids(schema).into_iter().flatten().collect();
        for (id, span, path) in std::mem::take(&mut self.ids) {
            if !used.insert(id.clone()) {
                self.record_error(span, &path, ErrorKind::DuplicateId { id });
            }
        }
    }

    /// Checks that a pattern compiles. One that does not compile counts with the maximum size, which bounds the work for a
    /// document.
    fn compile_pattern(&mut self, text: &str) -> Result<(), pattern::PatternError> {
        if self.pattern_bytes <= PATTERN_TOTAL_BYTES {
            let compiled = pattern::compile(text);
            let bytes = compiled.as_ref().map_or(pattern::MAX_COMPILED_BYTES, Regex::memory_usage);
            self.pattern_bytes = self.pattern_bytes.saturating_add(bytes);
            if self.pattern_bytes <= PATTERN_TOTAL_BYTES {
                return compiled.map(|_| ());
            }
        }
        let message =
            format!("the patterns of the schema take more than {PATTERN_TOTAL_BYTES} bytes together");
        Err(pattern::PatternError { message, offset: None })
    }

    /// The part of `span` from byte `offset` of `text` on, if the document contains the text unchanged; otherwise the whole span.
    fn span_within(&self, span: Span, text: &str, offset: Option<usize>) -> Span {
        let written = self.source.slice(span).find(text);
        match (written, offset) {
            (Some(start), Some(offset)) if !text.contains(['\n', '\r']) => {
                Span::new(span.start + start + offset, span.start + start + text.len().max(offset))
            }
            _ => span,
        }
    }
}

#[cfg(test)]
mod tests;
