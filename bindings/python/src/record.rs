//! Validates one record at a time.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyMemoryView, PyString};
use trueline::{ErrorKind, RecordValidator};

use crate::error;
use crate::json::KeyCache;
use crate::report::Report;
use crate::run;
use crate::schema::Schema;

/// The maximum number of bytes that a buffer keeps from one record to the next.
const MAX_KEPT_BYTES: usize = 1 << 20;

/// Whether a record is valid, and its violations.
type RecordResult<'py> = (bool, Bound<'py, PyList>);

/// The base of `LineProcessor`. Python code that creates a record may use the same processor, so no lock is
/// held meanwhile.
#[pyclass(frozen, subclass, module = "trueline._native")]
pub(crate) struct RecordProcessor {
    validator: Mutex<RecordValidator>,
    writer: Mutex<Writer>,
}

/// Buffers that are reused for the next dict.
#[derive(Default)]
struct Writer {
    line: Vec<u8>,
    keys: KeyCache,
}

#[pymethods]
impl RecordProcessor {
    #[new]
    fn new(py: Python<'_>, schema: &Bound<'_, Schema>) -> PyResult<Self> {
        let validator = RecordValidator::new(schema.get().document());
        let validator = validator.map_err(|error| error::engine(py, &error))?;
        Ok(Self { validator: Mutex::new(validator), writer: Mutex::default() })
    }

    /// Validate a record; return whether it is valid, and its violations.
    fn process_line<'py>(&self, record: &Bound<'py, PyAny>) -> PyResult<RecordResult<'py>> {
        let mut writer = std::mem::take(&mut *lock(&self.writer));
        let Writer { line, keys } = &mut writer;
        line.clear();
        let written = keys.push_record(record, line);
        let result = written.and_then(|()| self.check(record.py(), line));
        if line.capacity() <= MAX_KEPT_BYTES {
            *lock(&self.writer) = writer;
        }
        result
    }

    /// Validate a record that is a JSON document; see `process_line`.
    fn process_json<'py>(&self, record: &Bound<'py, PyAny>) -> PyResult<RecordResult<'py>> {
        let py = record.py();
        if let Ok(bytes) = record.cast::<PyBytes>() {
            return self.check(py, bytes.as_bytes());
        }
        if let Ok(text) = record.cast::<PyString>() {
            return self.check(py, text.to_str()?.as_bytes());
        }
        // Other objects, such as a bytearray, may change during the validation, so their bytes are copied.
        let Ok(view) = PyMemoryView::from(record) else { return Err(wrong_type(record)) };
        let bytes = view.call_method0("tobytes")?;
        self.check(py, bytes.cast::<PyBytes>()?.as_bytes())
    }
}

impl RecordProcessor {
    fn check<'py>(&self, py: Python<'py>, record: &[u8]) -> PyResult<RecordResult<'py>> {
        let report = match run::catch_panic(|| lock(&self.validator).check(record)) {
            Ok(Ok(None)) => return Ok((true, PyList::empty(py))),
            Ok(Ok(Some(report))) => Report::new(report),
            Ok(Err(error)) if matches!(error.kind(), ErrorKind::NoRecord) => {
                return Err(PyValueError::new_err("there is no record"));
            }
            Ok(Err(error)) => return Err(error::engine(py, &error)),
            Err(panic) => return Err(error::exception(py, "InternalError", (panic,))),
        };
        report.record_result(py)
    }
}

fn wrong_type(record: &Bound<'_, PyAny>) -> PyErr {
    let kind = record.get_type().name().map_or_else(|_| "something else".to_owned(), |name| name.to_string());
    PyTypeError::new_err(format!("a record must be bytes or str, not {kind}"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
