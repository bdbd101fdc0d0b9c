//! Writes violations as Parquet.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::batch::Gathered;
use super::row::Row;

/// Rows of a row group.
const GROUP_ROWS: usize = 1 << 20;
/// Bytes of a row group, as they are written: what is gathered in memory.
const GROUP_BYTES: usize = 16 << 20;

pub(super) struct Writer<W: Write + Send> {
    writer: ArrowWriter<W>,
    gathered: Gathered,
}

impl<W: Write + Send> Writer<W> {
    pub(super) fn start(out: W) -> io::Result<Self> {
        // What is known of every page would be kept until the end.
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_max_row_group_bytes(Some(GROUP_BYTES))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .build();
        let gathered = Gathered::new();
        let writer = ArrowWriter::try_new(out, Arc::clone(gathered.schema()), Some(properties));
        Ok(Self { writer: writer.map_err(fail)?, gathered })
    }

    pub(super) fn add(&mut self, row: &Row<'_>) -> io::Result<()> {
        match self.gathered.add(row).map_err(io::Error::other)? {
            Some(batch) => self.writer.write(&batch).map_err(fail),
            None => Ok(()),
        }
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        if let Some(batch) = self.gathered.take().map_err(io::Error::other)? {
            self.writer.write(&batch).map_err(fail)?;
        }
        self.writer.into_inner().map_err(fail)
    }
}

/// The error of the file, where it was one.
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
        formatter.debug_struct("Writer").field("gathered", &self.gathered).finish_non_exhaustive()
    }
}
