//! What was found in a part of the data, to be merged.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use trueline::{Cancel, ErrorKind, MemorySource, Validator};

use crate::arrow::Batches;
use crate::error;
use crate::json;
use crate::report::Report;
use crate::run::Watch;
use crate::schema::Schema;

/// The name of the one input that all chunks of records are stretches of.
const INPUT_NAME: &str = "<records>.jsonl";

/// A state of the engine, and the validator that reads and ends it.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct State {
    validator: Arc<Validator>,
    state: trueline::State,
}

#[pymethods]
impl State {
    /// What is found in an iterable of records.
    #[staticmethod]
    fn of_records(schema: &Bound<'_, Schema>, records: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = schema.py();
        let mut lines = Vec::new();
        for record in records.try_iter()? {
            json::push_record(&record?, &mut lines)?;
            lines.push(b'\n');
        }
        let validator = schema.get().plain(py)?;
        let source = MemorySource::new(INPUT_NAME, lines);
        let state = py.detach(|| validator.state_of_stretch(&source));
        let state = state.map_err(|error| error::engine(py, &error))?;
        Ok(Self { validator, state })
    }

    /// What is found in Arrow data.
    #[staticmethod]
    fn of_arrow(schema: &Bound<'_, Schema>, data: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = schema.py();
        let validator = schema.get().plain(py)?;
        let (batches, watch) = (Batches::of(data)?, Watch::new(Cancel::new()));
        let state = py.detach(|| validator.state_of_batches(batches.read(&watch)));
        if let Some(raised) = watch.raised() {
            return Err(raised);
        }
        let state = state.map_err(|error| error::engine(py, &error))?;
        Ok(Self { validator, state })
    }

    /// All of them as one, in their order.
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

    /// Reads what `to_bytes` wrote under the same schema.
    #[staticmethod]
    fn from_bytes(schema: &Bound<'_, Schema>, bytes: &[u8]) -> PyResult<Self> {
        let py = schema.py();
        let validator = schema.get().plain(py)?;
        let state = validator.read_state(bytes).map_err(|error| match error.kind() {
            ErrorKind::NoState { .. } => PyValueError::new_err(error.to_string()),
            _ => error::engine(py, &error),
        })?;
        Ok(Self { validator, state })
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.state.to_bytes())
    }

    /// The report of it as if it were all there is.
    fn report(&self, py: Python<'_>) -> PyResult<Report> {
        let report = py.detach(|| self.validator.finish(self.state.clone()));
        report.map(Report::new).map_err(|error| error::engine(py, &error))
    }
}
