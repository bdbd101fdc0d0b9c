//! `trueline._native`: the native module behind the Python package `trueline`.
//!
//! A thin binding of the crate `trueline`: it converts Python objects to the engine's types, runs the engine
//! without the global interpreter lock, and exposes the results. It contains no validation logic. The
//! convenience layer is in `python/trueline`, in Python.
//!
//! - `data`: the data to validate; `source/` has a file per kind of source, `arrow` handles Arrow data.
//! - `run`: the engine on a separate thread, while the calling thread listens for Ctrl-C; `stream` delivers
//!   parts of a run.
//! - `reader`: columns of files as Arrow streams.
//! - `custom`: check functions in Python; `value` converts the values that they receive.
//! - `schema`, `cache`, `record`, `state`, `report`, `violation`, `check`, `mask`: the classes; `table` and
//!   `export` convert them to Arrow, and `owner` is what violations borrow from.
#![deny(unsafe_code)]

mod arrow;
mod cache;
mod cancel;
mod check;
mod command;
mod custom;
mod data;
mod error;
mod export;
mod json;
mod mask;
mod option;
mod owner;
mod reader;
mod record;
mod report;
mod run;
mod schema;
mod source;
mod state;
mod stream;
mod table;
mod value;
mod violation;

use pyo3::prelude::*;

/// The native engine; use the package `trueline` instead.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    // The module has its own copy of the standard library, and so its own panic hook: only its panics are silenced.
    trueline::silence_caught_panics();
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<schema::Schema>()?;
    module.add_class::<report::Report>()?;
    module.add_class::<violation::Violation>()?;
    module.add_class::<violation::Violations>()?;
    module.add_class::<check::CheckResult>()?;
    module.add_class::<check::CheckResults>()?;
    module.add_class::<mask::Mask>()?;
    module.add_class::<stream::Stream>()?;
    module.add_class::<stream::BatchResult>()?;
    module.add_class::<cancel::Cancel>()?;
    module.add_class::<cache::Cache>()?;
    module.add_class::<custom::Batch>()?;
    module.add_class::<custom::Column>()?;
    module.add("FIELD_KEYWORDS", trueline::schema::Field::KEYWORDS.to_vec())?;
    module.add_class::<run::Progress>()?;
    module.add_class::<reader::ArrowStream>()?;
    module.add_function(wrap_pyfunction!(reader::read, module)?)?;
    module.add_class::<record::RecordProcessor>()?;
    module.add_class::<state::State>()?;
    module.add_function(wrap_pyfunction!(command::run_command, module)?)?;
    let end_all = wrap_pyfunction!(run::end_all, module)?;
    module.py().import("atexit")?.call_method1("register", (end_all,))?;
    Ok(())
}
