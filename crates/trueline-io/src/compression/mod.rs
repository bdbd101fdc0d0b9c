//! Decompression of inputs, detected by their first bytes.
//!
//! A stream that is truncated, damaged or followed by other bytes is an error of the reader, never a shorter input. The standard
//! decoders of many languages stop after the first member and silently lose the rest of concatenated files.
//! An error comes after all valid bytes, regardless of the sizes of the reads.
//!
//! A format is a file with [`FormatDecoder`](stream::FormatDecoder) over the [`Compressed`] bytes: what to do next, one step at a time. The code
//! shared by all formats is in [`stream`].

mod ahead;
mod bzip2;
mod checksum;
mod compressed;
mod decompressor;
mod gzip;
mod lz4;
mod magic;
mod parallel;
mod skippable;
mod stream;
mod xz;
mod zstd;

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use self::ahead::{Gate, Gated};
use self::compressed::{Compressed, Failed};
use self::decompressor::{Decompressor, Reader, Sizes};
use self::magic::MAGIC_BYTES;
use self::stream::{FormatDecoder, Limits, Stream};
use crate::error::{Error, ErrorKind};

/// The compression of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// No compression.
    None,
    /// gzip, with any number of members.
    Gzip,
    /// zstd, with any number of frames.
    Zstd,
    /// bzip2, with any number of streams.
    Bzip2,
    /// xz, with any number of streams.
    Xz,
    /// lz4, with any number of frames.
    Lz4,
}

impl Compression {
    /// Returns the name; `none` without compression.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Lz4 => "lz4",
        }
    }

    /// Returns the usual file name extension, without the dot; empty without compression.
    pub fn extension(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => "gz",
            Self::Zstd => "zst",
            Self::Bzip2 => "bz2",
            Self::Xz => "xz",
            Self::Lz4 => "lz4",
        }
    }

    /// Returns the compression for the extension of a file name: `.gz` and `.gzip`, `.zst` and `.zstd`. Used for outputs; inputs
    /// are detected by their first bytes.
    ///
    /// ```
    /// use trueline_io::Compression;
    /// assert_eq!(Compression::from_file_name("rejects.csv.gz"), Compression::Gzip);
    /// assert_eq!(Compression::from_file_name("rejects.csv"), Compression::None);
    /// ```
    pub fn from_file_name(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        match name.rsplit_once('.').map(|(_, end)| end) {
            Some("gz" | "gzip") => Self::Gzip,
            Some("zst" | "zstd") => Self::Zstd,
            _ => Self::None,
        }
    }

    /// What its parts are called.
    pub(crate) fn part(self) -> &'static str {
        match self {
            Self::Gzip => "member",
            Self::Bzip2 | Self::Xz => "stream",
            _ => "frame",
        }
    }
}

/// Options for decompression.
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub struct DecompressOptions {
    /// The name of the input. Default: empty. If the name has an extension of a compression (`.gz`, `.zst`, `.bz2`, `.xz`,
    /// `.lz4`, …), an input that is empty or contains only the beginning of a magic number counts as truncated.
    pub name: String,
    /// The number of threads for decompression. Default 1: the reading thread. With more, one thread decompresses ahead of the
    /// reader after the first 1 MiB; blocked gzip (BGZF) and zstd with many frames are decompressed by all of them. The bytes
    /// and errors do not depend on it.
    pub threads: usize,
    /// The maximum number of decompressed bytes per compressed byte. Default: no limit, because valid data can be very
    /// repetitive: gzip reaches 1,000, the others far more. Checked every MiB from 16 MiB on.
    pub max_ratio: Option<u64>,
    /// The maximum decompressed size in bytes. Default: no limit.
    pub max_decompressed_bytes: Option<u64>,
    sizes: Sizes,
}

impl Default for DecompressOptions {
    fn default() -> Self {
        Self {
            name: String::new(),
            threads: 1,
            max_ratio: None,
            max_decompressed_bytes: None,
            sizes: Sizes::default(),
        }
    }
}

impl DecompressOptions {
    /// Sets the name of the input.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the number of threads.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Sets the maximum number of decompressed bytes per compressed byte.
    pub fn max_ratio(mut self, ratio: Option<u64>) -> Self {
        self.max_ratio = ratio;
        self
    }

    /// Sets the maximum decompressed size.
    pub fn max_decompressed_bytes(mut self, bytes: Option<u64>) -> Self {
        self.max_decompressed_bytes = bytes;
        self
    }

    fn limits(&self) -> Limits {
        Limits { max_ratio: self.max_ratio, max_bytes: self.max_decompressed_bytes }
    }
}

/// A reader that decompresses another reader.
///
/// **Errors** while reading are [`Error`]s inside [`io::Error`]s: the input is truncated, damaged, followed by other bytes, or
/// needs too much memory. After an error every read fails.
pub struct Decompressed {
    compression: Compression,
    read: Box<dyn Read + Send>,
}

impl std::fmt::Debug for Decompressed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Decompressed").field("compression", &self.compression).finish_non_exhaustive()
    }
}

impl Decompressed {
    /// Creates a reader like [`Decompressed::with_options`], with default options.
    ///
    /// **Errors**: as there.
    pub fn new(read: Box<dyn Read + Send>) -> Result<Self, Error> {
        Self::with_options(read, &DecompressOptions::default())
    }

    /// Creates a reader that detects the compression from the first bytes. An empty input is not compressed.
    ///
    /// Only one layer is decompressed: the result must not be compressed again.
    ///
    /// **Errors**: the first bytes cannot be read, or belong to an unsupported compression; the name of the input
    /// shows that it was truncated; the decompressed data is compressed again.
    ///
    /// **Cost**: a buffer of 256 KiB, and the memory of the format: 32 KiB for gzip, 4 MB for bzip2, three blocks of up to
    /// 4 MiB for lz4, and for zstd and xz the window of a frame or the dictionary of a block, at most 128 MiB.
    pub fn with_options(read: Box<dyn Read + Send>, options: &DecompressOptions) -> Result<Self, Error> {
        let mut read = read;
        let mut magic = [0; MAGIC_BYTES];
        let (length, is_at_end) = fill(&mut read, &mut magic)?;
        let magic = &magic[..length];
        if let Some((found, advice)) = magic::unsupported(magic) {
            let (name, found) = (String::new(), found.to_owned());
            return Err(Error::new(ErrorKind::Unsupported { name, found, advice }));
        }
        if is_at_end {
            // Nobody asks the reader again: a terminal would have to end its input twice.
            read = Box::new(io::empty());
        }
        let mut compression = magic::compression(magic);
        if compression == Compression::None && is_at_end {
            compression = magic::cut_compression(magic, &options.name);
            if compression != Compression::None && magic.is_empty() {
                return Err(Error::new(ErrorKind::Empty { name: String::new(), compression }));
            }
        }
        if compression == Compression::None {
            return Ok(Self { compression, read: Box::new(Cursor::new(magic.to_vec()).chain(read)) });
        }
        let gate = Arc::new(Gate::default());
        if options.threads > 1 {
            read = Box::new(Gated { read, gate: Arc::clone(&gate) });
        }
        let mut compressed = Compressed::new(compression, magic, read);
        if compression == Compression::Zstd && skippable::is_next(magic) {
            skippable::skip(&mut compressed)?;
            if magic::compression(compressed.peek(4)?) == Compression::Lz4 {
                compressed.set_compression(Compression::Lz4);
            }
        }
        let compression = compressed.compression();
        if options.threads > 1 && compression == Compression::Zstd {
            compressed.defer_checksums();
        }
        let stream = Stream::new(compressed, decoder(compression)?, options.limits());
        let read: Box<dyn Read + Send> = if options.threads > 1 {
            let several = matches!(compression, Compression::Gzip | Compression::Zstd);
            let threads = if several { options.threads } else { 1 };
            Box::new(Reader::new(Decompressor::new(stream, threads, options.sizes), gate))
        } else {
            Box::new(stream)
        };
        Ok(Self { compression, read: once(read, compression)? })
    }

    /// Returns the compression of the input.
    pub fn compression(&self) -> Compression {
        self.compression
    }
}

impl Read for Decompressed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read.read(buffer)
    }
}

/// The decoder of a compression.
fn decoder(compression: Compression) -> Result<Box<dyn FormatDecoder>, Error> {
    Ok(match compression {
        Compression::Zstd => Box::new(zstd::Frames::new()?),
        Compression::Bzip2 => Box::new(bzip2::Streams::new()),
        Compression::Xz => Box::new(xz::Streams::new()),
        Compression::Lz4 => Box::new(lz4::Frames::new()),
        Compression::Gzip | Compression::None => Box::new(gzip::Members::new()),
    })
}

/// Fills the buffer as far as the reader goes; how far that is, and whether it has ended.
fn fill(read: &mut dyn Read, buffer: &mut [u8]) -> Result<(usize, bool), Error> {
    let mut length = 0;
    while length < buffer.len() {
        match read.read(&mut buffer[length..]) {
            Ok(0) => return Ok((length, true)),
            Ok(bytes) => length += bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::read(length as u64, error)),
        }
    }
    Ok((length, false))
}

/// Refuses what is compressed once more. Another error waits until it is read.
fn once(mut read: Box<dyn Read + Send>, outer: Compression) -> Result<Box<dyn Read + Send>, Error> {
    let mut first = [0; MAGIC_BYTES];
    let mut length = 0;
    let mut error = None;
    while length < first.len() && error.is_none() {
        match read.read(&mut first[length..]) {
            Ok(0) => break,
            Ok(bytes) => length += bytes,
            Err(failed) => error = Some(failed),
        }
    }
    let first = &first[..length];
    if let Some(inner) = magic::nested(first) {
        let found = format!("{inner} within {}", outer.name());
        let advice = "one layer of compression is undone here; undo the outer one first";
        return Err(Error::new(ErrorKind::Unsupported { name: String::new(), found, advice }));
    }
    let first = Cursor::new(first.to_vec());
    Ok(match error {
        Some(error) => Box::new(first.chain(Failed(Some(error))).chain(read)),
        None => Box::new(first.chain(read)),
    })
}

/// Decompresses a reader like [`Decompressed`] and returns the compression and the new reader.
///
/// All parts are read to their end, and their checksums and lengths are compared. A truncated stream, or anything after it except
/// padding, is an error of the returned reader.
///
/// **Errors**: as [`Decompressed::with_options`].
pub fn decompress(read: Box<dyn Read + Send>) -> Result<(Compression, Box<dyn Read + Send>), Error> {
    decompress_with(read, &DecompressOptions::default())
}

/// Decompresses a reader like [`decompress`], with options.
///
/// **Errors**: as [`Decompressed::with_options`].
pub fn decompress_with(
    read: Box<dyn Read + Send>,
    options: &DecompressOptions,
) -> Result<(Compression, Box<dyn Read + Send>), Error> {
    let Decompressed { compression, read } = Decompressed::with_options(read, options)?;
    Ok((compression, read))
}

#[cfg(test)]
mod tests;
