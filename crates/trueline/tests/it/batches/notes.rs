//! Parquet files whose types are told in more than one place: by Parquet itself, and by a note of the Arrow types that were written.

use std::sync::Arc;

use arrow_array::Array;
use arrow_schema::DataType;
use parquet::basic::Type as Physical;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use trueline::{MemorySource, Report, Validator, Verdict};

use super::rows::{Outputs, read};
use crate::support::{schema, stable, validate};

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
