//! Why keys could not be kept.

use std::io;
use std::path::PathBuf;

/// What went wrong; see [`Error::kind`].
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

/// The kinds of [`Error`]. The temporary file has no name of its own, so each names the folder it is in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The temporary file could not be made.
    #[error("no temporary file for keys could be made in `{}`", folder.display())]
    Create {
        /// The folder.
        folder: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The temporary file could not be written.
    #[error("the temporary file for keys in `{}` could not be written", folder.display())]
    Write {
        /// The folder.
        folder: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The temporary file could not be read back.
    #[error("the temporary file for keys in `{}` could not be read back", folder.display())]
    Read {
        /// The folder.
        folder: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The temporary file gave back something else than was written.
    #[error("the temporary file for keys in `{}` gave back other bytes than were written", folder.display())]
    Damaged {
        /// The folder.
        folder: PathBuf,
    },
    /// Keys that are to be passed on, and take more memory than they may.
    #[error("they take more than the {limit} bytes that keys may take; allow them more")]
    Full {
        /// The bytes they may take.
        limit: usize,
    },
    /// An earlier call failed, and the set does not have all keys.
    #[error("keys are missing since an earlier error")]
    Incomplete,
}

impl Error {
    pub(super) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }

    /// Keys take more than they may.
    pub(crate) fn full(limit: usize) -> Self {
        Self::new(ErrorKind::Full { limit })
    }

    /// Keys that were needed were never supplied.
    pub(crate) fn incomplete() -> Self {
        Self::new(ErrorKind::Incomplete)
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }
}
