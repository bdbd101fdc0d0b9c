//! Renders errors with their source lines.

use std::fmt::Write as _;

use super::{Error, Location, Problem, inert, push_inert};

/// How many characters of a line are shown.
const WIDTH: usize = 100;
/// How many of them are shown before the place if the line is cut.
const LEAD: usize = 40;

/// `document` gives name and text of a document by its index.
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
    let Some(place) = &problem.location else {
        if !name.is_empty() {
            let _infallible = writeln!(out, " --> {}", inert(name));
        }
        return;
    };
    let number = place.line.to_string();
    let margin = " ".repeat(number.len());
    let path = if place.path.is_empty() { String::new() } else { format!(" ({})", inert(&place.path)) };
    let _infallible = writeln!(out, "{margin}--> {}:{}:{}{path}", inert(name), place.line, place.column);
    if let Some(line) = line(text, place) {
        let (excerpt, mark) = excerpt(line, place.column, problem.width);
        let _infallible = writeln!(out, "{margin} |\n{number} | {excerpt}\n{margin} | {mark}");
    }
}

/// The line of the place: LF, CRLF and CR each end one.
fn line<'a>(text: &'a str, place: &Location) -> Option<&'a str> {
    let mut rest = text;
    for _ in 1..place.line {
        let end = rest.find(['\n', '\r'])?;
        let length = if rest[end..].starts_with("\r\n") { 2 } else { 1 };
        rest = &rest[end + length..];
    }
    Some(rest.split(['\n', '\r']).next().unwrap_or_default())
}

/// The line, inert and cut around the place, and the marker below it.
fn excerpt(line: &str, column: u32, width: usize) -> (String, String) {
    let column = usize::try_from(column).unwrap_or(usize::MAX).saturating_sub(1);
    let length = line.chars().count();
    let start = if length > WIDTH { column.saturating_sub(LEAD).min(length - WIDTH) } else { 0 };
    let end = length.min(start.saturating_add(WIDTH));
    let mut shown = String::from(if start > 0 { "…" } else { "" });
    let (mut before, mut marked) = (shown.chars().count(), 0);
    for (index, character) in line.chars().enumerate().take(end).skip(start) {
        let from = shown.len();
        push_inert(&mut shown, character);
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
