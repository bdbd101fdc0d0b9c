//! Violations and checks as Arrow tables, for consumers of `__arrow_c_stream__`:
//! `polars.DataFrame(report.errors)`, `pyarrow.table(report.checks)`.

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_schema::ArrowError;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use trueline::{CheckResult, table};

use crate::owner::ViolationOwner;

/// A capsule with a stream of one batch.
pub(crate) fn stream(
    py: Python<'_>,
    batch: Result<RecordBatch, ArrowError>,
) -> PyResult<Bound<'_, PyCapsule>> {
    let batch = batch.map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    let columns = batch.schema();
    let batches = RecordBatchIterator::new(std::iter::once(Ok(batch)), columns);
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(batches)), c"arrow_array_stream")
}

/// A row per violation, with the columns of a violations file.
pub(crate) fn violations<'py>(
    py: Python<'py>,
    owner: &dyn ViolationOwner,
) -> PyResult<Bound<'py, PyCapsule>> {
    stream(py, table::violations(owner.violations(), |input| owner.input_name(input)))
}

/// A row per check, with the columns named as in the report.
pub(crate) fn checks<'py>(py: Python<'py>, checks: &[CheckResult]) -> PyResult<Bound<'py, PyCapsule>> {
    stream(py, table::checks(checks))
}
