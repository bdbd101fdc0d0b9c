//! Parts of a run, told while it goes on: together they are the report.

use std::sync::{Arc, Mutex};

use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray};
use trueline::{MemorySource, Part, Report, Schema, Source, Validator, ValidatorBuilder, Verdict, Violation};

use crate::support::{Once, schema, stable};

const SCHEMA: &str = "fields:
  - {name: id, type: int64, unique: true, minimum: 2}
  - {name: name, type: string, required: true, max_length: 3, severity: warning}
  - {name: absent, type: string}
checks:
  - {check: row_count, max: 3}
";

/// A table in which every kind of fault is there: of the header, of rows, of keys, of the table, broken records, values over lines.
fn table() -> String {
    let mut text = String::from("id,name\r\n");
    for row in 0..200 {
        let line = match row % 10 {
            3 => format!("{},\"a\nb\nc\"\n", row - 3),
            5 => format!("x{row},ok\r\n"),
            7 => format!("{row},ok,more\n"),
            8 => format!("{},\n", row % 40),
            _ => format!("{row},ok\n"),
        };
        text.push_str(&line);
    }
    text
}

/// The parts of a run over sources, and its report.
fn run(builder: ValidatorBuilder, sources: &[&dyn Source]) -> (Vec<Part>, Report) {
    let parts: Arc<Mutex<Vec<Part>>> = Arc::default();
    let told = Arc::clone(&parts);
    let validator = builder.parts(move |part| told.lock().expect("given").push(part)).build().expect("given");
    let report = validator.validate_all(sources).expect("given");
    let parts = std::mem::take(&mut *parts.lock().expect("given"));
    (parts, report)
}

fn builder(schema: &Schema) -> ValidatorBuilder {
    Validator::builder(schema.clone()).sample_limit(u64::MAX).max_violations(u64::MAX)
}

/// Violations in an order of their own, as parts and reports have them in different ones.
fn ordered<'a>(violations: impl IntoIterator<Item = &'a Violation>) -> Vec<String> {
    let shown = |violation: &Violation| {
        let violation = Violation { excerpt: None, ..violation.clone() };
        serde_json::to_string(&violation).expect("given")
    };
    let mut all: Vec<String> = violations.into_iter().map(shown).collect();
    all.sort();
    all
}

fn assert_parts_are_the_report(parts: &[Part], report: &Report, what: &str) {
    let sum = |of: fn(&Part) -> u64| parts.iter().map(of).sum::<u64>();
    assert_eq!(sum(|part| part.rows), report.rows.total, "{what}");
    assert_eq!(sum(|part| part.invalid_rows), report.rows.invalid, "{what}");
    assert_eq!(sum(Part::violations_omitted), 0, "{what}");
    let found = ordered(parts.iter().flat_map(|part| &part.violations));
    assert_eq!(found, ordered(&report.violations), "{what}");
    assert!(parts.iter().map(|part| part.number).eq(0..parts.len() as u64), "{what}");
    let (last, rest) = parts.split_last().expect("given");
    assert!(last.is_last && last.rows == 0 && !rest.iter().any(|part| part.is_last), "{what}");
    for part in rest {
        let rows = part.first_row..part.first_row + part.rows;
        for violation in &part.violations {
            assert_eq!(violation.input, part.input, "{what}");
            assert!(violation.location.row_index.is_none_or(|row| rows.contains(&row)), "{what}");
        }
        for pair in rest.windows(2).filter(|pair| pair[0].input == pair[1].input) {
            assert_eq!(pair[0].first_row + pair[0].rows, pair[1].first_row, "{what}");
        }
    }
}

#[test]
fn parts_together_are_the_report_however_the_input_is_cut() {
    let schema = schema(SCHEMA);
    let first = MemorySource::new("one.csv", table().into_bytes());
    let second = MemorySource::new("two.csv", table().into_bytes());
    let sources: [&dyn Source; 2] = [&first, &second];
    let plain = builder(&schema).build().expect("given").validate_all(&sources).expect("given");
    assert!(plain.rows.invalid > 100, "{:?}", plain.rows);
    for chunk in [1, 64, 300, 1 << 20] {
        for threads in [1, 3] {
            let (parts, report) = run(builder(&schema).chunk_bytes(chunk).threads(threads), &sources);
            let what = format!("chunks of {chunk}, {threads} threads");
            assert_eq!(stable(&report), stable(&plain), "{what}");
            assert_parts_are_the_report(&parts, &report, &what);
        }
    }
    // What can be read once has its keys kept whole.
    let once = Once(first.clone());
    let (parts, report) = run(builder(&schema).chunk_bytes(100), &[&once]);
    assert_parts_are_the_report(&parts, &report, "read once");
    let last = parts.last().expect("given");
    assert!(last.violations.iter().any(|violation| violation.code == "unique.duplicate"));
    assert!(last.violations.iter().any(|violation| violation.code.starts_with("row_count")));
    assert!(last.invalid_rows > 0 && !last.is_valid());
    // What is wrong with the header is in the first part.
    assert!(parts[0].violations.iter().any(|violation| violation.code == "columns.missing"));
}

#[test]
fn a_part_keeps_as_many_violations_as_it_may_and_counts_the_rest() {
    let schema = schema("fields:\n  - {name: id, type: int64, minimum: 2}\n");
    let source = MemorySource::new("a.jsonl", b"{\"id\":1}\n".repeat(50));
    let (parts, report) = run(Validator::builder(schema).max_violations(3), &[&source]);
    assert_eq!(parts[0].violations.len(), 3);
    assert_eq!((parts[0].errors, parts[0].warnings, parts[0].violations_omitted()), (50, 0, 47));
    assert_eq!(report.rows.invalid, 50);
    assert!(!parts[0].is_valid() && parts[1].is_valid());
}

#[test]
fn an_unreadable_input_has_no_last_part() {
    let schema = schema("fields:\n  - {name: id, type: int64}\n");
    let mut text = b"id\n".to_vec();
    text.extend(b"1\n".repeat(100));
    text.extend([b'9'; 5000]);
    let source = MemorySource::new("a.csv", text);
    let limits = trueline::Limits::default().max_record_bytes(1000);
    let (parts, report) = run(Validator::builder(schema).chunk_bytes(64).limits(limits), &[&source]);
    assert_eq!(report.verdict, Verdict::Unreadable);
    assert_eq!(parts.iter().map(|part| part.rows).sum::<u64>(), 100);
    assert!(parts.iter().all(|part| !part.is_last));
}

fn batch(ids: impl IntoIterator<Item = Option<i64>>, names: &[Option<&str>]) -> RecordBatch {
    let ids: ArrayRef = Arc::new(ids.into_iter().collect::<Int64Array>());
    let names: ArrayRef = Arc::new(StringArray::from(names.to_vec()));
    RecordBatch::try_from_iter_with_nullable([("id", ids, true), ("name", names, true)]).expect("given")
}

#[test]
fn rows_of_batches_are_marked_and_told() {
    let schema = schema(SCHEMA);
    let names = [Some("a"), None, Some("long"), Some("b")];
    let batches = [
        batch([Some(5), Some(6), None, Some(1)], &names),
        batch([Some(6), Some(5), Some(7), Some(8)], &names),
    ];
    let parts: Arc<Mutex<Vec<Part>>> = Arc::default();
    let told = Arc::clone(&parts);
    let told =
        builder(&schema).parts(move |part| told.lock().expect("given").push(part)).build().expect("given");
    let plain = Validator::builder(schema.clone()).build().expect("given");
    let (report, valid) = told.mark_batches(&batches).expect("given");
    assert_eq!(valid.null_count(), 0);
    let valid: Vec<bool> = valid.iter().flatten().collect();
    // A row below the minimum, and two whose keys were there before; what warns makes no row invalid.
    assert_eq!(valid, [true, true, true, false, false, false, true, true]);
    assert_eq!(report.rows, plain.validate_batches(&batches).expect("given").rows);
    assert_parts_are_the_report(&parts.lock().expect("given"), &report, "batches");
    let (report, valid) = plain.mark_batches(&[] as &[RecordBatch]).expect("given");
    assert_eq!((report.rows.total, valid.len()), (0, 0));
}

#[test]
fn marks_are_of_all_rows_beyond_one_look() {
    let schema = schema("fields:\n  - {name: id, type: int64, minimum: 10, unique: true}\n");
    let rows = (1 << 17) + 77;
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values((0..rows).map(|row| row % 100_000)));
    let batch = RecordBatch::try_from_iter([("id", ids)]).expect("given");
    let (report, valid) = Validator::new(schema).expect("given").mark_batches([&batch]).expect("given");
    assert_eq!(valid.len() as u64, report.rows.total);
    for (row, valid) in (0..).zip(valid.iter().flatten()) {
        assert_eq!(valid, (10..100_000).contains(&row), "{row}");
    }
}
