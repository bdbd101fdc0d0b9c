//! The checks with failures, each with some violations and their locations in the data.

use super::{
    check::status_class,
    page::{Page, StatusClass},
};
use crate::{
    CheckResult, Excerpt, Report, Violation,
    render::{
        line::{self, TextLine},
        location, number, ranking, wording,
    },
};

/// The number of checks that have their own section.
pub(super) const SECTIONS_SHOWN: usize = 300;
/// The number of sections that are open at first.
const SECTIONS_OPEN: usize = 8;
/// The number of lines of a cell that are shown.
const LINES_SHOWN: usize = 8;

pub(super) fn write(page: &mut Page, report: &Report, samples: usize) {
    let failing = ranking::with_failures(report);
    if failing.is_empty() {
        return;
    }
    let by_check = ranking::samples(report);
    page.raw("<section aria-labelledby=\"places\">\n<h2 id=\"places\">Where they fail</h2>\n");
    for (index, check) in failing.iter().take(SECTIONS_SHOWN).enumerate() {
        let violations = by_check.get(check.id.as_str()).map_or(&[][..], Vec::as_slice);
        page.raw(if index < SECTIONS_OPEN {
            "<details class=\"card check\" open>"
        } else {
            "<details class=\"card check\">"
        });
        heading(page, check);
        page.raw("<div class=\"body\" id=\"check-").number(index as u64).raw("\">\n");
        facts(page, check);
        for violation in ranking::select(violations, samples) {
            sample(page, report, check, violation);
        }
        if let Some(more) = wording::more_failures(check, violations.len().min(samples)) {
            page.within("<p class=\"note\">", &more, "</p>\n");
        }
        page.raw("</div>\n</details>\n");
    }
    let hidden = failing.len().saturating_sub(SECTIONS_SHOWN);
    if hidden > 0 {
        let checks = number::count(hidden as u64, "more check");
        page.within("<p class=\"note\">", &checks, " with failures not shown here</p>\n");
    }
    page.raw("</section>\n");
}

fn heading(page: &mut Page, check: &CheckResult) {
    page.raw("<summary><h3>").raw(status_class(check.status).badge()).raw(wording::status(check.status));
    page.raw("</span> <bdi>").data(&check.id).raw("</bdi></h3> ");
    page.within("<span class=\"note\">", &wording::found(check), "</span></summary>\n");
}

/// What the check expects and observed, the codes of its failures, and a remark.
fn facts(page: &mut Page, check: &CheckResult) {
    page.raw("<dl>\n");
    if !check.expected.is_empty() {
        page.raw("<dt>expected</dt><dd><bdi>").data(&check.expected).raw("</bdi></dd>\n");
    }
    if let Some(observed) = &check.observed {
        page.raw("<dt>observed</dt><dd><bdi>").data(&observed.to_string()).raw("</bdi></dd>\n");
    }
    if !check.codes.is_empty() {
        page.raw("<dt>why</dt><dd><bdi>").data(&wording::codes(check)).raw("</bdi></dd>\n");
    }
    if let Some(remark) = wording::remark(check) {
        page.raw("<dt>remark</dt><dd><bdi>").data(&remark).raw("</bdi></dd>\n");
    }
    page.raw("</dl>\n");
}

/// One violation: its location, the data, the message, and the related location.
fn sample(page: &mut Page, report: &Report, check: &CheckResult, violation: &Violation) {
    page.raw("<article class=\"sample\">\n<p class=\"place\"><code><bdi>");
    let line = violation.location.line;
    let column = violation.excerpt.as_ref().and_then(location::column).filter(|_| line.is_some());
    page.data(&location::input_name(report, violation.input)).raw("</bdi>");
    page.text(&location::name_line_column("", line, column)).raw("</code>");
    for part in location::column_and_path(violation).chain(location::row_and_bytes(&violation.location)) {
        page.raw(" <span><bdi>").data(&part).raw("</bdi></span>");
    }
    page.raw(" <span class=\"code\"><bdi>").data(&violation.code).raw("</bdi></span></p>\n");
    page.raw(if status_class(check.status) == StatusClass::Bad {
        "<div class=\"found bad\">"
    } else {
        "<div class=\"found warn\">"
    });
    match &violation.excerpt {
        Some(excerpt) => write_excerpt(page, excerpt, line),
        None => value(page, violation),
    }
    page.raw("<p class=\"message\"><bdi>").data(&wording::message(violation)).raw("</bdi></p></div>\n");
    if let Some(related) = &violation.related {
        let word = if violation.code.ends_with(".duplicate") { "first at " } else { "see also " };
        page.within("<p class=\"place\">", word, "<code><bdi>");
        page.data(&location::input_name(report, related.input)).raw("</bdi>");
        page.text(&location::name_line_column("", related.location.line, None)).raw("</code>");
        for part in location::row_and_bytes(&related.location) {
            page.within(" <span>", &part, "</span>");
        }
        page.raw("</p>\n");
    }
    page.raw("</article>\n");
}

/// The lines of the invalid cell, with the cell highlighted.
fn write_excerpt(page: &mut Page, excerpt: &Excerpt, known_line: Option<u64>) {
    let lines = line::highlighted_lines(excerpt);
    page.raw("<pre>");
    for line in lines.iter().take(LINES_SHOWN) {
        let is_only = lines.len() == 1 && !excerpt.text.contains(['\n', '\r']);
        let number = line.number.or(known_line.filter(|_| is_only));
        page.raw("<span class=\"line\"><span class=\"gutter\">");
        page.text(&number.map_or_else(String::new, |number| number.to_string())).raw("</span><code>");
        write_line(page, line);
        page.raw("</code></span>");
    }
    page.raw("</pre>");
    let hidden = lines.len().saturating_sub(LINES_SHOWN);
    if hidden > 0 {
        page.within("<p class=\"note\">and ", &number::count(hidden as u64, "more line"), "</p>");
    }
}

/// One line. Its three parts are isolated from each other (`bdi`), so that text that runs from right to left does not
/// reorder the others.
fn write_line(page: &mut Page, line: &TextLine<'_>) {
    let (before, rest) = line.text.split_at(line.highlighted.start);
    let (cell, after) = rest.split_at(line.highlighted.end - line.highlighted.start);
    page.raw("<bdi>").data(before).raw("</bdi>");
    page.raw(if cell.is_empty() { "<mark class=\"empty\">" } else { "<mark>" })
        .data(cell)
        .raw("</mark><bdi>");
    page.data(after).raw("</bdi>");
}

fn value(page: &mut Page, violation: &Violation) {
    let Some(value) = &violation.value else { return };
    page.raw("<pre><span class=\"line\"><span class=\"gutter\">value</span><code>");
    page.raw(if value.is_empty() { "<mark class=\"empty\">" } else { "<mark>" }).data(value).raw("</mark>");
    page.raw(if violation.value_truncated { "…</code></span></pre>" } else { "</code></span></pre>" });
}
