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

use crate::data::{Found, Job};
use crate::error;
use crate::report::Report;

/// The interval at which the calling thread checks for signals.
pub(crate) const TICK: Duration = Duration::from_millis(20);
/// How long a cancelled run may take to end before it is abandoned.
pub(crate) const GRACE: Duration = Duration::from_millis(150);
/// How long runs may take to end when the interpreter does.
const PATIENCE: Duration = Duration::from_secs(2);

/// The runs that are going on, each until its thread has nothing of Python's any more and its caller is back in Python.
static RUNNING: Mutex<Vec<Going>> = Mutex::new(Vec::new());

struct Going {
    number: u64,
    /// A fork takes along what is going on, but not the threads that do it.
    process: u32,
    cancel: Cancel,
}

/// A run that is going on, until this is dropped.
pub(crate) struct Running(u64);

impl Running {
    pub(crate) fn new(watch: &Watch) -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let going = Going { number, process: std::process::id(), cancel: watch.cancel.clone() };
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).push(going);
        Self(number)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).retain(|going| going.number != self.0);
    }
}

/// Ends all runs, and waits for them some time: a thread that comes back to the interpreter when that has ended takes the process down.
#[pyfunction]
pub(crate) fn end_all(py: Python<'_>) {
    // A fork may have left the lock as it was.
    let cancel = || {
        let Ok(running) = RUNNING.try_lock() else { return true };
        let mut own = running.iter().filter(|going| going.process == std::process::id()).peekable();
        let is_any = own.peek().is_some();
        own.for_each(|going| going.cancel.cancel());
        is_any
    };
    py.detach(|| {
        let until = Instant::now() + PATIENCE;
        while cancel() && Instant::now() < until {
            thread::sleep(TICK);
        }
    });
}

/// State shared between a run and the Python objects that it uses: the cancellation flag, and the exception
/// that ended the run.
#[derive(Clone)]
pub(crate) struct Watch {
    pub(crate) cancel: Cancel,
    pub(crate) temporaries: Temporaries,
    raised: Arc<Mutex<Option<PyErr>>>,
}

impl Watch {
    pub(crate) fn new(cancel: Cancel) -> Self {
        Self { cancel, temporaries: Temporaries::new(), raised: Arc::default() }
    }

    /// Keeps the first exception and ends the run.
    pub(crate) fn raise(&self, error: PyErr) {
        self.cancel.cancel();
        self.raised.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    /// Takes that exception.
    pub(crate) fn raised(&self) -> Option<PyErr> {
        self.raised.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The result of a run; the outer `Err` is the message of a panic.
pub(crate) type Outcome<T = Found> = Result<Result<T, trueline::Error>, String>;

pub(crate) fn outcome(validator: &Validator, job: Job, watch: &Watch) -> Outcome {
    caught(|| job.run(validator, watch))
}

/// Runs a closure; `Err` is the message of a panic.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(ToString::to_string);
        text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
    })
}

/// Runs on the calling thread.
pub(crate) fn here(py: Python<'_>, validator: &Arc<Validator>, job: Job, watch: &Watch) -> PyResult<Report> {
    let outcome = py.detach(|| outcome(validator, job, watch));
    finish(py, outcome, watch)
}

/// Runs on a separate thread, so that Ctrl-C is handled.
pub(crate) fn aside(py: Python<'_>, validator: Validator, job: Job, watch: &Watch) -> PyResult<Report> {
    let of_run = watch.clone();
    let (report, valid) = apart(py, watch, move || job.run(&validator, &of_run))?;
    Ok(Report::marked(report, valid))
}

/// Runs a closure on a separate thread, so that Ctrl-C is handled. The closure ends when the watch is
/// cancelled, or is abandoned.
pub(crate) fn apart<T: Send + 'static>(
    py: Python<'_>,
    watch: &Watch,
    work: impl FnOnce() -> Result<T, trueline::Error> + Send + 'static,
) -> PyResult<T> {
    let (sender, mut receiver) = mpsc::channel();
    let (running, _waiting) = (Running::new(watch), Running::new(watch));
    let run = move || {
        // Nobody waits any longer when the run was left alone.
        let _ = sender.send(caught(work));
        drop(running);
    };
    thread::Builder::new().name("trueline".to_owned()).spawn(run)?;
    loop {
        match wait(py, &mut receiver, TICK) {
            Ok(outcome) => return settle(py, outcome, watch),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(error::exception(py, "InternalError", ("the run ended without an answer",)));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Err(interrupt) = py.check_signals() {
            watch.cancel.cancel();
            let last = wait(py, &mut receiver, GRACE);
            return Err(interrupted(py, interrupt, last.as_ref().ok(), watch));
        }
    }
}

/// Adds the progress of an interrupted run to its exception. `outcome` is `None` if the run was abandoned.
pub(crate) fn interrupted<T>(
    py: Python<'_>,
    interrupt: PyErr,
    outcome: Option<&Outcome<T>>,
    watch: &Watch,
) -> PyErr {
    match outcome {
        Some(Ok(Err(error))) => {
            if let ErrorKind::Cancelled { rows, invalid_rows } = error.kind() {
                // An exception that takes no attributes is still the right one.
                let _ = interrupt.value(py).setattr("rows", *rows);
                let _ = interrupt.value(py).setattr("invalid_rows", *invalid_rows);
            }
        }
        // Whoever is left alone may never get to clean up.
        None => watch.temporaries.remove_all(),
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

pub(crate) fn finish(py: Python<'_>, outcome: Outcome, watch: &Watch) -> PyResult<Report> {
    settle(py, outcome, watch).map(|(report, valid)| Report::marked(report, valid))
}

/// The result of a run, or the exception that ended it.
pub(crate) fn settle<T>(py: Python<'_>, outcome: Outcome<T>, watch: &Watch) -> PyResult<T> {
    if let Some(error) = watch.raised() {
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

/// The function that the engine calls at most ten times a second, and that calls `callback`. An exception
/// from `callback` ends the run.
pub(crate) fn watcher(
    callback: &Bound<'_, PyAny>,
    watch: &Watch,
) -> PyResult<impl Fn(&trueline::Progress) + Send + Sync + 'static> {
    if !callback.is_callable() {
        return Err(error::option(callback.py(), "progress must be a function of one argument"));
    }
    let (callback, watch) = (callback.clone().unbind(), watch.clone());
    Ok(move |progress: &trueline::Progress| {
        if watch.cancel.is_cancelled() {
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
        // None: the interpreter is about to end.
        if let Some(Err(error)) = Python::try_attach(|py| callback.call1(py, (progress,)).map(drop)) {
            watch.raise(error);
        }
    })
}
