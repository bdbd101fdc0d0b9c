//! SARIF: the output conforms to the standard and has the right locations.

use std::fs;

use serde_json::{Value, json};
use trueline_report::{Report, Status, render::SarifRenderer};

use crate::{naughty, sample};

fn render(report: &Report) -> Value {
    serde_json::from_str(&crate::json::rendered(&SarifRenderer, report)).unwrap()
}

/// A strict schema of the part of the standard that is used.
pub(crate) fn schema() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(include_str!("sarif.schema.json")).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap()
}

/// The log conforms to `schema`, and every index refers to the object named beside it.
pub(crate) fn assert_sound(log: &Value, schema: &jsonschema::Validator) {
    let errors: Vec<String> =
        schema.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let run = &log["runs"][0];
    let at = |list: &Value, index: &Value| list[usize::try_from(index.as_u64().unwrap()).unwrap()].clone();
    for result in run["results"].as_array().unwrap() {
        let rule = at(&run["tool"]["driver"]["rules"], &result["ruleIndex"]);
        assert_eq!(rule["id"], result["ruleId"]);
        let related = result["relatedLocations"].as_array().into_iter().flatten();
        for location in result["locations"].as_array().unwrap().iter().chain(related) {
            let artifact = &location["physicalLocation"]["artifactLocation"];
            assert_eq!(at(&run["artifacts"], &artifact["index"])["location"]["uri"], artifact["uri"]);
        }
    }
}

#[test]
fn logs_keep_to_the_standard() {
    let schema = schema();
    for report in sample::all() {
        assert_sound(&render(&report), &schema);
    }
}

#[test]
fn logs_keep_to_the_published_schema() {
    let path = naughty::corpora().join("sarif/sarif-schema-2.1.0.json");
    let Ok(text) = fs::read_to_string(&path) else {
        println!("skipped: there is no {}", path.display());
        return;
    };
    let schema = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    for report in sample::all() {
        assert!(schema.is_valid(&render(&report)));
    }
}

#[test]
fn the_layout_is_the_documented_one() {
    insta::assert_snapshot!("sarif", crate::json::rendered(&SarifRenderer, &sample::duplicates()));
    insta::assert_snapshot!("sarif_unreadable", crate::json::rendered(&SarifRenderer, &sample::unreadable()));
}

#[test]
fn results_stand_where_the_violations_do() {
    let report = sample::invalid();
    let log = render(&report);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let with_samples: Vec<&Value> =
        results.iter().filter(|result| result.get("properties").is_some()).collect();
    assert_eq!(with_samples.len(), report.violations.len());
    let first = with_samples[0];
    assert_eq!(first["ruleId"], "amount.range");
    assert_eq!(
        first["locations"][0]["physicalLocation"]["region"],
        json!({"startLine": 12, "startColumn": 14, "endColumn": 24, "byteOffset": 771, "byteLength": 10})
    );
    assert_eq!(first["properties"]["value"], "1250000.75");
    assert_eq!(first["locations"][0]["logicalLocations"][0]["name"], "amount");
    let of = |id: &str| results.iter().find(|result| result["ruleId"] == id).unwrap();
    assert_eq!(of("currency.enum")["level"], "warning");
    assert_eq!(of("account_id.length")["level"], "note", "tolerated");
    assert!(of("table.row_count")["locations"][0]["physicalLocation"].get("region").is_none());
}

#[test]
fn totals_stand_with_the_rules_and_gaps_with_the_invocation() {
    let report = sample::invalid();
    let log = render(&report);
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for (rule, check) in rules.iter().zip(&report.checks) {
        assert_eq!(
            (rule["id"].as_str(), rule["properties"]["failed"].as_u64()),
            (Some(&*check.id), Some(check.failed))
        );
    }
    let gaps = run["invocations"][0]["toolConfigurationNotifications"].as_array().unwrap();
    let not_evaluated = report.checks.iter().filter(|check| check.status == Status::NotEvaluated).count();
    assert_eq!(gaps.len(), not_evaluated);
    let unreadable = render(&sample::unreadable());
    assert_eq!(unreadable["runs"][0]["invocations"][0]["executionSuccessful"], false);
    assert_eq!(unreadable["runs"][0]["results"][0]["ruleId"], "input.truncated");
}

#[test]
fn results_are_capped_and_shared_out() {
    let mut report = sample::invalid();
    report.checks = (0..2)
        .map(|index| {
            sample::failed(
                &format!("column_{index}.range"),
                "at least 1",
                9000,
                &[("range.below_minimum", 9000)],
            )
        })
        .collect();
    let template = sample::violation("column_0.range", "range.below_minimum", 1, "a,0", "0", "0 is below 1");
    report.violations = vec![template; 9000];
    report.violations.extend(vec![
        sample::violation(
            "column_1.range",
            "range.below_minimum",
            1,
            "a,0",
            "0",
            "0 is below 1"
        );
        9000
    ]);
    let log = render(&report);
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 5000);
    assert_eq!(results.iter().filter(|result| result["ruleId"] == "column_1.range").count(), 2500);
}

#[test]
fn violations_without_a_result_are_counted() {
    let mut report = sample::invalid();
    let kept = &[("range.below_minimum", 6000)];
    report.checks = vec![sample::failed("amount.range", "at least 1", 9000, kept)];
    let template = sample::violation("amount.range", "range.below_minimum", 1, "a,0", "0", "0 is below 1");
    report.violations = vec![template; 6000];
    report.violations_omitted = 7;
    let log = render(&report);
    assert_sound(&log, &schema());
    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 5000);
    assert_eq!(run["properties"]["violationsOmitted"], 1007);
    let text =
        "1,000 of the 6,000 violations in the report are not shown here: at most 5,000 results are written";
    assert_eq!(
        run["invocations"][0]["toolExecutionNotifications"],
        json!([{"level": "note", "message": {"text": text}}])
    );
    report.violations.truncate(5000);
    let log = render(&report);
    assert_eq!(log["runs"][0]["properties"]["violationsOmitted"], 7);
    assert!(log["runs"][0]["invocations"][0].get("toolExecutionNotifications").is_none());
}

#[test]
fn links_in_messages_are_text() {
    let mut report = sample::warnings();
    report.violations[0].message = "see [here](https://example.org)".into();
    let log = render(&report);
    let text = log["runs"][0]["results"][0]["message"]["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with(r"see [here]\u{28}https://example.org)"), "{text}");
}
