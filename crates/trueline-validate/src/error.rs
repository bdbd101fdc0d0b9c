//! Why a plan could not be made or its result not be had.

use trueline_schema::PatternError;

/// What went wrong; see [`Error::kind`].
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

/// The kinds of [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A check that a column of this type cannot have.
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
        /// What is wrong with it.
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
    /// A schema with a check by a function, which only a plan can have.
    #[error("a check `custom` in a schema has no function: add it to the plan")]
    NoFunction,
    /// A check that has the id of another.
    #[error("there is a check with the id `{check_id}` already")]
    RepeatedId {
        /// The id.
        check_id: String,
    },
    /// The rows that keys name could not be kept.
    #[error("the rows that repeat keys could not be kept")]
    Rows {
        /// What went wrong.
        source: crate::key::Error,
    },
    /// Keys could not be kept.
    #[error("the keys of check `{check_id}` could not be kept")]
    Keys {
        /// The check's id.
        check_id: String,
        /// What went wrong.
        source: crate::key::Error,
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
