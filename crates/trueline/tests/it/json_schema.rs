//! The JSON Schema test suite, as far as its schemas say what a field or a record of JSON Lines can say.
//!
//! A group maps when every keyword of its schema has one of ours. A field has one type, where a schema without `type` lets pass all
//! that a keyword does not speak of: such data are left out, and counted.

use serde_json::{Map, Value, json};
use trueline::{Format, MemorySource, Schema, Validator, Verdict};
use trueline_testkit::corpora::corpus;

const FILES: [&str; 16] = [
    "const",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maximum",
    "minimum",
    "maxLength",
    "minLength",
    "multipleOf",
    "pattern",
    "properties",
    "required",
    "type",
    "optional/bignum",
    "optional/float-overflow",
    "optional/non-bmp-regex",
];

/// Cases that are judged otherwise on purpose: file, description of group and case, reason.
const SKIPPED: &[(&str, &str, &str)] = &[(
    "optional/bignum",
    "bignum is an integer",
    "the widest integer has 64 bits; more is out of its range",
)];

/// A keyword of JSON Schema and ours.
const KEYWORDS: [(&str, &str); 10] = [
    ("minimum", "minimum"),
    ("maximum", "maximum"),
    ("exclusiveMinimum", "exclusive_minimum"),
    ("exclusiveMaximum", "exclusive_maximum"),
    ("multipleOf", "multiple_of"),
    ("minLength", "min_length"),
    ("maxLength", "max_length"),
    ("pattern", "pattern"),
    ("enum", "enum"),
    ("const", "const"),
];

/// The field of a schema over one value, if there is one.
fn field(name: &str, schema: &Value) -> Option<Value> {
    let empty = Map::new();
    let schema = if schema == &Value::Bool(true) { &empty } else { schema.as_object()? };
    let mut field = json!({"name": name, "type": data_type(schema)?});
    for (keyword, value) in schema {
        if ["$schema", "$comment", "type"].contains(&keyword.as_str()) {
            continue;
        }
        let ours = KEYWORDS.iter().find(|(theirs, _)| theirs == keyword)?.1;
        let is_whole = |value: &&Value| value.as_f64().is_some_and(|number| number.fract() == 0.0);
        let value = match value {
            // A length may be written with a fraction of nothing.
            value if ours.ends_with("length") => {
                let whole = Some(value).filter(is_whole)?.as_f64()?;
                json!(format!("{whole:.0}").parse::<u64>().ok()?)
            }
            value => value.clone(),
        };
        field[ours] = value;
    }
    Some(field)
}

fn data_type(schema: &Map<String, Value>) -> Option<&'static str> {
    if let Some(declared) = schema.get("type") {
        return Some(match declared.as_str()? {
            // Only whole numbers can be asked of integers.
            "integer"
                if KEYWORDS.iter().any(|(theirs, _)| schema.get(*theirs).is_some_and(Value::is_f64)) =>
            {
                return None;
            }
            "integer" => "int64",
            "number" => "float64",
            "string" => "string",
            "boolean" => "boolean",
            "array" => "list<any>",
            _ => return None,
        });
    }
    let mut types = Vec::new();
    for (keyword, value) in schema {
        let values = match keyword.as_str() {
            "enum" => value.as_array()?.clone(),
            "const" => vec![value.clone()],
            "minLength" | "maxLength" | "pattern" => vec![json!("")],
            "$schema" | "$comment" => continue,
            _ => vec![json!(0.5)],
        };
        for value in values {
            types.push(match value {
                Value::String(_) => "string",
                Value::Bool(_) => "boolean",
                Value::Number(number) if number.is_i64() => "int64",
                Value::Number(_) => "float64",
                _ => return None,
            });
        }
    }
    types.dedup();
    match types.as_slice() {
        // An empty `enum` is refused.
        [] if schema.contains_key("enum") => None,
        [] => Some("any"),
        [one] => Some(one),
        _ => None,
    }
}

/// The fields of a schema over objects, if it is one.
fn fields(schema: &Value) -> Option<Vec<Value>> {
    let schema = schema.as_object()?;
    let known = ["$schema", "$comment", "type", "properties", "required"];
    let is_object = schema.get("type").is_none_or(|declared| declared == "object");
    let has_members = schema.contains_key("properties") || schema.contains_key("required");
    if !is_object || !has_members || schema.keys().any(|keyword| !known.contains(&keyword.as_str())) {
        return None;
    }
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut fields = Vec::new();
    for (name, property) in &properties {
        fields.push(field(name, property)?);
    }
    for name in &required {
        match fields.iter_mut().find(|field| field["name"] == *name) {
            Some(field) => field["required"] = json!(true),
            None => fields.push(json!({"name": name, "type": "any", "required": true})),
        }
    }
    Some(fields)
}

/// Whether data is of the kind that a field of this type takes.
fn is_of_kind(data: &Value, data_type: &Value) -> bool {
    match data_type.as_str().unwrap_or_default() {
        "int64" | "float64" => data.is_number(),
        "string" => data.is_string(),
        "boolean" => data.is_boolean(),
        "list<any>" => data.is_array(),
        _ => true,
    }
}

fn is_valid(schema: &Value, record: &Value) -> bool {
    let schema = Schema::from_json(&schema.to_string()).unwrap_or_else(|error| panic!("{schema}: {error}"));
    let validator =
        Validator::builder(schema).format(Format::JsonLines).threads(1).build().expect("a validator");
    let report =
        validator.validate(&MemorySource::new("case", record.to_string().into_bytes())).expect("a report");
    assert_eq!(report.rows.total, 1, "{record}");
    report.verdict == Verdict::Valid
}

/// The schema and the record of a case, if it is one of ours. `None` where the data are none that the field speaks of.
fn mapped(schema: &Value, case: &Value) -> Option<(Value, Value)> {
    let data = &case["data"];
    if let Some(fields) = fields(schema) {
        // A key that is there with nothing in it is as good as absent here.
        let has_null = data.as_object().is_some_and(|object| object.values().any(Value::is_null));
        return (data.is_object() && !has_null).then(|| (json!({"fields": fields}), data.clone()));
    }
    let mut field = field("v", schema)?;
    field["required"] = json!(true);
    let is_comparable =
        schema.get("type").is_some() || case["valid"] == false || is_of_kind(data, &field["type"]);
    is_comparable.then(|| (json!({"fields": [field]}), json!({"v": data})))
}

#[test]
fn keywords_that_map_judge_alike() {
    let Some(folder) = corpus("json-schema-test-suite") else { return };
    let (mut judged, mut skipped, mut left_out) = (0, 0, 0);
    let mut differences = Vec::new();
    for file in FILES {
        let path = folder.join("draft2020-12").join(file).with_extension("json");
        let groups: Vec<Value> =
            serde_json::from_str(&std::fs::read_to_string(&path).expect("a file")).expect("json");
        for group in &groups {
            for case in group["tests"].as_array().expect("cases") {
                let Some((schema, record)) = mapped(&group["schema"], case) else {
                    left_out += 1;
                    continue;
                };
                let name = format!("{}: {}", group["description"], case["description"]);
                if is_valid(&schema, &record) == (case["valid"] == true) {
                    judged += 1;
                } else if SKIPPED.iter().any(|skip| skip.0 == file && name.contains(skip.1)) {
                    skipped += 1;
                } else {
                    differences
                        .push(format!("{file}: {name}: {schema} {record} should be {}", case["valid"]));
                }
            }
        }
    }
    println!("{judged} cases agree, {skipped} are skipped, {left_out} are not about fields");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(judged >= 150 && skipped * 50 <= judged, "{judged} {skipped}");
}
