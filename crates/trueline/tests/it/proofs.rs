//! Proofs from bytes against the exact way: one report, whatever the cells, with every kernel.

use proptest::prelude::*;
use proptest::string::string_regex;
use trueline::{Kernel, MemorySource, Report, Schema, Validator};

use crate::support::{schema, stable, validate};

/// What may be asked of a column, and what its cells look like. The fuzz targets read the same file.
const COLUMNS: &str = include_str!("columns.txt");

fn columns() -> Vec<(&'static str, &'static str)> {
    let lines = COLUMNS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once('\t').expect("two parts")).collect()
}

const TERMINATORS: [&str; 2] = ["\n", "\r\n"];

/// A cell as it stands in the file.
fn written(cell: &str, quoted: bool) -> String {
    if quoted || cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[derive(Debug, Clone)]
struct Table {
    yaml: String,
    csv: String,
}

fn table() -> impl Strategy<Value = Table> {
    let columns = proptest::collection::vec(proptest::sample::select(columns()), 1..4);
    (columns, 0..100_u8, 0..2_usize, any::<bool>()).prop_flat_map(|(columns, quotes, terminator, breaks)| {
        let cells: Vec<_> = columns
            .iter()
            .map(|column| {
                let text = string_regex(column.1).expect("a good expression");
                let cell = prop_oneof![8 => text, 1 => Just(String::new())];
                // Quotes in none, some or all cells.
                (cell, 0..100_u8)
                    .prop_map(move |(cell, draw)| written(&cell, draw < quotes.saturating_sub(40)))
            })
            .collect();
        let yaml: Vec<String> = columns
            .iter()
            .enumerate()
            .map(|(number, column)| format!("  - {{name: c{number}, {}}}\n", column.0))
            .collect();
        let yaml = format!("fields:\n{}", yaml.concat());
        let names: Vec<String> = (0..columns.len()).map(|number| format!("c{number}")).collect();
        let end = TERMINATORS[terminator];
        let row = (cells, 0..40_u8).prop_map(move |(cells, draw)| match draw {
            0 if breaks => format!("{},surplus{end}", cells.join(",")),
            1 if breaks => format!("stray\"quote,{}{end}", cells.join(",")),
            _ => format!("{}{end}", cells.join(",")),
        });
        let names = format!("{}{end}", names.join(","));
        proptest::collection::vec(row, 1..150)
            .prop_map(move |rows| Table { yaml: yaml.clone(), csv: format!("{names}{}", rows.concat()) })
    })
}

fn run(schema: &Schema, csv: &str, proofs: bool, kernel: Kernel, chunk: usize) -> Report {
    let builder =
        Validator::builder(schema.clone()).threads(1).proofs(proofs).kernel(kernel).chunk_bytes(chunk);
    validate(builder, &MemorySource::new("table", csv.as_bytes()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_proof_is_not_noticed(table in table()) {
        let schema = schema(&table.yaml);
        let exact = stable(&run(&schema, &table.csv, false, Kernel::detect(), 1 << 20));
        for kernel in Kernel::available() {
            for chunk in [1 << 20, 300] {
                let proven = stable(&run(&schema, &table.csv, true, kernel, chunk));
                prop_assert_eq!(&proven, &exact, "{} with chunks of {}", kernel, chunk);
            }
        }
    }
}

/// What is asked of a column, and cells of it, of which the first is usual. The last one has no proof.
const MANY: [(&str, &[&str]); 6] = [
    ("type: int32, minimum: 0", &["7", "12345678", "123456789", "-1", "x", "", "\"7\""]),
    (
        "type: string, enum: [aa, six-aa, seven-a, eight-aa, nine-aaaa]",
        &["aa", "six-aa", "seven-a", "\"seven-a\"", "eight-aa", "\"eight-aa\"", "\"nine-aaaa\"", "\"aa", "e"],
    ),
    ("type: date", &["2024-02-29", "2024-02-30", "\"2024-01-31\""]),
    (
        "type: string, max_length: 7",
        &["seven-a", "eight-aa", "\"seven-a\"", "\"12\"\"4567\"", "\"eight-aa\""],
    ),
    ("type: 'decimal(9,2)'", &["1.25", "1234567.89", "12345678.90", "-1", "."]),
    ("type: string, format: email", &["ada@example.com", "nobody"]),
];

/// So many columns and rows that they are gone through in several groups and tiles.
#[test]
fn a_proof_is_not_noticed_in_large_tables() {
    let mut seed = 5_u64;
    let mut below = |end: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).expect("31 bits") % end
    };
    for (columns, rows, terminator) in
        [(5, 1_500, "\n"), (12, 900, "\r\n"), (67, 700, "\n"), (130, 300, "\n")]
    {
        // A stretch of columns without a proof in the middle.
        let kind = |column: usize| if column / 9 == 3 { MANY[5] } else { MANY[column % MANY.len()] };
        let fields: Vec<String> =
            (0..columns).map(|column| format!("  - {{name: c{column}, {}}}\n", kind(column).0)).collect();
        let schema = schema(&format!("fields:\n{}", fields.concat()));
        let names: Vec<String> = (0..columns).map(|column| format!("c{column}")).collect();
        let mut csv = names.join(",") + terminator;
        for row in 0..rows {
            let cells: Vec<&str> = (0..columns)
                .map(|column| {
                    let cells = kind(column).1;
                    // At first nothing is quoted, then some cells are, then some are wrong in all ways.
                    let usual = row < 100 || below(60) > 0;
                    cells[if usual { 0 } else { below(cells.len()) }]
                })
                .collect();
            csv += &cells.join(",");
            csv += if row > 100 && below(90) == 0 { ",surplus" } else { "" };
            csv += terminator;
        }
        let exact = stable(&run(&schema, &csv, false, Kernel::detect(), 1 << 20));
        for kernel in Kernel::available() {
            for chunk in [1 << 20, 20_000] {
                let proven = stable(&run(&schema, &csv, true, kernel, chunk));
                assert_eq!(proven, exact, "{columns} columns, {kernel}, chunks of {chunk}");
            }
        }
    }
}

/// A quote that looks like what stands behind the last byte of a file.
#[test]
fn a_quote_of_zero_is_no_trap() {
    let schema = schema(
        "csv: {quote: \"\\0\"}\nfields:\n  - {name: a, type: string}\n  - {name: b, type: string, required: true, min_length: 1}\n",
    );
    for rows in [4, 64, 100] {
        let csv = format!("a,b\n{}\0x\0,", "\0x\0,\0y\0\n".repeat(rows));
        let exact = stable(&run(&schema, &csv, false, Kernel::detect(), 1 << 20));
        for kernel in Kernel::available() {
            let proven = run(&schema, &csv, true, kernel, 1 << 20);
            assert_eq!(proven.rows.invalid, 1, "{rows} rows, {kernel}");
            assert_eq!(stable(&proven), exact, "{rows} rows, {kernel}");
        }
    }
}

/// Columns whose good cells a proof must know; otherwise the tests above would compare the exact way with itself.
#[test]
fn usual_cells_are_proven() {
    let columns: &[(&str, &[&str])] = &[
        ("type: int32, minimum: 0", &["0", "7", "2147483647"]),
        ("type: int64", &["-5", "+17", "1234567890123456"]),
        ("type: int8, maximum: 8", &["0", "8", "\"5\"", "-128", "007"]),
        ("type: float64, minimum: 0.01, maximum: 1000000", &["0.01", "12.5", "1000000", "999999.9999999"]),
        ("type: float32", &["-1.5", ".5", "7."]),
        ("type: 'decimal(9,2)', exclusive_minimum: 0", &["0.01", "1234567.89"]),
        ("type: date, minimum: 2000-01-01", &["2000-01-01", "2024-12-31", "2024-02-28"]),
        ("type: time", &["00:00:00", "23:59:59.123"]),
        ("type: timestamp", &["2024-01-31T23:59:59Z", "2024-01-31T23:59:59", "2024-01-31T23:59:59.123456Z"]),
        ("type: 'timestamp(ns,UTC)', minimum: 2000-01-01T00:00:00Z", &["2024-04-30T00:00:00Z"]),
        ("type: boolean", &["true", "False", "1"]),
        (
            "type: string, enum: [USD, reversed, longer-than-8]",
            &["USD", "reversed", "longer-than-8", "\"USD\""],
        ),
        ("type: string, enum: [N, Y]", &["N", "Y", "\"N\""]),
        ("type: string, pattern: '^TX\\d{10}$'", &["TX0123456789"]),
        ("type: string, pattern: '^[A-Z]{1,5}$'", &["A", "GOOGL", "\"IBM\""]),
        ("type: string, pattern: '^[A-Za-z_]\\w*$'", &["a", "snake_case_99"]),
        ("type: string, pattern: '^\\w+@x$'", &["abc@x", "a_very_long_name_of_an_address@x"]),
        ("type: string, min_length: 2, max_length: 9", &["ab", "äö", "\"a,b\"", "123456789"]),
        ("type: string, starts_with: AC", &["AC", "AC-1234"]),
        ("type: string", &["", "anything", "\"what, ever\""]),
    ];
    for (asked, cells) in columns {
        let schema = schema(&format!("fields:\n  - {{name: c, {asked}}}\n"));
        // Enough bytes behind the cells in question, as there are in any longer file.
        let rest = cells[0].to_owned() + "\n";
        let csv = format!("c\n{}\n{}\n{}", cells[0], cells.join("\n"), rest.repeat(100));
        for kernel in Kernel::available() {
            let report = run(&schema, &csv, true, kernel, 1 << 20);
            assert_eq!(report.rows.invalid, 0, "{asked}");
            // The first cell of a block is left open, and so are those too near to its end.
            let proved = report.run.decided.proved;
            assert!(
                proved + 61 >= report.rows.total,
                "{asked}: {proved} of {} ({kernel})",
                report.rows.total
            );
        }
    }
}
