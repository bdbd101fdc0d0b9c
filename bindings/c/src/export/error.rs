//! Errors.

use std::ffi::c_char;

use crate::fault::Error;
use crate::guard::{free, guard_value};
use crate::status::Status;

/// Returns the status of an error; `TRUELINE_STATUS_OK` for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_error_status(error: Option<&Error>) -> Status {
    guard_value(Status::Ok, || error.map_or(Status::Ok, |error| error.status))
}

/// Returns the code of an error, which is stable across versions, such as `argument.null` or
/// `schema.document`. Do not free it. Returns an empty string for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_error_code(error: Option<&Error>) -> *const c_char {
    guard_value(c"".as_ptr(), || error.map_or(c"".as_ptr(), |error| error.code.as_ptr()))
}

/// Returns the message of an error for people: one line, or several for a schema document. It belongs to the
/// error. Returns an empty string for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_error_message(error: Option<&Error>) -> *const c_char {
    guard_value(c"".as_ptr(), || error.map_or(c"".as_ptr(), |error| error.message.as_ptr()))
}

/// Returns the line in the schema document, from 1; 0 if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_error_line(error: Option<&Error>) -> u64 {
    guard_value(0, || error.map_or(0, |error| error.line))
}

/// Returns the column in that line, from 1, in characters; 0 if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_error_column(error: Option<&Error>) -> u64 {
    guard_value(0, || error.map_or(0, |error| error.column))
}

/// Frees an error and sets the pointer to NULL. Does nothing if it is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_error_free(error: Option<&mut Option<Box<Error>>>) -> Status {
    free(error)
}
