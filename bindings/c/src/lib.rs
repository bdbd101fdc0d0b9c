#![doc = include_str!("../README.md")]
//!
//! # For those who change it
//!
//! - `export/`: the functions of the header, a file per object, in the header's order. They translate, and every body goes through
//!   `guard`.
//! - `pointer`: what is taken on trust from a caller, turned into references; the crate `trueline-arrow` does the same for the structs of
//!   Arrow.
//! - `loan`: what a caller lends for the time of a call. `callback`, `source`, `stream`: what is made of it.
//! - `fault`: everything that can be answered besides OK.
#![deny(unsafe_code)]
#![allow(clippy::unnecessary_box_returns, reason = "a fault is handed out as the box that it came in")]

mod arrow;
mod buffer;
mod callback;
mod csv;
pub mod export;
mod fault;
mod guard;
mod loan;
mod option;
mod pointer;
mod record;
mod report;
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
