//! The example data and schemas: what their files say must be found is found, at its place.

use std::collections::BTreeMap;

use trueline::{FileSource, Report, Validator, Verdict};
use trueline_testkit::cases::workspace;

use crate::support::{schema, validate};

fn run(data: &str, schema_file: &str) -> Report {
    let folder = workspace().join("examples");
    let yaml = std::fs::read_to_string(folder.join("schemas").join(schema_file)).expect("a schema");
    let builder = Validator::builder(schema(&yaml)).sample_limit(u64::MAX).max_violations(u64::MAX);
    validate(builder, &FileSource::new(folder.join("data").join(data)))
}

#[test]
fn the_airports_pass() {
    for (name, rows) in [("countries", 249), ("regions", 3987), ("navaids", 11_008)] {
        let report = run(&format!("ourairports/{name}.csv"), &format!("{name}.yaml"));
        assert_eq!(
            (report.verdict, report.rows.total),
            (Verdict::Valid, rows),
            "{name}: {:#?}",
            report.violations
        );
    }
}

#[test]
fn the_strict_schema_finds_what_its_comment_says() {
    let yaml =
        std::fs::read_to_string(workspace().join("examples/schemas/navaids-strict.yaml")).expect("a schema");
    let report = run("ourairports/navaids.csv", "navaids-strict.yaml");
    let mut found: BTreeMap<(String, String), u64> = BTreeMap::new();
    for check in &report.checks {
        for (code, count) in &check.codes {
            found.insert((check.id.clone(), code.clone()), *count);
        }
    }
    // A line of the table: `#   check   code   failed   remark`.
    let rows = yaml.lines().filter_map(|line| {
        let words: Vec<&str> = line.strip_prefix('#')?.split_whitespace().collect();
        let [check, code, failed, ..] = words.as_slice() else { return None };
        Some(((check.to_string(), code.to_string()), failed.parse().ok().filter(|_| code.contains('.'))?))
    });
    let expected: BTreeMap<(String, String), u64> = rows.collect();
    assert!(expected.len() > 15);
    assert_eq!(found, expected);
    assert_eq!((report.verdict, report.rows.total, report.rows.invalid), (Verdict::Invalid, 11_008, 1_282));
}

#[test]
fn every_fault_of_the_transactions_is_found_at_its_place() {
    let folder = workspace().join("examples/data");
    let bytes = std::fs::read(folder.join("transactions.csv")).expect("the data");
    let mut reader = csv::Reader::from_path(folder.join("transactions.faults.csv")).expect("the faults");
    let expected: Vec<Vec<String>> =
        reader.records().map(|record| record.expect("a fault").iter().map(str::to_owned).collect()).collect();
    let report = run("transactions.csv", "transactions.yaml");
    let text = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    let found: Vec<Vec<String>> = report
        .violations
        .iter()
        .map(|one| {
            let place = &one.location;
            vec![
                text(place.row_index),
                text(place.line),
                one.column.clone().unwrap_or_default(),
                one.check_id.clone(),
                one.code.clone(),
                text(place.byte_offset),
                text(place.byte_length),
                text(one.related.as_ref().and_then(|related| related.location.row_index)),
            ]
        })
        .collect();
    assert_eq!(found, expected);
    for violation in &report.violations {
        let (Some(value), Some(start), Some(length)) =
            (&violation.value, violation.location.byte_offset, violation.location.byte_length)
        else {
            continue;
        };
        let start = usize::try_from(start).expect("small");
        let cell = &bytes[start..start + usize::try_from(length).expect("small")];
        assert_eq!(String::from_utf8_lossy(cell).trim_matches('"'), value);
    }
}
