//! Reports as Arrow tables, for consumers of an `ArrowArrayStream`.

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_schema::ArrowError;
use trueline::{Report, table};

use crate::fault::{Fault, fault};
use crate::status::Status;

/// A stream of one batch.
fn stream(batch: Result<RecordBatch, ArrowError>) -> Result<FFI_ArrowArrayStream, Fault> {
    let batch = batch.map_err(|error| fault(Status::Internal, c"internal.arrow", error.to_string()))?;
    let columns = batch.schema();
    Ok(FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new(std::iter::once(Ok(batch)), columns))))
}

/// A row per violation that the report keeps.
pub(crate) fn violations(report: &Report) -> Result<FFI_ArrowArrayStream, Fault> {
    stream(table::violations(&report.violations, |input| {
        let index = usize::try_from(input).ok()?;
        report.inputs.get(index).map(|input| &*input.name)
    }))
}

/// A row per check.
pub(crate) fn checks(report: &Report) -> Result<FFI_ArrowArrayStream, Fault> {
    stream(table::checks(&report.checks))
}
