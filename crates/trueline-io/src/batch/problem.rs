//! Problems with an input of record batches, before they become a [`Failure`].

use std::fmt;

use crate::error::Error;
use crate::text::Failure;

/// Why an input cannot be read, and where.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    kind: ProblemKind,
    /// In bytes from the start of the input.
    byte_offset: u64,
    message: String,
}

/// The kind of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// The bytes are not what was written.
    Damaged,
    /// The bytes may be valid, but their content is not supported.
    Unsupported,
    /// A limit is exceeded.
    Limit,
    /// The bytes cannot be read.
    Read,
}

impl Problem {
    pub(crate) fn damaged(byte_offset: u64, message: impl Into<String>) -> Self {
        Self { kind: ProblemKind::Damaged, byte_offset, message: message.into() }
    }

    pub(crate) fn unsupported(byte_offset: u64, message: impl Into<String>) -> Self {
        Self { kind: ProblemKind::Unsupported, byte_offset, message: message.into() }
    }

    /// More of something than `option` allows.
    pub(crate) fn limit(byte_offset: u64, message: impl fmt::Display, limit: u64, option: &str) -> Self {
        let message = format!("{message}, more than {limit}; raise {option} if that is as it should be");
        Self { kind: ProblemKind::Limit, byte_offset, message }
    }

    /// The bytes could not be read.
    pub(crate) fn read(byte_offset: u64, error: &Error) -> Self {
        Self { kind: ProblemKind::Read, byte_offset, message: Failure::read(error, byte_offset).message }
    }

    /// Sets the location, for a problem that was created without one.
    #[cfg(feature = "parquet")]
    #[must_use]
    pub(crate) fn at(mut self, byte_offset: u64) -> Self {
        self.byte_offset = byte_offset;
        self
    }

    /// Prefixes the message with the part of the input that has the problem.
    #[cfg(any(feature = "parquet", test))]
    #[must_use]
    pub(crate) fn within(mut self, what: impl fmt::Display) -> Self {
        if self.kind != ProblemKind::Read {
            self.message = format!("{what} {}", self.message);
        }
        self
    }

    /// Converts it to the failure that ends an input of `format`.
    pub(crate) fn into_failure(self, format: &'static str) -> Failure {
        let (code, advice) = match (self.kind, format) {
            (ProblemKind::Damaged, "parquet") => ("parquet.damaged", "; get the file again"),
            (ProblemKind::Damaged, _) => ("arrow.damaged", "; get the file again"),
            (ProblemKind::Unsupported, "parquet") => ("parquet.unsupported", ""),
            (ProblemKind::Unsupported, _) => ("arrow.unsupported", ""),
            (ProblemKind::Limit, "parquet") => ("parquet.limit", ""),
            (ProblemKind::Limit, _) => ("arrow.limit", ""),
            (ProblemKind::Read, _) => ("read", ""),
        };
        Failure::new(code, self.message + advice, self.byte_offset)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}
