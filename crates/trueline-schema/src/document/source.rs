//! Locations in the text of a document.

use crate::error::{ErrorKind, Location, Problem};

/// A range of bytes of the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The same range, shifted by a number of bytes.
    pub(crate) fn shifted(self, by: usize) -> Self {
        Self { start: self.start + by, end: self.end + by }
    }
}

/// The text of a document, or of several concatenated documents, with the offsets of its lines.
pub(crate) struct Source<'a> {
    text: &'a str,
    /// The byte offset at which each line starts.
    lines: Vec<usize>,
    /// The byte offset and the name of each concatenated document; empty for a single document. Each starts at the start of a
    /// line.
    documents: Vec<(usize, String)>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let mut lines = vec![0];
        for (index, byte) in bytes.iter().enumerate() {
            let ends_line = *byte == b'\n' || (*byte == b'\r' && bytes.get(index + 1) != Some(&b'\n'));
            if ends_line {
                lines.push(index + 1);
            }
        }
        Self { text, lines, documents: Vec::new() }
    }

    /// The text of several documents, each followed by a line end.
    pub(crate) fn of_documents(text: &'a str, documents: Vec<(usize, String)>) -> Self {
        Self { documents, ..Self::new(text) }
    }

    /// The index of the document that contains a span.
    pub(crate) fn document_index(&self, span: Span) -> usize {
        self.documents.partition_point(|(start, _)| *start <= span.start).saturating_sub(1)
    }

    /// The name of the document that contains a span, if there are several documents.
    pub(crate) fn document_name(&self, span: Span) -> Option<&str> {
        self.documents.get(self.document_index(span)).map(|(_, name)| name.as_str())
    }

    /// The text of a span; empty if the span is not within the text.
    pub(crate) fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The line and column of the start of a span, both from 1, the column in characters. The line is relative to the document
    /// that contains the span.
    pub(crate) fn line_column(&self, span: Span) -> (u32, u32) {
        let mut start = span.start.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let line = self.lines.partition_point(|line| *line <= start);
        let line_start = self.lines[line.saturating_sub(1)];
        let before = &self.text[line_start..start];
        let column = before.trim_start_matches('\u{FEFF}').chars().count() + 1;
        let document_start = self.documents.get(self.document_index(span)).map_or(0, |(start, _)| *start);
        let line = line - self.lines.partition_point(|line| *line < document_start);
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }

    /// Creates an error with the location of a span. `path` is the path in the tree.
    pub(crate) fn problem(&self, kind: ErrorKind, span: Span, path: String) -> Problem {
        let (line, column) = self.line_column(span);
        let text = self.slice(span);
        let width = text.lines().next().map_or(0, |line| line.trim_end().chars().count());
        let name = self.document_name(span).map(str::to_owned);
        let location = Some(Location { document: name, line, column, path });
        Problem {
            kind,
            location,
            width,
            document: self.document_index(span),
            offset: span.start,
            place: None,
        }
    }
}

/// Appends a key to a path: `fields[2].minimum`.
pub(crate) fn push_key(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}

/// Appends an index to a path: `fields[2]`.
pub(crate) fn push_index(path: &mut String, index: usize) {
    path.push('[');
    path.push_str(&index.to_string());
    path.push(']');
}
