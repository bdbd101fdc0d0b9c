//! Renders the report as annotations of a GitHub workflow.

use std::io;

use super::{Renderer, advice, location, number, ranking, wording};
use crate::{
    CheckResult, Report, RunError, Status, Violation,
    escape::{escape_command, escape_command_property},
};

/// The number of annotations of one kind that GitHub shows per step.
const ANNOTATIONS_SHOWN: usize = 10;

/// Renders the report as workflow commands, which GitHub shows as annotations beside the lines of the file.
///
/// Each failed check gives an `error` and each check that warned a `warning`, at its first sample. Further samples follow, up to
/// the number of each kind that GitHub shows (10 per step). The last line gives the result of the run in plain text, and
/// how much is not shown. For the summary page of a workflow, render [`Markdown`](super::MarkdownRenderer).
///
/// **Source** — GitHub's documentation of workflow commands.
#[derive(Clone, Copy, Debug, Default)]
pub struct GithubRenderer;

impl Renderer for GithubRenderer {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut lines: Vec<String> = report.error.iter().map(|error| unreadable(report, error)).collect();
        for (status, kind) in
            [(Status::Failed, "error"), (Status::Error, "error"), (Status::Warned, "warning")]
        {
            let limit =
                ANNOTATIONS_SHOWN.saturating_sub(lines.iter().filter(|line| has_kind(line, kind)).count());
            lines.extend(annotations(report, status, kind, limit));
        }
        lines.push(summary_line(report, lines.len()));
        lines.push(String::new());
        out.write_all(lines.join("\n").as_bytes())
    }
}

fn has_kind(line: &str, kind: &str) -> bool {
    line.strip_prefix("::").is_some_and(|rest| rest.starts_with(kind))
}

/// Up to `limit` annotations: the first sample of each check, then the second of each, and so on.
fn annotations(report: &Report, status: Status, kind: &str, limit: usize) -> Vec<String> {
    let by_check = ranking::samples(report);
    let mut checks: Vec<(&CheckResult, Vec<&Violation>)> = Vec::new();
    for check in ranking::with_failures(report).into_iter().filter(|check| check.status == status) {
        let violations = by_check.get(check.id.as_str()).map_or(&[][..], Vec::as_slice);
        checks.push((check, ranking::select(violations, limit)));
    }
    let mut lines = Vec::new();
    for round in 0..limit {
        for (check, violations) in &checks {
            if lines.len() == limit {
                return lines;
            }
            match violations.get(round) {
                Some(violation) => lines.push(sample(report, kind, check, violation)),
                None if round == 0 => lines.push(without_sample(kind, check)),
                None => {}
            }
        }
    }
    lines
}

fn sample(report: &Report, kind: &str, check: &CheckResult, violation: &Violation) -> String {
    let line = violation.location.line;
    let excerpt = violation.excerpt.as_ref().filter(|_| line.is_some());
    let position = Position {
        file: Some(location::input_name(report, violation.input)),
        line,
        column: excerpt.and_then(location::column),
        end_column: excerpt.and_then(location::end_column),
    };
    let text =
        [wording::message(violation), location::line(report, violation), counts_and_expectation(check)];
    command(kind, &position, &check.id, &text)
}

fn without_sample(kind: &str, check: &CheckResult) -> String {
    command(kind, &Position::default(), &check.id, &[counts_and_expectation(check)])
}

/// The counts of a check, and what it expects.
fn counts_and_expectation(check: &CheckResult) -> String {
    format!("{}; expected {}", wording::found(check), check.expected)
}

fn unreadable(report: &Report, error: &RunError) -> String {
    let position = Position { file: error.input.clone(), line: error.line, ..Position::default() };
    let title = format!("{} ({})", report.verdict, error.code);
    let at = location::error_parts(error).join(", ");
    command(
        "error",
        &position,
        &title,
        &[error.message.clone(), at, advice::for_error(report, error).to_owned()],
    )
}

/// The position of an annotation.
#[derive(Default)]
struct Position {
    file: Option<String>,
    line: Option<u64>,
    column: Option<usize>,
    end_column: Option<usize>,
}

/// One workflow command; each string of `text` is a line of the annotation.
fn command(kind: &str, position: &Position, title: &str, text: &[String]) -> String {
    let mut properties = Vec::new();
    // An input that is not a file, such as standard input, is not in the repository.
    if let Some(file) = position.file.as_deref().filter(|file| !file.is_empty() && !file.starts_with('<')) {
        properties.push(format!("file={}", escape_command_property(file)));
        properties.extend(position.line.map(|line| format!("line={line}")));
        properties.extend(position.column.map(|column| format!("col={column}")));
        properties.extend(position.end_column.map(|column| format!("endColumn={column}")));
    }
    properties.push(format!("title={}", escape_command_property(title)));
    let text: Vec<String> =
        text.iter().filter(|line| !line.is_empty()).map(|line| escape_command(line)).collect();
    format!("::{kind} {}::{}", properties.join(","), text.join("%0A"))
}

/// The result of the run, in plain text.
fn summary_line(report: &Report, shown: usize) -> String {
    let found = report.checks.iter().fold(0, |sum: u64, check| sum.saturating_add(check.failed));
    let mut text = format!("trueline: {}: {}", report.verdict, wording::summary(report));
    if found > 0 {
        let annotations = number::count(shown as u64, "annotation");
        text = format!("{text}; {annotations} for {}", number::count(found, "failure"));
    }
    crate::escape::escape_text(&text).into_owned()
}
