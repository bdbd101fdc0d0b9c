//! Schemas with equal meaning have equal canonical texts, and others do not.

use proptest::prelude::*;
use serde_json::Value;
use trueline_schema::{Language, Schema};

use crate::examples::{FULL_YAML, SAME};

fn yaml(text: &str) -> Schema {
    Schema::from_yaml(text).unwrap_or_else(|error| panic!("{}", error.render("schema", text)))
}

/// The canonical text parses to a schema of the same meaning and text.
#[track_caller]
fn assert_round_trip(schema: &Schema) {
    assert_eq!(schema.check(), Ok(()), "what a document says satisfies the rules");
    let text = schema.canonical();
    let again =
        Schema::from_json(&text).unwrap_or_else(|error| panic!("{}", error.render("canonical", &text)));
    assert_eq!(again.canonical(), text);
    assert_eq!(again.fingerprint(), schema.fingerprint());
    assert_eq!(again.resolved_checks(), schema.resolved_checks());
}

#[test]
fn language_key_order_and_place_of_checks_do_not_matter() {
    let schemas = SAME.map(|(language, text)| {
        Schema::parse(text, language).unwrap_or_else(|error| panic!("{}", error.render("schema", text)))
    });
    for schema in &schemas {
        assert_eq!(schema.canonical(), schemas[0].canonical());
        assert_eq!(schema.fingerprint(), schemas[0].fingerprint());
        assert_eq!(schema.resolved_checks(), schemas[0].resolved_checks());
        assert_round_trip(schema);
    }
}

#[test]
fn the_canonical_text_is_stable() {
    let schema = yaml(
        "name: t\nfields: [{name: a, type: number, required: true, maximum: 1e2, title: A}]\ncsv: {quote: none}\n\
         checks: [{check: unique, columns: [a]}, {check: row_count, min: 2, max: 2}]",
    );
    let wanted = concat!(
        r#"{"checks":[{"check":"row_count","equals":2}],"csv":{"quote":"none"},"#,
        r#""fields":[{"checks":[{"check":"required"},{"check":"unique"},{"check":"range","maximum":100}],"#,
        r#""name":"a","type":"float64"}],"name":"t"}"#
    );
    assert_eq!(schema.canonical(), wanted);
    assert_eq!(Schema::default().canonical(), "{}");
    assert_eq!(
        Schema::default().fingerprint(),
        "blake3:6e46dd10defc9b56c29a6ec56b508c21f54c08192194e4df25bf36f0c9c3c279",
    );
}

#[test]
fn an_example_with_every_keyword_survives() {
    assert_round_trip(&yaml(FULL_YAML));
}

#[test]
fn equal_meaning_gives_equal_text() {
    for (left, right) in [
        (
            "fields: [{name: a}]",
            "fields: [{name: a, type: any, optional: false, required: false, description: x}]",
        ),
        ("fields: []", "{}"),
        ("null_values: ['', x]", "null_values: [x, '', x]"),
        ("null_values: ['']", "{}"),
        ("fields: [{name: a, null_values: [x]}]\nnull_values: [x]", "fields: [{name: a}]\nnull_values: [x]"),
        ("fields: [{name: a, null_values: ['']}]", "fields: [{name: a}]"),
        ("extra_columns: allow\ncolumn_order: any", "csv: {}"),
        ("csv: {delimiter: ',', quote: '\"', escape: none, encoding: UTF-8, terminator: auto}", "{}"),
        (
            "fields: [{name: a, type: boolean, true_values: [TRUE1, '1']}]",
            "fields: [{name: a, type: boolean, true_values: ['1', TRUE1]}]",
        ),
        (
            "fields: [{name: a, type: boolean, true_values: ['1', 'true', 'True', 'TRUE']}]",
            "fields: [{name: a, type: boolean}]",
        ),
        ("fields: [{name: a, type: int64, minimum: 1}]", "fields: [{name: a, type: integer, minimum: 1.0}]"),
        (
            "fields: [{name: a, type: float64, minimum: 100}]",
            "fields: [{name: a, type: float64, minimum: 1e2}]",
        ),
        (
            "fields: [{name: a, type: int64, minimum: 1, exclusive_minimum: 1}]",
            "fields: [{name: a, type: int64, exclusive_minimum: 1}]",
        ),
        (
            "fields: [{name: a, type: int64, minimum: 1}]",
            "fields: [{name: a, type: int64}]\nchecks: [{check: range, columns: [a], minimum: 1}]",
        ),
        (
            "fields: [{name: a, type: int64, minimum: 1}]",
            "fields: [{name: a, type: int64, checks: [{check: range, minimum: 1, id: a.range}]}]",
        ),
        (
            "fields: [{name: a, type: int64, required: true, minimum: 1}]",
            "fields: [{name: a, type: int64, checks: [{check: range, minimum: 1}, {check: required}]}]",
        ),
        (
            "fields: [{name: a, type: duration, maximum: P1D}]",
            "fields: [{name: a, type: duration, maximum: PT24H}]",
        ),
        (
            "fields: [{name: a, type: timestamp, maximum: 2020-01-01T00:00:00Z}]",
            "fields: [{name: a, type: timestamp, maximum: 2019-12-31T23:00:00.0-01:00}]",
        ),
        (
            "fields: [{name: a, type: \"timestamp(us,Z)\"}]",
            "fields: [{name: a, type: \"timestamp(us, UTC)\"}]",
        ),
        (
            "fields: [{name: a, type: \"struct< \\\"a\\\":list<integer> ,b : decimal(5, 2)>\"}]",
            "fields: [{name: a, type: \"struct<a: list<int64>, b: decimal(5,2)>\"}]",
        ),
        ("json: {duplicate_keys: error}", "json: {}"),
        ("fields: [{name: a, type: int64, coerce: false}]", "fields: [{name: a, type: int64}]"),
        ("fields: [{name: a, type: date, format: '%d'}]", "fields: [{name: a, type: date, format: ['%d']}]"),
        (
            "fields: [{name: a, checks: [{check: required, tolerance: 0}]}]",
            "fields: [{name: a, required: true}]",
        ),
        (
            "fields: [{name: a, checks: [{check: required, tolerance: 0.50}]}]",
            "fields: [{name: a, checks: [{check: required, tolerance: 5e-1}]}]",
        ),
        ("checks: [{check: structure}, {check: columns, severity: error}]", "{}"),
        (
            "checks: [{check: columns, severity: warning}, {check: structure, tolerance: 1}]",
            "checks: [{check: structure, tolerance: 1}, {check: columns, severity: warning}]",
        ),
        (
            "fields: [{name: a, type: float64, severity: warning}]",
            "fields: [{name: a, type: float64, checks: [{check: finite, severity: warning}, {check: type, severity: warning}]}]",
        ),
        ("fields: [{name: a, type: int64, checks: [{check: type}]}]", "fields: [{name: a, type: int64}]"),
        ("checks: [{check: row_count, min: 1, id: table.row_count}]", "checks: [{check: row_count, min: 1}]"),
        (
            "checks: [{check: row_count, min: 1}, {check: row_count, max: 5, id: 'table.row_count#2'}]",
            "checks: [{check: row_count, min: 1}, {check: row_count, max: 5}]",
        ),
        (
            "fields: [{name: a, type: binary, checks: [{check: length, max_length: 1, unit: byte}]}]",
            "fields: [{name: a, type: binary, max_length: 1}]",
        ),
    ] {
        let (left, right) = (yaml(left), yaml(right));
        assert_eq!(left.canonical(), right.canonical());
        assert_eq!(left.resolved_checks(), right.resolved_checks());
        assert_round_trip(&left);
    }
}

#[test]
fn different_meaning_gives_different_text() {
    for (left, right) in [
        ("{}", "name: x"),
        ("fields: [{name: a}]", "fields: [{name: b}]"),
        ("fields: [{name: a}, {name: b}]", "fields: [{name: b}, {name: a}]"),
        ("fields: [{name: a}]", "fields: [{name: a, type: string}]"),
        ("fields: [{name: a, null_values: ['']}]\nnull_values: [x]", "fields: [{name: a}]\nnull_values: [x]"),
        ("fields: [{name: a, null_values: []}]", "fields: [{name: a}]"),
        ("fields: [{name: a, aliases: [b]}]", "fields: [{name: a}]"),
        ("fields: [{name: a, sensitive: true}]", "fields: [{name: a}]"),
        (
            "fields: [{name: a, type: string, enum: [x, y]}]",
            "fields: [{name: a, type: string, enum: [y, x]}]",
        ),
        (
            "fields: [{name: a, type: date, format: ['%d', '%m']}]",
            "fields: [{name: a, type: date, format: ['%m', '%d']}]",
        ),
        (
            "fields: [{name: a, type: timestamp, minimum: 2020-01-01T00:00:00}]",
            "fields: [{name: a, type: timestamp, minimum: 2020-01-01T00:00:00Z}]",
        ),
        ("fields: [{name: a, type: string, checks: [{check: type}]}]", "fields: [{name: a, type: string}]"),
        (
            "fields: [{name: a, checks: [{check: required, tolerance: 1}]}]",
            "fields: [{name: a, checks: [{check: required, tolerance: 0.1}]}]",
        ),
        (
            "checks: [{check: row_count, min: 1}, {check: row_count, max: 5, id: 'table.row_count#3'}]",
            "checks: [{check: row_count, min: 1}, {check: row_count, max: 5}]",
        ),
        (
            "checks: [{check: row_count, min: 1}, {check: column_count, min: 1}]",
            "checks: [{check: column_count, min: 1}, {check: row_count, min: 1}]",
        ),
    ] {
        let (left, right) = (yaml(left), yaml(right));
        assert_ne!(left.canonical(), right.canonical());
        assert_round_trip(&left);
        assert_round_trip(&right);
    }
}

/// All documents that differ from `value` in one missing entry or item.
fn with_one_less(value: &Value) -> Vec<Value> {
    match value {
        Value::Object(map) => {
            let mut less = Vec::new();
            for (key, inner) in map {
                let mut without = map.clone();
                without.remove(key);
                less.push(Value::Object(without));
                for inner in with_one_less(inner) {
                    let mut with = map.clone();
                    with.insert(key.clone(), inner);
                    less.push(Value::Object(with));
                }
            }
            less
        }
        Value::Array(items) => {
            let mut less = Vec::new();
            for (index, inner) in items.iter().enumerate() {
                let mut without = items.clone();
                without.remove(index);
                less.push(Value::Array(without));
                for inner in with_one_less(inner) {
                    let mut with = items.clone();
                    with[index] = inner;
                    less.push(Value::Array(with));
                }
            }
            less
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_part_of_a_canonical_text_has_a_meaning() {
    let schema = yaml(FULL_YAML);
    let value: Value = serde_json::from_str(&schema.canonical()).unwrap();
    let mut accepted = 0;
    for less in with_one_less(&value) {
        if let Ok(other) = Schema::from_json(&less.to_string()) {
            assert_ne!(other.canonical(), schema.canonical(), "{less}");
            assert_round_trip(&other);
            accepted += 1;
        }
    }
    assert!(accepted > 100, "{accepted}");
}

/// How one check of a column is written.
#[derive(Clone, Copy, Debug)]
enum Form {
    Keyword,
    Item,
    Document,
}

type Parameters = &'static [(&'static str, &'static str)];

/// The name of a check, its parameters as JSON, and whether it has keywords.
const CHECKS: [(&str, Parameters, bool); 9] = [
    ("required", &[("required", "true")], true),
    ("unique", &[("unique", "true")], true),
    ("range", &[("minimum", "0.5"), ("maximum", "1e3")], true),
    ("enum", &[("enum", "[1, 2.50, 3]")], true),
    ("not_in", &[("not_in", "[4]")], true),
    ("multiple_of", &[("multiple_of", "0.5")], true),
    ("completeness", &[("min_count", "5"), ("min_fraction", "0.5")], false),
    ("distinct_count", &[("min", "1"), ("max", "9")], false),
    ("primary_key", &[], false),
];

/// Writes `{…}` in the language, with its entries rotated by `rotation`.
fn object(mut entries: Vec<(String, String)>, rotation: usize, language: Language) -> String {
    if !entries.is_empty() {
        let by = rotation % entries.len();
        entries.rotate_left(by);
    }
    let sign = if language == Language::Toml { " = " } else { ": " };
    let key = |key: &str| if language == Language::Json { format!("\"{key}\"") } else { key.to_owned() };
    let entries: Vec<String> =
        entries.iter().map(|(name, value)| format!("{}{sign}{value}", key(name))).collect();
    format!("{{{}}}", entries.join(", "))
}

fn document(fields: &[Vec<(usize, Form)>], rotation: usize, language: Language) -> String {
    let (mut items, mut checks) = (Vec::new(), Vec::new());
    for (index, of_field) in fields.iter().enumerate() {
        let name = format!("\"f{index}\"");
        let mut entries =
            vec![("name".to_owned(), name.clone()), ("type".to_owned(), "\"float64\"".to_owned())];
        let mut own = Vec::new();
        for (check, form) in of_field {
            let (kind, parameters, can_be_keyword) = CHECKS[*check];
            let parameters = parameters.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
            if matches!(form, Form::Keyword) && can_be_keyword {
                entries.extend(parameters);
                continue;
            }
            let is_flag = matches!(kind, "required" | "unique");
            let mut item: Vec<(String, String)> = if is_flag { Vec::new() } else { parameters.collect() };
            item.push(("check".to_owned(), format!("\"{kind}\"")));
            if matches!(form, Form::Document) {
                item.push(("column".to_owned(), name.clone()));
                checks.push(object(item, rotation, language));
            } else {
                own.push(object(item, rotation, language));
            }
        }
        if !own.is_empty() {
            entries.push(("checks".to_owned(), format!("[{}]", own.join(", "))));
        }
        items.push(object(entries, rotation + index, language));
    }
    let entries = [
        ("name", "\"x\"".to_owned()),
        ("fields", format!("[{}]", items.join(", "))),
        ("checks", format!("[{}]", checks.join(", "))),
    ];
    if language == Language::Toml {
        return entries.map(|(key, value)| format!("{key} = {value}\n")).concat();
    }
    object(entries.map(|(key, value)| (key.to_owned(), value)).to_vec(), rotation, language)
}

proptest! {
    /// The notation, place, order and language of the same checks do not affect the canonical text or the resolved checks.
    #[test]
    fn notation_does_not_affect_the_text(
        fields in prop::collection::vec(prop::sample::subsequence((0..CHECKS.len()).collect::<Vec<_>>(), 0..6), 1..4),
        forms in prop::collection::vec(prop_oneof![Just(Form::Keyword), Just(Form::Item), Just(Form::Document)], 64),
        rotations in (0_usize..7, 0_usize..7),
        languages in (0_usize..3, 0_usize..3),
    ) {
        let language = |index: usize| [Language::Yaml, Language::Json, Language::Toml][index];
        let write = |offset: usize, rotation: usize, language: Language| {
            let mut forms = forms.iter().cycle().skip(offset);
            let with_forms: Vec<Vec<(usize, Form)>> = fields.iter().map(|checks| {
                let mut checks: Vec<_> = checks.iter().map(|check| (*check, *forms.next().expect("a cycle"))).collect();
                let by = if checks.is_empty() { 0 } else { rotation % checks.len() };
                checks.rotate_left(by);
                checks
            }).collect();
            let text = document(&with_forms, rotation, language);
            Schema::parse(&text, language).unwrap_or_else(|error| panic!("{}", error.render("made", &text)))
        };
        let (one, other) = (write(0, rotations.0, language(languages.0)), write(17, rotations.1, language(languages.1)));
        prop_assert_eq!(one.canonical(), other.canonical());
        prop_assert_eq!(one.resolved_checks(), other.resolved_checks());
        assert_round_trip(&one);
    }
}
