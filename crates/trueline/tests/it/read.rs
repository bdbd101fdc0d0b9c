//! Columns of inputs as record batches.

use std::fmt::Write as _;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch, RecordBatchReader};
use arrow_schema::DataType;
use trueline::{MemorySource, ReadOptions, Schema, read};

use crate::support::schema;

#[allow(clippy::unnecessary_box_returns, reason = "readers take boxes")]
fn source(name: &str, text: &str) -> Box<MemorySource> {
    Box::new(MemorySource::new(name, text.as_bytes()))
}

fn rows(schema: &Schema, name: &str, text: &str, options: &ReadOptions) -> Result<Vec<RecordBatch>, String> {
    let reader = read(schema, source(name, text), options).map_err(|error| error.to_string())?;
    reader.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())
}

#[test]
fn columns_come_in_the_order_and_types_of_the_schema() {
    let schema = schema(
        "fields: [{name: a, type: int64, minimum: 9, unique: true}, {name: b, type: string, required: true}, {name: t, type: timestamp}]",
    );
    let mut text = String::from("b,more,a,t\n");
    for row in 0..100_000 {
        writeln!(text, "\"x\n{row}\",y,{},2026-01-01T00:00:00Z", row % 7).unwrap();
    }
    let batches = rows(&schema, "a.csv", &text, &ReadOptions::default()).unwrap();
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 100_000);
    assert!(batches.len() > 1);
    let (mut row, first) = (0, &batches[0]);
    assert!(matches!(first.schema().field(2).data_type(), DataType::Timestamp(_, _)));
    for batch in &batches {
        let (a, b) = (batch.column(0).as_primitive::<Int64Type>(), batch.column(1).as_string_view());
        for at in 0..batch.num_rows() {
            assert_eq!((a.value(at), b.value(at)), (row % 7, &*format!("x\n{row}")));
            row += 1;
        }
    }
    let options = ReadOptions::default().columns(["b", "a"]);
    let reader = read(&schema, source("a.csv", &text), &options).unwrap();
    let names: Vec<String> = reader.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, ["b", "a"]);
    // Nobody takes the rest.
    drop(reader);
    let none = rows(&schema, "a.csv", &text, &ReadOptions::default().columns(["c"])).unwrap_err();
    assert_eq!(none, "there is no column `c`");
}

#[test]
fn columns_that_need_not_be_there_are_null() {
    let schema = schema("fields: [{name: a, type: string}, {name: q, type: int64, optional: true}]");
    for (name, text) in
        [("a.csv", "a\n1\n2\n3\n"), ("a.jsonl", "{\"a\":\"1\"}\n{\"a\":\"2\"}\n{\"a\":\"3\"}\n")]
    {
        let batches = rows(&schema, name, text, &ReadOptions::default()).unwrap();
        assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 3, "{name}");
        let optional = batches[0].column(1).as_primitive::<Int64Type>();
        assert_eq!((optional.len(), optional.null_count()), (3, 3), "{name}");
    }
}

#[test]
fn the_first_fault_ends_the_reading_and_names_its_place() {
    let schema = schema("fields: [{name: a, type: int64}]");
    for (text, expected) in [
        ("a\n1\nx\n", "a.csv, line 3, column `a`: not a value of the type: `x`"),
        ("b\n1\n", "a.csv, line 1, column `a`:"),
        ("a\n1\n\"2\n", "a.csv, line 3:"),
        ("a\n1\n1,2\n", "a.csv, line 3:"),
    ] {
        let error = rows(&schema, "a.csv", text, &ReadOptions::default()).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
    let text = format!("a\n{}x\n", "1\n".repeat(2_000_000));
    let mut reader = read(&schema, source("a.csv", &text), &ReadOptions::default()).unwrap();
    let good = reader.by_ref().take_while(Result::is_ok).count();
    assert!(good > 1 && reader.next().is_none());
}
