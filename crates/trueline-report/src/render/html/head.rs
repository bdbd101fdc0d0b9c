//! The first part of the page: its security policy, its style and the verdict.

use super::page::Page;
use crate::{
    Report, Verdict,
    render::{advice, location, wording},
};

/// The security policy forbids to load, run or send anything; only the style of the page itself is allowed.
const HEAD: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<meta name=\"referrer\" content=\"no-referrer\">
<title>";

pub(super) fn write(page: &mut Page, report: &Report) {
    let word = word(report.verdict);
    page.raw(HEAD).text(word);
    if let Some(name) = &report.schema.name {
        page.raw(": ").text(name);
    }
    page.raw("</title>\n<style>\n").raw(include_str!("style.css")).raw("</style>\n</head>\n<body>\n<main>\n");
    page.raw(match report.verdict {
        Verdict::Valid => "<header class=\"verdict good\">\n",
        Verdict::Invalid | Verdict::Unreadable => "<header class=\"verdict bad\">\n",
    });
    page.raw(icon(report.verdict)).within("<div>\n<h1>", word, "");
    if let Some(name) = &report.schema.name {
        page.raw(" <span class=\"name\"><bdi>").data(name).raw("</bdi></span>");
    }
    page.raw("</h1>\n").within("<p>", &wording::summary(report), "</p>\n</div>\n</header>\n");
    error(page, report);
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => "Valid",
        Verdict::Invalid => "Invalid",
        Verdict::Unreadable => "Unreadable",
    }
}

/// An icon for the verdict.
fn icon(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => {
            "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><circle cx=\"12\" cy=\"12\" r=\"11\"/><path d=\"M7 12.5l3.5 3.5L17 8.5\"/></svg>\n"
        }
        Verdict::Invalid => {
            "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><circle cx=\"12\" cy=\"12\" r=\"11\"/><path d=\"M8 8l8 8M16 8l-8 8\"/></svg>\n"
        }
        Verdict::Unreadable => {
            "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><circle cx=\"12\" cy=\"12\" r=\"11\"/><path d=\"M12 6.5v7M12 17v.5\"/></svg>\n"
        }
    }
}

/// The error that ended the run, its location, and advice.
fn error(page: &mut Page, report: &Report) {
    let Some(error) = &report.error else { return };
    page.raw("<section class=\"card error\" aria-labelledby=\"what-happened\">\n");
    page.raw("<h2 id=\"what-happened\">What happened</h2>\n<p class=\"message\">").data(&error.message);
    page.within("</p>\n<dl>\n<dt>code</dt><dd><code>", &error.code, "</code></dd>\n");
    let location = location::error_parts(error);
    if !location.is_empty() {
        page.raw("<dt>where</dt><dd><code><bdi>").data(&location.join(", ")).raw("</bdi></code></dd>\n");
    }
    page.within("<dt>what to do</dt><dd>", advice::for_error(report, error), "</dd>\n</dl>\n</section>\n");
}
