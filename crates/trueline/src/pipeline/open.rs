//! From a source to an input whose records can be read: compression and format.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use trueline_io::csv::CsvInput;
use trueline_io::text::Failure;
use trueline_io::{Compression, Format, ReadAt, Source, decompress};
use trueline_tokenizer::Dialect;

use crate::validator::Validator;

/// An input whose beginning was read.
pub(super) enum Opened {
    Csv(CsvInput),
}

/// Why an input cannot be read, and what is known of it.
pub(super) struct NotOpened {
    pub(super) failure: Failure,
    pub(super) format: String,
}

/// Opens a source, for the first time or `again`; with the name of its format and compression, `csv` or `csv.gz`.
pub(super) fn open(
    validator: &Validator,
    source: &dyn Source,
    dialect: &Dialect,
    again: bool,
    taken: &Arc<AtomicU64>,
) -> Result<(Opened, String), NotOpened> {
    let named = validator.format.or_else(|| Format::from_file_name(source.name()));
    let supposed = named.unwrap_or(Format::Csv).name();
    let not_opened = |failure| NotOpened { failure, format: supposed.to_owned() };
    let unread = |error: &_| not_opened(Failure::read(error, 0));
    let read = if again { source.reopen() } else { source.open() };
    let read = read.map_err(|error| unread(&error))?;
    // What is read again is no progress: all bytes were counted.
    let taken: Arc<AtomicU64> = if again { Arc::default() } else { Arc::clone(taken) };
    let counted = Box::new(Counted { inner: read, taken: Arc::clone(&taken) });
    let (compression, read) = decompress(counted).map_err(|error| unread(&error))?;
    if compression == Compression::None && is_empty_archive(source) {
        let message =
            format!("`{}` is empty, and its name says that it is compressed: it was cut", source.name());
        return Err(not_opened(Failure::new("read", message, 0)));
    }
    let at = match compression {
        Compression::None => source.open_at().map_err(|error| unread(&error))?,
        _ => None,
    };
    let at = at.map(|inner| Box::new(Counted { inner, taken }) as Box<dyn ReadAt>);
    let format = named.unwrap_or(Format::Csv);
    let label = match compression {
        Compression::Gzip => format!("{}.gz", format.name()),
        Compression::Zstd => format!("{}.zst", format.name()),
        _ => format.name().to_owned(),
    };
    let opened =
        CsvInput::open(read, dialect, validator.csv_options()).map(|input| Opened::Csv(input.read_at(at)));
    match opened {
        Ok(opened) => Ok((opened, label)),
        Err(failure) => Err(NotOpened { failure, format: label }),
    }
}

/// Whether a source is named like a compressed file and has no bytes at all; a compressed empty file has some.
fn is_empty_archive(source: &dyn Source) -> bool {
    let name = source.name().to_ascii_lowercase();
    let ends = [".gz", ".gzip", ".zst", ".zstd"];
    source.size_hint() == Some(0) && ends.iter().any(|end| name.ends_with(end))
}

/// Counts the bytes taken from a source as stored.
struct Counted<R> {
    inner: R,
    taken: Arc<AtomicU64>,
}

impl ReadAt for Counted<Box<dyn ReadAt>> {
    fn size_bytes(&self) -> u64 {
        self.inner.size_bytes()
    }

    fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> io::Result<usize> {
        let bytes = self.inner.read_at(buffer, byte_offset)?;
        self.taken.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.read(buffer)?;
        self.taken.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}
