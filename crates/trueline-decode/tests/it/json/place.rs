//! Places: values, bad parts of values, keys that are not declared, broken records.

use trueline_decode::json::{JsonOptions, JsonPart};
use trueline_schema::{DataType, Field, Schema};

use super::{decode, list, object};

#[test]
fn values_stand_where_they_stand() {
    let fields = [Field::new("a", DataType::Int64), Field::new("b.c", DataType::String)];
    let bytes = "xyz\n{\"a\" : 12 , \"b\":{\"c\": \"\u{e9}\\n\"}}\n{\"b\": 7}\n".as_bytes();
    let decoded = decode(bytes, 4, &fields, &JsonOptions::default());
    let block = decoded.block();
    let place = |column, row| decoded.decoder.place(column, &block, &decoded.rows, row);
    let text = |column, row| place(column, row).map(|range| decoded.text(range));
    assert_eq!(text(0, 0), Some("12"));
    assert_eq!(text(1, 0), Some("\"\u{e9}\\n\""));
    assert_eq!(text(0, 1), None);
    assert_eq!(text(1, 1), Some("7"));
    let value = |column, row| decoded.decoder.value(column, &block, &decoded.rows, row);
    assert_eq!(value(1, 0).as_deref(), Some("\u{e9}\n"));
    assert_eq!(value(0, 0).as_deref(), Some("12"));
    assert_eq!(value(0, 1), None);
    assert_eq!(decoded.columns[1].bad.len(), 1);
}

#[test]
fn a_bad_part_is_named() {
    let deep = list(object(&[("x/y~", list(DataType::Int8)), ("t", DataType::Date)]));
    let fields = [Field::new("v", deep)];
    let bytes = br#"{"v": [null, {"t": "2024-02-30", "x/y~": [1, 2]}]}
{"v": [{"x/y~": [1, [], 2], "t": null}]}
{"v": [{}, 5]}
{"v": [{}]}
{"v": {}}"#;
    let mut decoded = decode(bytes, 0, &fields, &JsonOptions::default());
    let (buffer, positions, rows) = (decoded.buffer.clone(), decoded.positions.clone(), decoded.rows.clone());
    let block = trueline_decode::json::JsonBlock { buffer: &buffer, start: 0, positions: &positions };
    let mut inside = |row| decoded.decoder.inside(0, &block, &rows, row);
    let part = |pointer: &str, text: &str, value: &str| {
        let whole = std::str::from_utf8(bytes).expect("text");
        let start = whole.find(text).expect("there");
        Some(JsonPart {
            pointer: pointer.to_owned(),
            range: start..start + text.len(),
            value: value.to_owned(),
        })
    };
    assert_eq!(inside(0), part("/1/t", "\"2024-02-30\"", "2024-02-30"));
    assert_eq!(inside(1), part("/0/x~1y~0/1", "[]", "[]"));
    assert_eq!(inside(2), part("/1", "5", "5").map(|part| JsonPart { range: 103..104, ..part }));
    assert_eq!(inside(3), None);
    assert_eq!(inside(4), None);
    let bad: Vec<u32> = decoded.columns[0].bad.iter().map(|cell| cell.row).collect();
    assert_eq!(bad, [0, 1, 2, 4]);
}

#[test]
fn keys_that_are_not_declared_are_named_where_that_is_asked() {
    let text = "fields: [{name: a, aliases: [b]}, {name: c.d}]\nextra_columns: forbid\n";
    let schema = Schema::from_yaml(text).expect("a schema");
    let bytes = b"{\"a\": 1}\n{\"b\": 1, \"x\": {\"y\": 2}, \"z\": 3}\n[]\n{\"c\": {\"x\": 1}}\n{\"c.d\": 1, \"\\u0078\": 1}";
    let decoded = decode(bytes, 0, &schema.fields[..1], &JsonOptions::of(&schema));
    assert_eq!(decoded.rows.extras(), [1, 3]);
    assert_eq!(decoded.rows.extra_key(1).map(|range| decoded.text(range)), Some("\"x\""));
    assert_eq!(decoded.rows.extra_key(3).map(|range| decoded.text(range)), Some("\"\\u0078\""));
    assert_eq!(decoded.rows.extra_key(0), None);
    let decoded = decode(bytes, 0, &schema.fields, &JsonOptions::default());
    assert!(decoded.rows.extras().is_empty());
}

#[test]
fn broken_records_point_at_what_is_wrong() {
    let bytes = b"{\"a\": 1, \"a\": 2}\n{\"a\": 01}\n{\"a\": \n{\"a\": \"\xC3\"}\n5\n{\"a\": [[[]]]}\n";
    let options = JsonOptions::default().max_depth(3);
    let decoded = decode(bytes, 0, &[Field::new("a", DataType::Any)], &options);
    assert_eq!((decoded.rows.count(), decoded.positions.len()), (0, 6));
    let broken: Vec<(&str, &[u8], &str)> = decoded
        .rows
        .broken()
        .iter()
        .map(|broken| (broken.code, &bytes[broken.range.clone()], &*broken.found))
        .collect();
    assert_eq!(
        broken,
        [
            ("structure.duplicate_key", &b"\"a\""[..], "the key \"a\" a second time"),
            ("structure.json", b"1}", "a number has a digit behind a leading zero"),
            ("structure.json", b"{\"a\": ", "the record ends where a value is expected"),
            ("structure.utf8", b"\xC3\"}", "bytes that are not UTF-8"),
            ("structure.json", b"5", "a number where an object is expected"),
            ("structure.json", b"[]]]}", "arrays and objects stand in one another more than 3 deep"),
        ]
    );
    assert_eq!(decoded.rows.broken()[0].range, 9..12);
}
