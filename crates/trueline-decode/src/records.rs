//! The records of a block: those that become rows, and broken records, which do not affect their neighbours.

use std::borrow::Cow;
use std::ops::Range;

use trueline_tokenizer::{Dense, Fault, FaultKind, Positions};

/// The number of records checked at once: usually all of them are sound, which takes less work.
const GROUP: usize = 64;

/// A multiple of every number of lanes.
const PADDING: usize = 64;

/// A record that became no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRecord {
    /// The number of the record in the block's positions.
    pub record: u32,
    /// The stable violation code: `structure.utf8`, `structure.quote` or `structure.field_count`.
    pub code: &'static str,
    /// The bytes to show, from the start of the block: the whole record for a wrong number of fields, else from the first
    /// bad byte or the offending quote to the end of the record.
    pub range: Range<usize>,
    /// A description for people: `3 fields`, `a quote inside an unquoted field`.
    pub found: Cow<'static, str>,
}

/// Which records of a block become rows.
///
/// Reuse the value: its buffers are kept.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// The number of rows.
    pub rows: usize,
    /// The records that became no row, in order.
    pub broken: Vec<BrokenRecord>,
    /// For each row, its record, if some records are not rows.
    numbers: Vec<u32>,
    /// The numbers of the broken records; a buffer.
    broken_numbers: Vec<u32>,
    /// For each row, the entry of its first field among the separators, if records directly follow each other; then zeros.
    pub(crate) firsts: Vec<u32>,
    pub(crate) fields: u32,
}

impl Records {
    /// Creates an empty value without records.
    pub fn new() -> Self {
        Self::default()
    }

    /// Separates the rows of a block from the broken records. Each record should have `expected_fields` fields.
    ///
    /// A fault of the tokenizer takes precedence over a wrong number of fields.
    ///
    /// **Cost**: a few instructions per record.
    pub fn sort_out(&mut self, positions: &Positions, expected_fields: usize) {
        self.broken.clear();
        self.numbers.clear();
        self.firsts.clear();
        self.fields = u32::try_from(expected_fields).unwrap_or(u32::MAX);
        let is_sound = positions.faults().is_empty() && positions.is_regular(expected_fields);
        match positions.dense() {
            Some(dense) if is_sound => {
                self.rows = positions.len();
                self.add_firsts(dense.lasts);
            }
            Some(dense) => self.sort_out_dense(positions, dense),
            None => self.sort_out_listed(positions),
        }
        if !self.firsts.is_empty() {
            self.firsts.resize(self.firsts.len().next_multiple_of(PADDING), 0);
        }
    }

    /// Returns the record of each row; `None` if every record is the row with its number.
    pub fn numbers(&self) -> Option<&[u32]> {
        (!self.broken.is_empty()).then_some(&self.numbers)
    }

    /// Returns the record of a row.
    ///
    /// # Panics
    /// If there is no such row and the rows are not the records themselves.
    pub fn number(&self, row: usize) -> u32 {
        self.numbers().map_or(narrow(row), |numbers| numbers[row])
    }

    fn sort_out_dense(&mut self, positions: &Positions, dense: Dense<'_>) {
        self.find_broken(positions, dense.lasts);
        let mut faults = positions.faults().iter().peekable();
        let mut next = 0;
        for at in 0..self.broken_numbers.len() {
            let record = self.broken_numbers[at];
            self.add_rows(next, &dense.lasts[next as usize..record as usize]);
            let fault = faults.next_if(|fault| fault.record == record);
            self.broken.push(broken(positions, record, fault));
            next = record + 1;
        }
        self.add_rows(next, &dense.lasts[next as usize..]);
        self.rows = self.numbers.len();
    }

    /// Finds the records with a fault or an unexpected number of fields, given the last separator of each.
    fn find_broken(&mut self, positions: &Positions, lasts: &[u32]) {
        self.broken_numbers.clear();
        self.broken_numbers.extend(positions.faults().iter().map(|fault| fault.record));
        let fields = self.fields;
        if lasts.first().is_some_and(|last| last.wrapping_add(1) != fields) {
            self.broken_numbers.push(0);
        }
        let behind = lasts.get(1..).unwrap_or_default();
        let groups = behind.chunks(GROUP).zip(lasts.chunks(GROUP));
        for (start, (lasts, befores)) in (1..).step_by(GROUP).zip(groups) {
            let differences =
                lasts.iter().zip(befores).map(|(last, before)| last.wrapping_sub(*before) ^ fields);
            if differences.clone().fold(0, |all, difference| all | difference) != 0 {
                let wrong = (start..).zip(differences).filter(|(_, difference)| *difference != 0);
                self.broken_numbers.extend(wrong.map(|(record, _)| record));
            }
        }
        self.broken_numbers.sort_unstable();
        self.broken_numbers.dedup();
    }

    /// Makes rows of consecutive sound records, starting at `record`, given their last separators.
    fn add_rows(&mut self, record: u32, lasts: &[u32]) {
        self.add_firsts(lasts);
        self.numbers.extend(record..record + narrow(lasts.len()));
    }

    /// Adds the first separators of sound records, given their last ones.
    fn add_firsts(&mut self, lasts: &[u32]) {
        let to_first = self.fields.wrapping_sub(1);
        self.firsts.extend(lasts.iter().map(|last| last.wrapping_sub(to_first)));
    }

    fn sort_out_listed(&mut self, positions: &Positions) {
        let mut faults = positions.faults().iter().peekable();
        for number in (0..).take(positions.len()) {
            let fault = faults.next_if(|fault| fault.record == number);
            if fault.is_some() || positions.field_count(number as usize) != self.fields as usize {
                self.broken.push(broken(positions, number, fault));
            } else {
                self.numbers.push(number);
            }
        }
        self.rows = self.numbers.len();
    }
}

/// Describes what is wrong with a record.
fn broken(positions: &Positions, number: u32, fault: Option<&Fault>) -> BrokenRecord {
    let record = positions.record(number as usize);
    if let Some(fault) = fault {
        return broken_by_fault(*fault, record);
    }
    let fields = positions.field_count(number as usize);
    let found = if fields == 1 { Cow::Borrowed("1 field") } else { Cow::Owned(format!("{fields} fields")) };
    BrokenRecord { record: number, code: "structure.field_count", range: record, found }
}

fn broken_by_fault(fault: Fault, record: Range<usize>) -> BrokenRecord {
    let (code, found) = match fault.kind {
        FaultKind::InvalidUtf8 => ("structure.utf8", "bytes that are not UTF-8"),
        FaultKind::StrayQuote => ("structure.quote", "a quote inside an unquoted field"),
        FaultKind::TextAfterQuote => ("structure.quote", "text after a closing quote"),
        FaultKind::UnclosedQuote => ("structure.quote", "a quote that is never closed"),
        _ => ("structure.quote", "broken quoting"),
    };
    BrokenRecord {
        record: fault.record,
        code,
        range: fault.offset as usize..record.end,
        found: Cow::Borrowed(found),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the tokenizer counts records in 32 bits")]
fn narrow(record: usize) -> u32 {
    record as u32
}
