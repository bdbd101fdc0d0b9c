//! Files of our own, written in many ways and read in many ways: always the same table.

use std::ops::Range;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_schema::{DataType, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};

use super::*;
use crate::table::{assert_same, shown, table};

const ROWS: usize = 3000;

/// The table as a file, in row groups of up to `group` rows.
fn written(properties: WriterProperties) -> Vec<u8> {
    let batch = table(0, ROWS);
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn properties(
    version: WriterVersion,
    compression: Compression,
    dictionary: bool,
    group: usize,
) -> WriterProperties {
    let plain =
        if version == WriterVersion::PARQUET_2_0 { Encoding::DELTA_BYTE_ARRAY } else { Encoding::PLAIN };
    WriterProperties::builder()
        .set_writer_version(version)
        .set_compression(compression)
        .set_dictionary_enabled(dictionary)
        .set_column_encoding("text".into(), plain)
        .set_max_row_group_row_count(Some(group))
        .set_data_page_row_count_limit(170)
        .set_write_batch_size(64)
        .build()
}

/// The table that comes of a file, column by column, as text.
fn columns(bytes: &[u8], options: ParquetOptions) -> Vec<(String, Vec<String>)> {
    let (input, batches) = read(at(bytes.to_vec()), options).unwrap();
    let mut columns: Vec<(String, Vec<String>)> = Vec::new();
    for (index, field) in input.schema().fields().iter().enumerate() {
        let values = batches.iter().flat_map(|batch| shown(batch.column(index)));
        columns.push((field.name().clone(), values.collect()));
    }
    columns
}

fn expected() -> Vec<(String, Vec<String>)> {
    let batch = table(0, ROWS);
    let fields = batch.schema();
    let columns = fields.fields().iter().zip(batch.columns());
    columns.map(|(field, column)| (field.name().clone(), shown(column))).collect()
}

#[test]
fn however_a_table_is_written_and_read_it_is_the_same() {
    let expected = expected();
    for (version, compression, dictionary, group) in [
        (WriterVersion::PARQUET_1_0, Compression::UNCOMPRESSED, true, ROWS),
        (WriterVersion::PARQUET_1_0, Compression::SNAPPY, true, 1000),
        (WriterVersion::PARQUET_1_0, Compression::LZ4_RAW, false, 700),
        (WriterVersion::PARQUET_2_0, Compression::ZSTD(ZstdLevel::default()), true, ROWS),
        (WriterVersion::PARQUET_2_0, Compression::GZIP(GzipLevel::default()), false, 1700),
        (WriterVersion::PARQUET_2_0, Compression::LZ4, true, 999),
    ] {
        let bytes = written(properties(version, compression, dictionary, group));
        for (part_rows, batch_rows) in [(1 << 18, 8192), (500, 64), (123, 1000), (1, 5)] {
            let mut options = ParquetOptions::default();
            (options.part_rows, options.batch_rows) = (part_rows, batch_rows);
            let found = columns(&bytes, options);
            for (found, expected) in found.iter().zip(&expected) {
                let what = format!(
                    "{}, {compression} {version:?}, parts of {part_rows}, batches of {batch_rows}",
                    found.0
                );
                assert_same(&found.1, &expected.1, &what);
            }
        }
    }
}

#[test]
fn parts_without_nested_columns_are_cut_and_their_rows_follow_each_other() {
    let bytes = written(properties(WriterVersion::PARQUET_1_0, Compression::SNAPPY, true, 1700));
    let mut options = ParquetOptions::default();
    options.part_rows = 500;
    let input = ParquetInput::open(at(bytes), options).unwrap();
    let index = |name: &str| input.schema().index_of(name).unwrap();
    let flat = Projection::new([&[index("row")][..], &[index("user"), 0]]);
    let parts = input.parts(&flat);
    let ranges: Vec<Range<u64>> =
        parts.iter().map(|part| part.first_row..part.first_row + part.rows.end - part.rows.start).collect();
    assert_eq!(ranges, [0..425, 425..850, 850..1275, 1275..1700, 1700..2134, 2134..2568, 2568..3000]);
    for part in &parts {
        let batch = input.read(part, &flat).unwrap().next().unwrap().unwrap();
        let rows = batch.column(0).as_primitive::<arrow_array::types::UInt64Type>();
        assert_eq!(rows.value(0), part.first_row);
        let user = batch.column(1).as_struct();
        assert_eq!(user.num_columns(), 1, "only what was named of it");
        let whole = table(usize::try_from(part.first_row).unwrap(), batch.num_rows());
        let expected = whole.column_by_name("user").unwrap().as_struct().column(0).clone();
        assert_eq!(user.column(0).as_primitive::<Int64Type>(), expected.as_primitive::<Int64Type>());
    }
    let nested = Projection::new([&[index("list")][..]]);
    assert_eq!(input.parts(&nested).len(), 2);
}

#[test]
fn texts_come_as_entries_where_the_file_has_all_of_them_in_a_dictionary() {
    let bytes = written(properties(WriterVersion::PARQUET_1_0, Compression::SNAPPY, true, ROWS));
    let (input, batches) = read(at(bytes), ParquetOptions::default()).unwrap();
    let type_of = |name: &str| batches[0].column_by_name(name).unwrap().data_type().clone();
    let dictionary = |values| DataType::Dictionary(Box::new(DataType::Int32), Box::new(values));
    assert_eq!(type_of("text"), dictionary(DataType::Utf8));
    assert_eq!(type_of("word"), dictionary(DataType::Utf8));
    assert_eq!(type_of("binary"), dictionary(DataType::Binary));
    assert_eq!(type_of("duration"), DataType::Duration(TimeUnit::Nanosecond));
    // What people see is what the file says.
    assert_eq!(input.schema().field_with_name("text").unwrap().data_type(), &DataType::Utf8);
    // Several batches of one part have one dictionary.
    let entries: Vec<_> = batches
        .iter()
        .map(|batch| batch.column_by_name("word").unwrap().as_any_dictionary().values().clone())
        .collect();
    assert!(entries.windows(2).all(|pair| std::ptr::eq(
        pair[0].to_data().buffers()[0].as_ptr(),
        pair[1].to_data().buffers()[0].as_ptr()
    )));
    let bytes = written(properties(WriterVersion::PARQUET_1_0, Compression::SNAPPY, false, ROWS));
    let (_, batches) = read(at(bytes), ParquetOptions::default()).unwrap();
    assert_eq!(batches[0].column_by_name("text").unwrap().data_type(), &DataType::Utf8View);
}

#[test]
fn without_columns_there_are_rows_all_the_same() {
    let bytes = written(properties(WriterVersion::PARQUET_1_0, Compression::SNAPPY, true, 1000));
    let input = ParquetInput::open(at(bytes), ParquetOptions::default()).unwrap();
    let none = Projection::default();
    let rows: usize = input
        .parts(&none)
        .iter()
        .flat_map(|part| input.read(part, &none).unwrap())
        .map(|batch| batch.unwrap().num_rows())
        .sum();
    assert_eq!(rows, ROWS);
}
