//! Python objects as sources of bytes, a file per kind.

mod bytes;
mod file;
mod record;

pub(crate) use bytes::BytesSource;
pub(crate) use file::FileObjectSource;
pub(crate) use record::RecordSource;

use std::io;

use pyo3::PyErr;

use crate::run::RunControl;

/// Ends a read with an exception, which is kept for the caller of the run.
fn keep_exception(control: &RunControl, error: PyErr) -> io::Error {
    control.raise(error);
    io::Error::other("an exception was raised")
}

/// The error if the interpreter shuts down or the run ends.
fn cancelled() -> io::Error {
    io::Error::other("the run was cancelled")
}
