//! Formats locations for people.

use std::fmt::Write as _;

use crate::{Excerpt, Location, Report, RunError, Violation};

/// The name of an input, as it is: not escaped.
pub(super) fn input_name(report: &Report, input: u32) -> String {
    let input = usize::try_from(input).ok().and_then(|index| report.inputs.get(index));
    input.map_or_else(|| "?".to_owned(), |input| input.name.clone())
}

/// `name:line:column`.
pub(super) fn place_name(name: &str, line: Option<u64>, column: Option<usize>) -> String {
    let mut text = name.to_owned();
    for number in line.into_iter().chain(column.map(|column| column as u64)) {
        text.push(':');
        text.push_str(&number.to_string());
    }
    text
}

/// `name:line:column`, the column, the row, the bytes and the code, in one line.
pub(super) fn line(report: &Report, violation: &Violation) -> String {
    let line = violation.location.line;
    let column = violation.excerpt.as_ref().and_then(column).filter(|_| line.is_some());
    let place = place_name(&input_name(report, violation.input), line, column);
    format!("{place}{}{}, {}", cell(violation), details(&violation.location), violation.code)
}

/// The column where the check's id does not begin with it, and the place inside its value, each begun by a comma.
pub(super) fn cell(violation: &Violation) -> String {
    let is_named = |column: &str| {
        let rest = violation.check_id.strip_prefix(column);
        rest.is_some_and(|rest| rest.starts_with('.'))
    };
    let column = violation.column.iter().filter(|column| !is_named(column));
    let path = violation.path.iter();
    column
        .map(|column| format!(", column {column}"))
        .chain(path.map(|path| format!(", at {path}")))
        .collect::<Vec<_>>()
        .concat()
}

/// The row and the bytes, each begun by a comma.
pub(super) fn details(location: &Location) -> String {
    let mut text = location.row_index.map_or_else(String::new, |row| format!(", row {row}"));
    match (location.byte_offset, location.byte_length) {
        (Some(offset), Some(length)) => write!(text, ", bytes {offset}+{length}"),
        (Some(offset), None) => write!(text, ", byte {offset}"),
        _ => Ok(()),
    }
    .expect("writing to a string does not fail");
    text
}

/// Where a run ended, in parts.
pub(super) fn of_error(error: &RunError) -> Vec<String> {
    let mut place: Vec<String> = error.input.iter().cloned().collect();
    place.extend(error.line.map(|line| format!("line {line}")));
    place.extend(error.row_index.map(|row| format!("row {row}")));
    place.extend(error.byte_offset.map(|byte| format!("byte {byte}")));
    place
}

/// The column, in characters from 1, at which the marked part begins on its line; unknown when the line's beginning
/// was cut off.
pub(super) fn column(excerpt: &Excerpt) -> Option<usize> {
    let start = floor(&excerpt.text, excerpt.highlight.start);
    let line_start = excerpt.text[..start].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    if line_start == 0 && excerpt.is_cut_at_start() {
        return None;
    }
    Some(excerpt.text[line_start..start].chars().count() + 1)
}

/// The column after the marked part; unknown when it goes on in another line or was cut.
pub(super) fn end_column(excerpt: &Excerpt) -> Option<usize> {
    let start = column(excerpt)?;
    let marked = excerpt.text.get(excerpt.highlight.clone())?;
    let is_whole = !marked.contains(['\n', '\r']) && &excerpt.text[excerpt.highlight.end..] != "…";
    is_whole.then(|| start + marked.chars().count())
}

/// The last character border at or before `offset`.
pub(super) fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
