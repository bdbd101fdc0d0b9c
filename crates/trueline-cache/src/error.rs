//! Errors of stores.

use std::io;
use std::path::PathBuf;

/// An error of a store; see [`Error::kind`].
///
/// No error makes a result wrong: the caller continues without the cache.
///
/// A [`Store`](crate::Store) of one's own creates its errors from an [`ErrorKind`], usually from [`ErrorKind::Store`]:
///
/// ```
/// use trueline_cache::{Error, ErrorKind};
///
/// fn put() -> Result<(), Error> {
///     let source = "connection refused".into();
///     Err(ErrorKind::Store { name: "redis".to_owned(), action: "written to", source }.into())
/// }
///
/// assert_eq!(put().unwrap_err().to_string(), "the cache `redis` could not be written to");
/// ```
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

/// The kinds of [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The folder of a cache is not safe to use.
    #[error("the cache folder {} is not used: {problem}", shown(folder))]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it, and how to fix it.
        problem: &'static str,
    },
    /// The folder of a cache could not be created or opened.
    #[error("the cache folder {} could not be opened", shown(folder))]
    Open {
        /// The folder.
        folder: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A value could not be stored.
    #[error("nothing could be written to the cache folder {}", shown(folder))]
    Write {
        /// The folder.
        folder: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The entries could not be listed or removed.
    #[error("the entries of the cache folder {} could not be {action}", shown(folder))]
    Entries {
        /// The folder.
        folder: PathBuf,
        /// The failed action: `listed` or `removed`.
        action: &'static str,
        /// The error of the system.
        source: io::Error,
    },
    /// A store that is not a folder failed.
    #[error("the cache `{}` could not be {action}", name.escape_debug())]
    Store {
        /// The name of the store.
        name: String,
        /// The failed action: `written to`, `listed`, ….
        action: &'static str,
        /// The reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

impl Error {
    /// Creates an error of a kind.
    pub fn new(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }
}

/// Formats a path for people, so that nothing in it can control a terminal.
fn shown(path: &std::path::Path) -> String {
    format!("`{}`", path.display().to_string().escape_debug())
}
