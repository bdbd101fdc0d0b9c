//! Corpora that nobody on this project wrote.

use arrow_array::cast::AsArray;
use trueline_decode::json::JsonOptions;
use trueline_schema::{DataType, Field};
use trueline_testkit::corpora::corpus;

use super::decode;

/// Each file as the value of a key, in one line of its own. Files with line breaks are no lines and are left out.
#[test]
fn json_test_suite() {
    let Some(folder) = corpus("json-test-suite") else { return };
    let mut count = 0;
    for entry in std::fs::read_dir(folder.join("test_parsing")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let value = std::fs::read(&path).expect("a file");
        if value.contains(&b'\n') {
            continue;
        }
        let bytes = [b"{\"v\": ", &value[..], b"}\n{\"v\": 1}\n"].concat();
        let fields = [Field::new("v", DataType::Any)];
        let mut options = JsonOptions::default();
        options.duplicate_keys = trueline_schema::DuplicateKeys::Last;
        let decoded = decode(&bytes, 0, &fields, &options);
        let is_good = decoded.rows.broken().is_empty();
        assert_eq!(decoded.rows.count(), 1 + usize::from(is_good), "{name}");
        match name.as_bytes()[0] {
            b'y' => assert!(is_good, "{name}: {:?}", decoded.rows.broken()),
            // What stands behind an object closes the record and opens another.
            b'n' => assert!(!is_good, "{name}"),
            _ => {}
        }
        count += 1;
    }
    assert!(count > 280, "{count}");
}

#[test]
fn numbers_of_test_transform_keep_their_digits() {
    let Some(folder) = corpus("json-test-suite") else { return };
    for (file, cell) in [
        ("number_-9223372036854775808.json", Some(i64::MIN)),
        ("number_-9223372036854775809.json", None),
        ("number_1.0.json", Some(1)),
        ("number_1.000000000000000005.json", None),
        ("number_1000000000000000.json", Some(1_000_000_000_000_000)),
        ("number_10000000000000000999.json", None),
        ("number_1e-999.json", None),
        ("number_1e6.json", Some(1_000_000)),
        ("number_9223372036854775807.json", Some(i64::MAX)),
        ("number_9223372036854775808.json", None),
    ] {
        let value = std::fs::read_to_string(folder.join("test_transform").join(file)).expect("a file");
        let bytes = format!("{{\"v\": {}}}", value.trim());
        let fields = [Field::new("v", list_of_int64())];
        let decoded = decode(bytes.as_bytes(), 0, &fields, &JsonOptions::default());
        let array = decoded.columns[0].array.as_list::<i32>();
        let found = decoded.columns[0]
            .bad
            .is_empty()
            .then(|| array.value(0).as_primitive::<arrow_array::types::Int64Type>().value(0));
        assert_eq!(found, cell, "{file}");
    }
}

fn list_of_int64() -> DataType {
    super::list(DataType::Int64)
}

/// 1,319 records of two texts, many with escapes.
#[test]
fn gsm8k() {
    let Some(folder) = corpus("gsm8k-jsonl") else { return };
    let bytes = std::fs::read(folder.join("test.jsonl")).expect("a file");
    let fields = ["question", "answer"].map(|name| Field::new(name, DataType::String));
    let decoded = decode(&bytes, 0, &fields, &JsonOptions::default());
    assert_eq!((decoded.rows.count(), decoded.rows.broken().len()), (1319, 0));
    for (row, line) in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).enumerate() {
        let value: serde_json::Value = serde_json::from_slice(line).expect("JSON");
        for (field, column) in fields.iter().zip(&decoded.columns) {
            assert_eq!(column.array.as_string_view().value(row), value[&field.name], "row {row}");
        }
    }
}
