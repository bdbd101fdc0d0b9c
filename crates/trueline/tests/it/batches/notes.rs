//! Parquet files whose types are told in more than one place: by Parquet itself, and by a note of the Arrow types that were written.

use std::sync::Arc;

use arrow_array::types::{Decimal128Type, Decimal256Type, Float16Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, ListArray, PrimitiveArray,
    RecordBatch, StringArray, StructArray,
};
use arrow_buffer::{OffsetBuffer, i256};
use arrow_schema::{DataType, Field, Schema as ArrowSchema};
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use parquet::arrow::encode_arrow_schema;
use parquet::basic::Type as Physical;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use trueline::{MemorySource, Report, Validator, Verdict};

use super::rows::{Outputs, read};
use crate::support::{schema, stable, validate};

/// A file of one column `c`, with `note` as the type that Arrow is told to have it in.
fn noted(array: ArrayRef, note: DataType) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable([("c", array, true)]).expect("a batch");
    let note = encode_arrow_schema(&ArrowSchema::new(vec![Field::new("c", note, true)]));
    let note = KeyValue::new("ARROW:schema".to_owned(), note);
    let properties = WriterProperties::builder().set_key_value_metadata(Some(vec![note])).build();
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let mut bytes = Vec::new();
    let mut writer =
        ArrowWriter::try_new_with_options(&mut bytes, batch.schema(), options).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    bytes
}

/// A file of one column `c` of byte arrays.
fn byte_arrays(kind: &str, values: &[&[u8]], has_dictionary: bool) -> Vec<u8> {
    let message = format!("message m {{ required binary c {kind}; }}");
    let columns = Arc::new(parse_message_type(&message).expect("a message"));
    let properties = Arc::new(WriterProperties::builder().set_dictionary_enabled(has_dictionary).build());
    let mut writer = SerializedFileWriter::new(Vec::new(), columns, properties).expect("a writer");
    let mut group = writer.next_row_group().expect("a row group");
    let mut column = group.next_column().expect("a column").expect("a column");
    let values: Vec<ByteArray> = values.iter().map(|value| ByteArray::from(value.to_vec())).collect();
    column.typed::<ByteArrayType>().write_batch(&values, None, None).expect("written");
    column.close().expect("closed");
    group.close().expect("closed");
    writer.into_inner().expect("bytes")
}

/// The report on a file, which is the same where its rows are written; and the type and physical type that these then have.
fn reported(bytes: &[u8], data_type: &str) -> (Report, Option<(DataType, Physical)>) {
    let yaml = format!("fields:\n  - {{name: c, type: '{data_type}'}}\n");
    let source = MemorySource::new("t.parquet", bytes.to_vec());
    let alone = validate(Validator::builder(schema(&yaml)), &source);
    let outputs = Outputs::new("parquet");
    let report = validate(outputs.add(Validator::builder(schema(&yaml))), &source);
    assert_eq!(stable(&report), stable(&alone), "{data_type}");
    let written = (report.verdict == Verdict::Valid).then(|| {
        let rows = read(&outputs.valid);
        assert_eq!(rows.num_rows() as u64, report.rows.total);
        let file = std::fs::File::open(&outputs.valid).expect("a file");
        let footer = SerializedFileReader::new(file).expect("a footer");
        let columns = footer.metadata().file_metadata().schema_descr_ptr();
        (rows.column(0).data_type().clone(), columns.column(0).physical_type())
    });
    (alone, written)
}

#[test]
fn texts_are_texts_under_every_name_that_parquet_has_for_them() {
    let texts: [&[u8]; 4] =
        [b"{}", b"[1,\"\xc3\xa9\"]", b"{}", b"[\"a text that is longer than a view has room for\"]"];
    for has_dictionary in [true, false] {
        for (kind, data_type) in [
            ("(JSON)", "string"),
            ("(STRING)", "string"),
            ("(UTF8)", "string"),
            ("(BSON)", "binary"),
            ("(ENUM)", "binary"),
            ("", "binary"),
        ] {
            let (report, _) = reported(&byte_arrays(kind, &texts, has_dictionary), data_type);
            assert_eq!(report.verdict, Verdict::Valid, "{kind}, {has_dictionary}: {:?}", report.error);
            assert_eq!(report.rows.total, 4);
        }
        for kind in ["(JSON)", "(UTF8)"] {
            let bytes = byte_arrays(kind, &[b"{}", b"\"\xff\""], has_dictionary);
            let source = MemorySource::new("t.parquet", bytes);
            let outputs = Outputs::new("parquet");
            let builder = || Validator::builder(schema("fields:\n  - {name: c, type: string}\n"));
            for builder in [builder(), outputs.add(builder())] {
                let report = validate(builder, &source);
                assert_eq!(report.verdict, Verdict::Unreadable, "{kind}, {has_dictionary}");
                assert_eq!(report.error.expect("an error").code, "parquet.damaged");
            }
        }
    }
}

#[test]
fn dictionaries_that_a_note_speaks_of_are_read_as_what_they_are() {
    let cents = PrimitiveArray::<Decimal128Type>::from(vec![Some(150), None, Some(150), Some(7)]);
    let large = [1, 2, 1].map(i256::from_i128);
    let halves = [0.5, 1.5, 0.5].map(<Float16Type as arrow_array::ArrowPrimitiveType>::Native::from_f32);
    let of_all: Vec<(ArrayRef, &str)> = vec![
        (Arc::new(cents.with_precision_and_scale(25, 2).expect("a decimal")), "decimal(25,2)"),
        (
            Arc::new(
                PrimitiveArray::<Decimal256Type>::from(large.to_vec())
                    .with_precision_and_scale(38, 2)
                    .expect("a decimal"),
            ),
            "decimal(38,2)",
        ),
        (Arc::new(PrimitiveArray::<Float16Type>::from(halves.to_vec())), "float32"),
        (Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])), "boolean"),
        (Arc::new(Float64Array::from(vec![0.5, 1.5])), "float64"),
        (Arc::new(Int32Array::from(vec![1, 2, 1])), "int32"),
        (Arc::new(StringArray::from(vec!["a", "b", "a"])), "string"),
    ];
    for (array, data_type) in of_all {
        let entries = DataType::Dictionary(Box::new(DataType::Int32), Box::new(array.data_type().clone()));
        let (report, _) = reported(&noted(Arc::clone(&array), entries.clone()), data_type);
        assert_eq!(report.verdict, Verdict::Valid, "{data_type}: {:?}", report.error);

        let field = |data_type: &DataType| Arc::new(Field::new("element", data_type.clone(), true));
        let offsets = OffsetBuffer::from_lengths([1, array.len() - 1]);
        let lists = ListArray::new(field(array.data_type()), offsets, Arc::clone(&array), None);
        let bytes = noted(Arc::new(lists), DataType::List(field(&entries)));
        let (report, _) = reported(&bytes, &format!("list<{data_type}>"));
        assert_eq!(report.verdict, Verdict::Valid, "list<{data_type}>: {:?}", report.error);

        let parts = StructArray::new(vec![field(array.data_type())].into(), vec![array], None);
        let bytes = noted(Arc::new(parts), DataType::Struct(vec![field(&entries)].into()));
        let (report, _) = reported(&bytes, &format!("struct<element: {data_type}>"));
        assert_eq!(report.verdict, Verdict::Valid, "struct<element: {data_type}>: {:?}", report.error);
    }
}

#[test]
fn days_are_written_as_days_whatever_a_note_says() {
    for note in [DataType::Date32, DataType::Date64] {
        let days: ArrayRef = Arc::new(Date32Array::from(vec![Some(18_262), None]));
        let (report, written) = reported(&noted(days, note), "date");
        assert_eq!(report.verdict, Verdict::Valid);
        assert_eq!(written, Some((DataType::Date32, Physical::INT32)));
    }
}
