//! `JUnit` XML: its structure, and what it says.

use roxmltree::{Document, Node};
use trueline_report::{
    Report, Status,
    render::{Format, JunitRenderer},
};

use crate::sample;

fn render(report: &Report) -> String {
    crate::json::rendered(&JunitRenderer::default(), report)
}

/// Names of attributes or elements.
type Names = &'static [&'static str];

/// What may stand in each element: attributes that must, that may, and the elements below. From the XML Schema of the
/// xUnit plugin of Jenkins.
const STRUCTURE: &[(&str, Names, Names, Names)] = &[
    ("testsuites", &["name", "tests", "failures", "errors", "time"], &[], &["testsuite"]),
    (
        "testsuite",
        &["name", "tests", "failures", "errors"],
        &["time", "skipped"],
        &["properties", "testcase"],
    ),
    ("properties", &[], &[], &["property"]),
    ("property", &["name", "value"], &[], &[]),
    ("testcase", &["name"], &["classname"], &["skipped", "error", "failure", "system-out"]),
    ("skipped", &[], &["message", "type"], &[]),
    ("error", &[], &["message", "type"], &[]),
    ("failure", &[], &["message", "type"], &[]),
    ("system-out", &[], &[], &[]),
];

fn assert_structure(node: Node<'_, '_>) {
    let name = node.tag_name().name();
    let (_, must, may, below) =
        STRUCTURE.iter().find(|(known, ..)| *known == name).expect("the element is known");
    for attribute in *must {
        assert!(node.has_attribute(*attribute), "{name} has no {attribute}");
    }
    for attribute in node.attributes() {
        assert!(must.contains(&attribute.name()) || may.contains(&attribute.name()), "{attribute:?}");
    }
    if let Some(time) = node.attribute("time") {
        let (whole, fraction) = time.split_once('.').unwrap();
        assert!(whole.chars().chain(fraction.chars()).all(|digit| digit.is_ascii_digit()), "{time}");
    }
    for child in node.children() {
        if child.is_element() {
            assert!(below.contains(&child.tag_name().name()), "{child:?} in {name}");
            assert_structure(child);
        } else {
            assert!(child.is_text(), "{child:?}");
            let is_space = child.text().unwrap_or("").trim().is_empty();
            assert!(is_space || below.is_empty(), "{child:?} in {name}");
        }
    }
}

/// It parses, has the known structure, and its totals are those of its cases.
pub(crate) fn assert_sound(xml: &str, report: &Report) {
    let document = Document::parse(xml).unwrap_or_else(|error| panic!("{error}: {xml}"));
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    assert_structure(root);
    let count = |name: &str| root.descendants().filter(|node| node.has_tag_name(name)).count();
    let (mut suites, cases) = (root.children().filter(Node::is_element), count("testcase"));
    let suite = suites.next().unwrap();
    assert!(suites.next().is_none());
    assert_eq!(cases, report.checks.len() + usize::from(report.error.is_some()));
    for (attribute, counted) in [
        ("tests", cases),
        ("failures", count("failure")),
        ("errors", count("error")),
        ("skipped", count("skipped")),
    ] {
        assert_eq!(suite.attribute(attribute), Some(counted.to_string().as_str()), "{attribute}");
    }
}

#[test]
fn documents_have_the_structure() {
    for report in sample::all() {
        assert_sound(&render(&report), &report);
    }
}

#[test]
fn the_layout_is_the_documented_one() {
    insta::assert_snapshot!("junit", render(&sample::invalid()));
    insta::assert_snapshot!("junit_unreadable", render(&sample::unreadable()));
}

#[test]
fn texts_come_back_as_they_are_shown() {
    let mut report = sample::valid();
    report.checks[0].id = "a<b>&\"'\u{7}\t]]>".into();
    report.checks[0].status = Status::NotEvaluated;
    report.checks[0].reason = Some("<!--\u{fffe}".into());
    let xml = render(&report);
    let document = Document::parse(&xml).unwrap();
    let case = document.descendants().find(|node| node.has_tag_name("testcase")).unwrap();
    assert_eq!(case.attribute("name"), Some("a<b>&\"'\\u{7}\\t]]>"));
    let skipped = case.children().find(|node| node.has_tag_name("skipped")).unwrap();
    assert_eq!(skipped.attribute("message"), Some("<!--\\u{fffe}"));
}

#[test]
fn every_status_is_told_apart() {
    let mut report = sample::invalid();
    let passed = report.checks.iter().position(|check| check.status == Status::Passed).unwrap();
    report.checks[passed].status = Status::Error;
    report.checks[passed].reason = Some("the model is gone".into());
    let xml = render(&report);
    assert_sound(&xml, &report);
    let document = Document::parse(&xml).unwrap();
    for check in &report.checks {
        let case = document
            .descendants()
            .find(|node| node.has_tag_name("testcase") && node.attribute("name") == Some(&check.id))
            .unwrap();
        let has = |name: &str| case.children().any(|node| node.has_tag_name(name));
        let expected = match check.status {
            Status::Failed => (true, false, false, false),
            Status::NotEvaluated => (false, true, false, false),
            Status::Warned => (false, false, true, false),
            Status::Passed => (false, false, check.failed > 0, false),
            Status::Error => (false, false, false, true),
        };
        let found = (has("failure"), has("skipped"), has("system-out"), has("error"));
        assert_eq!(found, expected, "{}", check.id);
    }
    assert_eq!(Format::from_name("junit"), Some(Format::Junit));
}
