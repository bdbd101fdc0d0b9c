//! Violations as an Arrow table, for whoever takes `__arrow_c_stream__`: `polars.DataFrame(report.errors)`, `pyarrow.table(…)`.

use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchIterator, StringArray, UInt64Array};
use arrow_schema::ArrowError;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use trueline::{Report, Violation};

use crate::violation::severity;

/// A capsule with a stream of one batch: a row per violation, the columns named as the members of a violation.
pub(crate) fn stream<'py>(py: Python<'py>, report: &Report) -> PyResult<Bound<'py, PyCapsule>> {
    let batch = batch(report).map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    let columns = batch.schema();
    let batches = RecordBatchIterator::new(std::iter::once(Ok(batch)), columns);
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(batches)), c"arrow_array_stream")
}

fn batch(report: &Report) -> Result<RecordBatch, ArrowError> {
    let faults = &report.violations;
    let text = |of: &dyn for<'v> Fn(&'v Violation) -> Option<&'v str>| -> ArrayRef {
        Arc::new(faults.iter().map(of).collect::<StringArray>())
    };
    let number = |of: &dyn Fn(&Violation) -> Option<u64>| -> ArrayRef {
        Arc::new(faults.iter().map(of).collect::<UInt64Array>())
    };
    let input_name = |fault: &Violation| {
        let index = usize::try_from(fault.input).ok()?;
        report.inputs.get(index).map(|input| &*input.name)
    };
    let input_names: StringArray = faults.iter().map(input_name).collect();
    RecordBatch::try_from_iter_with_nullable([
        ("check_id", text(&|fault| Some(&fault.check_id)), false),
        ("code", text(&|fault| Some(&fault.code)), false),
        ("severity", text(&|fault| Some(severity(fault.severity))), false),
        ("input", number(&|fault| Some(u64::from(fault.input))), false),
        ("input_name", Arc::new(input_names), true),
        ("row_index", number(&|fault| fault.location.row_index), true),
        ("line", number(&|fault| fault.location.line), true),
        ("byte_offset", number(&|fault| fault.location.byte_offset), true),
        ("byte_length", number(&|fault| fault.location.byte_length), true),
        ("column", text(&|fault| fault.column.as_deref()), true),
        ("path", text(&|fault| fault.path.as_deref()), true),
        ("value", text(&|fault| fault.value.as_deref()), true),
        ("expected", text(&|fault| Some(&fault.expected)), false),
        ("message", text(&|fault| Some(&fault.message)), false),
        (
            "related_row_index",
            number(&|fault| fault.related.and_then(|other| other.location.row_index)),
            true,
        ),
    ])
}
