//! The first part of the page: the verdict and the inputs.

use super::page::{self, Line, Page, Style};
use crate::{
    Report, RunError, Verdict,
    render::{advice, location, number, wording},
};

/// The number of inputs that are listed; further inputs are only counted.
const INPUTS_SHOWN: usize = 12;
/// The column at which values begin, after their labels.
const VALUE_COLUMN: usize = 10;

pub(super) fn write(page: &mut Page, report: &Report) {
    headline(page, report);
    page.blank();
    if let Some(error) = &report.error {
        run_error(page, report, error);
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
    page.wrapped(
        &Line::default().with(style, word).with(Style::Plain, "  "),
        Style::Strong,
        &wording::summary(report),
    );
}

/// The error that ended the run, its location, and advice.
fn run_error(page: &mut Page, report: &Report, error: &RunError) {
    page.wrapped(&label("what"), Style::Strong, &format!("{} ({})", error.message, error.code));
    let location = location::error_parts(error);
    if !location.is_empty() {
        page.wrapped(&label("where"), Style::Location, &location.join(", "));
    }
    page.wrapped(&label("do"), Style::Plain, advice::for_error(report, error));
    page.blank();
}

fn inputs(page: &mut Page, report: &Report) {
    let details = |bytes, rows| format!("{}, {}", number::size(bytes), number::count(rows, "row"));
    let shown = &report.inputs[..report.inputs.len().min(INPUTS_SHOWN)];
    let available = page.width().saturating_sub(VALUE_COLUMN + 32).max(16);
    let names: Vec<String> = shown
        .iter()
        .map(|input| page::truncate_middle(&crate::escape::escape_text(&input.name), available))
        .collect();
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
    let mut line = label("schema");
    if let Some(name) = &report.schema.name {
        line = line
            .with(Style::Strong, &page::truncate_end(&crate::escape::escape_text(name), 48))
            .with(Style::Plain, "  ");
    }
    page.line(&line.with(Style::Faint, &wording::fingerprint(report)));
}

fn run(page: &mut Page, report: &Report) {
    page.wrapped(&label("run"), Style::Faint, &wording::run_facts(report).join(", "));
}

fn label(word: &str) -> Line {
    Line::indented(2).with(Style::Faint, word).padded_to(VALUE_COLUMN)
}
