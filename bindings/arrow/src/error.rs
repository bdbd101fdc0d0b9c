//! Errors of importing data.

use std::fmt::Display;

/// An error of importing data; see [`Error::kind`].
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

/// The kinds of [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A struct is empty.
    #[error("the {what} was released, or taken over, before")]
    Released {
        /// Its name in the interface.
        what: &'static str,
    },
    /// A struct, or the content of its buffers, contradicts its type or itself.
    #[error("the Arrow data cannot be used: {problem}")]
    Invalid {
        /// What is wrong, and where.
        problem: String,
    },
    /// One column instead of a table.
    #[error(
        "the Arrow data cannot be used: a table is needed, which is a struct, and this is one column of {found}"
    )]
    NoTable {
        /// The type of the column.
        found: String,
    },
    /// A table with whole rows that are null.
    #[error("the Arrow data cannot be used: a struct array with nulls is no table")]
    NullRows,
    /// A function of a stream reported a failure.
    #[error("the Arrow stream failed with {code}: {told}")]
    Failed {
        /// The return value of the function.
        code: i32,
        /// The message of the stream.
        told: String,
    },
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }

    pub(crate) fn invalid(problem: impl Display) -> Self {
        Self::new(ErrorKind::Invalid { problem: problem.to_string() })
    }

    pub(crate) fn released(what: &'static str) -> Self {
        Self::new(ErrorKind::Released { what })
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }
}
