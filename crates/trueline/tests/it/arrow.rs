//! Arrow batches, and the same table as CSV.

use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{
    ArrayRef, DictionaryArray, FixedSizeListArray, Float32Array, Float64Array, Int8Array, Int32Array,
    Int64Array, NullArray, RecordBatch, StringArray,
};
use arrow_schema::{DataType, Field};
use trueline::{ErrorKind, MemorySource, Validator};

use crate::support::{assert_says_the_same, schema};

const SCHEMA: &str = "fields:
  - {name: id, type: int64, unique: true, minimum: 2}
  - {name: name, type: string, required: true, max_length: 3}
  - {name: price, type: float64, maximum: 10}
";

#[test]
fn a_batch_and_its_csv_give_the_same_counts() {
    let ids: ArrayRef = Arc::new(Int32Array::from(vec![Some(1), Some(2), Some(2), None]));
    let names: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("abcd"), Some("x")]));
    let prices: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 11.5, f64::NAN, 3.0]));
    let batch =
        RecordBatch::try_from_iter([("id", ids), ("name", names), ("price", prices)]).expect("a batch");
    let validator = Validator::new(schema(SCHEMA)).expect("a validator");
    let from_arrow = validator.validate_batch(&batch).expect("a report");
    let csv = b"id,name,price\n1,a,1.0\n2,,11.5\n2,abcd,NaN\n,x,3\n".to_vec();
    let from_csv = validator.validate(&MemorySource::new("table.csv", csv)).expect("a report");
    assert_says_the_same(&from_arrow, &from_csv, "a batch");
}

#[test]
fn batches_are_one_table_however_it_is_cut() {
    let values: Vec<i64> = (0..100).map(|row| row % 60).collect();
    let names: Vec<&str> = (0..100).map(|row| if row % 7 == 0 { "long" } else { "ok" }).collect();
    let batch = |range: std::ops::Range<usize>| {
        let ids: ArrayRef = Arc::new(Int64Array::from(values[range.clone()].to_vec()));
        let names: ArrayRef = Arc::new(StringArray::from(names[range.clone()].to_vec()));
        let prices: ArrayRef = Arc::new(Float64Array::from(vec![1.0; range.len()]));
        RecordBatch::try_from_iter([("id", ids), ("name", names), ("price", prices)]).expect("a batch")
    };
    let validator = Validator::new(schema(SCHEMA)).expect("a validator");
    let whole = validator.validate_batch(&batch(0..100)).expect("a report");
    assert_eq!(whole.rows.invalid, 50);
    for size in [1, 7, 33] {
        let batches: Vec<RecordBatch> =
            (0..100).step_by(size).map(|at| batch(at..(at + size).min(100))).collect();
        let cut = validator.validate_batches(&batches).expect("a report");
        assert_eq!(
            (cut.rows, cut.checks, cut.violations),
            (whole.rows, whole.checks.clone(), whole.violations.clone())
        );
    }
}

#[test]
fn batches_of_other_columns_are_no_table() {
    let schema = schema("fields:\n  - {name: id, type: int64, minimum: 2}\n");
    let batch = |ids: ArrayRef| RecordBatch::try_from_iter([("id", ids)]).expect("a batch");
    let batches = [batch(Arc::new(Int64Array::from(vec![3]))), batch(Arc::new(Int32Array::from(vec![3])))];
    let validator = Validator::new(schema).expect("a validator");
    let error = validator.validate_batches(&batches).expect_err("another type");
    assert!(matches!(error.kind(), ErrorKind::BatchColumns { .. }));
    assert!(error.to_string().contains("`id` (Int32) instead of `id` (Int64)"), "{error}");
}

#[test]
fn values_are_shown_as_they_are_judged() {
    let rules = "fields:
  - {name: wide, type: float64, maximum: 0.1}
  - {name: narrow, type: float32, maximum: 0.01}
  - {name: packed, type: float64, maximum: 0.1}
  - {name: whole, type: float64, maximum: 4}
  - {name: text, type: string, required: true}
";
    let floats = || Arc::new(Float32Array::from(vec![0.1]));
    let packed = DictionaryArray::<Int8Type>::new(Int8Array::from(vec![0]), floats());
    let nothing: ArrayRef = Arc::new(StringArray::from(vec![None::<&str>]));
    let text = DictionaryArray::<Int8Type>::new(Int8Array::from(vec![0]), nothing);
    let columns: [(&str, ArrayRef); 5] = [
        ("wide", floats()),
        ("narrow", floats()),
        ("packed", Arc::new(packed)),
        ("whole", Arc::new(Int32Array::from(vec![5]))),
        ("text", Arc::new(text)),
    ];
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let report = Validator::new(schema(rules))
        .and_then(|validator| validator.validate_batch(&batch))
        .expect("a report");
    let shown = |column: &str| {
        let found = report.violations.iter().find(|violation| violation.column.as_deref() == Some(column));
        found.expect("a violation").value.clone()
    };
    for column in ["wide", "packed"] {
        assert_eq!(
            shown(column).as_deref(),
            Some("0.10000000149011612"),
            "the float32 nearest to 0.1, in full"
        );
    }
    assert_eq!(shown("narrow").as_deref(), Some("0.1"));
    assert_eq!(shown("whole").as_deref(), Some("5"));
    assert_eq!(shown("text"), None, "null, whether the key or the entry is");
}

#[test]
fn nulls_of_dictionaries_are_nulls_wherever_they_stand() {
    let rules = "fields:\n  - {name: nothing, required: true}\n  - {name: list, type: 'list<int64>', max_length: 1}\n";
    let keys = |count| Int8Array::from_iter_values(0..count);
    let nothing = DictionaryArray::<Int8Type>::new(keys(1), Arc::new(NullArray::new(1)));
    let items = DictionaryArray::<Int8Type>::new(keys(2), Arc::new(Int64Array::from(vec![Some(5), None])));
    let kind = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Int64));
    let item = Arc::new(Field::new("item", kind, true));
    let list = FixedSizeListArray::new(item, 2, Arc::new(items), None);
    let columns: [(&str, ArrayRef); 2] = [("nothing", Arc::new(nothing)), ("list", Arc::new(list))];
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let validator = Validator::new(schema(rules)).expect("a validator");
    let report = validator.validate_batch(&batch).expect("a report");
    let found: Vec<_> =
        report.violations.iter().map(|found| (&*found.code, found.value.as_deref())).collect();
    assert_eq!(found, [("required.null", None), ("length.too_long", Some("[5,null]"))]);
}
