//! Writes violations to a file as they are found: all of them, not only the samples in a report.
//!
//! The name of the file gives its format: a table as CSV (`.csv`), Parquet (`.parquet`, feature `parquet`) or Arrow IPC
//! (`.arrow`, feature `arrow-ipc`), or one JSON object per line (`.jsonl`, `.ndjson`); text formats are compressed if `.gz` or
//! `.zst` follows. The table has the same, stable columns in all three formats; new ones may be added at the end:
//!
//! | column | type | what |
//! |---|---|---|
//! | `check_id` | text | the check's id, such as `amount.range` |
//! | `code` | text | the stable code, such as `range.above_maximum` |
//! | `severity` | text | `error` or `warning` |
//! | `input` | integer | the input, from 0 in the order given |
//! | `input_name` | text or null | its name |
//! | `row_index` | integer or null | the record, from 0, header excluded |
//! | `line` | integer or null | the physical line of the first byte, from 1 |
//! | `byte_offset` | integer or null | the offset of the first byte, from 0, in the decompressed stream |
//! | `byte_length` | integer or null | the number of bytes, including quotes |
//! | `column` | text or null | the column's name |
//! | `path` | text or null | the path inside a nested value, as a JSON Pointer |
//! | `value` | text or null | the value found, at most 256 bytes of it |
//! | `value_truncated` | boolean | whether it was truncated |
//! | `expected` | text | what the check expects |
//! | `message` | text | the problem |
//! | `related_input`, `related_row_index`, `related_line`, `related_byte_offset`, `related_byte_length` | integer or null | a second location, such as the first occurrence of a duplicate key |
//!
//! In Parquet and Arrow, text is `Utf8`, an integer `Int64` and a boolean `Boolean`; Parquet is compressed with Snappy. JSON
//! Lines has the members of a violation in the report, which has no `input_name` and has the second location as the object
//! `related`.
//!
//! In CSV a null is an empty cell and an empty string is `""`. Lines end with LF, and the first line contains the column names.
//! Values come from data, and CSV is opened in spreadsheets and shown in terminals, so by default cells are made harmless: a cell
//! that a spreadsheet could interpret as a formula (it begins with `=`, `+`, `-` or `@`, or with a full-width form of these) gets
//! a leading `'`, unless it is a number such as `-3.5`; characters that are not inert are shown as `\u{1b}` or `\n`, so that each
//! violation is one line. [`ErrorsOptions::raw_cells`] writes cells exactly as they are. The other formats are always exact.

use std::io::{self, Write};
use std::path::Path;

use trueline_report::Violation;

use crate::compression::Compression;
use crate::error::{Error, ErrorKind};
use crate::{OutputFile, Temporaries};

#[cfg(feature = "arrow-ipc")]
mod arrow_ipc;
#[cfg(any(feature = "arrow-ipc", feature = "parquet"))]
mod batch;
mod cell;
mod csv;
mod json_lines;
mod option;
#[cfg(feature = "parquet")]
mod parquet;
mod row;
#[cfg(test)]
mod tests;

#[cfg(any(feature = "arrow-ipc", feature = "parquet"))]
pub use batch::schema;
pub use option::{ErrorsFormat, ErrorsOptions};

use row::Row;

/// Writes violations to a file, one by one, in the order given; see the [module](self) for the formats and their columns.
///
/// The file appears, complete, at [`ErrorsWriter::finish`]. Before that, and if the writer is dropped, the path is unchanged.
///
/// **Cost**: memory for the data that is buffered before it is written: one line of text, a batch of 4,096 rows in Arrow, a row
/// group of up to 16 MiB in Parquet.
///
/// ```
/// use trueline_io::{ErrorsOptions, ErrorsWriter};
/// # use trueline_report::{Location, Violation};
/// # let violations: Vec<Violation> = vec![];
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("errors.csv");
///
/// let mut errors = ErrorsWriter::create(&path, &ErrorsOptions::default().input_names(["payments.csv"]))?;
/// for violation in &violations {
///     errors.write(violation)?;
/// }
/// assert_eq!(errors.finish()?, violations.len() as u64);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ErrorsWriter {
    name: String,
    input_names: Vec<String>,
    /// `None` after a write that failed.
    table: Option<TableWriter<OutputFile>>,
    written: u64,
}

impl ErrorsWriter {
    /// Creates a file at `path` in the format [`ErrorsOptions::format`], by default the one given by its name.
    ///
    /// **Errors**: the name does not give a format; this build cannot write the format, because its feature is off; the file
    /// cannot be created ([`OutputFile::create`]).
    pub fn create(path: impl AsRef<Path>, options: &ErrorsOptions) -> Result<Self, Error> {
        Self::create_among(path, options, &Temporaries::new())
    }

    /// Creates a file and registers its temporary file in a list.
    ///
    /// **Errors**: as [`ErrorsWriter::create`]; the list is closed.
    pub fn create_among(
        path: impl AsRef<Path>,
        options: &ErrorsOptions,
        temporaries: &Temporaries,
    ) -> Result<Self, Error> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let Some(format) = options.format.or_else(|| ErrorsFormat::from_file_name(&name)) else {
            return Err(Error::new(ErrorKind::OutputForm { name, known: ErrorsFormat::extensions() }));
        };
        if !format.is_built() {
            return Err(Error::new(ErrorKind::NotBuilt { name, feature: format.feature() }));
        }
        if !format.is_text() && Compression::from_file_name(&name) != Compression::None {
            return Err(Error::new(ErrorKind::OutputForm { name, known: ErrorsFormat::extensions() }));
        }
        let file = OutputFile::create(path, temporaries)?;
        let table = TableWriter::start(file, format, options).map_err(|source| fail(&name, source))?;
        Ok(Self { name, input_names: options.input_names.clone(), table: Some(table), written: 0 })
    }

    /// Adds one violation.
    ///
    /// **Errors**: the violation, or an earlier one, could not be written; nothing can be added any more.
    pub fn write(&mut self, violation: &Violation) -> Result<(), Error> {
        let input = usize::try_from(violation.input).ok();
        let input_name = input.and_then(|input| self.input_names.get(input)).map(String::as_str);
        let added = match &mut self.table {
            Some(table) => table.add(&Row { violation, input_name }),
            None => Err(io::Error::other("an earlier write failed")),
        };
        added.map_err(|source| {
            self.table = None;
            fail(&self.name, source)
        })?;
        self.written += 1;
        Ok(())
    }

    /// Writes remaining data and moves the file into place. Returns the number of violations in it.
    ///
    /// **Errors**: one of these steps or an earlier write failed; the path is unchanged ([`OutputFile::commit`]).
    pub fn finish(self) -> Result<u64, Error> {
        let written = self.written;
        self.into_file()?.commit()?;
        Ok(written)
    }

    /// Writes remaining data and returns the file, which the caller must commit: for callers that commit several outputs
    /// together.
    ///
    /// **Errors**: the data could not be written, or an earlier write failed.
    pub fn into_file(self) -> Result<OutputFile, Error> {
        let Some(table) = self.table else {
            return Err(fail(&self.name, io::Error::other("an earlier write failed")));
        };
        table.finish().map_err(|source| fail(&self.name, source))
    }
}

fn fail(name: &str, source: io::Error) -> Error {
    Error::new(ErrorKind::Write { name: name.to_owned(), source })
}

/// The writer of one of the formats.
#[derive(Debug)]
enum TableWriter<W: Write + Send> {
    Csv(csv::Writer<W>),
    JsonLines(json_lines::Writer<W>),
    #[cfg(feature = "parquet")]
    Parquet(Box<parquet::Writer<W>>),
    #[cfg(feature = "arrow-ipc")]
    ArrowIpc(Box<arrow_ipc::Writer<W>>),
}

impl<W: Write + Send> TableWriter<W> {
    fn start(out: W, format: ErrorsFormat, options: &ErrorsOptions) -> io::Result<Self> {
        Ok(match format {
            ErrorsFormat::Csv => Self::Csv(csv::Writer::start(out, options.raw_cells)?),
            ErrorsFormat::JsonLines => Self::JsonLines(json_lines::Writer::start(out)),
            #[cfg(feature = "parquet")]
            ErrorsFormat::Parquet => Self::Parquet(Box::new(parquet::Writer::start(out)?)),
            #[cfg(feature = "arrow-ipc")]
            ErrorsFormat::ArrowIpc => Self::ArrowIpc(Box::new(arrow_ipc::Writer::start(out)?)),
            #[cfg(not(all(feature = "arrow-ipc", feature = "parquet")))]
            _ => return Err(io::Error::other("its form is not built")),
        })
    }

    fn add(&mut self, row: &Row<'_>) -> io::Result<()> {
        match self {
            Self::Csv(writer) => writer.add(row),
            Self::JsonLines(writer) => writer.add(row),
            #[cfg(feature = "parquet")]
            Self::Parquet(writer) => writer.add(row),
            #[cfg(feature = "arrow-ipc")]
            Self::ArrowIpc(writer) => writer.add(row),
        }
    }

    /// Writes remaining data and returns the file.
    fn finish(self) -> io::Result<W> {
        match self {
            Self::Csv(writer) => writer.finish(),
            Self::JsonLines(writer) => writer.finish(),
            #[cfg(feature = "parquet")]
            Self::Parquet(writer) => writer.finish(),
            #[cfg(feature = "arrow-ipc")]
            Self::ArrowIpc(writer) => writer.finish(),
        }
    }
}
