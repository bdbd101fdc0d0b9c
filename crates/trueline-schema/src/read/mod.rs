//! Builds a schema from the tree of a document.
//!
//! Every language uses this code, so all of them mean the same. Reading continues after an error: each is recorded with its
//! location, and a schema is only returned if there was none.
//!
//! The tables in [`keyword`] are the only list of allowed keywords. Unknown keys are detected with them, and a test compares the
//! published JSON Schema with them.

mod check;
mod csv;
mod data_type;
mod field;
mod item;
mod json;
pub(crate) mod keyword;
mod literal;
mod mapping;
mod nearest;
mod scalar;

use std::collections::HashSet;

use regex_automata::meta::Regex;

pub(crate) use item::Item;
pub(crate) use nearest::meant;
pub use nearest::nearest;

use self::mapping::Place;
use crate::document::{Document, Source, Span};
use crate::error::{Error, ErrorKind, Problem};
use crate::pattern;
use crate::resolve;
use crate::schema::Schema;

/// The most memory that all patterns of a schema may take once compiled.
pub(crate) const PATTERN_TOTAL_BYTES: usize = 64 << 20;
/// The maximum number of errors reported for one document.
pub(crate) const MAX_PROBLEMS: usize = 100;

/// What is noted while a document is read.
pub(crate) struct Reader<'d> {
    source: &'d Source<'d>,
    problems: Vec<Problem>,
    /// The ids that were written, with their places.
    ids: Vec<(String, Span, String)>,
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
    let schema = reader.schema(&Place::root(&document.root));
    match schema {
        Some(schema) if reader.problems.is_empty() => Ok(schema),
        _ => Err(Error::new(reader.problems)),
    }
}

impl<'d> Reader<'d> {
    /// Whether no more errors are reported, so that further checks can be skipped.
    fn is_full(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS
    }

    fn fault(&mut self, span: Span, path: &str, kind: ErrorKind) {
        if self.is_full() {
            return;
        }
        let problem = self.source.problem(kind, span, path.to_owned());
        // Two rules may find the same error, such as a name that is not text.
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn schema(&mut self, root: &Place<'d>) -> Option<Schema> {
        let map = self.mapping(root, "the schema", &[&keyword::DOCUMENT], &[])?;
        let mut schema = Schema {
            name: self.text(&map, "name"),
            description: self.text(&map, "description"),
            extra_columns: self.word(&map, "extra_columns", &keyword::EXTRA_COLUMNS).unwrap_or_default(),
            column_order: self.word(&map, "column_order", &keyword::COLUMN_ORDER).unwrap_or_default(),
            null_values: self.texts(&map, "null_values"),
            csv: map.place("csv").map(|place| self.csv(&place)).unwrap_or_default(),
            json: map.place("json").map(|place| self.json(&place)).unwrap_or_default(),
            ..Schema::default()
        };
        let mut fields = map.place("fields").map(|place| self.fields(&place)).unwrap_or_default();
        if let Some(place) = map.place("checks") {
            schema.checks = self.document_checks(&place, &mut fields);
        }
        fields.iter_mut().for_each(field::ReadField::declare_implied);
        schema.fields = fields.into_iter().map(|read| read.field).collect();
        resolve::arrange(&mut schema);
        self.check_ids(&schema);
        Some(schema)
    }

    /// Notes every written id that another check has too.
    fn check_ids(&mut self, schema: &Schema) {
        let mut taken: HashSet<String> = resolve::default_ids(schema).into_iter().flatten().collect();
        for (id, span, path) in std::mem::take(&mut self.ids) {
            if !taken.insert(id.clone()) {
                self.fault(span, &path, ErrorKind::DuplicateId { id });
            }
        }
    }

    /// Compiles a pattern to see that it can be. One that cannot counts as large as may be, so that no document can ask for
    /// endless work.
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

    /// The place of a byte of a text, when the document holds the text as it is; else the whole.
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
