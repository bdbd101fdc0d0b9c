//! The most important checks with failures, each with some violations and their locations in the data.

use super::{
    page::{self, Line, Page, Style},
    snippet::{self, Snippet},
    summary,
};
use crate::{
    CheckResult, Excerpt, Report, Status, Violation, escape,
    render::{location, number, ranking, wording},
};

/// The number of checks that are shown with violations.
const CHECKS_SHOWN: usize = 12;
/// The number of columns before a violation.
const INDENT: usize = 2;
/// If fewer columns than this are left for a longer name of an input, the location takes two lines.
const NAME_COLUMNS: usize = 24;

pub(super) fn write(page: &mut Page, report: &Report, samples: usize) {
    let by_check = ranking::samples(report);
    let failing = ranking::with_failures(report);
    for check in failing.iter().take(CHECKS_SHOWN) {
        page.blank();
        heading(page, check);
        let violations = by_check.get(check.id.as_str()).map_or(&[][..], Vec::as_slice);
        write_violations(page, report, check, violations, samples);
    }
    page.blank();
    let hidden = failing.len().saturating_sub(CHECKS_SHOWN);
    if hidden > 0 {
        let text = format!(
            "{} with failures not shown here; the table above has the first of them",
            number::count(hidden as u64, "more check")
        );
        page.wrapped(&Line::default(), Style::Faint, &text);
    }
    if report.violations.iter().any(|violation| violation.location.row_index.is_some()) && samples > 0 {
        page.wrapped(&Line::default(), Style::Faint, "row: from 0, header not counted; bytes: offset+length");
    }
}

/// Some violations of one check, and the number of further ones.
pub(super) fn write_violations(
    page: &mut Page,
    report: &Report,
    check: &CheckResult,
    violations: &[&Violation],
    samples: usize,
) {
    for violation in ranking::select(violations, samples) {
        sample(page, report, check, violation);
    }
    if let Some(more) = wording::more_failures(check, violations.len().min(samples)) {
        page.line(&Line::indented(INDENT).with(Style::Faint, &format!("… {more}")));
    }
}

/// The id of the check, its counts, and what it expects.
fn heading(page: &mut Page, check: &CheckResult) {
    let id = page::truncate_middle(&escape::escape_text(&check.id), page.width() / 2);
    let line = Line::default().with(summary::style(check), &id).with(Style::Plain, "  ");
    page.wrapped(&line, Style::Plain, &wording::counts(check));
    if !check.expected.is_empty() {
        page.wrapped(&label("expected"), Style::Plain, &check.expected);
    }
    if let Some(observed) = &check.observed {
        page.wrapped(&label("observed"), Style::Plain, &observed.to_string());
    }
}

/// One violation: its location, the data, the message, and the related location.
fn sample(page: &mut Page, report: &Report, check: &CheckResult, violation: &Violation) {
    let style = if matches!(check.status, Status::Failed | Status::Error) { Style::Bad } else { Style::Warn };
    let message = wording::message(violation);
    let expected = format!("expected {}", violation.expected);

    page.blank();
    write_location(page, report, violation);
    let mut margin = 0;
    if let Some((excerpt, name)) = shown_excerpt(violation) {
        let snippet = Snippet { excerpt: &excerpt, margin: name, label: &message, style, indent: INDENT };
        margin = snippet::write(page, &snippet);
    } else {
        page.wrapped(&Line::indented(INDENT), style, &message);
    }
    let note_prefix = Line::indented(INDENT + margin + 1).with(Style::Faint, "= ");
    if violation.excerpt.is_some() && !shows_value(violation, &message) {
        let cut = if violation.value_truncated { "…" } else { "" };
        page.wrapped(
            &note_prefix,
            Style::Plain,
            &format!("found {}{cut}", violation.value.as_deref().unwrap_or("")),
        );
    }
    if violation.expected != check.expected && !violation.expected.is_empty() && message != expected {
        page.wrapped(&note_prefix, Style::Plain, &expected);
    }
    if let Some(related) = &violation.related {
        let word = if violation.code.ends_with(".duplicate") { "first at" } else { "see also" };
        let name = shown_name(report, related.input);
        let location = location::name_line_column(
            &page::truncate_middle(&name, page.width() / 2),
            related.location.line,
            None,
        );
        let mut parts = vec![format!("{word} {location}")];
        parts.extend(location::row_and_bytes(&related.location));
        page.wrapped(&note_prefix, Style::Plain, &parts.join(", "));
    }
}

/// The excerpt to show, and the text of its margin; without an excerpt, the value as a line of its own.
fn shown_excerpt(violation: &Violation) -> Option<(Excerpt, &'static str)> {
    if let Some(excerpt) = &violation.excerpt {
        let mut excerpt = excerpt.clone();
        if excerpt.first_line.is_none() {
            excerpt.first_line = single_line_number(&excerpt, violation.location.line);
        }
        return Some((excerpt, ""));
    }
    let mut text = escape::escape_text(violation.value.as_deref()?).into_owned();
    let highlight = 0..text.len();
    if violation.value_truncated {
        text.push('…');
    }
    Some((Excerpt { text, highlight, first_line: None }, "value"))
}

/// The line number of an excerpt, if it has only one line: that of the location.
fn single_line_number(excerpt: &Excerpt, line: Option<u64>) -> Option<u64> {
    line.filter(|_| !excerpt.text.contains(['\n', '\r']))
}

/// Whether the message or the highlighted part contains the value.
fn shows_value(violation: &Violation, message: &str) -> bool {
    let Some(value) = violation.value.as_deref() else { return true };
    let highlighted =
        violation.excerpt.as_ref().and_then(|excerpt| excerpt.text.get(excerpt.highlight.clone()));
    message.contains(value) || highlighted.is_some_and(|highlighted| highlighted.contains(value))
}

/// `name:line:column`, then the row, the bytes and the code, on one line or two.
fn write_location(page: &mut Page, report: &Report, violation: &Violation) {
    let line = violation.location.line;
    let column = violation.excerpt.as_ref().and_then(location::column).filter(|_| line.is_some());
    let name = shown_name(report, violation.input);
    let parts = location::column_and_path(violation).chain(location::row_and_bytes(&violation.location));
    let parts = parts.chain([violation.code.clone()]);
    let rest: String = parts.flat_map(|part| [", ".to_owned(), part]).collect();
    let rest = escape::escape_text(&rest);
    let fixed = INDENT + location::name_line_column("", line, column).len() + page::width(&rest);
    let one_line = fixed + page::width(&name).min(NAME_COLUMNS) <= page.width();
    let available = page.width().saturating_sub(if one_line { fixed } else { INDENT + 24 }).max(8);
    let location = location::name_line_column(&page::truncate_middle(&name, available), line, column);
    let head = Line::indented(INDENT).with(Style::Location, &location);
    if one_line {
        page.line(&head.with(Style::Faint, &rest));
    } else {
        page.line(&head);
        page.wrapped(&Line::indented(INDENT), Style::Faint, rest.trim_start_matches(", "));
    }
}

fn shown_name(report: &Report, input: u32) -> String {
    escape::escape_text(&location::input_name(report, input)).into_owned()
}

fn label(word: &str) -> Line {
    Line::indented(INDENT).with(Style::Faint, word).with(Style::Plain, "  ")
}
