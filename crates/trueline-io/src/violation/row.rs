//! A violation as a row of the table.

use trueline_report::{Location, Violation};

/// One row.
pub(super) struct Row<'a> {
    pub(super) violation: &'a Violation,
    pub(super) input_name: Option<&'a str>,
}

/// The value of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell<'a> {
    Null,
    Text(&'a str),
    Integer(u64),
    Boolean(bool),
}

/// The columns, in their order.
pub(super) const COLUMNS: [&str; 20] = [
    "check_id",
    "code",
    "severity",
    "input",
    "input_name",
    "row_index",
    "line",
    "byte_offset",
    "byte_length",
    "column",
    "path",
    "value",
    "value_truncated",
    "expected",
    "message",
    "related_input",
    "related_row_index",
    "related_line",
    "related_byte_offset",
    "related_byte_length",
];

impl<'a> Row<'a> {
    /// The cells, in the order of [`COLUMNS`].
    pub(super) fn cells(&self) -> [Cell<'a>; COLUMNS.len()] {
        let violation = self.violation;
        let related = violation.related.as_ref();
        let place = integers(&violation.location);
        let other = related.map_or([Cell::Null; 4], |related| integers(&related.location));
        [
            Cell::Text(&violation.check_id),
            Cell::Text(&violation.code),
            Cell::Text(violation.severity.name()),
            Cell::Integer(violation.input.into()),
            text(self.input_name),
            place[0],
            place[1],
            place[2],
            place[3],
            text(violation.column.as_deref()),
            text(violation.path.as_deref()),
            text(violation.value.as_deref()),
            Cell::Boolean(violation.value_truncated),
            Cell::Text(&violation.expected),
            Cell::Text(&violation.message),
            related.map_or(Cell::Null, |related| Cell::Integer(related.input.into())),
            other[0],
            other[1],
            other[2],
            other[3],
        ]
    }
}

fn text(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Null, Cell::Text)
}

/// Row, line, offset and length.
fn integers(location: &Location) -> [Cell<'static>; 4] {
    [location.row_index, location.line, location.byte_offset, location.byte_length]
        .map(|number| number.map_or(Cell::Null, Cell::Integer))
}
