//! Schemas inferred from Parquet and Arrow.

use std::io::Read;
use std::sync::{Arc, Mutex};

use arrow_array::RecordBatch;
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{DataType as Arrow, Field, Fields, Schema as ArrowSchema, TimeUnit};
use trueline::{FileSource, MemorySource, Schema, Source, Validator, Verdict, infer};
use trueline_testkit::corpora::{corpus, files};

use crate::support::validate;

/// Columns of many types, with the types that a schema has for them.
fn columns() -> Vec<(Arrow, &'static str)> {
    let item = |kind| Arc::new(Field::new("item", kind, true));
    let member = |name, kind| Field::new(name, kind, true);
    vec![
        (Arrow::Null, "any"),
        (Arrow::Boolean, "boolean"),
        (Arrow::Int8, "int8"),
        (Arrow::UInt64, "uint64"),
        (Arrow::Float16, "float32"),
        (Arrow::Utf8View, "string"),
        (Arrow::FixedSizeBinary(3), "binary"),
        (Arrow::Date64, "date"),
        (Arrow::Time32(TimeUnit::Second), "time"),
        (Arrow::Duration(TimeUnit::Millisecond), "duration"),
        (Arrow::Timestamp(TimeUnit::Microsecond, None), "timestamp(us)"),
        (Arrow::Timestamp(TimeUnit::Second, Some("Europe/Berlin".into())), "timestamp(s,Europe/Berlin)"),
        (Arrow::Timestamp(TimeUnit::Nanosecond, Some("no zone".into())), "timestamp(ns,UTC)"),
        (Arrow::Decimal128(12, 2), "decimal(12,2)"),
        (Arrow::Decimal128(12, -2), "any"),
        (Arrow::Decimal256(60, 2), "any"),
        (Arrow::LargeList(item(Arrow::Int32)), "list<int32>"),
        (Arrow::Struct(Fields::from(vec![member("a b", Arrow::Int64)])), "struct<a b: int64>"),
        (Arrow::Struct(Fields::empty()), "any"),
        (Arrow::Dictionary(Box::new(Arrow::Int8), Box::new(Arrow::Utf8)), "string"),
        (Arrow::Interval(arrow_schema::IntervalUnit::DayTime), "any"),
    ]
}

/// A column of 40 lists within one another, and one of a struct whose member has no name.
#[test]
fn types_that_a_schema_cannot_have_are_any() {
    let mut nested = Arrow::Int8;
    for _ in 0..40 {
        nested = Arrow::List(Arc::new(Field::new("item", nested, true)));
    }
    let unnamed = Arrow::Struct(Fields::from(vec![Field::new("", Arrow::Int8, true)]));
    let schema =
        ArrowSchema::new(vec![Field::new("deep", nested, true), Field::new("unnamed", unnamed, true)]);
    let mut bytes = Vec::new();
    StreamWriter::try_new(&mut bytes, &schema).expect("a writer").finish().expect("written");
    let schema = infer(&MemorySource::new("a.arrow", bytes.clone()), None).expect("a schema");
    let types: Vec<String> = schema.fields.iter().map(|field| field.data_type.to_string()).collect();
    assert_eq!(types[0], format!("{}any{}", "list<".repeat(32), ">".repeat(32)));
    assert_eq!(types[1], "any");
    assert!(Schema::from_json(&schema.canonical()).is_ok());
}

/// One table of these columns, without rows.
fn table() -> RecordBatch {
    let columns = columns();
    let field =
        |(at, (kind, _)): (usize, &(Arrow, &str))| Field::new(format!("c{at}"), kind.clone(), at != 2);
    RecordBatch::new_empty(Arc::new(ArrowSchema::new(
        columns.iter().enumerate().map(field).collect::<Fields>(),
    )))
}

fn stream() -> Vec<u8> {
    let table = table();
    let mut bytes = Vec::new();
    let mut writer = StreamWriter::try_new(&mut bytes, &table.schema()).expect("a writer");
    writer.write(&table).expect("written");
    writer.finish().expect("written");
    drop(writer);
    bytes
}

fn file() -> Vec<u8> {
    let table = table();
    let mut bytes = Vec::new();
    let mut writer = FileWriter::try_new(&mut bytes, &table.schema()).expect("a writer");
    writer.write(&table).expect("written");
    writer.finish().expect("written");
    drop(writer);
    bytes
}

/// A source that can be opened once, as standard input.
struct Once(Mutex<Option<Vec<u8>>>);

impl Source for Once {
    fn name(&self) -> &'static str {
        "-"
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, trueline::SourceError> {
        let bytes = self.0.lock().expect("not poisoned").take();
        Ok(Box::new(std::io::Cursor::new(bytes.expect("opened once"))))
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }
}

#[test]
fn types_of_columns_are_types_of_fields() {
    for bytes in [file(), stream()] {
        let sources: [Box<dyn Source>; 2] = [
            Box::new(MemorySource::new("a.arrow", bytes.clone())),
            Box::new(Once(Mutex::new(Some(bytes.clone())))),
        ];
        for source in sources {
            let schema = infer(&*source, None).expect("a schema");
            let found: Vec<String> = schema.fields.iter().map(|field| field.data_type.to_string()).collect();
            let expected: Vec<&str> = columns().iter().map(|(_, name)| *name).collect();
            assert_eq!(found, expected);
            let required: Vec<&str> = schema
                .fields
                .iter()
                .filter(|field| !field.checks.is_empty())
                .map(|field| &*field.name)
                .collect();
            assert_eq!(required, ["c2"]);
            let report = validate(Validator::builder(schema), &MemorySource::new("a.arrow", bytes.clone()));
            assert_eq!(report.verdict, Verdict::Valid, "{:?}", report.violations);
        }
    }
}

/// What is inferred from a file, the file has: no column is of another type, and none has nulls that it declares not to have.
#[test]
fn files_fit_what_is_inferred_from_them() {
    let Some(folder) = corpus("parquet-testing") else { return };
    let mut count = 0;
    for path in files(&folder.join("data")).expect("files") {
        if path.extension().is_none_or(|end| end != "parquet") {
            continue;
        }
        let source = FileSource::new(&path);
        let schema = match infer(&source, None) {
            Ok(schema) => schema,
            Err(error) => {
                println!("skipped: {}: {error}", path.display());
                continue;
            }
        };
        let report = validate(Validator::builder(schema).threads(2), &source);
        if report.verdict == Verdict::Unreadable {
            println!("skipped: {}: {:?}", path.display(), report.error);
            continue;
        }
        let codes: Vec<(&str, Option<&str>)> =
            report.violations.iter().map(|one| (&*one.code, one.column.as_deref())).collect();
        assert!(
            codes.iter().all(|(code, _)| !code.starts_with("type.column") && !code.starts_with("required")),
            "{}: {codes:?}",
            path.display()
        );
        count += 1;
    }
    assert!(count >= 30, "{count} files");
}
