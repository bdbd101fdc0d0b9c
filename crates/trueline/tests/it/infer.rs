//! Schemas inferred from text.

use std::fmt::Write as _;
use std::io::{Cursor, Read};
use std::sync::Mutex;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use trueline::{Format, MemorySource, ReadOptions, Schema, Source, SourceError, infer, read, read_inferred};

/// The inferred schema, and its fields and types in words.
fn types(name: &str, text: &str) -> (String, Schema) {
    let schema = infer(&MemorySource::new(name, text.as_bytes()), None).expect("a schema");
    let shown = schema.fields.iter().map(|field| format!("{}: {}", field.name, field.data_type));
    (shown.collect::<Vec<_>>().join(", "), schema)
}

fn rows(schema: &Schema, name: &str, text: &str) -> Vec<RecordBatch> {
    let source = Box::new(MemorySource::new(name, text.as_bytes()));
    let reader = read(schema, source, &ReadOptions::default()).expect("a reader");
    reader.collect::<Result<_, _>>().expect("batches")
}

#[test]
fn types_of_text_are_found_in_the_first_rows() {
    let text = "i,f,b,d,t,s,zip,none\n1,1.5,true,2026-01-02,2026-01-02T03:04:05Z,a,01234,\n-2,3,False,2026-01-03,2026-01-02T03:04:05,1,00001,\n,,,,,,,\n";
    let (found, schema) = types("a.csv", text);
    assert_eq!(
        found,
        "i: int64, f: float64, b: boolean, d: date, t: timestamp, s: string, zip: string, none: string"
    );
    let batches = rows(&schema, "a.csv", text);
    assert_eq!(batches[0].column(1).as_primitive::<Float64Type>().values()[..2], [1.5, 3.0]);
    assert_eq!(batches[0].column(0).null_count(), 1);
    for (delimiter, text) in [(b';', "a;b\n1;x\n"), (b'\t', "a\tb\n1\tx\n"), (b'|', "a|b\n1|x\n")] {
        let (found, schema) = types("a.csv", text);
        assert_eq!((&*found, schema.csv.delimiter), ("a: int64, b: string", delimiter));
        assert_eq!(rows(&schema, "a.csv", text)[0].num_columns(), 2);
    }
    assert_eq!(types("a.csv", "a;b,c\n1;x,2\n").0, "a;b: string, c: int64");
    let fine = "t\n2026-01-02T03:04:05Z\n2026-01-02T03:04:05.123456789Z\n";
    let (found, schema) = types("a.csv", fine);
    assert_eq!(found, "t: timestamp(ns)");
    assert_eq!(rows(&schema, "a.csv", fine)[0].num_rows(), 2);
    let moments =
        "t,e,m,r\n10:00:00,2026-01-02,2026-01-02,10:00\n23:59:59.5,2026-01-02T10:00:00,10:00:00,11:00:00\n";
    assert_eq!(types("a.csv", moments).0, "t: time, e: string, m: string, r: string");
    let long = format!("a,b\n{}", "17,2026-01-01\n".repeat(200_000));
    assert_eq!(types("a.csv", &long).0, "a: int64, b: date");
}

#[test]
fn columns_that_a_schema_cannot_tell_apart_are_an_error() {
    let source = MemorySource::new("a.csv", b"a,b,a\n1,2,3\n".as_slice());
    let error = infer(&source, None).expect_err("refused").to_string();
    assert!(error.contains("a.csv: two columns have the name `a`"), "{error}");
}

#[test]
fn members_of_objects_are_fields() {
    let lines = "{\"z\":1,\"a\":1,\"s\":\"x\",\"n\":null}\n\
                 {\"a\":1.5,\"o\":{\"k\":1,\"p\":{\"q\":true}},\"m\":1,\"b\":true}\n\
                 {\"m\":\"x\",\"o\":null}\n{\"o\":{\"k\":null,\"l\":\"y\"}}\n{\"cut\n";
    assert_eq!(
        types("a.jsonl", lines).0,
        "z: int64, a: float64, s: string, n: any, o.k: int64, o.p.q: boolean, o.l: string, m: any, b: boolean"
    );
    let lines = "{\"a\":{\"b.c\":1},\"e\":{},\"d\":{\"x\":1},\"d.x\":\"y\"}\n";
    assert_eq!(types("a.jsonl", lines).0, "a: any, e: any, d.x: any");
    let many = (0..101).map(|member| format!("\"{member}\":1")).collect::<Vec<_>>().join(",");
    assert_eq!(types("a.jsonl", &format!("{{\"of_ids\":{{{many}}}}}\n")).0, "of_ids: any");
}

#[test]
fn strings_of_objects_can_be_moments() {
    let lines = "{\"d\":\"2026-01-02\",\"t\":\"2026-01-02T03:04:05Z\",\"c\":\"10:00:00\",\"l\":[\"2026-01-02\"],\"s\":\"2026-01-02\",\"x\":\"2026-01-02\"}\n\
                 {\"d\":null,\"t\":\"2026-01-02T03:04:05.123456789\",\"l\":[],\"s\":\"\",\"x\":1}\n";
    let (found, schema) = types("a.jsonl", lines);
    assert_eq!(found, "d: date, t: timestamp(ns), c: time, l: list<date>, s: string, x: any");
    assert_eq!(rows(&schema, "a.jsonl", lines)[0].num_rows(), 2);
}

#[test]
fn items_of_lists_have_a_type() {
    let lines = "{\"i\":[1,2],\"f\":[],\"m\":[1,\"x\"],\"o\":[{\"k\":1}],\"e\":[],\"l\":[[true],[]],\"x\":[1]}\n\
                 {\"i\":[null],\"f\":[1,2.5],\"x\":1}\n";
    let (found, schema) = types("a.jsonl", lines);
    assert_eq!(
        found,
        "i: list<int64>, f: list<float64>, m: any, o: any, e: any, l: list<list<boolean>>, x: any"
    );
    let batches = rows(&schema, "a.jsonl", lines);
    assert_eq!(
        batches[0].column(1).as_list::<i32>().value(1).as_primitive::<Float64Type>().values(),
        &[1.0, 2.5]
    );
}

/// A source that can be opened once, as standard input.
struct Once(Mutex<Option<Vec<u8>>>);

impl Source for Once {
    fn name(&self) -> &'static str {
        "-"
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        let bytes = self.0.lock().expect("not poisoned").take();
        Ok(Box::new(Cursor::new(bytes.expect("opened once"))))
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }
}

#[test]
fn a_source_that_can_be_read_once_is_read_from_its_beginning() {
    let mut text = String::from("\u{feff}");
    for row in 0..300_000 {
        writeln!(text, "{{\"a\":{row}}}").expect("written");
    }
    let source = Box::new(Once(Mutex::new(Some(text.into_bytes()))));
    let options = ReadOptions::default().format(Format::JsonLines);
    let batches: Vec<RecordBatch> =
        read_inferred(source, &options).expect("a reader").collect::<Result<_, _>>().expect("batches");
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 300_000);
    assert_eq!(batches[0].column(0).as_primitive::<Int64Type>().value(0), 0);
}
