//! The same rows in every format.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, LargeStringArray, RecordBatch, StringArray, StringViewArray,
    TimestampMicrosecondArray,
};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};

/// How texts are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Texts {
    Plain,
    Large,
    Views,
    Dictionaries,
}

pub(super) const TEXTS: [Texts; 4] = [Texts::Plain, Texts::Large, Texts::Views, Texts::Dictionaries];

/// The cells of a CSV, column by column; empty ones are null.
fn cells(csv: &[u8]) -> (Vec<String>, Vec<Vec<Option<String>>>) {
    let mut reader = csv::Reader::from_reader(csv);
    let names: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let mut columns = vec![Vec::new(); names.len()];
    for record in reader.records() {
        for (column, cell) in columns.iter_mut().zip(&record.expect("a record")) {
            column.push((!cell.is_empty()).then(|| cell.to_owned()));
        }
    }
    (names, columns)
}

/// `2024-01-05T10:00:00Z` in microseconds since 1970.
fn micros(text: &str) -> i64 {
    let part = |range: std::ops::Range<usize>| text[range].parse::<i64>().expect("digits");
    let (year, month, day) = (part(0..4), part(5..7), part(8..10));
    let leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days_of = |month: i64| match month {
        2 => 28 + i64::from(leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let days = (1970..year).map(|year| 365 + i64::from(leap(year))).sum::<i64>()
        + (1..month).map(days_of).sum::<i64>()
        + day
        - 1;
    let seconds = ((days * 24 + part(11..13)) * 60 + part(14..16)) * 60 + part(17..19);
    seconds * 1_000_000
}

/// The transactions of the testkit: amounts as floats, timestamps as microseconds of UTC, all else as texts.
pub(super) fn transactions(csv: &[u8], texts: Texts) -> RecordBatch {
    let (names, columns) = cells(csv);
    let of = |(name, column): (&String, &Vec<Option<String>>)| -> (String, ArrayRef) {
        let cells = || column.iter().map(Option::as_deref);
        let array: ArrayRef = match (name.as_str(), texts) {
            ("amount", _) => Arc::new(
                cells()
                    .map(|cell| cell.map(|cell| cell.parse().expect("a number")))
                    .collect::<Float64Array>(),
            ),
            ("timestamp", _) => Arc::new(
                cells()
                    .map(|cell| cell.map(micros))
                    .collect::<TimestampMicrosecondArray>()
                    .with_timezone("UTC"),
            ),
            (_, Texts::Plain) => Arc::new(cells().collect::<StringArray>()),
            (_, Texts::Large) => Arc::new(cells().collect::<LargeStringArray>()),
            (_, Texts::Views) => Arc::new(cells().collect::<StringViewArray>()),
            (_, Texts::Dictionaries) => Arc::new(cells().collect::<DictionaryArray<Int32Type>>()),
        };
        (name.clone(), array)
    };
    let columns = names.iter().zip(&columns).map(of).map(|(name, array)| (name, array, true));
    RecordBatch::try_from_iter_with_nullable(columns).expect("a batch")
}

/// How a Parquet file is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    pub(super) group_rows: usize,
    pub(super) page_rows: usize,
    pub(super) has_dictionaries: bool,
    pub(super) version: WriterVersion,
    pub(super) is_packed: bool,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            group_rows: 1 << 20,
            page_rows: 20_000,
            has_dictionaries: true,
            version: WriterVersion::PARQUET_1_0,
            is_packed: false,
        }
    }
}

pub(super) fn parquet(batch: &RecordBatch, written: Written) -> Vec<u8> {
    let packed = if written.is_packed { Compression::SNAPPY } else { Compression::UNCOMPRESSED };
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(written.group_rows))
        .set_data_page_row_count_limit(written.page_rows)
        .set_write_batch_size(written.page_rows.min(1024))
        .set_dictionary_enabled(written.has_dictionaries)
        .set_writer_version(written.version)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_compression(packed)
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).expect("a writer");
    writer.write(batch).expect("written");
    writer.close().expect("closed");
    bytes
}

/// A batch in slices of so many rows.
pub(super) fn slices(batch: &RecordBatch, rows: usize) -> Vec<RecordBatch> {
    let starts = (0..batch.num_rows()).step_by(rows);
    starts.map(|start| batch.slice(start, rows.min(batch.num_rows() - start))).collect()
}

pub(super) fn arrow_file(batch: &RecordBatch, rows: usize) -> Vec<u8> {
    let mut writer = FileWriter::try_new(Vec::new(), &batch.schema()).expect("a writer");
    for slice in slices(batch, rows) {
        writer.write(&slice).expect("written");
    }
    writer.finish().expect("finished");
    writer.into_inner().expect("bytes")
}

pub(super) fn arrow_stream(batch: &RecordBatch, rows: usize) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).expect("a writer");
    for slice in slices(batch, rows) {
        writer.write(&slice).expect("written");
    }
    writer.finish().expect("finished");
    writer.into_inner().expect("bytes")
}
