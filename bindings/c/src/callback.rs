//! Callbacks of the caller.

use std::ffi::c_void;

use trueline::Cancel;

use crate::pointer::Context;
use crate::report::Violation;
use crate::revocable::{Handle, Revocable};
use crate::text::{NONE, Text};

/// The progress of a run. Valid only during the callback.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// The input being read.
    pub input: Text,
    /// Bytes read from all inputs so far, as stored.
    pub bytes: u64,
    /// Bytes of all inputs, as stored; `TRUELINE_NONE` if unknown.
    pub total_bytes: u64,
    /// Rows validated so far.
    pub rows: u64,
    /// Rows found invalid so far; duplicate keys are found at the end.
    pub invalid_rows: u64,
    /// Seconds since the run began.
    pub elapsed_seconds: f64,
}

/// Called after a chunk or a batch, at most ten times a second, and for small inputs possibly never; on any
/// thread, but never concurrently for one run. A result other than 0 ends the run with
/// `TRUELINE_STATUS_CANCELLED`.
pub type ProgressCallback = Option<extern "C" fn(context: *mut c_void, progress: *const Progress) -> i32>;

/// The rows of one part of a run, and their violations. All locations refer to the whole input. The part, its
/// violations and their strings are valid only during the callback.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The number of the part, from 0, over all inputs.
    pub number: u64,
    /// The index of the input of its rows, from 0.
    pub input: u32,
    /// The name of that input.
    pub input_name: Text,
    /// The index of its first row in the input, from 0.
    pub first_row: u64,
    /// The number of its rows.
    pub rows: u64,
    /// The number of invalid rows. In the last part: the number of rows that duplicate keys made invalid
    /// after they had been counted as valid.
    pub invalid_rows: u64,
    /// Bytes of the input up to the end of the part, after decompression.
    pub end_bytes: u64,
    /// The number of violations of error severity in the part.
    pub errors: u64,
    /// The number of violations of warning severity in the part.
    pub warnings: u64,
    /// The first violations of the part; NULL if there are none.
    pub violations: *const Violation,
    /// The length of `violations`: at most as many as a report keeps (`TRUELINE_NUMBER_MAX_VIOLATIONS`).
    pub violation_count: usize,
    /// 1 for the last part, which has no rows and contains what is known only at the end: duplicate keys and
    /// violations of table checks. Otherwise 0.
    pub is_last: u8,
}

/// Called with each part in row order, on any thread, but never concurrently for one run, which waits for the
/// callback. A result other than 0 ends the run with `TRUELINE_STATUS_CANCELLED`.
pub type PartCallback = Option<extern "C" fn(context: *mut c_void, part: *const Part) -> i32>;

/// Called to ask whether a run should end: before it begins, about ten times a second while it reads, before
/// each call of a `TruelineReadCallback` or `TruelinePartCallback`, before each batch of an Arrow stream, and,
/// for a `TruelineStream`, for each piece that is written, at its end, and about ten times a second while it
/// waits for data. It may be called on any thread, possibly on several concurrently for one run. A result
/// other than 0 ends the run with `TRUELINE_STATUS_CANCELLED`.
pub type CancelCallback = Option<extern "C" fn(context: *mut c_void) -> i32>;

/// Writes up to `capacity` bytes into `buffer` and returns their number: at least 1, 0 at the end of the
/// data, or a negative number on failure, which ends the run with `TRUELINE_STATUS_CALLBACK`. The first
/// capacities may be a few bytes only; never write more. Called on any thread, but never concurrently, and
/// not again after the end.
pub type ReadCallback = Option<extern "C" fn(context: *mut c_void, buffer: *mut u8, capacity: usize) -> i64>;

/// The callbacks of the caller that observe runs. They are stored in the options and must remain valid as
/// long as a validator uses them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Callbacks {
    pub(crate) progress: Option<(extern "C" fn(*mut c_void, *const Progress) -> i32, Context)>,
    pub(crate) cancel: Option<(extern "C" fn(*mut c_void) -> i32, Context)>,
    pub(crate) part: Option<(extern "C" fn(*mut c_void, *const Part) -> i32, Context)>,
}

/// The callbacks of one run, which are revoked when this is dropped, and the cancellation flag of the run.
pub(crate) struct RunCallbacks {
    callbacks: Revocable<Callbacks>,
    pub(crate) cancel: Cancel,
}

/// A handle to the callbacks of a run, for its components.
#[derive(Clone)]
pub(crate) struct CallbackHandle {
    callbacks: Handle<Callbacks>,
    cancel: Cancel,
}

impl Callbacks {
    pub(crate) fn is_any(&self) -> bool {
        self.progress.is_some() || self.cancel.is_some() || self.part.is_some()
    }
}

impl RunCallbacks {
    pub(crate) fn new(callbacks: Callbacks) -> Self {
        Self { callbacks: Revocable::new(callbacks), cancel: Cancel::new() }
    }

    pub(crate) fn handle(&self) -> CallbackHandle {
        CallbackHandle { callbacks: self.callbacks.handle(), cancel: self.cancel.clone() }
    }
}

impl CallbackHandle {
    /// Whether the run should end; calls the caller's cancel callback, if any.
    pub(crate) fn is_cancelled(&self) -> bool {
        if self.cancel.is_cancelled() {
            return true;
        }
        let is_requested = self
            .callbacks
            .with(|callbacks| callbacks.cancel.is_some_and(|(call, context)| call(context.0) != 0));
        if is_requested == Some(true) {
            self.cancel.cancel();
        }
        is_requested == Some(true)
    }

    /// Calls the progress callback, if any.
    pub(crate) fn report_progress(&self, progress: &trueline::Progress) {
        if self.is_cancelled() {
            return;
        }
        let view = Progress {
            input: Text::of(&progress.input),
            bytes: progress.bytes,
            total_bytes: progress.total_bytes.unwrap_or(NONE),
            rows: progress.rows,
            invalid_rows: progress.invalid_rows,
            elapsed_seconds: progress.elapsed.as_secs_f64(),
        };
        let answer = self
            .callbacks
            .with(|callbacks| callbacks.progress.map(|(call, context)| call(context.0, &raw const view)));
        self.cancel_if_requested(answer.flatten());
    }

    /// Calls the part callback, if any.
    pub(crate) fn report_part(&self, part: &trueline::Part) {
        if self.is_cancelled() {
            return;
        }
        let violations: Vec<Violation> = part.violations.iter().map(Violation::of).collect();
        let view = Part {
            number: part.number,
            input: part.input,
            input_name: Text::of(&part.input_name),
            first_row: part.first_row,
            rows: part.rows,
            invalid_rows: part.invalid_rows,
            end_bytes: part.end_bytes,
            errors: part.errors,
            warnings: part.warnings,
            violations: if violations.is_empty() { std::ptr::null() } else { violations.as_ptr() },
            violation_count: violations.len(),
            is_last: part.is_last.into(),
        };
        let answer = self
            .callbacks
            .with(|callbacks| callbacks.part.map(|(call, context)| call(context.0, &raw const view)));
        self.cancel_if_requested(answer.flatten());
    }

    /// Cancels the run if a callback returned anything but 0.
    fn cancel_if_requested(&self, answer: Option<i32>) {
        if answer.is_some_and(|answer| answer != 0) {
            self.cancel.cancel();
        }
    }
}
