//! The file of one side, in the format given by its name.

use std::fmt;
use std::io;
use std::path::Path;
#[cfg(feature = "arrow-ipc")]
use std::sync::Arc;

use arrow_array::RecordBatch;
#[cfg(feature = "arrow-ipc")]
use arrow_array::cast::AsArray;
#[cfg(feature = "arrow-ipc")]
use arrow_array::{Array, ArrayRef};
#[cfg(feature = "arrow-ipc")]
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{ArrowError, DataType, IntervalUnit, SchemaRef};
#[cfg(feature = "parquet")]
use parquet::arrow::ArrowWriter;
#[cfg(feature = "parquet")]
use parquet::basic::Compression;
#[cfg(feature = "parquet")]
use parquet::file::properties::WriterProperties;

use crate::atomic::{AtomicFile, Temporaries};
use crate::error::{Error, ErrorKind, quoted};

/// The encoded size of a row group in bytes: a row group is kept in memory until it is written.
#[cfg(feature = "parquet")]
const GROUP_BYTES: usize = 16 << 20;

/// The file name extensions of tables.
const KNOWN: &str = ".parquet, .arrow or .arrows";

/// The file format of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TableFormat {
    Parquet,
    ArrowFile,
    ArrowStream,
}

impl TableFormat {
    fn from_file_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "parquet" | "parq" | "pq" => Some(Self::Parquet),
            "arrow" | "feather" | "ipc" => Some(Self::ArrowFile),
            "arrows" => Some(Self::ArrowStream),
            _ => None,
        }
    }

    fn feature(self) -> &'static str {
        if self == Self::Parquet { "parquet" } else { "arrow-ipc" }
    }

    fn is_built(self) -> bool {
        match self {
            Self::Parquet => cfg!(feature = "parquet"),
            Self::ArrowFile | Self::ArrowStream => cfg!(feature = "arrow-ipc"),
        }
    }
}

/// The file of one side.
pub(super) struct SideTable {
    name: String,
    format: TableFormat,
    state: WriterState,
}

enum WriterState {
    /// The columns are not known yet.
    Empty(AtomicFile),
    #[cfg(feature = "parquet")]
    Parquet(Box<ArrowWriter<AtomicFile>>),
    #[cfg(feature = "arrow-ipc")]
    ArrowFile(Box<FileWriter<AtomicFile>>),
    #[cfg(feature = "arrow-ipc")]
    ArrowStream(Box<StreamWriter<AtomicFile>>),
    Finished(AtomicFile),
    /// After an error.
    Broken,
}

impl SideTable {
    pub(super) fn create(path: &Path, temporaries: &Temporaries) -> Result<Self, Error> {
        let name = path.display().to_string();
        let Some(format) = TableFormat::from_file_name(&name) else {
            return Err(Error::new(ErrorKind::OutputForm { name, known: KNOWN.to_owned() }));
        };
        if !format.is_built() {
            return Err(Error::new(ErrorKind::NotBuilt { name, feature: format.feature() }));
        }
        let file = AtomicFile::create_among(path, temporaries)?;
        Ok(Self { name, format, state: WriterState::Empty(file) })
    }

    /// Begins the table.
    pub(super) fn start(&mut self, schema: &SchemaRef) -> Result<(), Error> {
        let WriterState::Empty(file) = std::mem::replace(&mut self.state, WriterState::Broken) else {
            return Err(self.fail(io::Error::other("an earlier write failed")));
        };
        if self.format == TableFormat::Parquet
            && let Some((field, lacks)) =
                schema.fields().iter().find_map(|field| Some((field, without_parquet(field.data_type())?)))
        {
            let text = format!(
                "Parquet has no {lacks}, and {} is {}; write to .arrow or .arrows",
                quoted(field.name()),
                field.data_type()
            );
            return Err(self.fail(io::Error::other(text)));
        }
        self.state = start_writer(self.format, file, schema).map_err(|source| self.fail(source))?;
        Ok(())
    }

    /// Writes rows, or returns the error that prevented creating them.
    pub(super) fn write(&mut self, rows: Result<RecordBatch, ArrowError>) -> Result<(), Error> {
        let rows = rows.map_err(|error| self.fail(io::Error::other(error)))?;
        let written = match &mut self.state {
            #[cfg(feature = "parquet")]
            WriterState::Parquet(writer) => writer.write(&rows).map_err(parquet_io_error),
            #[cfg(feature = "arrow-ipc")]
            WriterState::ArrowFile(writer) => {
                compact(&rows).and_then(|rows| writer.write(&rows)).map_err(arrow_io_error)
            }
            #[cfg(feature = "arrow-ipc")]
            WriterState::ArrowStream(writer) => {
                compact(&rows).and_then(|rows| writer.write(&rows)).map_err(arrow_io_error)
            }
            WriterState::Finished(_) => return Err(self.fail(crate::output::finished())),
            _ => Err(io::Error::other("an earlier write failed")),
        };
        written.map_err(|source| {
            self.state = WriterState::Broken;
            self.fail(source)
        })
    }

    /// Writes remaining data and syncs the file.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        let ended = match std::mem::replace(&mut self.state, WriterState::Broken) {
            #[cfg(feature = "parquet")]
            WriterState::Parquet(writer) => writer.into_inner().map_err(parquet_io_error),
            #[cfg(feature = "arrow-ipc")]
            WriterState::ArrowFile(writer) => writer.into_inner().map_err(arrow_io_error),
            #[cfg(feature = "arrow-ipc")]
            WriterState::ArrowStream(writer) => writer.into_inner().map_err(arrow_io_error),
            WriterState::Finished(file) => Ok(file),
            _ => Err(io::Error::other("no table was begun")),
        };
        let mut file = ended.map_err(|source| self.fail(source))?;
        file.sync()?;
        self.state = WriterState::Finished(file);
        Ok(())
    }

    /// Moves the file into place.
    pub(super) fn commit(self) -> Result<(), Error> {
        match self.state {
            WriterState::Finished(file) => file.commit(),
            _ => Err(self.fail(io::Error::other("it was not finished"))),
        }
    }

    fn fail(&self, source: io::Error) -> Error {
        Error::new(ErrorKind::Write { name: self.name.clone(), source })
    }
}

fn start_writer(format: TableFormat, file: AtomicFile, schema: &SchemaRef) -> io::Result<WriterState> {
    match format {
        #[cfg(feature = "parquet")]
        TableFormat::Parquet => {
            let properties = WriterProperties::builder()
                .set_compression(Compression::SNAPPY)
                .set_max_row_group_bytes(Some(GROUP_BYTES))
                .build();
            let writer = ArrowWriter::try_new(file, SchemaRef::clone(schema), Some(properties));
            Ok(WriterState::Parquet(Box::new(writer.map_err(parquet_io_error)?)))
        }
        #[cfg(feature = "arrow-ipc")]
        TableFormat::ArrowFile => {
            Ok(WriterState::ArrowFile(Box::new(FileWriter::try_new(file, schema).map_err(arrow_io_error)?)))
        }
        #[cfg(feature = "arrow-ipc")]
        TableFormat::ArrowStream => Ok(WriterState::ArrowStream(Box::new(
            StreamWriter::try_new(file, schema).map_err(arrow_io_error)?,
        ))),
        #[cfg(not(all(feature = "parquet", feature = "arrow-ipc")))]
        _ => Err(io::Error::other("its form is not built")),
    }
}

/// What within a type cannot be written as Parquet.
fn without_parquet(data_type: &DataType) -> Option<&'static str> {
    match data_type {
        DataType::Union(..) => Some("unions"),
        DataType::Interval(IntervalUnit::MonthDayNano) => Some("intervals of months, days and nanoseconds"),
        DataType::Struct(fields) if fields.is_empty() => Some("structs without members"),
        DataType::Struct(fields) => fields.iter().find_map(|field| without_parquet(field.data_type())),
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::ListView(field)
        | DataType::LargeListView(field)
        | DataType::FixedSizeList(field, _)
        | DataType::Map(field, _)
        | DataType::RunEndEncoded(_, field) => without_parquet(field.data_type()),
        DataType::Dictionary(_, values) => without_parquet(values),
        _ => None,
    }
}

/// Copies the referenced values of view columns: views of a few rows may refer to large buffers, which would be written entirely.
#[cfg(feature = "arrow-ipc")]
fn compact(rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let compacted = |column: &ArrayRef| -> ArrayRef {
        match column.data_type() {
            DataType::Utf8View => Arc::new(column.as_string_view().gc()),
            DataType::BinaryView => Arc::new(column.as_binary_view().gc()),
            _ => Arc::clone(column),
        }
    };
    let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
    RecordBatch::try_new_with_options(rows.schema(), rows.columns().iter().map(compacted).collect(), &options)
}

/// The error of the file, where it was one.
#[cfg(feature = "arrow-ipc")]
fn arrow_io_error(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, source) => source,
        ArrowError::InvalidArgumentError(text) if text.contains("Dictionary replacement") => {
            io::Error::other(
                "an Arrow file has one dictionary for a column, and the rows come with several; write Parquet (.parquet) or a \
             stream (.arrows)",
            )
        }
        error => io::Error::other(error),
    }
}

/// The error of the file, where it was one.
#[cfg(feature = "parquet")]
fn parquet_io_error(error: parquet::errors::ParquetError) -> io::Error {
    match error {
        parquet::errors::ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        error => io::Error::other(error),
    }
}

impl fmt::Debug for SideTable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SideTable").field("name", &self.name).finish_non_exhaustive()
    }
}
