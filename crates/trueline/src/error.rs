//! Why a validation could not be carried out.

use trueline_report::Report;

/// What went wrong; see [`Error::kind`]. Bad data is never an error: it is in the report.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

/// The kinds of [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The schema cannot be compiled.
    #[error("the schema cannot be used")]
    Schema {
        /// What is wrong with it.
        source: trueline_validate::Error,
    },
    /// A schema document, or several in a folder, cannot be used.
    #[error("the schema `{}` cannot be used", name.escape_debug())]
    Document {
        /// The file or folder.
        name: String,
        /// Every fault over several lines for people, with the document and line it stands on. Nothing in it can act in a terminal.
        rendered: String,
        /// The same as data.
        source: trueline_schema::Error,
    },
    /// A schema document, or the folder of several, could not be read.
    #[error("the schema `{}` could not be read", name.escape_debug())]
    DocumentNotRead {
        /// The file or folder.
        name: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A schema document whose name does not say in which language it is.
    #[error("the schema `{}` must end in .yaml, .yml, .json or .toml", name.escape_debug())]
    DocumentName {
        /// The file.
        name: String,
    },
    /// A folder without a schema document.
    #[error("the folder `{}` has no .yaml, .yml, .json or .toml file", folder.escape_debug())]
    NoDocument {
        /// The folder.
        folder: String,
    },
    /// The schema's `csv` section cannot be used.
    #[error("the csv section of the schema cannot be used")]
    Dialect {
        /// What is wrong with it.
        source: trueline_tokenizer::DialectError,
    },
    /// An option has a value it cannot have.
    #[error("{option} must be {expected}")]
    Option {
        /// The option.
        option: &'static str,
        /// What it may be.
        expected: &'static str,
    },
    /// The inputs are of formats that one run cannot judge together.
    #[error("{message}")]
    Formats {
        /// Which they are, and what can be done.
        message: String,
    },
    /// No input was given.
    #[error("there is nothing to validate: no input was given")]
    NoInput,
    /// What was given as a record is empty.
    #[error("there is nothing to validate: the record is empty")]
    NoRecord,
    /// An output whose name does not do.
    #[error("the output `{name}` must be {expected}")]
    OutputName {
        /// The name.
        name: String,
        /// What it must be.
        expected: String,
    },
    /// An output could not be written, or what it needs not be kept. What stood in the place of one that was not is still there.
    #[error("the outputs could not be written")]
    Output {
        /// What went wrong.
        source: trueline_io::Error,
        /// The report, where all was read and judged by then: only outputs are missing.
        report: Option<Box<Report>>,
    },
    /// Columns could not be read.
    #[error("{message}")]
    NotRead {
        /// Where, and why.
        message: String,
    },
    /// The run was cancelled from outside.
    #[error("cancelled after {rows} rows")]
    Cancelled {
        /// Rows validated so far.
        rows: u64,
        /// Rows found invalid so far; repeated keys are found at the end.
        invalid_rows: u64,
    },
    /// Keys could not be kept.
    #[error("the run could not be finished")]
    Keys {
        /// What went wrong.
        source: trueline_validate::Error,
    },
    /// A batch that has other columns than the one before.
    #[error("a batch has other columns than the first: {message}")]
    BatchColumns {
        /// The first that differs.
        message: String,
    },
    /// States that cannot be merged.
    #[error("the states cannot be merged: {message}")]
    States {
        /// Why.
        message: String,
    },
    /// A part that is in two of the states that are to be merged, or twice in one of them.
    #[error(
        "the part of `{}` is in two of the states, number {} and number {}: it would be counted twice; leave one out",
        input.escape_debug(),
        first + 1,
        second + 1
    )]
    PartTwice {
        /// The input that it is of.
        input: String,
        /// The first of the states, counted from 0.
        first: usize,
        /// The second of them.
        second: usize,
    },
    /// Bytes that are no state, or not one of this validator's.
    #[error("the state cannot be used: {message}")]
    NoState {
        /// Why.
        message: String,
    },
    /// A file could not be hashed.
    #[error("`{}` could not be hashed", name.escape_debug())]
    NotHashed {
        /// The file.
        name: String,
        /// Why not.
        source: std::io::Error,
    },
    /// Two files that are hashed have one name.
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
    /// A fault of the engine itself.
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

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }
}
