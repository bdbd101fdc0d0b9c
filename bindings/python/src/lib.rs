//! `trueline._native`: what the Python package `trueline` is made of.
//!
//! A face of the crate `trueline`: it turns Python's objects into what the engine takes, runs the engine without the global
//! interpreter lock, and hands out what it says. It judges nothing itself. What is comfortable to write stands in
//! `python/trueline`, in Python.
//!
//! - `data`: what was given to be validated; `source/` has a file per kind of it, `arrow` what comes as Arrow.
//! - `run`: the engine on a thread of its own, while the calling one listens for Ctrl-C.
//! - `schema`, `report`, `violation`, `check`: the classes.
#![deny(unsafe_code)]

mod arrow;
mod check;
mod command;
mod data;
mod error;
mod json;
mod option;
mod report;
mod run;
mod schema;
mod source;
mod table;
mod violation;

use pyo3::prelude::*;

/// Fills the module.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<schema::Schema>()?;
    module.add_class::<report::Report>()?;
    module.add_class::<violation::Violation>()?;
    module.add_class::<violation::Violations>()?;
    module.add_class::<check::CheckResult>()?;
    module.add_class::<run::Progress>()?;
    module.add_function(wrap_pyfunction!(command::run_command, module)?)?;
    Ok(())
}
