//! Runs whose parts are delivered while they are in progress.
//!
//! The engine works on a separate thread and puts each part into a short queue, so it is never far ahead of
//! the consumer. If the consumer stops, the run ends.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use trueline::{Part, ValidatorBuilder, Verdict};

use crate::data::Job;
use crate::error;
use crate::report::Report;
use crate::run::{self, GRACE, Outcome, Running, TICK, Watch};
use crate::violation::Violations;

/// The maximum number of waiting parts.
const QUEUE: usize = 2;

enum Message {
    Part(Part),
    Ended(Box<Outcome>),
}

/// The parts of a run, in order.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct Stream {
    /// `None` when the run is over.
    receiver: Mutex<Option<Receiver<Message>>>,
    report: Mutex<Option<Py<Report>>>,
    watch: Watch,
    /// A fork has the stream, but not the thread that fills it.
    process: u32,
}

/// What was received in time.
enum Received {
    Message(Message),
    Nothing,
    Over,
}

impl Stream {
    pub(crate) fn start(py: Python<'_>, builder: ValidatorBuilder, job: Job, watch: Watch) -> PyResult<Self> {
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
        let (parts, of_run) = (sender.clone(), watch.clone());
        let tell = move |part: Part| {
            if parts.send(Message::Part(part)).is_err() {
                // Nobody takes them any longer.
                of_run.cancel.cancel();
            }
        };
        let validator = builder.parts(tell).build().map_err(|error| error::engine(py, &error))?;
        let (of_run, running) = (watch.clone(), Running::new(&watch));
        let run = move || {
            let outcome = run::outcome(&validator, job, &of_run);
            drop((validator, of_run));
            // Nobody waits any longer when the run was left alone.
            let _ = sender.send(Message::Ended(Box::new(outcome)));
            drop(running);
        };
        thread::Builder::new().name("trueline".to_owned()).spawn(run)?;
        Ok(Self {
            receiver: Mutex::new(Some(receiver)),
            report: Mutex::new(None),
            watch,
            process: std::process::id(),
        })
    }

    /// Receives within `time`, without the interpreter lock.
    fn receive(&self, py: Python<'_>, time: Duration) -> Received {
        py.detach(|| {
            let receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
            match receiver.as_ref().map(|receiver| receiver.recv_timeout(time)) {
                Some(Ok(message)) => Received::Message(message),
                Some(Err(RecvTimeoutError::Timeout)) => Received::Nothing,
                Some(Err(RecvTimeoutError::Disconnected)) | None => Received::Over,
            }
        })
    }

    fn forget(&self, py: Python<'_>) {
        py.detach(|| self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Keeps the report of a complete run. An incomplete run is an exception, because the delivered parts are
    /// not the whole.
    fn end(&self, py: Python<'_>, outcome: Outcome) -> PyResult<()> {
        self.forget(py);
        let report = Bound::new(py, run::finish(py, outcome, &self.watch)?)?;
        *self.report.lock().unwrap_or_else(PoisonError::into_inner) = Some(report.clone().unbind());
        if report.get().verdict_of() == Verdict::Unreadable {
            Report::raise_if_invalid(report)?;
        }
        Ok(())
    }

    /// Ends the run, and adds its progress to the interrupt.
    fn interrupt(&self, py: Python<'_>, interrupt: PyErr) -> PyErr {
        self.watch.cancel.cancel();
        let until = Instant::now() + GRACE;
        let mut outcome = None;
        while let Received::Message(message) =
            self.receive(py, until.saturating_duration_since(Instant::now()))
        {
            if let Message::Ended(ended) = message {
                outcome = Some(ended);
                break;
            }
        }
        self.forget(py);
        run::interrupted(py, interrupt, outcome.as_deref(), &self.watch)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.watch.cancel.cancel();
    }
}

#[pymethods]
impl Stream {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<BatchResult>> {
        if self.process != std::process::id() {
            let text = "a stream belongs to the process that began it; begin another one after a fork";
            return Err(PyRuntimeError::new_err(text));
        }
        let _waiting = Running::new(&self.watch);
        loop {
            match self.receive(py, TICK) {
                Received::Message(Message::Part(part)) => return Ok(Some(BatchResult(Arc::new(part)))),
                Received::Message(Message::Ended(outcome)) => return self.end(py, *outcome).map(|()| None),
                Received::Over => return Ok(None),
                Received::Nothing => {}
            }
            if let Err(interrupt) = py.check_signals() {
                return Err(self.interrupt(py, interrupt));
            }
        }
    }

    /// The report of the whole input, after all parts were taken.
    #[getter]
    fn report(&self, py: Python<'_>) -> Option<Py<Report>> {
        let report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        report.as_ref().map(|report| report.clone_ref(py))
    }

    /// End the run.
    fn close(&self, py: Python<'_>) {
        self.watch.cancel.cancel();
        self.forget(py);
    }
}

/// The result of some rows, delivered while the run is in progress.
///
/// All locations refer to the whole input.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct BatchResult(Arc<Part>);

#[pymethods]
impl BatchResult {
    #[getter]
    fn number(&self) -> u64 {
        self.0.number
    }

    #[getter]
    fn input(&self) -> u32 {
        self.0.input
    }

    #[getter]
    fn input_name(&self) -> &str {
        &self.0.input_name
    }

    #[getter]
    fn first_row(&self) -> u64 {
        self.0.first_row
    }

    #[getter]
    fn total_rows(&self) -> u64 {
        self.0.rows
    }

    #[getter]
    fn valid_count(&self) -> u64 {
        self.0.rows.saturating_sub(self.0.invalid_rows)
    }

    #[getter]
    fn invalid_count(&self) -> u64 {
        self.0.invalid_rows
    }

    #[getter]
    fn end_bytes(&self) -> u64 {
        self.0.end_bytes
    }

    #[getter]
    fn error_count(&self) -> u64 {
        self.0.errors
    }

    #[getter]
    fn warning_count(&self) -> u64 {
        self.0.warnings
    }

    #[getter]
    fn errors(&self) -> Violations {
        Violations::new(self.0.clone())
    }

    #[getter]
    fn errors_omitted(&self) -> u64 {
        self.0.violations_omitted()
    }

    #[getter]
    fn is_last(&self) -> bool {
        self.0.is_last
    }

    #[getter]
    fn valid(&self) -> bool {
        self.0.is_valid()
    }

    fn is_valid(&self) -> bool {
        self.0.is_valid()
    }

    fn __repr__(&self) -> String {
        let part = &self.0;
        if part.is_last {
            return format!("<trueline.BatchResult of the end: {} errors>", part.errors);
        }
        let end = part.first_row + part.rows;
        format!("<trueline.BatchResult rows {}..{end}: {} invalid>", part.first_row, part.invalid_rows)
    }
}
