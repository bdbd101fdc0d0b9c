//! The key figures.

use super::page::{Page, StatusClass};
use crate::{
    Report, Status,
    render::{number, wording},
};

pub(super) fn write(page: &mut Page, report: &Report) {
    page.raw("<section class=\"figures\" aria-label=\"Key figures\">\n");
    rows(page, report);
    checks(page, report);
    failures(page, report);
    read(page, report);
    page.raw("</section>\n");
}

fn figure(page: &mut Page, label: &'static str, value: &str, bar: impl FnOnce(&mut Page), note: &str) {
    page.raw("<div class=\"card figure\">\n").within("<h2>", label, "</h2>\n");
    page.within("<p class=\"value\">", value, "</p>\n");
    bar(page);
    page.within("\n<p class=\"note\">", note, "</p>\n</div>\n");
}

fn rows(page: &mut Page, report: &Report) {
    let rows = &report.rows;
    let parts = [(StatusClass::Good, rows.valid), (StatusClass::Bad, rows.invalid)];
    let note = format!(
        "{} invalid ({}), {} valid",
        number::grouped(rows.invalid),
        number::percent(rows.invalid, rows.total),
        number::grouped(rows.valid)
    );
    // The smaller part is drawn first, so that it is always visible.
    let ordered = if rows.invalid <= rows.valid { [parts[1], parts[0]] } else { parts };
    let bar = |page: &mut Page| {
        page.bar(&ordered, rows.total, &note);
    };
    figure(page, "Rows", &number::grouped(rows.total), bar, &note);
}

fn checks(page: &mut Page, report: &Report) {
    let of = |status| wording::status_count(report, status);
    let parts = [
        (StatusClass::Bad, of(Status::Failed), "failed"),
        (StatusClass::Bad, of(Status::Error), "in error"),
        (StatusClass::Warn, of(Status::Warned), "warned"),
        (StatusClass::Open, of(Status::NotEvaluated), "not evaluated"),
        (StatusClass::Good, of(Status::Passed), "passed"),
    ];
    let words: Vec<String> = parts
        .iter()
        .filter(|(_, count, _)| *count > 0)
        .map(|(_, count, word)| format!("{} {word}", number::grouped(*count)))
        .collect();
    let note = if words.is_empty() { "none".to_owned() } else { words.join(", ") };
    let bar = |page: &mut Page| {
        page.bar(
            &parts.map(|(status_class, count, _)| (status_class, count)),
            report.checks.len() as u64,
            &note,
        );
    };
    figure(page, "Checks", &number::grouped(report.checks.len() as u64), bar, &note);
}

fn failures(page: &mut Page, report: &Report) {
    let of = |status| {
        let checks = report.checks.iter().filter(|check| check.status == status);
        checks.fold(0, |sum: u64, check| sum.saturating_add(check.failed))
    };
    let parts = [
        (StatusClass::Bad, of(Status::Failed), "of failed checks"),
        (StatusClass::Bad, of(Status::Error), "of checks in error"),
        (StatusClass::Warn, of(Status::Warned), "of warnings"),
        (StatusClass::Open, of(Status::NotEvaluated), "before the end of reading"),
        (StatusClass::Good, of(Status::Passed), "tolerated"),
    ];
    let total = parts.iter().fold(0, |sum: u64, (_, count, _)| sum.saturating_add(*count));
    let words: Vec<String> = parts
        .iter()
        .filter(|(_, count, _)| *count > 0)
        .map(|(_, count, word)| format!("{} {word}", number::grouped(*count)))
        .collect();
    let note = if words.is_empty() { "none".to_owned() } else { words.join(", ") };
    let bar = |page: &mut Page| {
        page.bar(&parts.map(|(status_class, count, _)| (status_class, count)), total, &note);
    };
    figure(page, "Failures", &number::grouped(total), bar, &note);
}

fn read(page: &mut Page, report: &Report) {
    let bytes = report.inputs.iter().fold(0, |sum: u64, input| sum.saturating_add(input.bytes));
    let mut note = format!(
        "{} in {}",
        number::count(report.inputs.len() as u64, "input"),
        number::duration(report.run.elapsed_seconds)
    );
    if report.run.bytes_per_second > 0 {
        note = format!("{note}, {}", number::rate(report.run.bytes_per_second));
    }
    figure(page, "Read", &number::size(bytes), |_| (), &note);
}
