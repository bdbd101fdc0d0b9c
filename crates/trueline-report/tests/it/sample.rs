//! Sample reports for the tests.

use std::{collections::BTreeMap, ops::Range};

use trueline_report::{
    CheckResult, Decided, Engine, Excerpt, Input, Location, REPORT_VERSION, Related, Report, Rows, Run,
    RunError, SchemaInfo, Status, Verdict, Violation,
};
use trueline_schema::Severity;

/// All sample reports.
pub(crate) fn all() -> [Report; 7] {
    [valid(), invalid(), warnings(), unreadable(), duplicates(), empty(), naughty()]
}

/// A report of `total` rows without checks.
pub(crate) fn report(verdict: Verdict, total: u64, invalid: u64) -> Report {
    Report {
        report_version: REPORT_VERSION,
        verdict,
        error: None,
        engine: Engine { name: "trueline".into(), version: "0.1.0".into() },
        schema: SchemaInfo {
            name: Some("transactions".into()),
            fingerprint: format!("blake3:{}", "9f86d081".repeat(8)),
        },
        inputs: vec![Input {
            name: "transactions.csv".into(),
            format: "csv".into(),
            bytes: total * 71,
            rows: total,
        }],
        rows: Rows { total, valid: total - invalid, invalid },
        checks: vec![],
        violations: vec![],
        violations_omitted: 0,
        run: Run {
            elapsed_seconds: 3.2134,
            threads: 2,
            simd: "avx2".into(),
            bytes_per_second: 222_000_000,
            decided: Decided { scanned: total, proved: 0, cached: 0 },
            peak_memory: Some(48_300_000),
            statistics: None,
        },
    }
}

/// A check that passed. The id is `column.check`, or that of a check of the table.
pub(crate) fn check(id: &str, expected: &str, evaluated: u64) -> CheckResult {
    let (column, kind) = id.rsplit_once('.').unwrap_or(("table", id));
    let columns = if column == "table" { vec![] } else { column.split('+').map(str::to_owned).collect() };
    CheckResult {
        id: id.into(),
        check: kind.into(),
        columns,
        severity: Severity::Error,
        status: Status::Passed,
        reason: None,
        evaluated,
        failed: 0,
        null: 0,
        not_evaluated: 0,
        codes: BTreeMap::new(),
        first_row_index: None,
        observed: None,
        expected: expected.into(),
    }
}

/// A check that failed with these codes.
pub(crate) fn failed(id: &str, expected: &str, evaluated: u64, codes: &[(&str, u64)]) -> CheckResult {
    CheckResult {
        status: Status::Failed,
        failed: codes.iter().map(|(_, count)| count).sum(),
        codes: codes.iter().map(|(code, count)| ((*code).to_owned(), *count)).collect(),
        ..check(id, expected, evaluated)
    }
}

pub(crate) fn not_evaluated(id: &str, reason: &str) -> CheckResult {
    CheckResult { status: Status::NotEvaluated, reason: Some(reason.into()), ..check(id, "anything", 0) }
}

/// A violation of the cell `cell` of `record`, in the row `row`.
pub(crate) fn violation(
    id: &str,
    code: &str,
    row: u64,
    record: &str,
    cell: &str,
    message: &str,
) -> Violation {
    let at = record.find(cell).expect("the cell stands in the record");
    let unquoted = cell.trim_matches('"').replace("\"\"", "\"");
    let mut violation = Violation {
        check_id: id.into(),
        code: code.into(),
        severity: Severity::Error,
        input: 0,
        location: location(row, at as u64, cell.len()),
        column: id.split_once('.').map(|(column, _)| column.to_owned()),
        path: None,
        value: None,
        value_truncated: false,
        expected: String::new(),
        message: message.into(),
        related: None,
        excerpt: Some(excerpt(record, at..at + cell.len(), row + 2)),
    };
    violation.set_value(&unquoted);
    violation
}

/// A location in an input whose records are lines of 71 bytes, after a header.
pub(crate) fn location(row: u64, offset: u64, length: usize) -> Location {
    Location {
        row_index: Some(row),
        line: Some(row + 2),
        byte_offset: Some(48 + row * 71 + offset),
        byte_length: Some(length as u64),
    }
}

pub(crate) fn excerpt(record: &str, cell: Range<usize>, line: u64) -> Excerpt {
    Excerpt::new(record.as_bytes(), cell, Some(line))
}

/// Twelve checks that all passed.
pub(crate) fn valid() -> Report {
    let mut report = report(Verdict::Valid, 10_000_000, 0);
    report.checks = [
        ("structure", "well-formed records of 5 fields"),
        ("table.columns", "the 5 columns of the schema"),
        ("transaction_id.required", "a value"),
        ("transaction_id.pattern", "text that matches ^TX\\d{10}$"),
        ("transaction_id.unique", "no value twice"),
        ("amount.type", "a float64"),
        ("amount.finite", "a finite number"),
        ("amount.required", "a value"),
        ("amount.range", "at least 0.01 and at most 1000000"),
        ("timestamp.type", "a timestamp"),
        ("account_id.length", "8 to 20 characters"),
        ("currency.enum", "one of \"USD\", \"EUR\", \"KES\""),
    ]
    .map(|(id, expected)| check(id, expected, 10_000_000))
    .into();
    report
}

/// Many checks with every status, most of them failed.
pub(crate) fn invalid() -> Report {
    let mut report = valid();
    report.verdict = Verdict::Invalid;
    report.rows = Rows { total: 10_000_000, valid: 9_998_765, invalid: 1_235 };
    let mut replace = |check: CheckResult| match report.checks.iter_mut().find(|known| known.id == check.id) {
        Some(known) => *known = check,
        None => report.checks.push(check),
    };
    replace(failed(
        "structure",
        "well-formed records of 5 fields",
        10_000_000,
        &[("structure.field_count", 3), ("structure.quote", 1)],
    ));
    replace(failed("transaction_id.unique", "no value twice", 9_999_996, &[("unique.duplicate", 2)]));
    replace(failed("amount.type", "a float64", 9_999_962, &[("type.invalid", 41), ("type.out_of_range", 1)]));
    replace(CheckResult {
        null: 34,
        not_evaluated: 46,
        ..failed(
            "amount.range",
            "at least 0.01 and at most 1000000",
            9_999_920,
            &[("range.above_maximum", 800), ("range.below_minimum", 12)],
        )
    });
    replace(CheckResult {
        severity: Severity::Warning,
        status: Status::Warned,
        ..failed("currency.enum", "one of \"USD\", \"EUR\", \"KES\"", 9_999_996, &[("enum.unlisted", 374)])
    });
    replace(CheckResult {
        status: Status::Passed,
        ..failed("account_id.length", "8 to 20 characters", 9_999_996, &[("length.too_short", 1)])
    });
    replace(CheckResult {
        observed: Some(10_000_000.into()),
        ..failed("table.row_count", "at most 9000000 rows", 1, &[("row_count.above_maximum", 1)])
    });
    replace(not_evaluated("branch.required", "the column `branch` is missing"));
    replace(not_evaluated("branch.enum", "the column `branch` is missing"));
    replace(CheckResult {
        id: "night_owls".into(),
        ..not_evaluated("timestamp.range", "two columns are named `timestamp`")
    });
    report.violations = invalid_violations();
    report.violations_omitted = 1_225;
    report
}

fn invalid_violations() -> Vec<Violation> {
    let range = |row, amount: &str, code: &str, message: &str| {
        let record = format!("TX{row:010},{amount},2024-03-0{}T08:15:00Z,AC12345678,USD", row % 9 + 1);
        Violation {
            expected: "at least 0.01 and at most 1000000".into(),
            ..violation("amount.range", code, row, &record, amount, message)
        }
    };
    let bare = Violation {
        location: Location::default(),
        column: None,
        value: None,
        excerpt: None,
        expected: "at most 9000000 rows".into(),
        ..violation(
            "table.row_count",
            "row_count.above_maximum",
            0,
            "x",
            "x",
            "there are 10000000 rows, 1000000 too many",
        )
    };
    let type_fault = |row, amount: &str, message: &str| {
        let record = format!("TX{row:010},{amount},2024-03-01T08:15:00Z,AC12345678,EUR");
        Violation {
            expected: "a float64".into(),
            ..violation("amount.type", "type.invalid", row, &record, amount, message)
        }
    };
    vec![
        range(10, "1250000.75", "range.above_maximum", "1250000.75 is above 1000000"),
        type_fault(17, "12,5", "`12,5` is not a number"),
        type_fault(23, "\"1 000\"", "`1 000` is not a number"),
        range(80, "-3", "range.below_minimum", "-3 is below 0.01"),
        range(99, "0.00", "range.below_minimum", "0.00 is below 0.01"),
        Violation {
            expected: "well-formed records of 5 fields".into(),
            ..violation(
                "structure",
                "structure.field_count",
                4_000_001,
                "TX0004000001,12.00",
                "TX0004000001,12.00",
                "this record has 2 fields instead of 5",
            )
        },
        Violation {
            severity: Severity::Warning,
            expected: "one of \"USD\", \"EUR\", \"KES\"".into(),
            ..violation(
                "currency.enum",
                "enum.unlisted",
                5_000_000,
                "TX0005000000,1.00,2024-03-01T08:15:00Z,AC12345678,usd",
                "usd",
                "`usd` is not one of the values allowed; `USD` is",
            )
        },
        duplicate(9_000_000, 8),
        bare,
    ]
}

fn duplicate(row: u64, first: u64) -> Violation {
    let id = format!("TX{first:010}");
    let record = format!("{id},5.00,2024-03-01T08:15:00Z,AC12345678,USD");
    Violation {
        expected: "no value twice".into(),
        related: Some(Related { input: 0, location: location(first, 0, id.len()) }),
        ..violation(
            "transaction_id.unique",
            "unique.duplicate",
            row,
            &record,
            &id,
            &format!("`{id}` stands in 2 rows"),
        )
    }
}

/// Two files that share keys.
pub(crate) fn duplicates() -> Report {
    let mut report = report(Verdict::Invalid, 30_000, 3);
    report.inputs = vec![
        Input { name: "2024/january.csv".into(), format: "csv".into(), bytes: 1_200_000, rows: 17_000 },
        Input { name: "2024/february.csv.gz".into(), format: "csv".into(), bytes: 930_000, rows: 13_000 },
    ];
    report.checks = vec![
        check("structure", "well-formed records of 5 fields", 30_000),
        failed(
            "branch+number.primary_key",
            "a value in both columns, and no pair twice",
            30_000,
            &[("primary_key.duplicate", 3)],
        ),
    ];
    let record = "north,1042,\"Smith, Anna\",12.50";
    for (row, first) in [(12, 11), (1_300, 9_004), (12_999, 9_004)] {
        let related = Related { input: 0, location: location(first, 0, 10) };
        let violation = violation(
            "branch+number.primary_key",
            "primary_key.duplicate",
            row,
            record,
            "north,1042",
            "the pair `north`, `1042` was seen before",
        );
        report.violations.push(Violation {
            expected: "a value in both columns, and no pair twice".into(),
            input: 1,
            column: None,
            related: Some(related),
            value: None,
            ..violation
        });
    }
    report
}

/// A check with severity warning failed.
pub(crate) fn warnings() -> Report {
    let mut report = valid();
    let warned =
        failed("account_id.pattern", "text that matches ^AC", 10_000_000, &[("pattern.no_match", 1)]);
    report.checks.push(CheckResult { severity: Severity::Warning, status: Status::Warned, ..warned });
    let violation = violation(
        "account_id.pattern",
        "pattern.no_match",
        3,
        "TX0000000003,1.00,2024-03-01T08:15:00Z,XX12345678,USD",
        "XX12345678",
        "`XX12345678` does not match ^AC",
    );
    report.violations.push(Violation { severity: Severity::Warning, excerpt: None, ..violation });
    report
}

/// A compressed file that ends too early.
pub(crate) fn unreadable() -> Report {
    let mut report = report(Verdict::Unreadable, 20_110, 2);
    report.inputs[0].name = "exports/2024/transactions.csv.gz".into();
    report.error = Some(RunError {
        code: "input.truncated".into(),
        message: "the gzip stream ends in the middle of a block".into(),
        input: Some("exports/2024/transactions.csv.gz".into()),
        row_index: Some(20_110),
        line: Some(20_112),
        byte_offset: Some(1_427_858),
    });
    report.checks = vec![
        not_evaluated("structure", "the input could not be read to its end"),
        CheckResult {
            status: Status::NotEvaluated,
            reason: Some("the input could not be read to its end".into()),
            ..failed("amount.range", "at least 0.01", 20_110, &[("range.below_minimum", 2)])
        },
    ];
    report.violations.push(violation(
        "amount.range",
        "range.below_minimum",
        7,
        "TX0000000007,-1,2024-03-01T08:15:00Z,AC12345678,USD",
        "-1",
        "-1 is below 0.01",
    ));
    report
}

/// An empty file, where a header is expected.
pub(crate) fn empty() -> Report {
    let mut report = report(Verdict::Invalid, 0, 0);
    report.run = Run { threads: 1, simd: "sse2".into(), ..Run::default() };
    report.checks = vec![
        check("structure", "well-formed records", 0),
        failed("table.columns", "the columns `id` and `amount`", 1, &[("columns.missing", 2)]),
        not_evaluated("id.unique", "the column `id` is missing"),
        not_evaluated("amount.type", "the column `amount` is missing"),
    ];
    for column in ["id", "amount"] {
        let violation = violation(
            "table.columns",
            "columns.missing",
            0,
            "x",
            "x",
            &format!("the column `{column}` is missing"),
        );
        report.violations.push(Violation {
            location: Location::default(),
            column: Some(column.into()),
            value: None,
            excerpt: None,
            ..violation
        });
    }
    report
}

/// Wide letters, combining marks, tabs, line ends in cells, control characters and very long lines.
pub(crate) fn naughty() -> Report {
    let mut report = report(Verdict::Invalid, 9, 8);
    report.inputs[0].name = "\u{1b}]0;owned\u{7}名簿\u{202e}vsc.csv".into();
    report.schema.name = Some("名簿\n::error::".into());
    report.checks = vec![failed("氏名.length", "at most 4 characters", 9, &[("length.too_long", 8)])];
    let long = format!("{},{},{}", "a".repeat(900), "b".repeat(30), "c".repeat(900));
    let value = "ü€".repeat(200);
    let cells = [
        ("1,山田太郎次郎,東京", "山田太郎次郎"),
        ("2,\u{1b}[31mred\u{1b}[0m\u{7},x", "\u{1b}[31mred\u{1b}[0m\u{7}"),
        ("3\tta\tbbed\tx", "ta\tbbed"),
        ("4,e\u{301}a\u{308}o\u{302}u\u{30a},x", "e\u{301}a\u{308}o\u{302}u\u{30a}"),
        ("5,\"one\r\ntwo\nthree\rfour\",x", "\"one\r\ntwo\nthree\rfour\""),
        ("6,\u{200b}zero\u{202e}evil\u{2066}\u{feff},\u{a0}x", "\u{200b}zero\u{202e}evil\u{2066}\u{feff}"),
        (long.as_str(), &"b".repeat(30)),
        (value.as_str(), value.as_str()),
    ];
    for (row, (record, cell)) in cells.into_iter().enumerate() {
        let message = format!("`{}` is longer than 4 characters", cell.chars().take(30).collect::<String>());
        report.violations.push(violation(
            "氏名.length",
            "length.too_long",
            row as u64,
            record,
            cell,
            &message,
        ));
    }
    report
}
