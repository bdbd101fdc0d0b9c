//! The top of the page: the verdict, and what was read.

use super::{
    advice, number,
    page::{self, Line, Page, Style},
};
use crate::{Report, RunError, Status, Verdict};

/// Inputs named one by one.
const INPUTS_SHOWN: usize = 12;
/// Where the values stand beside their labels.
const VALUE_COLUMN: usize = 10;
/// Digits of the fingerprint shown.
const FINGERPRINT_DIGITS: usize = 12;

pub(super) fn write(page: &mut Page, report: &Report) {
    headline(page, report);
    page.blank();
    if let Some(error) = &report.error {
        run_error(page, error);
    }
    inputs(page, report);
    schema(page, report);
    run(page, report);
}

fn headline(page: &mut Page, report: &Report) {
    let (word, style) = match report.verdict {
        Verdict::Valid => ("VALID", Style::Good),
        Verdict::Invalid => ("INVALID", Style::Bad),
        Verdict::Unreadable => ("UNREADABLE", Style::Bad),
    };
    let text = if report.verdict == Verdict::Unreadable {
        "the data could not be read and checked to its end, so nothing is said about it".to_owned()
    } else {
        format!("{}; {}", rows(report), checks(report))
    };
    page.wrapped(&Line::default().with(style, word).with(Style::Plain, "  "), Style::Strong, &text);
}

fn rows(report: &Report) -> String {
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

fn checks(report: &Report) -> String {
    let of = |status| report.checks.iter().filter(|check| check.status == status).count() as u64;
    let (all, passed) = (report.checks.len() as u64, of(Status::Passed));
    if passed == all {
        return match all {
            0 => "no checks".to_owned(),
            1 => "the only check passed".to_owned(),
            _ => format!("all {all} checks passed"),
        };
    }
    let counted = [
        (of(Status::Failed), "failed"),
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

/// What happened, where, and what to do about it.
fn run_error(page: &mut Page, error: &RunError) {
    page.wrapped(&label("what"), Style::Strong, &format!("{} ({})", error.message, error.code));
    let mut place: Vec<String> = error.input.iter().cloned().collect();
    place.extend(error.line.map(|line| format!("line {line}")));
    place.extend(error.row_index.map(|row| format!("row {row}")));
    place.extend(error.byte_offset.map(|byte| format!("byte {byte}")));
    if !place.is_empty() {
        page.wrapped(&label("where"), Style::Place, &place.join(", "));
    }
    page.wrapped(&label("do"), Style::Plain, advice::for_code(&error.code));
    page.blank();
}

fn inputs(page: &mut Page, report: &Report) {
    let details = |bytes, rows| format!("{}, {}", number::size(bytes), number::count(rows, "row"));
    let shown = &report.inputs[..report.inputs.len().min(INPUTS_SHOWN)];
    let room = page.width().saturating_sub(VALUE_COLUMN + 32).max(16);
    let names: Vec<String> =
        shown.iter().map(|input| page::cut_middle(&crate::escape::escape_text(&input.name), room)).collect();
    let widest = names.iter().map(|name| page::width(name)).max().unwrap_or(0);
    for (index, (input, name)) in shown.iter().zip(&names).enumerate() {
        let line = label(if index == 0 { "input" } else { "" })
            .with(Style::Strong, name)
            .padded_to(VALUE_COLUMN + widest + 2);
        let what = format!("{}, {}", input.format, details(input.bytes, input.rows));
        page.wrapped(&line, Style::Plain, &what);
    }
    if report.inputs.len() > 1 {
        let bytes = report.inputs.iter().fold(0, |sum: u64, input| sum.saturating_add(input.bytes));
        let rows = report.inputs.iter().fold(0, |sum: u64, input| sum.saturating_add(input.rows));
        let hidden = report.inputs.len() - shown.len();
        let more =
            if hidden > 0 { format!("{} more; ", number::grouped(hidden as u64)) } else { String::new() };
        let sum = format!("{more}{} inputs, {}", report.inputs.len(), details(bytes, rows));
        page.wrapped(&label(""), Style::Faint, &sum);
    }
}

fn schema(page: &mut Page, report: &Report) {
    let (algorithm, digits) =
        report.schema.fingerprint.split_once(':').unwrap_or(("", &report.schema.fingerprint));
    let short: String = digits.chars().take(FINGERPRINT_DIGITS).collect();
    let mut line = label("schema");
    if let Some(name) = &report.schema.name {
        line = line
            .with(Style::Strong, &page::cut_end(&crate::escape::escape_text(name), 48))
            .with(Style::Plain, "  ");
    }
    page.line(&line.with(Style::Faint, &format!("{algorithm}:{short}")));
}

fn run(page: &mut Page, report: &Report) {
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
    page.wrapped(&label("run"), Style::Faint, &parts.join(", "));
}

fn label(word: &str) -> Line {
    Line::indented(2).with(Style::Faint, word).padded_to(VALUE_COLUMN)
}
