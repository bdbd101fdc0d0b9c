//! Compressed inputs, recognised by their first bytes.
//!
//! A stream that ends early, is damaged or has something behind it is an error of the reader, never a shorter input: the
//! first decoders of these formats in most languages stop after the first member, and of files that were joined from many
//! the rest is lost in silence. Errors come after all bytes that were good, however the reader is asked for them.

mod gzip;
mod packed;
mod zstd;

use std::io::{self, Cursor, Read};

use self::packed::Packed;
use crate::error::{Error, ErrorKind};

/// Bytes looked at to recognise a compression.
const MAGIC_BYTES: usize = 16;

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
}

impl Compression {
    /// Its name, `none` when there is none.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// What its parts are called.
    pub(crate) fn part(self) -> &'static str {
        match self {
            Self::Gzip => "member",
            _ => "frame",
        }
    }

    /// Judges by the first bytes of an input, all of them if there are fewer than [`MAGIC_BYTES`].
    ///
    /// The first bytes of a magic number are taken for a cut stream when they are the whole input and could not be text:
    /// `1f`, `28 b5` and `28 b5 2f`. An input of one parenthesis (`28`) is text.
    fn of(magic: &[u8]) -> Self {
        match magic {
            [0x1f] | [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5] | [0x28, 0xb5, 0x2f] | [0x28, 0xb5, 0x2f, 0xfd, ..]
            // A skippable frame may come first.
            | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// A form that is recognised to say what to do about it, rather than to judge its bytes as text.
fn unsupported(magic: &[u8]) -> Option<(&'static str, &'static str)> {
    match magic {
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => {
            Some(("xz data", "decompress it first, for example with `xz -d`"))
        }
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => {
            Some(("bzip2 data", "decompress it first, for example with `bzip2 -d`"))
        }
        [0x04, 0x22, 0x4d, 0x18, ..] => Some(("lz4 data", "decompress it first, for example with `lz4 -d`")),
        [b'P', b'K', 3, 4, ..] => {
            Some(("a zip archive or an office document", "unpack it or save the table as text first"))
        }
        _ => None,
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
    /// Looks at the first bytes and undoes the compression they tell of. An empty input is not compressed.
    ///
    /// **Errors**: the first bytes cannot be read, or are those of a compression that is not read here.
    ///
    /// **Cost**: a buffer of 128 KiB; for zstd also the window that a frame asks for, 128 MiB at most.
    pub fn new(read: Box<dyn Read + Send>) -> Result<Self, Error> {
        let mut read = read;
        let mut magic = [0; MAGIC_BYTES];
        let mut length = 0;
        let mut is_at_end = false;
        while length < magic.len() && !is_at_end {
            match read.read(&mut magic[length..]) {
                Ok(0) => is_at_end = true,
                Ok(bytes) => length += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::read(length as u64, error)),
            }
        }
        let magic = &magic[..length];
        if let Some((found, advice)) = unsupported(magic) {
            let (name, found) = (String::new(), found.to_owned());
            return Err(Error::new(ErrorKind::Unsupported { name, found, advice }));
        }
        if is_at_end {
            // Nobody asks the reader again: a terminal would have to end its input twice.
            read = Box::new(io::empty());
        }
        let compression = Compression::of(magic);
        let read: Box<dyn Read + Send> = match compression {
            Compression::None => Box::new(Cursor::new(magic.to_vec()).chain(read)),
            Compression::Gzip => Box::new(gzip::Members::new(Packed::new(magic, read))),
            Compression::Zstd => Box::new(zstd::Frames::new(Packed::new(magic, read))?),
        };
        Ok(Self { compression, read })
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

/// [`Decompressed`], as the parts a pipeline wants.
///
/// All gzip members and zstd frames are read to their ends, their checksums and lengths compared. A stream that is cut, and
/// anything behind it but zeros after gzip, is an error of the reader that comes back.
///
/// **Errors**: the first bytes cannot be read, or are those of a compression that is not read here.
pub fn decompress(read: Box<dyn Read + Send>) -> Result<(Compression, Box<dyn Read + Send>), Error> {
    let Decompressed { compression, read } = Decompressed::new(read)?;
    Ok((compression, read))
}

#[cfg(test)]
mod tests;
