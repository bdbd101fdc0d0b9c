//! Splits an excerpt into lines.

use std::ops::Range;

use super::place::floor;
use crate::Excerpt;

/// One line of an excerpt.
pub(super) struct TextLine<'a> {
    pub(super) number: Option<u64>,
    pub(super) text: &'a str,
    /// The marked bytes of `text`.
    pub(super) marked: Range<usize>,
}

/// The lines that the marked part touches; always at least one.
pub(super) fn marked_lines(excerpt: &Excerpt) -> Vec<TextLine<'_>> {
    let text = excerpt.text.as_str();
    let start = floor(text, excerpt.highlight.start);
    let end = floor(text, excerpt.highlight.end).max(start);
    let mut lines = Vec::new();
    let mut number = excerpt.first_line;
    let mut from = 0;
    loop {
        let (length, ending) = line_length(&text[from..]);
        let to = from + length;
        let is_last = ending == 0;
        let touched = (from < end || from == start) && (start < to + ending || is_last);
        if touched {
            let marked = start.clamp(from, to) - from..end.clamp(from, to) - from;
            lines.push(TextLine { number, text: &text[from..to], marked });
        }
        if is_last {
            break;
        }
        from = to + ending;
        number = number.map(|number| number.saturating_add(1));
    }
    lines
}

/// The length of the first line and of its end: LF, CRLF or CR.
fn line_length(text: &str) -> (usize, usize) {
    match text.find(['\n', '\r']) {
        None => (text.len(), 0),
        Some(at) if text[at..].starts_with("\r\n") => (at, 2),
        Some(at) => (at, 1),
    }
}
