//! Checks by functions of the program: judged, counted and reported as any check, down every road.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use trueline::{CustomCheck, MemorySource, Report, Schema, Status, Validator, ValidatorBuilder, Verdict};

use crate::support::{Once, schema, stable};

const SCHEMA: &str = "fields:
  - {name: id, type: int64, unique: true}
  - {name: name, type: string}
  - {name: note, type: string}
";

/// Whether the text has as many characters as the number says.
#[allow(clippy::unnecessary_wraps, reason = "functions of checks may fail")]
fn is_as_long(batch: &RecordBatch) -> Result<BooleanArray, String> {
    let (ids, names) = (batch.column(0).as_primitive::<Int64Type>(), batch.column(1).as_string_view());
    let judge = |row: usize| {
        let is_known = ids.is_valid(row) && names.is_valid(row);
        is_known.then(|| i64::try_from(names.value(row).len()) == Ok(ids.value(row) % 5))
    };
    Ok((0..batch.num_rows()).map(judge).collect())
}

fn builder(schema: &Schema) -> ValidatorBuilder {
    let check =
        CustomCheck::new("name.length_by_id", ["id", "name"], is_as_long).expected("id % 5 characters");
    Validator::builder(schema.clone()).custom(check)
}

/// Rows of which some have the wrong length, some a null, some a number that is none, and some a number that was there before.
fn rows() -> Vec<(Option<i64>, Option<String>)> {
    let name =
        |row: i64| "x".repeat(usize::try_from(if row % 11 == 0 { 7 } else { row % 5 }).expect("given"));
    (1..400)
        .map(|row| {
            let id = (row % 17 != 0).then_some(if row % 50 == 0 { 3 } else { row });
            (id, (row % 13 != 0).then(|| name(row)).filter(|name| !name.is_empty()))
        })
        .collect()
}

fn failed(report: &Report) -> u64 {
    let check = report.checks.iter().find(|check| check.id == "name.length_by_id").expect("given");
    assert_eq!(check.status, Status::Failed);
    check.failed
}

#[test]
fn a_function_is_asked_down_every_road() {
    let schema = schema(SCHEMA);
    let rows = rows();
    let cell = |id: &Option<i64>| id.map_or(String::new(), |id| id.to_string());
    let csv: Vec<String> = rows
        .iter()
        .map(|(id, name)| format!("{},\"{}\",bad\n", cell(id), name.clone().unwrap_or_default()))
        .collect();
    let csv = csv.concat();
    let csv = MemorySource::new("a.csv", format!("id,name,note\n{csv}x,y,z\n").into_bytes());
    let base = builder(&schema).threads(1).build().expect("given").validate(&csv).expect("given");
    let expected = rows
        .iter()
        .filter(|(id, name)| {
            let known = id.zip(name.as_ref());
            known.is_some_and(|(id, name)| i64::try_from(name.len()) != Ok(id % 5))
        })
        .count() as u64;
    assert!(expected > 30);
    assert_eq!(failed(&base), expected);
    for (threads, chunk) in [(1, 64), (3, 100), (2, 1 << 20)] {
        for proofs in [true, false] {
            let builder = builder(&schema).threads(threads).chunk_bytes(chunk).proofs(proofs);
            let report = builder.build().expect("given").validate(&csv).expect("given");
            assert_eq!(stable(&report), stable(&base), "{threads} threads, chunks of {chunk}");
        }
    }
    let once = builder(&schema)
        .chunk_bytes(128)
        .build()
        .expect("given")
        .validate(&Once(csv.clone()))
        .expect("given");
    assert_eq!(stable(&once), stable(&base));

    let ids: ArrayRef = Arc::new(rows.iter().map(|(id, _)| *id).collect::<Int64Array>());
    let names: ArrayRef = Arc::new(rows.iter().map(|(_, name)| name.clone()).collect::<StringArray>());
    let notes: ArrayRef = Arc::new(StringArray::from(vec!["a"; rows.len()]));
    let batch = RecordBatch::try_from_iter([("id", ids), ("name", names), ("note", notes)]).expect("given");
    let report = builder(&schema).build().expect("given").validate_batch(&batch).expect("given");
    assert_eq!(failed(&report), expected);
}

#[test]
fn rows_that_a_function_refuses_go_with_the_invalid_ones() {
    let folder = tempfile::tempdir().expect("given");
    let path = folder.path().join("invalid.csv");
    let schema = schema("fields:\n  - {name: id, type: int64}\n  - {name: name, type: string}\n");
    let csv = MemorySource::new("a.csv", b"id,name\n1,x\n2,x\n3,xxx\n".to_vec());
    let validator = builder(&schema).invalid_out(&path).reasons("why").build().expect("given");
    assert_eq!(validator.validate(&csv).expect("given").rows.invalid, 1);
    let written = std::fs::read_to_string(&path).expect("given");
    assert_eq!(written, "why,id,name\nname.length_by_id,2,x\n");
}

#[test]
fn a_function_that_fails_leaves_nothing_valid() {
    let schema = schema("fields:\n  - {name: id, type: int64}\n");
    let csv = MemorySource::new("a.csv", b"id\n1\n2\n".to_vec());
    let check = CustomCheck::new("model", ["id"], |_: &RecordBatch| Err("no model".to_owned()));
    let warning = check.clone().severity(trueline::Severity::Warning);
    let run = |check: CustomCheck| {
        Validator::builder(schema.clone())
            .custom(check)
            .build()
            .expect("given")
            .validate(&csv)
            .expect("given")
    };
    let report = run(check);
    assert_eq!((report.verdict, report.rows.invalid), (Verdict::Invalid, 0));
    let model = report.checks.iter().find(|check| check.id == "model").expect("given");
    assert_eq!((model.status, model.reason.as_deref()), (Status::Error, Some("no model")));
    assert_eq!(run(warning).verdict, Verdict::Valid);
    for format in trueline::render::Format::ALL {
        let mut out = Vec::new();
        format.renderer().render(&report, &mut out).expect("given");
        assert!(String::from_utf8_lossy(&out).contains("no model"), "{}", format.name());
    }
}

#[cfg(feature = "parquet")]
#[test]
fn statistics_prove_nothing_to_a_function() {
    let schema = schema("fields:\n  - {name: id, type: int64, minimum: 0}\n");
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..1000));
    let batch = RecordBatch::try_from_iter([("id", ids)]).expect("given");
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).expect("given");
    writer.write(&batch).expect("given");
    writer.close().expect("given");
    let odd = |batch: &RecordBatch| {
        let ids = batch.column(0).as_primitive::<Int64Type>();
        Ok(ids.values().iter().map(|id| Some(id % 2 == 1)).collect())
    };
    let builder = Validator::builder(schema).custom(CustomCheck::new("odd", ["id"], odd));
    let validator = builder.trust_statistics(trueline::Trust::Prove).build().expect("given");
    let report = validator.validate(&MemorySource::new("a.parquet", bytes)).expect("given");
    assert_eq!(report.rows.invalid, 500);
}
