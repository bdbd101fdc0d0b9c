//! Merges pieces in file order, whatever the order in which workers deliver them.
//!
//! The worker that delivers the next piece in order merges it, and all waiting pieces that follow it directly. The other
//! workers continue meanwhile, because merging may have to wait for a disk. The window limits how many pieces can wait.
//!
//! If chunk boundaries are guessed, a piece only counts if it begins where the records of the previous piece ended: then all
//! records are the same as when reading from the start. Otherwise the piece is discarded with all later ones, and the worker
//! has the input read again from there. No result of a piece is visible outside before the piece is merged.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use trueline_io::text::{Basis, Failure, Span};
use trueline_report::{RunError, StatisticsAudit};
use trueline_validate::{Findings, Plan, State, Tally};

#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
use super::job::Job;
use super::output::{ErrorsOutput, PieceRows, RowOutput};
use super::text::Marks;
use crate::cache::{BlockDigests, KnownPiece};
use crate::error::{Error, ErrorKind};
use crate::part::{PartRows, PartSender};
use crate::progress::{Cancel, Progress, Throttle, Watcher};

/// The result of one part of an input, ready to be merged in its turn.
pub(super) struct Piece {
    pub(super) sequence: u64,
    pub(super) state: State,
    /// The rows themselves, if rows are written to files.
    pub(super) rows: Option<PieceRows>,
    /// All violations of the rows, if they are written or delivered.
    pub(super) findings: Option<Findings>,
    /// The number of rows with every column proven from its bytes.
    pub(super) proved: u64,
    /// The result of comparing statistics with values.
    pub(super) audit: StatisticsAudit,
    /// Decompressed bytes of the input up to the end of the part.
    pub(super) end_offset: u64,
    pub(super) failure: Option<Failure>,
    /// The record at which the failure occurred, counted from the first record of the part, and its line if the format has lines.
    pub(super) failure_row: Option<(u64, Option<u64>)>,
    /// Whether the result comes from the cache.
    pub(super) is_cached: bool,
    /// The digests of the blocks of its chunk, if a cache is used.
    pub(super) digests: Vec<[u8; 32]>,
    /// The cache key and the location of its records, if a cache can identify them.
    pub(super) known: Option<KnownPiece>,
    /// The location of its rows, if they are recorded.
    pub(super) marks: Option<Marks>,
    /// What the piece depends on, if chunk boundaries are guessed.
    pub(super) guess: Option<Guess>,
}

/// What a piece depends on if a boundary of its chunk was guessed.
#[derive(Clone, Copy)]
pub(super) struct Guess {
    /// Where its records begin. The records of the previous piece must end there.
    byte_offset: u64,
    /// Whether the piece has to be discarded even then.
    is_doubtful: bool,
}

/// The reply to a worker that delivers a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Continue,
    Stop,
    /// A guess was wrong: read again from where chunk `sequence` begins.
    GoBack {
        sequence: u64,
        byte_offset: u64,
    },
}

impl Piece {
    /// The result of a part that ends at `end_offset`.
    pub(super) fn new(sequence: u64, state: State, end_offset: u64) -> Self {
        Self {
            sequence,
            state,
            rows: None,
            findings: None,
            proved: 0,
            audit: StatisticsAudit::default(),
            end_offset,
            failure: None,
            failure_row: None,
            is_cached: false,
            digests: Vec::new(),
            known: None,
            marks: None,
            guess: None,
        }
    }

    /// The piece of an input of which no part could be read.
    #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
    pub(super) fn failed(job: &Job<'_>, failure: Failure) -> Self {
        let state = State::new(job.plan, Some(job.quota.clone()));
        Self { failure: Some(failure), failure_row: Some((0, None)), ..Self::new(0, state, 0) }
    }
}

/// Merges the pieces of one input.
pub(super) struct Merger<'a> {
    queue: Mutex<Queue>,
    target: Mutex<MergeTarget<'a>>,
    merged: Condvar,
    /// How many chunks may be in progress beyond the next one to be merged.
    window: u64,
    context: ProgressContext<'a>,
}

/// The pieces that wait for an earlier piece.
struct Queue {
    next: u64,
    /// Where the records of the pieces taken so far end.
    end_offset: u64,
    /// Whether a guess was wrong. From then on, pieces that depend on another guess are ignored.
    has_gone_back: bool,
    waiting: BTreeMap<u64, Piece>,
    /// Whether a thread is merging.
    is_merging: bool,
    is_stopped: bool,
}

/// What pieces are merged into, by one thread at a time.
pub(super) struct MergeTarget<'a> {
    tally: &'a mut Tally,
    plan: &'a Plan,
    outputs: PassOutputs<'a>,
    outcome: InputOutcome,
    /// The memory limit of the marks of this input.
    max_marks_bytes: usize,
    throttle: Throttle,
}

/// The outputs that the current pass writes.
pub(super) struct PassOutputs<'a> {
    pub(super) rows: Option<&'a mut RowOutput>,
    pub(super) errors: Option<&'a mut ErrorsOutput>,
    pub(super) parts: Option<&'a mut PartSender>,
}

/// How one input ended.
#[derive(Default)]
pub(super) struct InputOutcome {
    /// The number of decompressed bytes validated.
    pub(super) bytes: u64,
    /// Rows proven from their bytes.
    pub(super) proved: u64,
    /// Rows whose results came from the cache.
    pub(super) cached: u64,
    /// The digests of its blocks, if they were hashed.
    pub(super) digests: BlockDigests,
    /// Its pieces, if a cache can identify all of them.
    pub(super) pieces: Option<Vec<KnownPiece>>,
    /// The marks of all chunks, if they are recorded and within the memory limit.
    pub(super) marks: Option<Vec<Marks>>,
    /// The memory that these take; 0 if they are not kept.
    pub(super) marks_bytes: usize,
    /// The result of comparing statistics with values.
    pub(super) audit: StatisticsAudit,
    /// What made the input unreadable.
    pub(super) error: Option<RunError>,
    /// An error that ends the run without a report.
    pub(super) fatal: Option<Error>,
    pub(super) panicked: Option<String>,
}

impl InputOutcome {
    /// Whether the input was read to its end.
    pub(super) fn is_whole(&self) -> bool {
        self.error.is_none() && self.fatal.is_none() && self.panicked.is_none()
    }
}

/// The callback for progress, and the data for its calls.
#[derive(Clone, Copy)]
pub(super) struct ProgressContext<'a> {
    pub(super) watcher: Option<&'a Watcher>,
    pub(super) cancel: &'a Cancel,
    pub(super) input: &'a str,
    pub(super) read_bytes: &'a AtomicU64,
    pub(super) total_bytes: Option<u64>,
    pub(super) started: Instant,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Merger<'a> {
    pub(super) fn new(target: MergeTarget<'a>, threads: usize, context: ProgressContext<'a>) -> Self {
        let queue = Queue {
            next: 0,
            end_offset: target.outcome.bytes,
            has_gone_back: false,
            waiting: BTreeMap::new(),
            is_merging: false,
            is_stopped: false,
        };
        Self {
            queue: Mutex::new(queue),
            target: Mutex::new(target),
            merged: Condvar::new(),
            window: 2 * threads as u64 + 2,
            context,
        }
    }

    /// Waits until chunk `sequence` is within the window. Returns whether the run continues.
    pub(super) fn wait_for_window(&self, sequence: u64) -> bool {
        let mut queue = lock(&self.queue);
        while !queue.is_stopped && sequence >= queue.next + self.window {
            queue = self.merged.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        !queue.is_stopped
    }

    /// Takes a piece, merges it if it is the next one, and returns how the worker continues.
    pub(super) fn deliver(&self, piece: Piece) -> Reply {
        let mut queue = lock(&self.queue);
        if piece.guess.is_none() || !queue.has_gone_back {
            queue.waiting.insert(piece.sequence, piece);
        }
        let reply = |queue: &Queue| if queue.is_stopped { Reply::Stop } else { Reply::Continue };
        if queue.is_merging {
            return reply(&queue);
        }
        queue.is_merging = true;
        while let Some(piece) = queue.take_next() {
            if piece.guess.is_some_and(|guess| !guess.holds(queue.end_offset)) {
                queue.is_merging = false;
                return queue.go_back(&piece);
            }
            queue.end_offset = piece.end_offset;
            drop(queue);
            let continues = lock(&self.target).accept(piece, &self.context);
            queue = lock(&self.queue);
            queue.is_stopped |= !continues;
            self.merged.notify_all();
        }
        queue.is_merging = false;
        reply(&queue)
    }

    /// Ends the run because a worker panicked.
    pub(super) fn panicked(&self, message: String) {
        lock(&self.queue).is_stopped = true;
        lock(&self.target).outcome.panicked.get_or_insert(message);
        self.merged.notify_all();
    }

    pub(super) fn into_outcome(self) -> InputOutcome {
        self.target.into_inner().unwrap_or_else(PoisonError::into_inner).outcome
    }
}

impl Queue {
    fn take_next(&mut self) -> Option<Piece> {
        if self.is_stopped {
            return None;
        }
        let piece = self.waiting.remove(&self.next)?;
        self.next += 1;
        Some(piece)
    }

    /// Discards this piece and all later ones.
    fn go_back(&mut self, piece: &Piece) -> Reply {
        self.next = piece.sequence;
        self.has_gone_back = true;
        self.waiting.clear();
        Reply::GoBack { sequence: self.next, byte_offset: self.end_offset }
    }
}

impl Guess {
    /// The guess that a span depends on, if any.
    pub(super) fn of(span: &Span) -> Option<Self> {
        let is_doubtful = span.basis == Basis::Doubt;
        (span.basis != Basis::Known).then_some(Self { byte_offset: span.byte_offset, is_doubtful })
    }

    /// Whether the guess was right, given where the previous records end.
    fn holds(self, end_offset: u64) -> bool {
        self.byte_offset == end_offset && !self.is_doubtful
    }
}

impl<'a> MergeTarget<'a> {
    /// Creates the target for an input whose records begin at `start_bytes`.
    pub(super) fn new(
        tally: &'a mut Tally,
        plan: &'a Plan,
        outputs: PassOutputs<'a>,
        start_bytes: u64,
    ) -> Self {
        let (pieces, marks) = (Some(Vec::new()), Some(Vec::new()));
        let outcome = InputOutcome { bytes: start_bytes, pieces, marks, ..InputOutcome::default() };
        Self { tally, plan, outputs, outcome, max_marks_bytes: 0, throttle: Throttle::new() }
    }

    /// Limits the memory of marks, in bytes.
    pub(super) fn max_marks_bytes(self, bytes: usize) -> Self {
        Self { max_marks_bytes: bytes, ..self }
    }

    /// Merges a piece and reports progress; returns whether the run continues.
    fn accept(&mut self, piece: Piece, context: &ProgressContext<'_>) -> bool {
        let continues = self.merge(piece, context.input);
        if let Some(watcher) = context.watcher
            && self.throttle.is_due()
        {
            watcher(&context.progress(self.tally.rows(), self.tally.invalid_rows()));
        }
        continues && !context.cancel.is_cancelled()
    }

    /// Keeps the marks of a piece, as long as all pieces have some and they are within the limit.
    fn add_marks(&mut self, marks: Option<Marks>) {
        let outcome = &mut self.outcome;
        let Some(known) = &mut outcome.marks else { return };
        match marks {
            Some(marks) if outcome.marks_bytes + marks.memory_bytes() <= self.max_marks_bytes => {
                outcome.marks_bytes += marks.memory_bytes();
                known.push(marks);
            }
            _ => (outcome.marks, outcome.marks_bytes) = (None, 0),
        }
    }

    /// Keeps the identity of a piece for the cache, as long as all pieces with records have one.
    fn add_piece(&mut self, piece: &Piece) {
        let has_lines = piece.state.rows() > 0 || piece.state.lines() > 0;
        match (&mut self.outcome.pieces, &piece.known) {
            (Some(pieces), Some(known)) if piece.failure.is_none() => pieces.push(known.clone()),
            (Some(_), None) if !has_lines && piece.failure.is_none() => {}
            (pieces, _) => *pieces = None,
        }
    }

    fn merge(&mut self, piece: Piece, input: &str) -> bool {
        let (rows, lines) = (self.tally.input_rows(), self.tally.input_lines());
        self.outcome.bytes = self.outcome.bytes.max(piece.end_offset);
        self.outcome.proved += piece.proved;
        self.outcome.cached += if piece.is_cached { piece.state.rows() } else { 0 };
        self.outcome.digests.extend(&piece.digests);
        self.add_piece(&piece);
        self.add_marks(piece.marks);
        add_audit(&mut self.outcome.audit, piece.audit);
        let input_number = self.tally.input();
        let mut written = Ok(());
        let part = PartRows {
            input: input_number,
            input_name: input,
            first_row: rows,
            lines,
            rows: piece.state.rows(),
            invalid_rows: piece.state.invalid_rows(),
            end_bytes: piece.end_offset,
        };
        if let (Some(output), Some(records), None) = (&mut self.outputs.rows, piece.rows, &piece.failure) {
            written = output.append(records, piece.findings.as_ref(), self.plan, input_number, rows);
        }
        if let (Some(output), Some(findings), Ok(())) = (&mut self.outputs.errors, &piece.findings, &written)
        {
            written = output.write_piece(findings, self.plan, input_number, rows, lines);
        }
        if let Err(error) = written {
            self.outcome.fatal = Some(error);
            return false;
        }
        if let Err(source) = self.tally.merge(piece.state) {
            self.outcome.fatal = Some(Error::new(ErrorKind::Keys { source }));
            return false;
        }
        if let Some(parts) = &mut self.outputs.parts {
            parts.send_rows(part, piece.findings.as_ref(), self.plan);
        }
        let Some(failure) = piece.failure else { return true };
        let (row, line) = piece.failure_row.unwrap_or_default();
        self.outcome.error = Some(RunError {
            code: failure.code.to_owned(),
            message: failure.message,
            input: Some(input.to_owned()),
            row_index: Some(rows + row),
            line: line.map(|line| lines + line),
            byte_offset: Some(failure.byte_offset),
        });
        false
    }
}

/// The maximum number of wrong statistics that the report lists.
pub(super) const MAX_AUDIT_SAMPLES: usize = 100;

/// Adds the audit result of a later part.
pub(super) fn add_audit(audit: &mut StatisticsAudit, later: StatisticsAudit) {
    audit.compared += later.compared;
    audit.wrong += later.wrong;
    let room = MAX_AUDIT_SAMPLES.saturating_sub(audit.samples.len());
    audit.samples.extend(later.samples.into_iter().take(room));
}

impl ProgressContext<'_> {
    pub(super) fn progress(&self, rows: u64, invalid_rows: u64) -> Progress {
        Progress {
            input: self.input.to_owned(),
            // Some bytes may have been read twice.
            bytes: self.read_bytes.load(Ordering::Relaxed).min(self.total_bytes.unwrap_or(u64::MAX)),
            total_bytes: self.total_bytes,
            rows,
            invalid_rows,
            elapsed: self.started.elapsed(),
        }
    }
}
