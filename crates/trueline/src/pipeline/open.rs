//! Opens a source as an input: detects its compression and its format.

use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(feature = "arrow-ipc")]
use trueline_io::arrow_ipc::{ArrowFile, ArrowStream};
use trueline_io::csv::CsvInput;
use trueline_io::jsonl::JsonLinesInput;
#[cfg(feature = "parquet")]
use trueline_io::parquet::ParquetInput;
use trueline_io::text::Failure;
use trueline_io::{Compression, DecompressOptions, Format, ReadAt, Source, decompress_with};
use trueline_tokenizer::Dialect;

#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
use super::batches::BatchInput;
use crate::cache::StreamHasher;
use crate::progress::Cancel;
use crate::validator::Validator;

/// The input of a format, whose beginning has been read.
pub(super) enum FormatInput {
    Csv(CsvInput),
    JsonLines(JsonLinesInput),
    #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
    Batches(BatchInput, Format),
}

/// An input that can be read, or the reason why it cannot.
pub(super) type OpenResult = Result<OpenedInput, OpenError>;

/// An input that can be read.
pub(super) struct OpenedInput {
    pub(super) opened: FormatInput,
    /// The name of its format and compression, `csv` or `jsonl.gz`.
    pub(super) label: String,
    /// The hasher of its compressed bytes, if it is compressed and a cache is used.
    pub(super) hasher: Option<StreamHasher>,
}

impl FormatInput {
    pub(super) fn format(&self) -> Format {
        match self {
            Self::Csv(_) => Format::Csv,
            Self::JsonLines(_) => Format::JsonLines,
            #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
            Self::Batches(_, format) => *format,
        }
    }
}

/// Why an input cannot be opened, and the name of its format as far as it is known.
pub(super) struct OpenError {
    pub(super) failure: Failure,
    pub(super) format: String,
}

/// The number of bytes used to detect the format of an input without a name.
const SNIFFED_BYTES: usize = 64;

/// The size of the first read, which finds the first record, of an input that is read at offsets.
const HEAD_BYTES: usize = 64 << 10;

/// The format of a source as far as it is known without reading.
pub(crate) fn format_of(validator: &Validator, source: &dyn Source) -> Option<Format> {
    validator.format.or_else(|| Format::from_file_name(source.name()))
}

/// Opens a source, for the first time or `again`.
pub(super) fn open(
    validator: &Validator,
    source: &dyn Source,
    dialect: &Dialect,
    again: bool,
    bytes_read: &Arc<AtomicU64>,
) -> OpenResult {
    let named = format_of(validator, source);
    let supposed = named.unwrap_or(Format::Csv).name();
    let not_opened = |failure| OpenError { failure, format: supposed.to_owned() };
    let unread = |error: &_| not_opened(Failure::read(error, 0));
    let read = if again { source.reopen() } else { source.open() };
    let read = read.map_err(|error| unread(&error))?;
    // Reading again is not progress: all bytes have been counted already.
    let bytes_read: Arc<AtomicU64> = if again { Arc::default() } else { Arc::clone(bytes_read) };
    let hasher = validator.usable_cache().map(|_| StreamHasher::new(validator.digest_block_bytes()));
    let counting = |inner| CountingReader {
        inner,
        bytes_read: Arc::clone(&bytes_read),
        cancel: validator.cancel.clone(),
        hasher: hasher.clone(),
    };
    let options = DecompressOptions::default()
        .name(source.name())
        .threads(validator.threads)
        .max_ratio(validator.limits.max_ratio)
        .max_decompressed_bytes(validator.limits.max_decompressed_bytes);
    let (compression, read) =
        decompress_with(Box::new(counting(read)), &options).map_err(|error| unread(&error))?;
    let (at, hasher) = match compression {
        Compression::None => {
            // These bytes are hashed by the code that cuts them into pieces.
            hasher.iter().for_each(StreamHasher::stop);
            (source.open_at().map_err(|error| unread(&error))?, None)
        }
        _ => (None, hasher),
    };
    let at = at.map(|at| Box::new(CountingReadAt { at, bytes_read }) as Box<dyn ReadAt>);
    let (start, read) = peek(read);
    let format = named.unwrap_or_else(|| sniff(&start));
    let label = match compression {
        Compression::None => format.name().to_owned(),
        _ => format!("{}.{}", format.name(), compression.extension()),
    };
    if let Some(message) = mismatched_format(format, &start).filter(|_| validator.format.is_none()) {
        return Err(OpenError { failure: Failure::new("format", message, 0), format: label });
    }
    let opened = match format {
        Format::JsonLines => {
            let mut options = validator.json_lines_options();
            options.head_bytes = head_bytes(at.as_deref(), options.chunk_bytes);
            JsonLinesInput::open(read, options).map(|input| FormatInput::JsonLines(input.read_at(at)))
        }
        Format::Parquet | Format::Arrow => open_batches(validator, format, &start, read, at)
            .map_err(|failure| explain_magic(failure, format, &start, validator.format.is_some())),
        _ => {
            let mut options = validator.csv_options();
            options.head_bytes = head_bytes(at.as_deref(), options.chunk_bytes);
            CsvInput::open(read, dialect, options).map(|input| FormatInput::Csv(input.read_at(at)))
        }
    };
    match opened {
        Ok(opened) => Ok(OpenedInput { opened, label, hasher }),
        Err(failure) => Err(OpenError { failure, format: label }),
    }
}

/// The size of the first read: small if the other threads can read at offsets; otherwise everything, up to a chunk.
fn head_bytes(at: Option<&dyn ReadAt>, chunk_bytes: usize) -> Option<usize> {
    at.filter(|at| at.size_bytes() > chunk_bytes as u64).map(|_| HEAD_BYTES.min(chunk_bytes))
}

/// Opens an input of record batches: an Arrow stream in order, any other format at offsets. A source that cannot be read at
/// offsets is first copied to a temporary file.
#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
fn open_batches(
    validator: &Validator,
    format: Format,
    start: &[u8],
    read: Box<dyn Read + Send>,
    at: Option<Box<dyn ReadAt>>,
) -> Result<FormatInput, Failure> {
    #[cfg(feature = "arrow-ipc")]
    if format == Format::Arrow && !is_arrow_file(start) {
        let stream = ArrowStream::open(read, validator.arrow_options())?;
        return Ok(FormatInput::Batches(BatchInput::stream(stream), format));
    }
    #[cfg(not(feature = "arrow-ipc"))]
    let _ = start;
    let at = if let Some(at) = at {
        at
    } else {
        let (mut read, folder) = (read, validator.spill_dir.as_deref());
        trueline_io::batch::spool(&mut read, validator.limits.max_spool_bytes, folder)?
    };
    match format {
        #[cfg(feature = "parquet")]
        Format::Parquet => ParquetInput::open(Arc::from(at), validator.parquet_options())
            .map(|input| FormatInput::Batches(BatchInput::Parquet(Box::new(input)), format)),
        #[cfg(feature = "arrow-ipc")]
        Format::Arrow => ArrowFile::open(Arc::from(at), validator.arrow_options())
            .map(|file| FormatInput::Batches(BatchInput::File(Box::new(file)), format)),
        _ => Err(format_not_built(format)),
    }
}

#[cfg(not(any(feature = "parquet", feature = "arrow-ipc")))]
fn open_batches(
    _validator: &Validator,
    format: Format,
    _start: &[u8],
    _read: Box<dyn Read + Send>,
    _at: Option<Box<dyn ReadAt>>,
) -> Result<FormatInput, Failure> {
    Err(format_not_built(format))
}

/// Whether an Arrow input is a file, whose metadata is at its end, and not a stream.
#[cfg(feature = "arrow-ipc")]
fn is_arrow_file(start: &[u8]) -> bool {
    start.starts_with(b"ARROW1") || start.starts_with(b"FEA1")
}

/// The message for an input whose name suggests text although its first bytes are those of a binary format: a signature,
/// followed by bytes that text never contains.
fn mismatched_format(format: Format, start: &[u8]) -> Option<String> {
    if !matches!(format, Format::Csv | Format::JsonLines) {
        return None;
    }
    let found = match start {
        [b'P', b'A', b'R', b'1', 0..=8 | 14..=31, ..] => Format::Parquet,
        [b'A', b'R', b'R', b'O', b'W', b'1', 0, ..] => Format::Arrow,
        _ => return None,
    };
    let (named, found) = (format.name(), found.name());
    Some(format!(
        "it is called as {named} is, and begins as {found} does: give the format {found}, or give the format {named} if it is \
         text all the same"
    ))
}

/// Replaces the error of an input that does not begin with the magic bytes of its format by one that says so. `is_asked`: the
/// format was given and does not come from the name.
fn explain_magic(failure: Failure, format: Format, start: &[u8], is_asked: bool) -> Failure {
    let found = match Format::from_magic(start) {
        Some(found) if found == format => return failure,
        Some(found) => found.name().to_owned(),
        None if start.is_empty() => return failure,
        None => match std::str::from_utf8(start)
            .or_else(|error| std::str::from_utf8(&start[..error.valid_up_to()]))
        {
            Ok(text) if !text.is_empty() => {
                let line: String = text.lines().next().unwrap_or_default().chars().take(20).collect();
                format!("`{}`", line.escape_debug())
            }
            _ => "neither that nor text".to_owned(),
        },
    };
    // Errors of reading have other causes. Damage, and limits that are exceeded, are explained by the wrong format.
    if !["parquet.damaged", "parquet.limit", "arrow.damaged", "arrow.limit"].contains(&failure.code) {
        return failure;
    }
    let expected = if format == Format::Parquet {
        "Parquet, which begins with `PAR1`"
    } else {
        "Arrow IPC, a file that begins with `ARROW1` or a stream that begins with the bytes ff ff ff ff"
    };
    let advice = if is_asked {
        "leave the format out, or give the right one (csv, jsonl, parquet or arrow)"
    } else {
        "if its name is wrong, give the format (csv, jsonl, parquet or arrow); else get the file again"
    };
    let message = format!("expected {expected}, and it begins with {found}: {advice}");
    Failure::new(failure.code, message, failure.byte_offset)
}

fn format_not_built(format: Format) -> Failure {
    let feature = if format == Format::Parquet { "parquet" } else { "arrow-ipc" };
    let message =
        format!("the format {} is not built in: the crate has the feature `{feature}` for it", format.name());
    Failure::new("format", message, 0)
}

/// The first bytes of an input, and a reader that gives every byte.
fn peek(read: Box<dyn Read + Send>) -> (Vec<u8>, Box<dyn Read + Send>) {
    let mut read = read;
    let mut start = [0; SNIFFED_BYTES];
    let mut length = 0;
    let mut end: Option<io::Result<()>> = None;
    while length < start.len() && end.is_none() {
        match read.read(&mut start[length..]) {
            Ok(0) => end = Some(Ok(())),
            Ok(bytes) => length += bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => end = Some(Err(error)),
        }
    }
    let head = start[..length].to_vec();
    let start = Cursor::new(head.clone());
    let read: Box<dyn Read + Send> = match end {
        None => Box::new(start.chain(read)),
        // The reader is not read again after its end: on a terminal, the user would have to end the input twice.
        Some(Ok(())) => Box::new(start),
        Some(Err(error)) => Box::new(start.chain(FailedReader(Some(error)))),
    };
    (head, read)
}

/// Detects the format of an input without an extension. An input with a signature has that format; an input that begins as an
/// object is JSON Lines; any other is CSV.
fn sniff(start: &[u8]) -> Format {
    let by_magic = Format::from_magic(start);
    by_magic.unwrap_or(if begins_as_object(start) { Format::JsonLines } else { Format::Csv })
}

fn begins_as_object(start: &[u8]) -> bool {
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    let rest = text.trim_ascii_start().strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    rest.is_some_and(|rest| matches!(rest.first(), Some(b'"' | b'}')))
}

/// A reader that failed while it was inspected; it returns the error at the first read.
struct FailedReader(Option<io::Error>);

impl Read for FailedReader {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        Err(self.0.take().unwrap_or_else(|| io::Error::other("reading failed before")))
    }
}

/// Counts the bytes read from a source as stored; returns none once the run is cancelled. Compressed data can contain very
/// many bytes that decompress to nothing, during which nothing else would check.
struct CountingReader {
    inner: Box<dyn Read + Send>,
    bytes_read: Arc<AtomicU64>,
    cancel: Cancel,
    hasher: Option<StreamHasher>,
}

impl Read for CountingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cancel.is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        let bytes = self.inner.read(buffer)?;
        self.bytes_read.fetch_add(bytes as u64, Ordering::Relaxed);
        if let Some(hasher) = &self.hasher {
            hasher.read(&buffer[..bytes]);
        }
        Ok(bytes)
    }
}

/// Counts the bytes that are read at offsets.
struct CountingReadAt {
    at: Box<dyn ReadAt>,
    bytes_read: Arc<AtomicU64>,
}

impl ReadAt for CountingReadAt {
    fn size_bytes(&self) -> u64 {
        self.at.size_bytes()
    }

    fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> io::Result<usize> {
        let bytes = self.at.read_at(buffer, byte_offset)?;
        self.bytes_read.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_without_a_name_shows_its_format() {
        for (text, expected) in [
            ("", Format::Csv),
            ("a,b\n", Format::Csv),
            ("{a},b\n", Format::Csv),
            ("[1,2]\n", Format::Csv),
            ("{\"a\":1}\n", Format::JsonLines),
            ("\u{feff}\r\n { \"a\":1}\n", Format::JsonLines),
            ("{}", Format::JsonLines),
            ("PAR1", Format::Parquet),
            ("ARROW1\0\0", Format::Arrow),
        ] {
            let (start, mut read) = peek(Box::new(Cursor::new(text.as_bytes().to_vec())));
            let mut bytes = String::new();
            read.read_to_string(&mut bytes).unwrap();
            assert_eq!((sniff(&start), bytes.as_str()), (expected, text));
        }
    }

    #[test]
    fn a_read_error_at_the_start_is_not_lost() {
        let (_, mut read) = peek(Box::new(Cursor::new(b"a,b".to_vec()).chain(FailedReader(None))));
        let mut bytes = Vec::new();
        assert!(read.read_to_end(&mut bytes).is_err());
        assert_eq!(bytes, b"a,b");
    }
}
