//! The end of a run: finds duplicates, evaluates totals and sorts samples.

use std::collections::BinaryHeap;

use serde_json::{Value, json};
use trueline_report::{CheckResult, Location, Rows, Status, Violation};
use trueline_schema::{CountBounds, DataType, KeyReport, Tolerance};

use crate::check::{KeyPurpose, Runner, TableRule, custom, outside};
use crate::error::Error;
use crate::key::{KeyPlace, KeySummary, Repeat};
use crate::key_text;
use crate::late_findings::repeat_violation;
use crate::phrase::phrase;
use crate::plan::{PlannedCheck, REDACTED};
use crate::rereading::{KeyStage, LateResults};
use crate::row_set::RowSet;
use crate::state::{Counts, Sample};
use crate::tally::{MISTYPED_CODE, Outcome, Tally, keep_violation};

pub(crate) fn finish(tally: Tally, max_violations: u64, unreadable: bool) -> Result<Outcome, Error> {
    let mut tally = tally;
    settle_keys(&mut tally, unreadable, &mut LateResults::default())?;
    let mut observed = std::mem::take(&mut tally.observed);
    evaluate_table_checks(&mut tally, &mut observed, unreadable);
    count_custom_errors(&mut tally);
    let rows = Rows {
        total: tally.total_rows,
        valid: tally.total_rows - tally.total.invalid,
        invalid: tally.total.invalid,
    };
    let broken = tally.total.broken;
    let structure = &mut tally.total.counts[tally.plan.structure];
    structure.evaluated = tally.total_rows;
    let mut checks = Vec::with_capacity(tally.plan.checks.len());
    for ((index, check), observed) in tally.plan.checks.iter().enumerate().zip(observed) {
        let counts = &mut tally.total.counts[index];
        if !check.fields.is_empty() {
            counts.not_evaluated += broken;
        }
        let missing = check.fields.iter().find(|&&field| !tally.bound[field]);
        let reason = missing.and_then(|&field| tally.reasons[field].clone());
        let reason = reason.filter(|_| counts.evaluated == 0 && counts.failed == 0);
        let is_incomplete =
            unreadable && (tally.has_unknown_columns || !matches!(check.runner, Runner::Columns));
        checks.push(result(check, counts, observed, reason, is_incomplete));
    }
    let mut findings = tally.take_findings();
    let order = |violation: &Violation| {
        let mut checks = tally.plan.checks.iter().enumerate();
        let check = checks.find(|(_, check)| check.check.id == violation.check_id);
        check.map(|(index, check)| (check.column_order(), index))
    };
    findings.sort_by_key(order);
    let failed: u64 = tally.total.counts.iter().map(|counts| counts.failed).sum();
    let violations = ordered(tally.total.counts, max_violations);
    Ok(Outcome { checks, violations_omitted: failed - violations.len() as u64, violations, rows, findings })
}

/// Returns the sampled violations of all checks, in the order of the report.
fn ordered(counts: Vec<Counts>, max_violations: u64) -> Vec<Violation> {
    let samples = counts.into_iter().enumerate();
    let mut samples: Vec<(usize, Sample)> = samples
        .flat_map(|(index, counts)| counts.samples.into_iter().map(move |sample| (index, sample)))
        .collect();
    samples.sort_by_key(|(index, sample)| {
        (sample.violation.input, sample.violation.location.row_index, sample.column, *index)
    });
    samples.truncate(usize::try_from(max_violations).unwrap_or(usize::MAX));
    samples.into_iter().map(|(_, sample)| sample.violation).collect()
}

/// Settles all keys that are not settled yet: finds the repeats, counts them as violations, and adds the wanted results to
/// `late`.
pub(crate) fn settle_keys(tally: &mut Tally, unreadable: bool, late: &mut LateResults) -> Result<(), Error> {
    if std::mem::replace(&mut tally.is_settled, true) {
        return Ok(());
    }
    let mut invalid_rows = (tally.plan.error_key_checks() > 1).then(RowSet::default);
    for set in 0..tally.keys.len() {
        let keys = std::mem::replace(&mut tally.keys[set], KeyStage::Consumed);
        let index = tally.plan.key_checks[set];
        let Runner::Keys(rule) = tally.plan.checks[index].runner else { continue };
        let settled = match rule.purpose {
            KeyPurpose::Unique(report) => {
                let finish = |visit: &mut dyn FnMut(&Repeat<'_>)| keys.finish(unreadable, visit);
                settle_unique(tally, index, finish, report, invalid_rows.as_mut(), late)
            }
            KeyPurpose::DistinctCount(bounds) => keys.finish(unreadable, &mut |_| {}).map(|summary| {
                tally.observed[index] = Some(json!(summary.distinct));
                evaluate_distinct_count(tally, index, &bounds, &summary, unreadable);
            }),
        };
        settled.map_err(|source| tally.key_error(set, source))?;
    }
    Ok(())
}

/// The first `limit` rows with a repeated key, by input and row. The top of the heap is the last of them, which is replaced when
/// an earlier row is found.
struct FirstRepeats {
    limit: usize,
    heap: BinaryHeap<RepeatRow>,
}

struct RepeatRow {
    place: KeyPlace,
    first: KeyPlace,
    key: Vec<u8>,
}

impl RepeatRow {
    fn sort_key(&self) -> (u32, u64) {
        (self.place.input, self.place.row)
    }
}

impl PartialEq for RepeatRow {
    fn eq(&self, other: &Self) -> bool {
        self.sort_key() == other.sort_key()
    }
}

impl Eq for RepeatRow {}

impl PartialOrd for RepeatRow {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RepeatRow {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.sort_key().cmp(&other.sort_key())
    }
}

impl FirstRepeats {
    fn offer(&mut self, place: KeyPlace, first: KeyPlace, key: &[u8]) {
        let full = self.heap.len() >= self.limit;
        if full && self.heap.peek().is_none_or(|last| last.sort_key() < (place.input, place.row)) {
            return;
        }
        if full {
            self.heap.pop();
        }
        self.heap.push(RepeatRow { place, first, key: key.to_vec() });
    }
}

fn settle_unique(
    tally: &mut Tally,
    index: usize,
    finish: impl FnOnce(&mut dyn FnMut(&Repeat<'_>)) -> Result<KeySummary, crate::key::Error>,
    report: KeyReport,
    mut invalid_rows: Option<&mut RowSet>,
    late: &mut LateResults,
) -> Result<(), crate::key::Error> {
    let check = &tally.plan.checks[index];
    let mut first_repeats = FirstRepeats { limit: check.sample_limit, heap: BinaryHeap::new() };
    let (mut failed, mut invalid, mut first) = (0_u64, 0_u64, None);
    let mut stored = Ok(());
    let types: Vec<&DataType> =
        check.fields.iter().map(|&field| &tally.plan.fields[field].data_type).collect();
    finish(&mut |repeat: &Repeat<'_>| {
        let mut add_row = |place: KeyPlace| {
            failed += 1;
            let order = (place.input, place.row);
            first = Some(first.map_or(order, |first: (u32, u64)| first.min(order)));
            // A warning makes no row invalid, and does not keep later checks from counting the row.
            let is_newly_invalid = check.is_error
                && !place.tainted
                && invalid_rows
                    .as_deref_mut()
                    .is_none_or(|invalid_rows| invalid_rows.insert(place.input, place.row));
            invalid += u64::from(is_newly_invalid);
            let is_wanted = is_newly_invalid || (late.reasons && check.is_error);
            if let (true, true, Some(rows)) = (is_wanted, stored.is_ok(), &mut late.rows) {
                stored = rows.insert(place.input, place.row, u32::try_from(index).unwrap_or(u32::MAX));
            }
            if let (true, Some(findings)) = (stored.is_ok(), &mut late.findings) {
                let value = format_key(check, &types, repeat.key);
                stored = findings.insert(check, index, place, repeat.first, &value);
            }
            first_repeats.offer(place, repeat.first, repeat.key);
        };
        if report == KeyReport::All && repeat.nth == 2 {
            add_row(repeat.first);
        }
        add_row(repeat.this);
    })?;
    stored?;
    let samples: Vec<Sample> = first_repeats
        .heap
        .into_sorted_vec()
        .into_iter()
        .map(|row| repeat_sample(check, &types, &row))
        .collect();
    let counts = &mut tally.total.counts[index];
    counts.failed += failed;
    if failed > 0 {
        *counts.codes.entry(check.codes[0]).or_default() += failed;
    }
    counts.first = [counts.first, first].into_iter().flatten().min();
    counts.samples.extend(samples);
    counts.samples.sort_by_key(|sample| (sample.violation.input, sample.violation.location.row_index));
    counts.samples.truncate(check.sample_limit);
    tally.total.invalid += invalid;
    Ok(())
}

fn repeat_sample(check: &PlannedCheck, types: &[&DataType], row: &RepeatRow) -> Sample {
    let mut violation = repeat_violation(check, row.place, row.first);
    violation.set_value(&format_key(check, types, &row.key));
    Sample { column: check.column_order(), violation }
}

/// Formats a key for a report; the key of a sensitive field is redacted.
fn format_key(check: &PlannedCheck, types: &[&DataType], key: &[u8]) -> String {
    if check.is_sensitive { REDACTED.to_owned() } else { key_text::describe(key, types) }
}

fn evaluate_distinct_count(
    tally: &mut Tally,
    index: usize,
    bounds: &CountBounds,
    summary: &KeySummary,
    unreadable: bool,
) {
    if !is_bound(tally, index) {
        return;
    }
    // The unread part may contain more values.
    if let Some(code) = outside(bounds, summary.distinct).filter(|&code| !(unreadable && code == 0)) {
        fail_table(tally, index, code, &summary.distinct.to_string());
    }
}

fn is_bound(tally: &Tally, index: usize) -> bool {
    tally.plan.checks[index].fields.iter().all(|&field| tally.bound[field])
}

fn evaluate_table_checks(tally: &mut Tally, observed: &mut [Option<Value>], unreadable: bool) {
    for (index, observed) in observed.iter_mut().enumerate() {
        let Runner::Table(rule) = tally.plan.checks[index].runner.clone() else { continue };
        match rule {
            TableRule::RowCount(bounds) => {
                tally.total.counts[index].evaluated = tally.total_rows;
                *observed = Some(json!(tally.total_rows));
                // The unread part may contain more rows.
                let code = outside(&bounds, tally.total_rows).filter(|&code| !(unreadable && code == 0));
                if let Some(code) = code {
                    fail_table(tally, index, code, &tally.total_rows.to_string());
                }
            }
            TableRule::Completeness { min_fraction, min_count } => {
                evaluate_completeness(tally, index, observed, min_fraction, min_count);
            }
            TableRule::ColumnCount(_) => {}
        }
    }
}

/// Adds a violation for each function of the program that failed.
fn count_custom_errors(tally: &mut Tally) {
    for index in 0..tally.plan.checks.len() {
        let Some(reason) = tally.total.counts[index].error.clone() else { continue };
        let check = &tally.plan.checks[index];
        let counts = &mut tally.total.counts[index];
        let code = check.codes[custom::ERROR];
        counts.failed += 1;
        *counts.codes.entry(code).or_default() += 1;
        keep_violation(check, counts, &mut tally.findings, || {
            let mut violation = check.violation(code, Location::default());
            violation.message = format!("{}: {reason}", phrase(code));
            violation
        });
    }
}

fn evaluate_completeness(
    tally: &mut Tally,
    index: usize,
    observed: &mut Option<Value>,
    min_fraction: Option<f64>,
    min_count: Option<u64>,
) {
    let counts = &tally.total.counts[index];
    if !is_bound(tally, index) {
        return;
    }
    let present = counts.evaluated - counts.null;
    let evaluated = counts.evaluated;
    if min_fraction.is_some() && evaluated > 0 {
        *observed = Some(json!(present as f64 / evaluated as f64));
    } else {
        *observed = Some(json!(present));
    }
    let too_small =
        evaluated > 0 && min_fraction.is_some_and(|least| (present as f64 / evaluated as f64) < least);
    if too_small {
        fail_table(tally, index, 0, &format!("{present} of {evaluated}"));
    } else if min_count.is_some_and(|least| present < least && evaluated > 0) {
        fail_table(tally, index, 1, &present.to_string());
    }
}

/// Adds one violation of the table as a whole.
fn fail_table(tally: &mut Tally, index: usize, code: usize, value: &str) {
    let check = &tally.plan.checks[index];
    let counts = &mut tally.total.counts[index];
    counts.failed += 1;
    *counts.codes.entry(check.codes[code]).or_default() += 1;
    keep_violation(check, counts, &mut tally.findings, || {
        let mut violation = check.violation(check.codes[code], Location::default());
        violation.value = Some(value.to_owned());
        violation
    });
}

fn result(
    check: &PlannedCheck,
    counts: &Counts,
    observed: Option<Value>,
    missing: Option<String>,
    is_incomplete: bool,
) -> CheckResult {
    let (status, reason) = if missing.is_some() {
        (Status::NotEvaluated, missing)
    } else if counts.error.is_some() {
        (Status::Error, counts.error.clone())
    } else if exceeds_tolerance(check, counts) {
        (if check.is_error { Status::Failed } else { Status::Warned }, None)
    } else if is_incomplete {
        (Status::NotEvaluated, Some("the input could not be read to its end".to_owned()))
    } else {
        (Status::Passed, None)
    };
    CheckResult {
        id: check.check.id.clone(),
        check: check.check.kind.name().to_owned(),
        columns: check.check.columns.clone(),
        severity: check.check.severity,
        status,
        reason,
        evaluated: counts.evaluated,
        failed: counts.failed,
        null: counts.null,
        not_evaluated: counts.not_evaluated,
        codes: counts.codes.iter().map(|(code, count)| ((*code).to_owned(), *count)).collect(),
        first_row_index: counts.first.map(|(_, row)| row),
        observed,
        expected: check.expected.clone(),
    }
}

/// Returns whether the check has more failures than its tolerance allows.
fn exceeds_tolerance(check: &PlannedCheck, counts: &Counts) -> bool {
    match check.check.tolerance {
        _ if counts.failed == 0 => false,
        // A tolerance is for cells, and those of a column of another type were not validated.
        _ if counts.codes.contains_key(MISTYPED_CODE) => true,
        None => true,
        Some(Tolerance::Count(count)) => counts.failed > count,
        // A quotient of counts is rounded correctly, so it equals the fraction as written when it should.
        Some(Tolerance::Fraction(fraction)) => {
            counts.evaluated == 0 || counts.failed as f64 / counts.evaluated as f64 > fraction
        }
    }
}
