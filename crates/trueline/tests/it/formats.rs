//! One table in every text format: the verdict, the counts and the rows of faults are the same.
//!
//! A new format is a line in [`formats`].

use std::fmt::Write as _;

use serde_json::{Value, json};
use trueline::{MemorySource, Report, Schema, Validator};
use trueline_testkit::pack;

use crate::support::{CHUNK_SIZES, Once, Stream, schema, validate};

/// A value of the table. There are no empty texts, which CSV cannot tell from nothing.
#[derive(Clone, Debug)]
enum Cell {
    Nothing,
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
}

struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

const SCHEMA: &str = "fields:
  - {name: id, type: int64, required: true, unique: true}
  - {name: name, type: string, required: true, min_length: 2, max_length: 12, pattern: '^[^!]*$'}
  - {name: amount, type: float64, minimum: 0, exclusive_maximum: 1000}
  - {name: count, type: int32, multiple_of: 5}
  - {name: is_open, type: boolean, required: true}
  - {name: currency, type: string, enum: [USD, EUR, 'K,\"ES']}
  - {name: day, type: date, minimum: '2026-01-01'}
  - {name: at, type: timestamp, maximum: '2026-12-31T23:59:59Z'}
  - {name: more, type: string, optional: true}
checks:
  - {check: row_count, min: 1, max: 1000000}
  - {check: distinct_count, column: currency, max: 3}
  - {check: completeness, column: amount, min_fraction: 0.5}
  - {check: unique, columns: [name, count]}
";

/// Every column has faults, at rows that have nothing to do with each other.
fn table(rows: usize) -> Table {
    let one = |row: usize| {
        let text = |text: &str| Cell::Text(text.to_owned());
        let every = |n: usize, odd: Cell, usual: Cell| if row % n == n - 1 { odd } else { usual };
        let number = i64::try_from(row).expect("small");
        vec![
            every(41, Cell::Integer(number - 1), Cell::Integer(number)),
            every(23, text("x"), every(37, text("oh no!"), text(&format!("na,\"me\n{row}")))),
            every(13, Cell::Nothing, every(29, Cell::Float(-0.5), Cell::Float(row as f64 % 100.0 + 0.25))),
            every(17, Cell::Integer(number % 1000 * 5 + 1), Cell::Integer(number % 1000 * 5)),
            every(31, Cell::Nothing, Cell::Boolean(row.is_multiple_of(2))),
            every(19, text("GBP"), every(2, text("K,\"ES"), text("USD"))),
            every(11, text("2025-12-31"), text(&format!("2026-{:02}-{:02}", row % 12 + 1, row % 28 + 1))),
            every(43, text("2027-01-01T00:00:00Z"), text(&format!("2026-06-01T{:02}:00:00Z", row % 24))),
            every(3, Cell::Nothing, text("東京")),
        ]
    };
    let columns = vec!["id", "name", "amount", "count", "is_open", "currency", "day", "at", "more"];
    Table { columns, rows: (0..rows).map(one).collect() }
}

/// RFC 4180, with quotes where they are needed.
fn csv(table: &Table) -> Vec<u8> {
    let mut text = table.columns.join(",") + "\n";
    for row in &table.rows {
        for (column, cell) in row.iter().enumerate() {
            if column > 0 {
                text.push(',');
            }
            // Writing into a String cannot fail.
            let _ = match cell {
                Cell::Nothing => Ok(()),
                Cell::Text(cell) if cell.contains([',', '"', '\n']) => {
                    write!(text, "\"{}\"", cell.replace('"', "\"\""))
                }
                Cell::Text(cell) => write!(text, "{cell}"),
                Cell::Integer(cell) => write!(text, "{cell}"),
                Cell::Float(cell) => write!(text, "{cell}"),
                Cell::Boolean(cell) => write!(text, "{cell}"),
            };
        }
        text.push('\n');
    }
    text.into_bytes()
}

/// One object a line. Where there is nothing, the key is null or absent in turn.
fn jsonl(table: &Table) -> Vec<u8> {
    let mut text = String::new();
    for (row, cells) in table.rows.iter().enumerate() {
        let fields = table.columns.iter().zip(cells).filter_map(|(column, cell)| {
            let value = match cell {
                Cell::Nothing if row % 2 == 0 => return None,
                Cell::Nothing => Value::Null,
                Cell::Text(cell) => json!(cell),
                Cell::Integer(cell) => json!(cell),
                Cell::Float(cell) => json!(cell),
                Cell::Boolean(cell) => json!(cell),
            };
            Some(((*column).to_owned(), value))
        });
        text.push_str(&Value::Object(fields.collect()).to_string());
        text.push('\n');
    }
    text.into_bytes()
}

/// In parts, as tools that work in parallel write.
fn packed(bytes: &[u8], pack: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    bytes.chunks(bytes.len() / 3 + 1).flat_map(pack).collect()
}

/// The table in every format, by the name of its file.
fn formats(table: &Table) -> Vec<(&'static str, Vec<u8>)> {
    let (csv, jsonl) = (csv(table), jsonl(table));
    vec![
        ("table.jsonl.gz", packed(&jsonl, pack::gzip)),
        ("table.jsonl", jsonl),
        ("table.csv.gz", packed(&csv, pack::gzip)),
        ("table.csv.zst", packed(&csv, pack::zstd)),
        ("table.csv", csv),
    ]
}

/// What must be the same whatever the format: not places in bytes and lines, nor how a value is written.
fn essence(report: &Report) -> Value {
    let checks = report.checks.iter().map(|check| {
        json!({
            "id": check.id, "status": format!("{:?}", check.status), "evaluated": check.evaluated, "failed": check.failed,
            "null": check.null, "not_evaluated": check.not_evaluated, "codes": check.codes,
            "first_row_index": check.first_row_index,
        })
    });
    let violations = report.violations.iter().map(|violation| {
        let related = violation.related.as_ref().map(|related| related.location.row_index);
        json!([violation.check_id, violation.code, violation.location.row_index, violation.column, related])
    });
    json!({
        "verdict": format!("{:?}", report.verdict),
        "rows": [report.rows.total, report.rows.valid, report.rows.invalid],
        "checks": checks.collect::<Vec<_>>(),
        "violations": violations.collect::<Vec<_>>(),
        "omitted": report.violations_omitted,
    })
}

fn same(name: &str, report: &Report, expected: &Value) {
    assert!(report.error.is_none(), "{name}: {:?}", report.error);
    let found = essence(report);
    for key in ["verdict", "rows", "checks", "violations", "omitted"] {
        let pairs =
            found[key].as_array().into_iter().flatten().zip(expected[key].as_array().into_iter().flatten());
        for (found, expected) in pairs {
            assert_eq!(found, expected, "{name}: {key}");
        }
        assert_eq!(found[key], expected[key], "{name}: {key}");
    }
}

fn every_way(schema: &Schema, table: &Table, chunks: &[usize]) {
    let formats = formats(table);
    let plain = MemorySource::new("table.csv", csv(table));
    let expected = essence(&validate(Validator::builder(schema.clone()).threads(1), &plain));
    for (name, bytes) in &formats {
        let source = MemorySource::new(*name, bytes.clone());
        for &chunk in chunks {
            for threads in [1, 2, 5] {
                let builder = || Validator::builder(schema.clone()).threads(threads).chunk_bytes(chunk);
                let road = format!("{name}, {threads} threads, chunks of {chunk}");
                same(&road, &validate(builder(), &source), &expected);
                same(&format!("{road}, no proofs"), &validate(builder().proofs(false), &source), &expected);
                same(&format!("{road}, read once"), &validate(builder(), &Once(source.clone())), &expected);
                same(&format!("{road}, a stream"), &validate(builder(), &Stream(&source)), &expected);
            }
        }
    }
}

#[test]
fn a_table_with_faults_is_judged_alike_in_every_format() {
    let table = table(1500);
    let schema = schema(SCHEMA);
    let report = validate(Validator::builder(schema.clone()), &MemorySource::new("table.csv", csv(&table)));
    // Every kind of fault is there, or the comparison would say little.
    let failed: Vec<&str> =
        report.checks.iter().filter(|check| check.failed > 0).map(|check| check.id.as_str()).collect();
    for id in
        ["id.unique", "name.length", "name.pattern", "amount.range", "count.multiple_of", "is_open.required"]
    {
        assert!(failed.contains(&id), "{id} does not fail: {failed:?}");
    }
    for id in ["currency.enum", "day.range", "at.range"] {
        assert!(failed.contains(&id), "{id} does not fail: {failed:?}");
    }
    every_way(&schema, &table, &[1 << 20, 4096, 65]);
}

#[test]
fn small_and_empty_tables_too() {
    let schema = schema(SCHEMA);
    for rows in [0, 1, 2, 7] {
        every_way(&schema, &table(rows), &CHUNK_SIZES);
    }
}
