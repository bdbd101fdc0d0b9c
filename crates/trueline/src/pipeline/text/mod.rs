//! Validates text: distributes spans of records to workers, and pieces to the merger. Formats differ only in their [`Records`].

mod block;
mod input;
mod marks;
mod reread;
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
use crate::cache::{Cache, PendingEntries, RereadPiece};
use crate::thread::run_on_threads;

/// The bytes of a text input, cut at record boundaries.
pub(super) enum Spans {
    /// For a single thread.
    Sequence(Sequence),
    /// For several threads.
    Chunks(Chunks),
    /// The pieces of an input that is read again, from their known locations.
    Pieces(RereadPieces),
    /// The rows of an input that are read again, from the marks before them.
    Rows(RereadRows),
}

/// The pieces of an input that is read again.
pub(super) struct RereadPieces {
    pub(super) at: Arc<dyn ReadAt>,
    pub(super) pieces: Vec<RereadPiece>,
    pub(super) cache: Cache,
    pub(super) pending_entries: PendingEntries,
}

/// The chunks of an input, and the rows in them to read again.
pub(super) struct RereadRows {
    pub(super) at: Arc<dyn ReadAt>,
    pub(super) chunks: Vec<MarkedChunk>,
}

/// A chunk, and the rows in it to read again.
pub(super) struct MarkedChunk {
    pub(super) marks: Marks,
    /// The ranges of rows to read, in the order of their starts.
    pub(super) rows: Vec<Range<u64>>,
}

/// Validates all records; `records` makes the [`Records`] of a thread.
pub(super) fn run<R: Records>(
    spans: Spans,
    job: &Job<'_>,
    records: impl Fn() -> R + Sync,
    merger: &Merger<'_>,
    threads: usize,
) {
    match spans {
        Spans::Sequence(mut sequence) => {
            catch_panic(merger, || run_sequence(&mut sequence, Worker::new(job, records()), merger));
        }
        Spans::Chunks(chunks) => run_on_threads(threads, || {
            if !catch_panic(merger, || run_chunks(&chunks, Worker::new(job, records()), merger)) {
                chunks.stop();
            }
        }),
        Spans::Pieces(reread) => reread_all(job, records, merger, threads, |worker, number, buffer| {
            worker.reread_piece(&reread, number, buffer)
        }),
        Spans::Rows(reread) => reread_all(job, records, merger, threads, |worker, number, buffer| {
            worker.reread_rows(&reread, number, buffer)
        }),
    }
}

/// Reads all pieces or chunks of an input again; `take` reads the one with a given number.
fn reread_all<R: Records>(
    job: &Job<'_>,
    records: impl Fn() -> R + Sync,
    merger: &Merger<'_>,
    threads: usize,
    take: impl Fn(&mut Worker<'_, R>, usize, &mut Vec<u8>) -> Option<Piece> + Sync,
) {
    let next = AtomicUsize::new(0);
    run_on_threads(threads, || {
        catch_panic(merger, || run_numbered(&next, &take, Worker::new(job, records()), merger));
    });
}

/// The loop of a single thread: read the next chunk, validate, deliver, until there are no more.
fn run_sequence(sequence: &mut Sequence, mut worker: Worker<'_, impl Records>, merger: &Merger<'_>) {
    let mut spent = Spent::default();
    while let Some(span) = sequence.next(std::mem::take(&mut spent)) {
        let lookup = worker.look_up(span.sequence, span.is_last, &span.digests);
        let (piece, rest) = worker.process(span, lookup);
        spent = rest;
        if merger.deliver(piece) != Reply::Continue {
            break;
        }
    }
}

/// Runs some work. If it panics, the run ends with an error; returns whether it did not panic.
pub(super) fn catch_panic(merger: &Merger<'_>, work: impl FnOnce()) -> bool {
    let Err(panic) = catch_unwind(AssertUnwindSafe(work)) else { return true };
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let message = text.or_else(|| panic.downcast_ref::<String>().cloned());
    merger.panicked(message.unwrap_or_else(|| "a worker panicked".to_owned()));
    false
}

/// The loop of one of several threads: claim, resolve, validate, deliver, until there are no more chunks.
fn run_chunks(chunks: &Chunks, mut worker: Worker<'_, impl Records>, merger: &Merger<'_>) {
    let mut buffer = Vec::new();
    while let Some(mut claim) = chunks.claim(std::mem::take(&mut buffer)) {
        if !merger.wait_for_window(claim.sequence()) {
            // The claimed chunk is not processed; other threads may be waiting for it.
            chunks.stop();
            break;
        }
        let lookup = worker.look_up(claim.sequence(), claim.is_last(), claim.digests().unwrap_or_default());
        let cut = lookup.as_ref().and_then(|lookup| Some(lookup.found.as_ref()?.cut));
        if cut.is_none() {
            chunks.survey(&mut claim);
        }
        // A claim without a span does not end the loop: other chunks may have one.
        let Some(span) = chunks.resolve(claim, cut.as_ref()) else { continue };
        let guess = Guess::of(&span);
        let (piece, spent) = worker.process(span, lookup);
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

/// The loop of one of several threads that process pieces by number, until there are no more.
fn run_numbered<R>(
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
