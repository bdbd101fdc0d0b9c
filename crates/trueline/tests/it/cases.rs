//! Every case under `testdata/`, down every road. A new case is a new folder.

use jsonschema::Validator;
use serde_json::Value;
use trueline_testkit::cases::{self, Case, workspace};

use crate::support::{schema, validate_every_way};

/// Checks that look at every row, so that their counts must add up to the rows.
const BY_ROWS: [&str; 10] =
    ["type", "required", "finite", "range", "enum", "pattern", "length", "unique", "format", "primary_key"];

fn judge(case: &Case, layout: &Validator) -> Vec<String> {
    let report = validate_every_way(&case.input_name, &schema(&case.schema), &case.input);
    let mut differences = case.differences(&report);
    let mut whole = report.clone();
    whole["run"] = serde_json::json!({
        "elapsed_seconds": 0.0, "threads": 1, "simd": "scalar", "bytes_per_second": 0,
        "decided": {"scanned": 0, "proved": 0, "cached": 0}, "peak_memory": null,
    });
    differences.extend(layout.iter_errors(&whole).map(|error| format!("report.schema.json: {error}")));
    account(&report, &mut differences);
    differences.iter().map(|difference| format!("{}: {difference}", case.name)).collect()
}

/// Whatever the case: rows add up, and so do the counts of each check over cells.
fn account(report: &Value, differences: &mut Vec<String>) {
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    let rows = &report["rows"];
    if number(&rows["valid"]) + number(&rows["invalid"]) != number(&rows["total"]) {
        differences.push(format!("rows do not add up: {rows}"));
    }
    for check in report["checks"].as_array().into_iter().flatten() {
        let codes: u64 =
            check["codes"].as_object().into_iter().flatten().map(|(_, count)| number(count)).sum();
        if codes != number(&check["failed"]) {
            differences.push(format!("codes do not add up: {check}"));
        }
        let counted = number(&check["evaluated"]) + number(&check["null"]) + number(&check["not_evaluated"]);
        if BY_ROWS.iter().any(|name| check["check"] == *name) && counted != number(&rows["total"]) {
            differences.push(format!("cells do not add up: {check}"));
        }
    }
}

#[test]
fn every_case_gives_what_it_expects_on_every_road() {
    let cases = cases::all().expect("testdata");
    assert!(cases.len() >= 100, "only {} cases were found", cases.len());
    let text =
        std::fs::read_to_string(workspace().join("docs/report.schema.json")).expect("the report's schema");
    let layout = jsonschema::validator_for(&serde_json::from_str(&text).expect("json")).expect("a schema");
    let differences: Vec<String> = cases.iter().flat_map(|case| judge(case, &layout)).collect();
    println!("{} cases", cases.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
