//! Reports as JSON: the layout, the schema, and parsing.

use std::{fs, io};

use serde_json::{Value, json};
use trueline_report::{
    Report, Status, Verdict,
    render::{Format, JsonLinesRenderer, JsonRenderer, Renderer},
};
use trueline_schema::Severity;

use crate::sample;

fn schema() -> jsonschema::Validator {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/report.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

/// The output of a renderer.
pub(crate) fn rendered(renderer: &dyn Renderer, report: &Report) -> String {
    let mut bytes = Vec::new();
    renderer.render(report, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn rendered_reports_keep_to_the_schema() {
    let schema = schema();
    for report in sample::all() {
        let document: Value = serde_json::from_str(&rendered(&JsonRenderer, &report)).unwrap();
        let errors: Vec<String> = schema
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn the_schema_is_strict() {
    let schema = schema();
    let document = serde_json::to_value(sample::invalid()).unwrap();
    assert!(schema.is_valid(&document));
    let wrong = |pointer: &str, change: &dyn Fn(&mut Value)| {
        let mut changed = document.clone();
        change(changed.pointer_mut(pointer).expect("the sample has it"));
        assert!(!schema.is_valid(&changed), "a change at {pointer} went unseen");
    };
    let objects = [
        "",
        "/engine",
        "/schema",
        "/inputs/0",
        "/rows",
        "/checks/0",
        "/violations/0",
        "/violations/7/related",
        "/run",
        "/run/decided",
    ];
    for pointer in objects {
        wrong(pointer, &|value| drop(value.as_object_mut().unwrap().insert("surplus".into(), json!(1))));
        for key in document.pointer(pointer).unwrap().as_object().unwrap().keys() {
            let optional = ["observed", "reason", "first_row_index", "related"].contains(&key.as_str());
            if !optional {
                wrong(pointer, &|value| drop(value.as_object_mut().unwrap().remove(key)));
            }
        }
    }
    wrong("/verdict", &|value| *value = json!("fine"));
    wrong("/verdict", &|value| *value = json!("unreadable"));
    wrong("/report_version", &|value| *value = json!(2));
    wrong("/checks/0/status", &|value| *value = json!("Passed"));
    wrong("/checks/0/severity", &|value| *value = json!("info"));
    wrong("/rows/total", &|value| *value = json!(-1));
    wrong("/violations/0/line", &|value| *value = json!(0));
}

#[test]
fn the_layout_is_the_documented_one() {
    insta::assert_snapshot!("json", rendered(&JsonRenderer, &sample::duplicates()));
    insta::assert_snapshot!("json_lines", rendered(&JsonLinesRenderer, &sample::duplicates()));
    insta::assert_snapshot!("json_unreadable", rendered(&JsonRenderer, &sample::unreadable()));
}

#[test]
fn reports_come_back_as_they_went() {
    for mut report in sample::all() {
        let back: Report = serde_json::from_str(&report.to_json()).unwrap();
        report.violations.iter_mut().for_each(|violation| violation.excerpt = None);
        assert_eq!(back, report);
        assert_eq!(format!("{}\n", report.to_json()), rendered(&JsonRenderer, &report));
    }
}

#[test]
fn reports_of_another_version_are_refused() {
    let mut document: Value = serde_json::from_str(&sample::valid().to_json()).unwrap();
    document["report_version"] = json!(99);
    let error = serde_json::from_str::<Report>(&document.to_string()).unwrap_err().to_string();
    let expected = "the report has the layout of version 99, and only version 1 is read here";
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn joined_lines_are_the_report() {
    for report in sample::all() {
        let text = rendered(&JsonLinesRenderer, &report);
        let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut joined = lines.next().unwrap();
        assert_eq!(joined.as_object_mut().unwrap().remove("type"), Some(json!("report")));
        joined["violations"] = lines
            .map(|mut line| {
                assert_eq!(line.as_object_mut().unwrap().remove("type"), Some(json!("violation")));
                line
            })
            .collect();
        assert_eq!(joined, serde_json::to_value(&report).unwrap());
        assert!(text.lines().skip(1).all(|line| line.starts_with("{\"type\":\"violation\",\"check_id\":")));
    }
}

#[test]
fn times_that_are_no_numbers_are_still_json() {
    let mut report = sample::valid();
    report.run.elapsed_seconds = f64::INFINITY;
    assert!(report.to_json().contains("\"elapsed_seconds\": 0.0"));
}

#[test]
fn exit_codes_follow_verdict_and_severity() {
    let codes =
        |report: &Report| [Severity::Error, Severity::Warning].map(|fail_on| report.exit_code(fail_on));
    assert_eq!(codes(&sample::valid()), [0, 0]);
    assert_eq!(codes(&sample::invalid()), [1, 1]);
    assert_eq!(codes(&sample::warnings()), [0, 1]);
    assert_eq!(codes(&sample::unreadable()), [3, 3]);
    let mut contradictory = sample::valid();
    contradictory.checks[3].status = Status::Failed;
    assert_eq!((contradictory.verdict, codes(&contradictory)), (Verdict::Valid, [1, 1]));
}

#[test]
fn formats_have_names() {
    for format in Format::ALL {
        assert_eq!(Format::from_name(format.name()), Some(*format));
        assert!(rendered(&*format.renderer(), &sample::valid()).ends_with('\n'));
        if let Some(extension) = format.extension() {
            for name in [format!("a.{extension}"), format!("a.b.{}", extension.to_uppercase())] {
                assert_eq!(Format::from_file_name(&name), Some(*format), "{name}");
            }
        }
    }
    assert_eq!(Format::from_name("xml"), None);
    assert_eq!(Format::from_file_name("report.sarif.json"), Some(Format::Sarif));
    for name in ["report", "xml", "report.pdf", "report.", ""] {
        assert_eq!(Format::from_file_name(name), None, "{name}");
    }
}

/// Takes so many bytes, then fails.
struct Full(usize);

impl io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 { Err(io::Error::from(io::ErrorKind::StorageFull)) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_error_of_the_writer_is_never_swallowed() {
    let report = sample::invalid();
    for format in Format::ALL {
        let renderer = format.renderer();
        let length = rendered(&*renderer, &report).len();
        for room in (0..length).step_by(97).chain([length - 1]) {
            let error = renderer.render(&report, &mut Full(room)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{format:?} after {room} bytes");
        }
        renderer.render(&report, &mut Full(length)).unwrap();
    }
}
