//! Reasons why a validation could not be carried out.

use trueline_report::Report;

/// An error of a run; see [`Error::kind`]. Invalid data is never an error: the report describes it.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

/// The kinds of [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The schema could not be compiled.
    #[error("the schema cannot be used")]
    Schema {
        /// The cause.
        source: trueline_validate::Error,
    },
    /// A schema made in code does not satisfy the rules of schemas.
    #[error("the schema cannot be used")]
    SchemaRules {
        /// All errors.
        source: trueline_schema::Error,
    },
    /// A schema document, or a folder of them, is not a usable schema.
    #[error("the schema `{}` cannot be used", name.escape_debug())]
    Document {
        /// The file or folder.
        name: String,
        /// All errors as text of several lines for people, with document and line. Control characters are escaped, so it is safe
        /// in a terminal.
        rendered: String,
        /// The same errors as data.
        source: trueline_schema::Error,
    },
    /// A schema document, or a folder of them, could not be read.
    #[error("the schema `{}` could not be read", name.escape_debug())]
    DocumentNotRead {
        /// The file or folder.
        name: String,
        /// The cause.
        source: std::io::Error,
    },
    /// The name of a schema document does not have an extension of a supported language.
    #[error("the schema `{}` must end in .yaml, .yml, .json or .toml", name.escape_debug())]
    DocumentName {
        /// The file.
        name: String,
    },
    /// The folder contains no schema document.
    #[error("the folder `{}` has no .yaml, .yml, .json or .toml file", folder.escape_debug())]
    NoDocument {
        /// The folder.
        folder: String,
    },
    /// The schema's `csv` section is not usable.
    #[error("the csv section of the schema cannot be used")]
    Dialect {
        /// The cause.
        source: trueline_tokenizer::DialectError,
    },
    /// An option has an invalid value.
    #[error("{option} must be {expected}")]
    Option {
        /// The option.
        option: &'static str,
        /// The values it may have.
        expected: &'static str,
    },
    /// One run cannot validate inputs of these formats together.
    #[error("{message}")]
    Formats {
        /// The formats, and possible solutions.
        message: String,
    },
    /// No input was given.
    #[error("there is nothing to validate: no input was given")]
    NoInput,
    /// The record is empty.
    #[error("there is nothing to validate: the record is empty")]
    NoRecord,
    /// The name of an output is not allowed.
    #[error("the output `{name}` must be {expected}")]
    OutputName {
        /// The name.
        name: String,
        /// The names that are allowed.
        expected: String,
    },
    /// An output, or the temporary data it needs, could not be written. A file that an unwritten output would have replaced is
    /// unchanged.
    #[error("the outputs could not be written")]
    Output {
        /// The cause.
        source: trueline_io::Error,
        /// The report, if all input was read and validated by then: only outputs are missing.
        report: Option<Box<Report>>,
    },
    /// The columns of an input could not be read.
    #[error("{message}")]
    NotRead {
        /// The place and the reason.
        message: String,
    },
    /// The run was cancelled by the caller.
    #[error("cancelled after {rows} rows")]
    Cancelled {
        /// The number of rows validated so far.
        rows: u64,
        /// The number of invalid rows so far; duplicate keys are only found at the end.
        invalid_rows: u64,
    },
    /// Keys could not be stored.
    #[error("the run could not be finished")]
    Keys {
        /// The cause.
        source: trueline_validate::Error,
    },
    /// A batch has columns that differ from those of the first batch.
    #[error("a batch has other columns than the first: {message}")]
    BatchColumns {
        /// The first difference.
        message: String,
    },
    /// The states cannot be merged.
    #[error("the states cannot be merged: {message}")]
    States {
        /// The reason.
        message: String,
    },
    /// A part occurs in two of the states to merge, or twice in one of them.
    #[error(
        "the part of `{}` is in two of the states, number {} and number {}: it would be counted twice; leave one out",
        input.escape_debug(),
        first + 1,
        second + 1
    )]
    PartTwice {
        /// The input of the part.
        input: String,
        /// The index of the first state, from 0.
        first: usize,
        /// The index of the second state, from 0.
        second: usize,
    },
    /// The bytes are not a state, or not a state of this validator.
    #[error("the state cannot be used: {message}")]
    NoState {
        /// The reason.
        message: String,
    },
    /// A file could not be hashed.
    #[error("`{}` could not be hashed", name.escape_debug())]
    NotHashed {
        /// The file.
        name: String,
        /// The cause.
        source: std::io::Error,
    },
    /// Two of the files to hash have the same name.
    #[error(
        "`{}` and `{}` have the same name in the set of files, `{}`; give the folder that both are in",
        first.escape_debug(),
        second.escape_debug(),
        name.escape_debug()
    )]
    SameName {
        /// The name.
        name: String,
        /// One of them.
        first: String,
        /// The other one.
        second: String,
    },
    /// A bug in the engine.
    #[error("internal error: {message}; please report it")]
    Internal {
        /// What happened.
        message: String,
    },
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }

    /// An output could not be written, and there is no report yet.
    pub(crate) fn output(source: trueline_io::Error) -> Self {
        Self::new(ErrorKind::Output { source, report: None })
    }

    /// The same, where there is a report and only outputs are missing.
    pub(crate) fn with_report(mut self, found: Report) -> Self {
        if let ErrorKind::Output { report, .. } = &mut *self.0 {
            *report = Some(Box::new(found));
        }
        self
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }
}
