//! Renders errors with their source lines.

use std::fmt::Write as _;

use super::{Error, Location, Problem, escaped, push_escaped};

/// The maximum number of characters of a source line that are shown.
const MAX_WIDTH: usize = 100;
/// The number of characters shown before the location if the line is truncated.
const CONTEXT_BEFORE: usize = 40;

/// Renders all errors. `document` returns the name and text of a document by its index.
pub(super) fn render<'d>(error: &Error, document: &dyn Fn(usize) -> (&'d str, &'d str)) -> String {
    let mut out = String::new();
    for problem in error.errors() {
        if !out.is_empty() {
            out.push('\n');
        }
        let (name, text) = document(problem.document);
        render_problem(problem, name, text, &mut out);
    }
    out
}

fn render_problem(problem: &Problem, name: &str, text: &str, out: &mut String) {
    let _infallible = writeln!(out, "error: {problem}");
    let Some(location) = &problem.location else {
        if !name.is_empty() {
            let _infallible = writeln!(out, " --> {}", escaped(name));
        }
        return;
    };
    let number = location.line.to_string();
    let margin = " ".repeat(number.len());
    let path =
        if location.path.is_empty() { String::new() } else { format!(" ({})", escaped(&location.path)) };
    let _infallible =
        writeln!(out, "{margin}--> {}:{}:{}{path}", escaped(name), location.line, location.column);
    if let Some(line) = line(text, location) {
        let (excerpt, marker) = excerpt(line, location.column, problem.width);
        let _infallible = writeln!(out, "{margin} |\n{number} | {excerpt}\n{margin} | {marker}");
    }
}

/// The source line of a location. LF, CRLF and CR are line ends, as in `Source`.
fn line<'a>(text: &'a str, location: &Location) -> Option<&'a str> {
    let mut rest = text;
    for _ in 1..location.line {
        let end = rest.find(['\n', '\r'])?;
        let length = if rest[end..].starts_with("\r\n") { 2 } else { 1 };
        rest = &rest[end + length..];
    }
    Some(rest.split(['\n', '\r']).next().unwrap_or_default())
}

/// The line, escaped and truncated around the location, and the marker below it.
fn excerpt(line: &str, column: u32, width: usize) -> (String, String) {
    let column = usize::try_from(column).unwrap_or(usize::MAX).saturating_sub(1);
    let length = line.chars().count();
    let start =
        if length > MAX_WIDTH { column.saturating_sub(CONTEXT_BEFORE).min(length - MAX_WIDTH) } else { 0 };
    let end = length.min(start.saturating_add(MAX_WIDTH));
    let mut shown = String::from(if start > 0 { "…" } else { "" });
    let (mut before, mut marked) = (shown.chars().count(), 0);
    for (index, character) in line.chars().enumerate().take(end).skip(start) {
        let from = shown.len();
        push_escaped(&mut shown, character);
        let added = shown[from..].chars().count();
        if index < column {
            before += added;
        } else if index < column.saturating_add(width) {
            marked += added;
        }
    }
    if end < length {
        shown.push('…');
    }
    (shown, format!("{}{}", " ".repeat(before), "^".repeat(marked.max(1))))
}
