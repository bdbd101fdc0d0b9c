//! Files of the Parquet project itself.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType, UInt64Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use trueline_testkit::corpora::{corpus, files};

use super::*;

/// What is known of each good file: its name and its rows.
const GOOD: &str = include_str!("good.txt");

/// Good files that are refused, and why.
const SKIPPED: [(&str, &str); 1] = [(
    "large_string_map.brotli",
    "it has pages of 1 GiB, which is more than the limit; whoever wants that raises max_page_bytes",
)];

/// Files among the good ones whose checksums are wrong on purpose.
const CORRUPT: [&str; 2] = ["datapage_v1-corrupt-checksum", "rle-dict-uncompressed-corrupt-checksum"];

fn named(folder: &Path) -> Vec<(String, std::path::PathBuf)> {
    let files = files(folder)
        .unwrap()
        .into_iter()
        .filter(|file| file.extension().is_some_and(|end| end == "parquet"));
    files.map(|file| (file.file_stem().unwrap().to_string_lossy().into_owned(), file)).collect()
}

#[test]
fn good_files_are_read() {
    let Some(folder) = corpus("parquet-testing") else { return };
    let known: BTreeMap<&str, u64> = GOOD
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(name, rows)| (name, rows.parse().unwrap()))
        .collect();
    let mut read = 0;
    for (name, file) in named(&folder.join("data")) {
        let result = read_file(&file);
        if CORRUPT.contains(&name.as_str()) {
            let failure = result.err().unwrap();
            assert!(failure.message.contains("checksum"), "{name}: {}", failure.message);
        } else if SKIPPED.iter().any(|(skipped, _)| *skipped == name) {
            assert_eq!(result.err().unwrap().code, "parquet.limit", "{name} is read now");
        } else {
            let (input, batches) = result.unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
            let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
            assert_eq!((rows as u64, input.rows()), (known[name.as_str()], rows as u64), "{name}");
            read += 1;
        }
    }
    assert_eq!(read, known.len());
    assert!(SKIPPED.len() * 50 <= read + SKIPPED.len(), "more than two in a hundred are skipped");
}

#[test]
fn bad_files_are_refused() {
    let Some(folder) = corpus("parquet-testing") else { return };
    let bad = named(&folder.join("bad_data"));
    assert!(bad.len() >= 8);
    for (name, file) in bad {
        let failure = read_file(&file).err().unwrap_or_else(|| panic!("{name} was read"));
        assert_eq!(failure.code, "parquet.damaged", "{name}: {}", failure.message);
        assert!(failure.byte_offset <= std::fs::metadata(&file).unwrap().len(), "{name}");
    }
}

/// One column of all batches as text, null as nothing.
fn texts(batches: &[RecordBatch], column: usize) -> Vec<String> {
    let of = |array: &ArrayRef, row: usize| match array.data_type() {
        _ if array.is_null(row) => String::new(),
        DataType::Utf8View => array.as_string_view().value(row).to_owned(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).to_string(),
        other => panic!("{other}"),
    };
    let arrays = batches.iter().map(|batch| batch.column(column));
    arrays.flat_map(|array| (0..array.len()).map(|row| of(array, row)).collect::<Vec<_>>()).collect()
}

#[test]
fn differences_decode_to_what_their_tables_say() {
    let Some(folder) = corpus("parquet-testing") else { return };
    let folder = folder.join("data");
    for name in [
        "delta_byte_array",
        "delta_binary_packed",
        "delta_encoding_optional_column",
        "delta_encoding_required_column",
    ] {
        let (input, batches) = read_file(&folder.join(format!("{name}.parquet"))).unwrap();
        let mut table = csv::Reader::from_path(folder.join(format!("{name}_expect.csv"))).unwrap();
        let header = table.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
        for (column, name_of) in header.iter().enumerate() {
            assert_eq!(
                input.schema().field(column).name().trim_end_matches(':').trim(),
                name_of.trim(),
                "{name}"
            );
            let found = texts(&batches, column);
            assert_eq!(found.len(), rows.len());
            for (row, (found, expected)) in found.iter().zip(&rows).enumerate() {
                assert_eq!(*found, &expected[column], "{name}, {name_of}, row {row}");
            }
        }
    }
}

#[test]
fn every_member_of_a_page_is_unpacked() {
    let Some(folder) = corpus("parquet-testing") else { return };
    let (_, batches) = read_file(&folder.join("data/concatenated_gzip_members.parquet")).unwrap();
    let expected: Vec<String> = (1..=513).map(|number: u64| number.to_string()).collect();
    assert_eq!(texts(&batches, 0), expected);
}

#[test]
fn timestamps_of_96_bits_do_not_wrap_around() {
    let Some(folder) = corpus("parquet-testing") else { return };
    let (_, batches) = read_file(&folder.join("data/int96_from_spark.parquet")).unwrap();
    let found: Vec<Option<i64>> =
        batches[0].column(0).as_primitive::<TimestampMicrosecondType>().iter().collect();
    let expected = [
        Some(1_704_141_296_123_456),
        Some(1_704_070_800_000_000),
        Some(253_402_225_200_000_000),
        Some(1_735_599_600_000_000),
        None,
        Some(9_089_380_393_200_000_000),
    ];
    assert_eq!(found, expected);
}
