//! The "big list of naughty strings" as every string of a report, in every format.

use std::{env, fs, path::PathBuf};

use trueline_report::{
    Report,
    escape::is_inert,
    render::{Format, TextRenderer},
};

use crate::{github, html, json, junit, markdown, sample, sarif, text};

/// A part of every string of a report that occurs nowhere else.
const MARKER: &str = "zqmarker";

/// Further payloads: for terminals, build services, spreadsheets and bidirectional text.
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
    "<script>alert(1)</script>",
    "</style><script>x</script>",
    "</title><img src=x onerror=alert(1)>",
    "\" onmouseover=\"x",
    "' onload='x",
    "<!-- x --",
    "]]>",
    "<![CDATA[",
    "&lt;&#60;&amp;",
    "a|b\\|c",
    "\\",
    "`",
    "```",
    "a`` b```\n```js",
    "@everyone #1 GH-1",
    "[a](javascript:x) ![b](http://example.com/c.png)",
    "<http://example.com> www.example.com a@example.com",
    "# a\n- b\n> c\n---",
    "$x$ **b** _i_ ~~s~~ :smile:",
    " a ",
    "  ",
    ",file=b,line=1",
    "title=x::y",
    "%25%0D%3A%2C",
    "https://example.com/a b?c#d",
    "C:\\a\\b",
    "\\\\host\\share",
    "//host/a",
    "\u{fdd0}\u{1fffe}",
];

/// A report in which every string is this one.
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

/// Nothing in the text has an effect in a terminal or in the log of a build.
fn assert_inert(text: &str) {
    for character in text.chars() {
        assert!(character == '\n' || is_inert(character), "{character:?} in {text}");
    }
    for line in text.lines() {
        assert!(!["##[", "##vso[", "##teamcity["].iter().any(|command| line.contains(command)), "{line}");
    }
}

/// No line is a command or wider than `width`.
fn assert_lines(text: &str, width: usize) {
    for line in text.lines() {
        let columns: usize = line.chars().filter_map(unicode_width::UnicodeWidthChar::width).sum();
        assert!(columns <= width, "{columns} columns: {line}");
        assert!(!line.trim_start().starts_with("::"), "{line}");
    }
}

fn assert_all_formats(payload: &str, schema: &jsonschema::Validator) {
    let report = everywhere(payload);
    for width in [40, 71, 100, 200] {
        let plain = TextRenderer { width, ..TextRenderer::default() };
        let plain_text = text::render(plain, &report);
        assert_inert(&plain_text);
        assert_lines(&plain_text, width);
        let colored = text::render(TextRenderer { color: true, ..plain }, &report);
        assert_eq!(text::without_colors(&colored), plain_text);
    }
    let marked = everywhere(&format!("{MARKER}{payload}{MARKER}"));
    for format in Format::ALL {
        let is_marked = matches!(format, Format::Markdown | Format::Html);
        let report = if is_marked { &marked } else { &report };
        let rendered = json::rendered(&*format.renderer(), report);
        assert_eq!(rendered.contains(MARKER), is_marked, "{format:?}");
        assert_inert(&rendered);
        if *format != Format::Github {
            assert_lines(&rendered, usize::MAX);
        }
        match format {
            Format::Junit => junit::assert_sound(&rendered, report),
            Format::Sarif => sarif::assert_sound(&serde_json::from_str(&rendered).unwrap(), schema),
            Format::Github => github::assert_sound(&rendered),
            Format::Markdown => markdown::assert_sound(&rendered, MARKER),
            Format::Html => drop(html::assert_sound(&rendered, MARKER)),
            _ => {}
        }
    }
    let mut back: Report = serde_json::from_str(&report.to_json()).unwrap();
    for (violation, original) in back.violations.iter_mut().zip(&report.violations) {
        violation.excerpt.clone_from(&original.excerpt);
    }
    assert_eq!(back, report);
}

#[test]
fn payloads_have_no_effect() {
    let schema = sarif::schema();
    for payload in PAYLOADS {
        assert_all_formats(payload, &schema);
    }
}

/// The folder of the corpora, which are not in the repository.
pub(crate) fn corpora() -> PathBuf {
    env::var_os("TRUELINE_CORPORA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora")),
        PathBuf::from,
    )
}

#[test]
fn naughty_strings_have_no_effect() {
    let path = corpora().join("naughty-strings/blns.json");
    let Ok(json) = fs::read_to_string(&path) else {
        println!("skipped: there is no {}", path.display());
        return;
    };
    let strings: Vec<String> = serde_json::from_str(&json).unwrap();
    assert!(strings.len() > 400, "the list is whole");
    let schema = sarif::schema();
    for payload in &strings {
        assert_all_formats(payload, &schema);
    }
}
