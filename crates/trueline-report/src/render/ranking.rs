//! Groups and orders checks and violations, so that the most important ones are shown first.

use std::collections::{HashMap, HashSet};

use crate::{CheckResult, Report, Status, Violation};

/// The checks with failures, the most important first: errors, then warnings, then checks that were not evaluated to the
/// end, then those that passed within their tolerance. Checks of the same rank are ordered by their number of failures, then
/// as in the report.
pub(super) fn with_failures(report: &Report) -> Vec<&CheckResult> {
    let mut checks: Vec<&CheckResult> = report.checks.iter().filter(|check| has_failures(check)).collect();
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

/// Whether a check has failures, or failed without counted failures, such as a check in error.
pub(super) fn has_failures(check: &CheckResult) -> bool {
    matches!(check.status, Status::Failed | Status::Warned | Status::Error) || check.failed > 0
}

/// Checks that were not evaluated and have no failures, grouped by reason.
pub(super) fn not_evaluated(report: &Report) -> Vec<(&str, Vec<&CheckResult>)> {
    let mut groups: Vec<(&str, Vec<&CheckResult>)> = Vec::new();
    let rest = report.checks.iter().filter(|check| !has_failures(check));
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

/// Checks that passed without a failure and evaluated something.
pub(super) fn passed(report: &Report) -> Vec<&CheckResult> {
    passed_without_failure(report).filter(|check| !is_vacuous(check)).collect()
}

/// Checks that passed vacuously: there was nothing to evaluate.
pub(super) fn passed_vacuously(report: &Report) -> Vec<&CheckResult> {
    passed_without_failure(report).filter(|check| is_vacuous(check)).collect()
}

fn passed_without_failure(report: &Report) -> impl Iterator<Item = &CheckResult> {
    let passed = report.checks.iter().filter(|check| check.status == Status::Passed);
    passed.filter(|check| !has_failures(check))
}

/// Whether a check passed vacuously, for example because all values are null or there are no rows.
pub(super) fn is_vacuous(check: &CheckResult) -> bool {
    check.status == Status::Passed && check.evaluated == 0 && check.failed == 0
}

/// The violations in the report, by the id of their check.
pub(super) fn samples(report: &Report) -> HashMap<&str, Vec<&Violation>> {
    let mut by_check: HashMap<&str, Vec<&Violation>> = HashMap::new();
    for violation in &report.violations {
        by_check.entry(&violation.check_id).or_default().push(violation);
    }
    by_check
}

/// Selects up to `limit` violations: the first of each code, then the first of the others. They keep their order.
pub(super) fn select<'a>(violations: &[&'a Violation], limit: usize) -> Vec<&'a Violation> {
    let mut codes = HashSet::new();
    let mut ranked: Vec<(bool, usize)> = violations
        .iter()
        .enumerate()
        .map(|(index, violation)| (!codes.insert(&violation.code), index))
        .collect();
    ranked.sort_unstable();
    ranked.truncate(limit);
    ranked.sort_unstable_by_key(|(_, index)| *index);
    ranked.into_iter().map(|(_, index)| violations[index]).collect()
}
