//! Why bytes could not be had or put away.

use std::io;

/// What went wrong; see [`Error::kind`].
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

/// The kinds of [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An input could not be opened.
    #[error("{name} could not be opened")]
    Open {
        /// The input.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// An input that is a folder.
    #[error("{name} is a folder, expected a file; name the files in it")]
    Folder {
        /// The input.
        name: String,
    },
    /// Reading failed.
    #[error("reading failed after {byte_offset} bytes")]
    Read {
        /// Bytes had so far, after decompression.
        byte_offset: u64,
        /// What the system or the decompressor said.
        source: io::Error,
    },
    /// An input that is no longer what it was when it was opened.
    #[error("{name} changed while it was read; validate a copy that nobody writes to")]
    Changed {
        /// The input.
        name: String,
    },
    /// An output could not be written.
    #[error("{name} could not be written")]
    Write {
        /// The output.
        name: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }
}
