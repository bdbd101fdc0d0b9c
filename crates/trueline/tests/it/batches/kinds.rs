//! A table of every type with faults of many kinds, in every format: the same verdict, counts and rows.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::types::Int16Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int32Array,
    RecordBatch, StringArray, TimestampMillisecondArray,
};
use serde_json::Value;
use trueline::{MemorySource, Report, Validator, Verdict};
use trueline_testkit::pack;

use super::files::{Written, arrow_file, arrow_stream, parquet};
use crate::support::{assert_says_the_same, said, schema, validate};

const ROWS: i32 = 4_000;

const SCHEMA: &str = r"fields:
  - {name: id, type: int64, required: true, unique: true, minimum: 3, multiple_of: 1}
  - {name: amount, type: 'decimal(10,2)', minimum: 0, maximum: 35.50, multiple_of: 0.25}
  - {name: real, type: float64, exclusive_maximum: 120, not_in: [7.5]}
  - {name: day, type: date, minimum: '2024-01-02', maximum: '2024-03-30'}
  - {name: at, type: timestamp, required: true, minimum: '2024-01-01T00:00:10Z'}
  - {name: flag, type: boolean, required: true, checks: [{check: const, const: true, tolerance: 0.6}]}
  - {name: word, type: string, required: true, enum: [north, south, east]}
  - {name: text, type: string, min_length: 3, max_length: 12, pattern: '^[a-zé ]+$', severity: warning}
  - {name: mail, type: string, format: email, starts_with: user}
checks:
  - {check: row_count, min: 5000}
  - {check: distinct_count, column: word, max: 3}
  - {check: completeness, column: amount, min_fraction: 0.95}
  - {check: primary_key, columns: [word, day]}
";

/// The cells of a row as CSV has them; what is absent is null.
fn cells(row: i32) -> [Option<String>; 9] {
    let unless = |every: i32, text: String| (row % every != every - 1).then_some(text);
    let id = if row % 500 == 499 { row - 250 } else { row };
    let word = match (row % 97, row % 4) {
        (0, _) => "west",
        (_, 0) => "north",
        (_, 1) => "south",
        _ => "east",
    };
    let text = match row % 53 {
        0 => "a longer text".to_owned(),
        1 => "é".to_owned(),
        2 => "A, \"quoted\"\ntext".to_owned(),
        _ => format!("caf{} au lait", if row % 2 == 0 { "é" } else { "e" }),
    };
    let mail = if row % 71 == 0 { format!("user {row}") } else { format!("user{row}@example.com") };
    [
        unless(900, id.to_string()),
        unless(13, hundredths(i64::from(row) - 20)),
        unless(40, format!("{}", f64::from(row % 500) / 4.0)),
        unless(1_300, day(row)),
        unless(1_100, moment(row)),
        unless(700, (row % 2 == 0).to_string()),
        unless(800, word.to_owned()),
        unless(10, text),
        unless(30, mail),
    ]
}

fn hundredths(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", value.abs() / 100, value.abs() % 100)
}

/// Days since 1970-01-01 and the same as text: the first 91 of 2024.
fn day_number(row: i32) -> i32 {
    19_723 + row % 91
}

fn day(row: i32) -> String {
    let of_year = row % 91;
    let (month, day) = match of_year {
        0..=30 => (1, of_year),
        31..=59 => (2, of_year - 31),
        _ => (3, of_year - 60),
    };
    format!("2024-{month:02}-{:02}", day + 1)
}

fn moment(row: i32) -> String {
    format!("2024-01-01T{:02}:{:02}:{:02}.250Z", row / 3600, row / 60 % 60, row % 60)
}

const NAMES: [&str; 9] = ["id", "amount", "real", "day", "at", "flag", "word", "text", "mail"];

fn csv() -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(NAMES).expect("written");
    for row in 0..ROWS {
        writer.write_record(cells(row).map(Option::unwrap_or_default)).expect("written");
    }
    writer.into_inner().expect("bytes")
}

/// Numbers and truth as they are, all else as strings; null spelt out in one row and left out in the next.
fn json_lines() -> Vec<u8> {
    let mut lines = String::new();
    for row in 0..ROWS {
        let mut members = Vec::new();
        for (column, (name, cell)) in NAMES.iter().zip(cells(row)).enumerate() {
            let value = match cell {
                None if row % 2 == 0 => continue,
                None => "null".to_owned(),
                Some(text) if matches!(column, 0..=2 | 5) => text,
                Some(text) => Value::String(text).to_string(),
            };
            members.push(format!("\"{name}\":{value}"));
        }
        writeln!(lines, "{{{}}}", members.join(",")).expect("written");
    }
    lines.into_bytes()
}

fn batch() -> RecordBatch {
    let rows = || 0..ROWS;
    let texts = |column: usize| rows().map(move |row| cells(row)[column].clone());
    let has = |row: i32, column: usize| cells(row)[column].is_some();
    let numbers: Int32Array = texts(0).map(|cell| cell.map(|text| text.parse().expect("digits"))).collect();
    let amounts: Decimal128Array = rows().map(|row| has(row, 1).then_some(i128::from(row) - 20)).collect();
    let reals: Float64Array = rows().map(|row| has(row, 2).then_some(f64::from(row % 500) / 4.0)).collect();
    let days: Date32Array = rows().map(|row| has(row, 3).then(|| day_number(row))).collect();
    let moments: TimestampMillisecondArray =
        rows().map(|row| has(row, 4).then(|| 1_704_067_200_250 + i64::from(row) * 1_000)).collect();
    let flags: BooleanArray = rows().map(|row| has(row, 5).then_some(row % 2 == 0)).collect();
    let words: Vec<Option<String>> = texts(6).collect();
    let words: DictionaryArray<Int16Type> = words.iter().map(Option::as_deref).collect();
    let columns: [ArrayRef; 9] = [
        Arc::new(numbers),
        Arc::new(amounts.with_precision_and_scale(9, 2).expect("a decimal")),
        Arc::new(reals),
        Arc::new(days),
        Arc::new(moments.with_timezone("UTC")),
        Arc::new(flags),
        Arc::new(words),
        Arc::new(texts(7).collect::<StringArray>()),
        Arc::new(texts(8).collect::<StringArray>()),
    ];
    RecordBatch::try_from_iter_with_nullable(
        NAMES.into_iter().zip(columns).map(|(name, array)| (name, array, true)),
    )
    .expect("a batch")
}

fn report(name: &str, bytes: &[u8], threads: usize) -> Report {
    let builder = Validator::builder(schema(SCHEMA)).threads(threads).chunk_bytes(1 << 14);
    let builder = builder.sample_limit(10_000).max_violations(100_000);
    validate(builder, &MemorySource::new(name, bytes))
}

#[test]
fn faults_of_many_kinds_are_the_same_in_every_format() {
    let (csv, lines, batch) = (csv(), json_lines(), batch());
    let base = report("t.csv", &csv, 1);
    assert_eq!((base.verdict, base.rows.total), (Verdict::Invalid, ROWS as u64));
    let codes: std::collections::BTreeSet<&str> =
        base.violations.iter().map(|violation| violation.code.as_str()).collect();
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), CODES);
    let written = Written { group_rows: 1_100, page_rows: 300, ..Written::default() };
    let plain = Written { has_dictionaries: false, is_packed: true, ..written };
    let (arrow, stream) = (arrow_file(&batch, 900), arrow_stream(&batch, 900));
    let files = [
        ("t.csv", csv.clone()),
        ("t.csv.gz", pack::gzip(&csv)),
        ("t.csv.zst", pack::zstd(&csv)),
        ("t.jsonl", lines.clone()),
        ("t.jsonl.gz", pack::gzip(&lines)),
        ("t.parquet", parquet(&batch, written)),
        ("plain.parquet", parquet(&batch, plain)),
        ("t.arrow", arrow),
        ("t.arrows", stream),
    ];
    for (name, bytes) in files {
        for threads in [1, 3] {
            let report = report(name, &bytes, threads);
            assert_says_the_same(&report, &base, name);
            assert_eq!(said(&report).len(), base.violations.len(), "{name}");
        }
    }
}

/// What is found, each at least once.
const CODES: [&str; 17] = [
    "completeness.below_fraction",
    "const.different",
    "distinct_count.above_maximum",
    "enum.unlisted",
    "format.email",
    "length.too_long",
    "length.too_short",
    "multiple_of.remainder",
    "not_in.listed",
    "pattern.no_match",
    "primary_key.duplicate",
    "primary_key.null",
    "range.above_maximum",
    "range.below_minimum",
    "required.null",
    "row_count.below_minimum",
    "unique.duplicate",
];
