//! Selects what is shown first: the most important checks, and the most informative samples of each.

use std::collections::{HashMap, HashSet};

use crate::{CheckResult, Report, Status, Violation};

/// The checks that failed somewhere, the most important first: errors before warnings before what is tolerated, then
/// by the number of failures, then in the report's order.
pub(super) fn offenders(report: &Report) -> Vec<&CheckResult> {
    let mut checks: Vec<&CheckResult> = report.checks.iter().filter(|check| is_offender(check)).collect();
    checks.sort_by_key(|check| {
        let rank = match check.status {
            Status::Failed | Status::Error => 0,
            Status::Warned => 1,
            Status::NotEvaluated => 2,
            Status::Passed => 3,
        };
        (rank, std::cmp::Reverse(check.failed))
    });
    checks
}

/// Whether there is something to show of a check.
pub(super) fn is_offender(check: &CheckResult) -> bool {
    matches!(check.status, Status::Failed | Status::Warned | Status::Error) || check.failed > 0
}

/// Checks that were not evaluated and found nothing, together with the others of the same reason.
pub(super) fn not_evaluated(report: &Report) -> Vec<(&str, Vec<&CheckResult>)> {
    let mut groups: Vec<(&str, Vec<&CheckResult>)> = Vec::new();
    let rest = report.checks.iter().filter(|check| !is_offender(check));
    for check in rest.filter(|check| check.status != Status::Passed) {
        let reason =
            check.reason.as_deref().filter(|reason| !reason.is_empty()).unwrap_or("no reason is given");
        match groups.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, checks)) => checks.push(check),
            None => groups.push((reason, vec![check])),
        }
    }
    groups
}

/// Checks that passed without a single failure and evaluated something.
pub(super) fn passed(report: &Report) -> Vec<&CheckResult> {
    passes(report).filter(|check| !is_empty(check)).collect()
}

/// Checks that passed because there was nothing to evaluate.
pub(super) fn empty(report: &Report) -> Vec<&CheckResult> {
    passes(report).filter(|check| is_empty(check)).collect()
}

fn passes(report: &Report) -> impl Iterator<Item = &CheckResult> {
    let passed = report.checks.iter().filter(|check| check.status == Status::Passed);
    passed.filter(|check| !is_offender(check))
}

/// Whether a check passed and evaluated nothing, such as when all values are null or there are no rows.
pub(super) fn is_empty(check: &CheckResult) -> bool {
    check.status == Status::Passed && check.evaluated == 0 && check.failed == 0
}

/// The samples of each check, by its id.
pub(super) fn samples(report: &Report) -> HashMap<&str, Vec<&Violation>> {
    let mut by_check: HashMap<&str, Vec<&Violation>> = HashMap::new();
    for violation in &report.violations {
        by_check.entry(&violation.check_id).or_default().push(violation);
    }
    by_check
}

/// The first violations, but one of each code before a second of any.
pub(super) fn choose<'a>(violations: &[&'a Violation], samples: usize) -> Vec<&'a Violation> {
    let mut codes = HashSet::new();
    let mut ranked: Vec<(bool, usize)> = violations
        .iter()
        .enumerate()
        .map(|(index, violation)| (!codes.insert(&violation.code), index))
        .collect();
    ranked.sort_unstable();
    ranked.truncate(samples);
    ranked.sort_unstable_by_key(|(_, index)| *index);
    ranked.into_iter().map(|(_, index)| violations[index]).collect()
}
