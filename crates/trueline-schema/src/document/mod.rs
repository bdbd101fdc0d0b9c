//! Schema documents as trees, independent of their language.
//!
//! YAML, JSON and TOML are parsed to the same [`Node`]s, each with its location, so that all later code exists once and works the
//! same for all of them. Numbers keep their text: the type of a field decides how to read it.
//!
//! If you change a limit here, update `docs/` and SECURITY too.

mod json;
mod limit;
mod node;
mod source;
mod toml;
mod yaml;

pub(crate) use node::{Entry, Node, Value};
pub(crate) use source::{Source, Span, push_index, push_key};

use crate::error::{Error, ErrorKind, Problem};
use crate::read::MAX_PROBLEMS;
use crate::schema::Language;

/// A parsed document, without syntax errors.
pub(crate) struct Document<'a> {
    pub(crate) source: Source<'a>,
    pub(crate) root: Node,
    /// Errors that do not prevent building the tree: duplicate keys.
    pub(crate) problems: Vec<Problem>,
}

/// An error that ends the parsing of a document.
pub(crate) struct Fatal(Box<(ErrorKind, Span)>);

impl Fatal {
    pub(crate) fn new(kind: ErrorKind, span: Span) -> Self {
        Self(Box::new((kind, span)))
    }
}

/// Parses a document of the language to its tree.
pub(crate) fn parse(text: &str, language: Language) -> Result<Document<'_>, Error> {
    let source = Source::new(text);
    let tree = limit::check_length(text).and_then(|()| match language {
        Language::Yaml => yaml::parse(text),
        Language::Json => json::parse(text),
        Language::Toml => toml::parse(text),
    });
    match tree {
        Ok(root) => {
            let mut problems = Vec::new();
            record_duplicate_keys(&root, &source, &mut String::new(), &mut problems);
            Ok(Document { source, root, problems })
        }
        Err(fatal) => {
            let (kind, span) = *fatal.0;
            Err(Error::new(vec![source.problem(kind, span, String::new())]))
        }
    }
}

/// Records all duplicate keys in mappings. The limit on nesting bounds the recursion.
fn record_duplicate_keys(node: &Node, source: &Source<'_>, path: &mut String, problems: &mut Vec<Problem>) {
    let length = path.len();
    if problems.len() >= MAX_PROBLEMS {
        return;
    }
    match &node.value {
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                push_index(path, index);
                record_duplicate_keys(item, source, path, problems);
                path.truncate(length);
            }
        }
        Value::Mapping(entries) => {
            let mut seen = std::collections::HashMap::new();
            for entry in entries {
                push_key(path, &entry.key);
                if problems.len() >= MAX_PROBLEMS {
                    return;
                }
                if let Some(first) = seen.get(entry.key.as_str()) {
                    let first_line = source.line_column(*first).0;
                    let kind = ErrorKind::DuplicateKey { key: entry.key.clone(), first_line };
                    problems.push(source.problem(kind, entry.key_span, path.clone()));
                } else {
                    seen.insert(entry.key.as_str(), entry.key_span);
                }
                record_duplicate_keys(&entry.value, source, path, problems);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
