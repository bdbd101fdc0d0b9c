//! Errors of the library: every result other than OK.

use std::any::Any;
use std::ffi::{CStr, CString};

use trueline::{ErrorKind, SourceError};

use crate::status::Status;

/// Why a call failed. Free it with `trueline_error_free`.
#[derive(Debug)]
pub struct Error {
    pub(crate) status: Status,
    pub(crate) code: &'static CStr,
    pub(crate) message: CString,
    pub(crate) line: u64,
    pub(crate) column: u64,
}

/// An error inside the library.
pub(crate) type Fault = Box<Error>;

/// An error without a location.
pub(crate) fn fault(status: Status, code: &'static CStr, message: impl Into<String>) -> Fault {
    let message = message.into().replace('\0', "\\0");
    let message = CString::new(message).unwrap_or_default();
    Box::new(Error { status, code, message, line: 0, column: 0 })
}

/// An argument is NULL.
pub(crate) fn null(argument: &str) -> Fault {
    fault(Status::NullArgument, c"argument.null", format!("{argument} is NULL"))
}

/// A number is not a member of its enumeration.
pub(crate) fn not_a_member(argument: &str, number: u32, members: &str) -> Fault {
    let message = format!("{argument} is {number}, which is no {members}");
    fault(Status::InvalidArgument, c"argument.value", message)
}

/// An index is out of range.
pub(crate) fn out_of_range(what: &str, index: usize, count: usize) -> Fault {
    fault(Status::Range, c"index.range", format!("there is no {what} {index}, only {count} of them, from 0"))
}

/// A body panicked.
pub(crate) fn panic(panic: &(dyn Any + Send)) -> Fault {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic");
    fault(Status::Internal, c"internal.panic", format!("internal error: {text}; please report it"))
}

impl From<trueline::Error> for Box<Error> {
    fn from(error: trueline::Error) -> Self {
        if let ErrorKind::Document { rendered, source, .. } = error.kind() {
            return schema(source, rendered.clone());
        }
        let (status, code) = match error.kind() {
            ErrorKind::DocumentName { .. } => (Status::Schema, c"schema.language"),
            ErrorKind::DocumentNotRead { source, .. } if source.kind() == std::io::ErrorKind::InvalidData => {
                (Status::Utf8, c"schema.utf8")
            }
            ErrorKind::DocumentNotRead { .. } | ErrorKind::NoDocument { .. } => {
                (Status::Input, c"input.schema")
            }
            ErrorKind::Schema { .. } => (Status::Schema, c"schema.plan"),
            ErrorKind::SchemaRules { .. } => (Status::Schema, c"schema.rules"),
            ErrorKind::Dialect { .. } => (Status::Schema, c"schema.dialect"),
            ErrorKind::Option { .. } => (Status::Option, c"option.value"),
            ErrorKind::OutputName { .. } => (Status::Option, c"option.output_name"),
            ErrorKind::Formats { .. } => (Status::Option, c"option.formats"),
            ErrorKind::NoRecord => (Status::InvalidArgument, c"argument.record"),
            ErrorKind::NoInput => (Status::Input, c"input.none"),
            ErrorKind::Output { .. } => (Status::Output, c"output.write"),
            ErrorKind::Keys { .. } => (Status::Output, c"output.keys"),
            ErrorKind::Cancelled { .. } => (Status::Cancelled, c"run.cancelled"),
            ErrorKind::States { .. } => (Status::InvalidArgument, c"state.other"),
            ErrorKind::PartTwice { .. } => (Status::InvalidArgument, c"state.twice"),
            ErrorKind::NoState { .. } => (Status::InvalidArgument, c"state.bytes"),
            ErrorKind::BatchColumns { .. } => (Status::Arrow, c"arrow.columns"),
            _ => (Status::Internal, c"internal.engine"),
        };
        fault(status, code, with_causes(&error))
    }
}

impl From<trueline_arrow::Error> for Box<Error> {
    fn from(error: trueline_arrow::Error) -> Self {
        use trueline_arrow::ErrorKind as Kind;
        let (status, code) = match error.kind() {
            Kind::Released { .. } => (Status::Arrow, c"arrow.released"),
            Kind::Failed { .. } => (Status::Callback, c"callback.arrow"),
            _ => (Status::Arrow, c"arrow.invalid"),
        };
        fault(status, code, with_causes(&error))
    }
}

impl From<SourceError> for Box<Error> {
    fn from(error: SourceError) -> Self {
        fault(Status::Input, c"input.open", with_causes(&error))
    }
}

/// The error of a schema document: `rendered` shows all errors with their locations; line and column are
/// those of the first.
pub(crate) fn schema(error: &trueline::schema::Error, rendered: String) -> Fault {
    let mut fault = fault(Status::Schema, c"schema.document", rendered);
    if let Some(place) = error.location() {
        fault.line = place.line.into();
        fault.column = place.column.into();
    }
    fault
}

/// The message of an error and of its causes.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
