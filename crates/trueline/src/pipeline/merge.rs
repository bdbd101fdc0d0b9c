//! Pieces come from the workers in any order and are merged in file order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use trueline_io::text::Failure;
use trueline_report::{RunError, StatisticsAudit};
use trueline_validate::{State, Tally};

use super::job::Job;
use crate::progress::{Cancel, Progress, Throttle, Watcher};

/// The result of one part of an input, ready to be merged in its turn.
pub(super) struct Piece {
    pub(super) sequence: u64,
    pub(super) state: State,
    /// Rows of which every column was proven from its bytes.
    pub(super) proved: u64,
    /// What came of comparing statistics with values.
    pub(super) audit: StatisticsAudit,
    /// Decompressed bytes of the input up to the end of the part.
    pub(super) end_offset: u64,
    pub(super) failure: Option<Failure>,
    /// The record at which the failure stands, counted from the part's first, and its line, where there are lines.
    pub(super) failure_row: Option<(u64, Option<u64>)>,
}

impl Piece {
    /// What is left of an input of which no part could be read.
    pub(super) fn failed(job: &Job<'_>, failure: Failure) -> Self {
        let state = State::new(job.plan, Some(job.quota.clone()));
        Self {
            sequence: 0,
            state,
            proved: 0,
            audit: StatisticsAudit::default(),
            end_offset: 0,
            failure: Some(failure),
            failure_row: Some((0, None)),
        }
    }
}

/// Merges the pieces of one input.
pub(super) struct Merger<'a> {
    inner: Mutex<Inner<'a>>,
    merged: Condvar,
    /// How many chunks may be under way beyond the next one to be merged.
    window: u64,
    watch: Watch<'a>,
}

struct Inner<'a> {
    tally: &'a mut Tally,
    next: u64,
    waiting: BTreeMap<u64, Piece>,
    outcome: InputOutcome,
    is_stopped: bool,
    throttle: Throttle,
}

/// How one input ended.
#[derive(Default)]
pub(super) struct InputOutcome {
    /// Decompressed bytes judged.
    pub(super) bytes: u64,
    /// Rows proven from their bytes.
    pub(super) proved: u64,
    /// What came of comparing statistics with values.
    pub(super) audit: StatisticsAudit,
    /// What made it unreadable.
    pub(super) error: Option<RunError>,
    /// What kept the run from being finished at all.
    pub(super) fatal: Option<trueline_validate::Error>,
    pub(super) panicked: Option<String>,
}

/// Who watches, and what for.
#[derive(Clone, Copy)]
pub(super) struct Watch<'a> {
    pub(super) watcher: Option<&'a Watcher>,
    pub(super) cancel: &'a Cancel,
    pub(super) input: &'a str,
    pub(super) taken_bytes: &'a AtomicU64,
    pub(super) total_bytes: Option<u64>,
    pub(super) started: Instant,
}

impl<'a> Merger<'a> {
    pub(super) fn new(tally: &'a mut Tally, threads: usize, start_bytes: u64, watch: Watch<'a>) -> Self {
        let outcome = InputOutcome { bytes: start_bytes, ..InputOutcome::default() };
        Self {
            inner: Mutex::new(Inner {
                tally,
                next: 0,
                waiting: BTreeMap::new(),
                outcome,
                is_stopped: false,
                throttle: Throttle::new(),
            }),
            merged: Condvar::new(),
            window: 2 * threads as u64 + 2,
            watch,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner<'a>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until chunk `sequence` is near enough to be worked on; whether the run goes on at all.
    pub(super) fn admits(&self, sequence: u64) -> bool {
        let mut inner = self.lock();
        while !inner.is_stopped && sequence >= inner.next + self.window {
            inner = self.merged.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
        !inner.is_stopped
    }

    /// Takes a piece; whether the run goes on.
    pub(super) fn deliver(&self, piece: Piece) -> bool {
        let mut inner = self.lock();
        if !inner.is_stopped {
            inner.waiting.insert(piece.sequence, piece);
            while let Some(piece) = inner.take_next() {
                inner.merge(piece, self.watch.input);
            }
            if self.watch.cancel.is_cancelled() {
                inner.is_stopped = true;
            }
            if let Some(watcher) = self.watch.watcher
                && inner.throttle.is_due()
            {
                let progress = self.watch.progress(inner.tally.rows(), inner.tally.invalid_rows());
                watcher(&progress);
            }
        }
        let goes_on = !inner.is_stopped;
        drop(inner);
        self.merged.notify_all();
        goes_on
    }

    /// Ends the run because a worker died.
    pub(super) fn panicked(&self, message: String) {
        let mut inner = self.lock();
        inner.outcome.panicked.get_or_insert(message);
        inner.is_stopped = true;
        drop(inner);
        self.merged.notify_all();
    }

    pub(super) fn into_outcome(self) -> InputOutcome {
        self.inner.into_inner().unwrap_or_else(PoisonError::into_inner).outcome
    }
}

impl Inner<'_> {
    fn take_next(&mut self) -> Option<Piece> {
        if self.is_stopped {
            return None;
        }
        let piece = self.waiting.remove(&self.next)?;
        self.next += 1;
        Some(piece)
    }

    fn merge(&mut self, piece: Piece, input: &str) {
        let (rows, lines) = (self.tally.input_rows(), self.tally.input_lines());
        self.outcome.bytes = self.outcome.bytes.max(piece.end_offset);
        self.outcome.proved += piece.proved;
        add(&mut self.outcome.audit, piece.audit);
        if let Err(error) = self.tally.merge(piece.state) {
            self.outcome.fatal = Some(error);
            self.is_stopped = true;
        }
        if let Some(failure) = piece.failure {
            let (row, line) = piece.failure_row.unwrap_or_default();
            self.outcome.error = Some(RunError {
                code: failure.code.to_owned(),
                message: failure.message,
                input: Some(input.to_owned()),
                row_index: Some(rows + row),
                line: line.map(|line| lines + line),
                byte_offset: Some(failure.byte_offset),
            });
            self.is_stopped = true;
        }
    }
}

/// How many wrong statistics are kept.
pub(super) const WRONG_SAMPLES: usize = 100;

/// Adds what was found further on.
pub(super) fn add(audit: &mut StatisticsAudit, later: StatisticsAudit) {
    audit.compared += later.compared;
    audit.wrong += later.wrong;
    let room = WRONG_SAMPLES.saturating_sub(audit.samples.len());
    audit.samples.extend(later.samples.into_iter().take(room));
}

impl Watch<'_> {
    pub(super) fn progress(&self, rows: u64, invalid_rows: u64) -> Progress {
        Progress {
            input: self.input.to_owned(),
            bytes: self.taken_bytes.load(Ordering::Relaxed),
            total_bytes: self.total_bytes,
            rows,
            invalid_rows,
            elapsed: self.started.elapsed(),
        }
    }
}
