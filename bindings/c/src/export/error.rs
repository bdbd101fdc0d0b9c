//! Why a job could not be done.

use std::ffi::c_char;

use crate::fault::Error;
use crate::guard::{free, guard_value};
use crate::status::Status;

/// The status that came with an error; `TRUELINE_STATUS_OK` of NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_error_status(error: Option<&Error>) -> Status {
    guard_value(Status::Ok, || error.map_or(Status::Ok, |error| error.status))
}

/// What went wrong, as a word that stays the same from version to version, such as `argument.null` or `schema.document`. It is never freed;
/// empty of NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_error_code(error: Option<&Error>) -> *const c_char {
    guard_value(c"".as_ptr(), || error.map_or(c"".as_ptr(), |error| error.code.as_ptr()))
}

/// What went wrong, for people: one line, or several for a schema document. It belongs to the error; empty of NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_error_message(error: Option<&Error>) -> *const c_char {
    guard_value(c"".as_ptr(), || error.map_or(c"".as_ptr(), |error| error.message.as_ptr()))
}

/// The line of a schema document that it is about, from 1; 0 where there is none.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_error_line(error: Option<&Error>) -> u64 {
    guard_value(0, || error.map_or(0, |error| error.line))
}

/// The column in that line, from 1, in characters; 0 where there is none.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_error_column(error: Option<&Error>) -> u64 {
    guard_value(0, || error.map_or(0, |error| error.column))
}

/// Frees an error and sets the pointer to NULL. A pointer that is NULL stays so.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_error_free(error: Option<&mut Option<Box<Error>>>) -> Status {
    free(error)
}
