//! Turns the records of a block into rows.
//!
//! Most records are like earlier ones: they fit one of a few templates, and only the kinds of their tokens, their keys and
//! scalars must be checked. A record that fits none is checked to be JSON and scanned token by token, and if it is unusual,
//! byte by byte. Each step may only leave records to the next one.
//!
//! The cost only grows with the number of tokens: there are few templates, and few attempts per block to learn one.

use std::ops::Range;

use trueline_tokenizer::Kernel;
use trueline_tokenizer::json::{Checker, Fault, Positions, RecordFault, SCALAR, is_scalar};

use super::fit::{FitRecords, Fitting};
use super::rows::JsonRows;
use super::scan::{Record, Scanned, Scanner};
use super::slot::Kind;
use super::template::{Spot, Template};
use super::walk::{Broken, Walker, broken};
use crate::BrokenRecord;
use crate::proof::cell::{READ_AHEAD, ROWS_PER_WORD};
use crate::proof::lanes::{Bytes, Pairs, SimdLevel};

/// The maximum number of templates.
const MOST_TEMPLATES: usize = 8;
/// The maximum number of attempts per block to learn a template.
const MOST_LESSONS: usize = 4;
/// The minimum number of records without a template for an attempt.
const LEAST_MISSES: usize = 4;

/// What is known of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Nothing yet.
    Unknown,
    /// It becomes no row.
    Broken,
    /// A row.
    Row,
}

/// A template, and the records of a block that fit it.
#[derive(Debug)]
struct Match {
    template: Template,
    records: Vec<u32>,
    /// For each part, its first token in each of these records; whole words of rows.
    bases: Vec<Vec<u32>>,
    /// The same for one record, counted from its first token.
    parts: Vec<u32>,
}

/// Finds rows.
#[derive(Debug)]
pub(super) struct Reader {
    walker: Walker,
    scanner: Scanner,
    checker: Checker,
    lanes: SimdLevel,
    forbids_extras: bool,
    is_exact: bool,
    matches: Vec<Match>,
    ways: Vec<Way>,
    /// Records that are still unknown.
    pending: Vec<u32>,
    /// The records that fit no template, and the tokens of all columns for each.
    scanned: Vec<u32>,
    scanned_tokens: Vec<u32>,
    /// For each record, its row if it is one.
    row_of: Vec<u32>,
    /// For each row, the first token of a part.
    firsts: Vec<u32>,
    /// The rows that fit a template but in which a value may not be a scalar.
    unverified: Vec<u64>,
}

impl Reader {
    pub(super) fn new(walker: Walker, kernel: Kernel, forbids_extras: bool, is_exact: bool) -> Self {
        Self {
            scanner: Scanner::new(walker.row.len()),
            checker: Checker::with_kernel(kernel).max_depth(walker.max_depth),
            lanes: SimdLevel::new(kernel),
            walker,
            forbids_extras,
            is_exact,
            matches: Vec::new(),
            ways: Vec::new(),
            pending: Vec::new(),
            scanned: Vec::new(),
            scanned_tokens: Vec::new(),
            row_of: Vec::new(),
            firsts: Vec::new(),
            unverified: Vec::new(),
        }
    }

    /// Finds the rows of a block.
    pub(super) fn read(&mut self, bytes: &[u8], positions: &Positions, rows: &mut JsonRows) {
        rows.reset(self.walker.row.len());
        let count = positions.len();
        self.ways.clear();
        self.ways.resize(count, Way::Unknown);
        self.scanned.clear();
        self.scanned_tokens.clear();
        self.matches.iter_mut().for_each(Match::clear);
        self.pending.clear();
        let block = Record::of(bytes, positions);
        if self.is_exact {
            for record in 0..count {
                self.walk(&block, positions, record, rows);
            }
        } else {
            for RecordFault { record, fault } in positions.faults() {
                self.refuse(*record as usize, fault, positions, rows);
            }
            let ways = &self.ways;
            self.pending.extend((0..narrow(count)).filter(|record| ways[*record as usize] == Way::Unknown));
            self.fit(&block, positions);
            let pending = std::mem::take(&mut self.pending);
            for record in &pending {
                self.scan(&block, positions, *record as usize, rows);
            }
            self.pending = pending;
        }
        self.finish(rows);
    }

    /// Finds the records that fit a template, and learns from those that fit none.
    fn fit(&mut self, block: &Record<'_>, positions: &Positions) {
        if block.offsets.last().is_none_or(|last| *last as usize + READ_AHEAD > block.bytes.len()) {
            return;
        }
        let (Some(bytes), Some(offsets)) = (Bytes::new(block.bytes), Pairs::new(block.offsets)) else {
            return;
        };
        for number in 0..self.matches.len() {
            if self.pending.is_empty() {
                break;
            }
            self.fit_one(number, block, positions, bytes, offsets);
        }
        for lesson in 0..MOST_LESSONS {
            if self.pending.len() < LEAST_MISSES || !self.has_room() {
                break;
            }
            // A record that teaches nothing is not tried again.
            let teacher = self.pending[lesson * self.pending.len() / MOST_LESSONS] as usize;
            let tokens = positions.tokens(teacher);
            let scanned =
                self.scanner.scan(&self.walker.paths, block, tokens.clone(), positions.has_backslash());
            let is_usual = matches!(scanned, Scanned::Row(extra) if extra.is_none() || !self.forbids_extras)
                && self.checker.check_record(block.bytes, positions, teacher).is_ok();
            let learnt = if is_usual {
                Template::learn(block, tokens, &self.scanner.row, &self.scanner.nulls)
            } else {
                None
            };
            let Some(template) = learnt else { continue };
            self.matches.push(Match::new(template));
            self.fit_one(self.matches.len() - 1, block, positions, bytes, offsets);
        }
        // The most frequent ones come first.
        self.matches.sort_by_key(|found| std::cmp::Reverse(found.records.len()));
    }

    /// Whether another template can be kept; a template that fits nothing is dropped for it.
    fn has_room(&mut self) -> bool {
        if self.matches.len() < MOST_TEMPLATES {
            return true;
        }
        let unused = self.matches.iter().rposition(|found| found.records.is_empty());
        unused.map(|number| self.matches.remove(number)).is_some()
    }

    /// Removes the records that fit a template from the pending ones.
    fn fit_one(
        &mut self,
        number: usize,
        block: &Record<'_>,
        positions: &Positions,
        bytes: Bytes<'_>,
        offsets: Pairs<'_>,
    ) {
        let Match { template, records, bases, parts } = &mut self.matches[number];
        let unverified = &mut self.unverified;
        let into = Fitting { records, bases, parts, unverified };
        self.lanes.run(FitRecords { template, block, positions, pending: &self.pending, into });
        template.check_scalars(self.lanes, bytes, offsets, bases, unverified);
        let has = |bits: &[u64], row: usize| bits[row / ROWS_PER_WORD] >> (row % ROWS_PER_WORD) & 1 == 1;
        // Bits after the last row are meaningless.
        let last = u64::MAX >> (records.len().next_multiple_of(ROWS_PER_WORD) - records.len());
        unverified.last_mut().into_iter().for_each(|rows| *rows &= last);
        let is_whole = unverified.iter().all(|rows| *rows == 0);
        let looked_at = if is_whole { records.len() } else { 0 };
        let mut kept = looked_at;
        for row in looked_at..records.len() {
            let record = records[row] as usize;
            if has(unverified, row) && !has_scalars(block, positions.tokens(record)) {
                continue;
            }
            if kept < row {
                records[kept] = records[row];
                for bases in bases.iter_mut() {
                    bases[kept] = bases[row];
                }
            }
            kept += 1;
        }
        records.truncate(kept);
        for record in &*records {
            self.ways[*record as usize] = Way::Row;
        }
        let ways = &self.ways;
        self.pending.retain(|record| ways[*record as usize] == Way::Unknown);
    }

    /// Marks a record as not JSON.
    fn refuse(&mut self, record: usize, fault: &Fault, positions: &Positions, rows: &mut JsonRows) {
        let Range { start, end } = positions.record(record);
        self.ways[record] = Way::Broken;
        rows.broken.push(of_block(narrow(record), start, broken(fault, end - start)));
    }

    /// Scans one record.
    fn scan(&mut self, block: &Record<'_>, positions: &Positions, record: usize, rows: &mut JsonRows) {
        if let Err(fault) = self.checker.check_record(block.bytes, positions, record) {
            self.refuse(record, &fault, positions, rows);
            return;
        }
        let tokens = positions.tokens(record);
        match self.scanner.scan(&self.walker.paths, block, tokens, positions.has_backslash()) {
            Scanned::Odd => self.walk(block, positions, record, rows),
            Scanned::Row(extra) => {
                let extra = extra.filter(|_| self.forbids_extras);
                let extra = extra.map(|token| block.range(token as usize));
                self.push(record, extra.as_ref(), rows);
            }
        }
    }

    /// Reads one record byte by byte.
    fn walk(&mut self, block: &Record<'_>, positions: &Positions, record: usize, rows: &mut JsonRows) {
        let Range { start, end } = positions.record(record);
        let extra = match self.walker.walk(&block.bytes[start..end]) {
            Ok(extra) => extra.filter(|_| self.forbids_extras),
            Err(found) => {
                self.ways[record] = Way::Broken;
                rows.broken.push(of_block(narrow(record), start, found));
                return;
            }
        };
        let tokens = positions.tokens(record);
        let row = self.scanned.len();
        for (column, slot) in self.walker.row.iter().enumerate() {
            let offset = slot.start + narrow(start);
            let token = block.offsets[tokens.clone()].binary_search(&offset);
            self.scanner.row[column] = match (slot.kind, token) {
                (Kind::Absent, _) | (_, Err(_)) => 0,
                (_, Ok(token)) => narrow(tokens.start + token),
            };
            if slot.kind == Kind::InTheWay {
                // For now, the index among the scanned records.
                rows.put_in_the_way(column, row);
            }
        }
        let extra = extra.map(|Range { start: from, end: to }| start + from..start + to);
        self.push(record, extra.as_ref(), rows);
    }

    /// Adds a record whose tokens are in the scanner.
    fn push(&mut self, record: usize, extra: Option<&Range<usize>>, rows: &mut JsonRows) {
        self.ways[record] = Way::Row;
        self.scanned.push(narrow(record));
        self.scanned_tokens.extend_from_slice(&self.scanner.row);
        if let Some(Range { start, end }) = extra {
            // For now, the number of the record.
            rows.extras.push(narrow(record));
            rows.extra_keys.push(narrow(*start)..narrow(*end));
        }
    }

    /// Numbers the rows and puts their tokens in order.
    fn finish(&mut self, rows: &mut JsonRows) {
        rows.broken.sort_by_key(|broken| broken.record);
        let count = self.ways.len() - rows.broken.len();
        let is_of_one = self.matches.first().is_some_and(|found| found.records.len() == self.ways.len());
        if is_of_one {
            // All records fit one template, the most common case.
            if let Some(Match { template, bases, .. }) = self.matches.first() {
                for (tokens, spot) in rows.tokens.iter_mut().zip(&template.columns) {
                    match spot {
                        Some(spot) => {
                            tokens.extend(bases[spot.part][..count].iter().map(|base| base + spot.token));
                        }
                        None => tokens.resize(count, 0),
                    }
                }
            }
            rows.resize(count);
            return;
        }
        rows.resize(count);
        self.row_of.clear();
        let mut row = 0;
        for way in &self.ways {
            self.row_of.push(row);
            row += u32::from(*way == Way::Row);
        }
        if !rows.broken.is_empty() {
            let numbers = (0..).zip(&self.ways).filter(|(_, way)| **way == Way::Row);
            rows.numbers.extend(numbers.map(|(record, _)| record));
        }
        let row_of = &self.row_of;
        let mut matches = self.matches.iter();
        // Most records fit one template: its tokens are written for all rows, then corrected in the others.
        if let Some(usual) = matches.next() {
            usual.fill(row_of, &mut self.firsts, &mut rows.tokens);
        }
        for Match { template, records, bases, .. } in matches {
            for (tokens, spot) in rows.tokens.iter_mut().zip(&template.columns) {
                let Some(Spot { part, token }) = spot else {
                    for record in records {
                        tokens[row_of[*record as usize] as usize] = 0;
                    }
                    continue;
                };
                for (record, base) in records.iter().zip(&bases[*part]) {
                    tokens[row_of[*record as usize] as usize] = base + token;
                }
            }
        }
        let columns = rows.tokens.len();
        for (index, record) in self.scanned.iter().enumerate() {
            let row = row_of[*record as usize] as usize;
            let own = &self.scanned_tokens[index * columns..(index + 1) * columns];
            rows.tokens.iter_mut().zip(own).for_each(|(tokens, token)| tokens[row] = *token);
        }
        let scanned = &self.scanned;
        rows.in_the_way.iter_mut().for_each(|(_, row)| *row = row_of[scanned[*row as usize] as usize]);
        rows.in_the_way.sort_unstable();
        rows.extras.iter_mut().for_each(|record| *record = row_of[*record as usize]);
    }
}

impl Match {
    fn new(template: Template) -> Self {
        let parts = template.parts();
        Self { template, records: Vec::new(), bases: vec![Vec::new(); parts], parts: vec![0; parts] }
    }

    fn clear(&mut self) {
        self.records.clear();
        self.bases.iter_mut().for_each(Vec::clear);
    }

    /// Writes the tokens of columns as if all rows fitted the template, given the row of each record; `firsts` is a buffer.
    /// The values of other rows are meaningless.
    fn fill(&self, row_of: &[u32], firsts: &mut Vec<u32>, tokens: &mut [Vec<u32>]) {
        let length = tokens.first().map_or(0, Vec::len);
        for (part, bases) in self.bases.iter().enumerate() {
            let is_of_part = |spot: &Spot| spot.part == part;
            if !self.template.columns.iter().flatten().any(is_of_part) {
                continue;
            }
            firsts.clear();
            firsts.resize(length, 0);
            for (record, base) in self.records.iter().zip(bases) {
                firsts[row_of[*record as usize] as usize] = *base;
            }
            for (tokens, spot) in tokens.iter_mut().zip(&self.template.columns) {
                if let Some(Spot { token, .. }) = spot.filter(is_of_part) {
                    tokens.iter_mut().zip(&*firsts).for_each(|(slot, first)| *slot = first + token);
                }
            }
        }
    }
}

/// Whether all scalars of a record are valid.
fn has_scalars(block: &Record<'_>, tokens: Range<usize>) -> bool {
    tokens
        .filter(|token| block.kinds[*token] == SCALAR)
        .all(|token| is_scalar(&block.bytes[block.range(token)]))
}

fn of_block(record: u32, start: usize, Broken { code, range, found }: Broken) -> BrokenRecord {
    BrokenRecord { record, code, range: start + range.start..start + range.end, found: found.into() }
}

#[expect(clippy::cast_possible_truncation, reason = "there are fewer of anything than bytes in a block")]
fn narrow(number: usize) -> u32 {
    number as u32
}
