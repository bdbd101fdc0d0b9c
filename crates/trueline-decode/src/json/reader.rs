//! Turns the records of a block into rows.
//!
//! Most records are like earlier ones: they match one of a few templates, and only the kinds of their tokens, their keys and
//! scalars must be checked. A record that matches none is checked to be JSON and scanned token by token, and if it is unusual,
//! byte by byte. Each step decides some records and leaves the others to the next one.
//!
//! The cost only grows with the number of tokens: there are few templates, and few attempts per block to learn one.

use std::ops::Range;

use trueline_tokenizer::Kernel;
use trueline_tokenizer::json::{Checker, Fault, Positions, RecordFault, SCALAR, is_scalar};

use super::matching::{MatchOutput, MatchRecords};
use super::rows::JsonRows;
use super::scan::{BlockTokens, ScanResult, Scanner};
use super::slot::Kind;
use super::template::{Template, TokenPosition};
use super::walk::{Broken, Walker, broken};
use crate::BrokenRecord;
use crate::proof::cell::{READ_AHEAD, ROWS_PER_WORD};
use crate::proof::lanes::{Bytes, Pairs, SimdLevel};

/// The maximum number of templates.
const MAX_TEMPLATES: usize = 8;
/// The maximum number of attempts per block to learn a template.
const MAX_ATTEMPTS: usize = 4;
/// The minimum number of records without a template for an attempt.
const MIN_MISSES: usize = 4;

/// What is known of a record so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RecordState {
    /// Not decided yet.
    Unknown,
    /// It becomes no row.
    Broken,
    /// A row.
    Row,
}

/// A template, and the records of a block that match it.
#[derive(Debug)]
struct TemplateRecords {
    template: Template,
    records: Vec<u32>,
    /// For each part, its first token in each of these records; whole words of rows.
    bases: Vec<Vec<u32>>,
    /// The first token of each part in one record, counted from the record's first token; a buffer.
    parts: Vec<u32>,
}

/// Finds the rows of blocks, and the tokens of their values.
#[derive(Debug)]
pub(super) struct Reader {
    walker: Walker,
    scanner: Scanner,
    checker: Checker,
    lanes: SimdLevel,
    forbids_extras: bool,
    is_exact: bool,
    templates: Vec<TemplateRecords>,
    states: Vec<RecordState>,
    /// Records that are not decided yet.
    pending: Vec<u32>,
    /// The rows that match no template, and the tokens of all columns for each.
    scanned: Vec<u32>,
    scanned_tokens: Vec<u32>,
    /// For each record, its row if it is one.
    row_of: Vec<u32>,
    /// For each row, the first token of a part.
    firsts: Vec<u32>,
    /// One bit per record that matches a template, set if one of its scalars is not proven to be valid.
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
            templates: Vec::new(),
            states: Vec::new(),
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
        self.states.clear();
        self.states.resize(count, RecordState::Unknown);
        self.scanned.clear();
        self.scanned_tokens.clear();
        self.templates.iter_mut().for_each(TemplateRecords::clear);
        self.pending.clear();
        let block = BlockTokens::of(bytes, positions);
        if self.is_exact {
            for record in 0..count {
                self.walk(&block, positions, record, rows);
            }
        } else {
            for RecordFault { record, fault } in positions.faults() {
                self.mark_broken(*record as usize, fault, positions, rows);
            }
            let states = &self.states;
            self.pending
                .extend((0..narrow(count)).filter(|record| states[*record as usize] == RecordState::Unknown));
            self.match_templates(&block, positions);
            let pending = std::mem::take(&mut self.pending);
            for record in &pending {
                self.scan(&block, positions, *record as usize, rows);
            }
            self.pending = pending;
        }
        self.finish(rows);
    }

    /// Finds the records that match a template, and learns templates from those that match none.
    fn match_templates(&mut self, block: &BlockTokens<'_>, positions: &Positions) {
        if block.offsets.last().is_none_or(|last| *last as usize + READ_AHEAD > block.bytes.len()) {
            return;
        }
        let (Some(bytes), Some(offsets)) = (Bytes::new(block.bytes), Pairs::new(block.offsets)) else {
            return;
        };
        for number in 0..self.templates.len() {
            if self.pending.is_empty() {
                break;
            }
            self.match_template(number, block, positions, bytes, offsets);
        }
        for attempt in 0..MAX_ATTEMPTS {
            if self.pending.len() < MIN_MISSES || !self.make_room() {
                break;
            }
            // Each attempt takes a record from another part of the pending ones, so that an unusual record is not tried twice.
            let sample = self.pending[attempt * self.pending.len() / MAX_ATTEMPTS] as usize;
            let tokens = positions.tokens(sample);
            let scanned =
                self.scanner.scan(&self.walker.paths, block, tokens.clone(), positions.has_backslash());
            let is_usual = matches!(scanned, ScanResult::Row(extra) if extra.is_none() || !self.forbids_extras)
                && self.checker.check_record(block.bytes, positions, sample).is_ok();
            let learned = if is_usual {
                Template::learn(block, tokens, &self.scanner.row, &self.scanner.nulls)
            } else {
                None
            };
            let Some(template) = learned else { continue };
            self.templates.push(TemplateRecords::new(template));
            self.match_template(self.templates.len() - 1, block, positions, bytes, offsets);
        }
        // The most frequent ones come first.
        self.templates.sort_by_key(|found| std::cmp::Reverse(found.records.len()));
    }

    /// Makes room for another template, by dropping one that no record matches if necessary; `false` if there is none.
    fn make_room(&mut self) -> bool {
        if self.templates.len() < MAX_TEMPLATES {
            return true;
        }
        let unused = self.templates.iter().rposition(|found| found.records.is_empty());
        unused.map(|number| self.templates.remove(number)).is_some()
    }

    /// Finds the pending records that match a template, and removes them from the pending ones.
    fn match_template(
        &mut self,
        number: usize,
        block: &BlockTokens<'_>,
        positions: &Positions,
        bytes: Bytes<'_>,
        offsets: Pairs<'_>,
    ) {
        let TemplateRecords { template, records, bases, parts } = &mut self.templates[number];
        let unverified = &mut self.unverified;
        let output = MatchOutput { records, bases, parts, unverified };
        self.lanes.run(MatchRecords { template, block, positions, pending: &self.pending, output });
        template.check_scalars(self.lanes, bytes, offsets, bases, unverified);
        let is_set = |bits: &[u64], row: usize| bits[row / ROWS_PER_WORD] >> (row % ROWS_PER_WORD) & 1 == 1;
        // Bits after the last row are meaningless.
        let last = u64::MAX >> (records.len().next_multiple_of(ROWS_PER_WORD) - records.len());
        unverified.last_mut().into_iter().for_each(|rows| *rows &= last);
        let are_all_valid = unverified.iter().all(|rows| *rows == 0);
        let checked = if are_all_valid { records.len() } else { 0 };
        let mut kept = checked;
        for row in checked..records.len() {
            let record = records[row] as usize;
            if is_set(unverified, row) && !has_valid_scalars(block, positions.tokens(record)) {
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
            self.states[*record as usize] = RecordState::Row;
        }
        let states = &self.states;
        self.pending.retain(|record| states[*record as usize] == RecordState::Unknown);
    }

    /// Marks a record as not JSON.
    fn mark_broken(&mut self, record: usize, fault: &Fault, positions: &Positions, rows: &mut JsonRows) {
        let Range { start, end } = positions.record(record);
        self.states[record] = RecordState::Broken;
        rows.broken.push(broken_record(narrow(record), start, broken(fault, end - start)));
    }

    /// Scans one record.
    fn scan(&mut self, block: &BlockTokens<'_>, positions: &Positions, record: usize, rows: &mut JsonRows) {
        if let Err(fault) = self.checker.check_record(block.bytes, positions, record) {
            self.mark_broken(record, &fault, positions, rows);
            return;
        }
        let tokens = positions.tokens(record);
        match self.scanner.scan(&self.walker.paths, block, tokens, positions.has_backslash()) {
            ScanResult::Unusual => self.walk(block, positions, record, rows),
            ScanResult::Row(extra) => {
                let extra = extra.filter(|_| self.forbids_extras);
                let extra = extra.map(|token| block.range(token as usize));
                self.push(record, extra.as_ref(), rows);
            }
        }
    }

    /// Reads one record byte by byte.
    fn walk(&mut self, block: &BlockTokens<'_>, positions: &Positions, record: usize, rows: &mut JsonRows) {
        let Range { start, end } = positions.record(record);
        let extra = match self.walker.walk(&block.bytes[start..end]) {
            Ok(extra) => extra.filter(|_| self.forbids_extras),
            Err(found) => {
                self.states[record] = RecordState::Broken;
                rows.broken.push(broken_record(narrow(record), start, found));
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
            if slot.kind == Kind::NotObject {
                // The row is not known yet: this is the index among the scanned records, which `finish` replaces.
                rows.add_non_object(column, row);
            }
        }
        let extra = extra.map(|Range { start: from, end: to }| start + from..start + to);
        self.push(record, extra.as_ref(), rows);
    }

    /// Adds a record whose tokens are in the scanner.
    fn push(&mut self, record: usize, extra: Option<&Range<usize>>, rows: &mut JsonRows) {
        self.states[record] = RecordState::Row;
        self.scanned.push(narrow(record));
        self.scanned_tokens.extend_from_slice(&self.scanner.row);
        if let Some(Range { start, end }) = extra {
            // The row is not known yet: this is the number of the record, which `finish` replaces.
            rows.extras.push(narrow(record));
            rows.extra_keys.push(narrow(*start)..narrow(*end));
        }
    }

    /// Numbers the rows and puts their tokens in order.
    fn finish(&mut self, rows: &mut JsonRows) {
        rows.broken.sort_by_key(|broken| broken.record);
        let count = self.states.len() - rows.broken.len();
        let is_uniform = self.templates.first().is_some_and(|found| found.records.len() == self.states.len());
        if is_uniform {
            // All records match one template, the most common case.
            if let Some(TemplateRecords { template, bases, .. }) = self.templates.first() {
                for (tokens, position) in rows.tokens.iter_mut().zip(&template.columns) {
                    match position {
                        Some(position) => {
                            tokens.extend(
                                bases[position.part][..count].iter().map(|base| base + position.token),
                            );
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
        for state in &self.states {
            self.row_of.push(row);
            row += u32::from(*state == RecordState::Row);
        }
        if !rows.broken.is_empty() {
            let numbers = (0..).zip(&self.states).filter(|(_, state)| **state == RecordState::Row);
            rows.numbers.extend(numbers.map(|(record, _)| record));
        }
        let row_of = &self.row_of;
        let mut templates = self.templates.iter();
        // Most records match one template: its tokens are written for all rows, then replaced in the others.
        if let Some(usual) = templates.next() {
            usual.fill(row_of, &mut self.firsts, &mut rows.tokens);
        }
        for TemplateRecords { template, records, bases, .. } in templates {
            for (tokens, position) in rows.tokens.iter_mut().zip(&template.columns) {
                let Some(TokenPosition { part, token }) = position else {
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
        rows.non_objects.iter_mut().for_each(|(_, row)| *row = row_of[scanned[*row as usize] as usize]);
        rows.non_objects.sort_unstable();
        rows.extras.iter_mut().for_each(|record| *record = row_of[*record as usize]);
    }
}

impl TemplateRecords {
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
            let is_of_part = |position: &TokenPosition| position.part == part;
            if !self.template.columns.iter().flatten().any(is_of_part) {
                continue;
            }
            firsts.clear();
            firsts.resize(length, 0);
            for (record, base) in self.records.iter().zip(bases) {
                firsts[row_of[*record as usize] as usize] = *base;
            }
            for (tokens, position) in tokens.iter_mut().zip(&self.template.columns) {
                if let Some(TokenPosition { token, .. }) = position.filter(is_of_part) {
                    tokens.iter_mut().zip(&*firsts).for_each(|(slot, first)| *slot = first + token);
                }
            }
        }
    }
}

/// Whether all scalars of a record are valid.
fn has_valid_scalars(block: &BlockTokens<'_>, tokens: Range<usize>) -> bool {
    tokens
        .filter(|token| block.kinds[*token] == SCALAR)
        .all(|token| is_scalar(&block.bytes[block.range(token)]))
}

fn broken_record(record: u32, start: usize, Broken { code, range, found }: Broken) -> BrokenRecord {
    BrokenRecord { record, code, range: start + range.start..start + range.end, found: found.into() }
}

#[expect(clippy::cast_possible_truncation, reason = "there are fewer of anything than bytes in a block")]
fn narrow(number: usize) -> u32 {
    number as u32
}
