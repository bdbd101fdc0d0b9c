//! Compressed inputs, recognised by their first bytes.
//!
//! A stream that ends early, is damaged or has something behind it is an error of the reader, never a shorter input: the
//! first decoders of these formats in most languages stop after the first member, and of files that were joined from many
//! the rest is lost in silence. Errors come after all bytes that were good, however the reader is asked for them.
//!
//! A format is a file with [`Parts`](stream::Parts) over the [`Packed`] bytes: what to do next, one step at a time. What
//! all of them need stands once in [`stream`].

mod ahead;
mod bzip2;
mod gzip;
mod lz4;
mod magic;
mod packed;
mod parallel;
mod road;
mod skippable;
mod stream;
mod xz;
mod zstd;

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use self::ahead::{Gate, Gated};
use self::magic::MAGIC_BYTES;
use self::packed::{Failed, Packed};
use self::road::{Reader, Road, Sizes};
use self::stream::{Limits, Parts, Stream};
use crate::error::{Error, ErrorKind};

/// How an input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, any number of members.
    Gzip,
    /// zstd, any number of frames.
    Zstd,
    /// bzip2, any number of streams.
    Bzip2,
    /// xz, any number of streams.
    Xz,
    /// lz4, any number of frames.
    Lz4,
}

impl Compression {
    /// Its name, `none` when there is none.
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

    /// The usual end of a file's name, without the dot; nothing when there is none.
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

    /// What the end of a file name tells of: `.gz` and `.gzip`, `.zst` and `.zstd`. Inputs are recognised by their first bytes
    /// instead.
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

/// How a compressed input is undone.
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub struct DecompressOptions {
    /// What people call the input. Default: nothing. An input that is empty or holds only the beginning of a magic number,
    /// and has a name that says it is compressed (`.gz`, `.zst`, `.bz2`, `.xz`, `.lz4`, …), was cut.
    pub name: String,
    /// How many threads there are to decompress. Default 1: the one that reads. With more, one decompresses ahead of the
    /// reader once 1 MiB was read; blocked gzip (BGZF) and zstd with many frames are decompressed by all of them. The bytes
    /// and errors do not depend on it.
    pub threads: usize,
    /// How many decompressed bytes there may be for each compressed one. Default: any number, because honest data can be very
    /// much alike: gzip reaches 1,000, the others far more. Looked at every MiB from 16 MiB on.
    pub max_ratio: Option<u64>,
    /// How many decompressed bytes there may be in all. Default: any number.
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
    /// Sets the name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the number of threads.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Sets how many decompressed bytes there may be for each compressed one.
    pub fn max_ratio(mut self, ratio: Option<u64>) -> Self {
        self.max_ratio = ratio;
        self
    }

    /// Sets how many decompressed bytes there may be in all.
    pub fn max_decompressed_bytes(mut self, bytes: Option<u64>) -> Self {
        self.max_decompressed_bytes = bytes;
        self
    }

    fn limits(&self) -> Limits {
        Limits { max_ratio: self.max_ratio, max_bytes: self.max_decompressed_bytes }
    }
}

/// A reader of the decompressed bytes of another.
///
/// **Errors** while reading are [`Error`]s inside of [`io::Error`]s: the input is cut, damaged, followed by other bytes, or
/// asks for too much memory. After an error every read is an error.
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
    /// As [`Decompressed::with_options`], with the defaults.
    ///
    /// **Errors**: as there.
    pub fn new(read: Box<dyn Read + Send>) -> Result<Self, Error> {
        Self::with_options(read, &DecompressOptions::default())
    }

    /// Looks at the first bytes and undoes the compression they tell of. An empty input is not compressed.
    ///
    /// One layer is undone: what comes out must not be compressed again.
    ///
    /// **Errors**: the first bytes cannot be read, or are those of a compression that is not read here; the name of the input
    /// says that it was cut; compressed data stand in compressed data.
    ///
    /// **Cost**: a buffer of 256 KiB, and what the format asks for: 32 KiB for gzip, 4 MB for bzip2, three blocks of up to
    /// 4 MiB for lz4, the window of a frame or the dictionary of a block for zstd and xz, 128 MiB at most.
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
        let mut packed = Packed::new(compression, magic, read);
        if compression == Compression::Zstd && skippable::is_next(magic) {
            skippable::pass_over(&mut packed)?;
            if magic::compression(packed.peek(4)?) == Compression::Lz4 {
                packed.set_compression(Compression::Lz4);
            }
        }
        let compression = packed.compression();
        let stream = Stream::new(packed, parts(compression)?, options.limits());
        let read: Box<dyn Read + Send> = if options.threads > 1 {
            let several = matches!(compression, Compression::Gzip | Compression::Zstd);
            let threads = if several { options.threads } else { 1 };
            Box::new(Reader::new(Road::new(stream, threads, options.sizes), gate))
        } else {
            Box::new(stream)
        };
        Ok(Self { compression, read: once(read, compression)? })
    }

    /// How the input is compressed.
    pub fn compression(&self) -> Compression {
        self.compression
    }
}

impl Read for Decompressed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read.read(buffer)
    }
}

/// What goes through the parts of a stream.
fn parts(compression: Compression) -> Result<Box<dyn Parts>, Error> {
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

/// [`Decompressed`], as the parts a pipeline wants.
///
/// All parts are read to their ends, their checksums and lengths compared. A stream that is cut, and anything behind it but
/// padding, is an error of the reader that comes back.
///
/// **Errors**: as [`Decompressed::with_options`].
pub fn decompress(read: Box<dyn Read + Send>) -> Result<(Compression, Box<dyn Read + Send>), Error> {
    decompress_with(read, &DecompressOptions::default())
}

/// As [`decompress`], with options.
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
