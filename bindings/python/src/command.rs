//! The command line, for `python -m trueline` and the script `trueline`.

use std::ffi::OsString;

use pyo3::prelude::*;

/// Run the command line with arguments, the program name first, and return its exit code.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| trueline_cli::run(arguments))
}
