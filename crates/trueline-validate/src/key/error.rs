//! Errors of storing keys.

use std::io;
use std::path::PathBuf;

/// An error of a set of keys; see [`Error::kind`].
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

/// The kinds of [`Error`]. The temporary file has no name, so each names the folder instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The temporary file could not be created.
    #[error("no temporary file for keys could be made in `{}`", folder.display())]
    Create {
        /// The folder.
        folder: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The temporary file could not be written.
    #[error("the temporary file for keys in `{}` could not be written", folder.display())]
    Write {
        /// The folder.
        folder: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The temporary file could not be read back.
    #[error("the temporary file for keys in `{}` could not be read back", folder.display())]
    Read {
        /// The folder.
        folder: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The temporary file returned other bytes than were written.
    #[error("the temporary file for keys in `{}` gave back other bytes than were written", folder.display())]
    Damaged {
        /// The folder.
        folder: PathBuf,
    },
    /// Keys that must be kept for a partial result take more memory than allowed.
    #[error("they take more than the {limit} bytes that keys may take; allow them more")]
    Full {
        /// The number of bytes allowed.
        limit: usize,
    },
    /// An earlier call failed, so that the set is incomplete.
    #[error("keys are missing since an earlier error")]
    Incomplete,
}

impl Error {
    pub(super) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }

    /// Creates an error for keys that take more memory than allowed.
    pub(crate) fn full(limit: usize) -> Self {
        Self::new(ErrorKind::Full { limit })
    }

    /// Creates an error for required keys that were never supplied.
    pub(crate) fn incomplete() -> Self {
        Self::new(ErrorKind::Incomplete)
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }
}
