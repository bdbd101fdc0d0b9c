//! JSON Lines with proofs and templates against the exact way: one report, whatever the values, with every kernel.

use proptest::prelude::*;
use proptest::string::string_regex;
use trueline::{Kernel, MemorySource, Report, Schema, Validator};

use crate::support::{schema, stable, validate};

/// What may be asked of a column, and what its cells look like.
const COLUMNS: &str = include_str!("columns.txt");

fn columns() -> Vec<(&'static str, &'static str)> {
    let lines = COLUMNS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once('\t').expect("two parts")).collect()
}

/// A cell as a value: a scalar where it can be one, unless `draw` says otherwise.
fn written(cell: &str, draw: u8) -> String {
    let string = serde_json::Value::from(cell).to_string();
    let is_scalar = serde_json::from_str::<serde_json::Value>(cell).is_ok_and(|value| !value.is_string());
    match draw {
        0..=60 if is_scalar && !cell.starts_with(['{', '[']) => cell.trim().to_owned(),
        0..=90 => string,
        // The same text by an escape.
        91..=93 if !cell.is_empty() => {
            let first = cell.chars().next().expect("one at least");
            let rest = serde_json::Value::from(&cell[first.len_utf8()..]).to_string();
            if first as u32 > 0xFFFF { string } else { format!("\"\\u{:04x}{}", first as u32, &rest[1..]) }
        }
        94..=96 => "null".to_owned(),
        97 => "[1, {}]".to_owned(),
        _ => "true".to_owned(),
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) yaml: String,
    pub(crate) json: String,
}

/// Any columns and records.
pub(crate) fn table() -> impl Strategy<Value = Table> {
    let columns = proptest::collection::vec(proptest::sample::select(columns()), 1..4);
    let space = proptest::sample::select(vec!["", " "]);
    (columns, space, any::<bool>(), any::<bool>()).prop_flat_map(|(columns, space, coerces, forbids)| {
        let cells: Vec<_> = columns
            .iter()
            .map(|column| {
                let text = string_regex(column.1).expect("a good expression");
                (text, 0..100_u8).prop_map(|(cell, draw)| written(&cell, draw))
            })
            .collect();
        let names: Vec<String> =
            ["a", "b.c", "b.d", "e"].into_iter().take(columns.len()).map(str::to_owned).collect();
        let field = |(name, (asked, _)): (&String, &(&str, &str))| {
            let coerce = if coerces && asked.contains("type:") { ", coerce: true" } else { "" };
            format!("  - {{name: {name}, {asked}{coerce}}}\n")
        };
        let fields: Vec<String> = names.iter().zip(&columns).map(field).collect();
        let extra = if forbids { "extra_columns: forbid\n" } else { "" };
        let yaml = format!("fields:\n{}{extra}", fields.concat());
        let row = (cells, 0..60_u8).prop_map(move |(cells, draw)| record(&cells, space, draw));
        proptest::collection::vec(row, 1..150)
            .prop_map(move |rows| Table { yaml: yaml.clone(), json: rows.concat() })
    })
}

/// One line: mostly the same keys in the same order.
fn record(cells: &[String], space: &str, draw: u8) -> String {
    let cell = |index: usize| cells.get(index).map_or("0", String::as_str);
    let within = match cells.len() {
        0 | 1 => String::new(),
        2 => format!("\"c\":{space}{}{space}", cell(1)),
        _ => format!("\"c\":{space}{}{space},{space}\"d\":{space}{}", cell(1), cell(2)),
    };
    let a = cell(0);
    match draw {
        0 => format!("{{\"b\":{{{within}}},\"a\":{a}}}\n"),
        1 => format!("{{\"a\":{a},\"b\":null}}\n"),
        2 => format!("{{\"a\":{a},\"b\":{{{within}}},\"a\":1}}\n"),
        3 => format!("{{\"a\":{a},\"b\":{{{within}}}\n"),
        4 => format!("{{\"a\":{a},\"b\":{{{within}}},\"surplus\":[1,2]}}\n"),
        5 => format!("{{\"a\":{a},\"b\":5}}\n"),
        6 => "[]\n\n".to_owned(),
        7 => format!("{{\"b\":{{{within}}},\"a\":{a}{space}}}\n"),
        _ => format!("{{\"a\":{space}{a}{space},{space}\"b\":{space}{{{within}}}{space}}}\n"),
    }
}

fn run(schema: &Schema, json: &str, proofs: bool, kernel: Kernel, chunk: usize) -> Report {
    let builder =
        Validator::builder(schema.clone()).threads(1).proofs(proofs).kernel(kernel).chunk_bytes(chunk);
    validate(builder, &MemorySource::new("table.jsonl", json.as_bytes()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_proof_is_not_noticed(table in table()) {
        let Ok(schema) = Schema::from_yaml(&table.yaml) else {
            return Err(TestCaseError::reject("`coerce` means nothing here"));
        };
        let exact = stable(&run(&schema, &table.json, false, Kernel::detect(), 1 << 20));
        for kernel in Kernel::available() {
            for chunk in [1 << 20, 300] {
                let proven = stable(&run(&schema, &table.json, true, kernel, chunk));
                prop_assert_eq!(&proven, &exact, "{} with chunks of {}", kernel, chunk);
            }
        }
    }
}

/// White space behind a null belongs to nobody.
#[test]
fn a_null_is_one_whatever_stands_behind_it() {
    for asked in ["required: true", "type: string, required: true", "type: 'list<string>', required: true"] {
        let schema = schema(&format!("fields:\n  - {{name: a, {asked}}}\n"));
        for behind in ["", " ", "\t", "  \r", " ,\"b\":1"] {
            let json = format!("{{\"a\" : null{behind}}}\n").repeat(100);
            for kernel in Kernel::available() {
                let report = run(&schema, &json, true, kernel, 1 << 20);
                assert_eq!(report.rows.invalid, 100, "{asked}, {behind:?}, {kernel}");
            }
        }
    }
}

/// Columns whose good values a proof must know; otherwise the tests above would compare the exact way with itself.
#[test]
fn usual_values_are_proven() {
    let columns: &[(&str, &[&str])] = &[
        ("type: int32, minimum: 0", &["0", "7", "2147483647", "null"]),
        ("type: int64, required: true", &["-5", "1234567890123456"]),
        ("type: float64, minimum: 0.01, maximum: 1000000", &["0.01", "12.5", "1000000", "999999.9999999"]),
        ("type: float64", &["1e5", "-2.5E-3", "17"]),
        ("type: 'decimal(9,2)', exclusive_minimum: 0", &["0.01", "1234567.89"]),
        ("type: date, minimum: 2000-01-01", &["\"2000-01-01\"", "\"2024-12-31\""]),
        ("type: time", &["\"00:00:00\"", "\"23:59:59.123\""]),
        ("type: timestamp", &["\"2024-01-31T23:59:59Z\"", "\"2024-01-31T23:59:59.123456Z\"", "null"]),
        ("type: boolean", &["true", "false"]),
        (
            "type: string, enum: [USD, reversed, longer-than-8]",
            &["\"USD\"", "\"reversed\"", "\"longer-than-8\""],
        ),
        ("type: string, pattern: '^TX\\d{10}$'", &["\"TX0123456789\""]),
        ("type: string, min_length: 2, max_length: 9", &["\"ab\"", "\"123456789\""]),
        ("type: string", &["\"\"", "\"anything\"", "null"]),
        (
            "type: 'list<string>', max_length: 5",
            &["[]", "[\"a\"]", "[\"a\", \"b\",\"c\",\"d\",\"e\"]", "null"],
        ),
        ("type: any, required: true", &["[{}]", "1", "\"x\"", "{}"]),
    ];
    for (asked, values) in columns {
        let schema = schema(&format!("fields:\n  - {{name: c, {asked}}}\n"));
        let record = |value: &&str| format!("{{\"c\":{value}}}\n");
        let records = values.iter().cycle().take(200).map(record).collect::<Vec<_>>().concat();
        for kernel in Kernel::available() {
            let report = run(&schema, &records, true, kernel, 1 << 20);
            assert_eq!(report.rows.invalid, 0, "{asked}");
            let proved = report.run.decided.proved;
            // Those too near to the end of a block are left open.
            assert!(
                proved + 16 >= report.rows.total,
                "{asked}: {proved} of {} ({kernel})",
                report.rows.total
            );
        }
    }
}
