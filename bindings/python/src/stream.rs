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
use crate::run::{self, ActiveRunGuard, GRACE_PERIOD, Outcome, POLL_INTERVAL, RunControl};
use crate::violation::Violations;

/// The maximum number of parts in the queue.
const QUEUE_PARTS: usize = 2;

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
    control: RunControl,
    /// The process that created the stream: after a fork, the child has no thread that fills it.
    process: u32,
}

/// The result of receiving with a timeout.
enum Received {
    Message(Message),
    Timeout,
    Closed,
}

impl Stream {
    pub(crate) fn start(
        py: Python<'_>,
        builder: ValidatorBuilder,
        job: Job,
        control: RunControl,
    ) -> PyResult<Self> {
        let (sender, receiver) = mpsc::sync_channel(QUEUE_PARTS);
        let (parts, run_control) = (sender.clone(), control.clone());
        let send_part = move |part: Part| {
            if parts.send(Message::Part(part)).is_err() {
                // The stream was dropped.
                run_control.cancel.cancel();
            }
        };
        let validator = builder.parts(send_part).build().map_err(|error| error::engine(py, &error))?;
        let (run_control, guard) = (control.clone(), ActiveRunGuard::new(&control));
        let run = move || {
            let outcome = run::run_job(&validator, job, &run_control);
            drop((validator, run_control));
            // The send fails if the stream was dropped or closed.
            let _ = sender.send(Message::Ended(Box::new(outcome)));
            drop(guard);
        };
        thread::Builder::new().name("trueline".to_owned()).spawn(run)?;
        Ok(Self {
            receiver: Mutex::new(Some(receiver)),
            report: Mutex::new(None),
            control,
            process: std::process::id(),
        })
    }

    /// Receives within `time`, without the interpreter lock.
    fn receive(&self, py: Python<'_>, time: Duration) -> Received {
        py.detach(|| {
            let receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
            match receiver.as_ref().map(|receiver| receiver.recv_timeout(time)) {
                Some(Ok(message)) => Received::Message(message),
                Some(Err(RecvTimeoutError::Timeout)) => Received::Timeout,
                Some(Err(RecvTimeoutError::Disconnected)) | None => Received::Closed,
            }
        })
    }

    /// Drops the receiver, so that the engine can no longer send parts, and the stream has ended.
    fn drop_receiver(&self, py: Python<'_>) {
        py.detach(|| self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Keeps the report of a complete run. An incomplete run is an exception, because the delivered parts are
    /// not the whole.
    fn end(&self, py: Python<'_>, outcome: Outcome) -> PyResult<()> {
        self.drop_receiver(py);
        let report = Bound::new(py, run::into_report(py, outcome, &self.control)?)?;
        *self.report.lock().unwrap_or_else(PoisonError::into_inner) = Some(report.clone().unbind());
        if report.get().verdict_of() == Verdict::Unreadable {
            Report::raise_if_invalid(report)?;
        }
        Ok(())
    }

    /// Ends the run, and adds its progress to the interrupt.
    fn interrupt(&self, py: Python<'_>, interrupt: PyErr) -> PyErr {
        self.control.cancel.cancel();
        let until = Instant::now() + GRACE_PERIOD;
        let mut outcome = None;
        while let Received::Message(message) =
            self.receive(py, until.saturating_duration_since(Instant::now()))
        {
            if let Message::Ended(ended) = message {
                outcome = Some(ended);
                break;
            }
        }
        self.drop_receiver(py);
        run::add_progress(py, interrupt, outcome.as_deref(), &self.control)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.control.cancel.cancel();
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
        let _caller = ActiveRunGuard::new(&self.control);
        loop {
            match self.receive(py, POLL_INTERVAL) {
                Received::Message(Message::Part(part)) => return Ok(Some(BatchResult(Arc::new(part)))),
                Received::Message(Message::Ended(outcome)) => return self.end(py, *outcome).map(|()| None),
                Received::Closed => return Ok(None),
                Received::Timeout => {}
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
        self.control.cancel.cancel();
        self.drop_receiver(py);
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
