//! One record at a time against the same record as a table of one row.

use proptest::prelude::*;
use trueline::schema::Schema;
use trueline::{ErrorKind, Format, Limits, MemorySource, RecordValidator, Report, Validator, Verdict};
use trueline_testkit::cases;

use crate::json_proofs::table;
use crate::support::{schema, stable, validate};

/// What the exact way says; `None` where it has nothing to say.
fn exact(schema: &Schema, record: &[u8]) -> Option<Report> {
    let builder = Validator::builder(schema.of_records()).threads(1).proofs(false).format(Format::JsonLines);
    let report = validate(builder, &MemorySource::new("record", record));
    let is_clean = report.error.is_none() && report.checks.iter().all(|check| check.failed == 0);
    (!is_clean).then_some(report)
}

/// Where the two ways differ on the lines of a text.
fn difference(schema: &Schema, text: &[u8]) -> Option<String> {
    let mut validator = RecordValidator::new(schema).expect("a validator");
    for line in text.split(|byte| *byte == b'\n') {
        let line: Vec<u8> = line.iter().copied().filter(|byte| *byte != b'\r').collect();
        if line.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
            continue;
        }
        let found = validator.check(&line).expect("an answer").as_ref().map(stable);
        let mut expected = exact(schema, &line).as_ref().map(stable);
        if let Some(expected) = &mut expected {
            expected["schema"]["fingerprint"] = schema.fingerprint().into();
        }
        if found != expected {
            return Some(format!("{}: {found:?} instead of {expected:?}", String::from_utf8_lossy(&line)));
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_record_is_judged_as_a_table_of_one_row(table in table()) {
        let Ok(schema) = Schema::from_yaml(&table.yaml) else {
            return Err(TestCaseError::reject("`coerce` means nothing here"));
        };
        prop_assert_eq!(difference(&schema, table.json.as_bytes()), None);
    }
}

#[test]
fn every_record_of_the_cases_is_judged_as_a_table_of_one_row() {
    let cases = cases::all().expect("testdata");
    let of_json = cases.iter().filter(|case| case.input_name.ends_with("jsonl"));
    let mut count = 0;
    for case in of_json {
        count += 1;
        assert_eq!(difference(&schema(&case.schema), &case.input), None, "{}", case.name);
    }
    assert!(count >= 10, "only {count} cases were found");
}

#[test]
fn checks_of_tables_are_left_out() {
    let text = "fields: [{name: a, type: int64, unique: true}]\nchecks: [{check: row_count, min: 10}]\n";
    let schema = schema(text);
    let mut validator = RecordValidator::new(&schema).expect("a validator");
    for _ in 0..2 {
        assert!(validator.check(b"{\"a\": 1}").expect("an answer").is_none());
    }
    let report = validator.check(b"{\"a\": \"x\"}").expect("an answer").expect("a fault");
    assert_eq!(report.schema.fingerprint, schema.fingerprint());
    assert!(report.checks.iter().all(|check| check.check != "row_count"));
}

#[test]
fn keys_of_one_record_may_not_be_null_where_that_is_forbidden() {
    let text = "fields: [{name: a, type: int64}, {name: b, type: int64}]\nchecks: [{check: primary_key, columns: [a, b]}]\n";
    let mut validator = RecordValidator::new(&schema(text)).expect("a validator");
    assert!(validator.check(b"{\"a\": 1, \"b\": 1}").expect("an answer").is_none());
    assert_eq!(
        validator.check(b"{\"a\": 1}").expect("an answer").expect("a fault").verdict,
        Verdict::Invalid
    );
}

#[test]
fn line_ends_between_values_are_white_space() {
    let mut validator =
        RecordValidator::new(&schema("fields: [{name: a, type: int64}]")).expect("a validator");
    assert!(validator.check(b"{\"a\":\r\n 1\n}\n").expect("an answer").is_none());
    let report = validator.check(b"{\"a\":\n\"x\"}").expect("an answer").expect("a fault");
    let place = &report.violations[0].location;
    assert_eq!((place.line, place.byte_offset, place.byte_length), (Some(2), Some(6), Some(3)));
    for two in [&b"{}\n{}"[..], b"{} {}"] {
        let report = validator.check(two).expect("an answer").expect("a fault");
        assert_eq!(report.violations[0].code, "structure.json");
    }
}

#[test]
fn a_record_of_several_lines_is_shown_as_it_is() {
    let text = "fields: [{name: id, type: int64, maximum: 5}, {name: t, type: int64}, {name: s, type: string, max_length: 2}]\n";
    let mut validator = RecordValidator::new(&schema(text)).expect("a validator");
    let record = "{\r\n  \"id\": 9,\n  \"t\": [1,\n\t2],\r\n\n \"s\": \"\\n\\tabc\"\n}\n";
    let report = validator.check(record.as_bytes()).expect("an answer").expect("a fault");
    let found: Vec<_> = report
        .violations
        .iter()
        .map(|one| {
            let excerpt = one.excerpt.as_ref().expect("an excerpt");
            assert_eq!(excerpt.text, record.trim_end(), "{}", one.check_id);
            (
                one.code.as_str(),
                one.location.line,
                one.value.as_deref(),
                &excerpt.text[excerpt.highlight.clone()],
            )
        })
        .collect();
    let expected = [
        ("range.above_maximum", Some(2), Some("9"), "9"),
        ("type.invalid", Some(3), Some("[1,\n\t2]"), "[1,\n\t2]"),
        ("length.too_long", Some(6), Some("\n\tabc"), "\"\\n\\tabc\""),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_line_end_in_a_string_is_named() {
    let mut validator =
        RecordValidator::new(&schema("fields: [{name: a, type: string}]")).expect("a validator");
    for (record, byte, line) in [
        (&b"{\"a\":\n\"x\ny\"}"[..], "0x0A", 2),
        (b"{\"a\":\n\"x\ty\"}", "0x09", 2),
        (b"{\"a\":\n\"x\ry\"}", "0x0D", 2),
        (b"{\"a\":\r\n\"x\r\ny\"}", "0x0D", 2),
    ] {
        let report = validator.check(record).expect("an answer").expect("a fault");
        let violation = &report.violations[0];
        assert!(violation.message.contains(byte), "{}", violation.message);
        assert_eq!(violation.location.line, Some(line));
        let excerpt = violation.excerpt.as_ref().expect("an excerpt");
        let rest = record.iter().position(|byte| *byte == b'x').expect("it") + 1;
        assert_eq!(excerpt.text[excerpt.highlight.clone()].as_bytes(), &record[rest..]);
    }
}

#[test]
fn what_is_no_record_is_an_error_and_what_is_too_large_unreadable() {
    let schema = schema("fields: [{name: a, type: string}]");
    let mut validator = RecordValidator::new(&schema).expect("a validator");
    for nothing in [&b""[..], b" \t\n"] {
        let error = validator.check(nothing).expect_err("an error");
        assert!(matches!(error.kind(), ErrorKind::NoRecord));
    }
    let mut limits = Limits::default();
    limits.max_record_bytes = 20;
    let mut validator = RecordValidator::with_limits(&schema, limits).expect("a validator");
    assert!(validator.check(b"{\"a\": \"short\"}").expect("an answer").is_none());
    let report = validator.check(b"{\"a\": \"longer than that\"}").expect("an answer").expect("a report");
    assert_eq!(report.verdict, Verdict::Unreadable);
}
