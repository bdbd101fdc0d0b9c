//! The road of text: spans of records to workers, pieces to the merger. Formats differ in their [`Records`] only.

mod block;
mod input;
mod worker;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use trueline_io::ReadAt;
use trueline_io::text::{Chunks, Sequence, Spent};

pub(super) use self::block::{Ranges, TextBlock};
use self::worker::Worker;
pub(super) use self::worker::{BLOCK_BYTES, Bytes, Records};
use super::job::Job;
use super::merge::Merger;
use crate::cache::{Cache, Notes, PieceAgain};

/// The bytes of a text input, cut at the borders of records.
pub(super) enum Spans {
    /// For one thread alone.
    Sequence(Sequence),
    /// For several.
    Chunks(Chunks),
    /// Those of an input that is read again, from where they are known to stand.
    Again(Again),
}

/// The pieces of an input that is read again.
pub(super) struct Again {
    pub(super) at: Arc<dyn ReadAt>,
    pub(super) pieces: Vec<PieceAgain>,
    pub(super) cache: Cache,
    pub(super) notes: Notes,
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
        Spans::Again(again) => {
            let next = AtomicUsize::new(0);
            together(threads, || {
                guard(merger, || work_again(&again, &next, Worker::new(job, records()), merger));
            });
        }
    }
}

/// Lets so many threads do the same.
fn together(threads: usize, work: impl Fn() + Sync) {
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(&work);
        }
        work();
    });
}

/// One thread alone: the next chunk, validate, deliver, until there is no more.
fn work_alone(sequence: &mut Sequence, mut worker: Worker<'_, impl Records>, merger: &Merger<'_>) {
    let mut spent = Spent::default();
    while let Some(span) = sequence.next(std::mem::take(&mut spent)) {
        let looked = worker.look(span.sequence, span.is_last, &span.digests);
        let (piece, rest) = worker.take(span, looked);
        spent = rest;
        if !merger.deliver(piece) {
            break;
        }
    }
}

/// Does some work; a panic in it ends the run. Whether there was none.
pub(super) fn guard(merger: &Merger<'_>, work: impl FnOnce()) -> bool {
    let Err(panic) = catch_unwind(AssertUnwindSafe(work)) else { return true };
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let message = text.or_else(|| panic.downcast_ref::<String>().cloned());
    merger.panicked(message.unwrap_or_else(|| "a worker panicked".to_owned()));
    false
}

/// One thread of many: claim, resolve, validate, deliver, until there is no more.
fn work(chunks: &Chunks, mut worker: Worker<'_, impl Records>, merger: &Merger<'_>) {
    let mut buffer = Vec::new();
    while let Some(mut claim) = chunks.claim(std::mem::take(&mut buffer)) {
        if !merger.admits(claim.sequence()) {
            // The claim is given up, and others may wait for it.
            chunks.stop();
            break;
        }
        let looked = worker.look(claim.sequence(), claim.is_last(), claim.digests().unwrap_or_default());
        let cut = looked.as_ref().and_then(|looked| Some(looked.found.as_ref()?.cut));
        if cut.is_none() {
            chunks.survey(&mut claim);
        }
        let Some(span) = chunks.resolve(claim, cut.as_ref()) else { break };
        let (piece, spent) = worker.take(span, looked);
        buffer = spent.buffer;
        if !merger.deliver(piece) {
            chunks.stop();
            break;
        }
    }
}

/// One thread of many over pieces that are known.
fn work_again(again: &Again, next: &AtomicUsize, mut worker: Worker<'_, impl Records>, merger: &Merger<'_>) {
    let mut buffer = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if !merger.admits(number as u64) {
            break;
        }
        let Some(piece) = worker.take_again(again, number, &mut buffer) else { break };
        if !merger.deliver(piece) {
            break;
        }
    }
}
