//! Merges pieces in file order, whatever the order in which workers deliver them.
//!
//! The worker that delivers the next piece merges it and all waiting pieces that follow it, while the others continue: merging
//! may have to wait for a disk. The window limits how many pieces can wait.
//!
//! If chunks are cut at a guess, a piece only counts if it begins where the records of the previous one ended: then all records
//! are the same as when reading from the start. Otherwise it is discarded with all later pieces, and the worker makes the input
//! be read again from there. Nothing of a piece is visible outside before it is merged.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use trueline_io::text::{Basis, Failure, Span};
use trueline_report::{RunError, StatisticsAudit};
use trueline_validate::{Findings, Plan, State, Tally};

#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
use super::job::Job;
use super::outlet::{ErrorsOutlet, PieceRows, RowOutlet};
use super::text::Marks;
use crate::cache::{Contents, KnownPiece};
use crate::error::{Error, ErrorKind};
use crate::part::{Parts, Told};
use crate::progress::{Cancel, Progress, Throttle, Watcher};

/// The result of one part of an input, ready to be merged in its turn.
pub(super) struct Piece {
    pub(super) sequence: u64,
    pub(super) state: State,
    /// The rows themselves, where they are written.
    pub(super) rows: Option<PieceRows>,
    /// Everything that is wrong with the rows, where it is written.
    pub(super) findings: Option<Findings>,
    /// The number of rows with every column proven from its bytes.
    pub(super) proved: u64,
    /// The result of comparing statistics with values.
    pub(super) audit: StatisticsAudit,
    /// Decompressed bytes of the input up to the end of the part.
    pub(super) end_offset: u64,
    pub(super) failure: Option<Failure>,
    /// The record of the failure, counted from the first of the part, and its line, if there are lines.
    pub(super) failure_row: Option<(u64, Option<u64>)>,
    /// Whether it comes from an earlier run.
    pub(super) is_cached: bool,
    /// The digests of its blocks, where they are made.
    pub(super) digests: Vec<[u8; 32]>,
    /// The location of its records, if a cache can know them.
    pub(super) known: Option<KnownPiece>,
    /// The location of its rows, if recorded.
    pub(super) marks: Option<Marks>,
    /// What it depends on, where chunks are cut at a guess.
    pub(super) guess: Option<Guess>,
}

/// What a piece depends on if its chunk was cut at a guess, or follows such a chunk.
#[derive(Clone, Copy)]
pub(super) struct Guess {
    /// Where its records begin, if those of the piece before end there.
    byte_offset: u64,
    /// Whether it means nothing, even then.
    is_doubtful: bool,
}

/// The reply to a worker that delivers a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    GoOn,
    Stop,
    /// Go back to where chunk `sequence` begins: a guess was wrong.
    GoBack {
        sequence: u64,
        byte_offset: u64,
    },
}

impl Piece {
    /// The result of a part that ends there.
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
    desk: Mutex<Desk<'a>>,
    merged: Condvar,
    /// How many chunks may be under way beyond the next one to be merged.
    window: u64,
    watch: Watch<'a>,
}

/// The pieces whose turn has not come.
struct Queue {
    next: u64,
    /// Where the records of the pieces before end.
    end_offset: u64,
    /// Whether a guess was wrong: what rests on others means nothing any more.
    has_gone_back: bool,
    waiting: BTreeMap<u64, Piece>,
    /// Whether somebody is at the desk.
    is_merging: bool,
    is_stopped: bool,
}

/// Where pieces are merged, by one thread at a time.
pub(super) struct Desk<'a> {
    tally: &'a mut Tally,
    plan: &'a Plan,
    written: Written<'a>,
    outcome: InputOutcome,
    /// Bytes of marks that are kept of the input.
    most_marks: usize,
    throttle: Throttle,
}

/// Where the rows of an input and what is wrong with them go, in this pass.
pub(super) struct Written<'a> {
    pub(super) rows: Option<&'a mut RowOutlet>,
    pub(super) errors: Option<&'a mut ErrorsOutlet>,
    pub(super) parts: Option<&'a mut Parts>,
}

/// How one input ended.
#[derive(Default)]
pub(super) struct InputOutcome {
    /// The number of decompressed bytes validated.
    pub(super) bytes: u64,
    /// Rows proven from their bytes.
    pub(super) proved: u64,
    /// Rows about which all was known from runs before.
    pub(super) cached: u64,
    /// The blocks it has, where they were hashed.
    pub(super) contents: Contents,
    /// Its pieces, where a cache can know all of them.
    pub(super) pieces: Option<Vec<KnownPiece>>,
    /// The location of the rows of all chunks, if recorded and not too large.
    pub(super) marks: Option<Vec<Marks>>,
    /// What these take; 0 where they are not kept.
    pub(super) marks_bytes: usize,
    /// The result of comparing statistics with values.
    pub(super) audit: StatisticsAudit,
    /// What made it unreadable.
    pub(super) error: Option<RunError>,
    /// What kept the run from being finished at all.
    pub(super) fatal: Option<Error>,
    pub(super) panicked: Option<String>,
}

impl InputOutcome {
    /// Whether the input was read to its end.
    pub(super) fn is_whole(&self) -> bool {
        self.error.is_none() && self.fatal.is_none() && self.panicked.is_none()
    }
}

/// The callback for progress and what it needs.
#[derive(Clone, Copy)]
pub(super) struct Watch<'a> {
    pub(super) watcher: Option<&'a Watcher>,
    pub(super) cancel: &'a Cancel,
    pub(super) input: &'a str,
    pub(super) taken_bytes: &'a AtomicU64,
    pub(super) total_bytes: Option<u64>,
    pub(super) started: Instant,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Merger<'a> {
    pub(super) fn new(desk: Desk<'a>, threads: usize, watch: Watch<'a>) -> Self {
        let queue = Queue {
            next: 0,
            end_offset: desk.outcome.bytes,
            has_gone_back: false,
            waiting: BTreeMap::new(),
            is_merging: false,
            is_stopped: false,
        };
        Self {
            queue: Mutex::new(queue),
            desk: Mutex::new(desk),
            merged: Condvar::new(),
            window: 2 * threads as u64 + 2,
            watch,
        }
    }

    /// Waits until chunk `sequence` is near enough to be worked on; whether the run goes on at all.
    pub(super) fn admits(&self, sequence: u64) -> bool {
        let mut queue = lock(&self.queue);
        while !queue.is_stopped && sequence >= queue.next + self.window {
            queue = self.merged.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        !queue.is_stopped
    }

    /// Takes a piece; how the run goes on.
    pub(super) fn deliver(&self, piece: Piece) -> Reply {
        let mut queue = lock(&self.queue);
        if piece.guess.is_none() || !queue.has_gone_back {
            queue.waiting.insert(piece.sequence, piece);
        }
        let goes_on = |queue: &Queue| if queue.is_stopped { Reply::Stop } else { Reply::GoOn };
        if queue.is_merging {
            return goes_on(&queue);
        }
        queue.is_merging = true;
        while let Some(piece) = queue.take_next() {
            if piece.guess.is_some_and(|guess| !guess.holds(queue.end_offset)) {
                queue.is_merging = false;
                return queue.go_back(&piece);
            }
            queue.end_offset = piece.end_offset;
            drop(queue);
            let goes_on = lock(&self.desk).take(piece, &self.watch);
            queue = lock(&self.queue);
            queue.is_stopped |= !goes_on;
            self.merged.notify_all();
        }
        queue.is_merging = false;
        goes_on(&queue)
    }

    /// Ends the run because a worker died.
    pub(super) fn panicked(&self, message: String) {
        lock(&self.queue).is_stopped = true;
        lock(&self.desk).outcome.panicked.get_or_insert(message);
        self.merged.notify_all();
    }

    pub(super) fn into_outcome(self) -> InputOutcome {
        self.desk.into_inner().unwrap_or_else(PoisonError::into_inner).outcome
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

    /// Forgets all pieces from this one on.
    fn go_back(&mut self, piece: &Piece) -> Reply {
        self.next = piece.sequence;
        self.has_gone_back = true;
        self.waiting.clear();
        Reply::GoBack { sequence: self.next, byte_offset: self.end_offset }
    }
}

impl Guess {
    /// That of a span, if it rests on one.
    pub(super) fn of(span: &Span) -> Option<Self> {
        let is_doubtful = span.basis == Basis::Doubt;
        (span.basis != Basis::Known).then_some(Self { byte_offset: span.byte_offset, is_doubtful })
    }

    /// Whether it was right, given where the records before end.
    fn holds(self, end_offset: u64) -> bool {
        self.byte_offset == end_offset && !self.is_doubtful
    }
}

impl<'a> Desk<'a> {
    /// For an input whose records begin at this offset.
    pub(super) fn new(tally: &'a mut Tally, plan: &'a Plan, written: Written<'a>, start_bytes: u64) -> Self {
        let (pieces, marks) = (Some(Vec::new()), Some(Vec::new()));
        let outcome = InputOutcome { bytes: start_bytes, pieces, marks, ..InputOutcome::default() };
        Self { tally, plan, written, outcome, most_marks: 0, throttle: Throttle::new() }
    }

    /// Limits the memory of marks, in bytes.
    pub(super) fn most_marks(self, bytes: usize) -> Self {
        Self { most_marks: bytes, ..self }
    }

    /// Merges a piece and reports progress; returns whether the run continues.
    fn take(&mut self, piece: Piece, watch: &Watch<'_>) -> bool {
        let goes_on = self.merge(piece, watch.input);
        if let Some(watcher) = watch.watcher
            && self.throttle.is_due()
        {
            watcher(&watch.progress(self.tally.rows(), self.tally.invalid_rows()));
        }
        goes_on && !watch.cancel.is_cancelled()
    }

    /// Records the location of the rows of a piece, as long as it is known for all pieces.
    fn note_marks(&mut self, marks: Option<Marks>) {
        let outcome = &mut self.outcome;
        let Some(known) = &mut outcome.marks else { return };
        match marks {
            Some(marks) if outcome.marks_bytes + marks.memory_bytes() <= self.most_marks => {
                outcome.marks_bytes += marks.memory_bytes();
                known.push(marks);
            }
            _ => (outcome.marks, outcome.marks_bytes) = (None, 0),
        }
    }

    /// Records the location of the records of a piece, as long as all pieces with records are known.
    fn note(&mut self, piece: &Piece) {
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
        self.outcome.contents.extend(&piece.digests);
        self.note(&piece);
        self.note_marks(piece.marks);
        add(&mut self.outcome.audit, piece.audit);
        let input_number = self.tally.input();
        let mut written = Ok(());
        let part = Told {
            input: input_number,
            input_name: input,
            first_row: rows,
            lines,
            rows: piece.state.rows(),
            invalid_rows: piece.state.invalid_rows(),
            end_bytes: piece.end_offset,
        };
        if let (Some(outlet), Some(records), None) = (&mut self.written.rows, piece.rows, &piece.failure) {
            written = outlet.append(records, piece.findings.as_ref(), self.plan, input_number, rows);
        }
        if let (Some(outlet), Some(findings), Ok(())) = (&mut self.written.errors, &piece.findings, &written)
        {
            written = outlet.write_piece(findings, self.plan, input_number, rows, lines);
        }
        if let Err(error) = written {
            self.outcome.fatal = Some(error);
            return false;
        }
        if let Err(source) = self.tally.merge(piece.state) {
            self.outcome.fatal = Some(Error::new(ErrorKind::Keys { source }));
            return false;
        }
        if let Some(parts) = &mut self.written.parts {
            parts.tell(part, piece.findings.as_ref(), self.plan);
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

/// How many wrong statistics are kept.
pub(super) const WRONG_SAMPLES: usize = 100;

/// Adds later results.
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
            // Some may have been read twice.
            bytes: self.taken_bytes.load(Ordering::Relaxed).min(self.total_bytes.unwrap_or(u64::MAX)),
            total_bytes: self.total_bytes,
            rows,
            invalid_rows,
            elapsed: self.started.elapsed(),
        }
    }
}
