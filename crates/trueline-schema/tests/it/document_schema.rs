//! The published JSON Schema of schema documents accepts the documents that the reader accepts.

use serde_json::Value;
use trueline_schema::Schema;

use crate::examples::{FULL_YAML, SAME};

/// The JSON Schema, which is in the repository but not in the package.
fn validator() -> Option<jsonschema::Validator> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema.schema.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: docs/schema.schema.json is not there");
        return None;
    };
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    jsonschema::meta::validate(&schema).expect("a JSON Schema");
    Some(jsonschema::validator_for(&schema).expect("a JSON Schema that compiles"))
}

#[track_caller]
fn assert_valid(validator: &jsonschema::Validator, text: &str) {
    let document: Value = serde_json::from_str(text).expect("JSON");
    let faults: Vec<String> =
        validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}\n{text}");
}

#[test]
fn good_documents_are_good_to_both() {
    let Some(validator) = validator() else { return };
    for (language, text) in SAME {
        let schema = Schema::parse(text, language).expect("a schema");
        assert_valid(&validator, &schema.canonical());
    }
    assert_valid(&validator, SAME[1].1);
    assert_valid(&validator, &Schema::from_yaml(FULL_YAML).expect("a schema").canonical());
    assert_valid(&validator, "{}");
}

#[test]
fn bad_documents_are_bad_to_both() {
    let Some(validator) = validator() else { return };
    for text in [
        r#"{"fieldz": []}"#,
        r#"{"fields": [{}]}"#,
        r#"{"fields": [{"name": ""}]}"#,
        r#"{"fields": [{"name": "a", "requierd": true}]}"#,
        r#"{"fields": [{"name": "a", "type": "int"}]}"#,
        r#"{"fields": [{"name": "a", "type": "list"}]}"#,
        r#"{"fields": [{"name": "a", "type": "list<>"}]}"#,
        r#"{"fields": [{"name": "a", "type": "struct<int64>"}]}"#,
        r#"{"fields": [{"name": "a", "type": "list<int64>", "unique": true}]}"#,
        r#"{"fields": [{"name": "a", "type": "list<int64>", "enum": [1]}]}"#,
        r#"{"fields": [{"name": "a", "type": "struct<a: int64>", "min_length": 1}]}"#,
        r#"{"fields": [{"name": "a", "type": "decimal"}]}"#,
        r#"{"fields": [{"name": "a", "type": "timestamp(m)"}]}"#,
        r#"{"fields": [{"name": "a", "pattern": "x"}]}"#,
        r#"{"fields": [{"name": "a", "type": "int64", "pattern": "x"}]}"#,
        r#"{"fields": [{"name": "a", "type": "string", "minimum": 1}]}"#,
        r#"{"fields": [{"name": "a", "type": "string", "enum": []}]}"#,
        r#"{"fields": [{"name": "a", "type": "string", "enum": [null]}]}"#,
        r#"{"fields": [{"name": "a", "type": "string", "min_length": -1}]}"#,
        r#"{"fields": [{"name": "a", "type": "int64", "multiple_of": 0}]}"#,
        r#"{"fields": [{"name": "a", "coerce": true}]}"#,
        r#"{"fields": [{"name": "a", "type": "string", "format": "emial"}]}"#,
        r#"{"fields": [{"name": "a", "type": "float64", "precision": {}}]}"#,
        r#"{"fields": [{"name": "a", "checks": [{"check": "required", "column": "a"}]}]}"#,
        r#"{"fields": [{"name": "a", "checks": [{"check": "row_count", "min": 1}]}]}"#,
        r#"{"fields": [{"name": "a", "checks": [{"check": "required", "tolerance": 1.5}]}]}"#,
        r#"{"checks": [{"check": "row_count"}]}"#,
        r#"{"checks": [{"check": "row_count", "min": 1, "equals": 2}]}"#,
        r#"{"checks": [{"check": "row_count", "min": 1, "tolerance": 2}]}"#,
        r#"{"checks": [{"check": "row_count", "min": 1, "where": "x"}]}"#,
        r#"{"checks": [{"check": "unique"}]}"#,
        r#"{"checks": [{"check": "expression", "expression": "x"}]}"#,
        r#"{"checks": [{"min": 1}]}"#,
        r#"{"fields": [{"name": "a"}, {"name": "b"}], "checks": [{"check": "required", "columns": ["a", "b"]}]}"#,
        r#"{"fields": [{"name": "a"}], "checks": [{"check": "unique", "columns": ["a"], "column": "a"}]}"#,
        r#"{"fields": [{"name": "a"}], "checks": [{"check": "unique", "columns": ["a", "a"]}]}"#,
        r#"{"csv": {"delimiter": ",,"}}"#,
        r#"{"csv": {"delimiter": "none"}}"#,
        r#"{"csv": {"delimiter": "\n"}}"#,
        r#"{"csv": {"quote": "é"}}"#,
        r#"{"csv": {"encoding": "latin1"}}"#,
        r#"{"extra_columns": "forbidden"}"#,
        r#"{"json": {"duplicate_keys": "keep"}}"#,
        r#"{"json": {"duplicate_key": "first"}}"#,
    ] {
        let document: Value = serde_json::from_str(text).expect("JSON");
        assert!(!validator.is_valid(&document), "the JSON Schema accepts {text}");
        assert!(Schema::from_json(text).is_err(), "the reader accepts {text}");
    }
}
