//! The tables of checks.

use super::page::{Page, StatusClass};
use crate::{
    CheckResult, Report, Status, Verdict,
    render::{number, ranking, wording},
};

/// The number of rows of each table; further checks are only counted.
const ROWS_SHOWN: usize = 1000;

/// The CSS class for a status.
pub(super) fn status_class(status: Status) -> StatusClass {
    match status {
        Status::Passed => StatusClass::Good,
        Status::Failed | Status::Error => StatusClass::Bad,
        Status::Warned => StatusClass::Warn,
        Status::NotEvaluated => StatusClass::Open,
    }
}

/// The checks with failures, the most important first.
pub(super) fn write(page: &mut Page, report: &Report) {
    let failing = ranking::with_failures(report);
    if failing.is_empty() {
        return;
    }
    page.raw("<section aria-labelledby=\"checks\">\n<h2 id=\"checks\">Checks with failures</h2>\n");
    if report.verdict == Verdict::Unreadable {
        page.raw("<p class=\"note\">Found until then, in the part that was read.</p>\n");
    }
    page.raw(
        "<div class=\"card table\"><table role=\"table\">\n<thead role=\"rowgroup\"><tr role=\"row\">\
         <th role=\"columnheader\" scope=\"col\">status</th><th role=\"columnheader\" scope=\"col\">check</th>\
         <th role=\"columnheader\" scope=\"col\">expected</th>\
         <th role=\"columnheader\" scope=\"col\" class=\"number\">evaluated</th>\
         <th role=\"columnheader\" scope=\"col\" class=\"number\">failed</th>\
         <th role=\"columnheader\" scope=\"col\" class=\"wide\">beside the others</th>\
         </tr></thead>\n<tbody role=\"rowgroup\">\n",
    );
    let max_failed = failing.iter().map(|check| check.failed).max().unwrap_or(0);
    for (index, check) in failing.iter().take(ROWS_SHOWN).enumerate() {
        row(page, check, index, max_failed);
    }
    page.raw("</tbody>\n</table></div>\n");
    more(page, failing.len());
    page.raw("</section>\n");
}

fn row(page: &mut Page, check: &CheckResult, index: usize, max_failed: u64) {
    let status_class = status_class(check.status);
    page.raw("<tr role=\"row\"><td role=\"cell\">")
        .raw(status_class.badge())
        .raw(wording::status(check.status));
    page.raw("</span></td><th role=\"rowheader\" scope=\"row\">");
    let has_section = index < super::failures::SECTIONS_SHOWN;
    if has_section {
        page.raw("<a href=\"#check-").number(index as u64).raw("\">");
    }
    page.raw("<bdi>").data(&check.id).raw(if has_section { "</bdi></a></th>" } else { "</bdi></th>" });
    page.raw("<td role=\"cell\" class=\"expected\"><bdi>").data(&check.expected).raw("</bdi>");
    if let Some(remark) = wording::remark(check) {
        page.raw("<span class=\"note\">").data(&remark).raw("</span>");
    }
    page.within(
        "</td><td role=\"cell\" class=\"number\" data-label=\"evaluated\">",
        &number::grouped(check.evaluated),
        "</td>",
    );
    page.within(
        "<td role=\"cell\" class=\"number\" data-label=\"failed\">",
        &number::grouped(check.failed),
        "</td><td role=\"cell\" class=\"wide\"><div class=\"share\">",
    );
    page.bar(&[(status_class, check.failed)], max_failed, &wording::counts(check));
    if wording::has_share(check) {
        page.within("<span class=\"note\">", &number::percent(check.failed, check.evaluated), "</span>");
    }
    page.raw("</div></td></tr>\n");
}

fn more(page: &mut Page, total: usize) {
    let hidden = total.saturating_sub(ROWS_SHOWN) as u64;
    if hidden > 0 {
        page.within("<p class=\"note\">and ", &number::count(hidden, "more check"), "</p>\n");
    }
}

/// The checks that were not evaluated, and those that passed.
pub(super) fn write_others(page: &mut Page, report: &Report) {
    let not_evaluated = ranking::not_evaluated(report);
    if !not_evaluated.is_empty() {
        page.raw("<section aria-labelledby=\"open\">\n<h2 id=\"open\">Not evaluated</h2>\n");
    }
    let is_any = !not_evaluated.is_empty();
    for (reason, checks) in not_evaluated {
        page.raw("<div class=\"card\">\n<p>because <bdi>")
            .data(reason)
            .raw("</bdi></p>\n<ul class=\"names\">\n");
        for check in checks.iter().take(ROWS_SHOWN) {
            page.raw("<li><code><bdi>").data(&check.id).raw("</bdi></code></li>\n");
        }
        page.raw("</ul>\n");
        more(page, checks.len());
        page.raw("</div>\n");
    }
    page.raw(if is_any { "</section>\n" } else { "" });
    let (passed, vacuous) = (ranking::passed(report), ranking::passed_vacuously(report));
    let all = [passed, vacuous].concat();
    if !all.is_empty() {
        write_passed(page, &all, all.len() == report.checks.len());
    }
}

fn write_passed(page: &mut Page, passed: &[&CheckResult], is_all: bool) {
    page.raw("<section aria-labelledby=\"passed\">\n<h2 id=\"passed\">Passed</h2>\n");
    page.raw(if is_all { "<details class=\"card\" open>" } else { "<details class=\"card\">" })
        .raw("<summary>");
    page.text(&number::count(passed.len() as u64, "check")).raw(" without a failure</summary>\n");
    page.raw(
        "<div class=\"table\"><table role=\"table\">\n<thead role=\"rowgroup\"><tr role=\"row\">\
         <th role=\"columnheader\" scope=\"col\">check</th><th role=\"columnheader\" scope=\"col\">expected</th>\
         <th role=\"columnheader\" scope=\"col\" class=\"number\">evaluated</th>\
         <th role=\"columnheader\" scope=\"col\" class=\"number\">null</th></tr></thead>\n<tbody role=\"rowgroup\">\n",
    );
    for check in passed.iter().take(ROWS_SHOWN) {
        page.raw("<tr role=\"row\"><th role=\"rowheader\" scope=\"row\"><bdi>").data(&check.id);
        page.raw("</bdi></th><td role=\"cell\" class=\"expected\"><bdi>").data(&check.expected).raw("</bdi>");
        if ranking::is_vacuous(check) {
            page.within("<span class=\"note\">", wording::NOTHING_EVALUATED, "</span>");
        }
        page.within(
            "</td><td role=\"cell\" class=\"number\" data-label=\"evaluated\">",
            &number::grouped(check.evaluated),
            "</td>",
        );
        page.within(
            "<td role=\"cell\" class=\"number\" data-label=\"null\">",
            &number::grouped(check.null),
            "</td></tr>\n",
        );
    }
    page.raw("</tbody>\n</table></div>\n");
    more(page, passed.len());
    page.raw("</details>\n</section>\n");
}
