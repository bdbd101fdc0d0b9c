//! Reports.

use std::mem::MaybeUninit;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;

use crate::arrow;
use crate::buffer::Buffer;
use crate::fault::{Error, fault};
use crate::guard::{free, guard};
use crate::pointer::{object, output};
use crate::report::{CheckResult, Input, Report, RunError, Summary, Violation, rendering};
use crate::status::Status;

/// Gets the verdict and the totals.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_report_summary(
    report: Option<&Report>,
    summary: Option<&mut MaybeUninit<Summary>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (report, place) = (object("report", report)?, output("summary", summary)?);
        place.write(report.summary());
        Ok(())
    })
}

/// Gets a violation that the report keeps, by index from 0, ordered by input, row and column. Its strings
/// belong to the report.
///
/// `TRUELINE_STATUS_RANGE` if there are fewer.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_report_violation(
    report: Option<&Report>,
    index: usize,
    violation: Option<&mut MaybeUninit<Violation>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (report, place) = (object("report", report)?, output("violation", violation)?);
        place.write(report.violation(index)?);
        Ok(())
    })
}

/// Gets the result of a check, by index from 0, in schema order. Its strings belong to the report.
///
/// `TRUELINE_STATUS_RANGE` if there are fewer.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_report_check(
    report: Option<&Report>,
    index: usize,
    check: Option<&mut MaybeUninit<CheckResult>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (report, place) = (object("report", report)?, output("check", check)?);
        place.write(report.check(index)?);
        Ok(())
    })
}

/// Gets an input, by index from 0, in the order given. Its strings belong to the report.
///
/// `TRUELINE_STATUS_RANGE` if there are fewer.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_report_input(
    report: Option<&Report>,
    index: usize,
    input: Option<&mut MaybeUninit<Input>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (report, place) = (object("report", report)?, output("input", input)?);
        place.write(report.input(index)?);
        Ok(())
    })
}

/// Gets why a run is unreadable. Its strings belong to the report.
///
/// `TRUELINE_STATUS_STATE` unless the verdict is `TRUELINE_VERDICT_UNREADABLE`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_report_run_error(
    report: Option<&Report>,
    run_error: Option<&mut MaybeUninit<RunError>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (report, place) = (object("report", report)?, output("run_error", run_error)?);
        let found = report.error().ok_or_else(|| {
            let message = "the report has an answer, so there is no reason why it has none";
            fault(Status::State, c"report.readable", message)
        })?;
        place.write(found);
        Ok(())
    })
}

/// Renders a report in a `TruelineRendering`. You own `*buffer`; free it with `trueline_buffer_free`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_report_render(
    report: Option<&Report>,
    rendering: u32,
    buffer: Option<&mut MaybeUninit<Box<Buffer>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (report, place) = (object("report", report)?, output("buffer", buffer)?);
        let mut out = Vec::new();
        let renderer = self::rendering(rendering)?.renderer();
        renderer.render(&report.report, &mut out).map_err(|error| {
            fault(Status::Internal, c"internal.render", format!("the report was not rendered: {error}"))
        })?;
        place.write(Box::new(Buffer::new(out)));
        Ok(())
    })
}

/// Exports the violations that the report keeps as an Arrow table, one row per violation, with the columns
/// `check_id`, `code`, `severity`, `input`, `input_name`, `row_index`, `line`, `byte_offset`, `byte_length`,
/// `column`, `path`, `value`, `value_truncated`, `expected`, `message`, `related_input`, `related_row_index`,
/// `related_line`, `related_byte_offset` and `related_byte_length`, as in a violations file.
///
/// `*stream` is overwritten without reading it. You own it and must release it. It does not need the report.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_report_violations_arrow(
    report: Option<&Report>,
    stream: Option<&mut MaybeUninit<FFI_ArrowArrayStream>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (report, place) = (object("report", report)?, output("stream", stream)?);
        place.write(arrow::violations(&report.report)?);
        Ok(())
    })
}

/// Exports the results of all checks as an Arrow table, one row per check, with the columns `id`, `check`,
/// `columns`, `severity`, `status`, `reason`, `evaluated`, `failed`, `null`, `not_evaluated`, `codes`,
/// `first_row_index`, `observed` and `expected`; `codes` and `observed` are JSON. Otherwise as
/// `trueline_report_violations_arrow`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_report_checks_arrow(
    report: Option<&Report>,
    stream: Option<&mut MaybeUninit<FFI_ArrowArrayStream>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (report, place) = (object("report", report)?, output("stream", stream)?);
        place.write(arrow::checks(&report.report)?);
        Ok(())
    })
}

/// Frees a report and sets the pointer to NULL. Views into the report become invalid. Does nothing if it is
/// NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_report_free(report: Option<&mut Option<Box<Report>>>) -> Status {
    free(report)
}
