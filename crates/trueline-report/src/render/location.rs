//! Formats locations for people.

use crate::{Excerpt, Location, Report, RunError, Violation};

/// The name of an input, not escaped.
pub(super) fn input_name(report: &Report, input: u32) -> String {
    let input = usize::try_from(input).ok().and_then(|index| report.inputs.get(index));
    input.map_or_else(|| "?".to_owned(), |input| input.name.clone())
}

/// `name:line:column`.
pub(super) fn name_line_column(name: &str, line: Option<u64>, column: Option<usize>) -> String {
    let mut text = name.to_owned();
    for number in line.into_iter().chain(column.map(|column| column as u64)) {
        text.push(':');
        text.push_str(&number.to_string());
    }
    text
}

/// One line with `name:line:column`, the name of the column, the row, the bytes and the code.
pub(super) fn line(report: &Report, violation: &Violation) -> String {
    let line = violation.location.line;
    let column = violation.excerpt.as_ref().and_then(column).filter(|_| line.is_some());
    let location = name_line_column(&input_name(report, violation.input), line, column);
    let mut parts = vec![location];
    parts.extend(column_and_path(violation));
    parts.extend(row_and_bytes(&violation.location));
    parts.push(violation.code.clone());
    parts.join(", ")
}

/// The name of the column, unless the id of the check begins with it, and the path inside the value.
pub(super) fn column_and_path(violation: &Violation) -> impl Iterator<Item = String> {
    let is_in_id = |column: &str| {
        let rest = violation.check_id.strip_prefix(column);
        rest.is_some_and(|rest| rest.starts_with('.'))
    };
    let column = violation.column.as_ref().filter(|column| !is_in_id(column));
    let column = column.map(|column| format!("column {column}"));
    let path = violation.path.as_ref().map(|path| format!("at {path}"));
    column.into_iter().chain(path)
}

/// The row and the bytes.
pub(super) fn row_and_bytes(location: &Location) -> impl Iterator<Item = String> {
    let row = location.row_index.map(|row| format!("row {row}"));
    let bytes = match (location.byte_offset, location.byte_length) {
        (Some(offset), Some(length)) => Some(format!("bytes {offset}+{length}")),
        (Some(offset), None) => Some(format!("byte {offset}")),
        _ => None,
    };
    row.into_iter().chain(bytes)
}

/// The parts of the location of an error: input, line, row and byte.
pub(super) fn error_parts(error: &RunError) -> Vec<String> {
    let mut parts: Vec<String> = error.input.iter().cloned().collect();
    parts.extend(error.line.map(|line| format!("line {line}")));
    parts.extend(error.row_index.map(|row| format!("row {row}")));
    parts.extend(error.byte_offset.map(|byte| format!("byte {byte}")));
    parts
}

/// The column at which the highlighted part begins in its line, in characters from 1; `None` if the beginning of the line
/// was cut off.
pub(super) fn column(excerpt: &Excerpt) -> Option<usize> {
    let start = floor_char_boundary(&excerpt.text, excerpt.highlight.start);
    let line_start = excerpt.text[..start].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    if line_start == 0 && excerpt.is_cut_at_start() {
        return None;
    }
    Some(excerpt.text[line_start..start].chars().count() + 1)
}

/// The column after the highlighted part; `None` if that part has several lines or was cut off.
pub(super) fn end_column(excerpt: &Excerpt) -> Option<usize> {
    let start = column(excerpt)?;
    let highlighted = excerpt.text.get(excerpt.highlight.clone())?;
    let is_whole = !highlighted.contains(['\n', '\r']) && &excerpt.text[excerpt.highlight.end..] != "…";
    is_whole.then(|| start + highlighted.chars().count())
}

/// The last character boundary at or before `offset`.
pub(super) fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
