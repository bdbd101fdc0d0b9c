//! Python objects as sources of bytes, a file per kind.

mod bytes;
mod file;
mod record;

pub(crate) use bytes::BytesSource;
pub(crate) use file::ObjectFile;
pub(crate) use record::Records;

use std::io;

use pyo3::PyErr;

use crate::run::Watch;

/// Ends a read with an exception, which is kept for the caller of the run.
fn raised(watch: &Watch, error: PyErr) -> io::Error {
    watch.raise(error);
    io::Error::other("an exception was raised")
}

/// The error if the interpreter shuts down or the run ends.
fn over() -> io::Error {
    io::Error::other("the run was cancelled")
}
