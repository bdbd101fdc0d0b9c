//! Parts of structs, keys of several columns, dictionaries with faults, and values as they are shown.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::types::{Int8Type, Int32Type, UInt16Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array,
    Int32Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray, TimestampMicrosecondArray,
    UInt64Array,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field};
use trueline::{MemorySource, Report, Schema, Validator, Verdict};

use super::files::{Written, arrow_file, arrow_stream, parquet};
use super::found;
use crate::support::{assert_says_the_same, schema, stable, validate};

/// The report on a batch, which is the same in every format and however it is cut.
fn judge(schema: &Schema, batch: &RecordBatch) -> Report {
    let mut first: Option<Report> = None;
    let mut files = Vec::new();
    for rows in [1, 3, 1_000] {
        files.push(("t.arrow", arrow_file(batch, rows)));
        files.push(("t.arrow", arrow_stream(batch, rows)));
        for has_dictionaries in [true, false] {
            let written = Written { group_rows: rows, page_rows: 2, has_dictionaries, ..Written::default() };
            files.push(("t.parquet", parquet(batch, written)));
        }
    }
    for (name, bytes) in files {
        for threads in [1, 2] {
            let source = MemorySource::new(name, bytes.clone());
            let report = validate(Validator::builder(schema.clone()).threads(threads), &source);
            let first = first.get_or_insert_with(|| report.clone());
            assert_eq!((&report.checks, &report.violations), (&first.checks, &first.violations), "{name}");
            assert_eq!(
                (report.verdict, report.rows, &report.error),
                (first.verdict, first.rows, &first.error)
            );
        }
    }
    let validator = Validator::new(schema.clone()).expect("a validator");
    let first = first.expect("a report");
    let direct = validator.validate_batch(batch).expect("a report");
    assert_eq!((direct.checks, direct.violations), (first.checks.clone(), first.violations.clone()));
    first
}

fn codes(report: &Report) -> Vec<(String, String, u64)> {
    let mut found = Vec::new();
    for check in &report.checks {
        found.extend(check.codes.iter().map(|(code, count)| (check.id.clone(), code.clone(), *count)));
    }
    found
}

fn code(id: &str, code: &str, count: u64) -> (String, String, u64) {
    (id.to_owned(), code.to_owned(), count)
}

#[test]
fn dots_lead_into_structs() {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), Some(2), Some(2), None, Some(-1)]));
    let user = vec![Field::new("id", DataType::Int64, true)];
    let present = NullBuffer::from(vec![true, true, true, true, false]);
    let user: ArrayRef = Arc::new(StructArray::new(user.into(), vec![ids.clone()], Some(present)));
    let words: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c", "d", "e"]));
    let context: Vec<(Arc<Field>, ArrayRef)> = vec![
        (Arc::new(Field::new("word", DataType::Utf8, true)), words.clone()),
        (Arc::new(Field::new("user", user.data_type().clone(), true)), user),
    ];
    let context: ArrayRef = Arc::new(StructArray::from(context));
    let dotted: ArrayRef = Arc::new(Int64Array::from(vec![7; 5]));
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("context", context, true),
        ("context.word", dotted, true),
    ])
    .expect("a batch");
    let nested = schema(
        "fields:
  - {name: context.user.id, type: int64, required: true, unique: true, minimum: 2}
  - {name: context.word, type: int64, enum: [8]}
",
    );
    let report = judge(&nested, &batch);
    let expected = [
        code("context.user.id.range", "range.below_minimum", 1),
        code("context.user.id.required", "required.null", 2),
        code("context.user.id.unique", "unique.duplicate", 1),
        code("context.word.enum", "enum.unlisted", 5),
    ];
    let mut counted = codes(&report);
    counted.sort();
    assert_eq!(counted, expected);
    let csv = b"context.user.id,context.word\n1,7\n2,7\n2,7\n,7\n,7\n";
    let base = validate(Validator::builder(nested), &MemorySource::new("t.csv", csv.as_slice()));
    assert_says_the_same(&report, &base, "nested");
    assert!(found(&report).contains(&("context.user.id.range".to_owned(), Some(0), Some("1".to_owned()))));
}

#[test]
fn dictionaries_are_judged_by_their_entries_and_the_rows_are_found() {
    let words = [Some("ok"), Some("far too long"), None, Some("ok"), Some("bad"), Some("bad"), Some("ok")];
    let codes_of: DictionaryArray<Int8Type> = words.into_iter().collect();
    let numbers = DictionaryArray::<UInt16Type>::new(
        vec![Some(0), Some(2), Some(2), None, Some(0), Some(0), Some(0)].into(),
        // An entry that no row has is not judged, whatever it is.
        Arc::new(Int32Array::from(vec![5, -99, 50])),
    );
    let keys: DictionaryArray<Int32Type> =
        ["a", "b", "a", "c", "d", "e", "c"].map(Some).into_iter().collect();
    let schema = schema(
        "fields:
  - {name: word, type: string, required: true, max_length: 5, enum: [ok, far too long]}
  - {name: number, type: int64, minimum: 0, maximum: 9}
  - {name: key, type: string, unique: true, min_length: 1}
",
    );
    let plain: Vec<(&str, ArrayRef)> = vec![
        ("word", Arc::new(words.into_iter().collect::<StringArray>())),
        (
            "number",
            Arc::new(Int32Array::from(vec![Some(5), Some(50), Some(50), None, Some(5), Some(5), Some(5)])),
        ),
        ("key", Arc::new(StringArray::from(vec!["a", "b", "a", "c", "d", "e", "c"]))),
    ];
    let encoded: Vec<(&str, ArrayRef)> =
        vec![("word", Arc::new(codes_of)), ("number", Arc::new(numbers)), ("key", Arc::new(keys))];
    let batch = |columns: Vec<(&str, ArrayRef)>| {
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
            .expect("a batch")
    };
    let report = judge(&schema, &batch(plain));
    let encoded = batch(encoded);
    let source = MemorySource::new("t.arrow", arrow_file(&encoded, 1_000));
    let of_entries = validate(Validator::builder(schema.clone()), &source);
    assert_eq!((&of_entries.checks, &of_entries.violations), (&report.checks, &report.violations));
    let expected = [
        code("key.unique", "unique.duplicate", 2),
        code("number.range", "range.above_maximum", 2),
        code("word.enum", "enum.unlisted", 2),
        code("word.length", "length.too_long", 1),
        code("word.required", "required.null", 1),
    ];
    let mut counted = codes(&report);
    counted.sort();
    assert_eq!(counted, expected);
}

#[test]
fn values_are_shown_as_csv_has_them() {
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None, Some(3)])]);
    let cents = Decimal128Array::from(vec![125]).with_precision_and_scale(6, 2).expect("a decimal");
    let columns: Vec<(&str, ArrayRef, &str, &str)> = vec![
        ("flag", Arc::new(BooleanArray::from(vec![false])), "boolean, const: true", "false"),
        ("small", Arc::new(Int32Array::from(vec![-3])), "int64, minimum: 0", "-3"),
        ("large", Arc::new(UInt64Array::from(vec![u64::MAX])), "uint64, maximum: 3", "18446744073709551615"),
        ("real", Arc::new(Float64Array::from(vec![0.1])), "float64, minimum: 1", "0.1"),
        ("cents", Arc::new(cents), "'decimal(6,2)', maximum: 1", "1.25"),
        ("day", Arc::new(Date32Array::from(vec![19_782])), "date, minimum: '2024-03-01'", "2024-02-29"),
        (
            "at",
            Arc::new(TimestampMicrosecondArray::from(vec![1_500_000]).with_timezone("+02:00")),
            "timestamp, minimum: '2000-01-01T00:00:00Z'",
            "1970-01-01T00:00:01.5Z",
        ),
        ("bytes", Arc::new(BinaryArray::from(vec![&b"abc"[..]])), "binary, max_length: 2", "YWJj"),
        ("list", Arc::new(lists), "list<int64>, max_length: 2", "[1,null,3]"),
    ];
    let mut yaml = "fields:\n".to_owned();
    for (name, _, judged, _) in &columns {
        writeln!(yaml, "  - {{name: {name}, type: {judged}}}").expect("written");
    }
    let expected: Vec<Option<String>> = columns.iter().map(|(.., shown)| Some((*shown).to_owned())).collect();
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array, ..)| (name, array, true)),
    )
    .expect("a batch");
    let report = judge(&schema(&yaml), &batch);
    assert_eq!(found(&report).into_iter().map(|(_, _, value)| value).collect::<Vec<_>>(), expected);
}

#[test]
fn rows_are_counted_where_no_column_is_asked_for() {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..10));
    let batch = RecordBatch::try_from_iter([("other", ids)]).expect("a batch");
    let report = judge(
        &schema(
            "checks:\n  - {check: row_count, min: 10, max: 10}\nfields:\n  - {name: a, type: string, optional: true}\n",
        ),
        &batch,
    );
    assert_eq!((report.verdict, report.rows.total), (Verdict::Valid, 10));
    let empty = judge(&schema("fields:\n  - {name: other, type: int64, unique: true}\n"), &batch.slice(0, 0));
    assert_eq!((empty.verdict, empty.rows.total), (Verdict::Valid, 0));
}

#[test]
fn a_sensitive_value_is_not_shown() {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let batch = RecordBatch::try_from_iter([("id", ids)]).expect("a batch");
    let report =
        judge(&schema("fields:\n  - {name: id, type: int64, minimum: 2, sensitive: true}\n"), &batch);
    assert_eq!(found(&report)[0].2.as_deref(), Some("***"));
    assert!(!stable(&report).to_string().contains("\"1\""));
}
