//! Running the engine down every road and comparing what comes back.

use std::io::Read;

use serde_json::Value;
use trueline::{
    Kernel, MemorySource, Report, Schema, Source, SourceError, Status, Validator, ValidatorBuilder,
};

/// Chunk sizes that put borders everywhere, and one that puts none.
pub(crate) const CHUNK_SIZES: [usize; 9] = [1, 2, 3, 7, 63, 64, 65, 4096, 1 << 20];

pub(crate) fn schema(yaml: &str) -> Schema {
    Schema::from_yaml(yaml).unwrap_or_else(|error| panic!("{}", error.render("schema", yaml)))
}

pub(crate) fn validate(builder: ValidatorBuilder, source: &dyn Source) -> Report {
    builder.build().expect("a validator").validate(source).expect("a report")
}

/// A source that can be read from its start only.
pub(crate) struct Stream<'a>(pub(crate) &'a MemorySource);

impl Source for Stream<'_> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn open(&self) -> Result<Box<dyn std::io::Read + Send>, trueline::SourceError> {
        self.0.open()
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }
}

/// The report without what may differ between two runs.
pub(crate) fn stable(report: &Report) -> Value {
    let mut value: Value = serde_json::from_str(&report.to_json()).expect("json");
    value.as_object_mut().expect("an object").remove("run");
    value
}

/// Validates down every road and makes sure that they all give one report.
pub(crate) fn validate_every_way(name: &str, schema: &Schema, bytes: &[u8]) -> Value {
    let source = MemorySource::new(name, bytes);
    let base = stable(&validate(Validator::builder(schema.clone()).threads(1), &source));
    let check = |builder: ValidatorBuilder, road: String| {
        let report = stable(&validate(builder, &source));
        assert_eq!(report, base, "{name}: {road} gives another report");
    };
    for chunk in CHUNK_SIZES {
        for kernel in Kernel::available() {
            let builder = Validator::builder(schema.clone()).threads(1).chunk_bytes(chunk).kernel(kernel);
            check(builder, format!("kernel {} with chunks of {chunk}", kernel.name()));
        }
        let builder = Validator::builder(schema.clone()).threads(1).chunk_bytes(chunk).proofs(false);
        check(builder, format!("no proofs, with chunks of {chunk}"));
        for threads in [2, 3, 8] {
            let builder = Validator::builder(schema.clone()).threads(threads).chunk_bytes(chunk);
            check(builder, format!("{threads} threads with chunks of {chunk}"));
        }
        for threads in [1, 3] {
            let builder = Validator::builder(schema.clone()).threads(threads).chunk_bytes(chunk);
            let report = stable(&validate(builder, &Stream(&source)));
            assert_eq!(report, base, "{name}: a stream in chunks of {chunk} gives another report");
        }
    }
    for (threads, chunk) in [(1, 1 << 20), (3, 64)] {
        let builder = Validator::builder(schema.clone()).threads(threads).chunk_bytes(chunk);
        let report = stable(&validate(builder, &Once(source.clone())));
        assert_eq!(report, base, "{name}: read once with chunks of {chunk}, it gives another report");
    }
    base
}

/// Bytes that cannot be read again, as those of a pipe.
pub(crate) struct Once(pub(crate) MemorySource);

impl Source for Once {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        self.0.open()
    }

    fn size_hint(&self) -> Option<u64> {
        self.0.size_hint()
    }
}

/// Whether a report on batches says what one on CSV says: of every row, check and violation, but for the bytes and lines of places.
///
/// Formats with types have a check of the type for every column, and none of the structure of lines.
pub(crate) fn assert_says_the_same(batches: &Report, csv: &Report, what: &str) {
    assert_eq!((batches.verdict, &batches.error), (csv.verdict, &csv.error), "{what}");
    assert_eq!(batches.rows, csv.rows, "{what}");
    let find = |report: &Report, id: &str| report.checks.iter().find(|check| check.id == id).cloned();
    for check in csv.checks.iter().filter(|check| check.id != "structure") {
        assert_eq!(find(batches, &check.id).as_ref(), Some(check), "{what}");
    }
    for check in &batches.checks {
        assert!(find(csv, &check.id).is_some() || check.status == Status::Passed, "{what}: {check:?}");
    }
    assert_eq!(said(batches), said(csv), "{what}");
    assert_eq!(batches.violations_omitted, csv.violations_omitted, "{what}");
}

/// The violations, without what only text has.
pub(crate) fn said(report: &Report) -> Vec<Value> {
    let place = |value: &mut Value| {
        let fields = value.as_object_mut().expect("an object");
        for name in ["byte_offset", "byte_length", "line", "column_number", "value"] {
            fields.remove(name);
        }
        if let Some(related) = fields.get_mut("related").and_then(Value::as_object_mut) {
            related.remove("byte_offset");
            related.remove("byte_length");
            related.remove("line");
        }
    };
    let violations = report.violations.iter().map(|violation| {
        let mut value = serde_json::to_value(violation).expect("json");
        place(&mut value);
        value
    });
    violations.collect()
}
