//! Each type by hand: its Arrow type, its values, its nulls and the codes of its bad cells.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int64Type, TimestampMicrosecondType};
use arrow_schema::DataType as ArrowType;
use trueline_decode::{Column, ColumnPlan, arrow_type};
use trueline_schema::{DataType, TimeUnit};
use trueline_tokenizer::Dialect;

use crate::model::{Cell, read, stored};
use crate::{decode, plan};

/// Decodes one column, one cell per line.
fn column(plan: &ColumnPlan, cells: &[&str]) -> Column {
    let bytes: Vec<u8> = cells.iter().flat_map(|cell| [cell, ",\n"]).collect::<String>().into_bytes();
    let (mut decoded, _) = decode(&bytes, 0, &Dialect::default().header(false), vec![plan.clone()], 2);
    assert_eq!(decoded.records.rows, cells.len());
    decoded.columns.remove(0)
}

fn codes(column: &Column) -> Vec<(u32, &'static str)> {
    column.bad.iter().map(|cell| (cell.row, cell.code)).collect()
}

#[test]
fn every_type_reads_every_edge_as_the_grammar_does() {
    let types = [
        DataType::String,
        DataType::Boolean,
        DataType::Int8,
        DataType::Int64,
        DataType::UInt8,
        DataType::UInt64,
        DataType::Float32,
        DataType::Float64,
        DataType::Decimal { precision: 10, scale: 2 },
        DataType::Decimal { precision: 38, scale: 0 },
        DataType::Date,
        DataType::Time,
        DataType::Timestamp { unit: None, zone: None },
        DataType::Timestamp { unit: Some(TimeUnit::Second), zone: Some("UTC".to_owned()) },
        DataType::Timestamp { unit: Some(TimeUnit::Nanosecond), zone: None },
        DataType::Duration,
        DataType::Binary,
        DataType::Any,
    ];
    let nines = "9".repeat(38);
    let tens = "9".repeat(39);
    let edges = [
        "",
        "0",
        "007",
        "+1",
        "-0",
        "1.",
        ".5",
        "1e5",
        "1e400",
        "-1",
        "300",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "18446744073709551616",
        &nines,
        &tens,
        "nan",
        "-Infinity",
        "true",
        "TRUE",
        "tRUE",
        "2023-02-29",
        "1900-02-29",
        "2024-02-29",
        "24:00:00",
        "23:59:60",
        "00:00:00.123456789",
        "00:00:00.1234567890",
        "2020-01-01T00:00:00+14:00",
        "2020-01-01T00:00:00-00:00",
        "2020-01-01t00:00:00Z",
        "2020-01-01T00:00:00z",
        "2020-01-01T00:00:00",
        "3000-01-01T00:00:00Z",
        "2020-01-01T00:00:00.5Z",
        "P1D",
        "P1Y",
        "Zg==",
        "Zg",
        " 1 ",
        "1_000",
        "１",
    ];
    for data_type in types {
        let plan = plan(data_type.clone(), 0);
        let column = column(&plan, &edges);
        assert_eq!(*column.array.data_type(), arrow_type(&data_type));
        for (row, edge) in edges.iter().enumerate() {
            let bad =
                column.bad.iter().find(|cell| cell.row as usize == row).map(|cell| Cell::Bad(cell.code));
            let found = bad.unwrap_or_else(|| stored(&column.array, row, &plan));
            assert_eq!(found, read(edge.as_bytes(), &plan, &Dialect::default()), "{edge} as {data_type}");
        }
    }
}

#[test]
fn codes_tell_what_is_wrong() {
    let column_of = |data_type, cells: &[&str]| codes(&column(&plan(data_type, 0), cells));
    let (invalid, range, excess) = ("type.invalid", "type.out_of_range", "type.excess_digits");
    assert_eq!(
        column_of(DataType::Int8, &["1", "300", "x", "", "1.0"]),
        [(1, range), (2, invalid), (4, invalid)]
    );
    assert_eq!(column_of(DataType::Float64, &["1e400", "1e-400", "x"]), [(0, range), (2, invalid)]);
    let decimal = DataType::Decimal { precision: 4, scale: 2 };
    assert_eq!(
        column_of(decimal, &["12.34", "123.4", "1.234", "1.230", "x"]),
        [(1, excess), (2, excess), (4, invalid)]
    );
    let nanos = DataType::Timestamp { unit: Some(TimeUnit::Nanosecond), zone: None };
    assert_eq!(column_of(nanos, &["3000-01-01T00:00:00Z", "2000-01-01T00:00:00Z"]), [(0, range)]);
    let seconds = DataType::Timestamp { unit: Some(TimeUnit::Second), zone: None };
    assert_eq!(column_of(seconds, &["2000-01-01T00:00:00.000Z", "2000-01-01T00:00:00.001Z"]), [(1, excess)]);
    let utc = DataType::Timestamp { unit: None, zone: Some("Z".to_owned()) };
    assert_eq!(column_of(utc, &["2000-01-01T00:00:00Z", "2000-01-01T00:00:00"]), [(1, invalid)]);
}

#[test]
fn undeclared_timestamps_are_never_rounded() {
    let plan = plan(DataType::Timestamp { unit: None, zone: None }, 0);
    let coarse = column(&plan, &["1970-01-01T00:00:01.000001Z", "", "x"]);
    assert_eq!(coarse.array.as_primitive::<TimestampMicrosecondType>().value(0), 1_000_001);
    assert_eq!(codes(&coarse), [(2, "type.invalid")]);
    let fine = column(&plan, &["1970-01-01T00:00:01.000001Z", "", "x", "1969-12-31T23:59:59.999999999Z"]);
    assert_eq!(*fine.array.data_type(), ArrowType::Decimal128(38, 9));
    let values = fine.array.as_primitive::<Decimal128Type>();
    assert_eq!((values.value(0), values.value(3)), (1_000_001_000, -1));
    assert!(values.is_null(1) && values.is_null(2));
    assert_eq!(codes(&fine), [(2, "type.invalid")]);
}

#[test]
fn nulls_are_the_listed_texts_after_unquoting() {
    let mut plan = plan(DataType::Int64, 0);
    let cells = ["", "\"\"", "NA", "\"NA\"", "1", "\"1\""];
    assert_eq!(codes(&column(&plan, &cells)).len(), 2);
    plan.null_values = vec!["NA".to_owned()];
    let some = column(&plan, &cells);
    assert_eq!(codes(&some), [(0, "type.invalid"), (1, "type.invalid")]);
    assert_eq!(some.array.as_primitive::<Int64Type>().iter().flatten().collect::<Vec<_>>(), [1, 1]);
    plan.null_values = Vec::new();
    assert_eq!(codes(&column(&plan, &cells)).len(), 4);
    plan.field.data_type = DataType::String;
    assert_eq!(column(&plan, &cells).array.null_count(), 0);
}

#[test]
fn trimming_is_asked_for() {
    let mut plan = plan(DataType::Int64, 0);
    let cells = [" 1", "\" 1 \"", "1\u{a0}", "  ", "\"\t1\t\""];
    assert_eq!(codes(&column(&plan, &cells)).len(), 5);
    plan.field.trim = true;
    let trimmed = column(&plan, &cells);
    assert_eq!((codes(&trimmed).len(), trimmed.array.null_count()), (0, 1));
}

#[test]
fn spellings_are_obeyed() {
    let mut german = plan(DataType::Decimal { precision: 10, scale: 2 }, 0);
    german.field.group_char = Some('.');
    german.field.decimal_char = ',';
    let column_of_german = column(&german, &["\"1.234,50\"", "1.234", "1..234", "\"1,5\""]);
    let values: Vec<_> = column_of_german.array.as_primitive::<Decimal128Type>().iter().collect();
    assert_eq!(values, [Some(123_450), Some(123_400), None, Some(150)]);
    let mut boolean = plan(DataType::Boolean, 0);
    boolean.field.true_values = vec!["ja".to_owned()];
    boolean.field.false_values = vec!["nein".to_owned()];
    let column_of_words = column(&boolean, &["ja", "nein", "true", ""]);
    let values: Vec<_> = column_of_words.array.as_boolean().iter().collect();
    assert_eq!(values, [Some(true), Some(false), None, None]);
    assert_eq!(codes(&column_of_words), [(2, "type.invalid")]);
}

#[test]
fn text_is_not_copied() {
    let long = "a text of more than twelve bytes";
    let bytes = format!("{long},\"{long}\",\"{long} \"\"x\"\"\"\nshort,\"tiny\",\"\"\"\"\n");
    let plans = (0..3).map(|source| plan(DataType::String, source)).collect();
    let (decoded, _) = decode(bytes.as_bytes(), 0, &Dialect::default().header(false), plans, 3);
    let arrays: Vec<_> = decoded.columns.iter().map(|column| column.array.as_string_view()).collect();
    assert_eq!(arrays[0].iter().flatten().collect::<Vec<_>>(), [long, "short"]);
    assert_eq!(arrays[1].iter().flatten().collect::<Vec<_>>(), [long, "tiny"]);
    assert_eq!(arrays[2].iter().flatten().collect::<Vec<_>>(), [&format!("{long} \"x\""), "\""]);
    // The first two have the block's bytes as their only buffer, the third adds its scratch.
    let block = arrays[0].data_buffers()[0].as_ptr();
    assert_eq!(arrays[0].value(0).as_ptr(), block);
    assert_eq!(arrays[1].value(0).as_ptr(), block.wrapping_add(long.len() + 2));
    assert_eq!(arrays.iter().map(|array| array.data_buffers().len()).collect::<Vec<_>>(), [1, 1, 2]);
    assert!(arrays.iter().all(|array| array.data_buffers()[0].as_ptr() == block));
}

#[test]
fn short_text_keeps_no_buffer() {
    let column = column(&plan(DataType::String, 0), &["twelve bytes", "a", ""]);
    assert!(column.array.as_string_view().data_buffers().is_empty());
    assert_eq!(column.array.null_count(), 1);
}

#[test]
fn words_may_be_empty_and_null_at_once() {
    let mut plan = plan(DataType::Boolean, 0);
    plan.field.true_values = vec![String::new()];
    assert_eq!(column(&plan, &[""]).array.null_count(), 1);
    plan.null_values = Vec::new();
    assert!(column(&plan, &[""]).array.as_boolean().value(0));
}
