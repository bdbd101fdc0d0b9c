//! Why data could not be taken in.

use std::fmt::Display;

/// What went wrong; see [`Error::kind`].
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

/// The kinds of [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A struct is an empty one.
    #[error("the {what} was released, or taken over, before")]
    Released {
        /// Its name in the interface.
        what: &'static str,
    },
    /// A struct contradicts its type or itself, or what stands in its buffers does.
    #[error("the Arrow data cannot be used: {problem}")]
    Invalid {
        /// What is wrong, and where.
        problem: String,
    },
    /// One column, where a table is needed.
    #[error(
        "the Arrow data cannot be used: a table is needed, which is a struct, and this is one column of {found}"
    )]
    NoTable {
        /// The type of the column.
        found: String,
    },
    /// A table of which whole rows are null.
    #[error("the Arrow data cannot be used: a struct array with nulls is no table")]
    NullRows,
    /// A function of a stream said that it failed.
    #[error("the Arrow stream failed with {code}: {told}")]
    Failed {
        /// What the function gave back.
        code: i32,
        /// What the stream said about it.
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

    /// What kind of error it is.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }
}
