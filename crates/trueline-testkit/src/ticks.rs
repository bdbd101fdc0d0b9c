//! Market data: five columns, about 50 bytes per row, no quotes.

use std::io::{self, Write};

use crate::Truth;
use crate::rng::{self, Rng};
use crate::rows::write_rows;
use crate::text::{push_date, push_hundredths, push_number, push_padded, push_time};
use crate::truth::Recorder;

const HEADER: &str = "timestamp,symbol,price,volume,exchange";

const SCHEMA: &str = r"name: ticks
fields:
  - {name: timestamp, type: timestamp, required: true}
  - {name: symbol, type: string, required: true, pattern: '^[A-Z]{1,5}$'}
  - {name: price, type: float64, required: true, exclusive_minimum: 0}
  - {name: volume, type: int64, required: true, minimum: 1, maximum: 1000000}
  - {name: exchange, type: string, required: true, enum: [XNYS, XNAS, XLON, XETR, XTKS]}
";

/// Returns the schema for the rows.
pub fn schema_yaml() -> String {
    SCHEMA.to_owned()
}

const TIMESTAMP_INVALID: usize = 0;
const SYMBOL_NULL: usize = 1;
const SYMBOL_PATTERN: usize = 2;
const PRICE_TEXT: usize = 3;
const PRICE_ZERO: usize = 4;
const VOLUME_FRACTION: usize = 5;
const VOLUME_BELOW: usize = 6;
const VOLUME_ABOVE: usize = 7;
const EXCHANGE_UNLISTED: usize = 8;
const FIELD_COUNT: usize = 9;

const LABELS: &[(&str, &str)] = &[
    ("timestamp.type", "type.invalid"),
    ("symbol.required", "required.null"),
    ("symbol.pattern", "pattern.no_match"),
    ("price.type", "type.invalid"),
    ("price.range", "range.below_minimum"),
    ("volume.type", "type.invalid"),
    ("volume.range", "range.below_minimum"),
    ("volume.range", "range.above_maximum"),
    ("exchange.enum", "enum.unlisted"),
    ("structure", "structure.field_count"),
];

const SYMBOLS: &[&[u8]] = &[b"A", b"GE", b"IBM", b"AAPL", b"MSFT", b"GOOGL", b"TSLA", b"SAP", b"BP", b"NESN"];
const EXCHANGES: &[&[u8]] = &[b"XNYS", b"XNAS", b"XLON", b"XETR", b"XTKS"];

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

    /// Sets the fraction of rows with a fault of each kind; a row has at most one. Default 0, at most 1/10.
    pub fn faults(mut self, per_kind_rate: f64) -> Self {
        self.rate = per_kind_rate;
        self
    }

    /// Writes the header and rows (LF line ends) and returns their faults.
    ///
    /// **Errors**: errors of the writer.
    pub fn write(&self, write: impl Write) -> io::Result<Truth> {
        write_rows(write, HEADER, self.rows, Recorder::new(LABELS), |row, line, recorder| {
            let fault = rng::fault(self.seed, row, self.rate, LABELS.len());
            push_row(line, &mut Rng::new(self.seed, row, 1), fault);
            recorder.record(row, fault.as_slice());
        })
    }
}

fn push_row(line: &mut Vec<u8>, rng: &mut Rng, fault: Option<usize>) {
    let random = rng.next();
    if fault == Some(TIMESTAMP_INVALID) {
        line.extend_from_slice(b"2024-02-30");
    } else {
        push_date(line, random);
    }
    push_time(line, random);
    line.push(b'.');
    push_padded(line, rng.next(), 6);
    line.extend_from_slice(b"Z,");
    match fault {
        Some(SYMBOL_NULL) => {}
        Some(SYMBOL_PATTERN) => line.extend_from_slice(rng.pick(&[&b"aapl"[..], b"BRK.B", b"TOOLONG"])),
        _ => line.extend_from_slice(rng.pick(SYMBOLS)),
    }
    line.push(b',');
    match fault {
        Some(PRICE_TEXT) => line.extend_from_slice(b"n/a"),
        Some(PRICE_ZERO) => line.extend_from_slice(b"0.00"),
        _ => push_hundredths(line, 1 + rng.below(100_000)),
    }
    line.push(b',');
    match fault {
        Some(VOLUME_FRACTION) => line.extend_from_slice(b"100.0"),
        Some(VOLUME_BELOW) => line.extend_from_slice(b"0"),
        Some(VOLUME_ABOVE) => push_number(line, 1_000_001 + rng.below(1000)),
        _ => push_number(line, 1 + rng.below(10_000)),
    }
    if fault != Some(FIELD_COUNT) {
        line.push(b',');
        let exchange = if fault == Some(EXCHANGE_UNLISTED) { b"NYSE" } else { rng.pick(EXCHANGES) };
        line.extend_from_slice(exchange);
    }
    line.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_their_size_and_faults_their_labels() {
        let mut bytes = Vec::new();
        let truth = Generator::new(20_000, 5).faults(0.01).write(&mut bytes).unwrap();
        assert_eq!(truth.bytes, bytes.len() as u64);
        assert!((45..55).contains(&(truth.bytes / truth.rows)), "{}", truth.bytes / truth.rows);
        assert_eq!(truth.counts.values().map(std::collections::BTreeMap::len).sum::<usize>(), LABELS.len());
        assert_eq!(truth.violations, truth.invalid_rows.len() as u64);
        assert!((1800..2200).contains(&truth.violations), "{}", truth.violations);
        let text = String::from_utf8(bytes).unwrap();
        let short = text.lines().filter(|line| line.matches(',').count() == 3).count() as u64;
        assert_eq!(short, truth.count("structure", "structure.field_count"));
    }

    #[test]
    fn clean_rows_have_no_faults() {
        let truth = Generator::new(100, 5).write(io::sink()).unwrap();
        assert_eq!((truth.violations, truth.invalid_rows.len()), (0, 0));
    }
}
