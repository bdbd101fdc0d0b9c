//! Reads Parquet with `arrow-rs`, and nothing else: the columns become Arrow arrays that are not examined. Each thread takes one
//! row group after the other.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

/// The number of rows of a batch.
const BATCH_ROWS: usize = 8192;

/// Reads these columns of a whole file, and returns the number of rows.
pub(crate) fn read(path: &Path, columns: &[&str], threads: usize) -> u64 {
    let metadata = ArrowReaderMetadata::load(&open(path), ArrowReaderOptions::new()).expect("a Parquet file");
    let groups = metadata.metadata().num_row_groups();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut rows = 0;
        loop {
            let group = next.fetch_add(1, Ordering::Relaxed);
            if group >= groups {
                return rows;
            }
            rows += read_group(path, &metadata, columns, group);
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().expect("read")).sum()
    })
}

/// Opens the file again: handles cloned from one share its position, which several threads would change.
fn open(path: &Path) -> File {
    File::open(path).expect("the file")
}

fn read_group(path: &Path, metadata: &ArrowReaderMetadata, columns: &[&str], group: usize) -> u64 {
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(open(path), metadata.clone());
    let columns = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    let batches =
        builder.with_projection(columns).with_row_groups(vec![group]).with_batch_size(BATCH_ROWS).build();
    batches.expect("a row group").map(|batch| batch.expect("a batch").num_rows() as u64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use tempfile::NamedTempFile;

    /// Writes five row groups of 1,000 rows.
    fn written() -> NamedTempFile {
        let schema =
            parse_message_type("message m { required int64 number; required binary text (UTF8); }").unwrap();
        let file = NamedTempFile::new().unwrap();
        let properties = Arc::new(WriterProperties::builder().build());
        let mut writer = SerializedFileWriter::new(file.as_file(), Arc::new(schema), properties).unwrap();
        for _ in 0..5 {
            let mut group = writer.next_row_group().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            let numbers: Vec<i64> = (0..1_000).collect();
            column.typed::<Int64Type>().write_batch(&numbers, None, None).unwrap();
            column.close().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            let texts: Vec<ByteArray> =
                numbers.iter().map(|number| ByteArray::from(number.to_string().as_str())).collect();
            column.typed::<ByteArrayType>().write_batch(&texts, None, None).unwrap();
            column.close().unwrap();
            group.close().unwrap();
        }
        writer.close().unwrap();
        file
    }

    #[test]
    fn every_row_group_is_read_once() {
        let file = written();
        for threads in 1..4 {
            assert_eq!(read(file.path(), &["text", "number"], threads), 5_000);
            assert_eq!(read(file.path(), &["number"], threads), 5_000);
        }
    }
}
