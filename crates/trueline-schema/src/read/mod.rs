//! From the tree of a document to a schema.
//!
//! Every language comes through here, so all of them mean the same. Reading does not stop at a fault: it is noted with its place, and a
//! schema is given only when there was none.
//!
//! The tables of keywords in [`keyword`] are the only list of what may stand where; an unknown key is found by them, and a test holds the
//! published JSON Schema to them.

mod check;
mod csv;
mod data_type;
mod field;
mod item;
pub(crate) mod keyword;
mod literal;
mod mapping;
mod nearest;
mod scalar;

use std::collections::HashMap;

pub(crate) use item::Item;
pub(crate) use nearest::nearest;

use self::field::ReadField;
use self::mapping::{Mapping, Place};
use crate::check::Target;
use crate::document::{Document, Source, Span};
use crate::error::{Error, ErrorKind, Problem, tick};
use crate::pattern;
use crate::resolve;
use crate::schema::{ColumnOrder, ExtraColumns, Schema};

/// The most memory that all patterns of a schema may take once compiled.
pub(crate) const PATTERN_TOTAL_BYTES: usize = 64 << 20;
/// The most faults that are told of one document.
const MAX_PROBLEMS: usize = 100;

/// What is noted while a document is read.
pub(crate) struct Reader<'d> {
    source: &'d Source<'d>,
    problems: Vec<Problem>,
    pattern_bytes: usize,
}

/// Reads a schema from its tree.
pub(crate) fn schema(document: &Document<'_>) -> Result<Schema, Error> {
    let mut reader =
        Reader { source: &document.source, problems: document.problems.clone(), pattern_bytes: 0 };
    let schema = reader.schema(&Place::root(&document.root));
    reader.problems.truncate(MAX_PROBLEMS);
    match schema {
        Some(schema) if reader.problems.is_empty() => Ok(schema),
        _ => Err(Error::new(reader.problems)),
    }
}

impl<'d> Reader<'d> {
    fn fault(&mut self, span: Span, path: &str, kind: ErrorKind) {
        let problem = self.source.problem(kind, span, path.to_owned());
        self.problems.push(problem);
    }

    fn schema(&mut self, root: &Place<'d>) -> Option<Schema> {
        let map = self.mapping(root, "the schema", &[&keyword::DOCUMENT], &keyword::DOCUMENT_LATER)?;
        let mut schema = Schema {
            name: self.text(&map, "name"),
            description: self.text(&map, "description"),
            extra_columns: self.word(&map, "extra_columns", &keyword::EXTRA_COLUMNS).unwrap_or(ExtraColumns::Allow),
            column_order: self.word(&map, "column_order", &keyword::COLUMN_ORDER).unwrap_or(ColumnOrder::Any),
            null_values: self.texts(&map, "null_values"),
            csv: map.place("csv").map(|place| self.csv(&place)).unwrap_or_default(),
            ..Schema::default()
        };
        let mut fields = map.place("fields").map(|place| self.fields(&place)).unwrap_or_default();
        self.check_field_names(&fields);
        let mut checks = map.place("checks").map(|place| self.document_checks(&place, &fields)).unwrap_or_default();
        self.check_implied_once(&fields, &checks);
        for check in checks.extract_if(.., |read| read.check.kind.spec().target != Target::Table) {
            match check.check.columns.as_slice() {
                [column] => {
                    if let Some(read) = fields.iter_mut().find(|read| read.field.name == *column) {
                        read.checks.push(check);
                    }
                }
                _ => schema.checks.push(check.check),
            }
        }
        Some(schema)
    }

    fn compile_pattern(&mut self, text: &str) -> Result<(), pattern::PatternError> {
        let regex = pattern::compile(text)?;
        self.pattern_bytes = self.pattern_bytes.saturating_add(regex.memory_usage());
        if self.pattern_bytes > PATTERN_TOTAL_BYTES {
            let message = format!("the patterns of the schema take more than {PATTERN_TOTAL_BYTES} bytes together");
            return Err(pattern::PatternError { message, offset: None });
        }
        Ok(())
    }
}
