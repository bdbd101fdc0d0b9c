//! Splits an excerpt into lines.

use std::ops::Range;

use super::location::floor_char_boundary;
use crate::Excerpt;

/// One line of an excerpt.
pub(super) struct TextLine<'a> {
    pub(super) number: Option<u64>,
    pub(super) text: &'a str,
    /// The highlighted bytes of `text`.
    pub(super) highlighted: Range<usize>,
}

/// The lines that contain a part of the highlighted bytes; always at least one.
pub(super) fn highlighted_lines(excerpt: &Excerpt) -> Vec<TextLine<'_>> {
    let text = excerpt.text.as_str();
    let start = floor_char_boundary(text, excerpt.highlight.start);
    let end = floor_char_boundary(text, excerpt.highlight.end).max(start);
    let mut lines = Vec::new();
    let mut number = excerpt.first_line;
    let mut from = 0;
    loop {
        let (length, ending) = line_length(&text[from..]);
        let to = from + length;
        let is_last = ending == 0;
        let is_highlighted = (from < end || from == start) && (start < to + ending || is_last);
        if is_highlighted {
            let highlighted = start.clamp(from, to) - from..end.clamp(from, to) - from;
            lines.push(TextLine { number, text: &text[from..to], highlighted });
        }
        if is_last {
            break;
        }
        from = to + ending;
        number = number.map(|number| number.saturating_add(1));
    }
    lines
}

/// The length of the first line, and of its line end: LF, CRLF or CR, or 0 if there is none.
fn line_length(text: &str) -> (usize, usize) {
    match text.find(['\n', '\r']) {
        None => (text.len(), 0),
        Some(at) if text[at..].starts_with("\r\n") => (at, 2),
        Some(at) => (at, 1),
    }
}
