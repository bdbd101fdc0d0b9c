//! The checks with violations, each with locations in the data.

use super::{
    check::tone,
    page::{Page, Tone},
};
use crate::{
    CheckResult, Excerpt, Report, Violation,
    render::{
        line::{self, TextLine},
        number, place, ranking, wording,
    },
};

/// Checks with a section of their own.
pub(super) const SECTIONS_SHOWN: usize = 300;
/// Those that are open from the start.
const SECTIONS_OPEN: usize = 8;
/// Samples of each check.
const SAMPLES_SHOWN: usize = 20;
/// Lines of a cell.
const LINES_SHOWN: usize = 8;

pub(super) fn write(page: &mut Page, report: &Report) {
    let offenders = ranking::offenders(report);
    if offenders.is_empty() {
        return;
    }
    let by_check = ranking::samples(report);
    page.raw("<section aria-labelledby=\"places\">\n<h2 id=\"places\">Where they fail</h2>\n");
    for (index, check) in offenders.iter().take(SECTIONS_SHOWN).enumerate() {
        let violations = by_check.get(check.id.as_str()).map_or(&[][..], Vec::as_slice);
        page.raw(if index < SECTIONS_OPEN {
            "<details class=\"card check\" open>"
        } else {
            "<details class=\"card check\">"
        });
        heading(page, check);
        page.raw("<div class=\"body\" id=\"check-").number(index as u64).raw("\">\n");
        facts(page, check);
        for violation in ranking::choose(violations, SAMPLES_SHOWN) {
            sample(page, report, check, violation);
        }
        if let Some(more) = wording::more(check, violations.len().min(SAMPLES_SHOWN)) {
            page.within("<p class=\"note\">", &more, "</p>\n");
        }
        page.raw("</div>\n</details>\n");
    }
    let hidden = offenders.len().saturating_sub(SECTIONS_SHOWN);
    if hidden > 0 {
        let checks = number::count(hidden as u64, "more check");
        page.within("<p class=\"note\">", &checks, " with failures not shown here</p>\n");
    }
    page.raw("</section>\n");
}

fn heading(page: &mut Page, check: &CheckResult) {
    page.raw("<summary><h3>").raw(tone(check.status).badge()).raw(wording::status(check.status));
    page.raw("</span> <bdi>").data(&check.id).raw("</bdi></h3> ");
    page.within("<span class=\"note\">", &wording::counts(check), "</span></summary>\n");
}

/// What the check expects, what it saw, and for what reasons it failed.
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

/// One violation: its place, the data, what is wrong with it, and the other place it is about.
fn sample(page: &mut Page, report: &Report, check: &CheckResult, violation: &Violation) {
    page.raw("<article class=\"sample\">\n<p class=\"place\"><code><bdi>");
    let line = violation.location.line;
    let column = violation.excerpt.as_ref().and_then(place::column).filter(|_| line.is_some());
    page.data(&place::input_name(report, violation.input)).raw("</bdi>");
    page.text(&place::place_name("", line, column)).raw("</code>");
    let details = format!("{}{}", place::cell(violation), place::details(&violation.location));
    for part in details.split(", ").filter(|part| !part.is_empty()) {
        page.raw(" <span><bdi>").data(part).raw("</bdi></span>");
    }
    page.raw(" <span class=\"code\"><bdi>").data(&violation.code).raw("</bdi></span></p>\n");
    page.raw(if tone(check.status) == Tone::Bad {
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
        page.data(&place::input_name(report, related.input)).raw("</bdi>");
        page.text(&place::place_name("", related.location.line, None)).raw("</code>");
        for part in place::details(&related.location).split(", ").filter(|part| !part.is_empty()) {
            page.within(" <span>", part, "</span>");
        }
        page.raw("</p>\n");
    }
    page.raw("</article>\n");
}

/// The lines of the invalid cell, with the cell highlighted.
fn write_excerpt(page: &mut Page, excerpt: &Excerpt, known_line: Option<u64>) {
    let lines = line::marked_lines(excerpt);
    page.raw("<pre>");
    for line in lines.iter().take(LINES_SHOWN) {
        let is_only = lines.len() == 1 && !excerpt.text.contains(['\n', '\r']);
        let number = line.number.or(known_line.filter(|_| is_only));
        page.raw("<span class=\"line\"><span class=\"gutter\">");
        page.text(&number.map_or_else(String::new, |number| number.to_string())).raw("</span><code>");
        marked(page, line);
        page.raw("</code></span>");
    }
    page.raw("</pre>");
    let hidden = lines.len().saturating_sub(LINES_SHOWN);
    if hidden > 0 {
        page.within("<p class=\"note\">and ", &number::count(hidden as u64, "more line"), "</p>");
    }
}

/// One line; the three parts of it are kept apart, so that text that runs from right to left moves nothing beside it.
fn marked(page: &mut Page, line: &TextLine<'_>) {
    let (before, rest) = line.text.split_at(line.marked.start);
    let (cell, after) = rest.split_at(line.marked.end - line.marked.start);
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
