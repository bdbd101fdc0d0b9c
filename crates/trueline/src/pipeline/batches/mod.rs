//! Validates record batches: distributes parts of an input to threads, and pieces to the merger.
//!
//! Parts are read at their offsets by the thread that claims them. In the pass for duplicate keys, the columns of keys are read
//! first, and the others only if the part contains one of the keys.

#[cfg_attr(
    not(all(feature = "parquet", feature = "arrow-ipc")),
    allow(
        dead_code,
        unused_imports,
        clippy::large_enum_variant,
        clippy::unnecessary_wraps,
        reason = "one format alone has not all that both have"
    )
)]
mod input;
#[cfg(feature = "parquet")]
mod trust;
#[cfg_attr(
    not(feature = "arrow-ipc"),
    allow(
        clippy::match_wildcard_for_single_variants,
        reason = "it is the one of several when both are there"
    )
)]
mod worker;

use arrow_schema::Schema as ArrowSchema;

pub(super) use input::BatchInput;

use self::input::PartQueue;
use self::worker::Worker;
use super::job::Job;
use super::merge::{Merger, Piece, Reply};
use super::text::catch_panic;
use crate::columns::Columns;
use crate::thread::run_on_threads;

/// Validates all batches.
pub(super) fn run(input: &BatchInput, columns: &Columns, job: &Job<'_>, merger: &Merger<'_>, threads: usize) {
    let parts = match PartQueue::new(input, columns, job) {
        Ok(parts) => parts,
        Err(failure) => {
            merger.deliver(Piece::failed(job, failure));
            return;
        }
    };
    run_on_threads(parts.count().map_or(threads, |parts| threads.min(parts)), || {
        if !catch_panic(merger, || work(&parts, input.schema(), columns, job, merger)) {
            parts.stop();
        }
    });
}

/// The loop of one thread: claim, validate, deliver, until there are no more parts.
fn work(parts: &PartQueue<'_>, schema: &ArrowSchema, columns: &Columns, job: &Job<'_>, merger: &Merger<'_>) {
    let mut worker = Worker::new(job, columns, schema);
    while let Some(claim) = parts.claim() {
        if !merger.wait_for_window(claim.sequence)
            || merger.deliver(worker.run(parts, claim)) != Reply::Continue
        {
            parts.stop();
            break;
        }
    }
}
