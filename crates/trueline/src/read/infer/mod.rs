//! Schemas inferred from data: the columns and types of Parquet and Arrow, of text formats those found in the first rows.

mod json;
mod moment;
mod text;
mod typed;

use std::collections::HashSet;
use std::io::{Cursor, Read};
use std::sync::{Mutex, PoisonError};

use trueline_io::{Format, MemorySource, Source};
use trueline_report::escape::escape_text;
use trueline_schema::Schema;

use super::not_read;
use crate::error::Error;
use crate::pipeline::{self, ColumnNames};
use crate::validator::{Validator, ValidatorBuilder};

/// The number of bytes that the types of text are inferred from.
const HEAD_BYTES: usize = 1 << 20;

/// Delimiters of CSV besides the comma.
const DELIMITERS: [u8; 3] = [b';', b'\t', b'|'];

/// Infers the columns of an input and their types.
///
/// - **CSV**, from its first MiB: integers, floats, booleans, dates, times and timestamps, and strings for everything else.
///   Numbers with a leading zero are strings. A header with a single name that contains a semicolon, a tab or a bar is split there.
/// - **JSON Lines**, from its first MiB: integers, floats, booleans, strings, also as dates, times and timestamps, and lists of
///   these; members of objects are fields with dotted names. A name whose values are of several kinds has the type `any`.
/// - **Parquet and Arrow**: the types of the columns, and `required` for those that are declared without nulls. A column of
///   another type, such as a map, has the type `any`.
///
/// A later value of another type is an error when it is read.
///
/// A column without a name becomes a field without one, which a [`Validator`] refuses; remove it, or name the column.
///
/// **Errors**: the input cannot be read, its columns have no names, or two of them have the same name.
pub fn infer(source: &dyn Source, format: Option<Format>) -> Result<Schema, Error> {
    infer_begun(source, format).map(|(schema, _)| schema)
}

/// Like [`infer`]; also returns all bytes of a text that can be read once, of which the beginning was read.
pub(super) fn infer_begun(
    source: &dyn Source,
    format: Option<Format>,
) -> Result<(Schema, Option<BegunSource>), Error> {
    let (head, rest) = read_head(source)?;
    let known =
        format.or_else(|| Format::from_file_name(source.name())).or_else(|| Format::from_magic(&head));
    if matches!(known, Some(Format::Parquet | Format::Arrow)) {
        let schema = if source.can_reopen() {
            of_typed(source, known)
        } else {
            of_typed(&BegunSource::new(source, head, rest), known)
        };
        return schema.map(|schema| (schema, None));
    }
    let begun = (!source.can_reopen()).then(|| BegunSource::new(source, head.clone(), rest));
    let schema = of_text(&MemorySource::new(source.name(), head), format)?;
    Ok((schema, begun))
}

/// Reads the beginning of a source; with it, the reader of the rest.
fn read_head(source: &dyn Source) -> Result<(Vec<u8>, Box<dyn Read + Send>), Error> {
    let mut head = Vec::new();
    let mut read = source.open().map_err(|error| not_read(error.to_string()))?;
    match read.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head) {
        Ok(_) => Ok((head, read)),
        Err(error) => Err(not_read(format!("{}: {error}", source.name()))),
    }
}

fn of_text(head: &MemorySource, format: Option<Format>) -> Result<Schema, Error> {
    let mut schema = Schema::default();
    let mut names = column_names(&schema, head, format)?;
    if let ColumnNames::Header(header) = &names
        && let [only] = &**header
        && let Some(delimiter) = DELIMITERS.into_iter().find(|delimiter| only.as_bytes().contains(delimiter))
    {
        schema.csv.delimiter = delimiter;
        names = column_names(&schema, head, format)?;
    }
    schema.fields = match names {
        ColumnNames::Header(names) => {
            forbid_repeated(head.name(), &names)?;
            text::fields(head, &schema, &names, format)?
        }
        ColumnNames::Objects => json::fields(head)?,
        ColumnNames::Typed(columns) => typed::fields(&columns),
    };
    Ok(schema)
}

/// Two columns of one name cannot be told apart by a schema.
fn forbid_repeated(input: &str, names: &[String]) -> Result<(), Error> {
    let mut known = HashSet::new();
    match names.iter().find(|name| !name.is_empty() && !known.insert(*name)) {
        Some(name) => Err(not_read(format!("{input}: two columns have the name `{}`", escape_text(name)))),
        None => Ok(()),
    }
}

/// Infers the fields of a format that has types.
fn of_typed(source: &dyn Source, format: Option<Format>) -> Result<Schema, Error> {
    let mut schema = Schema::default();
    match column_names(&schema, source, format)? {
        ColumnNames::Typed(columns) => {
            let names: Vec<String> = columns.fields().iter().map(|column| column.name().clone()).collect();
            forbid_repeated(source.name(), &names)?;
            schema.fields = typed::fields(&columns);
            Ok(schema)
        }
        _ => Err(not_read(format!("{}: its columns have no types", source.name()))),
    }
}

fn column_names(schema: &Schema, source: &dyn Source, format: Option<Format>) -> Result<ColumnNames, Error> {
    let builder = Validator::builder(schema.clone()).threads(1);
    let validator = format.into_iter().fold(builder, ValidatorBuilder::format).build()?;
    pipeline::column_names(&validator, source)
}

/// A source that can be read once, of which the beginning was read already.
pub(super) struct BegunSource {
    name: String,
    size_hint: Option<u64>,
    /// A reader of all its bytes, until the source is opened.
    read: Mutex<Option<Box<dyn Read + Send>>>,
}

impl BegunSource {
    fn new(source: &dyn Source, head: Vec<u8>, rest: Box<dyn Read + Send>) -> Self {
        let read = Box::new(Cursor::new(head).chain(rest));
        Self { name: source.name().to_owned(), size_hint: source.size_hint(), read: Mutex::new(Some(read)) }
    }
}

impl Source for BegunSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, trueline_io::Error> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner).take();
        read.map_or_else(|| self.reopen(), Ok)
    }

    fn size_hint(&self) -> Option<u64> {
        self.size_hint
    }
}
