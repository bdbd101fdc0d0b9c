//! Markdown: text from data is only code, and the output keeps to its size limit.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use trueline_report::{
    Report,
    render::{MarkdownRenderer, Renderer},
};

use crate::sample;

fn render(limit_bytes: usize, report: &Report) -> String {
    let mut bytes = Vec::new();
    MarkdownRenderer { limit_bytes, ..MarkdownRenderer::default() }.render(report, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn whole(report: &Report) -> String {
    render(65_536, report)
}

/// The only markup is that of the renderer. `marker`, which is in every string of the report, is found only in code. All
/// rows of a table have the same number of cells.
pub(crate) fn assert_sound(markdown: &str, marker: &str) {
    let mut is_code_block = false;
    let mut cells = 0;
    let mut columns = 0;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_code_block = true,
            Event::End(TagEnd::CodeBlock) => is_code_block = false,
            Event::Start(Tag::Table(alignments)) => columns = alignments.len(),
            Event::Start(Tag::TableCell) => cells += 1,
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => {
                assert_eq!(cells, columns, "{markdown}");
                cells = 0;
            }
            Event::Text(text) if !is_code_block => assert!(!text.contains(marker), "{text} in {markdown}"),
            Event::Html(html) | Event::InlineHtml(html) => {
                let rest = html
                    .replace("<details>", "")
                    .replace("</details>", "")
                    .replace("<summary>", "")
                    .replace("</summary>", "");
                assert!(!rest.contains(['<', '>']) && !html.contains(marker), "{html} in {markdown}");
            }
            Event::Start(
                Tag::Link { .. } | Tag::Image { .. } | Tag::BlockQuote(_) | Tag::FootnoteDefinition(_),
            ) => panic!("{event:?} in {markdown}"),
            _ => {}
        }
    }
    assert!(!is_code_block);
}

#[test]
fn pages_are_sound() {
    for report in sample::all() {
        assert_sound(&whole(&report), "\u{0}");
    }
}

#[test]
fn the_layout_is_the_documented_one() {
    insta::assert_snapshot!("markdown", whole(&sample::invalid()));
    insta::assert_snapshot!("markdown_unreadable", whole(&sample::unreadable()));
    insta::assert_snapshot!("markdown_valid", whole(&sample::valid()));
    insta::assert_snapshot!("markdown_naughty", whole(&sample::naughty()));
}

#[test]
fn what_does_not_fit_is_counted() {
    let mut report = sample::invalid();
    report.checks = (0..3000)
        .map(|index| {
            sample::failed(&format!("column_{index}.range"), "at least 1", 10, &[("range.below_minimum", 3)])
        })
        .collect();
    for limit in [1000, 5000, 65_536, 1 << 20] {
        let text = render(limit, &report);
        assert!(text.len() <= limit, "{} of {limit}", text.len());
        assert_sound(&text, "\u{0}");
        let shown = text.lines().filter(|line| line.starts_with("| ❌ ")).count();
        let is_reported = text.contains("Left out for want of room: ");
        assert_eq!(is_reported, shown < 3000, "{text}");
        if is_reported {
            let digits: String = text
                .split("room: ")
                .nth(1)
                .unwrap()
                .chars()
                .take_while(|digit| digit.is_ascii_digit() || *digit == ',')
                .filter(char::is_ascii_digit)
                .collect();
            assert_eq!(digits.parse::<usize>().unwrap(), 3000 - shown, "{text}");
        }
    }
}

#[test]
fn a_limit_is_kept_whatever_the_report() {
    for report in sample::all() {
        for limit in [0, 1000, 1500, 2500] {
            let text = render(limit, &report);
            assert!(text.len() <= limit.max(1000), "{} of {limit}", text.len());
            assert_sound(&text, "\u{0}");
        }
    }
}

#[test]
fn long_names_are_cut() {
    let mut report = sample::invalid();
    for check in &mut report.checks {
        check.id = format!("{}|{}", check.id, "x".repeat(10_000));
    }
    let text = whole(&report);
    assert!(text.len() < 10_000, "{}", text.len());
    assert_sound(&text, "\u{0}");
}
