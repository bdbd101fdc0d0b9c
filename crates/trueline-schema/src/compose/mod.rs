//! Composes one schema from several documents.
//!
//! Each document is parsed separately, in its own language, and the trees are merged. Texts are never concatenated, so nothing
//! in one document can change how the next one is parsed. Every node keeps its location, so an error gives its document and line
//! even if it only shows in the composed schema, such as a check in one file on a column of another.
//!
//! To keep locations apart, those of each document start where those of the previous one end, as if the texts were concatenated.
//! `Source` maps them back; this numbering is used only for locations.

mod merge;
mod yaml;

use crate::document::{self, Node, Source};
use crate::error::{Error, ErrorKind, Problem};
use crate::read::{self, MAX_PROBLEMS};
use crate::schema::{Language, Schema};

/// The maximum number of documents of a schema.
pub const MAX_DOCUMENTS: usize = 1000;
/// The maximum total size of the documents in bytes.
pub const MAX_BYTES: usize = 8 << 20;

/// A document to compose a schema from.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// The name of the document, used in errors.
    pub name: &'a str,
    /// The text of the document.
    pub text: &'a str,
    /// The language of the document.
    pub language: Language,
}

/// A composed schema.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Composed {
    /// The schema.
    pub schema: Schema,
    /// The schema as a YAML document: the content of all documents in order, with titles and descriptions, without comments.
    pub yaml: String,
}

/// Composes a schema from documents.
///
/// The fields and checks of all documents are concatenated; identical ones are used once. Any document may have the other
/// keys, and sections (`csv`, `json`) may be split over documents.
///
/// # Errors
/// All errors of all documents, with the names of the documents: see [`Location::document`](crate::Location::document) and
/// [`Error::render_documents`]. In addition to the errors of [`Schema::parse`]: two documents define a field or setting
/// differently; there is more than [`MAX_DOCUMENTS`] or [`MAX_BYTES`].
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
    let concatenated: String = documents.iter().flat_map(|document| [document.text, "\n"]).collect();
    let mut start = 0;
    let mut starts = Vec::with_capacity(documents.len());
    for document in documents {
        starts.push((start, document.name.to_owned()));
        start += document.text.len() + 1;
    }
    let mut problems = Vec::new();
    let mut roots = Vec::new();
    for (index, (document, (start, name))) in documents.iter().zip(&starts).enumerate() {
        let document_problems = match document::parse(document.text, document.language) {
            Ok(document) => {
                let mut root = document.root;
                shift_spans(&mut root, *start);
                roots.push(root);
                document.problems
            }
            Err(error) => error.into_problems(),
        };
        problems
            .extend(document_problems.into_iter().map(|problem| problem.in_document(index, name, *start)));
    }
    let source = Source::of_documents(&concatenated, starts);
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
    Err(Error::new(vec![Problem::without_location(kind)]))
}

/// Shifts all spans of a tree.
fn shift_spans(node: &mut Node, by: usize) {
    use crate::document::Value;
    node.span = node.span.shifted(by);
    match &mut node.value {
        Value::Sequence(items) => items.iter_mut().for_each(|item| shift_spans(item, by)),
        Value::Mapping(entries) => {
            for entry in entries {
                entry.key_span = entry.key_span.shifted(by);
                shift_spans(&mut entry.value, by);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
