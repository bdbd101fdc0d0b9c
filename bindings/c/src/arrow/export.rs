//! What was found as Arrow tables, for whoever takes an `ArrowArrayStream`.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchIterator, StringArray, UInt64Array};
use arrow_schema::ArrowError;
use trueline::{CheckResult, Report, Severity, Violation};

use crate::fault::{Fault, fault};
use crate::status::Status;

/// A stream of one batch.
fn stream(batch: Result<RecordBatch, ArrowError>) -> Result<FFI_ArrowArrayStream, Fault> {
    let batch = batch.map_err(|error| fault(Status::Internal, c"internal.arrow", error.to_string()))?;
    let columns = batch.schema();
    Ok(FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new(std::iter::once(Ok(batch)), columns))))
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// A row per violation that the report keeps.
pub(crate) fn violations(report: &Report) -> Result<FFI_ArrowArrayStream, Fault> {
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
    let truncated: BooleanArray = faults.iter().map(|fault| Some(fault.value_truncated)).collect();
    let related = |fault: &Violation| fault.related.and_then(|other| other.location.row_index);
    stream(RecordBatch::try_from_iter_with_nullable([
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
        ("value_truncated", Arc::new(truncated), false),
        ("expected", text(&|fault| Some(&fault.expected)), false),
        ("message", text(&|fault| Some(&fault.message)), false),
        ("related_row_index", number(&related), true),
    ]))
}

/// A row per check.
pub(crate) fn checks(report: &Report) -> Result<FFI_ArrowArrayStream, Fault> {
    let all = &report.checks;
    let text = |of: &dyn for<'v> Fn(&'v CheckResult) -> Option<&'v str>| -> ArrayRef {
        Arc::new(all.iter().map(of).collect::<StringArray>())
    };
    let number = |of: &dyn Fn(&CheckResult) -> Option<u64>| -> ArrayRef {
        Arc::new(all.iter().map(of).collect::<UInt64Array>())
    };
    let mut columns = ListBuilder::new(StringBuilder::new());
    for check in all {
        columns.append_value(check.columns.iter().map(Some));
    }
    let observed: StringArray =
        all.iter().map(|check| check.observed.as_ref().map(ToString::to_string)).collect();
    stream(RecordBatch::try_from_iter_with_nullable([
        ("id", text(&|check| Some(&check.id)), false),
        ("check", text(&|check| Some(&check.check)), false),
        ("columns", Arc::new(columns.finish()) as ArrayRef, false),
        ("severity", text(&|check| Some(severity(check.severity))), false),
        ("status", text(&|check| Some(check.status.name())), false),
        ("reason", text(&|check| check.reason.as_deref()), true),
        ("evaluated", number(&|check| Some(check.evaluated)), false),
        ("failed", number(&|check| Some(check.failed)), false),
        ("null", number(&|check| Some(check.null)), false),
        ("not_evaluated", number(&|check| Some(check.not_evaluated)), false),
        ("first_row_index", number(&|check| check.first_row_index), true),
        ("observed", Arc::new(observed), true),
        ("expected", text(&|check| Some(&check.expected)), false),
    ]))
}
