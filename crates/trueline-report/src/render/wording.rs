//! Phrases that several renderers use.

use super::{number, ranking};
use crate::{CheckResult, Report, Status, Verdict, Violation, severity};

/// The number of digits of the fingerprint that are shown.
const FINGERPRINT_DIGITS: usize = 12;

/// The remark on checks that passed because there was nothing to evaluate.
pub(super) const NOTHING_EVALUATED: &str = "nothing evaluated";

/// The sentence after the verdict: the counts of rows and checks, or that there is no result.
pub(super) fn summary(report: &Report) -> String {
    if report.verdict == Verdict::Unreadable {
        "the data could not be read and checked to its end, so nothing is said about it".to_owned()
    } else {
        format!("{}; {}", rows(report), checks(report))
    }
}

/// `12 of 3,000 rows invalid (0.4 %)`, or how many rows there are.
pub(super) fn rows(report: &Report) -> String {
    let rows = &report.rows;
    if rows.invalid == 0 {
        return number::count(rows.total, "row");
    }
    format!(
        "{} of {} invalid ({})",
        number::grouped(rows.invalid),
        number::count(rows.total, "row"),
        number::percent(rows.invalid, rows.total)
    )
}

/// `3 checks: 1 failed, 2 passed`.
pub(super) fn checks(report: &Report) -> String {
    let of = |status| status_count(report, status);
    let (all, passed) = (report.checks.len() as u64, of(Status::Passed));
    if passed == all {
        let vacuous = ranking::passed_vacuously(report).len() as u64;
        return match (all, vacuous) {
            (0, _) => "no checks".to_owned(),
            (1, 0) => "the only check passed".to_owned(),
            (1, _) => format!("the only check passed, with {NOTHING_EVALUATED}"),
            (_, 0) => format!("all {all} checks passed"),
            (_, vacuous) if vacuous == all => {
                format!("all {all} checks passed, all of them with {NOTHING_EVALUATED}")
            }
            _ => format!(
                "all {all} checks passed, {} of them with {NOTHING_EVALUATED}",
                number::grouped(vacuous)
            ),
        };
    }
    let counted = [
        (of(Status::Failed), "failed"),
        (of(Status::Error), "in error"),
        (of(Status::Warned), "warned"),
        (of(Status::NotEvaluated), "not evaluated"),
        (passed, "passed"),
    ];
    let parts: Vec<String> = counted
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{} {word}", number::grouped(*number)))
        .collect();
    format!("{}: {}", number::count(all, "check"), parts.join(", "))
}

/// The number of checks with this status.
pub(super) fn status_count(report: &Report, status: Status) -> u64 {
    report.checks.iter().filter(|check| check.status == status).count() as u64
}

/// The checks that say something about the table or a column as a whole, not about each of its rows.
const WHOLE: [&str; 5] = ["columns", "column_count", "row_count", "completeness", "distinct_count"];

/// Whether the failures of a check are a share of what it evaluated, so that a percentage says something.
pub(super) fn has_share(check: &CheckResult) -> bool {
    !is_whole(check) && check.evaluated > 1 && check.failed <= check.evaluated
}

fn is_whole(check: &CheckResult) -> bool {
    WHOLE.contains(&check.check.as_str())
}

/// `3 of 20 failed (15 %), 2 null`; of a check of the whole table, only `failed`.
pub(super) fn counts(check: &CheckResult) -> String {
    if is_whole(check) {
        let has_failed_once = check.failed == 1;
        return if has_failed_once { "failed".to_owned() } else { number::count(check.failed, "failure") };
    }
    let mut counts = if has_share(check) {
        format!(
            "{} of {} failed ({})",
            number::grouped(check.failed),
            number::grouped(check.evaluated),
            number::percent(check.failed, check.evaluated)
        )
    } else {
        number::count(check.failed, "failure")
    };
    for (amount, what) in [(check.null, "null"), (check.not_evaluated, "not evaluated")] {
        if amount > 0 {
            counts = format!("{counts}, {} {what}", number::grouped(amount));
        }
    }
    counts
}

/// The counts of a check, and what it observed in the whole table, for places without a line of their own for it.
pub(super) fn found(check: &CheckResult) -> String {
    match &check.observed {
        Some(observed) if is_whole(check) => format!("{}, observed {observed}", counts(check)),
        _ => counts(check),
    }
}

/// A remark on the status of a check: its reason, or that its failures are within the tolerance.
pub(super) fn remark(check: &CheckResult) -> Option<String> {
    let tolerated = check.status == Status::Passed && check.failed > 0;
    match (&check.reason, tolerated) {
        (Some(reason), _) => Some(reason.clone()),
        (None, true) => Some(format!(
            "passed all the same: its {}s are within its tolerance",
            severity::name(check.severity)
        )),
        (None, false) => None,
    }
}

/// The status in words.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::NotEvaluated => "not evaluated",
        status => status.name(),
    }
}

/// The message of a violation; without one, what was expected.
pub(super) fn message(violation: &Violation) -> String {
    if violation.message.is_empty() {
        format!("expected {}", violation.expected)
    } else {
        violation.message.clone()
    }
}

/// A phrase for the failures that are not shown, if there are any.
pub(super) fn more_failures(check: &CheckResult, shown: usize) -> Option<String> {
    let hidden = check.failed.saturating_sub(shown as u64);
    match (hidden, shown) {
        (0, _) => None,
        (_, 0) => Some("no sample was kept".to_owned()),
        (hidden, _) => Some(format!("{} more", number::grouped(hidden))),
    }
}

/// The facts about the run: its time, rate, threads, instruction set and memory, and the engine.
pub(super) fn run_facts(report: &Report) -> Vec<String> {
    let run = &report.run;
    let mut parts = vec![number::duration(run.elapsed_seconds)];
    if run.bytes_per_second > 0 {
        parts.push(number::rate(run.bytes_per_second));
    }
    parts.push(number::count(run.threads.into(), "thread"));
    if !run.simd.is_empty() {
        parts.push(run.simd.clone());
    }
    parts.extend(run.peak_memory.map(|bytes| format!("{} of memory", number::size(bytes))));
    parts.push(format!("{} {}", report.engine.name, report.engine.version));
    parts
}

/// The fingerprint of the schema, shortened.
pub(super) fn fingerprint(report: &Report) -> String {
    let fingerprint = &report.schema.fingerprint;
    let (algorithm, digits) = fingerprint.split_once(':').unwrap_or(("", fingerprint));
    format!("{algorithm}:{}", digits.chars().take(FINGERPRINT_DIGITS).collect::<String>())
}

/// The codes of the failures, the most frequent first, with their counts if there is more than one code.
pub(super) fn codes(check: &CheckResult) -> String {
    let short = |code: &str| {
        code.strip_prefix(&check.check).and_then(|rest| rest.strip_prefix('.')).map(str::to_owned)
    };
    let mut codes: Vec<(&String, &u64)> = check.codes.iter().collect();
    codes.sort_by_key(|(_, number)| std::cmp::Reverse(**number));
    let parts: Vec<String> = codes
        .iter()
        .map(|(code, number)| {
            let code = short(code).unwrap_or_else(|| (*code).clone());
            if codes.len() == 1 { code } else { format!("{code} {}", number::grouped(**number)) }
        })
        .collect();
    parts.join(", ")
}
