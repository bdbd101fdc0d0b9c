//! Renders the report as `JUnit` XML.

use std::io;

use super::{Renderer, advice, location, number, ranking, text, wording};
use crate::{CheckResult, Report, RunError, Status, Verdict, Violation, escape::escape_markup};

/// The width of the text of one check.
const WIDTH: usize = 120;

/// Renders the report as `JUnit` XML for the test pages of CI servers: one suite per run, with one case per check.
///
/// The `classname` of a case is the name of the schema, its `name` the id of the check. A failed check is a `failure`; a check
/// that was not evaluated is `skipped`. The text of both is that of the text report, with counts and some locations. A check that
/// warned, or passed within its tolerance, is a passed case with the same text in `system-out`; if it had nothing to evaluate,
/// that is said there. An input that could not be read is a separate case with an `error`.
///
/// **Source** — there is no standard; the structure is that of the XML Schema accepted by the xUnit plugin of Jenkins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JunitRenderer {
    /// The number of violations in the text of each check with failures; default 10.
    pub samples_per_check: usize,
}

impl Default for JunitRenderer {
    fn default() -> Self {
        Self { samples_per_check: 10 }
    }
}

impl Renderer for JunitRenderer {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut out = io::BufWriter::new(out);
        write(report, self.samples_per_check, &mut out)?;
        out.into_inner().map(drop).map_err(io::IntoInnerError::into_error)
    }
}

fn write(report: &Report, samples: usize, out: &mut dyn io::Write) -> io::Result<()> {
    let count = |status| wording::status_count(report, status);
    let unreadable = u64::from(report.error.is_some());
    let tests = report.checks.len() as u64 + unreadable;
    let errors = count(Status::Error) + unreadable;
    let (failures, skipped) = (count(Status::Failed), count(Status::NotEvaluated));
    let seconds = if report.run.elapsed_seconds.is_finite() { report.run.elapsed_seconds } else { 0.0 };
    let totals =
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{seconds:.3}\"");
    let suite = suite_name(report);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"{}\" {totals}>", escape_markup(&report.engine.name))?;
    writeln!(out, "  <testsuite name=\"{}\" {totals} skipped=\"{skipped}\">", escape_markup(suite))?;
    properties(report, out)?;
    if let Some(error) = &report.error {
        run_error(report, suite, error, out)?;
    }
    let by_check = ranking::samples(report);
    for check in &report.checks {
        let violations = by_check.get(check.id.as_str()).map_or(&[][..], Vec::as_slice);
        let selected = Samples { violations, limit: samples };
        case(report, suite, check, &selected, out)?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// The name of the schema, or of the engine if it has none.
fn suite_name(report: &Report) -> &str {
    report.schema.name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&report.engine.name)
}

fn properties(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut properties = vec![
        ("verdict", report.verdict.name().to_owned()),
        ("summary", wording::summary(report)),
        ("engine", format!("{} {}", report.engine.name, report.engine.version)),
        ("schema.fingerprint", report.schema.fingerprint.clone()),
        ("rows.total", report.rows.total.to_string()),
        ("rows.valid", report.rows.valid.to_string()),
        ("rows.invalid", report.rows.invalid.to_string()),
    ];
    properties.extend(report.inputs.iter().map(|input| {
        let rows = number::count(input.rows, "row");
        ("input", format!("{} ({}, {}, {rows})", input.name, input.format, number::size(input.bytes)))
    }));
    writeln!(out, "    <properties>")?;
    for (name, value) in properties {
        writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", escape_markup(&value))?;
    }
    writeln!(out, "    </properties>")
}

fn open_case(suite: &str, name: &str, out: &mut dyn io::Write) -> io::Result<()> {
    write!(out, "    <testcase classname=\"{}\" name=\"{}\"", escape_markup(suite), escape_markup(name))
}

/// The error that ended the run, as a test case.
fn run_error(report: &Report, suite: &str, error: &RunError, out: &mut dyn io::Write) -> io::Result<()> {
    open_case(suite, "inputs are read to their end", out)?;
    let (message, code) = (escape_markup(&error.message), escape_markup(&error.code));
    writeln!(out, ">\n      <error message=\"{message}\" type=\"{code}\">")?;
    let location = location::error_parts(error).join(", ");
    for (label, text) in [("where", location.as_str()), ("do", advice::for_error(report, error))] {
        writeln!(out, "{label}: {}", escape_markup(text))?;
    }
    writeln!(out, "</error>\n    </testcase>")
}

/// The violations of a check, and how many of them are shown.
struct Samples<'a> {
    violations: &'a [&'a Violation],
    limit: usize,
}

/// A check, as a test case.
fn case(
    report: &Report,
    suite: &str,
    check: &CheckResult,
    samples: &Samples<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    open_case(suite, &check.id, out)?;
    if ranking::is_vacuous(check) {
        return writeln!(
            out,
            ">\n      <system-out>{}</system-out>\n    </testcase>",
            wording::NOTHING_EVALUATED
        );
    }
    if check.status == Status::Passed && check.failed == 0 {
        return writeln!(out, "/>");
    }
    writeln!(out, ">")?;
    match check.status {
        Status::Failed => {
            let message = format!("{}; expected {}", wording::found(check), check.expected);
            let code = check.codes.iter().max_by_key(|(_, count)| **count).map_or("", |(code, _)| code);
            let (message, code) = (escape_markup(&message), escape_markup(code));
            writeln!(out, "      <failure message=\"{message}\" type=\"{code}\">")?;
            details(report, check, samples, out)?;
            writeln!(out, "</failure>")?;
        }
        Status::Error => {
            let reason = escape_markup(check.reason.as_deref().unwrap_or("no reason is given"));
            writeln!(out, "      <error message=\"{reason}\" type=\"custom.error\">")?;
            details(report, check, samples, out)?;
            writeln!(out, "</error>")?;
        }
        Status::NotEvaluated => {
            let reason = check.reason.as_deref().unwrap_or("no reason is given");
            writeln!(out, "      <skipped message=\"{}\"/>", escape_markup(reason))?;
        }
        Status::Passed | Status::Warned => {}
    }
    if !matches!(check.status, Status::Failed | Status::Error) && check.failed > 0 {
        writeln!(out, "      <system-out>")?;
        details(report, check, samples, out)?;
        writeln!(out, "</system-out>")?;
    }
    writeln!(out, "    </testcase>")
}

/// The text of a check with failures: counts, expectation, remarks and some violations.
fn details(
    report: &Report,
    check: &CheckResult,
    samples: &Samples<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    if report.verdict == Verdict::Unreadable {
        writeln!(out, "found until then, in the part that was read:")?;
    }
    let mut lines = vec![("found", wording::counts(check)), ("expected", check.expected.clone())];
    lines.extend(check.observed.as_ref().map(|observed| ("observed", observed.to_string())));
    lines.extend(wording::remark(check).map(|remark| ("remark", remark)));
    lines.push(("codes", wording::codes(check)));
    for (label, text) in lines {
        writeln!(out, "{label}: {}", escape_markup(&text))?;
    }
    for line in text::samples(report, check, samples.violations, samples.limit, WIDTH).lines() {
        writeln!(out, "{}", escape_markup(line))?;
    }
    Ok(())
}
