//! Converts errors of the engine to Python exceptions. The classes are in `trueline/errors.py`.

use std::error::Error;
use std::fmt::Display;
use std::io;

use pyo3::call::PyCallArgs;
use pyo3::exceptions::{PyFileNotFoundError, PyIsADirectoryError, PyPermissionError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use trueline::schema::Problem;
use trueline::{ErrorKind, SourceError};

use crate::report::Report;

/// An exception of a class of `trueline.errors`.
pub(crate) fn exception<'py, A>(py: Python<'py>, class: &str, arguments: A) -> PyErr
where
    A: PyCallArgs<'py>,
{
    let make = || py.import("trueline.errors")?.getattr(class)?.call1(arguments);
    make().map_or_else(|error| error, PyErr::from_value)
}

/// An option has an invalid value.
pub(crate) fn option(py: Python<'_>, message: impl Display) -> PyErr {
    exception(py, "OptionError", (message.to_string(),))
}

/// The exception for an error of the engine.
pub(crate) fn engine(py: Python<'_>, error: &trueline::Error) -> PyErr {
    match error.kind() {
        ErrorKind::Document { rendered, source, .. } => {
            return schema(py, rendered.clone(), source.errors());
        }
        // An error of the system about a file is the corresponding subclass of `OSError`.
        ErrorKind::DocumentNotRead { source, .. } if source.raw_os_error().is_some() => {
            return io::Error::new(source.kind(), with_causes(error)).into();
        }
        _ => {}
    }
    let class = match error.kind() {
        ErrorKind::Schema { .. }
        | ErrorKind::SchemaRules { .. }
        | ErrorKind::Dialect { .. }
        | ErrorKind::DocumentName { .. }
        | ErrorKind::DocumentNotRead { .. }
        | ErrorKind::NoDocument { .. } => "SchemaError",
        ErrorKind::Option { .. }
        | ErrorKind::OutputName { .. }
        | ErrorKind::Formats { .. }
        | ErrorKind::States { .. }
        | ErrorKind::PartTwice { .. }
        | ErrorKind::NoInput => "OptionError",
        ErrorKind::Output { .. } => "OutputError",
        ErrorKind::Internal { .. } => "InternalError",
        ErrorKind::NotRead { .. } => "UnreadableError",
        _ => "TruelineError",
    };
    if let ErrorKind::Output { report, .. } = error.kind() {
        let report = report.as_deref().map(|report| Report::new(report.clone()));
        return exception(py, class, (with_causes(error), report));
    }
    if let ErrorKind::Cancelled { rows, invalid_rows } = error.kind() {
        return exception(py, "CancelledError", (with_causes(error), *rows, *invalid_rows));
    }
    exception(py, class, (with_causes(error),))
}

/// The exception for an input that could not be opened.
pub(crate) fn source(py: Python<'_>, error: &SourceError) -> PyErr {
    use trueline::SourceErrorKind as Kind;
    let text = with_causes(error);
    match error.kind() {
        Kind::NotFound { .. } | Kind::NoMatch { .. } | Kind::Pattern { .. } => {
            PyFileNotFoundError::new_err(text)
        }
        Kind::NoPermission { .. } => PyPermissionError::new_err(text),
        Kind::Folder { .. } | Kind::FolderAsFile { .. } => PyIsADirectoryError::new_err(text),
        _ => exception(py, "UnreadableError", (text, py.None())),
    }
}

/// A schema document cannot be used: all errors with their locations, formatted in `rendered`.
pub(crate) fn schema(py: Python<'_>, rendered: String, problems: &[Problem]) -> PyErr {
    let make =
        || -> PyResult<Vec<Bound<'_, PyDict>>> { problems.iter().map(|one| problem(py, one)).collect() };
    match make() {
        Ok(problems) => exception(py, "SchemaError", (rendered, problems)),
        Err(error) => error,
    }
}

fn problem<'py>(py: Python<'py>, problem: &Problem) -> PyResult<Bound<'py, PyDict>> {
    let fault = PyDict::new(py);
    fault.set_item("message", problem.to_string())?;
    if let Some(place) = problem.location() {
        if let Some(document) = &place.document {
            fault.set_item("document", document)?;
        }
        fault.set_item("path", &place.path)?;
        fault.set_item("line", place.line)?;
        fault.set_item("column", place.column)?;
    }
    Ok(fault)
}

/// The message of an error and of its causes.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
