//! One table in every format.

use std::fmt::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use trueline_testkit::pack;

/// The schema of its rows.
pub(crate) const SCHEMA: &str = "fields:
  - {name: id, type: int64, required: true, unique: true}
  - {name: name, type: string, max_length: 12}
  - {name: amount, type: float64, minimum: 0}
";

/// Returns the rows; a few amounts are too small, a few keys occur twice.
fn rows(count: usize) -> impl Iterator<Item = (i64, String, f64)> {
    (0..count).map(|row| {
        let number = i64::try_from(row).expect("small");
        let id = if row % 101 == 100 { number - 1 } else { number };
        let amount = if row % 97 == 96 { -1.0 } else { (row % 50) as f64 + 0.5 };
        (id, format!("na,me\n{}", row % 10), amount)
    })
}

/// Returns the table as CSV, with quotes and line ends within cells.
pub(crate) fn csv(count: usize) -> Vec<u8> {
    let mut text = String::from("id,name,amount\n");
    for (id, name, amount) in rows(count) {
        writeln!(text, "{id},\"{name}\",{amount}").expect("written");
    }
    text.into_bytes()
}

fn json_lines(count: usize) -> Vec<u8> {
    let mut text = String::new();
    for (id, name, amount) in rows(count) {
        let row = serde_json::json!({"id": id, "name": name, "amount": amount});
        writeln!(text, "{row}").expect("written");
    }
    text.into_bytes()
}

fn batch(count: usize) -> RecordBatch {
    let ids: Int64Array = rows(count).map(|(id, ..)| id).collect::<Vec<_>>().into();
    let names: StringArray = rows(count).map(|(_, name, _)| Some(name)).collect();
    let amounts: Float64Array = rows(count).map(|(.., amount)| amount).collect::<Vec<_>>().into();
    let columns: [(&str, ArrayRef); 3] =
        [("id", Arc::new(ids)), ("name", Arc::new(names)), ("amount", Arc::new(amounts))];
    RecordBatch::try_from_iter(columns).expect("a batch")
}

/// Splits into five parts.
fn parts(batch: &RecordBatch) -> impl Iterator<Item = RecordBatch> {
    let rows = batch.num_rows().div_ceil(5).max(1);
    (0..batch.num_rows())
        .step_by(rows)
        .map(move |start| batch.slice(start, rows.min(batch.num_rows() - start)))
}

fn parquet(batch: &RecordBatch) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(batch.num_rows().div_ceil(5).max(1)))
        .set_data_page_row_count_limit(10)
        .set_write_batch_size(10)
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).expect("a writer");
    writer.write(batch).expect("written");
    writer.close().expect("closed");
    bytes
}

fn arrow_file(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = FileWriter::try_new(Vec::new(), &batch.schema()).expect("a writer");
    parts(batch).for_each(|part| writer.write(&part).expect("written"));
    writer.finish().expect("finished");
    writer.into_inner().expect("bytes")
}

fn arrow_stream(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).expect("a writer");
    parts(batch).for_each(|part| writer.write(&part).expect("written"));
    writer.finish().expect("finished");
    writer.into_inner().expect("bytes")
}

/// Compresses to three members, as parallel tools do.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    bytes.chunks(bytes.len() / 3 + 1).flat_map(pack::gzip).collect()
}

/// Returns the table in every format, by file name.
pub(crate) fn files(count: usize) -> Vec<(&'static str, Vec<u8>)> {
    let (csv, json_lines, batch) = (csv(count), json_lines(count), batch(count));
    vec![
        ("table.csv.gz", gzip(&csv)),
        ("table.jsonl.gz", gzip(&json_lines)),
        ("table.csv", csv),
        ("table.jsonl", json_lines),
        ("table.parquet", parquet(&batch)),
        ("table.arrow", arrow_file(&batch)),
        ("table.arrows", arrow_stream(&batch)),
    ]
}
