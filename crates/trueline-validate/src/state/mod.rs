//! The result of successive rows: one state per chunk, merged in file order.

mod keys;

use std::collections::BTreeMap;

use trueline_report::{Location, Origin, Violation};

use crate::batch::{Batch, Column};
use crate::check::Runner;
use crate::code_source::CodeSource;
use crate::finding::{EXTRA_CODE, Finding};
use crate::findings::Findings;
use crate::key_rows::{ChunkKeys, KeyTask};
use crate::layout;
use crate::mask::Mask;
use crate::plan::{Plan, PlannedCheck};
use crate::quota::Quota;

/// The counts and samples of successive rows of one input.
///
/// Row indices and lines are relative to the first row. [`State::merge`] appends the rows that follow, so the result does not
/// depend on how the rows were split.
#[derive(Debug)]
pub struct State {
    pub(crate) rows: u64,
    pub(crate) lines: u64,
    pub(crate) broken: u64,
    pub(crate) invalid: u64,
    pub(crate) counts: Vec<Counts>,
    pub(crate) keys: Vec<ChunkKeys>,
    quota: Option<Quota>,
    failing: Mask,
    invalid_rows: Mask,
    /// All violations, if they are wanted.
    findings: Option<Findings>,
}

/// The counts of one check.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) evaluated: u64,
    pub(crate) failed: u64,
    pub(crate) null: u64,
    pub(crate) not_evaluated: u64,
    pub(crate) codes: BTreeMap<&'static str, u64>,
    pub(crate) first: Option<(u32, u64)>,
    /// Why a function of the program failed, the first time.
    pub(crate) error: Option<String>,
    pub(crate) samples: Vec<Sample>,
}

/// The maximum number of codes of one check over cells.
const MAX_CODES: usize = 8;

/// A violation kept as a sample, with its sort key.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) column: usize,
    pub(crate) violation: Violation,
}

/// The failing slots of a column. `rows` is the row of each slot, or `None` if every row has a slot.
#[derive(Clone, Copy)]
pub(crate) struct Failing<'a> {
    pub(crate) slots: &'a Mask,
    pub(crate) rows: Option<&'a [u32]>,
}

impl Failing<'_> {
    fn row(&self, slot: usize) -> usize {
        self.rows.map_or(slot, |rows| rows[slot] as usize)
    }
}

/// Where and how a record is broken; requested only if it is needed.
#[derive(Clone, Debug)]
pub struct BrokenPlace {
    /// The location of the violation.
    pub location: Location,
    /// A description of what is there.
    pub found: String,
    /// The record, as shown to people.
    pub excerpt: Option<trueline_report::Excerpt>,
}

impl State {
    /// Creates a state over no rows. `quota` is that of the [`crate::Tally`] the state will be merged into, if any.
    pub fn new(plan: &Plan, quota: Option<Quota>) -> Self {
        Self {
            rows: 0,
            lines: 0,
            broken: 0,
            invalid: 0,
            counts: vec![Counts::default(); plan.checks.len()],
            keys: match &quota {
                Some(quota) => quota.keys().iter().map(ChunkKeys::new).collect(),
                None => plan.key_checks.iter().map(|_| ChunkKeys::new(&KeyTask::KeepAll)).collect(),
            },
            findings: quota.as_ref().filter(|quota| quota.collects()).map(|_| Findings::new()),
            quota,
            failing: Mask::default(),
            invalid_rows: Mask::default(),
        }
    }

    /// Makes the state track roughly which rows the keys that may be repeats come from, for
    /// [`Tally::suspects`](crate::Tally::suspects).
    ///
    /// To be called before the first batch, and not for states that are merged with others before the tally gets them.
    pub fn tell_granules(&mut self) {
        for keys in &mut self.keys {
            keys.tell_granules();
        }
    }

    /// Returns the counts so far, and resets them.
    pub(crate) fn take_counts(&mut self) -> Vec<Counts> {
        let none = vec![Counts::default(); self.counts.len()];
        std::mem::replace(&mut self.counts, none)
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns the number of line ends that the rows span.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Returns the number of rows with a violation of severity error, without duplicates, which are found later.
    pub fn invalid_rows(&self) -> u64 {
        self.invalid
    }

    /// Returns the rows of the last batch with a violation of severity error, without duplicates: one bit each, least significant
    /// bit first.
    pub fn invalid_of_batch(&self) -> &[u64] {
        self.invalid_rows.words()
    }

    /// Returns all violations of the rows in the order of the report, if the tally collects them
    /// ([`Tally::collect_findings`](crate::Tally::collect_findings)).
    ///
    /// To be called when all rows were observed, before the state is merged.
    pub fn take_findings(&mut self) -> Option<Findings> {
        self.findings.take()
    }

    /// Adds the number of line ends that the rows of this state span.
    pub fn add_lines(&mut self, lines: u64) {
        self.lines += lines;
    }

    /// Observes a record that cannot be split into fields. Records and batches must come in file order.
    pub fn observe_broken(&mut self, plan: &Plan, code: &'static str, place: impl FnOnce() -> BrokenPlace) {
        let index = plan.structure;
        let check = &plan.checks[index];
        self.rows += 1;
        self.broken += 1;
        self.invalid += u64::from(check.is_error);
        let takes = self.takes_sample(plan, index);
        let counts = &mut self.counts[index];
        counts.failed += 1;
        *counts.codes.entry(code).or_default() += 1;
        if !takes && counts.first.is_some() && self.findings.is_none() {
            return;
        }
        let place = place();
        counts.first = counts.first.or(place.location.row_index.map(|row| (0, row)));
        let finding = Finding::broken(code, place.location, place.found);
        if let Some(findings) = &mut self.findings {
            findings.push(check, index, &finding);
        }
        if takes {
            let violation = Violation { excerpt: place.excerpt, ..finding.into_violation(check) };
            counts.samples.push(Sample { column: 0, violation });
        }
    }

    /// Observes the rows of a batch.
    ///
    /// **Panics**: the batch does not have a column for each field of the schema, or a column has another number of slots or
    /// another layout than checks read ([`Column`]).
    pub fn observe(&mut self, plan: &Plan, batch: &Batch<'_>) {
        self.observe_rows(plan, batch, None);
    }

    /// Observes some rows of a batch, in a pass that collects the keys of these rows ([`State::candidates`]): their keys, and
    /// their violations of other checks.
    ///
    /// The cells of other rows are ignored.
    ///
    /// **Panics**: as [`State::observe`].
    pub fn observe_candidates(&mut self, plan: &Plan, batch: &Batch<'_>, rows: &[u32]) {
        self.observe_rows(plan, batch, Some(rows));
    }

    fn observe_rows(&mut self, plan: &Plan, batch: &Batch<'_>, some: Option<&[u32]>) {
        layout::assert_shape(plan, batch);
        let mut invalid = std::mem::take(&mut self.invalid_rows);
        let mut failing = std::mem::take(&mut self.failing);
        invalid.reset(batch.rows);
        for (index, check) in plan.checks.iter().enumerate() {
            let Some(&field) = check.fields.first() else { continue };
            if matches!(check.runner, Runner::Keys(_) | Runner::Custom { .. }) {
                continue;
            }
            let Some(column) = batch.columns[field] else {
                self.counts[index].not_evaluated += batch.rows as u64;
                continue;
            };
            self.observe_cells(plan, index, batch, &column, &mut failing, &mut invalid);
        }
        if let Some(extras) = batch.extras {
            self.observe_extras(plan, extras, batch, &mut failing, &mut invalid);
        }
        self.observe_custom(plan, batch, &mut failing, &mut invalid);
        for &index in &plan.key_checks {
            self.observe_key_nulls(plan, index, batch, &mut failing, &mut invalid);
        }
        for (set, &index) in plan.key_checks.iter().enumerate() {
            self.collect_keys(plan, set, index, batch, some, invalid.words());
        }
        self.rows += batch.rows as u64;
        self.invalid += invalid.count();
        self.invalid_rows = invalid;
        self.failing = failing;
    }

    fn observe_cells(
        &mut self,
        plan: &Plan,
        index: usize,
        batch: &Batch<'_>,
        column: &Column<'_>,
        failing: &mut Mask,
        invalid: &mut Mask,
    ) {
        let (rows, bad) = (batch.rows as u64, column.bad.len() as u64);
        let nulls = column.null_count() + column.proven_nulls;
        let slots = column.array.len();
        let counts = &mut self.counts[index];
        match &plan.checks[index].runner {
            Runner::Cells(kernel) => {
                counts.null += nulls;
                counts.not_evaluated += bad;
                counts.evaluated += rows - nulls - bad;
                if slots == 0 {
                    return;
                }
                failing.reset(slots);
                kernel.check(column.array, failing);
                failing.keep_valid(column.array.nulls());
                let code_source = CodeSource::Kernel(&**kernel, column.array);
                let failing = Failing { slots: failing, rows: column.rows };
                self.record(plan, index, batch, failing, code_source, invalid);
            }
            Runner::Required => {
                counts.not_evaluated += bad;
                counts.evaluated += rows - bad;
                if column.null_count() > 0 {
                    mark_nulls(failing, column);
                    let failing = Failing { slots: failing, rows: column.rows };
                    self.record(plan, index, batch, failing, CodeSource::Fixed(0), invalid);
                }
            }
            Runner::Type => {
                counts.null += nulls;
                counts.evaluated += rows - nulls;
                if bad > 0 {
                    failing.reset(slots);
                    for cell in column.bad {
                        failing.set(cell.row as usize);
                    }
                    let failing = Failing { slots: failing, rows: column.rows };
                    let code_source = CodeSource::Bad(column.bad, plan.checks[index].codes);
                    self.record(plan, index, batch, failing, code_source, invalid);
                }
            }
            Runner::Table(_) => {
                counts.null += nulls;
                counts.evaluated += rows;
            }
            Runner::Structure | Runner::Columns | Runner::Keys(_) | Runner::Custom { .. } => {}
        }
    }

    /// Records the rows with an undeclared key.
    fn observe_extras(
        &mut self,
        plan: &Plan,
        extras: &[u32],
        batch: &Batch<'_>,
        failing: &mut Mask,
        invalid: &mut Mask,
    ) {
        self.counts[plan.columns].evaluated += batch.rows as u64;
        failing.reset(batch.rows);
        for row in extras {
            failing.set(*row as usize);
        }
        let code = plan.checks[plan.columns].codes.iter().position(|code| *code == EXTRA_CODE);
        let failing = Failing { slots: failing, rows: None };
        self.record(plan, plan.columns, batch, failing, CodeSource::Fixed(code.unwrap_or_default()), invalid);
    }

    /// Counts the failing rows of a check and keeps the first of them.
    pub(crate) fn record(
        &mut self,
        plan: &Plan,
        index: usize,
        batch: &Batch<'_>,
        failing: Failing<'_>,
        code_source: CodeSource<'_>,
        invalid: &mut Mask,
    ) {
        let failed = failing.slots.count();
        if failed == 0 {
            return;
        }
        let check = &plan.checks[index];
        if check.is_error {
            match failing.rows {
                None => invalid.union(failing.slots),
                Some(_) => failing.slots.rows().for_each(|slot| invalid.set(failing.row(slot))),
            }
        }
        if let (None, Some(slot)) = (self.counts[index].first, failing.slots.rows().next()) {
            self.counts[index].first = batch.origin.row(failing.row(slot)).row_index.map(|row| (0, row));
        }
        for slot in failing.slots.rows() {
            let takes = self.takes_sample(plan, index);
            if !takes && self.findings.is_none() {
                break;
            }
            let row = failing.row(slot);
            let finding = Finding::of(check, batch, row, check.codes[code_source.of(slot)]);
            if let Some(findings) = &mut self.findings {
                findings.push(check, index, &finding);
            }
            if takes {
                let excerpt = batch.origin.excerpt(row, check.single());
                let violation = Violation { excerpt, ..finding.into_violation(check) };
                self.counts[index].samples.push(Sample { column: check.column_order(), violation });
            }
        }
        let counts = &mut self.counts[index];
        counts.failed += failed;
        if let [only] = check.codes {
            *counts.codes.entry(only).or_default() += failed;
        } else {
            let mut by_code = [0; MAX_CODES];
            code_source.count(failing.slots, &mut by_code);
            for (code, count) in check.codes.iter().zip(by_code).filter(|(_, count)| *count > 0) {
                *counts.codes.entry(code).or_default() += count;
            }
        }
    }

    /// Counts rows without observing them.
    pub fn pass_over(&mut self, rows: u64) {
        self.rows += rows;
    }

    /// To be called after the last row of the chunk. Sorts findings and prepares keys, so that the thread that merges has less to
    /// do.
    pub fn seal(&mut self) {
        if let Some(findings) = &mut self.findings {
            findings.sort();
        }
        for keys in &mut self.keys {
            if let ChunkKeys::Prints(prints) = keys {
                prints.seal();
            }
        }
    }

    fn takes_sample(&self, plan: &Plan, index: usize) -> bool {
        self.counts[index].samples.len() < plan.checks[index].sample_limit
            && self.quota.as_ref().is_none_or(|quota| !quota.is_full(index))
    }

    /// Appends the rows that follow those of this state in the same input.
    ///
    /// **Panics**: the states are of plans with other checks.
    pub fn merge(&mut self, plan: &Plan, later: Self) {
        self.assert_of(plan);
        later.assert_of(plan);
        let mut later = later;
        later.rebase(0, self.rows, self.lines);
        self.absorb(plan, &mut later);
        for (mine, theirs) in self.keys.iter_mut().zip(&later.keys) {
            mine.append(theirs, self.rows, self.lines);
        }
        self.rows += later.rows;
        self.lines += later.lines;
    }

    /// Panics if this state cannot be one of the plan.
    pub(crate) fn assert_of(&self, plan: &Plan) {
        assert!(self.counts.len() == plan.checks.len(), "the state is of another plan");
    }

    /// Converts relative rows and lines to those of input number `input`, given the numbers of rows and line ends before this
    /// state. Keys stay relative.
    pub(crate) fn rebase(&mut self, input: u32, rows: u64, lines: u64) {
        for counts in &mut self.counts {
            counts.first = counts.first.map(|(_, row)| (input, row + rows));
            for Sample { violation, .. } in &mut counts.samples {
                violation.input = input;
                let location = &mut violation.location;
                location.row_index = location.row_index.map(|row| row + rows);
                location.line = location.line.map(|line| line + lines);
                if let Some(excerpt) = &mut violation.excerpt {
                    excerpt.first_line = excerpt.first_line.map(|line| line + lines);
                }
            }
        }
    }

    /// Adds the counts and samples of a rebased state, but not its keys, rows and lines.
    pub(crate) fn absorb(&mut self, plan: &Plan, later: &mut Self) {
        self.broken += later.broken;
        self.invalid += later.invalid;
        for ((mine, theirs), check) in self.counts.iter_mut().zip(&mut later.counts).zip(&plan.checks) {
            mine.evaluated += theirs.evaluated;
            mine.failed += theirs.failed;
            mine.null += theirs.null;
            mine.not_evaluated += theirs.not_evaluated;
            for (code, count) in &theirs.codes {
                *mine.codes.entry(code).or_default() += count;
            }
            mine.first = mine.first.or(theirs.first);
            mine.error = mine.error.take().or(theirs.error.take());
            let room = check.sample_limit.saturating_sub(mine.samples.len());
            mine.samples.extend(theirs.samples.drain(..).take(room));
        }
    }
}

pub(crate) fn has_bad_cell(check: &PlannedCheck, batch: &Batch<'_>, row: usize) -> bool {
    check
        .fields
        .iter()
        .filter_map(|&field| batch.keys[field])
        .any(|column| column.bad.binary_search_by_key(&row, |cell| cell.row as usize).is_ok())
}

/// Marks the slots whose cells are null, and not those that did not parse.
fn mark_nulls(mask: &mut Mask, column: &Column<'_>) {
    mask.reset(column.array.len());
    mask.add_null(column.array.nulls());
    for cell in column.bad {
        mask.clear(cell.row as usize);
    }
}

/// An origin for data without locations: only the row is known, counted from `first_row`.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowOrigin {
    /// The number of rows of the state before this batch.
    pub first_row: u64,
}

impl Origin for RowOrigin {
    fn row(&self, row: usize) -> Location {
        Location { row_index: Some(self.first_row + row as u64), ..Location::default() }
    }

    fn cell(&self, row: usize, _column: usize) -> Location {
        self.row(row)
    }

    fn value(&self, _row: usize, _column: usize) -> Option<String> {
        None
    }
}
