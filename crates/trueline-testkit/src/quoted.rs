//! Mostly delimiters: twenty columns of cells with one byte each, all quoted, 80 bytes per row.
//!
//! In such a table, three bytes of four are a quote, a comma or a line end, which is the maximum for a tokenizer. Its variant
//! without quotes ([`Generator::unquoted`], 40 bytes per row) has the same cells.

use std::io::{self, Write};

use crate::Truth;
use crate::rng::{self, Rng};
use crate::rows::write_rows;
use crate::truth::Recorder;

const LETTERS: u64 = 5;
const TEXTS: u64 = 5;
const DIGITS: u64 = 10;

const LETTER_NULL: usize = 0;
const LETTER_UNLISTED: usize = 1;
const TEXT_NULL: usize = 2;
const TEXT_LONG: usize = 3;
const DIGIT_NULL: usize = 4;
const DIGIT_TEXT: usize = 5;
const DIGIT_BELOW: usize = 6;
const DIGIT_ABOVE: usize = 7;
const FIELD_COUNT: usize = 8;

const LABELS: &[(&str, &str)] = &[
    ("letter_1.required", "required.null"),
    ("letter_5.enum", "enum.unlisted"),
    ("text_2.required", "required.null"),
    ("text_5.length", "length.too_long"),
    ("digit_4.required", "required.null"),
    ("digit_7.type", "type.invalid"),
    ("digit_9.range", "range.below_minimum"),
    ("digit_10.range", "range.above_maximum"),
    ("structure", "structure.field_count"),
];

/// The column of each kind of fault, from 1, in the order of [`LABELS`].
const COLUMNS: [u64; 9] = [1, 5, 7, 10, 14, 17, 19, 20, 20];

/// Returns the names and schema lines of the columns, in their order.
fn columns() -> impl Iterator<Item = (String, &'static str)> {
    let group = |name: &'static str, count: u64, rest: &'static str| {
        (1..=count).map(move |number| (format!("{name}_{number}"), rest))
    };
    group("letter", LETTERS, "type: string, required: true, enum: [a, b, c, d, e, f]")
        .chain(group("text", TEXTS, "type: string, required: true, max_length: 1"))
        .chain(group("digit", DIGITS, "type: int8, required: true, minimum: 0, maximum: 8"))
}

/// Returns the schema for the rows, quoted or not.
pub fn schema_yaml() -> String {
    let mut schema = String::from("name: quoted\nfields:\n");
    for (name, rest) in columns() {
        schema.push_str("  - {name: ");
        schema.push_str(&name);
        schema.push_str(", ");
        schema.push_str(rest);
        schema.push_str("}\n");
    }
    schema
}

/// Generates the rows. The same options result in the same rows on every machine.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Generator {
    rows: u64,
    seed: u64,
    rate: f64,
    unquoted: bool,
}

impl Generator {
    /// Creates a generator of clean rows.
    pub fn new(rows: u64, seed: u64) -> Self {
        Self { rows, seed, rate: 0.0, unquoted: false }
    }

    /// Sets the fraction of rows with a fault of each kind; a row has at most one. Default 0, at most 1/9.
    pub fn faults(mut self, per_kind_rate: f64) -> Self {
        self.rate = per_kind_rate;
        self
    }

    /// Sets whether the quotes are omitted. Default false.
    pub fn unquoted(mut self, unquoted: bool) -> Self {
        self.unquoted = unquoted;
        self
    }

    /// Writes the header and rows (LF line ends) and returns their faults.
    ///
    /// **Errors**: errors of the writer.
    pub fn write(&self, write: impl Write) -> io::Result<Truth> {
        let names: Vec<String> = columns().map(|(name, _)| name).collect();
        write_rows(write, &names.join(","), self.rows, Recorder::new(LABELS), |row, line, recorder| {
            let fault = rng::fault(self.seed, row, self.rate, LABELS.len());
            self.push_row(line, &mut Rng::new(self.seed, row, 1), fault);
            recorder.record(row, fault.as_slice());
        })
    }

    fn push_row(&self, line: &mut Vec<u8>, rng: &mut Rng, fault: Option<usize>) {
        let cells = LETTERS + TEXTS + DIGITS - u64::from(fault == Some(FIELD_COUNT));
        // Four random bits per cell.
        let mut random =
            [rng.next(), rng.next()].map(u128::from).into_iter().fold(0, |all, one| all << 64 | one);
        for column in 1..=cells {
            if column > 1 {
                line.push(b',');
            }
            if !self.unquoted {
                line.push(b'"');
            }
            let drawn = u8::try_from(random & 15).unwrap_or(0);
            random >>= 4;
            match fault {
                Some(kind) if COLUMNS[kind] == column => line.extend_from_slice(faulty(kind)),
                _ if column <= LETTERS => line.push(b'a' + drawn % 6),
                _ if column <= LETTERS + TEXTS => line.push(b'g' + drawn),
                _ => line.push(b'0' + drawn % 9),
            }
            if !self.unquoted {
                line.push(b'"');
            }
        }
        line.push(b'\n');
    }
}

/// Returns a cell with this fault, without its quotes.
fn faulty(kind: usize) -> &'static [u8] {
    match kind {
        LETTER_NULL | TEXT_NULL | DIGIT_NULL => b"",
        LETTER_UNLISTED => b"z",
        TEXT_LONG => b"xy",
        DIGIT_TEXT => b"x",
        DIGIT_BELOW => b"-1",
        DIGIT_ABOVE => b"9",
        _ => unreachable!("a record with another number of fields has no faulty cell"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generate(generator: Generator) -> (String, Truth) {
        let mut bytes = Vec::new();
        let truth = generator.write(&mut bytes).unwrap();
        assert_eq!(truth.bytes, bytes.len() as u64);
        (String::from_utf8(bytes).unwrap(), truth)
    }

    fn judge(line: &str) -> Option<(&'static str, &'static str)> {
        let cells: Vec<&str> = line.split(',').collect();
        if cells.len() != 20 {
            return Some(LABELS[FIELD_COUNT]);
        }
        let mut found = Vec::new();
        for (index, cell) in cells.iter().enumerate() {
            let kind = match (index, *cell) {
                (0..5, "") => LETTER_NULL,
                (0..5, cell) if !"abcdef".contains(cell) => LETTER_UNLISTED,
                (5..10, "") => TEXT_NULL,
                (5..10, cell) if cell.len() > 1 => TEXT_LONG,
                (10.., "") => DIGIT_NULL,
                (10.., cell) => match cell.parse::<i8>() {
                    Err(_) => DIGIT_TEXT,
                    Ok(..0) => DIGIT_BELOW,
                    Ok(9..) => DIGIT_ABOVE,
                    Ok(_) => continue,
                },
                _ => continue,
            };
            assert_eq!(COLUMNS[kind], index as u64 + 1, "{line}");
            found.push(kind);
        }
        assert!(found.len() <= 1, "{line}");
        found.first().map(|kind| LABELS[*kind])
    }

    #[test]
    fn the_truth_is_what_a_reader_by_hand_finds() {
        let (text, truth) = generate(Generator::new(20_000, 3).faults(0.01).unquoted(true));
        let mut by_hand = Truth { bytes: text.len() as u64, ..Truth::default() };
        for line in text.lines().skip(1) {
            if let Some((id, code)) = judge(line) {
                *by_hand.counts.entry(id.to_owned()).or_default().entry(code.to_owned()).or_default() += 1;
                by_hand.violations += 1;
                by_hand.invalid_rows.push(by_hand.rows);
            }
            by_hand.rows += 1;
        }
        assert_eq!(by_hand, truth);
        assert_eq!(truth.counts.values().map(std::collections::BTreeMap::len).sum::<usize>(), LABELS.len());
    }

    #[test]
    fn the_twin_differs_by_its_quotes_alone() {
        let generator = Generator::new(5_000, 3).faults(0.01);
        let ((quoted, truth), (plain, twin)) = (generate(generator), generate(generator.unquoted(true)));
        assert_eq!(quoted.replace('"', ""), plain);
        assert_eq!((truth.counts, truth.invalid_rows), (twin.counts, twin.invalid_rows));
        let cells = quoted.lines().skip(1).flat_map(|line| line.split(','));
        assert!(cells.clone().all(|cell| cell.len() >= 2 && cell.starts_with('"') && cell.ends_with('"')));
        assert!(cells.filter(|cell| cell.len() == 3).count() > 99_000);
    }
}
