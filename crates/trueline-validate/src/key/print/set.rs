//! The fingerprints of all chunks.

use std::ops::Range;
use std::path::PathBuf;

use super::ascent::Ascent;
use super::buffer::{MAX_KEPT, PrintBuffer, Signal};
use super::filter::{Filter, FilterBuilder};
use super::hash::Fingerprinter;
use super::owed::Owed;
use super::recall::Recall;
use super::settle::{SettleOptions, settle};
use super::store::{Run, Store};
use super::stretches::{Stretch, Stretches};
use super::suspects::Suspects;
use crate::key::error::{Error, ErrorKind};
use crate::key::{KeyOptions, KeySummary};

/// The minimum memory of a set, in bytes.
const MIN_MEMORY: usize = 256 << 10;
/// The number of fingerprints of small buffers that are combined into one run.
const MAX_PENDING: usize = 32 << 10;

/// The maximum number of separate runs for granules if buffers have fewer than `SMALL_RUN_KEYS` keys on average.
const MAX_SMALL_RUNS: u64 = 256;
const SMALL_RUN_KEYS: u64 = 256;

/// A set of fingerprints, appended chunk by chunk in file order.
///
/// Finds every key that occurs twice, and few others: see [`super`].
///
/// **Cost**: 8 bytes of memory per key (9 with granules, as long as there is room), within [`KeyOptions::memory_bytes`], and a
/// temporary file beyond that; none for keys that ascend. Appending a sealed buffer costs nothing.
#[derive(Debug)]
pub struct PrintSet {
    memory_bytes: usize,
    signal: Signal,
    ascent: Ascent,
    /// Rows whose fingerprints were dropped because all keys ascended. They are owed as soon as a key does not ascend.
    dropped_rows: Owed,
    /// Rows whose keys ascended too, but whose fingerprints were kept, in `pending`.
    pending_rows: Owed,
    owed: Owed,
    /// Fingerprints of small buffers, to be combined into one run.
    pending: Vec<u64>,
    pending_limit: usize,
    store: Store,
    /// The stretch of rows of each run; `None` if it is not wanted for all of them, or some fingerprints are in other runs.
    stretches: Option<Vec<Stretch>>,
    tells_stretches: bool,
    /// The results of an earlier run for some of them.
    recalled: Option<Stretches>,
    keys: u64,
    is_complete: bool,
}

/// The result of settling.
#[derive(Debug)]
#[non_exhaustive]
pub struct Settled {
    /// The keys that may be repeats; `None` if every key is distinct.
    pub filter: Option<Filter>,
    /// The counts. `distinct` and `repeats` are correct if there is no filter; otherwise they are not known yet, and all keys are
    /// counted as distinct.
    pub summary: KeySummary,
    /// The stretches of rows with the keys in them that may be repeats.
    ///
    /// `Some` if they were requested, and all fingerprints came with the buffers and stayed in memory; empty if all keys ascend.
    pub stretches: Option<Stretches>,
    /// The rows that may repeat a key.
    ///
    /// `Some` if all fingerprints came with buffers with granules ([`PrintBuffer::tell_granules`]) and stayed in memory; empty if
    /// all keys are distinct.
    pub suspects: Option<Suspects>,
}

impl PrintSet {
    /// Creates a set without keys.
    pub fn new(options: KeyOptions) -> Self {
        let memory_bytes = options.memory_bytes.max(MIN_MEMORY);
        let fingerprinter = options.print_seeds.map_or_else(Fingerprinter::new, Fingerprinter::with_seeds);
        let signal = Signal::new(fingerprinter, MAX_KEPT);
        let pending = MAX_PENDING.min(memory_bytes / 32);
        let set = Self::with_parts(memory_bytes, options.spill_dir, signal, pending);
        if options.tells_stretches { set.with_stretches() } else { set }
    }

    /// Keeps the fingerprints of each buffer separate, for [`Settled::stretches`].
    pub(super) fn with_stretches(mut self) -> Self {
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
            dropped_rows: Owed::default(),
            pending_rows: Owed::default(),
            owed: Owed::default(),
            pending: Vec::new(),
            pending_limit,
            // A quarter is for pending fingerprints, and for the tables of settling.
            store: Store::new(folder, memory_bytes / 4 * 3),
            stretches: Some(Vec::new()),
            tells_stretches: false,
            recalled: None,
            keys: 0,
            is_complete: true,
        }
    }

    /// Returns the signal to create buffers for this set with.
    pub fn signal(&self) -> Signal {
        self.signal.clone()
    }

    /// Adds the keys of the next chunk, which are those of the given rows of `input`.
    ///
    /// **Errors**: the temporary file cannot be created or written. The set must not be used afterwards.
    pub fn append(&mut self, buffer: PrintBuffer, input: u32, rows: Range<u64>) -> Result<(), Error> {
        self.keys += buffer.keys;
        if buffer.is_empty() {
            return Ok(());
        }
        if self.ascent.holds() {
            self.ascent.append(&buffer.ascent);
            if self.ascent.holds() {
                self.skip_ascending(&buffer, input, rows);
                return Ok(());
            }
            self.signal.break_order();
            self.owed = std::mem::take(&mut self.dropped_rows);
            self.pending_rows = Owed::default();
        }
        if buffer.has_prints() {
            self.store_prints(buffer, Some((input, rows.start)))
        } else {
            // The buffer was created before the break was known.
            self.owed.add(input, rows);
            Ok(())
        }
    }

    /// Skips keys that are proven distinct; the fingerprints of the first few are kept.
    fn skip_ascending(&mut self, buffer: &PrintBuffer, input: u32, rows: Range<u64>) {
        self.stretches = None;
        let has_dropped = !self.dropped_rows.is_empty();
        let fits = self.pending.len() + buffer.prints.len() <= self.pending_limit;
        if !has_dropped && fits && buffer.run.is_none() && buffer.has_prints() {
            self.pending.extend_from_slice(&buffer.prints);
            self.pending_rows.add(input, rows);
            return;
        }
        self.pending = Vec::new();
        self.dropped_rows.append(std::mem::take(&mut self.pending_rows));
        self.dropped_rows.add(input, rows);
    }

    fn store_prints(&mut self, buffer: PrintBuffer, stretch: Option<Stretch>) -> Result<(), Error> {
        let is_complete = std::mem::replace(&mut self.is_complete, false);
        let mut buffer = buffer;
        let is_wanted = self.tells_stretches || (buffer.counts_rows() && !self.has_many_small_runs());
        let is_separate_run =
            is_wanted && stretch.is_some() && (buffer.run.is_none() || buffer.prints.is_empty());
        self.stretches = self.stretches.take().filter(|_| is_separate_run);
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

    /// Returns whether there are so many small buffers that separate runs would take more memory than the fingerprints.
    fn has_many_small_runs(&self) -> bool {
        let runs = self.stretches.as_ref().map_or(0, Vec::len) as u64;
        runs >= MAX_SMALL_RUNS && self.keys / runs < SMALL_RUN_KEYS
    }

    /// Creates a run from the fingerprints of small buffers.
    fn flush(&mut self) -> Result<(), Error> {
        if !self.pending.is_empty() {
            self.store.push(Run::new(&self.pending, None))?;
            self.pending.clear();
        }
        Ok(())
    }

    /// Returns the rows whose fingerprints must be supplied before settling. Known once all rows are appended.
    pub fn owed(&self) -> &Owed {
        &self.owed
    }

    /// Supplies owed fingerprints: those of the given rows, in any order, in a buffer of [`PrintBuffer::of_prints`].
    ///
    /// A buffer without owed rows is ignored.
    ///
    /// **Errors**: as [`PrintSet::append`].
    pub fn supply(&mut self, buffer: PrintBuffer, input: u32, rows: &Range<u64>) -> Result<(), Error> {
        // More than was owed does no harm.
        if self.owed.settle(input, rows) { self.store_prints(buffer, None) } else { Ok(()) }
    }

    /// Supplies [`Settled::stretches`] of an earlier run, for stretches that have the same keys in both.
    ///
    /// All must come from one run, and each of its stretches only once. Settling is faster if most stretches are known.
    pub(crate) fn recall(&mut self, known: Stretches) {
        self.recalled = Some(known);
    }

    /// Finds the fingerprints that occur more than once, on up to `threads` threads.
    ///
    /// **Errors**: the temporary file cannot be created, written or read back, rows are owed, or an earlier call has failed.
    pub fn settle(mut self, threads: usize) -> Result<Settled, Error> {
        if !self.is_complete || !self.owed.is_empty() {
            return Err(Error::new(ErrorKind::Incomplete));
        }
        let mut summary = KeySummary { keys: self.keys, distinct: self.keys, ..KeySummary::default() };
        if self.ascent.holds() {
            let (stretches, suspects) = (Some(Stretches::default()), Some(Suspects::default()));
            return Ok(Settled { filter: None, summary, stretches, suspects });
        }
        // Pending fingerprints do not belong to a stretch.
        self.stretches = self.stretches.filter(|_| self.pending.is_empty());
        self.flush()?;
        self.pending = Vec::new();
        let builder = FilterBuilder::new(self.signal.fingerprinter, self.memory_bytes / 8);
        let options = SettleOptions::new(&self.store, threads, self.memory_bytes / 8);
        summary.spilled_bytes = self.store.written_bytes;
        let settling = self.store.held_bytes() + options.table_bytes() + self.memory_bytes / 8;
        let peak = self.store.peak_bytes.max(settling);
        summary.peak_memory_bytes = peak as u64;
        if let Some((filter, stretches)) = self.settle_recalled(threads) {
            return Ok(Settled { filter, summary, stretches: Some(stretches), suspects: None });
        }
        let filter = settle(&self.store, options, builder)?.finish();
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

    /// Settles using the results of an earlier run, if most stretches are known.
    pub(super) fn settle_recalled(&self, threads: usize) -> Option<(Option<Filter>, Stretches)> {
        let recall = Recall {
            known: self.recalled.as_ref()?,
            stretches: self.stretches.as_ref()?,
            runs: self.store.all_runs()?,
            threads,
            memory_bytes: self.memory_bytes / 16,
        };
        recall.settle(FilterBuilder::new(self.signal.fingerprinter, self.memory_bytes / 8))
    }

    /// Lets `operations` operations on the temporary file succeed and the next one fail.
    #[cfg(test)]
    pub(super) fn set_fault(&mut self, operations: u64) {
        *self.store.fault.lock().unwrap() = Some(operations);
    }

    /// Returns the temporary file, to corrupt it.
    #[cfg(test)]
    pub(super) fn file(&mut self) -> &mut std::fs::File {
        self.store.file()
    }
}
