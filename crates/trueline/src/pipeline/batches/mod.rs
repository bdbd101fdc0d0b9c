//! The road of record batches: parts of an input to threads, pieces to the merger.
//!
//! Parts are read at their places by the thread that claims them. Where keys are looked for again, their columns are read first,
//! and the others only where one of the keys is.

mod input;
#[cfg(feature = "parquet")]
mod trust;
mod worker;

use arrow_schema::Schema as ArrowSchema;

pub(super) use input::BatchInput;

use self::input::Parts;
use self::worker::Worker;
use super::job::Job;
use super::merge::{Merger, Piece};
use super::text::guard;
use crate::columns::Columns;

/// Validates all batches.
pub(super) fn run(input: &BatchInput, columns: &Columns, job: &Job<'_>, merger: &Merger<'_>, threads: usize) {
    let parts = match Parts::new(input, columns, job) {
        Ok(parts) => parts,
        Err(failure) => {
            merger.deliver(Piece::failed(job, failure));
            return;
        }
    };
    let work = || {
        if !guard(merger, || work(&parts, input.schema(), columns, job, merger)) {
            parts.stop();
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..parts.count().map_or(threads, |parts| threads.min(parts)) {
            scope.spawn(work);
        }
        work();
    });
}

/// One thread: claim, validate, deliver, until there is no more.
fn work(parts: &Parts<'_>, schema: &ArrowSchema, columns: &Columns, job: &Job<'_>, merger: &Merger<'_>) {
    let mut worker = Worker::new(job, columns, schema);
    while let Some(claim) = parts.claim() {
        if !merger.admits(claim.sequence) || !merger.deliver(worker.run(parts, claim)) {
            parts.stop();
            break;
        }
    }
}
