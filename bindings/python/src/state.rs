//! Mergeable results of parts of the data.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use trueline::{Cancel, ErrorKind, MemorySource, Source, Validator};

use crate::arrow::Batches;
use crate::data::SMALL_BYTES;
use crate::error;
use crate::json::KeyCache;
use crate::report::Report;
use crate::run::{self, RunControl};
use crate::schema::Schema;

/// The name of the single input that all chunks of records are segments of.
const INPUT_NAME: &str = "<records>.jsonl";
/// The report of a state with at most this many rows is made on the calling thread.
const SMALL_ROWS: u64 = 10_000;
/// While records are written, signals are checked after each of these numbers of records or bytes.
const SIGNAL_CHECK_RECORDS: usize = 1024;
const SIGNAL_CHECK_BYTES: usize = 1 << 20;

/// A state of the engine, and the validator that reads it and makes its report.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct State {
    validator: Arc<Validator>,
    state: trueline::State,
}

#[pymethods]
impl State {
    /// Validate an iterable of records.
    #[staticmethod]
    fn of_records(schema: &Bound<'_, Schema>, records: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = schema.py();
        let source = MemorySource::new(INPUT_NAME, lines(records)?);
        let validator = schema.get().default_validator(py)?;
        let is_small = source.size_hint().is_some_and(|size| size <= SMALL_BYTES);
        let state = if is_small {
            let state = py.detach(|| validator.state_of_stretch(&source));
            state.map_err(|error| error::engine(py, &error))?
        } else {
            let control = RunControl::new(Cancel::new());
            let run_validator = schema.get().cancellable_validator(py, &control)?;
            run::call_on_thread(py, &control, move || run_validator.state_of_stretch(&source))?
        };
        Ok(Self { validator, state })
    }

    /// Validate Arrow data.
    #[staticmethod]
    fn of_arrow(schema: &Bound<'_, Schema>, data: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = schema.py();
        let validator = schema.get().default_validator(py)?;
        let (batches, control) = (Batches::of(data)?, RunControl::new(Cancel::new()));
        let (run_validator, run_control) =
            (schema.get().cancellable_validator(py, &control)?, control.clone());
        let state = run::call_on_thread(py, &control, move || {
            run_validator.state_of_batches(batches.read(&run_control))
        })?;
        Ok(Self { validator, state })
    }

    /// Merge states in order.
    #[staticmethod]
    fn merge(py: Python<'_>, states: Vec<Py<Self>>) -> PyResult<Self> {
        let mut states = states.into_iter();
        let Some(first) = states.next() else {
            return Err(PyValueError::new_err("there are no results to reduce"));
        };
        let validator = Arc::clone(&first.get().validator);
        let states = std::iter::once(first).chain(states).map(|state| state.get().state.clone());
        let merged = trueline::State::merge(states);
        let state = merged.map_err(|error| error::engine(py, &error))?;
        Ok(Self { validator, state })
    }

    /// Read the bytes that `to_bytes` wrote with the same schema.
    #[staticmethod]
    fn from_bytes(schema: &Bound<'_, Schema>, bytes: &[u8]) -> PyResult<Self> {
        let py = schema.py();
        let validator = schema.get().default_validator(py)?;
        let state = validator.read_state(bytes).map_err(|error| match error.kind() {
            ErrorKind::NoState { .. } => PyValueError::new_err(error.to_string()),
            _ => error::engine(py, &error),
        })?;
        Ok(Self { validator, state })
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.state.to_bytes())
    }

    /// Return the report, as if these were all the data.
    fn report(&self, py: Python<'_>) -> PyResult<Report> {
        if self.state.rows() <= SMALL_ROWS {
            let report = py.detach(|| self.validator.finish(self.state.clone()));
            return report.map(Report::new).map_err(|error| error::engine(py, &error));
        }
        let (validator, state) = (Arc::clone(&self.validator), self.state.clone());
        run::call_on_thread(py, &RunControl::new(Cancel::new()), move || validator.finish(state))
            .map(Report::new)
    }
}

/// Writes records as lines. Checks for signals regularly and lets other threads run, because not every
/// iterable runs Python code.
fn lines(records: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let mut lines = Vec::new();
    let mut keys = KeyCache::default();
    let mut next_check = SIGNAL_CHECK_BYTES;
    for (number, record) in records.try_iter()?.enumerate() {
        keys.push_record(&record?, &mut lines)?;
        lines.push(b'\n');
        if lines.len() >= next_check || number % SIGNAL_CHECK_RECORDS == SIGNAL_CHECK_RECORDS - 1 {
            records.py().detach(|| {});
            records.py().check_signals()?;
            next_check = lines.len() + SIGNAL_CHECK_BYTES;
        }
    }
    Ok(lines)
}
