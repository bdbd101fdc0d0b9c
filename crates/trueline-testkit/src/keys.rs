//! Keys and little else: 16 hexadecimal digits and a short number, about 24 bytes per row, no quotes.

use std::io::{self, Write};

use crate::Truth;
use crate::rng::{self, Rng};
use crate::rows::write_rows;
use crate::text::{push_hexadecimal, push_number};
use crate::truth::Recorder;

const HEADER: &str = "key,value";

const SCHEMA: &str = r"name: keys
fields:
  - {name: key, type: string, required: true, unique: true}
  - {name: value, type: string}
";

/// Returns the schema for the rows.
pub fn schema_yaml() -> String {
    SCHEMA.to_owned()
}

const KEY_NULL: usize = 0;
const KEY_DUPLICATE: usize = 1;

const LABELS: &[(&str, &str)] = &[("key.required", "required.null"), ("key.unique", "unique.duplicate")];

/// Generates the rows. The same options result in the same rows on every machine.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Generator {
    rows: u64,
    seed: u64,
    rate: f64,
    sorted: bool,
}

impl Generator {
    /// Creates a generator of clean rows: no two keys are equal.
    pub fn new(rows: u64, seed: u64) -> Self {
        Self { rows, seed, rate: 0.0, sorted: false }
    }

    /// Sets the fraction of rows with a fault of each kind (no key, the key of an earlier row); a row has at most one. Default 0,
    /// at most 1/2.
    pub fn faults(mut self, per_kind_rate: f64) -> Self {
        self.rate = per_kind_rate;
        self
    }

    /// Sets whether keys increase from row to row; a repeated key is then that of the previous row. Default false: no order.
    pub fn sorted(mut self, sorted: bool) -> Self {
        self.sorted = sorted;
        self
    }

    /// Writes the header and rows (LF line ends) and returns their faults.
    ///
    /// **Errors**: errors of the writer.
    pub fn write(&self, write: impl Write) -> io::Result<Truth> {
        write_rows(write, HEADER, self.rows, Recorder::new(LABELS), |row, line, recorder| {
            let fault = self.fault(row);
            match fault {
                Some((KEY_NULL, _)) => {}
                Some((_, owner)) => push_hexadecimal(line, self.key(owner)),
                None => push_hexadecimal(line, self.key(row)),
            }
            line.push(b',');
            push_number(line, Rng::new(self.seed, row, 1).below(1_000_000));
            line.push(b'\n');
            recorder.record(row, fault.map(|(kind, _)| kind).as_slice());
        })
    }

    /// Returns the fault of a row and the row whose key it has: a duplicate needs an earlier row to repeat.
    fn fault(&self, row: u64) -> Option<(usize, u64)> {
        match self.drawn(row)? {
            KEY_DUPLICATE => self.earlier(row).map(|owner| (KEY_DUPLICATE, owner)),
            kind => Some((kind, row)),
        }
    }

    fn drawn(&self, row: u64) -> Option<usize> {
        rng::fault(self.seed, row, self.rate, LABELS.len())
    }

    /// Returns an earlier row with its own key; the previous one if the rows are sorted.
    fn earlier(&self, row: u64) -> Option<u64> {
        const TRIES: usize = 1000;
        let from = if self.sorted { row.checked_sub(1)? } else { Rng::new(self.seed, row, 2).below(row) };
        (0..row).map(|step| (from + row - step) % row).take(TRIES).find(|row| self.drawn(*row).is_none())
    }

    /// Returns the own key of a row. No two are equal, because mixing maps different numbers to different ones, and increasing
    /// keys are in separate intervals.
    fn key(&self, row: u64) -> u64 {
        if !self.sorted {
            return rng::mix(row.wrapping_add(rng::mix(self.seed)));
        }
        let step = u64::MAX / self.rows.max(1);
        row * step + Rng::new(self.seed, row, 3).below(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::collections::HashSet;

    /// Returns the keys in their order, and the faults found by a separate reader.
    fn read_by_hand(bytes: &[u8]) -> (Vec<String>, Truth) {
        let text = std::str::from_utf8(bytes).unwrap();
        let mut truth = Truth { bytes: bytes.len() as u64, ..Truth::default() };
        let (mut keys, mut seen) = (Vec::new(), HashSet::new());
        for line in text.lines().skip(1) {
            let (key, value) = line.split_once(',').unwrap();
            assert!(value.parse::<u32>().is_ok(), "{line}");
            let label = if key.is_empty() {
                Some(LABELS[KEY_NULL])
            } else {
                assert!(key.len() == 16 && key.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
                keys.push(key.to_owned());
                (!seen.insert(key)).then_some(LABELS[KEY_DUPLICATE])
            };
            if let Some((id, code)) = label {
                *truth.counts.entry(id.to_owned()).or_default().entry(code.to_owned()).or_default() += 1;
                truth.violations += 1;
                truth.invalid_rows.push(truth.rows);
            }
            truth.rows += 1;
        }
        (keys, truth)
    }

    #[test]
    fn the_truth_is_what_a_reader_by_hand_finds() {
        for (rate, sorted, seed) in
            [(0.0, false, 1), (0.01, false, 2), (0.4, false, 3), (0.0, true, 1), (0.3, true, 2)]
        {
            let mut bytes = Vec::new();
            let truth = Generator::new(20_000, seed).faults(rate).sorted(sorted).write(&mut bytes).unwrap();
            let (keys, by_hand) = read_by_hand(&bytes);
            assert_eq!(by_hand, truth, "rate {rate}, sorted {sorted}");
            assert_eq!(keys.is_sorted(), sorted);
            assert_eq!(truth.counts.len(), if rate > 0.0 { LABELS.len() } else { 0 });
            assert_eq!(truth.violations, truth.invalid_rows.len() as u64);
        }
    }

    #[test]
    fn rows_have_their_size_and_their_rate() {
        let truth = Generator::new(100_000, 7).faults(0.01).write(io::sink()).unwrap();
        assert!((23..25).contains(&(truth.bytes / truth.rows)), "{}", truth.bytes / truth.rows);
        assert!((1800..2200).contains(&truth.violations), "{}", truth.violations);
    }
}
