//! Validates CSV: binds columns by their header and turns spans of records into partial states.

mod origin;
mod records;

use trueline_io::csv::{CsvInput, Header};
use trueline_io::rows::LineEnd;
use trueline_report::Location;
use trueline_schema::{ExtraColumns, Schema};
use trueline_tokenizer::{Dialect, FaultKind, Terminator};
use trueline_validate::{Binding, ColumnFault};

pub(super) use records::CsvRecords;

/// The message for a header that contains an unexpected CR.
const LONE_CR: &str =
    "the header has a CR within; if it is what its lines end with, `csv: {terminator: cr}` reads them";

/// Which columns of an input are which fields.
pub(super) fn bind(schema: &Schema, input: &CsvInput) -> Binding {
    if !schema.csv.header {
        let columns = match (input.columns, schema.fields.len()) {
            (first, 0) => first,
            // The first record may be broken itself: only surplus columns are believed.
            (first, declared) if schema.extra_columns == ExtraColumns::Allow => first.max(declared),
            (_, declared) => declared,
        };
        return Binding::by_position(schema, columns);
    }
    let names: &[String] = input.header.as_ref().map_or(&[], |header| &header.names);
    let mut binding = Binding::by_name(schema, names);
    if let Some(header) = &input.header {
        // A file whose lines end in CR is one long header otherwise, without a row that could be wrong.
        if let Some(fault) = header.fault.map(header_fault).or(header.has_lone_cr.then_some(LONE_CR)) {
            binding.faults.insert(0, ColumnFault::header(fault));
        }
    }
    binding
}

/// What ends the lines of an input.
pub(super) fn line_end(dialect: &Dialect) -> LineEnd {
    match dialect.terminator {
        Terminator::Lf => LineEnd::Lf,
        Terminator::CrLf => LineEnd::CrLf,
        Terminator::Cr => LineEnd::Cr,
        _ => LineEnd::Auto,
    }
}

fn header_fault(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::InvalidUtf8 => "the header has bytes that are not UTF-8",
        FaultKind::UnclosedQuote => "a quote in the header is never closed",
        _ => "the header is not quoted as it should be",
    }
}

/// The location of a column's name, or of the whole header.
pub(super) fn name_location(header: Option<&Header>, column: Option<usize>) -> Location {
    let Some(header) = header else { return Location::default() };
    let range = column.map_or(&header.record, |column| &header.cells[column]);
    let line = header.lines.get(column.unwrap_or_default()).copied();
    Location {
        row_index: None,
        line,
        byte_offset: Some(range.start),
        byte_length: Some(range.end - range.start),
    }
}
