//! Runs the engine.
//!
//! Python handles Ctrl-C only when its main thread checks for signals. Therefore the engine runs on a
//! separate thread, without the interpreter lock, while the calling thread waits and checks every few
//! milliseconds. On a signal, the calling thread cancels the run and waits for at most [`GRACE`], because a
//! read of a Python object may never return. Small inputs in memory are validated on the calling thread.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use trueline::{Cancel, ErrorKind, Temporaries, Validator};

use crate::data::{Job, ReportAndMask};
use crate::error;
use crate::report::Report;

/// The interval at which the calling thread checks for signals.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// How long a cancelled run may take to end before it is abandoned.
pub(crate) const GRACE_PERIOD: Duration = Duration::from_millis(150);
/// How long runs may take to end at the exit of the interpreter.
const EXIT_TIMEOUT: Duration = Duration::from_secs(2);

/// The active runs. A run has two guards: that of its thread, until the thread holds no Python objects any more, and that of its
/// caller, while the caller waits for it.
static ACTIVE_RUNS: Mutex<Vec<ActiveRun>> = Mutex::new(Vec::new());

/// A run that has not ended.
struct ActiveRun {
    number: u64,
    /// The process that started the run: after a fork, the list is copied to the child, but the threads are not.
    process: u32,
    cancel: Cancel,
}

/// Keeps a run in the list of active runs until it is dropped.
pub(crate) struct ActiveRunGuard(u64);

impl ActiveRunGuard {
    pub(crate) fn new(control: &RunControl) -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let active = ActiveRun { number, process: std::process::id(), cancel: control.cancel.clone() };
        ACTIVE_RUNS.lock().unwrap_or_else(PoisonError::into_inner).push(active);
        Self(number)
    }
}

impl Drop for ActiveRunGuard {
    fn drop(&mut self) {
        ACTIVE_RUNS.lock().unwrap_or_else(PoisonError::into_inner).retain(|active| active.number != self.0);
    }
}

/// Cancels all runs and waits for them for a limited time, because a thread that attaches to the interpreter after its end would
/// crash the process.
#[pyfunction]
pub(crate) fn end_all(py: Python<'_>) {
    // After a fork, the lock may be held by a thread that does not exist in this process, so the lock is not waited for.
    let cancel_all = || {
        let Ok(runs) = ACTIVE_RUNS.try_lock() else { return true };
        let mut own = runs.iter().filter(|active| active.process == std::process::id()).peekable();
        let is_any = own.peek().is_some();
        own.for_each(|active| active.cancel.cancel());
        is_any
    };
    py.detach(|| {
        let until = Instant::now() + EXIT_TIMEOUT;
        while cancel_all() && Instant::now() < until {
            thread::sleep(POLL_INTERVAL);
        }
    });
}

/// State shared between a run and the Python objects that it uses: the cancellation flag, the temporary files,
/// and the exception that ended the run.
#[derive(Clone)]
pub(crate) struct RunControl {
    pub(crate) cancel: Cancel,
    pub(crate) temporaries: Temporaries,
    raised: Arc<Mutex<Option<PyErr>>>,
}

impl RunControl {
    pub(crate) fn new(cancel: Cancel) -> Self {
        Self { cancel, temporaries: Temporaries::new(), raised: Arc::default() }
    }

    /// Keeps the first exception and ends the run.
    pub(crate) fn raise(&self, error: PyErr) {
        self.cancel.cancel();
        self.raised.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    /// Takes the exception that ended the run, if any.
    pub(crate) fn take_exception(&self) -> Option<PyErr> {
        self.raised.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The result of a run; the outer `Err` is the message of a panic.
pub(crate) type Outcome<T = ReportAndMask> = Result<Result<T, trueline::Error>, String>;

/// Runs a job on the current thread.
pub(crate) fn run_job(validator: &Validator, job: Job, control: &RunControl) -> Outcome {
    catch_panic(|| job.run(validator, control))
}

/// Runs a closure; `Err` is the message of a panic.
pub(crate) fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(ToString::to_string);
        text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
    })
}

/// Runs on the calling thread.
pub(crate) fn run_on_calling_thread(
    py: Python<'_>,
    validator: &Arc<Validator>,
    job: Job,
    control: &RunControl,
) -> PyResult<Report> {
    let outcome = py.detach(|| run_job(validator, job, control));
    into_report(py, outcome, control)
}

/// Runs on a separate thread, so that Ctrl-C is handled.
pub(crate) fn run_on_thread(
    py: Python<'_>,
    validator: Validator,
    job: Job,
    control: &RunControl,
) -> PyResult<Report> {
    let run_control = control.clone();
    let (report, valid) = call_on_thread(py, control, move || job.run(&validator, &run_control))?;
    Ok(Report::with_mask(report, valid))
}

/// Calls a closure on a separate thread, so that Ctrl-C is handled. When the run is cancelled, the closure
/// should end soon; otherwise it is abandoned.
pub(crate) fn call_on_thread<T: Send + 'static>(
    py: Python<'_>,
    control: &RunControl,
    work: impl FnOnce() -> Result<T, trueline::Error> + Send + 'static,
) -> PyResult<T> {
    let (sender, mut receiver) = mpsc::channel();
    let (guard, _caller) = (ActiveRunGuard::new(control), ActiveRunGuard::new(control));
    let run = move || {
        // The send fails if the run was abandoned, so nobody waits for the result.
        let _ = sender.send(catch_panic(work));
        drop(guard);
    };
    thread::Builder::new().name("trueline".to_owned()).spawn(run)?;
    loop {
        match wait(py, &mut receiver, POLL_INTERVAL) {
            Ok(outcome) => return into_result(py, outcome, control),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(error::exception(py, "InternalError", ("the run ended without an answer",)));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Err(interrupt) = py.check_signals() {
            control.cancel.cancel();
            let last = wait(py, &mut receiver, GRACE_PERIOD);
            return Err(add_progress(py, interrupt, last.as_ref().ok(), control));
        }
    }
}

/// Adds the progress of an interrupted run to its exception. `outcome` is `None` if the run was abandoned.
pub(crate) fn add_progress<T>(
    py: Python<'_>,
    interrupt: PyErr,
    outcome: Option<&Outcome<T>>,
    control: &RunControl,
) -> PyErr {
    match outcome {
        Some(Ok(Err(error))) => {
            if let ErrorKind::Cancelled { rows, invalid_rows } = error.kind() {
                // An exception without these attributes is acceptable, so failing to set them is ignored.
                let _ = interrupt.value(py).setattr("rows", *rows);
                let _ = interrupt.value(py).setattr("invalid_rows", *invalid_rows);
            }
        }
        // An abandoned run may never get to remove its temporary files.
        None => control.temporaries.remove_all(),
        _ => {}
    }
    interrupt
}

/// Receives within `time`, without the interpreter lock. The receiver is borrowed exclusively, because only
/// one thread at a time may use it.
fn wait<T: Send>(
    py: Python<'_>,
    receiver: &mut Receiver<Outcome<T>>,
    time: Duration,
) -> Result<Outcome<T>, RecvTimeoutError> {
    py.detach(move || receiver.recv_timeout(time))
}

/// The report of a run, or the exception that ended it.
pub(crate) fn into_report(py: Python<'_>, outcome: Outcome, control: &RunControl) -> PyResult<Report> {
    into_result(py, outcome, control).map(|(report, valid)| Report::with_mask(report, valid))
}

/// The result of a run, or the exception that ended it.
pub(crate) fn into_result<T>(py: Python<'_>, outcome: Outcome<T>, control: &RunControl) -> PyResult<T> {
    if let Some(error) = control.take_exception() {
        return Err(error);
    }
    match outcome {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(error)) => Err(error::engine(py, &error)),
        Err(panic) => Err(error::exception(py, "InternalError", (panic,))),
    }
}

/// The progress of a run.
#[pyclass(frozen, get_all, module = "trueline._native")]
pub(crate) struct Progress {
    /// The input being read.
    input: String,
    /// Bytes read so far, as stored.
    bytes: u64,
    /// Bytes of all inputs as stored, if known.
    total_bytes: Option<u64>,
    /// Rows validated so far.
    rows: u64,
    /// Rows found invalid so far; duplicate keys are found at the end.
    invalid_rows: u64,
    /// Seconds since the run began.
    elapsed_seconds: f64,
}

#[pymethods]
impl Progress {
    fn __repr__(&self) -> String {
        format!("Progress(rows={}, invalid_rows={}, bytes={})", self.rows, self.invalid_rows, self.bytes)
    }
}

/// The progress function for the engine, which calls `callback` at most ten times a second. An exception of
/// `callback` ends the run.
pub(crate) fn progress_function(
    callback: &Bound<'_, PyAny>,
    control: &RunControl,
) -> PyResult<impl Fn(&trueline::Progress) + Send + Sync + 'static> {
    if !callback.is_callable() {
        return Err(error::option(callback.py(), "progress must be a function of one argument"));
    }
    let (callback, control) = (callback.clone().unbind(), control.clone());
    Ok(move |progress: &trueline::Progress| {
        if control.cancel.is_cancelled() {
            return;
        }
        let progress = Progress {
            input: progress.input.clone(),
            bytes: progress.bytes,
            total_bytes: progress.total_bytes,
            rows: progress.rows,
            invalid_rows: progress.invalid_rows,
            elapsed_seconds: progress.elapsed.as_secs_f64(),
        };
        // `None` means that the interpreter is about to end.
        if let Some(Err(error)) = Python::try_attach(|py| callback.call1(py, (progress,)).map(drop)) {
            control.raise(error);
        }
    })
}
