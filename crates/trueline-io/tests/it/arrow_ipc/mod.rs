//! Arrow IPC inputs: files and streams of our own, whole, damaged and cut.

use std::io::Cursor;
use std::sync::Arc;

use arrow_array::builder::{Int64Builder, ListBuilder, MapBuilder, NullBuilder, StringBuilder};
use arrow_array::{ArrayRef, NullArray, RecordBatch, RecordBatchOptions};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::Schema;
use trueline_io::arrow_ipc::{ArrowFile, ArrowOptions, ArrowStream};
use trueline_io::batch::Projection;
use trueline_io::text::Failure;
use trueline_io::{MemorySource, ReadAt};
use trueline_testkit::fault::{FailingRead, TrickleRead};

use crate::table::{assert_same, shown, table};

const ROWS: usize = 2000;

fn batches() -> Vec<RecordBatch> {
    [0..700, 700..701, 701..701, 701..1500, 1500..ROWS].map(|rows| table(rows.start, rows.len())).into()
}

fn write_options(compression: Option<CompressionType>) -> IpcWriteOptions {
    IpcWriteOptions::default().try_with_compression(compression).unwrap()
}

fn file(compression: Option<CompressionType>) -> Vec<u8> {
    // A file has one dictionary for all of its batches.
    let batches = batches();
    let mut bytes = Vec::new();
    let mut writer =
        FileWriter::try_new_with_options(&mut bytes, &batches[0].schema(), write_options(compression))
            .unwrap();
    let whole = table(0, ROWS);
    let mut start = 0;
    for batch in &batches {
        writer.write(&whole.slice(start, batch.num_rows())).unwrap();
        start += batch.num_rows();
    }
    writer.finish().unwrap();
    drop(writer);
    bytes
}

fn stream(compression: Option<CompressionType>) -> Vec<u8> {
    let batches = batches();
    let mut bytes = Vec::new();
    let mut writer =
        StreamWriter::try_new_with_options(&mut bytes, &batches[0].schema(), write_options(compression))
            .unwrap();
    for batch in &batches {
        writer.write(batch).unwrap();
    }
    writer.finish().unwrap();
    drop(writer);
    bytes
}

fn read_file(bytes: Vec<u8>, options: ArrowOptions) -> Result<Vec<RecordBatch>, Failure> {
    let at: Arc<dyn ReadAt> = Arc::new(MemorySource::new("a.arrow", bytes));
    let file = ArrowFile::open(at, options)?;
    let reading = file.reading(&Projection::all(file.schema()))?;
    let mut batches = Vec::new();
    for part in file.parts() {
        for batch in reading.read(part) {
            batches.push(batch?);
        }
    }
    Ok(batches)
}

fn read_stream(
    read: Box<dyn std::io::Read + Send>,
    options: ArrowOptions,
) -> Result<Vec<RecordBatch>, Failure> {
    let mut stream = ArrowStream::open(read, options)?;
    let mut batches = Vec::new();
    while let Some(message) = stream.next_message() {
        batches.extend(message?.decode()?);
    }
    Ok(batches)
}

fn assert_table(batches: &[RecordBatch], what: &str) {
    let whole = table(0, ROWS);
    for (index, field) in whole.schema().fields().iter().enumerate() {
        let found: Vec<String> = batches.iter().flat_map(|batch| shown(batch.column(index))).collect();
        assert_same(&found, &shown(whole.column(index)), &format!("{what}, {}", field.name()));
    }
}

const COMPRESSIONS: [Option<CompressionType>; 3] =
    [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)];

#[test]
fn files_and_streams_give_the_table_back() {
    for compression in COMPRESSIONS {
        for (part_bytes, batch_rows) in [(4 << 20, 16_384), (1, 100), (50_000, 1)] {
            let mut options = ArrowOptions::default();
            (options.part_bytes, options.batch_rows) = (part_bytes, batch_rows);
            let what = format!("{compression:?}, parts of {part_bytes}, batches of {batch_rows}");
            assert_table(&read_file(file(compression), options).unwrap(), &what);
            let read = TrickleRead::new(Cursor::new(stream(compression)), 1000);
            assert_table(&read_stream(Box::new(read), options).unwrap(), &what);
        }
    }
}

#[test]
fn only_what_is_named_is_read() {
    for compression in COMPRESSIONS {
        let at: Arc<dyn ReadAt> = Arc::new(MemorySource::new("a.arrow", file(compression)));
        let opened = ArrowFile::open(at, ArrowOptions::default()).unwrap();
        let named = ["int64", "view", "word", "list"].map(|name| [opened.schema().index_of(name).unwrap()]);
        let projection = Projection::new(named.iter().map(<[usize; 1]>::as_slice));
        let reading = opened.reading(&projection).unwrap();
        let mut stream =
            ArrowStream::open(Box::new(Cursor::new(stream(compression))), ArrowOptions::default()).unwrap();
        stream.project(&projection);
        let of_file: Vec<RecordBatch> =
            opened.parts().into_iter().flat_map(|part| reading.read(part)).map(Result::unwrap).collect();
        let mut of_stream = Vec::new();
        while let Some(message) = stream.next_message() {
            of_stream.extend(message.unwrap().decode().unwrap());
        }
        let whole = table(0, ROWS);
        for batches in [of_file, of_stream] {
            for (column, [index]) in named.iter().enumerate() {
                let found: Vec<String> =
                    batches.iter().flat_map(|batch| shown(batch.column(column))).collect();
                assert_same(&found, &shown(whole.column(*index)), "a named column");
            }
            assert_eq!(batches[0].num_columns(), 4);
        }
    }
}

#[test]
fn what_is_cut_is_refused() {
    let (file, stream) = (file(None), stream(None));
    for end in (0..file.len()).step_by(997).chain(file.len() - 12..file.len()) {
        let failure = read_file(file[..end].to_vec(), ArrowOptions::default()).unwrap_err();
        assert_eq!(failure.code, "arrow.damaged", "{end}: {}", failure.message);
    }
    for end in (0..stream.len()).step_by(499).chain(stream.len() - 12..stream.len()) {
        let cut = Cursor::new(stream[..end].to_vec());
        let failure = read_stream(Box::new(cut), ArrowOptions::default()).unwrap_err();
        assert_eq!(failure.code, "arrow.damaged", "{end}: {}", failure.message);
    }
    let longer = [stream, vec![0; 8]].concat();
    let failure = read_stream(Box::new(Cursor::new(longer)), ArrowOptions::default()).unwrap_err();
    assert!(failure.message.contains("bytes behind its end"), "{}", failure.message);
}

#[test]
fn every_limit_has_its_error() {
    let with = |change: &dyn Fn(&mut ArrowOptions)| {
        let mut options = ArrowOptions::default();
        change(&mut options);
        let of_file = read_file(file(Some(CompressionType::ZSTD)), options).unwrap_err();
        let of_stream = read_stream(Box::new(Cursor::new(stream(None))), options).unwrap_err();
        [of_file, of_stream]
    };
    let limits = [
        ("max_metadata_bytes", with(&|options| options.max_metadata_bytes = 1000)),
        ("max_columns", with(&|options| options.max_columns = 16)),
        ("max_batch_bytes", with(&|options| options.max_batch_bytes = 2000)),
    ];
    for (option, failures) in limits {
        for failure in failures {
            assert_eq!(failure.code, "arrow.limit", "{option}: {}", failure.message);
            assert!(failure.message.contains(&format!("raise {option}")), "{}", failure.message);
        }
    }
}

#[test]
fn a_stream_that_fails_at_any_call_is_a_failure() {
    let bytes = stream(None);
    let count = FailingRead::new(TrickleRead::new(Cursor::new(bytes.clone()), 9000), 0);
    let calls = count.calls();
    read_stream(Box::new(count), ArrowOptions::default()).unwrap();
    for nth in 1..=calls.count() {
        let read = FailingRead::new(TrickleRead::new(Cursor::new(bytes.clone()), 9000), nth);
        let failure = read_stream(Box::new(read), ArrowOptions::default()).unwrap_err();
        assert_eq!(failure.code, "read", "call {nth}: {}", failure.message);
    }
}

fn bytes_of(batch: &RecordBatch) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = StreamWriter::try_new(&mut bytes, &batch.schema()).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    bytes
}

/// The schema is refused as it is opened, before anything is made of its types.
#[test]
fn a_type_that_no_array_can_have_is_refused_with_its_column() {
    let mut maps = MapBuilder::new(None, StringBuilder::new(), Int64Builder::new());
    maps.keys().append_value("k");
    maps.values().append_value(1);
    maps.append(true).unwrap();
    let maps: ArrayRef = Arc::new(maps.finish());
    let bytes = bytes_of(&RecordBatch::try_from_iter([("m", maps)]).unwrap());
    // Types are a byte each; that of the entries of the map is made one of binary.
    let refused = (0..400).filter(|&offset| bytes[offset] == 13).find_map(|offset| {
        let mut damaged = bytes.clone();
        damaged[offset] = 4;
        ArrowStream::open(Box::new(Cursor::new(damaged)), ArrowOptions::default()).err()
    });
    let failure = refused.expect("a struct");
    assert_eq!((failure.code, failure.byte_offset), ("arrow.damaged", 0));
    assert!(failure.message.contains("the column `m`, a map whose entries are"), "{}", failure.message);
}

/// A number is all that such rows take in the input.
#[test]
fn rows_that_take_no_bytes_are_believed_up_to_a_number() {
    let none = RecordBatch::try_from_iter([("a", Arc::new(NullArray::new(3)) as ArrayRef)]).unwrap();
    let options = RecordBatchOptions::new().with_row_count(Some(3));
    let no_columns = RecordBatch::try_new_with_options(Arc::new(Schema::empty()), vec![], &options).unwrap();
    let mut lists = ListBuilder::new(NullBuilder::new());
    lists.values().append_nulls(3);
    lists.append(true);
    let lists = RecordBatch::try_from_iter([("a", Arc::new(lists.finish()) as ArrayRef)]).unwrap();
    for batch in [none, no_columns, lists] {
        for rows in [3, i64::from(i32::MAX), 1 << 31, 1 << 40, i64::MAX] {
            let mut bytes = bytes_of(&batch);
            let places: Vec<usize> =
                (0..bytes.len() - 8).filter(|&at| bytes[at..at + 8] == 3_i64.to_le_bytes()).collect();
            assert!(!places.is_empty());
            for place in places {
                bytes[place..place + 8].copy_from_slice(&rows.to_le_bytes());
            }
            let mut stream =
                ArrowStream::open(Box::new(Cursor::new(bytes)), ArrowOptions::default()).unwrap();
            let first = stream.next_message().unwrap().unwrap().decode().map(|mut batches| batches.next());
            if rows <= i64::from(i32::MAX) {
                assert!(first.unwrap().unwrap().num_rows() > 0);
            } else {
                let failure = first.unwrap_err();
                assert_eq!(failure.code, "arrow.damaged");
                assert!(
                    failure.message.contains(&format!("says that it has {rows} rows")),
                    "{}",
                    failure.message
                );
            }
        }
    }
}

/// Every byte of the descriptions, and some of the bodies.
#[test]
fn no_byte_does_harm() {
    let whole = table(0, 40);
    let mut bytes = Vec::new();
    let options = write_options(Some(CompressionType::LZ4_FRAME));
    let mut writer = FileWriter::try_new_with_options(&mut bytes, &whole.schema(), options).unwrap();
    writer.write(&whole).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut refused = 0;
    for offset in 0..bytes.len() {
        for value in [0x00, 0x7f, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[offset] = value;
            match read_file(damaged.clone(), ArrowOptions::default()) {
                Ok(batches) => assert!(batches.iter().map(RecordBatch::num_rows).sum::<usize>() <= 40),
                Err(_) => refused += 1,
            }
            // The same messages stand in a stream, behind the eight bytes that make a file.
            let _ = read_stream(Box::new(Cursor::new(damaged[8..].to_vec())), ArrowOptions::default());
        }
    }
    std::panic::set_hook(hook);
    assert!(refused > 1000, "{refused}");
}
