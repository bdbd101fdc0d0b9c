//! Proofs from bytes against the exact way: one report, whatever the cells, with every kernel.

use proptest::prelude::*;
use proptest::string::string_regex;
use trueline::{Kernel, MemorySource, Report, Schema, Validator};

use crate::support::{schema, stable, validate};

/// What may be asked of a column, and what its cells look like: good ones, and others near them.
const COLUMNS: &[(&str, &str)] = &[
    ("type: int8", "[-+]?[0-9]{1,3}|-0|\\+127|128|-129"),
    ("type: uint8, required: true", "[-+]?[0-9]{1,3}|-0|"),
    ("type: int32, minimum: -5, maximum: 70000", "[-+]?[0-9]{1,5}|70000|70001|-6|-5|0+[0-9]{1,12}"),
    ("type: int64, exclusive_minimum: 10, exclusive_maximum: 99999999", "[0-9]{1,8}|10|11|99999998|99999999"),
    ("type: int64", "-?[0-9]{15,20}|9223372036854775807|-9223372036854775808|1 |[0-9]{16}|[0-9]{17}"),
    ("type: uint64, minimum: 2", "[0-3]|[0-9]{15,21}"),
    (
        "type: float64, minimum: 0.01, maximum: 1000000",
        "[0-9]{1,7}(\\.[0-9]{0,8})?|0\\.0[01]|1000000\\.00?1?|\\.[0-9]{1,3}|\\.|-?[0-9]\\.[0-9]",
    ),
    (
        "type: float64",
        "[-+]?[0-9]{1,9}\\.[0-9]{1,9}|[0-9]e[0-9]|nan|-inf|1\\.2\\.3|[0-9]{17}|[-+.]{1,2}[0-9]?",
    ),
    (
        "type: float64, exclusive_minimum: 0, exclusive_maximum: 0.3",
        "0?\\.[0-3]{1,7}|0|0\\.0|0\\.30*|0\\.2999999|0\\.3000001",
    ),
    (
        "type: float64, minimum: -1.5, exclusive_maximum: 2.25",
        "-?[012](\\.[0-9]{1,7})?|-1\\.5000001|2\\.2500000|2\\.2499999",
    ),
    (
        "type: float32, minimum: 0.1, maximum: 16777217",
        "0\\.1|0\\.0999999|0\\.1000000|1677721[5-9]|[0-9]{1,3}\\.[0-9]{1,4}",
    ),
    ("type: float32, exclusive_minimum: 0.1", "0\\.1|0\\.10000000?1?|0\\.1000001"),
    (
        "type: 'decimal(6,2)', minimum: 0.5, maximum: 9999.99",
        "[0-9]{1,5}(\\.[0-9]{1,3})?|9999\\.99|10000\\.00|0\\.5|0\\.49|1\\.500",
    ),
    ("type: 'decimal(3,3)'", "-?0?\\.[0-9]{1,4}|1\\.0|0|0\\.9990"),
    (
        "type: date, minimum: 1999-12-31, exclusive_maximum: 2024-03-01",
        "(1999|2000|2024|2023)-(12|0[0-3]|02)-([0-2][0-9]|3[0-2])|1999-12-3[01]|2024-0[23]-(01|29)",
    ),
    ("type: date", "[0-9]{4}-[01][0-9]-[0-3][0-9]|[0-9]{4}-[0-9]{1,2}-[0-9]{2}|2023/01/01|2023-01-01 "),
    ("type: time", "[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,8})?Z?|2[34]:00:00"),
    (
        "type: time, minimum: '08:30:00', maximum: '17:00:00.5'",
        "(08|17|16):[0-5][0-9]:[0-5][0-9]|17:00:0[01](\\.[0-9]{1,3})?|08:30:00|08:29:59\\.9",
    ),
    (
        "type: timestamp, required: true",
        "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,8})?(Z|z|[-+]0[0-9]:00)?",
    ),
    (
        "type: 'timestamp(ns)'",
        "(1677|1678|2261|2262|2024)-(09|04)-(2[0-9]|1[0-9])T00:1[0-9]:4[0-9](\\.[0-9]{1,7})?Z?",
    ),
    (
        "type: 'timestamp(ms)', minimum: 2024-01-01T00:00:00Z",
        "(2023-12-31T23:59:59|2024-01-01T00:00:0[01])(\\.[0-9]{1,4})?Z?",
    ),
    (
        "type: 'timestamp(s,UTC)', exclusive_maximum: 2024-01-01T00:00:00Z",
        "(2023-12-31T23:59:5[0-9]|2024-01-01T00:00:0[01])(\\.0)?(Z|\\+00:00)?",
    ),
    ("type: boolean", "true|false|TRUE|1|0|yes|tru|falsey"),
    (
        "type: boolean, true_values: [yes, correctly], false_values: ['no', untrue-word]",
        "yes|no|correctly|untrue-word|untrue-wore|Yes",
    ),
    (
        "type: string, enum: [USD, EUR, 'a,b', '', reversed, longer-than-8, 'ha\"lf']",
        "USD|EUR|USDX|US|a,b|reversed|reverse|longer-than-8|longer-than-9|ha\"lf|",
    ),
    ("type: string, const: KES, required: true", "KES|KE|KESX|kes|"),
    ("type: string, pattern: '^TX\\d{10}$', min_length: 3", "TX[0-9]{9,11}|tx[0-9]{10}|TX[0-9]{9}\u{661}"),
    ("type: string, pattern: '^[A-Z]{1,5}$'", "[A-Z]{1,6}|[A-Za-z]{3}|É"),
    (
        "type: string, pattern: '^[A-Za-z_][A-Za-z0-9_]*$'",
        "[A-Za-z_][A-Za-z0-9_]{0,12}|[0-9a-]{1,3}|[A-Za-z_]{38,44}",
    ),
    ("type: string, pattern: '^[a-c]+-[0-9]{2}$'", "[a-c]{1,20}-[0-9]{2}|[a-d]{1,3}-?[0-9]{1,3}"),
    ("type: string, pattern: 'b[0-9]'", "[a-c]{0,3}b[0-9][a-c]{0,3}|[a-c]{1,4}"),
    ("type: string, pattern: '^[\"'',x]+$'", "[\"',x]{1,6}|xy"),
    ("type: string, pattern: '^(one|two)$'", "one|two|three"),
    ("type: string, min_length: 2, max_length: 5", "[a\"ä東,]{0,8}"),
    ("type: string, min_length: 1, max_length: 3, null_values: [NA, '-']", "NA|-|[a\"ä]{0,4}|\u{1F600}{1,4}"),
    ("type: string, min_length: 9", "[a-z]{7,34}ä?|[aä]{8,11}"),
    ("type: string, checks: [{check: length, max_length: 4, unit: byte}]", "[aä]{1,4}"),
    ("type: string, starts_with: 'AC-'", "AC-?[a-z0-9]{0,12}|AC|ac-1"),
    (
        "type: string, max_length: 3, null_values: ['\"', longer-than-eight]",
        "\"|longer-than-eight|[a\"]{0,4}",
    ),
    ("type: string, trim: true, enum: [a, ' b']", " ?a ?| b|b"),
    ("type: int32, trim: true, minimum: 3", " ?[0-9] ?"),
    ("type: string, not_in: [x], max_length: 2", "[xyz]{1,3}"),
    ("type: string, format: email", "[a-z]{1,3}@[a-z]{1,3}\\.(com|c)|[a-z]{3}"),
    ("type: float64, decimal_char: ',', maximum: 10", "[0-9]{1,2}(,[0-9])?"),
    ("type: any, required: true", "[a-z]{0,3}"),
    ("type: string, unique: true, pattern: '^[a-f]{2}$'", "[a-f]{2,3}"),
];

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
    let column = 0..COLUMNS.len();
    let columns = proptest::collection::vec(column, 1..4);
    (columns, 0..100_u8, 0..2_usize, any::<bool>()).prop_flat_map(|(columns, quotes, terminator, breaks)| {
        let cells: Vec<_> = columns
            .iter()
            .map(|column| {
                let text = string_regex(COLUMNS[*column].1).expect("a good expression");
                let cell = prop_oneof![8 => text, 1 => Just(String::new())];
                // Quotes in none, some or all cells.
                (cell, 0..100_u8)
                    .prop_map(move |(cell, draw)| written(&cell, draw < quotes.saturating_sub(40)))
            })
            .collect();
        let yaml: Vec<String> = columns
            .iter()
            .enumerate()
            .map(|(number, column)| format!("  - {{name: c{number}, {}}}\n", COLUMNS[*column].0))
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

/// Columns whose good cells a proof must know; otherwise the tests above would compare the exact way with itself.
#[test]
fn usual_cells_are_proven() {
    let columns: &[(&str, &[&str])] = &[
        ("type: int32, minimum: 0", &["0", "7", "2147483647"]),
        ("type: int64", &["-5", "+17", "1234567890123456"]),
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
