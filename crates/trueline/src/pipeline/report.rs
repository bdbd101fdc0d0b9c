//! Converts an outcome to a report.

use trueline_report::{Engine, Input, Report, Run, RunError, SchemaInfo, Status, Verdict};
use trueline_schema::Severity;
use trueline_validate::Outcome;

use crate::validator::Validator;

/// Bytes per second.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate for people")]
pub(crate) fn rate(bytes: u64, seconds: f64) -> u64 {
    if seconds > 0.0 { (bytes as f64 / seconds) as u64 } else { 0 }
}

/// Converts an outcome to a report.
pub(crate) fn report(
    validator: &Validator,
    outcome: Outcome,
    inputs: Vec<Input>,
    error: Option<RunError>,
    run: Run,
) -> Report {
    let fails = |check: &trueline_report::CheckResult| {
        // What could not be checked is not valid either.
        matches!(check.status, Status::Failed | Status::Error) && check.severity == Severity::Error
    };
    let verdict = if error.is_some() {
        Verdict::Unreadable
    } else if outcome.checks.iter().any(fails) {
        Verdict::Invalid
    } else {
        Verdict::Valid
    };
    Report {
        report_version: trueline_report::REPORT_VERSION,
        verdict,
        error,
        engine: Engine { name: "trueline".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        schema: SchemaInfo {
            name: validator.schema.name.clone(),
            fingerprint: validator.fingerprint().to_owned(),
        },
        inputs,
        rows: outcome.rows,
        checks: outcome.checks,
        violations: outcome.violations,
        violations_omitted: outcome.violations_omitted,
        run,
    }
}
