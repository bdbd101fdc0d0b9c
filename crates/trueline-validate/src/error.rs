//! Errors of making a plan or its result.

use trueline_schema::PatternError;

/// An error of this crate; see [`Error::kind`].
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

/// The kinds of [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A check that does not apply to columns of this type.
    #[error("check `{check}` does not suit a column of type `{data_type}`")]
    Unsuitable {
        /// The check's name.
        check: &'static str,
        /// The type as the schema document spells it.
        data_type: String,
    },
    /// A pattern that does not compile.
    #[error("pattern `{pattern}` does not compile")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// The reason.
        source: PatternError,
    },
    /// A check that names a column the schema does not have.
    #[error("check `{check_id}` names the column `{column}`, which the schema does not declare")]
    UnknownColumn {
        /// The check's id.
        check_id: String,
        /// The column's name.
        column: String,
    },
    /// A check by a function in a schema; only a plan can have one.
    #[error("a check `custom` in a schema has no function: add it to the plan")]
    NoFunction,
    /// Two checks with the same id.
    #[error("there is a check with the id `{check_id}` already")]
    RepeatedId {
        /// The id.
        check_id: String,
    },
    /// A tolerance that is no fraction.
    #[error(
        "the tolerance of check `{check_id}` is not a number of failures, or a fraction above 0 and below 1"
    )]
    Tolerance {
        /// The check's id.
        check_id: String,
    },
    /// The rows with duplicate keys could not be stored.
    #[error("the rows that repeat keys could not be kept")]
    Rows {
        /// The cause.
        source: crate::key::Error,
    },
    /// The keys of a check could not be stored.
    #[error("the keys of check `{check_id}` could not be kept")]
    Keys {
        /// The check's id.
        check_id: String,
        /// The cause.
        source: crate::key::Error,
    },
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }
}
