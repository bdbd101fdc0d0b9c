//! Generated tables with a known truth, as CSV and in every other format.

use trueline::{Limits, MemorySource, Validator};
use trueline_testkit::transactions::{self, Generator, Purpose};

use parquet::file::properties::WriterVersion;

use super::files::{TEXTS, Texts, Written, arrow_file, arrow_stream, parquet, transactions as batch_of};
use crate::support::{Once, Stream, assert_says_the_same, schema, stable, validate};

/// Every file that the rows can be in, with a name that tells its format.
fn files(csv: &[u8], rows: usize) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for texts in TEXTS {
        let batch = batch_of(csv, texts);
        for size in [rows / 7 + 1, rows] {
            files.push((format!("{texts:?}-{size}.arrow"), arrow_file(&batch, size)));
            files.push((format!("{texts:?}-{size}.arrows"), arrow_stream(&batch, size)));
        }
        let group_rows = rows / 5 + 3;
        files.push((
            format!("{texts:?}.parquet"),
            parquet(&batch, Written { group_rows, ..Written::default() }),
        ));
    }
    let batch = batch_of(csv, Texts::Plain);
    for (version, has_dictionaries) in [
        (WriterVersion::PARQUET_1_0, false),
        (WriterVersion::PARQUET_2_0, false),
        (WriterVersion::PARQUET_2_0, true),
    ] {
        let written =
            Written { page_rows: 100, version, has_dictionaries, is_packed: true, ..Written::default() };
        files.push((format!("{version:?}-{has_dictionaries}.parquet"), parquet(&batch, written)));
    }
    files
}

fn judge(what: &str, yaml: &str, generator: Generator) {
    let mut csv = Vec::new();
    let truth = generator.write(&mut csv).expect("generated");
    let rows = usize::try_from(truth.rows).expect("rows");
    let schema = schema(yaml);
    let builder = || Validator::builder(schema.clone()).sample_limit(50).max_violations(200);
    let base = validate(builder(), &MemorySource::new("t.csv", csv.as_slice()));
    assert_eq!(truth.differences(&stable(&base)), Vec::<String>::new(), "{what}");
    for (name, bytes) in files(&csv, rows) {
        let (size, source) = (bytes.len() as u64, MemorySource::new(name.as_str(), bytes));
        let format = if name.ends_with("parquet") { "parquet" } else { "arrow" };
        let one = validate(builder().threads(1), &source);
        assert_says_the_same(&one, &base, &format!("{what}, {name}"));
        assert_eq!(
            (one.inputs[0].format.as_str(), one.inputs[0].bytes, one.inputs[0].rows),
            (format, size, truth.rows)
        );
        // Keys are looked for again with so little memory for them.
        let little = Limits::default().key_memory_bytes(1 << 14);
        for threads in [1, 2, 5] {
            let report = validate(builder().threads(threads).limits(little), &source);
            assert_eq!(stable(&report), stable(&one), "{what}, {name}: {threads} threads");
        }
        for threads in [1, 3] {
            let report = validate(builder().threads(threads), &Stream(&source));
            assert_eq!(stable(&report), stable(&one), "{what}, {name}: from its start on, {threads} threads");
        }
        let report = validate(builder().threads(2).limits(little), &Once(source.clone()));
        assert_eq!(stable(&report), stable(&one), "{what}, {name}: read once");
    }
}

#[test]
fn transactions_say_the_same_in_every_format() {
    let typed = |seed| Generator::new(6_000, seed).purpose(Purpose::Types);
    judge("few faults", &transactions::schema_yaml(), typed(1).faults(0.001));
    judge("many faults", &transactions::schema_yaml(), typed(2).faults(0.02));
    judge("no keys", &transactions::schema_without_unique_yaml(), typed(3).faults(0.01).unique(false));
    judge("bounds", &transactions::schema_of_bounds_yaml(), typed(4).purpose(Purpose::Bounds).faults(0.01));
}

#[test]
fn compressed_files_are_read_as_they_are() {
    let mut csv = Vec::new();
    Generator::new(2_000, 5).purpose(Purpose::Types).faults(0.01).write(&mut csv).expect("generated");
    let schema = schema(&transactions::schema_yaml());
    let base = validate(Validator::builder(schema.clone()), &MemorySource::new("t.csv", csv.as_slice()));
    let batch = batch_of(&csv, Texts::Plain);
    for (name, bytes, format) in [
        ("t.parquet.gz", parquet(&batch, Written::default()), "parquet.gz"),
        ("t.arrow.gz", arrow_file(&batch, 300), "arrow.gz"),
        ("t.arrows.gz", arrow_stream(&batch, 300), "arrow.gz"),
        // By their first bytes.
        ("nameless", parquet(&batch, Written::default()), "parquet.gz"),
        ("nameless", arrow_file(&batch, 300), "arrow.gz"),
    ] {
        let size = bytes.len() as u64;
        let packed = trueline_testkit::pack::gzip(&bytes);
        let report =
            validate(Validator::builder(schema.clone()).threads(2), &MemorySource::new(name, packed));
        assert_says_the_same(&report, &base, name);
        assert_eq!((report.inputs[0].format.as_str(), report.inputs[0].bytes), (format, size), "{name}");
    }
}

#[test]
fn several_inputs_are_one_table_whatever_their_formats_are() {
    let mut csv = Vec::new();
    Generator::new(3_000, 6).purpose(Purpose::Types).faults(0.01).write(&mut csv).expect("generated");
    let schema = schema(&transactions::schema_yaml());
    let batch = batch_of(&csv, Texts::Dictionaries);
    let whole =
        validate(Validator::builder(schema.clone()), &MemorySource::new("t.arrow", arrow_file(&batch, 500)));
    let parts = [
        MemorySource::new("a.parquet", parquet(&batch.slice(0, 1_000), Written::default())),
        MemorySource::new("b.arrow", arrow_file(&batch.slice(1_000, 1_500), 400)),
        MemorySource::new("c.arrows", arrow_stream(&batch.slice(2_500, 500), 100)),
    ];
    let sources: Vec<&dyn trueline::Source> =
        parts.iter().map(|part| part as &dyn trueline::Source).collect();
    let validator = Validator::builder(schema).threads(2).build().expect("a validator");
    let report = validator.validate_all(&sources).expect("a report");
    assert_eq!((report.rows, report.verdict), (whole.rows, whole.verdict));
    let counts = |report: &trueline::Report| {
        report
            .checks
            .iter()
            // Each input has its columns.
            .filter(|check| check.id != "table.columns")
            .map(|check| (check.id.clone(), check.evaluated, check.codes.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(counts(&report), counts(&whole));
    assert_eq!(report.inputs.iter().map(|input| input.rows).collect::<Vec<_>>(), [1_000, 1_500, 500]);
}
