//! One schema from several documents.
//!
//! Each document is read by itself, in its own language, and the trees are put together; no text of one ever stands behind that of another, so nothing
//! in one document can change how the next is read. Every node keeps its place, so a fault is told with the document and line it
//! stands on, also when it only shows in the whole: a check of one file on a column of another.
//!
//! To keep places apart, those of each document start where those before it end, as if the texts stood in a row. `Source` finds
//! its way back from there; that row is looked at for places and for nothing else.

mod merge;
mod yaml;

use crate::document::{self, Node, Source};
use crate::error::{Error, ErrorKind, Problem};
use crate::read::{self, MAX_PROBLEMS};
use crate::schema::{Language, Schema};

/// How many documents a schema may be composed of.
pub const MAX_DOCUMENTS: usize = 1000;
/// How many bytes all of them may have.
pub const MAX_BYTES: usize = 8 << 20;

/// A document that a schema is composed of.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// What people call it; faults name it.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
    /// Its language.
    pub language: Language,
}

/// A schema that was composed of documents.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Composed {
    /// The schema.
    pub schema: Schema,
    /// The same as a document of YAML: what all documents say, in their order, with titles and descriptions and without comments.
    pub yaml: String,
}

/// Composes a schema.
///
/// Fields and checks of all documents are put one behind the other; what stands in several documents alike is taken once. Other keys may stand in
/// any of them, and sections (`csv`, `json`) may be given in parts.
///
/// # Errors
/// All faults of all documents, with their names: see [`Location::document`](crate::Location::document) and
/// [`Error::render_documents`]. Besides what [`Schema::parse`] finds: a field or setting that two documents give differently; more than
/// [`MAX_DOCUMENTS`] or [`MAX_BYTES`].
///
/// # Example
/// ```
/// use trueline_schema::{Language, compose::{Document, compose}};
/// let document = |name, text| Document { name, text, language: Language::Yaml };
/// let composed = compose(&[
///     document("fields.yaml", "fields: [{name: amount, type: float64}]"),
///     document("checks.yaml", "checks: [{check: range, column: amount, minimum: 0}]"),
/// ])?;
/// assert_eq!(composed.schema.fields[0].checks.len(), 1);
/// # Ok::<(), trueline_schema::Error>(())
/// ```
pub fn compose(documents: &[Document<'_>]) -> Result<Composed, Error> {
    check_size(documents)?;
    let row: String = documents.iter().flat_map(|document| [document.text, "\n"]).collect();
    let mut start = 0;
    let mut starts = Vec::with_capacity(documents.len());
    for document in documents {
        starts.push((start, document.name.to_owned()));
        start += document.text.len() + 1;
    }
    let mut problems = Vec::new();
    let mut roots = Vec::new();
    for (index, (document, (start, name))) in documents.iter().zip(&starts).enumerate() {
        let found = match document::parse(document.text, document.language) {
            Ok(document) => {
                let mut root = document.root;
                shift(&mut root, *start);
                roots.push(root);
                document.problems
            }
            Err(error) => error.into_problems(),
        };
        problems.extend(found.into_iter().map(|problem| problem.in_document(index, name, *start)));
    }
    let source = Source::of_documents(&row, starts);
    let root = merge::merge(roots, &source, &mut problems);
    problems.truncate(MAX_PROBLEMS);
    let Some(root) = root else { return Err(Error::new(problems)) };
    let schema = read::schema(&document::Document { source, root: root.clone(), problems })?;
    Ok(Composed { schema, yaml: yaml::write(&root) })
}

fn check_size(documents: &[Document<'_>]) -> Result<(), Error> {
    let bytes = documents.iter().map(|document| document.text.len()).fold(0, usize::saturating_add);
    let kind = if documents.is_empty() {
        ErrorKind::Empty
    } else if documents.len() > MAX_DOCUMENTS {
        ErrorKind::Limit { what: "documents", limit: MAX_DOCUMENTS as u64 }
    } else if bytes > MAX_BYTES {
        ErrorKind::Limit { what: "bytes in all its documents", limit: MAX_BYTES as u64 }
    } else {
        return Ok(());
    };
    Err(Error::new(vec![Problem::nowhere(kind)]))
}

/// Moves the places of a tree.
fn shift(node: &mut Node, by: usize) {
    use crate::document::Value;
    node.span = node.span.shifted(by);
    match &mut node.value {
        Value::Sequence(items) => items.iter_mut().for_each(|item| shift(item, by)),
        Value::Mapping(entries) => {
            for entry in entries {
                entry.key_span = entry.key_span.shifted(by);
                shift(&mut entry.value, by);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
