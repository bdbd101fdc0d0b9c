//! The records of a block: those that become rows, and those that are broken as records, whose neighbours never notice.

use std::ops::Range;

use trueline_tokenizer::{Dense, Fault, FaultKind, Positions};

/// How many records are looked at at once: where none of them is broken, as nearly always, there is less to do.
const GROUP: usize = 32;

/// A multiple of all numbers of lanes.
const PADDING: usize = 64;

/// A record that became no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRecord {
    /// The record in the block's positions.
    pub record: u32,
    /// The stable violation code: `structure.utf8`, `structure.quote` or `structure.field_count`.
    pub code: &'static str,
    /// The bytes to point at, from the start of the block: the whole record for a wrong number of fields, else from the
    /// first bad byte or the offending quote to the end of the record.
    pub range: Range<usize>,
    /// What was found, for people: `3 fields`, `a quote inside an unquoted field`.
    pub found: String,
}

/// Which records of a block become rows.
///
/// The value is meant to be used again: its buffers stay.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// How many rows there are.
    pub rows: usize,
    /// The records that became no row, in their order.
    pub broken: Vec<BrokenRecord>,
    /// For each row its record, where some records are no rows.
    numbers: Vec<u32>,
    /// For each row the entry of its first field among the separators, where records follow one another densely; then zeros.
    pub(crate) firsts: Vec<u32>,
    pub(crate) fields: u32,
}

impl Records {
    /// No records.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sorts out the records of a block, of which each should have so many fields.
    ///
    /// A fault of the tokenizer goes before a wrong number of fields.
    ///
    /// **Cost**: a few instructions for each record.
    pub fn sort_out(&mut self, positions: &Positions, expected_fields: usize) {
        self.broken.clear();
        self.numbers.clear();
        self.firsts.clear();
        self.fields = u32::try_from(expected_fields).unwrap_or(u32::MAX);
        let is_sound = positions.faults().is_empty() && positions.is_regular(expected_fields);
        match positions.dense() {
            Some(_) if is_sound => {
                self.rows = positions.len();
                let last = u32::try_from(self.rows).unwrap_or(u32::MAX);
                self.firsts.extend((0..last).map(|row| row.wrapping_mul(self.fields)));
            }
            Some(dense) => self.sort_out_dense(positions, dense),
            None => self.sort_out_listed(positions),
        }
        if !self.firsts.is_empty() {
            self.firsts.resize(self.firsts.len().next_multiple_of(PADDING), 0);
        }
    }

    /// The record of each row; `None` when every record is the row of its own number.
    pub fn numbers(&self) -> Option<&[u32]> {
        (!self.broken.is_empty()).then_some(&self.numbers)
    }

    /// The record of a row.
    ///
    /// # Panics
    /// When there is no such row and the rows are not the records themselves.
    pub fn number(&self, row: usize) -> u32 {
        self.numbers().map_or(narrow(row), |numbers| numbers[row])
    }

    fn sort_out_dense(&mut self, positions: &Positions, dense: Dense<'_>) {
        let count = dense.lasts.len();
        self.numbers.resize(count, 0);
        self.firsts.resize(count, 0);
        let mut faults = positions.faults().iter();
        let mut fault = faults.next();
        let (mut rows, mut first) = (0, 0);
        for (group, lasts) in (0..).step_by(GROUP).zip(dense.lasts.chunks(GROUP)) {
            let end = group + lasts.len();
            let is_sound =
                fault.is_none_or(|fault| fault.record as usize >= end) && self.is_regular(first, lasts);
            if is_sound {
                let (firsts, numbers) = (&mut self.firsts[rows..], &mut self.numbers[rows..]);
                for (((entry, number), row), record) in
                    firsts.iter_mut().zip(numbers).zip(0..).zip(group..end)
                {
                    (*entry, *number) = (first + self.fields * row, narrow(record));
                }
                rows += lasts.len();
                first = lasts[lasts.len() - 1] + 1;
                continue;
            }
            for (number, &last) in (narrow(group)..).zip(lasts) {
                let is_fault = fault.is_some_and(|fault| fault.record == number);
                let is_sound = last + 1 - first == self.fields && !is_fault;
                // Written in any case, kept only if it is one.
                (self.firsts[rows], self.numbers[rows]) = (first, number);
                rows += usize::from(is_sound);
                first = last + 1;
                if !is_sound {
                    self.broken.push(broken(positions, number, fault.filter(|_| is_fault)));
                    if is_fault {
                        fault = faults.next();
                    }
                }
            }
        }
        self.rows = rows;
        self.numbers.truncate(rows);
        self.firsts.truncate(rows);
    }

    /// Whether each of some records has as many fields as it should, given the entry of the first one's first field.
    fn is_regular(&self, first: u32, lasts: &[u32]) -> bool {
        let mut difference = 0;
        let mut expected = first.wrapping_add(self.fields).wrapping_sub(1);
        for &last in lasts {
            difference |= last ^ expected;
            expected = expected.wrapping_add(self.fields);
        }
        difference == 0
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

/// What is wrong with a record.
fn broken(positions: &Positions, number: u32, fault: Option<&Fault>) -> BrokenRecord {
    let record = positions.record(number as usize);
    if let Some(fault) = fault {
        return of_fault(*fault, record);
    }
    let fields = positions.field_count(number as usize);
    let found = if fields == 1 { "1 field".to_owned() } else { format!("{fields} fields") };
    BrokenRecord { record: number, code: "structure.field_count", range: record, found }
}

fn of_fault(fault: Fault, record: Range<usize>) -> BrokenRecord {
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
        found: found.to_owned(),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the tokenizer counts records in 32 bits")]
fn narrow(record: usize) -> u32 {
    record as u32
}
