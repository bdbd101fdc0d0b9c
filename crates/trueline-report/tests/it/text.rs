//! The text report of each sample.

use trueline_report::{
    CheckResult, Report, RunError, Verdict,
    render::{Format, HtmlRenderer, JunitRenderer, MarkdownRenderer, Renderer, TextRenderer},
};

use crate::sample;

pub(crate) fn render(renderer: TextRenderer, report: &Report) -> String {
    let mut text = Vec::new();
    renderer.render(report, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn wide(width: usize) -> TextRenderer {
    TextRenderer { width, ..TextRenderer::default() }
}

macro_rules! snapshot {
    ($name:ident, $report:expr, $renderer:expr) => {
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), render($renderer, &$report));
        }
    };
}

snapshot!(valid, sample::valid(), wide(100));
snapshot!(invalid, sample::invalid(), wide(100));
snapshot!(invalid_narrow, sample::invalid(), wide(60));
snapshot!(
    invalid_wide_with_one_sample,
    sample::invalid(),
    TextRenderer { samples_per_check: 1, ..wide(160) }
);
snapshot!(warnings, sample::warnings(), wide(100));
snapshot!(unreadable, sample::unreadable(), wide(100));
snapshot!(duplicates, sample::duplicates(), wide(100));
snapshot!(empty, sample::empty(), wide(100));
snapshot!(naughty, sample::naughty(), TextRenderer { samples_per_check: 10, ..wide(100) });
snapshot!(naughty_narrow, sample::naughty(), TextRenderer { samples_per_check: 10, ..wide(40) });

/// The text without the color sequences that the renderer writes.
pub(crate) fn without_colors(text: &str) -> String {
    let mut plain = text.to_owned();
    for parameters in ["0", "1", "2", "36", "1;31", "1;32", "1;33"] {
        plain = plain.replace(&format!("\u{1b}[{parameters}m"), "");
    }
    plain
}

#[test]
fn colors_change_nothing_else() {
    for report in
        [sample::valid(), sample::invalid(), sample::warnings(), sample::unreadable(), sample::naughty()]
    {
        let colored = render(TextRenderer { color: true, ..wide(100) }, &report);
        assert!(colored.contains("\u{1b}["));
        assert_eq!(without_colors(&colored), render(wide(100), &report));
    }
}

#[test]
fn no_samples_are_shown_when_none_are_asked_for() {
    let text = render(TextRenderer { samples_per_check: 0, ..wide(100) }, &sample::invalid());
    assert!(!text.contains('^') && text.contains("amount.range"));
}

#[test]
fn as_many_samples_are_shown_as_are_asked_for() {
    let mut report = sample::report(Verdict::Invalid, 100, 50);
    report.checks = vec![sample::failed("a.range", "at least 1", 100, &[("range.below_minimum", 50)])];
    let of_row = |row| sample::violation("a.range", "range.below_minimum", row, "0,b", "0", "too small here");
    report.violations = (0..40).map(of_row).collect();
    let shown =
        |renderer: &dyn Renderer| crate::json::rendered(renderer, &report).matches("too small here").count();
    for samples_per_check in [0, 2, 33] {
        assert_eq!(shown(&TextRenderer { samples_per_check, ..wide(100) }), samples_per_check);
        let markdown = MarkdownRenderer { samples_per_check, ..MarkdownRenderer::default() };
        assert_eq!(shown(&markdown), samples_per_check);
        assert_eq!(shown(&JunitRenderer { samples_per_check }), samples_per_check);
        assert_eq!(shown(&HtmlRenderer { samples_per_check }), samples_per_check);
    }
    let of_default = |format: Format| shown(&*format.renderer());
    let formats = [Format::Text, Format::Markdown, Format::Junit, Format::Html];
    assert_eq!(formats.map(of_default), [3, 3, 10, 20]);
}

#[test]
fn a_check_of_the_whole_table_has_no_share() {
    let mut report = sample::report(Verdict::Invalid, 5, 0);
    let row_count = &[("row_count.below_minimum", 1)];
    report.checks = vec![
        CheckResult {
            observed: Some(5.into()),
            ..sample::failed("table.row_count", "at least 100 rows", 5, row_count)
        },
        sample::failed("table.columns", "the declared columns", 4, &[("columns.missing", 2)]),
    ];
    let sample = ("table.row_count", "row_count.below_minimum");
    report.violations = vec![sample::violation(sample.0, sample.1, 0, "a", "a", "too few rows")];
    let shown = |format: Format| crate::json::rendered(&*format.renderer(), &report);
    let text = shown(Format::Text);
    assert!(text.contains("table.row_count  failed\n") && text.contains("  observed  5\n"), "{text}");
    assert!(text.contains("table.columns  2 failures\n"), "{text}");
    for format in [Format::Github, Format::Sarif, Format::Markdown, Format::Junit] {
        assert!(shown(format).contains("failed, observed 5"), "{}", shown(format));
    }
    for format in Format::ALL {
        assert!(!shown(*format).contains("of 5 failed") && !shown(*format).contains("20 %"));
    }
}

#[test]
fn only_csv_is_searched_for_an_open_quote() {
    let mut report = sample::report(Verdict::Unreadable, 0, 0);
    let (code, message) = ("structure.record_size".to_owned(), "too large".to_owned());
    let input = Some(report.inputs[0].name.clone());
    report.error = Some(RunError { code, message, input, row_index: None, line: None, byte_offset: None });
    for (format, expected) in [("csv", true), ("jsonl", false), ("parquet", false)] {
        report.inputs[0].format = format.to_owned();
        let text = render(wide(160), &report);
        assert_eq!(text.contains("a quote that is never closed"), expected, "{text}");
        assert!(text.contains("if the data is right, raise the limit"), "{text}");
    }
}

#[test]
fn hundreds_of_failed_checks_and_inputs_stay_readable() {
    let mut report = sample::invalid();
    report.inputs = vec![report.inputs[0].clone(); 500];
    report.checks = (0..400)
        .map(|index| {
            sample::failed(&format!("column_{index}.range"), "at least 1", 10, &[("range.below_minimum", 3)])
        })
        .collect();
    report
        .checks
        .extend((0..400).map(|index| sample::check(&format!("column_{index}.type"), "an int64", 10)));
    report.violations.clear();
    let text = render(wide(100), &report);
    assert!(text.lines().count() < 150, "{text}");
    assert!(
        text.contains("488 more; 500 inputs") && text.contains("388 more checks with failures"),
        "{text}"
    );
}
