//! The prints of all chunks.

use std::ops::Range;
use std::path::PathBuf;

use super::ascent::Ascent;
use super::buffer::{KEPT, PrintBuffer, Signal};
use super::filter::{Filter, Gatherer};
use super::hash::Printing;
use super::owed::Owed;
use super::recall::Recall;
use super::settle::{Means, settle};
use super::store::{Run, Store};
use super::stretches::{Stretch, Stretches};
use super::suspects::Suspects;
use crate::key::error::{Error, ErrorKind};
use crate::key::{KeyOptions, KeySummary};

/// The least memory of a set in bytes.
const MIN_MEMORY: usize = 256 << 10;
/// Prints of small buffers that are put together to one run.
const PENDING: usize = 32 << 10;

/// So many buffers of less than so many keys each, on the average, have runs of their own for the sake of granules.
const MOST_SMALL: u64 = 256;
const SMALL: u64 = 256;

/// A set of prints, appended chunk by chunk in file order.
///
/// Finds every key that is there twice, and few others: see [`super`].
///
/// **Cost**: 8 bytes of memory for each key (9 where granules are told, as long as there is room), within [`KeyOptions::memory_bytes`], and what is above that in a temporary file; none
/// for keys that ascend. Appending a sealed buffer costs nothing.
#[derive(Debug)]
pub struct PrintSet {
    memory_bytes: usize,
    signal: Signal,
    ascent: Ascent,
    /// Rows whose prints were not kept since they ascended: owed when that ends.
    bare: Owed,
    /// Rows that ascended too, but whose prints are among the pending.
    stashed: Owed,
    owed: Owed,
    pending: Vec<u64>,
    pending_limit: usize,
    store: Store,
    /// The stretch of rows that each run has the prints of; `None` where nobody asked for some of them or some runs have others.
    stretches: Option<Vec<Stretch>>,
    tells_stretches: bool,
    /// What a run before found in some of them.
    recalled: Option<Stretches>,
    keys: u64,
    is_complete: bool,
}

/// What came of the prints.
#[derive(Debug)]
#[non_exhaustive]
pub struct Settled {
    /// The keys that may be repeats; `None`: every key is different.
    pub filter: Option<Filter>,
    /// The numbers. `distinct` and `repeats` are right when there is no filter; otherwise nothing is known of them yet and all
    /// keys are counted as different.
    pub summary: KeySummary,
    /// Which stretches of rows have which of the keys that may be repeats, where that was asked for, and all prints came with the buffers and
    /// stayed in memory; none have, where all keys ascend.
    pub stretches: Option<Stretches>,
    /// Which rows may have one, where all prints came with buffers that told of their granules ([`PrintBuffer::tell_granules`]) and stayed in
    /// memory; none have, where all keys are different.
    pub suspects: Option<Suspects>,
}

impl PrintSet {
    /// A set without keys.
    pub fn new(options: KeyOptions) -> Self {
        let memory_bytes = options.memory_bytes.max(MIN_MEMORY);
        let printing = options.print_seeds.map_or_else(Printing::new, Printing::with_seeds);
        let signal = Signal::new(printing, KEPT);
        let pending = PENDING.min(memory_bytes / 32);
        let set = Self::with_parts(memory_bytes, options.spill_dir, signal, pending);
        if options.tells_stretches { set.telling_stretches() } else { set }
    }

    /// Keeps the prints of each buffer apart, for [`Settled::stretches`].
    pub(super) fn telling_stretches(mut self) -> Self {
        self.tells_stretches = true;
        self
    }

    pub(super) fn with_parts(
        memory_bytes: usize,
        folder: Option<PathBuf>,
        signal: Signal,
        pending_limit: usize,
    ) -> Self {
        Self {
            memory_bytes,
            signal,
            ascent: Ascent::default(),
            bare: Owed::default(),
            stashed: Owed::default(),
            owed: Owed::default(),
            pending: Vec::new(),
            pending_limit,
            // A quarter is for prints that are pending, and for the tables in the end.
            store: Store::new(folder, memory_bytes / 4 * 3),
            stretches: Some(Vec::new()),
            tells_stretches: false,
            recalled: None,
            keys: 0,
            is_complete: true,
        }
    }

    /// What buffers for this set are made with.
    pub fn signal(&self) -> Signal {
        self.signal.clone()
    }

    /// Adds the keys of the next chunk, which are those of the given rows of `input`.
    ///
    /// **Errors**: when the temporary file cannot be made or written. The set is of no use afterwards.
    pub fn append(&mut self, buffer: PrintBuffer, input: u32, rows: Range<u64>) -> Result<(), Error> {
        self.keys += buffer.keys;
        if buffer.is_empty() {
            return Ok(());
        }
        if self.ascent.holds() {
            self.ascent.append(&buffer.ascent);
            if self.ascent.holds() {
                self.pass_over(&buffer, input, rows);
                return Ok(());
            }
            self.signal.break_order();
            self.owed = std::mem::take(&mut self.bare);
            self.stashed = Owed::default();
        }
        if buffer.has_prints() {
            self.keep(buffer, Some((input, rows.start)))
        } else {
            // It was begun before the break was known.
            self.owed.add(input, rows);
            Ok(())
        }
    }

    /// Passes over keys that are proven different; the prints of the first few stay at hand.
    fn pass_over(&mut self, buffer: &PrintBuffer, input: u32, rows: Range<u64>) {
        self.stretches = None;
        let is_bare = !self.bare.is_empty();
        let fits = self.pending.len() + buffer.prints.len() <= self.pending_limit;
        if !is_bare && fits && buffer.run.is_none() && buffer.has_prints() {
            self.pending.extend_from_slice(&buffer.prints);
            self.stashed.add(input, rows);
            return;
        }
        self.pending = Vec::new();
        self.bare.append(std::mem::take(&mut self.stashed));
        self.bare.add(input, rows);
    }

    fn keep(&mut self, buffer: PrintBuffer, stretch: Option<Stretch>) -> Result<(), Error> {
        let is_complete = std::mem::replace(&mut self.is_complete, false);
        let mut buffer = buffer;
        let is_wanted = self.tells_stretches || (buffer.counts_rows() && !self.is_crumbled());
        let is_apart = is_wanted && stretch.is_some() && (buffer.run.is_none() || buffer.prints.is_empty());
        self.stretches = self.stretches.take().filter(|_| is_apart);
        if let (Some(stretches), Some(stretch)) = (&mut self.stretches, stretch) {
            stretches.push(stretch);
            buffer.make_run();
        }
        if let Some(run) = buffer.run {
            self.store.push(run)?;
        }
        for prints in buffer.prints.chunks(self.pending_limit.max(1)) {
            if self.pending.len() + prints.len() > self.pending_limit {
                self.flush()?;
            }
            self.pending.extend_from_slice(prints);
        }
        self.is_complete = is_complete;
        Ok(())
    }

    /// Whether the buffers are so many and so small that runs of their own would take more than their prints.
    fn is_crumbled(&self) -> bool {
        let runs = self.stretches.as_ref().map_or(0, Vec::len) as u64;
        runs >= MOST_SMALL && self.keys / runs < SMALL
    }

    /// Makes a run of the prints of small buffers.
    fn flush(&mut self) -> Result<(), Error> {
        if !self.pending.is_empty() {
            self.store.push(Run::new(&self.pending, None))?;
            self.pending.clear();
        }
        Ok(())
    }

    /// The rows whose prints must be supplied before the set can be settled. Known when all rows were appended.
    pub fn owed(&self) -> &Owed {
        &self.owed
    }

    /// Supplies owed prints: those of the given rows, in any order, in a buffer of [`PrintBuffer::of_prints`]. A buffer without
    /// owed rows is passed over.
    ///
    /// **Errors**: as [`PrintSet::append`].
    pub fn supply(&mut self, buffer: PrintBuffer, input: u32, rows: &Range<u64>) -> Result<(), Error> {
        // More than was owed does no harm.
        if self.owed.settle(input, rows) { self.keep(buffer, None) } else { Ok(()) }
    }

    /// Says what [`Settled::stretches`] of a run before were, for stretches that have the same keys in both. All are of one run, and none of its
    /// stretches is there twice. Settling is faster for it, where most stretches are known.
    pub(crate) fn recall(&mut self, known: Stretches) {
        self.recalled = Some(known);
    }

    /// Finds the prints that are there more than once, on so many threads.
    ///
    /// **Errors**: when the temporary file cannot be made, written or read back, rows are owed, or an earlier call has failed.
    pub fn settle(mut self, threads: usize) -> Result<Settled, Error> {
        if !self.is_complete || !self.owed.is_empty() {
            return Err(Error::new(ErrorKind::Incomplete));
        }
        let mut summary = KeySummary { keys: self.keys, distinct: self.keys, ..KeySummary::default() };
        if self.ascent.holds() {
            let (stretches, suspects) = (Some(Stretches::default()), Some(Suspects::default()));
            return Ok(Settled { filter: None, summary, stretches, suspects });
        }
        // What is pending belongs to no stretch.
        self.stretches = self.stretches.filter(|_| self.pending.is_empty());
        self.flush()?;
        self.pending = Vec::new();
        let gatherer = Gatherer::new(self.signal.printing, self.memory_bytes / 8);
        let means = Means::new(&self.store, threads, self.memory_bytes / 8);
        summary.spilled_bytes = self.store.written_bytes;
        let settling = self.store.held() + means.table_bytes() + self.memory_bytes / 8;
        let peak = self.store.peak_bytes.max(settling);
        summary.peak_memory_bytes = peak as u64;
        if let Some((filter, stretches)) = self.settle_recalled(threads) {
            return Ok(Settled { filter, summary, stretches: Some(stretches), suspects: None });
        }
        let filter = settle(&self.store, means, gatherer)?.finish();
        let stretches = self.stretches.as_ref().filter(|_| self.tells_stretches);
        let Some(filter) = filter else {
            let (stretches, suspects) = (stretches.map(|_| Stretches::default()), Some(Suspects::default()));
            return Ok(Settled { filter: None, summary, stretches, suspects });
        };
        let stretches = stretches.zip(self.store.all_runs()).and_then(|(stretches, runs)| {
            Stretches::find(stretches, runs, &filter, threads, self.memory_bytes / 8)
        });
        let runs = self.stretches.as_ref().zip(self.store.all_runs());
        let suspects = runs.and_then(|(stretches, runs)| Suspects::find(stretches, runs, &filter, threads));
        Ok(Settled { filter: Some(filter), summary, stretches, suspects })
    }

    /// Finds them where most are known from a run before.
    pub(super) fn settle_recalled(&self, threads: usize) -> Option<(Option<Filter>, Stretches)> {
        let recall = Recall {
            known: self.recalled.as_ref()?,
            stretches: self.stretches.as_ref()?,
            runs: self.store.all_runs()?,
            threads,
            memory_bytes: self.memory_bytes / 16,
        };
        recall.settle(Gatherer::new(self.signal.printing, self.memory_bytes / 8))
    }

    /// Lets so many operations on the temporary file succeed and the next one fail.
    #[cfg(test)]
    pub(super) fn set_fault(&mut self, operations: u64) {
        *self.store.fault.lock().unwrap() = Some(operations);
    }

    /// The temporary file, for spoiling it.
    #[cfg(test)]
    pub(super) fn file(&mut self) -> &mut std::fs::File {
        self.store.file()
    }
}
