//! The result of a whole run: states are merged in file order, keys settled at the end.

use std::fmt;

use trueline_report::{CheckResult, Location, Rows, Violation};

use crate::binding::Binding;
use crate::check::{Runner, TableRule, outside};
use crate::error::{Error, ErrorKind};
use crate::key::KeyOptions;
use crate::outcome;
use crate::plan::{Plan, PlannedCheck};
use crate::quota::Quota;
use crate::rereading::{KeyStage, Pass};
use crate::state::{Counts, Sample, State};

/// The code of a column whose type is not the schema's.
pub(crate) const MISTYPED_CODE: &str = "type.column";

/// Merges the states of a run.
///
/// **Cost**: memory for the samples, up to their limits, plus its share of the key budget for each check over keys.
pub struct Tally {
    pub(crate) plan: Plan,
    /// The sum of all merged states; its rows and lines are those of the current input.
    pub(crate) total: State,
    pub(crate) keys: Vec<KeyStage>,
    pub(crate) pass: Pass,
    /// The rows of each input, as far as it was read in the first pass.
    pub(crate) rows_of_inputs: Vec<u64>,
    pub(crate) quota: Quota,
    pub(crate) input: Option<u32>,
    pub(crate) total_rows: u64,
    /// Per schema field, whether an input has it, and the reason if one does not.
    pub(crate) bound: Vec<bool>,
    pub(crate) reasons: Vec<Option<String>>,
    /// Whether the columns of an input never became known.
    pub(crate) has_unknown_columns: bool,
    /// Per check, the value observed for the table, as far as it is known.
    pub(crate) observed: Vec<Option<serde_json::Value>>,
    /// The results for the columns of the input, if they are kept separate from those of its rows.
    pub(crate) column_counts: Option<Vec<Counts>>,
    /// Whether keys are settled.
    pub(crate) is_settled: bool,
    /// The violations of the table and not of a row, if all are wanted.
    pub(crate) findings: Option<Vec<Violation>>,
}

/// Keeps a violation of the table as a whole, among the samples if there is room, and among the findings if all are wanted.
pub(crate) fn keep_violation(
    check: &PlannedCheck,
    counts: &mut Counts,
    findings: &mut Option<Vec<Violation>>,
    violation: impl FnOnce() -> Violation,
) {
    let has_room = counts.samples.len() < check.sample_limit;
    if !has_room && findings.is_none() {
        return;
    }
    let violation = violation();
    if let Some(findings) = findings {
        findings.push(violation.clone());
    }
    if has_room {
        counts.samples.push(Sample { column: check.column_order(), violation });
    }
}

/// The result of a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// One result per check, in the order of the schema.
    pub checks: Vec<CheckResult>,
    /// The kept violations, ordered by input, row, column and check.
    pub violations: Vec<Violation>,
    /// The number of violations that were counted but not kept.
    pub violations_omitted: u64,
    /// The counts of rows.
    pub rows: Rows,
    /// If all were wanted, the violations of the table as a whole that are known only at the end, without repeats of keys.
    pub findings: Vec<Violation>,
}

impl fmt::Debug for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plan, total, .. } = self;
        formatter.debug_struct("Tally").field("plan", plan).field("total", total).finish_non_exhaustive()
    }
}

impl Tally {
    /// Creates an empty tally; `keys.memory_bytes` is shared by all checks over keys.
    pub fn new(plan: &Plan, keys: &KeyOptions) -> Self {
        Self::with_stages(plan, KeyStage::for_one_pass(plan, keys))
    }

    /// Creates a tally over inputs that can be read again.
    ///
    /// Keys take less memory and time, and [`Tally::next_pass`] returns which inputs must be read again and what for.
    pub fn rereading(plan: &Plan, keys: &KeyOptions) -> Self {
        Self::with_stages(plan, KeyStage::for_passes(plan, keys))
    }

    pub(crate) fn with_stages(plan: &Plan, keys: Vec<KeyStage>) -> Self {
        Self {
            plan: plan.clone(),
            total: State::new(plan, None),
            quota: Quota::new(plan, keys.iter().map(KeyStage::first_task).collect()),
            keys,
            pass: Pass::First,
            rows_of_inputs: Vec::new(),
            input: None,
            total_rows: 0,
            bound: vec![false; plan.fields.len()],
            reasons: vec![None; plan.fields.len()],
            has_unknown_columns: false,
            observed: vec![None; plan.checks.len()],
            column_counts: None,
            is_settled: false,
            findings: None,
        }
    }

    /// Requests all violations, not only samples.
    ///
    /// States have them in [`State::take_findings`], those of tables and not of rows come from [`Tally::take_findings`], repeats
    /// of keys from [`Tally::settle`], and the rest is in [`Outcome::findings`]. To be called before the first input begins.
    pub fn collect_findings(&mut self) {
        self.quota.collect();
        self.findings = Some(Vec::new());
    }

    /// Returns the violations of the header of the current input since the last call.
    pub fn take_findings(&mut self) -> Vec<Violation> {
        self.findings.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Returns what later states need to know of the samples already kept.
    pub fn quota(&self) -> Quota {
        self.quota.clone()
    }

    /// Returns the number of rows merged so far, over all inputs.
    pub fn rows(&self) -> u64 {
        self.total_rows
    }

    /// Returns the number of the current input, from 0.
    pub fn input(&self) -> u32 {
        self.input.unwrap_or_default()
    }

    /// Returns the number of rows of the current input merged so far.
    pub fn input_rows(&self) -> u64 {
        self.total.rows
    }

    /// Returns the number of line ends of the current input merged so far.
    pub fn input_lines(&self) -> u64 {
        self.total.lines
    }

    /// Returns the number of invalid rows so far; duplicates are counted only at the end.
    pub fn invalid_rows(&self) -> u64 {
        self.total.invalid
    }

    /// Continues with the next input, whose first `lines` line ends are not part of any row.
    ///
    /// `place` returns the location of the name of a column or, for `None`, of the whole header.
    pub fn begin_input(&mut self, binding: &Binding, lines: u64, place: &dyn Fn(Option<usize>) -> Location) {
        let input = self.input.map_or(0, |input| input + 1);
        self.input = Some(input);
        self.rows_of_inputs.push(0);
        self.total.rows = 0;
        self.total.lines = lines;
        for (field, source) in binding.sources.iter().enumerate() {
            self.bound[field] |= source.is_some();
            if self.reasons[field].is_none() {
                self.reasons[field].clone_from(&binding.reasons[field]);
            }
        }
        self.count_columns(input, binding, place);
        self.evaluate_column_count(input, binding, place);
        self.count_types(input, binding, place);
        if let Some(column_counts) = &mut self.column_counts {
            *column_counts = self.total.take_counts();
        }
    }

    /// Continues with an input that could not be read far enough to know its columns.
    pub fn begin_unread_input(&mut self) {
        self.input = Some(self.input.map_or(0, |input| input + 1));
        self.rows_of_inputs.push(0);
        self.total.rows = 0;
        self.total.lines = 0;
        self.has_unknown_columns = true;
    }

    fn count_columns(&mut self, input: u32, binding: &Binding, place: &dyn Fn(Option<usize>) -> Location) {
        let index = self.plan.columns;
        let check = &self.plan.checks[index];
        let counts = &mut self.total.counts[index];
        counts.evaluated += self.plan.fields.len().max(binding.columns) as u64;
        counts.failed += binding.faults.len() as u64;
        for fault in &binding.faults {
            *counts.codes.entry(fault.code).or_default() += 1;
            keep_violation(check, counts, &mut self.findings, || {
                let mut violation = check.violation(fault.code, place(fault.source));
                violation.input = input;
                violation.message = check.message(&fault.message);
                violation.column = Some(fault.name.clone());
                violation
            });
        }
    }

    /// Adds one violation of the type check of its field for each column of another type.
    fn count_types(&mut self, input: u32, binding: &Binding, place: &dyn Fn(Option<usize>) -> Location) {
        for mistyped in &binding.mistyped {
            for (check, counts) in self.plan.checks.iter().zip(&mut self.total.counts) {
                if !matches!(check.runner, Runner::Type) || *check.fields != [mistyped.field] {
                    continue;
                }
                counts.failed += 1;
                *counts.codes.entry(MISTYPED_CODE).or_default() += 1;
                keep_violation(check, counts, &mut self.findings, || {
                    let mut violation = check.violation(MISTYPED_CODE, place(Some(mistyped.source)));
                    violation.input = input;
                    let expected = &self.plan.fields[mistyped.field].data_type;
                    let found = &mistyped.found;
                    violation.message =
                        check.message(&format!("the column is of type {found}, expected {expected}"));
                    violation.value = Some(found.clone());
                    violation
                });
            }
        }
    }

    fn evaluate_column_count(
        &mut self,
        input: u32,
        binding: &Binding,
        place: &dyn Fn(Option<usize>) -> Location,
    ) {
        if binding.is_of_records {
            return;
        }
        for (check, counts) in self.plan.checks.iter().zip(&mut self.total.counts) {
            let Runner::Table(TableRule::ColumnCount(bounds)) = &check.runner else { continue };
            counts.evaluated += 1;
            let Some(code) = outside(bounds, binding.columns as u64) else { continue };
            counts.failed += 1;
            *counts.codes.entry(check.codes[code]).or_default() += 1;
            keep_violation(check, counts, &mut self.findings, || {
                let mut violation = check.violation(check.codes[code], place(None));
                violation.input = input;
                violation.value = Some(binding.columns.to_string());
                violation
            });
        }
    }

    /// Merges a state into the current input. States must come in file order.
    ///
    /// **Errors**: keys exceed their budget and cannot be written to a temporary file.
    ///
    /// **Panics**: the state is of a plan with other checks.
    pub fn merge(&mut self, state: State) -> Result<(), Error> {
        let mut state = state;
        self.merge_keys(&mut state)?;
        if self.pass != Pass::First {
            self.total.rows += state.rows;
            self.total.lines += state.lines;
            return Ok(());
        }
        state.assert_of(&self.plan);
        let input = self.input.unwrap_or_default();
        let (rows, lines) = (self.total.rows, self.total.lines);
        if let Some(known) = self.rows_of_inputs.get_mut(input as usize) {
            *known += state.rows;
        }
        state.rebase(input, rows, lines);
        self.total.absorb(&self.plan, &mut state);
        self.total.rows += state.rows;
        self.total.lines += state.lines;
        self.total_rows += state.rows;
        for (index, (check, counts)) in self.plan.checks.iter().zip(&self.total.counts).enumerate() {
            if counts.samples.len() >= check.sample_limit {
                self.quota.fill(index);
            }
        }
        Ok(())
    }

    pub(crate) fn key_error(&self, set: usize, source: crate::key::Error) -> Error {
        let check_id = self.plan.checks[self.plan.key_checks[set]].check.id.clone();
        Error::new(ErrorKind::Keys { check_id, source })
    }

    /// Settles keys and totals.
    ///
    /// All passes that [`Tally::next_pass`] returned must be complete, unless an input could not be read again. `unreadable` says
    /// that an input could not be read to its end: then no check passes, except `columns` if the columns of all inputs are known.
    /// Without an input there is nothing to fail, and all checks pass.
    ///
    /// **Errors**: key files cannot be read back.
    pub fn finish(self, max_violations: u64, unreadable: bool) -> Result<Outcome, Error> {
        outcome::finish(self, max_violations, unreadable)
    }
}
