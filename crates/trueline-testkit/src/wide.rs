//! Forty columns of all kinds: quoted text with commas, doubled quotes and line ends, about 500 bytes per row.

use std::io::{self, Write};

use crate::Truth;
use crate::rng::{self, Rng};
use crate::rows::write_rows;
use crate::text::{push_date, push_hundredths, push_number, push_repeated};
use crate::truth::Recorder;

const INTEGERS: usize = 10;
const FLOATS: usize = 8;
const TEXTS: usize = 10;
const FLAGS: usize = 4;
const DATES: usize = 4;

const TITLE_NULL: usize = 0;
const INTEGER_TEXT: usize = 1;
const INTEGER_BELOW: usize = 2;
const TEXT_LONG: usize = 3;
const DATE_INVALID: usize = 4;
const CODE_UNLISTED: usize = 5;
const FIELD_COUNT: usize = 6;
const STRAY_QUOTE: usize = 7;

const LABELS: &[(&str, &str)] = &[
    ("title.required", "required.null"),
    ("integer_05.type", "type.invalid"),
    ("integer_10.range", "range.below_minimum"),
    ("text_01.length", "length.too_long"),
    ("date_04.type", "type.invalid"),
    ("code.enum", "enum.unlisted"),
    ("structure", "structure.field_count"),
    ("structure", "structure.quote"),
];

/// As they occur in the file, between quotes.
const PHRASES: &[&str] = &[
    "plain words",
    "one, two, three",
    "she said \"\"yes\"\" twice",
    "first line\nsecond line",
    "first line\r\nsecond, line\r\n",
    "Größe: 5 µm",
    "東京",
    "",
];

fn numbered(name: &'static str, count: usize) -> impl Iterator<Item = String> {
    (1..=count).map(move |number| format!("{name}_{number:02}"))
}

/// Returns the names and schema lines of the columns, in their order.
fn columns() -> Vec<(String, &'static str)> {
    let fixed = |name: &str, rest| std::iter::once((name.to_owned(), rest));
    let group = |name, count, rest| numbered(name, count).map(move |name| (name, rest));
    fixed("id", "type: int64, required: true, unique: true")
        .chain(fixed("title", "type: string, required: true, max_length: 80"))
        .chain(fixed("note", "type: string"))
        .chain(group("integer", INTEGERS, "type: int32, minimum: 0"))
        .chain(group("float", FLOATS, "type: float64"))
        .chain(group("text", TEXTS, "type: string, max_length: 60"))
        .chain(group("flag", FLAGS, "type: boolean"))
        .chain(group("date", DATES, "type: date"))
        .chain(fixed("code", "type: string, required: true, enum: [red, green, blue]"))
        .collect()
}

/// Returns the schema for the rows.
pub fn schema_yaml() -> String {
    let mut schema = String::from("name: wide\nfields:\n");
    for (name, rest) in columns() {
        schema.push_str("  - {name: ");
        schema.push_str(&name);
        schema.push_str(", ");
        schema.push_str(rest);
        schema.push_str("}\n");
    }
    schema
}

/// Returns the same schema without the uniqueness of the id. The rows fit both: no id is repeated.
pub fn schema_without_unique_yaml() -> String {
    schema_yaml().replace(", unique: true", "")
}

/// Generates the rows. The same options result in the same rows on every machine.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Generator {
    rows: u64,
    seed: u64,
    rate: f64,
}

impl Generator {
    /// Creates a generator of clean rows.
    pub fn new(rows: u64, seed: u64) -> Self {
        Self { rows, seed, rate: 0.0 }
    }

    /// Sets the fraction of rows with a fault of each kind; a row has at most one. Default 0, at most 1/8.
    pub fn faults(mut self, per_kind_rate: f64) -> Self {
        self.rate = per_kind_rate;
        self
    }

    /// Writes the header and rows (records end in LF, text may contain LF and CRLF) and returns their faults.
    ///
    /// **Errors**: errors of the writer.
    pub fn write(&self, write: impl Write) -> io::Result<Truth> {
        let names: Vec<String> = columns().into_iter().map(|(name, _)| name).collect();
        write_rows(write, &names.join(","), self.rows, Recorder::new(LABELS), |row, line, recorder| {
            let fault = rng::fault(self.seed, row, self.rate, LABELS.len());
            push_row(line, row, &mut Rng::new(self.seed, row, 1), fault);
            recorder.record(row, fault.as_slice());
        })
    }
}

fn push_row(line: &mut Vec<u8>, row: u64, rng: &mut Rng, fault: Option<usize>) {
    push_number(line, row + 1);
    line.push(b',');
    if fault != Some(TITLE_NULL) {
        line.extend_from_slice(b"\"Title, ");
        push_number(line, rng.below(100_000));
        line.push(b'"');
    }
    line.push(b',');
    push_note(line, rng, fault);
    push_integers(line, rng, fault);
    for _ in 0..FLOATS {
        line.push(b',');
        push_hundredths(line, rng.below(1_000_000_000));
        line.extend_from_slice(if rng.below(8) == 0 { b"e3" } else { b"" });
    }
    for text in 0..TEXTS {
        line.extend_from_slice(b",\"");
        if text == 0 && fault == Some(TEXT_LONG) {
            push_repeated(line, b'l', 61);
        } else {
            line.extend_from_slice(rng.pick(PHRASES).as_bytes());
        }
        line.push(b'"');
    }
    for _ in 0..FLAGS {
        line.push(b',');
        line.extend_from_slice(rng.pick(&[&b"true"[..], b"false", b"1", b"0", b""]));
    }
    for date in 1..=DATES {
        line.push(b',');
        if date == DATES && fault == Some(DATE_INVALID) {
            line.extend_from_slice(b"2023-02-29");
        } else {
            push_date(line, rng.next());
        }
    }
    if fault != Some(FIELD_COUNT) {
        line.push(b',');
        let codes: &[&[u8]] =
            if fault == Some(CODE_UNLISTED) { &[b"purple"] } else { &[b"red", b"green", b"blue"] };
        line.extend_from_slice(rng.pick(codes));
    }
    line.push(b'\n');
}

fn push_note(line: &mut Vec<u8>, rng: &mut Rng, fault: Option<usize>) {
    line.push(b'"');
    for _ in 0..rng.below(6) {
        line.extend_from_slice(rng.pick(PHRASES).as_bytes());
        line.push(b' ');
    }
    line.push(b'"');
    if fault == Some(STRAY_QUOTE) {
        line.extend_from_slice(b"rest");
    }
}

fn push_integers(line: &mut Vec<u8>, rng: &mut Rng, fault: Option<usize>) {
    for integer in 1..=INTEGERS {
        line.push(b',');
        match (integer, fault) {
            (5, Some(INTEGER_TEXT)) => line.extend_from_slice(b"12x"),
            (10, Some(INTEGER_BELOW)) => line.extend_from_slice(b"-1"),
            _ => push_number(line, rng.below(2_000_000_000)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_forty_columns_and_all_faults() {
        assert_eq!(columns().len(), 40);
        assert_eq!(schema_yaml().len() - schema_without_unique_yaml().len(), ", unique: true".len());
        let mut bytes = Vec::new();
        let truth = Generator::new(5_000, 9).faults(0.02).write(&mut bytes).unwrap();
        assert_eq!(truth.bytes, bytes.len() as u64);
        assert_eq!(truth.counts.values().map(std::collections::BTreeMap::len).sum::<usize>(), LABELS.len());
        assert_eq!(truth.violations, truth.invalid_rows.len() as u64);
        assert!(truth.bytes / truth.rows > 400, "{}", truth.bytes / truth.rows);
    }

    #[test]
    fn records_are_where_quotes_say() {
        let mut bytes = Vec::new();
        Generator::new(500, 9).write(&mut bytes).unwrap();
        let (mut inside, mut records, mut commas, mut line_ends) = (false, 0, 0, 0);
        for byte in &bytes {
            match byte {
                b'"' => inside = !inside,
                b'\n' if !inside => {
                    assert_eq!(commas, 39, "record {records}");
                    commas = 0;
                    records += 1;
                }
                b'\n' => line_ends += 1,
                b',' if !inside => commas += 1,
                _ => {}
            }
        }
        assert_eq!(records, 501);
        assert!(line_ends > 500, "{line_ends}");
    }
}
