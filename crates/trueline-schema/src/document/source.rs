//! Places in the text of a document.

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
}

/// The text of a document with its lines.
pub(crate) struct Source<'a> {
    text: &'a str,
    /// Where each line starts.
    lines: Vec<usize>,
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
        Self { text, lines }
    }

    /// The text of a span; empty when the span is not within the text.
    pub(crate) fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Line and column of the start of a span, both from 1, the column in characters.
    pub(crate) fn place(&self, span: Span) -> (u32, u32) {
        let mut start = span.start.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let line = self.lines.partition_point(|line| *line <= start);
        let from = self.lines[line.saturating_sub(1)];
        let before = &self.text[from..start];
        let column = before.trim_start_matches('\u{FEFF}').chars().count() + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }

    pub(crate) fn problem(&self, kind: ErrorKind, span: Span, path: String) -> Problem {
        let (line, column) = self.place(span);
        let text = self.slice(span);
        let width = text.lines().next().map_or(0, |line| line.trim_end().chars().count());
        Problem { kind, location: Some(Location { line, column, path }), width }
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
