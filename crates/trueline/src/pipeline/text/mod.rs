//! Validates text: distributes spans of records to workers, and pieces to the merger. Formats differ only in their [`Records`].

mod again;
mod block;
mod input;
mod marks;
mod worker;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use trueline_io::ReadAt;
use trueline_io::text::{Chunks, Sequence, Spent};

pub(super) use self::block::{Ranges, TextBlock};
pub(super) use self::marks::Marks;
use self::worker::Worker;
pub(super) use self::worker::{Bytes, Records};
use super::job::Job;
use super::merge::{Guess, Merger, Piece, Reply};
use crate::cache::{Cache, Notes, PieceAgain};

/// The bytes of a text input, cut at the borders of records.
pub(super) enum Spans {
    /// For one thread alone.
    Sequence(Sequence),
    /// For several.
    Chunks(Chunks),
    /// Those of an input that is read again, from their known locations.
    Again(Again),
    /// Some rows of an input that is read again.
    Marked(Marked),
}

/// The pieces of an input that is read again.
pub(super) struct Again {
    pub(super) at: Arc<dyn ReadAt>,
    pub(super) pieces: Vec<PieceAgain>,
    pub(super) cache: Cache,
    pub(super) notes: Notes,
}

/// The chunks of an input of which some rows are read again.
pub(super) struct Marked {
    pub(super) at: Arc<dyn ReadAt>,
    pub(super) chunks: Vec<MarkedChunk>,
}

/// A chunk, and what is wanted of it.
pub(super) struct MarkedChunk {
    pub(super) marks: Marks,
    /// The rows that are wanted, in the order of their starts.
    pub(super) rows: Vec<Range<u64>>,
}

/// Validates all records; `records` makes the tools of a thread.
pub(super) fn run<R: Records>(
    spans: Spans,
    job: &Job<'_>,
    records: impl Fn() -> R + Sync,
    merger: &Merger<'_>,
    threads: usize,
) {
    match spans {
        Spans::Sequence(mut sequence) => {
            guard(merger, || work_alone(&mut sequence, Worker::new(job, records()), merger));
        }
        Spans::Chunks(chunks) => together(threads, || {
            if !guard(merger, || work(&chunks, Worker::new(job, records()), merger)) {
                chunks.stop();
            }
        }),
        Spans::Again(again) => all_again(job, records, merger, threads, |worker, number, buffer| {
            worker.take_again(&again, number, buffer)
        }),
        Spans::Marked(marked) => all_again(job, records, merger, threads, |worker, number, buffer| {
            worker.take_marked(&marked, number, buffer)
        }),
    }
}

/// Looks at all pieces of an input again; `take` looks at one of them.
fn all_again<R: Records>(
    job: &Job<'_>,
    records: impl Fn() -> R + Sync,
    merger: &Merger<'_>,
    threads: usize,
    take: impl Fn(&mut Worker<'_, R>, usize, &mut Vec<u8>) -> Option<Piece> + Sync,
) {
    let next = AtomicUsize::new(0);
    together(threads, || {
        guard(merger, || work_again(&next, &take, Worker::new(job, records()), merger));
    });
}

/// Runs the same work on several threads.
fn together(threads: usize, work: impl Fn() + Sync) {
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(&work);
        }
        work();
    });
}

/// The loop of a single thread: read the next chunk, validate, deliver, until there are no more.
fn work_alone(sequence: &mut Sequence, mut worker: Worker<'_, impl Records>, merger: &Merger<'_>) {
    let mut spent = Spent::default();
    while let Some(span) = sequence.next(std::mem::take(&mut spent)) {
        let looked = worker.look(span.sequence, span.is_last, &span.digests);
        let (piece, rest) = worker.take(span, looked);
        spent = rest;
        if merger.deliver(piece) != Reply::Continue {
            break;
        }
    }
}

/// Runs some work; a panic in it ends the run. Returns whether there was none.
pub(super) fn guard(merger: &Merger<'_>, work: impl FnOnce()) -> bool {
    let Err(panic) = catch_unwind(AssertUnwindSafe(work)) else { return true };
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let message = text.or_else(|| panic.downcast_ref::<String>().cloned());
    merger.panicked(message.unwrap_or_else(|| "a worker panicked".to_owned()));
    false
}

/// The loop of one of several threads: claim, resolve, validate, deliver, until there are no more chunks.
fn work(chunks: &Chunks, mut worker: Worker<'_, impl Records>, merger: &Merger<'_>) {
    let mut buffer = Vec::new();
    while let Some(mut claim) = chunks.claim(std::mem::take(&mut buffer)) {
        if !merger.wait_for_window(claim.sequence()) {
            // The claim is given up, and others may wait for it.
            chunks.stop();
            break;
        }
        let looked = worker.look(claim.sequence(), claim.is_last(), claim.digests().unwrap_or_default());
        let cut = looked.as_ref().and_then(|looked| Some(looked.found.as_ref()?.cut));
        if cut.is_none() {
            chunks.survey(&mut claim);
        }
        // Where there is nothing to be had of it any more, there may be of others.
        let Some(span) = chunks.resolve(claim, cut.as_ref()) else { continue };
        let guess = Guess::of(&span);
        let (piece, spent) = worker.take(span, looked);
        buffer = spent.buffer;
        match merger.deliver(Piece { guess, ..piece }) {
            Reply::Continue => {}
            Reply::GoBack { sequence, byte_offset } => chunks.go_back(sequence, byte_offset),
            Reply::Stop => {
                chunks.stop();
                break;
            }
        }
    }
}

/// One thread of many over pieces that are known by their numbers.
fn work_again<R>(
    next: &AtomicUsize,
    take: impl Fn(&mut Worker<'_, R>, usize, &mut Vec<u8>) -> Option<Piece>,
    mut worker: Worker<'_, R>,
    merger: &Merger<'_>,
) {
    let mut buffer = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if !merger.wait_for_window(number as u64) {
            break;
        }
        let Some(piece) = take(&mut worker, number, &mut buffer) else { break };
        if merger.deliver(piece) != Reply::Continue {
            break;
        }
    }
}
