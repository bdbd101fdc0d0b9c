//! Errors of reading and writing bytes.

mod kind;

use std::io;

pub use self::kind::ErrorKind;
#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
pub(crate) use self::kind::quoted;
use crate::compression::Compression;

/// An error of an input or output; see [`Error::kind`].
///
/// A reader that must return an [`io::Error`] wraps the whole error: [`ChunkReader`](crate::ChunkReader) unwraps it again,
/// and so can callers with [`io::Error::downcast`].
///
/// A [`Source`](crate::Source) of one's own creates its errors with [`Error::open`] if the system gave a reason, and otherwise
/// from an [`ErrorKind`]:
///
/// ```
/// use std::io::Read;
/// use trueline_io::{Error, ErrorKind, Source};
///
/// struct Table;
///
/// impl Source for Table {
///     fn name(&self) -> &str {
///         "table 7"
///     }
///
///     fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
///         Err(ErrorKind::NotFound { name: self.name().to_owned() }.into())
///     }
///
///     fn size_hint(&self) -> Option<u64> {
///         None
///     }
/// }
///
/// let error = Table.open().err().expect("no table");
/// assert_eq!(error.to_string(), "`table 7` does not exist");
/// ```
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

/// How an input changed while it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Change {
    /// It no longer exists.
    #[error("it was removed")]
    Removed,
    /// Another file has its name.
    #[error("it was replaced by another file")]
    Replaced,
    /// Its size changed.
    #[error("it had {before_bytes} bytes and has {now_bytes}")]
    Resized {
        /// The size when it was opened.
        before_bytes: u64,
        /// The current size.
        now_bytes: u64,
    },
    /// It was written to.
    #[error("it was written to")]
    Modified,
    /// An object has a different `ETag` or version.
    #[error("another object has its key")]
    Tag,
}

/// A location in a compressed input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} {} {part}, at byte {byte_offset} (byte {decompressed_offset} decompressed)",
    compression.name(),
    compression.part()
)]
#[non_exhaustive]
pub struct Place {
    /// The compression.
    pub compression: Compression,
    /// The number of the member, stream or frame, from 1; 0 before the first.
    pub part: u64,
    /// The byte offset in the stored input.
    pub byte_offset: u64,
    /// The byte offset in the decompressed input.
    pub decompressed_offset: u64,
}

impl Error {
    /// Creates an error of a kind.
    pub fn new(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }

    /// Creates an error for the input `name`, which could not be opened because of `source`. Its kind depends on that of
    /// `source`: [`ErrorKind::NotFound`], [`ErrorKind::NoPermission`], [`ErrorKind::Folder`], or else [`ErrorKind::Open`]. If
    /// `source` wraps an [`Error`], that error is returned.
    pub fn open(name: &str, source: io::Error) -> Self {
        let source = match source.downcast::<Self>() {
            Ok(error) => return error.with_name(name),
            Err(source) => source,
        };
        let name = name.to_owned();
        Self::new(match source.kind() {
            io::ErrorKind::NotFound => ErrorKind::NotFound { name },
            io::ErrorKind::PermissionDenied => ErrorKind::NoPermission { action: "read", name },
            io::ErrorKind::IsADirectory => ErrorKind::Folder { name },
            _ => ErrorKind::Open { name, source },
        })
    }

    /// Reading failed. If `source` wraps an [`Error`], that error is returned unchanged.
    pub(crate) fn read(byte_offset: u64, source: io::Error) -> Self {
        source
            .downcast()
            .unwrap_or_else(|source| Self::new(ErrorKind::Read { name: String::new(), byte_offset, source }))
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// Sets the name of the input if the reader did not know it.
    #[must_use]
    pub fn with_name(mut self, known: &str) -> Self {
        if let Some(name) = self.name().filter(|name| name.is_empty()) {
            known.clone_into(name);
        }
        self
    }

    /// The name of the input or output, if the kind has one; empty if the reader did not know it.
    pub(crate) fn name(&mut self) -> Option<&mut String> {
        match &mut *self.0 {
            ErrorKind::NotFound { name }
            | ErrorKind::NoPermission { name, .. }
            | ErrorKind::Folder { name }
            | ErrorKind::FolderAsFile { name }
            | ErrorKind::NoMatch { name, .. }
            | ErrorKind::Pattern { name, .. }
            | ErrorKind::Address { name, .. }
            | ErrorKind::Open { name, .. }
            | ErrorKind::ReadTwice { name }
            | ErrorKind::Read { name, .. }
            | ErrorKind::Changed { name, .. }
            | ErrorKind::Cut { name, .. }
            | ErrorKind::Empty { name, .. }
            | ErrorKind::Damaged { name, .. }
            | ErrorKind::Trailing { name, .. }
            | ErrorKind::Window { name, .. }
            | ErrorKind::Ratio { name, .. }
            | ErrorKind::DecompressedSize { name, .. }
            | ErrorKind::Unsupported { name, .. }
            | ErrorKind::OutputForm { name, .. }
            | ErrorKind::Spool { name, .. }
            | ErrorKind::SpoolLimit { name, .. }
            | ErrorKind::OtherColumns { name, .. }
            | ErrorKind::OtherTypes { name, .. }
            | ErrorKind::ReasonColumn { name, .. }
            | ErrorKind::OutputPath { name, .. }
            | ErrorKind::NotBuilt { name, .. }
            | ErrorKind::Write { name, .. } => Some(name),
            ErrorKind::ChunkMemory { .. } | ErrorKind::Gap { .. } => None,
        }
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::NotFound { .. } | ErrorKind::NoMatch { .. } | ErrorKind::Pattern { .. } => {
                io::ErrorKind::NotFound
            }
            ErrorKind::NoPermission { .. } => io::ErrorKind::PermissionDenied,
            ErrorKind::Folder { .. } | ErrorKind::FolderAsFile { .. } => io::ErrorKind::IsADirectory,
            ErrorKind::Open { source, .. }
            | ErrorKind::Read { source, .. }
            | ErrorKind::Write { source, .. } => source.kind(),
            ErrorKind::Cut { .. } | ErrorKind::Empty { .. } => io::ErrorKind::UnexpectedEof,
            ErrorKind::Damaged { .. } | ErrorKind::Trailing { .. } | ErrorKind::Changed { .. } => {
                io::ErrorKind::InvalidData
            }
            ErrorKind::Address { .. } | ErrorKind::OutputForm { .. } | ErrorKind::OutputPath { .. } => {
                io::ErrorKind::InvalidInput
            }
            ErrorKind::Ratio { .. } | ErrorKind::DecompressedSize { .. } => io::ErrorKind::FileTooLarge,
            ErrorKind::Window { .. } | ErrorKind::Unsupported { .. } | ErrorKind::NotBuilt { .. } => {
                io::ErrorKind::Unsupported
            }
            ErrorKind::ChunkMemory { .. } => io::ErrorKind::OutOfMemory,
            ErrorKind::ReadTwice { .. }
            | ErrorKind::Spool { .. }
            | ErrorKind::SpoolLimit { .. }
            | ErrorKind::OtherColumns { .. }
            | ErrorKind::OtherTypes { .. }
            | ErrorKind::ReasonColumn { .. }
            | ErrorKind::Gap { .. } => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_s_reasons_become_kinds() {
        let open = |kind| Error::open("a.csv", io::Error::from(kind)).to_string();
        assert_eq!(open(io::ErrorKind::NotFound), "`a.csv` does not exist");
        assert_eq!(open(io::ErrorKind::PermissionDenied), "no permission to read `a.csv`");
        assert_eq!(open(io::ErrorKind::IsADirectory), "`a.csv` is a folder; name a file in it");
        assert_eq!(open(io::ErrorKind::TimedOut), "`a.csv` could not be opened");
        let known = Error::from(ErrorKind::ReadTwice { name: String::new() });
        let error = Error::open("a.csv", known.into());
        assert_eq!(error.to_string(), "`a.csv` can be read only once");
    }

    #[test]
    fn an_error_survives_its_disguise() {
        let place =
            Place { compression: Compression::Gzip, part: 2, byte_offset: 9, decompressed_offset: 70 };
        let error = Error::new(ErrorKind::Cut { name: String::new(), place });
        let disguised = io::Error::from(error);
        assert_eq!(disguised.kind(), io::ErrorKind::UnexpectedEof);
        let error = Error::read(5, disguised).with_name("a.gz").with_name("b.gz");
        let text = "`a.gz` is cut: it ends inside gzip member 2, at byte 9 (byte 70 decompressed); get the whole of it";
        assert_eq!(error.to_string(), text);
        let error = Error::read(5, io::Error::other("broken"));
        assert_eq!(error.to_string(), "the input could not be read at byte 5");
    }
}
