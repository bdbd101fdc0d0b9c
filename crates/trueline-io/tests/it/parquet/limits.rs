//! Limits, cuts and readers that fail.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use parquet::arrow::ArrowWriter;

use super::*;
use crate::table::table;

fn written() -> Vec<u8> {
    let batch = table(0, 500);
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn failure(bytes: Vec<u8>, options: ParquetOptions) -> Failure {
    read(at(bytes), options).err().unwrap()
}

#[test]
fn every_limit_has_its_error() {
    let with = |change: &dyn Fn(&mut ParquetOptions)| {
        let mut options = ParquetOptions::default();
        change(&mut options);
        failure(written(), options)
    };
    let limits: [(&str, Failure); 6] = [
        ("max_metadata_bytes", with(&|options| options.max_metadata_bytes = 100)),
        ("max_columns", with(&|options| options.max_columns = 5)),
        ("max_row_groups", with(&|options| options.max_row_groups = 0)),
        ("max_page_bytes", with(&|options| options.max_page_bytes = 90)),
        ("max_pages", with(&|options| options.max_pages = 0)),
        ("max_batch_values", with(&|options| options.max_batch_values = 10)),
    ];
    for (option, failure) in limits {
        assert_eq!(failure.code, "parquet.limit", "{option}: {}", failure.message);
        assert!(
            failure.message.ends_with(&format!("raise {option} if that is as it should be")),
            "{}",
            failure.message
        );
    }
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let bytes = written();
    for end in (0..bytes.len()).step_by(7).chain(bytes.len() - 20..bytes.len()) {
        let failure = failure(bytes[..end].to_vec(), ParquetOptions::default());
        assert_eq!(failure.code, "parquet.damaged", "{end}: {}", failure.message);
    }
}

#[test]
fn what_is_no_parquet_file_is_told_so() {
    let message = |bytes: &[u8]| failure(bytes.to_vec(), ParquetOptions::default()).message;
    assert_eq!(
        message(b""),
        "the file has 0 bytes, and the smallest Parquet file has 12; get the file again"
    );
    assert!(message(b"id,name\n1,a\n2,b\n").contains("does not end with `PAR1`"));
    let mut encrypted = written();
    let end = encrypted.len();
    encrypted[end - 4..].copy_from_slice(b"PARE");
    assert!(message(&encrypted).contains("encrypted"));
}

/// Fails, or comes short, at the n-th call.
struct Faulty {
    source: MemorySource,
    calls: AtomicU64,
    nth: u64,
    fault: fn() -> io::Result<usize>,
}

impl ReadAt for Faulty {
    fn size_bytes(&self) -> u64 {
        self.source.size_bytes()
    }

    fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> io::Result<usize> {
        if self.calls.fetch_add(1, Ordering::Relaxed) + 1 == self.nth {
            let length = match (self.fault)() {
                Ok(length) => length.min(buffer.len()),
                error => return error,
            };
            return self.source.read_at(&mut buffer[..length], byte_offset);
        }
        self.source.read_at(buffer, byte_offset)
    }
}

#[test]
fn a_read_that_fails_at_any_call_is_a_failure_and_a_short_one_is_none() {
    let bytes = written();
    let run = |nth, fault| {
        let source = MemorySource::new("a.parquet", bytes.clone());
        let faulty = Arc::new(Faulty { source, calls: AtomicU64::new(0), nth, fault });
        let result = read(faulty.clone(), ParquetOptions::default());
        (
            result.map(|(_, batches)| batches.iter().map(RecordBatch::num_rows).sum::<usize>()),
            faulty.calls.load(Ordering::Relaxed),
        )
    };
    let (rows, calls) = run(0, || Ok(1));
    assert_eq!((rows.unwrap(), calls > 50), (500, true), "{calls} calls");
    for nth in 1..=calls {
        let (result, _) = run(nth, || Err(io::Error::other("injected")));
        let failure = result.unwrap_err();
        assert_eq!(failure.code, "read", "call {nth}: {}", failure.message);
        let (result, _) = run(nth, || Ok(0));
        assert_eq!(result.unwrap_err().code, "read", "call {nth}");
        for fault in [|| Ok(1), || Err(io::ErrorKind::Interrupted.into())] {
            assert_eq!(run(nth, fault).0.unwrap(), 500, "call {nth}");
        }
    }
}

/// A footer alone, of one row group without columns.
fn without_columns(rows: u64) -> Vec<u8> {
    let mut varint = Vec::new();
    let mut rest = rows << 1;
    while rest > 0x7f {
        varint.push(u8::try_from(rest & 0x7f).unwrap() | 0x80);
        rest >>= 7;
    }
    varint.push(u8::try_from(rest).unwrap());
    let schema =
        [&[0x15, 0x04, 0x19, 0x1c, 0x35, 0x00, 0x18, 0x06], &b"schema"[..], &[0x15, 0x00, 0x00]].concat();
    let group = [&[0x19, 0x1c, 0x19, 0x0c, 0x16, 0x00, 0x16], varint.as_slice(), &[0x00, 0x00]].concat();
    let footer = [schema.as_slice(), &[0x16], &varint, &group].concat();
    let length = u32::try_from(footer.len()).unwrap().to_le_bytes();
    [&b"PAR1"[..], &footer, &length, b"PAR1"].concat()
}

#[test]
fn a_number_of_rows_alone_makes_neither_time_nor_memory() {
    for rows in [3, i32::MAX as u64] {
        let input = ParquetInput::open(at(without_columns(rows)), ParquetOptions::default()).unwrap();
        assert_eq!(input.rows(), rows);
    }
    for rows in [1 << 31, 1 << 61] {
        let failure = failure(without_columns(rows), ParquetOptions::default());
        assert_eq!(failure.code, "parquet.damaged");
        assert!(failure.message.contains(&format!("says that it has {rows} rows")), "{}", failure.message);
    }
    let mut options = ParquetOptions::default();
    options.part_rows = 1;
    let input = ParquetInput::open(at(without_columns(1 << 20)), options).unwrap();
    let parts = input.parts(&Projection::all(input.schema()));
    assert_eq!((parts.len(), parts[0].rows.clone(), parts[1].first_row), (1 << 16, 0..16, 16));
}
