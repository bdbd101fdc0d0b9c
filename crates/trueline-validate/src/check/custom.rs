//! # custom
//!
//! A function of the program must return true for every row.
//!
//! **Why** — some rules cannot be expressed in a schema: a checksum of your own, a look-up, a model.
//!
//! **Passes** — a row for which the function returns true.
//!
//! **Fails** — a row for which it returns false. A null result counts as not evaluated; so does a null cell if the check has one
//! column. Rows with a cell that does not parse are not evaluated, whatever the function returns.
//!
//! **Options** — the function, the columns that it is given, a description of what it expects, and those common to all checks. It
//! cannot be written in documents. The function is called with some rows at a time, on several threads, and, if keys make it
//! necessary to read an input again, more than once for the same rows: its result must be the same each time, and for each row
//! independent of the others. If it fails, the rows of that call are not evaluated, the check has the status `error` with the
//! reason, and at severity error the verdict is invalid.
//!
//! **Codes** — `custom.failed`, `custom.error`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, NullArray, RecordBatch, RecordBatchOptions};
use arrow_buffer::NullBuffer;
use arrow_schema::{Field as ArrowField, Schema as ArrowSchema};
use trueline_schema::{Check, CheckKind, Severity, Tolerance};

use crate::batch::Batch;
use crate::mask::Mask;
use crate::plan::PlannedCheck;

/// The code of a row for which the function returns false, as an index into the codes of the check.
pub(crate) const FAILED: usize = 0;
/// The code of a function that failed.
pub(crate) const ERROR: usize = 1;

/// A function of the program that validates rows.
pub trait Custom: Send + Sync {
    /// Validates the rows of a batch.
    ///
    /// The batch has the columns of the check by name, in the types of the schema: text as `Utf8View`, times and durations in
    /// nanoseconds. Cells that did not parse are null.
    ///
    /// **Shapes**: one value per row: true if it passes, null if it cannot be evaluated.
    ///
    /// **Errors**: the reason there is no result, in words. A panic is an error too.
    fn judge(&self, batch: &RecordBatch) -> Result<BooleanArray, String>;
}

impl<F> Custom for F
where
    F: Fn(&RecordBatch) -> Result<BooleanArray, String> + Send + Sync,
{
    fn judge(&self, batch: &RecordBatch) -> Result<BooleanArray, String> {
        self(batch)
    }
}

/// A check by a function of the program, to be added to a [`Plan`](crate::Plan).
#[derive(Clone)]
#[must_use]
pub struct CustomCheck {
    pub(crate) check: Check,
    pub(crate) function: Arc<dyn Custom>,
}

impl std::fmt::Debug for CustomCheck {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("CustomCheck").field("check", &self.check).finish_non_exhaustive()
    }
}

impl CustomCheck {
    /// Creates a check of severity error with this id over these columns, or over all columns of the schema if none are given.
    ///
    /// A function of all columns gets nulls, of Arrow's type `Null`, for an optional column that the input lacks.
    pub fn new<I>(id: impl Into<String>, columns: I, function: impl Custom + 'static) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let kind = CheckKind::Custom { expected: "what the function asks for".to_owned() };
        let columns = columns.into_iter().map(Into::into).collect();
        let check = Check { id: id.into(), ..Check::new(kind, columns) };
        Self { check, function: Arc::new(function) }
    }

    /// Sets the description of what the check expects. Default: `what the function asks for`.
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.check.kind = CheckKind::Custom { expected: expected.into() };
        self
    }

    /// Sets the severity of a failure. Default: [`Severity::Error`].
    pub fn severity(mut self, severity: Severity) -> Self {
        self.check.severity = severity;
        self
    }

    /// Sets the message for a row that fails. Default: `not as expected`.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.check.message = Some(message.into());
        self
    }

    /// Sets how many failures are tolerated. Default: none. A function that fails is never tolerated.
    pub fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.check.tolerance = Some(tolerance);
        self
    }

    /// Sets how many violations are kept as samples. Default: the limit of the run.
    pub fn sample_limit(mut self, limit: u64) -> Self {
        self.check.sample_limit = Some(limit);
        self
    }
}

/// The row counts of a function's result for a batch.
pub(crate) struct CustomCounts {
    pub(crate) evaluated: u64,
    pub(crate) null: u64,
    pub(crate) not_evaluated: u64,
}

/// Calls the function of a check and sets `failing` to the failing rows. Returns `None` if the input lacks a column that is not
/// optional.
pub(crate) fn evaluate(
    function: &dyn Custom,
    check: &PlannedCheck,
    batch: &Batch<'_>,
    may_lack: &dyn Fn(usize) -> bool,
    failing: &mut Mask,
) -> Option<Result<CustomCounts, String>> {
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(check.fields.len());
    let mut bad = Mask::new(batch.rows);
    for &field in &check.fields {
        let Some(column) = batch.keys[field] else {
            if !may_lack(field) {
                return None;
            }
            arrays.push(Arc::new(NullArray::new(batch.rows)));
            continue;
        };
        for cell in column.bad {
            bad.set(cell.row as usize);
        }
        arrays.push(Arc::clone(column.array));
    }
    Some(call(function, check, batch.rows, &arrays).map(|result| {
        let nulls = match arrays.as_slice() {
            [only] => NullBuffer::union(result.nulls(), only.nulls()),
            _ => result.nulls().cloned(),
        };
        failing.reset(batch.rows);
        failing.fill(|row| !result.value(row) && !bad.get(row));
        failing.keep_valid(nulls.as_ref());
        let is_null = |row: usize| nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
        let null = (0..batch.rows).filter(|&row| is_null(row) && !bad.get(row)).count() as u64;
        let not_evaluated = bad.count();
        CustomCounts { evaluated: batch.rows as u64 - null - not_evaluated, null, not_evaluated }
    }))
}

fn call(
    function: &dyn Custom,
    check: &PlannedCheck,
    rows: usize,
    arrays: &[ArrayRef],
) -> Result<BooleanArray, String> {
    let named = check.check.columns.iter().zip(arrays);
    let fields: Vec<ArrowField> =
        named.map(|(name, array)| ArrowField::new(name, array.data_type().clone(), true)).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch =
        RecordBatch::try_new_with_options(Arc::new(ArrowSchema::new(fields)), arrays.to_vec(), &options)
            .map_err(|error| error.to_string())?;
    let result = catch_unwind(AssertUnwindSafe(|| function.judge(&batch))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(text.map_or("the function panicked".to_owned(), |text| format!("the function panicked: {text}")))
    })?;
    if result.len() == rows {
        Ok(result)
    } else {
        Err(format!("the function gave {} answers for {rows} rows", result.len()))
    }
}

#[cfg(test)]
#[path = "custom/tests.rs"]
mod tests;
