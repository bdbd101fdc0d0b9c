//! A caller's functions.

use std::ffi::c_void;

use trueline::Cancel;

use crate::loan::{Lender, Loan};
use crate::pointer::Context;
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

/// Asked whether a run should end: before it begins, about ten times a second while it reads, before each call of a
/// `TruelineReadCallback` and before each batch of an Arrow stream; on any thread, for one run perhaps on several at once. Anything
/// but 0 ends the run, which then answers `TRUELINE_STATUS_CANCELLED`.
pub type CancelCallback = Option<extern "C" fn(context: *mut c_void) -> i32>;

/// Puts up to `capacity` bytes into `buffer` and answers how many: at least 1, 0 at the end, or a negative number when it cannot, which
/// ends the run with `TRUELINE_STATUS_CALLBACK`. It is called on any thread, but never twice at once, and not again after its end.
pub type ReadCallback = Option<extern "C" fn(context: *mut c_void, buffer: *mut u8, capacity: usize) -> i64>;

/// The two functions that watch runs. They are kept with the options, and must be there for as long as a validator has them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Watch {
    pub(crate) progress: Option<(extern "C" fn(*mut c_void, *const Progress) -> i32, Context)>,
    pub(crate) cancel: Option<(extern "C" fn(*mut c_void) -> i32, Context)>,
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
        self.progress.is_some() || self.cancel.is_some()
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
        if matches!(answer, Some(Some(answer)) if answer != 0) {
            self.cancel.cancel();
        }
    }
}
