//! Parquet and Arrow inputs.

use std::process::Stdio;
use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use serde_json::Value;

use super::{Folder, code, err, out};

const SCHEMA: &str = "fields:
  - {name: id, type: int64, required: true, minimum: 1}
  - {name: word, type: string, required: true}
";

fn batch() -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(1..=100));
    let words: ArrayRef = Arc::new(StringArray::from_iter_values((0..100).map(|row| format!("word {row}"))));
    RecordBatch::try_from_iter([("id", ids), ("word", words)]).expect("a batch")
}

fn folder() -> Folder {
    let folder = Folder::new();
    let batch = batch();
    folder.write("typed.yaml", SCHEMA.as_bytes());
    folder.write("strict.yaml", SCHEMA.replace("minimum: 1", "minimum: 2").as_bytes());
    folder.write("other.yaml", SCHEMA.replace("word, type: string", "word, type: date").as_bytes());
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    folder.write("t.parquet", &writer.into_inner().expect("bytes"));
    let mut writer = FileWriter::try_new(Vec::new(), &batch.schema()).expect("a writer");
    writer.write(&batch).expect("written");
    folder.write("t.arrow", &writer.into_inner().expect("bytes"));
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).expect("a writer");
    writer.write(&batch).expect("written");
    folder.write("t.arrows", &writer.into_inner().expect("bytes"));
    folder
}

fn report(output: &std::process::Output) -> Value {
    serde_json::from_str(&out(output)).unwrap_or_else(|_| panic!("{}", err(output)))
}

#[test]
fn a_schema_is_inferred_from_columns_with_types() {
    let folder = folder();
    for input in ["t.parquet", "t.arrow", "t.arrows"] {
        let named = folder.run(&["schema", "infer", input]);
        let mut piped = folder.command(&["schema", "infer", "-"]);
        let file = std::fs::File::open(folder.path(input)).expect("a file");
        let piped = piped.stdin(Stdio::from(file)).output().expect("started");
        for (output, name) in [(named, input), (piped, "<stdin>")] {
            let expected = format!(
                "# Inferred from {name}. Add what must hold.\nfields:\n  - {{name: id, required: true, type: int64}}\n  \
                 - {{name: word, required: true, type: string}}\n"
            );
            assert_eq!((code(&output), out(&output)), (0, expected), "{}", err(&output));
        }
    }
    folder.write("cut.parquet", b"PAR1 and no more");
    let cut = folder.run(&["schema", "infer", "cut.parquet"]);
    assert_eq!(code(&cut), 3);
    assert!(err(&cut).contains("cut.parquet"), "{}", err(&cut));
}

#[test]
fn formats_are_detected_by_name_by_magic_bytes_and_by_option() {
    let folder = folder();
    for (file, format) in [("t.parquet", "parquet"), ("t.arrow", "arrow"), ("t.arrows", "arrow")] {
        let bytes = std::fs::read(folder.path(file)).expect("a file");
        folder.write("nameless", &bytes);
        for (schema, exit) in [("typed.yaml", 0), ("strict.yaml", 1), ("other.yaml", 1)] {
            let output = folder.run(&["validate", file, "-s", schema, "--output", "json"]);
            assert_eq!(code(&output), exit, "{file}: {}{}", out(&output), err(&output));
            let report = report(&output);
            assert_eq!(
                (&report["inputs"][0]["format"], &report["rows"]["total"]),
                (&format.into(), &100.into())
            );
        }
        let named = folder.run(&["validate", "nameless", "-s", "typed.yaml", "--format", format]);
        assert_eq!(code(&named), 0, "{file}: {}{}", out(&named), err(&named));
        let mut piped = folder.command(&["validate", "-", "-s", "typed.yaml", "--format", format]);
        let input = std::fs::File::open(folder.path(file)).expect("a file");
        let piped = piped.stdin(Stdio::from(input)).output().expect("started");
        assert_eq!(code(&piped), 0, "{file}: {}{}", out(&piped), err(&piped));
        let marked = folder.run(&["validate", "nameless", "-s", "typed.yaml"]);
        assert_eq!(code(&marked), 0, "{file}: {}{}", out(&marked), err(&marked));
        folder.write("nameless", &bytes[..bytes.len() / 2]);
        let cut = folder.run(&["validate", "nameless", "-s", "typed.yaml", "--format", format]);
        assert_eq!(code(&cut), 3, "{file}: {}{}", out(&cut), err(&cut));
    }
}

#[test]
fn statistics_are_used_or_audited_on_request() {
    let folder = folder();
    let run = |schema: &str, more: &[&str]| {
        let arguments = [&["validate", "t.parquet", "-s", schema, "--output", "json"], more].concat();
        let output = folder.run(&arguments);
        (code(&output), report(&output)["run"].clone())
    };
    for (schema, exit, proved) in [("typed.yaml", 0, 100), ("strict.yaml", 1, 0)] {
        let (code, never) = run(schema, &[]);
        assert_eq!((code, &never["decided"]["proved"]), (exit, &0.into()));
        assert!(never.get("statistics").is_none_or(Value::is_null));
        for option in ["--trust-statistics", "--trust-statistics=prove"] {
            let (code, prove) = run(schema, &[option]);
            assert_eq!((code, &prove["decided"]["proved"]), (exit, &proved.into()), "{schema}, {option}");
        }
        let (code, audit) = run(schema, &["--trust-statistics=audit"]);
        assert_eq!(
            (code, &audit["decided"]["proved"], &audit["statistics"]["wrong"]),
            (exit, &0.into(), &0.into())
        );
        assert!(audit["statistics"]["compared"].as_u64().is_some_and(|compared| compared >= 6), "{audit}");
    }
}

#[test]
fn an_audit_reports_wrong_statistics() {
    let folder = Folder::new();
    let values = Int64Array::from(vec![7_777_777_777, 5, 7_777_777_777]);
    let batch = RecordBatch::try_from_iter([("a", Arc::new(values) as ArrayRef)]).expect("a batch");
    let properties = WriterProperties::builder().set_dictionary_enabled(false).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).expect("a writer");
    writer.write(&batch).expect("rows");
    let mut bytes = writer.into_inner().expect("bytes");
    // Only the statistics in the footer are changed; the values are before it.
    let footer = bytes.len() - 8 - footer_length(&bytes);
    let (true_maximum, other) = (7_777_777_777_i64.to_le_bytes(), 99_i64.to_le_bytes());
    let mut changed = 0;
    for at in footer..bytes.len() - 8 {
        if bytes[at..at + 8] == true_maximum {
            bytes[at..at + 8].copy_from_slice(&other);
            changed += 1;
        }
    }
    assert!(changed > 0);
    folder.write("lie.parquet", &bytes);
    folder.write("s.yaml", b"fields:\n  - {name: a, type: int64, minimum: 0}\n");
    let output = folder.run(&["validate", "lie.parquet", "-s", "s.yaml", "--trust-statistics=audit"]);
    assert_eq!(code(&output), 0);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("lie.parquet, column a, row group 0") && text.contains("7777777777"), "{text}");
}

fn footer_length(bytes: &[u8]) -> usize {
    let (length, _) = bytes[bytes.len() - 8..].split_first_chunk::<4>().expect("eight bytes");
    u32::from_le_bytes(*length) as usize
}

/// A panic of the Parquet decoder is reported once, in the report.
#[test]
fn a_damaged_file_is_only_reported_in_the_report() {
    let folder = Folder::new();
    let values = Decimal128Array::from_iter_values((0..100).map(|row| row % 97));
    let values = values.with_precision_and_scale(10, 2).expect("decimals");
    let batch = RecordBatch::try_from_iter([("a", Arc::new(values) as ArrayRef)]).expect("a batch");
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("rows");
    let bytes = writer.into_inner().expect("bytes");
    folder.write("s.yaml", b"fields:\n  - {name: a, type: 'decimal(10,2)'}\n");
    // Every byte is damaged in turn; for some of them the decoder panics.
    let mut panics = 0;
    for at in 4..bytes.len() - 8 - footer_length(&bytes) {
        let mut damaged = bytes.clone();
        damaged[at] = 0xFF;
        folder.write("d.parquet", &damaged);
        let output = folder.run(&["validate", "d.parquet", "-s", "s.yaml"]);
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!text.contains("panicked"), "byte {at}: {text}");
        panics += usize::from(out(&output).contains("cannot be decoded"));
    }
    assert!(panics > 0);
}
