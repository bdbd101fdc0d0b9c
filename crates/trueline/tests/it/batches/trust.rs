//! What follows from statistics, and files whose statistics lie.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader, SerializedFileReader};
use trueline::{MemorySource, Report, Trust, Validator, Verdict};
use trueline_testkit::transactions::{self, Generator, Purpose};

use super::files::{Texts, Written, parquet, transactions as batch_of};
use crate::support::{Stream, schema, stable, validate};

const ROWS: usize = 1_000;

fn batch() -> RecordBatch {
    let rows = 0..i64::try_from(ROWS).expect("rows");
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int64Array::from_iter_values(rows.clone()))),
        (
            "some",
            Arc::new(rows.clone().map(|row| (row % 3 > 0).then_some(row % 100)).collect::<Int64Array>()),
        ),
        ("real", Arc::new(Float64Array::from_iter_values(rows.clone().map(|row| row as f64 / 2.0)))),
        ("word", Arc::new(StringArray::from_iter_values(["a", "b", "c"].into_iter().cycle().take(ROWS)))),
        ("same", Arc::new(StringArray::from_iter_values(rows.clone().map(|_| "fixed")))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .expect("a batch")
}

fn file(group_rows: usize) -> Vec<u8> {
    parquet(&batch(), Written { group_rows, ..Written::default() })
}

fn report(yaml: &str, bytes: &[u8], trust: Trust) -> Report {
    let builder = Validator::builder(schema(yaml)).trust_statistics(trust).threads(2);
    validate(builder, &MemorySource::new("t.parquet", bytes))
}

/// The reports of all three, which are one but for `run`.
fn every_way(yaml: &str, bytes: &[u8]) -> [Report; 3] {
    let reports = [Trust::Never, Trust::Prove, Trust::Audit].map(|trust| report(yaml, bytes, trust));
    for other in &reports[1..] {
        assert_eq!(stable(other), stable(&reports[0]), "{yaml}");
    }
    assert_eq!(reports[0].run.decided.proved, 0);
    assert_eq!(reports[2].run.decided.proved, 0);
    let audit = reports[2].run.statistics.as_ref().expect("an audit");
    assert_eq!((audit.wrong, audit.samples.len()), (0, 0));
    assert!(reports[0].run.statistics.is_none() && reports[1].run.statistics.is_none());
    reports
}

#[test]
fn what_statistics_say_is_not_read() {
    for (fields, proved) in [
        ("{name: id, type: int64, required: true, minimum: 0, maximum: 999}", ROWS),
        // Of another type than the column: there is nothing to look at.
        ("{name: id, type: int32, required: true}", ROWS),
        ("{name: some, type: int64, minimum: 0, maximum: 99}", ROWS),
        ("{name: some, type: any}", ROWS),
        ("{name: same, type: string, required: true, const: fixed}", ROWS),
        ("{name: same, type: string, enum: [fixed, loose], pattern: '^f', min_length: 5}", ROWS),
        ("{name: word, type: string, required: true}", ROWS),
        // Texts have an order, but nothing lies between two of them for sure.
        ("{name: word, type: string, enum: [a, b, c]}", 0),
        // A NaN may be among floats unless their number is there.
        ("{name: id, type: int64, unique: true}", 0),
        ("{name: id, type: int64, minimum: 1}", 0),
    ] {
        let [_, prove, _] = every_way(&format!("fields:\n  - {fields}\n"), &file(1 << 20));
        assert_eq!(prove.run.decided.proved, proved as u64, "{fields}");
        assert_eq!(prove.run.decided.scanned, (ROWS - proved) as u64, "{fields}");
    }
}

#[test]
fn row_groups_are_proved_one_by_one_and_columns_too() {
    let yaml = "fields:\n  - {name: id, type: int64, required: true, minimum: 250}\n  - {name: some, type: int64, minimum: 0}\n  - {name: word, type: string, required: true, max_length: 9}\n";
    let without = yaml.replace("required: true, max_length: 9", "required: true");
    let [_, prove, _] = every_way(&without, &file(100));
    assert_eq!(prove.run.decided.proved, 700);
    assert_eq!(prove.rows.invalid, 250);
    let [_, prove, _] = every_way(yaml, &file(100));
    assert_eq!(prove.run.decided.proved, 0);
}

#[test]
fn pages_are_proved_where_row_groups_are_not() {
    let rows = 400_000;
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..rows));
    let words: ArrayRef =
        Arc::new((0..rows).map(|row| (row != 399_999).then_some("word")).collect::<StringArray>());
    let columns = [("id", ids, true), ("word", words, true)];
    let batch = RecordBatch::try_from_iter_with_nullable(columns).expect("a batch");
    let bytes = parquet(&batch, Written { page_rows: 10_000, ..Written::default() });
    // Bad in the first row and in the last.
    let yaml = "fields:\n  - {name: id, type: int64, required: true, minimum: 1}\n  - {name: word, type: string, required: true}\n";
    let [never, prove, audit] = every_way(yaml, &bytes);
    assert_eq!((never.rows.invalid, never.rows.total), (2, 400_000));
    // All pages but the first and the last; how many rows a page has is up to the writer.
    let read = prove.run.decided.scanned;
    assert!((2..=20_480).contains(&read), "{read} rows are read");
    assert_eq!(prove.run.decided.proved, 400_000 - read);
    // Null counts, least and greatest of two columns, of the row group and of forty pages each.
    assert_eq!(audit.run.statistics.expect("an audit").compared, 2 * 3 * 41);
    // What keys are made of is read.
    let [_, prove, _] = every_way(&yaml.replace("minimum: 1", "minimum: 1, unique: true"), &bytes);
    assert_eq!(prove.run.decided.proved, 0);
    let [_, prove, _] = every_way(&yaml.replace("string, required: true", "string, max_length: 3"), &bytes);
    assert_eq!(prove.run.decided.proved, 0);
}

#[test]
fn a_float_with_nan_is_not_proved_by_its_ends() {
    let reals: ArrayRef = Arc::new(Float64Array::from(vec![1.0, f64::NAN, 2.0]));
    let batch = RecordBatch::try_from_iter([("real", reals)]).expect("a batch");
    let bytes = parquet(&batch, Written::default());
    for keywords in ["required: true", "minimum: 0, maximum: 3", "enum: [1, 2]"] {
        let [never, ..] =
            every_way(&format!("fields:\n  - {{name: real, type: float64, {keywords}}}\n"), &bytes);
        assert_eq!((never.verdict, never.rows.invalid), (Verdict::Invalid, 1), "{keywords}");
    }
}

#[test]
fn shortened_ends_are_no_values() {
    let long: ArrayRef = Arc::new(StringArray::from(vec!["a".repeat(100); 3]));
    let batch = RecordBatch::try_from_iter([("text", long)]).expect("a batch");
    let properties = WriterProperties::builder()
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_statistics_truncate_length(Some(8))
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    let [never, prove, _] = every_way("fields:\n  - {name: text, type: string, max_length: 50}\n", &bytes);
    assert_eq!((never.rows.invalid, prove.run.decided.proved), (3, 0));
}

/// A file whose footer says of `id` what it says of another one, with the same places.
fn lying() -> Vec<u8> {
    let write = |last: i64, nulls: bool| {
        let mut ids: Vec<Option<i64>> = (0..100).map(Some).collect();
        ids[50] = if nulls { None } else { Some(last) };
        let ids: ArrayRef = Arc::new(Int64Array::from(ids));
        RecordBatch::try_from_iter_with_nullable([("id", ids, true)]).expect("a batch")
    };
    let written = Written { has_dictionaries: false, ..Written::default() };
    let (truth, lie) = (parquet(&write(1_000_000, false), written), parquet(&write(50, false), written));
    // The pages of one, the index of pages and the footer of the other: as both have the same sizes, every place holds.
    let end = |bytes: &[u8]| {
        let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes)).expect("a file");
        let (start, length) = reader.metadata().row_group(0).column(0).byte_range();
        usize::try_from(start + length).expect("a place")
    };
    assert_eq!((end(&truth), truth.len()), (end(&lie), lie.len()), "both have one size");
    [&truth[..end(&truth)], &lie[end(&lie)..]].concat()
}

#[test]
fn statistics_that_lie_change_what_is_proved_alone_and_an_audit_tells() {
    let yaml = "fields:\n  - {name: id, type: int64, required: true, maximum: 1000}\n";
    let bytes = lying();
    let [never, prove, audit] =
        [Trust::Never, Trust::Prove, Trust::Audit].map(|trust| report(yaml, &bytes, trust));
    assert_eq!((never.verdict, never.rows.invalid), (Verdict::Invalid, 1));
    // Whoever says that statistics are true gets what follows from them.
    assert_eq!((prove.verdict, prove.run.decided.proved), (Verdict::Valid, 100));
    assert_eq!(stable(&audit), stable(&never));
    let found = audit.run.statistics.expect("an audit");
    // Of the row group, and of its only page.
    assert_eq!((found.compared, found.wrong), (6, 2));
    for (wrong, page) in found.samples.iter().zip([None, Some(0)]) {
        assert_eq!((wrong.column.as_str(), wrong.row_group, wrong.page), ("id", 0, page));
        assert_eq!(
            (wrong.statistic.as_str(), wrong.claimed.as_str(), wrong.found.as_str()),
            ("maximum", "99", "1000000")
        );
    }
}

#[test]
fn transactions_with_bounds_are_proved_where_they_have_no_faults() {
    let mut csv = Vec::new();
    let generator = Generator::new(20_000, 7).purpose(Purpose::Bounds).faults(0.01).faulty_share(0.25);
    let truth = generator.write(&mut csv).expect("generated");
    // The amounts are floats without a number of NaN, so that they are read wherever they are.
    let yaml = transactions::schema_of_bounds_yaml();
    let no_amount: String = yaml.split_inclusive('\n').filter(|line| !line.contains("amount")).collect();
    let bytes = parquet(&batch_of(&csv, Texts::Plain), Written { group_rows: 1_000, ..Written::default() });
    let [never, prove, _] = every_way(&yaml, &bytes);
    assert_eq!(truth.differences(&stable(&never)), Vec::<String>::new());
    assert_eq!(prove.rows.total, 20_000);
    let [_, prove, _] = every_way(&no_amount, &bytes);
    assert!(prove.run.decided.proved >= 15_000, "{:?}", prove.run.decided);
}

#[test]
fn other_formats_are_read_whatever_is_trusted() {
    let yaml = "fields:\n  - {name: id, type: int64, minimum: 0}\n";
    let csv = MemorySource::new("t.csv", b"id\n1\n-1\n".as_slice());
    let whole = validate(Validator::builder(schema(yaml)), &csv);
    for trust in [Trust::Prove, Trust::Audit] {
        let report = validate(Validator::builder(schema(yaml)).trust_statistics(trust), &csv);
        assert_eq!(stable(&report), stable(&whole));
        let bytes = MemorySource::new("t.parquet", file(300));
        let kept = validate(Validator::builder(schema(yaml)).trust_statistics(trust), &Stream(&bytes));
        assert_eq!(kept.rows.total, ROWS as u64);
    }
}
