//! Writes violations as Parquet.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::batch::BatchBuilder;
use super::row::Row;

/// Rows of a row group.
const GROUP_ROWS: usize = 1 << 20;
/// The encoded size of a row group in bytes: a row group is kept in memory until it is written.
const GROUP_BYTES: usize = 16 << 20;

pub(super) struct Writer<W: Write + Send> {
    writer: ArrowWriter<W>,
    batch_builder: BatchBuilder,
}

impl<W: Write + Send> Writer<W> {
    pub(super) fn start(out: W) -> io::Result<Self> {
        // Without page statistics and the offset index, which the writer would keep in memory until the end.
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_max_row_group_bytes(Some(GROUP_BYTES))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .build();
        let batch_builder = BatchBuilder::new();
        let writer = ArrowWriter::try_new(out, Arc::clone(batch_builder.schema()), Some(properties));
        Ok(Self { writer: writer.map_err(fail)?, batch_builder })
    }

    pub(super) fn add(&mut self, row: &Row<'_>) -> io::Result<()> {
        match self.batch_builder.add(row).map_err(io::Error::other)? {
            Some(batch) => self.writer.write(&batch).map_err(fail),
            None => Ok(()),
        }
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        if let Some(batch) = self.batch_builder.take().map_err(io::Error::other)? {
            self.writer.write(&batch).map_err(fail)?;
        }
        self.writer.into_inner().map_err(fail)
    }
}

/// Returns the I/O error of the file if that is the cause.
fn fail(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        error => io::Error::other(error),
    }
}

impl<W: Write + Send> fmt::Debug for Writer<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Writer").field("gathered", &self.batch_builder).finish_non_exhaustive()
    }
}
