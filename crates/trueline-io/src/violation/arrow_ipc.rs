//! Writes violations as an Arrow IPC file.

use std::fmt;
use std::io::{self, Write};

use arrow_ipc::writer::FileWriter;
use arrow_schema::ArrowError;

use super::batch::BatchBuilder;
use super::row::Row;

pub(super) struct Writer<W: Write> {
    writer: FileWriter<W>,
    batch_builder: BatchBuilder,
}

impl<W: Write> Writer<W> {
    pub(super) fn start(out: W) -> io::Result<Self> {
        let batch_builder = BatchBuilder::new();
        let writer = FileWriter::try_new(out, batch_builder.schema()).map_err(fail)?;
        Ok(Self { writer, batch_builder })
    }

    pub(super) fn add(&mut self, row: &Row<'_>) -> io::Result<()> {
        match self.batch_builder.add(row).map_err(fail)? {
            Some(batch) => self.writer.write(&batch).map_err(fail),
            None => Ok(()),
        }
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        if let Some(batch) = self.batch_builder.take().map_err(fail)? {
            self.writer.write(&batch).map_err(fail)?;
        }
        self.writer.into_inner().map_err(fail)
    }
}

/// Returns the I/O error of the file if that is the cause.
fn fail(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, source) => source,
        error => io::Error::other(error),
    }
}

impl<W: Write> fmt::Debug for Writer<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Writer").field("gathered", &self.batch_builder).finish_non_exhaustive()
    }
}
