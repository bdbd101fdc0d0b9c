#![doc = include_str!("../README.md")]
//!
//! # Structure of the sources
//!
//! - `export/`: the functions of the header, a file per object, in the header's order. They only convert arguments and
//!   results; every body goes through `guard`.
//! - `pointer`: converts unverifiable pointers of the caller to references; the crate `trueline-arrow` does the same
//!   for the Arrow structs.
//! - `revocable`: values of the caller that are valid only during a call. `callback` and `source` use it; `stream` is
//!   input that the caller pushes.
//! - `fault`: errors, which are every result other than OK.
#![deny(unsafe_code)]
#![allow(clippy::unnecessary_box_returns, reason = "a fault is handed out as the box that it came in")]

mod arrow;
mod buffer;
mod callback;
mod csv;
pub mod export;
mod fault;
mod guard;
mod option;
mod pointer;
mod record;
mod report;
mod revocable;
mod schema;
mod source;
mod state;
mod status;
mod stream;
mod text;
mod validator;

pub use buffer::Buffer;
pub use callback::{CancelCallback, Part, PartCallback, Progress, ProgressCallback, ReadCallback};
pub use csv::{CsvDialect, CsvFault, CsvFaultKind, CsvIndex, CsvPositions, CsvSpan, CsvTerminator};
pub use fault::Error;
pub use option::{Format, Number, Options, Setting, Trust};
pub use record::RecordValidator;
pub use report::{
    CheckResult, CheckStatus, Input, Rendering, Report, RunError, Severity, Summary, Verdict, Violation,
};
pub use schema::{Language, Schema};
pub use state::{Extent, State};
pub use status::Status;
pub use stream::Stream;
pub use text::{NONE, Text};
pub use validator::Validator;
