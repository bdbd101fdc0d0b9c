//! The big list of naughty strings, in every place of a report, in every format.

use std::{env, fs, path::PathBuf};

use trueline_report::{
    Report,
    render::{Format, TextRenderer},
};

use crate::{sample, text};

/// Payloads of our own: terminals, build services, spreadsheets, bidirectional text.
const PAYLOADS: &[&str] = &[
    "\u{1b}]0;title\u{7}",
    "\u{1b}]8;;http://example.com\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "\u{9b}2J",
    "\u{90}q\u{9c}",
    "a\rb",
    "a\u{8}\u{8}\u{8}b",
    "\u{85}",
    "\u{2028}\u{2029}",
    "\u{202e}fdp.exe",
    "\u{2067}x\u{2069}",
    "\u{200b}\u{200d}\u{2060}",
    "\n::add-mask::x",
    "::error file=a,line=1::x",
    " ::error::x",
    "%0A::error::x",
    "##vso[task.setvariable]x",
    "##[error]x",
    "##teamcity[x]",
    "=1+1",
    "\u{e0041}\u{e0042}",
    "\u{0}",
    "\u{fffe}",
    "\u{0301}",
    "…",
    "│ ^",
];

/// A report in which every string is this one, and is in the way of every layout.
fn everywhere(text: &str) -> Report {
    let mut report = sample::invalid();
    report.error = sample::unreadable().error;
    report.inputs.push(report.inputs[0].clone());
    let own = || text.to_owned();
    report.engine.name = own();
    report.engine.version = own();
    report.schema.name = Some(own());
    report.schema.fingerprint = own();
    report.run.simd = own();
    if let Some(error) = &mut report.error {
        (error.code, error.message, error.input) = (own(), own(), Some(own()));
    }
    for input in &mut report.inputs {
        (input.name, input.format) = (own(), own());
    }
    for (index, check) in report.checks.iter_mut().enumerate() {
        (check.id, check.check, check.expected) = (format!("{text}{index}"), own(), own());
        check.columns = vec![own(), own()];
        check.reason = Some(own());
        check.observed = Some(text.into());
        check.codes = check.codes.iter().map(|(code, count)| (format!("{text}{code}"), *count)).collect();
    }
    let ids: Vec<String> =
        report.checks.iter().filter(|check| check.failed > 0).map(|check| check.id.clone()).collect();
    for (index, violation) in report.violations.iter_mut().enumerate() {
        violation.check_id.clone_from(&ids[index % ids.len()]);
        (violation.code, violation.expected, violation.message) = (own(), own(), own());
        (violation.column, violation.path) = (Some(own()), Some(own()));
        violation.set_value(text);
        let record = format!("{text},{text},{text}");
        let cell = text.len() + 1..2 * text.len() + 1;
        violation.excerpt = (index % 3 > 0).then(|| sample::excerpt(&record, cell, 1));
    }
    report
}

/// Nothing in it acts in a terminal or in the log of a build; no line is wider than asked.
pub(crate) fn assert_inert(text: &str, width: usize) {
    for character in text.chars() {
        assert!(character == '\n' || trueline_report::escape::is_inert(character), "{character:?} in {text}");
    }
    for line in text.lines() {
        let columns: usize = line.chars().filter_map(unicode_width::UnicodeWidthChar::width).sum();
        assert!(columns <= width, "{columns} columns: {line}");
        assert!(!line.trim_start().starts_with("::"), "{line}");
        assert!(!["##[", "##vso[", "##teamcity["].iter().any(|command| line.contains(command)), "{line}");
    }
}

fn assert_all_formats(payload: &str) {
    let report = everywhere(payload);
    for width in [40, 71, 100, 200] {
        let plain = TextRenderer { width, ..TextRenderer::default() };
        let plain_text = text::render(plain, &report);
        assert_inert(&plain_text, width);
        let colored = text::render(TextRenderer { color: true, ..plain }, &report);
        assert_eq!(text::without_colors(&colored), plain_text);
    }
    for format in [Format::Json, Format::JsonLines] {
        let mut bytes = Vec::new();
        format.renderer().render(&report, &mut bytes).unwrap();
        assert_inert(&String::from_utf8(bytes).unwrap(), usize::MAX);
    }
    let mut back: Report = serde_json::from_str(&report.to_json()).unwrap();
    for (violation, original) in back.violations.iter_mut().zip(&report.violations) {
        violation.excerpt.clone_from(&original.excerpt);
    }
    assert_eq!(back, report);
}

#[test]
fn our_payloads_do_nothing() {
    for payload in PAYLOADS {
        assert_all_formats(payload);
    }
}

#[test]
fn naughty_strings_do_nothing() {
    let corpora = env::var_os("TRUELINE_CORPORA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora")),
        PathBuf::from,
    );
    let path = corpora.join("naughty-strings/blns.json");
    let Ok(json) = fs::read_to_string(&path) else {
        println!("skipped: there is no {}", path.display());
        return;
    };
    let strings: Vec<String> = serde_json::from_str(&json).unwrap();
    assert!(strings.len() > 400, "the list is whole");
    for payload in &strings {
        assert_all_formats(payload);
    }
}
