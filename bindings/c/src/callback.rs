//! A caller's functions.

use std::ffi::c_void;

use trueline::Cancel;

use crate::loan::{Lender, Loan};
use crate::pointer::Context;
use crate::report::Violation;
use crate::text::{NONE, Text};

/// How far a run has come. It lives as long as the call that it comes with.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// The input being read.
    pub input: Text,
    /// Bytes taken from all inputs so far, as stored.
    pub bytes: u64,
    /// Bytes of all inputs, as stored; `TRUELINE_NONE` when not known.
    pub total_bytes: u64,
    /// Rows validated so far.
    pub rows: u64,
    /// Rows found invalid so far; duplicates are found at the end.
    pub invalid_rows: u64,
    /// Time since the run began.
    pub elapsed_seconds: f64,
}

/// Called at most ten times a second, on any thread but never twice at once for one run. Anything but 0 ends the run, which then answers
/// `TRUELINE_STATUS_CANCELLED`.
pub type ProgressCallback = Option<extern "C" fn(context: *mut c_void, progress: *const Progress) -> i32>;

/// The rows of one part of a run, and what is wrong with them; all places are those of the whole input. It lives as long as the call that
/// it comes with, and so do its violations and their texts.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Its number, from 0, over all inputs.
    pub number: u64,
    /// The input that its rows are of, from 0.
    pub input: u32,
    /// The name of that input.
    pub input_name: Text,
    /// Its first row, from 0, over the input.
    pub first_row: u64,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them are invalid. In the last part: how many rows were counted as valid before and are not, since keys come again.
    pub invalid_rows: u64,
    /// Bytes of the input up to its end, after decompression.
    pub end_bytes: u64,
    /// How many violations of error severity were found in it.
    pub errors: u64,
    /// How many violations of warning severity were found in it.
    pub warnings: u64,
    /// The first of its violations; NULL where there are none.
    pub violations: *const Violation,
    /// How many violations there are at `violations`: at most as many as a report keeps (`TRUELINE_NUMBER_MAX_VIOLATIONS`).
    pub violation_count: usize,
    /// 1 in the last part, which has no rows, and what is known only when all rows are: keys that come again, faults of the whole table. Else 0.
    pub is_last: u8,
}

/// Called with one part after the other, in the order of rows, on any thread but never twice at once for one run, which waits for it.
/// Anything but 0 ends the run, which then answers `TRUELINE_STATUS_CANCELLED`.
pub type PartCallback = Option<extern "C" fn(context: *mut c_void, part: *const Part) -> i32>;

/// Asked whether a run should end: before it begins, about ten times a second while it reads, before each call of a
/// `TruelineReadCallback` and before each batch of an Arrow stream; on any thread, for one run perhaps on several at once. Anything
/// but 0 ends the run, which then answers `TRUELINE_STATUS_CANCELLED`.
pub type CancelCallback = Option<extern "C" fn(context: *mut c_void) -> i32>;

/// Puts up to `capacity` bytes into `buffer` and answers how many: at least 1, 0 at the end, or a negative number when it cannot, which
/// ends the run with `TRUELINE_STATUS_CALLBACK`. The first capacities may be of a few bytes, and no more may be written. It is called on any thread, but never twice at once, and not again after its end.
pub type ReadCallback = Option<extern "C" fn(context: *mut c_void, buffer: *mut u8, capacity: usize) -> i64>;

/// The functions that watch runs. They are kept with the options, and must be there for as long as a validator has them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Watch {
    pub(crate) progress: Option<(extern "C" fn(*mut c_void, *const Progress) -> i32, Context)>,
    pub(crate) cancel: Option<(extern "C" fn(*mut c_void) -> i32, Context)>,
    pub(crate) part: Option<(extern "C" fn(*mut c_void, *const Part) -> i32, Context)>,
}

/// The watch over one run.
pub(crate) struct Watcher {
    watch: Lender<Watch>,
    pub(crate) cancel: Cancel,
}

/// What the parts of a run ask.
#[derive(Clone)]
pub(crate) struct Watched {
    watch: Loan<Watch>,
    cancel: Cancel,
}

impl Watch {
    pub(crate) fn is_any(&self) -> bool {
        self.progress.is_some() || self.cancel.is_some() || self.part.is_some()
    }
}

impl Watcher {
    pub(crate) fn new(watch: Watch) -> Self {
        Self { watch: Lender::new(watch), cancel: Cancel::new() }
    }

    pub(crate) fn watched(&self) -> Watched {
        Watched { watch: self.watch.lend(), cancel: self.cancel.clone() }
    }
}

impl Watched {
    /// Whether the run is to end; asks the caller's function, if there is one.
    pub(crate) fn is_cancelled(&self) -> bool {
        if self.cancel.is_cancelled() {
            return true;
        }
        let asked = self.watch.with(|watch| watch.cancel.is_some_and(|(ask, context)| ask(context.0) != 0));
        if asked == Some(true) {
            self.cancel.cancel();
        }
        asked == Some(true)
    }

    /// Tells how far the run has come.
    pub(crate) fn tell(&self, progress: &trueline::Progress) {
        if self.is_cancelled() {
            return;
        }
        let told = Progress {
            input: Text::of(&progress.input),
            bytes: progress.bytes,
            total_bytes: progress.total_bytes.unwrap_or(NONE),
            rows: progress.rows,
            invalid_rows: progress.invalid_rows,
            elapsed_seconds: progress.elapsed.as_secs_f64(),
        };
        let answer =
            self.watch.with(|watch| watch.progress.map(|(tell, context)| tell(context.0, &raw const told)));
        self.obey(answer.flatten());
    }

    /// Tells of a part.
    pub(crate) fn tell_part(&self, part: &trueline::Part) {
        if self.is_cancelled() {
            return;
        }
        let violations: Vec<Violation> = part.violations.iter().map(Violation::of).collect();
        let told = Part {
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
        let answer =
            self.watch.with(|watch| watch.part.map(|(tell, context)| tell(context.0, &raw const told)));
        self.obey(answer.flatten());
    }

    /// Does as a function said that was told of something.
    fn obey(&self, answer: Option<i32>) {
        if answer.is_some_and(|answer| answer != 0) {
            self.cancel.cancel();
        }
    }
}
