//! Why something could not be kept.

use std::io;
use std::path::PathBuf;

/// What went wrong; see [`Error::kind`].
///
/// No error means that a result is wrong: a caller goes on without the cache.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

/// The kinds of [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The folder of a cache is not one that is safe to use.
    #[error("the cache folder {} is not used: {problem}", shown(folder))]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it, and what would mend it.
        problem: &'static str,
    },
    /// The folder of a cache could not be made or opened.
    #[error("the cache folder {} could not be opened", shown(folder))]
    Open {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A value could not be kept.
    #[error("nothing could be written to the cache folder {}", shown(folder))]
    Write {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The entries could not be listed or removed.
    #[error("the entries of the cache folder {} could not be {action}", shown(folder))]
    Entries {
        /// The folder.
        folder: PathBuf,
        /// What was tried: `listed` or `removed`.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }

    /// What kind of error it is.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }
}

/// A path for people: nothing in it can act in a terminal.
fn shown(path: &std::path::Path) -> String {
    format!("`{}`", path.display().to_string().escape_debug())
}
