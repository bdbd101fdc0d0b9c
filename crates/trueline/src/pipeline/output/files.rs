//! The files that rows are written to: text unchanged, record batches with their types.

use std::path::Path;

#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
use arrow_schema::SchemaRef;
use trueline_io::Temporaries;
#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
use trueline_io::rows::{BatchFiles, BatchRows};
use trueline_io::rows::{InputStart, ReasonColumn, RowFiles, Rows};

use crate::error::Error;
#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
use crate::error::ErrorKind;

/// The rows of a piece.
pub(in super::super) enum PieceRows {
    Text(Rows),
    #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
    Batches(BatchRows),
}

impl PieceRows {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Text(rows) => rows.len(),
            #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
            Self::Batches(rows) => rows.len(),
        }
    }

    pub(super) fn mark(&mut self, row: usize) {
        match self {
            Self::Text(rows) => rows.mark(row),
            #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
            Self::Batches(rows) => rows.mark(row),
        }
    }

    pub(super) fn add_reason(&mut self, row: usize, check: u32) {
        match self {
            Self::Text(rows) => rows.add_reason(row, check),
            #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
            Self::Batches(rows) => rows.add_reason(row, check),
        }
    }
}

/// The files of one run.
pub(super) enum Files {
    Text(Box<RowFiles>),
    #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
    Batches(Box<BatchFiles>),
}

fn fail(source: trueline_io::Error) -> Error {
    Error::output(source)
}

#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
fn mixed() -> Error {
    Error::new(ErrorKind::Internal { message: "rows came for files of another kind".to_owned() })
}

impl Files {
    pub(super) fn text(
        valid: Option<&Path>,
        invalid: Option<&Path>,
        max_gap_bytes: usize,
        temporaries: &Temporaries,
    ) -> Result<Self, Error> {
        let files = RowFiles::create(valid, invalid, max_gap_bytes, temporaries);
        Ok(Self::Text(Box::new(files.map_err(fail)?)))
    }

    #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
    pub(super) fn batches(
        valid: Option<&Path>,
        invalid: Option<&Path>,
        temporaries: &Temporaries,
    ) -> Result<Self, Error> {
        let files = BatchFiles::create(valid, invalid, temporaries);
        Ok(Self::Batches(Box::new(files.map_err(fail)?)))
    }

    /// Without these features, inputs of such formats cannot be read either, which is reported as an error.
    #[cfg(not(any(feature = "parquet", feature = "arrow-ipc")))]
    pub(super) fn batches(
        valid: Option<&Path>,
        invalid: Option<&Path>,
        temporaries: &Temporaries,
    ) -> Result<Self, Error> {
        Self::text(valid, invalid, 0, temporaries)
    }

    pub(super) fn tell_reasons(&mut self, column: ReasonColumn) {
        match self {
            Self::Text(files) => files.tell_reasons(column),
            #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
            Self::Batches(files) => files.tell_reasons(column),
        }
    }

    /// The numbers of valid and invalid rows.
    pub(super) fn rows(&self) -> (u64, u64) {
        match self {
            Self::Text(files) => files.rows(),
            #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
            Self::Batches(files) => files.rows(),
        }
    }

    pub(super) fn begin_input(&mut self, start: &InputStart<'_>) -> Result<(), Error> {
        match self {
            Self::Text(files) => files.begin_input(start).map_err(fail),
            #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
            Self::Batches(_) => Err(mixed()),
        }
    }

    #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
    pub(super) fn begin_batches(&mut self, name: &str, schema: &SchemaRef) -> Result<(), Error> {
        match self {
            Self::Batches(files) => files.begin_input(name, schema).map_err(fail),
            Self::Text(_) => Err(mixed()),
        }
    }

    /// Writes rows; returns the buffer for reuse if there is one.
    pub(super) fn append(&mut self, rows: PieceRows) -> Result<Option<Rows>, Error> {
        match (self, rows) {
            (Self::Text(files), PieceRows::Text(mut rows)) => {
                files.append(&mut rows).map_err(fail)?;
                Ok(Some(rows))
            }
            #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
            (Self::Batches(files), PieceRows::Batches(mut rows)) => {
                files.append(&mut rows).map_err(fail)?;
                Ok(None)
            }
            #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
            _ => Err(mixed()),
        }
    }

    pub(super) fn end_input(&mut self) -> Result<(), Error> {
        match self {
            Self::Text(files) => files.end_input().map_err(fail),
            #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
            Self::Batches(_) => Ok(()),
        }
    }

    /// Syncs the files without renaming them into place.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        match self {
            Self::Text(files) => files.finish().map_err(fail),
            #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
            Self::Batches(files) => files.finish().map_err(fail),
        }
    }

    pub(super) fn commit(self) -> Result<(), trueline_io::Error> {
        match self {
            Self::Text(files) => files.commit(),
            #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
            Self::Batches(files) => files.commit(),
        }
    }
}
