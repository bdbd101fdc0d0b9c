//! Results as Arrow tables: one row per violation or one row per check.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow_schema::ArrowError;
use trueline_report::{CheckResult, Location, Violation};

/// Returns violations of a report, or of a part of a run, as a batch. `input_name` maps the index of an input to its name.
///
/// **Shapes**: the columns are those of [`ValidatorBuilder::errors_out`](crate::ValidatorBuilder::errors_out) files.
///
/// **Errors**: the text exceeds the capacity of an Arrow column.
pub fn violations<'n>(
    violations: &[Violation],
    input_name: impl Fn(u32) -> Option<&'n str>,
) -> Result<RecordBatch, ArrowError> {
    let text = |of: &dyn for<'v> Fn(&'v Violation) -> Option<&'v str>| -> ArrayRef {
        Arc::new(violations.iter().map(of).collect::<StringArray>())
    };
    let number = |of: &dyn Fn(&Violation) -> Option<u64>| -> ArrayRef {
        Arc::new(violations.iter().map(|violation| of(violation).map(signed)).collect::<Int64Array>())
    };
    let here = |of: fn(&Location) -> Option<u64>| number(&move |violation| of(&violation.location));
    let there = |of: fn(&Location) -> Option<u64>| {
        number(&move |violation| violation.related.as_ref().and_then(|related| of(&related.location)))
    };
    let input_names: StringArray = violations.iter().map(|violation| input_name(violation.input)).collect();
    let truncated: BooleanArray =
        violations.iter().map(|violation| Some(violation.value_truncated)).collect();
    RecordBatch::try_from_iter_with_nullable([
        ("check_id", text(&|violation| Some(&violation.check_id)), false),
        ("code", text(&|violation| Some(&violation.code)), false),
        ("severity", text(&|violation| Some(violation.severity.name())), false),
        ("input", number(&|violation| Some(violation.input.into())), false),
        ("input_name", Arc::new(input_names), true),
        ("row_index", here(|place| place.row_index), true),
        ("line", here(|place| place.line), true),
        ("byte_offset", here(|place| place.byte_offset), true),
        ("byte_length", here(|place| place.byte_length), true),
        ("column", text(&|violation| violation.column.as_deref()), true),
        ("path", text(&|violation| violation.path.as_deref()), true),
        ("value", text(&|violation| violation.value.as_deref()), true),
        ("value_truncated", Arc::new(truncated), false),
        ("expected", text(&|violation| Some(&violation.expected)), false),
        ("message", text(&|violation| Some(&violation.message)), false),
        ("related_input", number(&|violation| violation.related.map(|related| related.input.into())), true),
        ("related_row_index", there(|place| place.row_index), true),
        ("related_line", there(|place| place.line), true),
        ("related_byte_offset", there(|place| place.byte_offset), true),
        ("related_byte_length", there(|place| place.byte_length), true),
    ])
}

/// Returns the results of checks as a batch.
///
/// **Shapes**: the columns are the members of a check in the report; `columns` is a list, `codes` and `observed` are JSON text.
///
/// **Errors**: as [`violations`].
pub fn checks(checks: &[CheckResult]) -> Result<RecordBatch, ArrowError> {
    let text = |of: &dyn for<'c> Fn(&'c CheckResult) -> Option<&'c str>| -> ArrayRef {
        Arc::new(checks.iter().map(of).collect::<StringArray>())
    };
    let number = |of: &dyn Fn(&CheckResult) -> Option<u64>| -> ArrayRef {
        Arc::new(checks.iter().map(|check| of(check).map(signed)).collect::<Int64Array>())
    };
    let mut columns = ListBuilder::new(StringBuilder::new());
    for check in checks {
        columns.append_value(check.columns.iter().map(Some));
    }
    let codes: StringArray = checks.iter().map(|check| serde_json::to_string(&check.codes).ok()).collect();
    let observed: StringArray =
        checks.iter().map(|check| check.observed.as_ref().map(ToString::to_string)).collect();
    RecordBatch::try_from_iter_with_nullable([
        ("id", text(&|check| Some(&check.id)), false),
        ("check", text(&|check| Some(&check.check)), false),
        ("columns", Arc::new(columns.finish()) as ArrayRef, false),
        ("severity", text(&|check| Some(check.severity.name())), false),
        ("status", text(&|check| Some(check.status.name())), false),
        ("reason", text(&|check| check.reason.as_deref()), true),
        ("evaluated", number(&|check| Some(check.evaluated)), false),
        ("failed", number(&|check| Some(check.failed)), false),
        ("null", number(&|check| Some(check.null)), false),
        ("not_evaluated", number(&|check| Some(check.not_evaluated)), false),
        ("codes", Arc::new(codes), false),
        ("first_row_index", number(&|check| check.first_row_index), true),
        ("observed", Arc::new(observed), true),
        ("expected", text(&|check| Some(&check.expected)), false),
    ])
}

/// No input has that many rows or bytes; otherwise the maximum replaces all larger numbers.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
