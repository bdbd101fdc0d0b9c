//! The page: text from data is only text, and nothing is loaded, run or sent.

use html5gum::{Token, Tokenizer};
use trueline_report::{Report, escape::escape_text, render::HtmlRenderer};

use crate::sample;

fn render(report: &Report) -> String {
    crate::json::rendered(&HtmlRenderer::default(), report)
}

const ELEMENTS: &[&str] = &[
    "a", "article", "bdi", "body", "code", "dd", "details", "div", "dl", "dt", "footer", "h1", "h2", "h3",
    "head", "header", "html", "li", "main", "mark", "meta", "p", "pre", "section", "span", "style",
    "summary", "table", "tbody", "td", "th", "thead", "title", "tr", "ul", "svg", "rect", "circle", "path",
];

const ATTRIBUTES: &[&str] = &[
    "aria-hidden",
    "aria-label",
    "aria-labelledby",
    "charset",
    "class",
    "content",
    "cx",
    "cy",
    "d",
    "data-label",
    "height",
    "href",
    "http-equiv",
    "id",
    "lang",
    "name",
    "open",
    "preserveaspectratio",
    "r",
    "role",
    "scope",
    "viewbox",
    "width",
    "x",
];

/// Elements without an end tag.
const VOID: &[&str] = &["meta"];

/// The parts of a page, parsed as a browser does.
#[derive(Default)]
pub(crate) struct Parts {
    /// All text, in order.
    text: String,
    attributes: Vec<(String, String)>,
    style: String,
    elements: Vec<String>,
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) fn parse(html: &str) -> Parts {
    let mut parts = Parts::default();
    let mut open: Vec<String> = Vec::new();
    // The contents of a `style` element are text for a browser, not markup.
    let (start, end) = (html.find("<style>").unwrap() + "<style>".len(), html.find("</style>").unwrap());
    html[start..end].clone_into(&mut parts.style);
    assert!(!parts.style.contains('<'));
    let visit = |text: &str, open: &mut Vec<String>, parts: &mut Parts| {
        for token in Tokenizer::new(text) {
            match token.unwrap() {
                Token::StartTag(tag) => {
                    let name = string(&tag.name);
                    for (attribute, value) in &tag.attributes {
                        parts.attributes.push((string(attribute), string(value)));
                    }
                    // Self-closing elements of SVG have no end tag either; in HTML the slash would have no effect.
                    let is_svg_shape = ["rect", "circle", "path"].contains(&name.as_str());
                    assert_eq!(tag.self_closing, is_svg_shape, "{name}");
                    if !VOID.contains(&name.as_str()) && !tag.self_closing {
                        open.push(name.clone());
                    }
                    parts.elements.push(name);
                }
                Token::EndTag(tag) => assert_eq!(open.pop(), Some(string(&tag.name))),
                Token::String(text) => parts.text.push_str(&string(&text)),
                Token::Doctype(doctype) => assert_eq!(string(&doctype.name), "html"),
                Token::Comment(comment) => panic!("{comment:?}"),
                Token::Error(error) => panic!("{error:?} in {html}"),
            }
        }
    };
    visit(&html[..start], &mut open, &mut parts);
    visit(&html[end..], &mut open, &mut parts);
    assert!(open.is_empty(), "{open:?}");
    parts
}

/// There are only known elements and attributes, none of which loads, runs or sends anything. `marker`, which is in every
/// string of the report, is found only in text.
pub(crate) fn assert_sound(html: &str, marker: &str) -> Parts {
    let parts = parse(html);
    for element in &parts.elements {
        assert!(ELEMENTS.contains(&element.as_str()), "{element}");
    }
    for (name, value) in &parts.attributes {
        assert!(ATTRIBUTES.contains(&name.as_str()) && !name.starts_with("on"), "{name}");
        assert!(!value.contains(marker), "{name}=\"{value}\"");
        assert!(
            !value.contains("//") && !value.to_ascii_lowercase().contains("script"),
            "{name}=\"{value}\""
        );
        if name == "href" {
            let index = value.strip_prefix("#check-").unwrap();
            assert!(parts.attributes.contains(&("id".to_owned(), value[1..].to_owned())), "{index}");
        }
    }
    assert!(!["url(", "@import", "//", marker].iter().any(|text| parts.style.contains(text)));
    let policy = parts.attributes.iter().find(|(_, value)| value.starts_with("default-src 'none';")).unwrap();
    assert_eq!(policy.0, "content");
    parts
}

#[test]
fn pages_are_sound() {
    for report in sample::all() {
        assert_sound(&render(&report), "\u{0}");
    }
}

#[test]
fn the_layout_is_the_documented_one() {
    insta::assert_snapshot!("html", body(&render(&sample::invalid())));
    insta::assert_snapshot!("html_unreadable", body(&render(&sample::unreadable())));
    insta::assert_snapshot!("html_naughty", body(&render(&sample::naughty())));
}

/// The page without its style, which does not depend on the report.
fn body(html: &str) -> String {
    let (start, end) = (html.find("<style>").unwrap(), html.find("</style>").unwrap());
    format!("{}{}", &html[..start], &html[end..])
}

#[test]
fn what_looks_like_markup_is_text() {
    let evil = "<script>alert(1)</script><img src=x onerror=y>\"'&amp;<!--</style></title>";
    let mut report = sample::invalid();
    report.schema.name = Some(evil.into());
    report.violations[0].message = evil.into();
    report.checks[0].id = evil.into();
    let parts = assert_sound(&render(&report), evil);
    assert!(parts.text.matches(evil).count() >= 4, "{}", parts.text);
}

#[test]
fn a_cell_is_marked_as_it_stands() {
    let html = render(&sample::invalid());
    assert!(html.contains("<mark>&quot;1 000&quot;</mark>"));
    let html = render(&sample::naughty());
    let marked = "<span class=\"escape\">\\u{1b}</span>[31mred";
    assert!(html.contains(&format!("<mark>{marked}")));
    assert!(parse(&html).text.contains(&*escape_text("\u{1b}[31mred\u{1b}[0m\u{7}")));
}

#[test]
fn a_name_with_a_comma_is_one_part_of_a_place() {
    let mut report = sample::invalid();
    let violation = &mut report.violations[0];
    (violation.check_id, violation.column) = ("named".to_owned(), Some("a, b".to_owned()));
    report.checks[0].id = "named".to_owned();
    assert!(render(&report).contains("<span><bdi>column a, b</bdi></span>"));
}

#[test]
fn bars_say_what_they_show() {
    let html = render(&sample::invalid());
    assert!(html.contains("<title>812 of 9,999,920 failed (0.0081 %), 34 null, 46 not evaluated</title>"));
    let pictures = html.matches("role=\"img\"><title>").count();
    assert_eq!(pictures, html.matches("class=\"bar\"").count());
    let parts = parse(&html);
    let mut widths = parts.attributes.iter().filter(|(name, _)| name == "width");
    assert!(widths.all(|(_, width)| width.parse::<u64>().is_ok_and(|width| width <= 1000)));
}

#[test]
fn hundreds_of_checks_and_inputs_are_capped() {
    let mut report = sample::invalid();
    report.inputs = vec![report.inputs[0].clone(); 3000];
    report.checks = (0..3000)
        .map(|index| {
            sample::failed(&format!("column_{index}.range"), "at least 1", 10, &[("range.below_minimum", 3)])
        })
        .collect();
    let html = render(&report);
    assert!(html.contains("and 2,000 more checks") && html.contains("2,700 more checks with failures"));
    assert!(html.contains("and 2,500 more inputs") && html.len() < 1_500_000, "{}", html.len());
    assert_sound(&html, "\u{0}");
}
