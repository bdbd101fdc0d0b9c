//! The command line, for `python -m trueline` and the script of that name.

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the command line over its arguments, the program's name first, and gives its exit code.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| trueline_cli::run(arguments))
}
