//! Invalid rows that tell why they are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use trueline::{ErrorKind, MemorySource, Report, Severity, Validator};

use super::{Files, entries, in_file_order, json_lines, json_lines_of, records, several};
use crate::support::{Once, schema, stable, validate};

/// The ids of the checks that name each row, in the order in which the report has its checks.
fn reasons(report: &Report) -> BTreeMap<(u32, u64), Vec<String>> {
    let mut reasons: BTreeMap<(u32, u64), BTreeSet<usize>> = BTreeMap::new();
    for violation in report.violations.iter().filter(|violation| violation.severity == Severity::Error) {
        let Some(row) = violation.location.row_index else { continue };
        let check = report.checks.iter().position(|check| check.id == violation.check_id).expect("a check");
        reasons.entry((violation.input, row)).or_default().insert(check);
    }
    let ids =
        |checks: BTreeSet<usize>| checks.into_iter().map(|check| report.checks[check].id.clone()).collect();
    reasons.into_iter().map(|(row, checks)| (row, ids(checks))).collect()
}

#[test]
fn invalid_rows_tell_why_they_are_down_every_road() {
    let plain = schema(
        "fields:\n  - {name: a, type: int64, maximum: 5}\n  - {name: b, type: string, max_length: 2, enum: [x, y]}\ncsv: {comment: '#'}\n",
    );
    let keys = schema(
        "fields:\n  - {name: a, type: int64, maximum: 5, unique: true}\n  - {name: b, type: string, max_length: 2}\nchecks:\n  - {check: unique, columns: [b], report: all}\ncsv: {comment: '#'}\n",
    );
    let csv = "a,b\n1,x\n7,long\n#c\n7,y\nx\n2,\"x\nx\"\r\n1,y\n3,\"open".as_bytes();
    let json = b"{\"a\": 1}\n{\"a\": 7, \"b\": \"long\"}\n{}\n[1]\n{\"a\": 7}\n{\"a\": \"x\"".as_slice();
    for (name, bytes) in [("rows.csv", csv), ("rows.jsonl", json)] {
        for schema in [&plain, &keys] {
            let files = Files::new();
            let all = Validator::builder(schema.clone()).sample_limit(u64::MAX).max_violations(u64::MAX);
            let source = MemorySource::new(name, bytes);
            let base = validate(all, &source);
            let reasons = reasons(&base);
            let is_json = name.strip_suffix(".jsonl").is_some();
            let (head, ends) = if is_json { json_lines(bytes) } else { records(schema, bytes) };
            let mut expected = String::new();
            if !is_json {
                expected.push_str("why,a,b\n");
            }
            let mut at = head;
            for (row, end) in (0..).zip(ends) {
                let record = std::str::from_utf8(&bytes[at..end]).expect("text");
                at = end;
                let Some(ids) = reasons.get(&(0, row)) else { continue };
                let (gap, own) = record.split_at(if record.starts_with('#') { 3 } else { 0 });
                expected.push_str(gap);
                match own.strip_prefix('{') {
                    Some(rest) if is_json => {
                        let comma = if rest.starts_with('}') { "" } else { "," };
                        let ids = serde_json::to_string(ids).expect("json");
                        write!(expected, "{{\"why\":{ids}{comma}{rest}").expect("memory");
                    }
                    _ if is_json => expected.push_str(own),
                    _ => write!(expected, "{},{own}", ids.join(";")).expect("memory"),
                }
            }
            for (threads, chunk) in [(1, 1), (2, 7), (3, 1 << 20)] {
                for once in [false, true] {
                    let builder = Validator::builder(schema.clone()).threads(threads).chunk_bytes(chunk);
                    let builder = files.add(builder).reasons("why").errors_out(&files.errors);
                    let report = if once {
                        validate(builder, &Once(source.clone()))
                    } else {
                        validate(builder, &source)
                    };
                    assert_eq!(
                        stable(&report),
                        stable(&validate(Validator::builder(schema.clone()), &source))
                    );
                    let found = String::from_utf8(files.read()[1].clone()).expect("text");
                    assert_eq!(found, expected, "{name}: {threads} threads, chunks of {chunk}");
                    assert_eq!(json_lines_of(&files.errors), in_file_order(&base));
                }
            }
        }
    }
}

#[test]
fn a_column_of_reasons_needs_a_name_of_its_own_and_rows() {
    let files = Files::new();
    let schema = schema("fields:\n  - {name: id, type: int64}\n");
    let inputs = [("ids.csv", "id\n1\n")];
    let error = several(&schema, &inputs, &files, |builder| builder.reasons("id")).expect_err("refused");
    let ErrorKind::Output { source, .. } = error.kind() else { panic!("{error}") };
    assert!(source.to_string().contains("`ids.csv` has a column `id` already"), "{source}");
    assert_eq!(entries(&files.folder), 0);
    let error = Validator::builder(schema).reasons("why").build().expect_err("refused");
    assert!(error.to_string().contains("reasons must be given with invalid_out"), "{error}");
    let schema = self::schema("fields:\n  - {name: id, aliases: [key, why], type: int64}\n");
    let builder = Validator::builder(schema).invalid_out(files.folder.path().join("bad.csv")).reasons("why");
    let error = builder.build().expect_err("refused");
    assert!(error.to_string().contains("reasons must be a name that is no alias of a field"), "{error}");
}
