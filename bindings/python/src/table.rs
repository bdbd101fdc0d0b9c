//! Violations and checks as Arrow tables, for whoever takes `__arrow_c_stream__`: `polars.DataFrame(report.errors)`,
//! `pyarrow.table(report.checks)`.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchIterator, StringArray, UInt64Array};
use arrow_schema::ArrowError;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use trueline::{CheckResult, Violation};

use crate::faults::Faults;
use crate::violation::severity;

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

/// A row per violation, the columns named as the members of a violation.
pub(crate) fn violations<'py>(py: Python<'py>, held: &dyn Faults) -> PyResult<Bound<'py, PyCapsule>> {
    stream(py, batch_of_violations(held))
}

/// A row per check, the columns named as the members of a result; `codes` is a JSON object.
pub(crate) fn checks<'py>(py: Python<'py>, checks: &[CheckResult]) -> PyResult<Bound<'py, PyCapsule>> {
    stream(py, batch_of_checks(checks))
}

fn batch_of_checks(checks: &[CheckResult]) -> Result<RecordBatch, ArrowError> {
    let text = |of: &dyn for<'c> Fn(&'c CheckResult) -> Option<&'c str>| -> ArrayRef {
        Arc::new(checks.iter().map(of).collect::<StringArray>())
    };
    let number = |of: &dyn Fn(&CheckResult) -> Option<u64>| -> ArrayRef {
        Arc::new(checks.iter().map(of).collect::<UInt64Array>())
    };
    let mut columns = ListBuilder::new(StringBuilder::new());
    for check in checks {
        columns.append_value(check.columns.iter().map(Some));
    }
    let codes: StringArray = checks.iter().map(|check| serde_json::to_string(&check.codes).ok()).collect();
    RecordBatch::try_from_iter_with_nullable([
        ("id", text(&|check| Some(&check.id)), false),
        ("kind", text(&|check| Some(&check.check)), false),
        ("columns", Arc::new(columns.finish()) as ArrayRef, false),
        ("severity", text(&|check| Some(severity(check.severity))), false),
        ("status", text(&|check| Some(check.status.name())), false),
        ("reason", text(&|check| check.reason.as_deref()), true),
        ("evaluated", number(&|check| Some(check.evaluated)), false),
        ("failed", number(&|check| Some(check.failed)), false),
        ("null", number(&|check| Some(check.null)), false),
        ("not_evaluated", number(&|check| Some(check.not_evaluated)), false),
        ("codes", Arc::new(codes), false),
        ("first_row_index", number(&|check| check.first_row_index), true),
        ("expected", text(&|check| Some(&check.expected)), false),
    ])
}

fn batch_of_violations(held: &dyn Faults) -> Result<RecordBatch, ArrowError> {
    let faults = held.violations();
    let text = |of: &dyn for<'v> Fn(&'v Violation) -> Option<&'v str>| -> ArrayRef {
        Arc::new(faults.iter().map(of).collect::<StringArray>())
    };
    let number = |of: &dyn Fn(&Violation) -> Option<u64>| -> ArrayRef {
        Arc::new(faults.iter().map(of).collect::<UInt64Array>())
    };
    let input_name = |fault: &Violation| held.input_name(fault.input).map(str::to_owned);
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
