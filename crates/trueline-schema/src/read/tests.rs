//! The published JSON Schema of schema documents allows exactly the keywords and words that the reader allows.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::{self, Node};
use crate::schema::Language;

use super::{data_type, keyword};
use crate::check::{Format, SPECS, Target, Types, length, precision, unique};
use crate::data_type::DataType;

/// The JSON Schema, which is in the repository but not in the package.
fn json_schema() -> Option<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema.schema.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: docs/schema.schema.json is not there");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

#[track_caller]
fn assert_keys<'k>(properties: &Value, keys: impl IntoIterator<Item = &'k str>) {
    let known: BTreeSet<&str> = keys.into_iter().collect();
    let described: BTreeSet<&str> = properties.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(described, known);
}

#[track_caller]
fn assert_words<'k>(property: &Value, words: impl IntoIterator<Item = &'k str>) {
    let known: BTreeSet<&str> = words.into_iter().collect();
    let described = property["enum"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
    assert_eq!(described.collect::<BTreeSet<_>>(), known);
}

fn words<'w, T>(words: &'w [(&'w str, T)]) -> impl Iterator<Item = &'w str> {
    words.iter().map(|(word, _)| *word)
}

#[test]
fn keys_are_the_same() {
    let Some(schema) = json_schema() else { return };
    let defs = &schema["$defs"];
    assert_keys(&schema["properties"], keyword::DOCUMENT);
    assert_keys(&defs["field"]["properties"], keyword::FIELD);
    assert_keys(&defs["csv"]["properties"], keyword::CSV);
    assert_keys(&defs["json"]["properties"], keyword::JSON);
    assert_keys(
        &defs["field"]["properties"]["precision"]["properties"],
        precision::PARAMETERS.iter().copied(),
    );
    for spec in SPECS {
        let common = keyword::CHECK.into_iter().filter(|key| match *key {
            "column" | "columns" => spec.target != Target::Table,
            "tolerance" => spec.takes_tolerance,
            _ => true,
        });
        let def = &defs[format!("check_{}", spec.name)];
        assert_keys(&def["properties"], common.chain(spec.parameters.iter().copied()));
        assert_eq!(def["properties"]["check"]["const"], spec.name);
        let needs: BTreeSet<&str> = match def["anyOf"].as_array() {
            Some(choices) => choices.iter().map(|choice| choice["required"][0].as_str().unwrap()).collect(),
            None => {
                def["required"].as_array().unwrap()[1..].iter().map(|key| key.as_str().unwrap()).collect()
            }
        };
        assert_eq!(needs, spec.needs.iter().copied().collect(), "{}", spec.name);
        assert_eq!(
            def["properties"]["columns"]["maxItems"].is_null(),
            spec.target != Target::Column,
            "{}",
            spec.name
        );
    }
}

#[test]
fn every_check_is_allowed_where_it_applies() {
    let Some(schema) = json_schema() else { return };
    let refs = |of: &Value| -> Vec<String> {
        let refs = of["oneOf"].as_array().unwrap().iter();
        refs.map(|item| item["$ref"].as_str().unwrap().replace("#/$defs/check_", "")).collect()
    };
    let defs = &schema["$defs"];
    let of_columns = || SPECS.iter().filter(|spec| spec.target != Target::Table).map(|spec| spec.name);
    assert_eq!(refs(&defs["check"]), SPECS.iter().map(|spec| spec.name).collect::<Vec<_>>());
    assert_eq!(refs(&defs["field_check"]), of_columns().collect::<Vec<_>>());
    assert_words(&defs["field_check"]["properties"]["check"], of_columns());
    assert_words(&defs["check"]["if"]["properties"]["check"], of_columns());
    let count = defs.as_object().unwrap().keys().filter(|key| key.starts_with("check_")).count();
    assert_eq!(count, SPECS.len());
}

#[test]
fn words_are_the_same() {
    let Some(schema) = json_schema() else { return };
    let defs = &schema["$defs"];
    assert_words(&schema["properties"]["extra_columns"], words(&keyword::EXTRA_COLUMNS));
    assert_words(&schema["properties"]["column_order"], words(&keyword::COLUMN_ORDER));
    assert_words(&defs["severity"], words(&keyword::SEVERITY));
    assert_words(&defs["csv"]["properties"]["terminator"], words(&keyword::TERMINATOR));
    assert_words(&defs["csv"]["properties"]["quoting"], words(&keyword::QUOTING));
    assert_words(&defs["csv"]["properties"]["blank_lines"], words(&keyword::BLANK_LINES));
    assert_words(&defs["json"]["properties"]["duplicate_keys"], words(&keyword::DUPLICATE_KEYS));
    assert_words(&defs["check_unique"]["properties"]["nulls"], words(&unique::NULLS));
    assert_words(&defs["check_unique"]["properties"]["report"], words(&unique::REPORT));
    assert_words(&defs["check_length"]["properties"]["unit"], words(&length::UNITS));
    assert_words(&defs["format"], Format::all().map(Format::name));
    let plain = DataType::PLAIN.iter().map(DataType::name);
    assert_words(&defs["type"]["anyOf"][0], plain.chain(words(&data_type::ALIASES)));
}

/// The types that a keyword applies to are the same, tested with one type of each kind.
#[test]
fn keywords_apply_to_the_same_types() {
    let Some(schema) = json_schema() else { return };
    let plain = DataType::PLAIN.into_iter();
    let nested = [
        DataType::List(Box::new(DataType::String)),
        DataType::List(Box::new(DataType::List(Box::new(DataType::Any)))),
        DataType::Struct(vec![("a".to_owned(), DataType::Int64)]),
    ];
    let types: Vec<DataType> =
        plain.chain([DataType::Decimal { precision: 5, scale: 2 }]).chain(nested).collect();
    let of_keywords = crate::rule::KEYWORD_TYPES.into_iter();
    let of_checks = SPECS.iter().flat_map(|spec| spec.keywords.iter().map(|key| (*key, spec.types)));
    for (key, family) in of_keywords.chain(of_checks.filter(|(key, _)| *key != "format")) {
        let rule = &schema["$defs"]["field"]["dependentSchemas"][key];
        assert_eq!(rule.is_null(), family == Types::All, "{key}");
        let validator = jsonschema::validator_for(rule)
            .unwrap_or_else(|_| jsonschema::validator_for(&Value::Bool(true)).unwrap());
        for data_type in &types {
            let field = serde_json::json!({ "type": data_type.to_string() });
            assert_eq!(validator.is_valid(&field), family.contains(data_type), "{key} on {data_type}");
        }
        let takes_any = validator.is_valid(&serde_json::json!({}));
        assert_eq!(takes_any, family.contains(&DataType::Any), "{key} without a type");
    }
}

/// A document as JSON; numbers are parsed.
fn to_json(node: &Node) -> Value {
    match &node.value {
        document::Value::Null => Value::Null,
        document::Value::Boolean(value) => Value::from(*value),
        document::Value::Number(text) => match text.parse::<u64>() {
            Ok(count) => Value::from(count),
            Err(_) => Value::from(text.parse::<f64>().unwrap()),
        },
        document::Value::DateTime(text) | document::Value::Text(text) => Value::from(text.as_str()),
        document::Value::Sequence(items) => items.iter().map(to_json).collect(),
        document::Value::Mapping(entries) => {
            entries.iter().map(|entry| (entry.key.clone(), to_json(&entry.value))).collect()
        }
    }
}

/// Real documents in every language that the reader accepts are valid according to the JSON Schema.
#[test]
fn accepted_documents_are_valid() {
    let Some(schema) = json_schema() else { return };
    let validator = jsonschema::validator_for(&schema).unwrap();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut folders = vec![
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data").into(),
        std::path::Path::new(root).join("testdata"),
        std::path::Path::new(root).join("examples"),
    ];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Some(language) = Language::from_extension(extension) else { continue };
            let text = std::fs::read_to_string(&path).unwrap();
            // Other files, such as the expected violations of a case, are not schemas.
            if crate::Schema::parse(&text, language).is_err() {
                continue;
            }
            let Ok(document) = document::parse(&text, language) else { continue };
            let json = to_json(&document.root);
            let faults: Vec<String> = validator
                .iter_errors(&json)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(faults.is_empty(), "{}: {faults:#?}", path.display());
            count += 1;
        }
    }
    assert!(count >= 4, "{count}");
}

#[test]
fn everything_has_a_description() {
    fn check(node: &Value, path: &str) {
        if let Some(properties) = node["properties"].as_object() {
            for (key, property) in properties {
                let has_description = property["description"].is_string()
                    || property["$ref"].is_string()
                    || property["const"].is_string()
                    || property.is_boolean()
                    || path.contains("/if")
                    || path.contains("dependentSchemas")
                    || path.ends_with("field_check");
                assert!(has_description, "{path}/{key}");
            }
        }
        match node {
            Value::Object(map) => map.iter().for_each(|(key, inner)| check(inner, &format!("{path}/{key}"))),
            Value::Array(items) => items.iter().for_each(|inner| check(inner, path)),
            _ => {}
        }
    }
    let Some(schema) = json_schema() else { return };
    check(&schema, "");
    for (name, def) in schema["$defs"].as_object().unwrap() {
        assert!(def["description"].is_string(), "{name}");
    }
}
