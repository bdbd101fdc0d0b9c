//! The keys of all chunks.

use std::path::PathBuf;

use super::buffer::KeyBuffer;
use super::entry;
use super::error::{Error, ErrorKind};
use super::finish::Finisher;
use super::hashing::{Hashing, LANE_BITS, SPLITS};
use super::partition::Partition;
use super::place::{KeySummary, Repeat};
use super::spill::{BLOCK_HEADER, SpillFile};

/// The memory budget of a [`KeySet`], and where it spills beyond that.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyOptions {
    /// The memory in bytes. Default 64 MiB; at least 64 KiB are used in any case.
    pub memory_bytes: usize,
    /// The folder of the temporary file. Default `None`: the system's folder for temporary files.
    pub spill_dir: Option<PathBuf>,
    /// The seeds of the fingerprints of keys, if these are kept for other processes; they must be secret. Default `None`: random
    /// seeds of this process.
    pub print_seeds: Option<[u64; 4]>,
    /// Whether to compute which stretches of rows contain which repeated fingerprints. Default no.
    pub tells_stretches: bool,
}

impl KeyOptions {
    /// Sets the memory in bytes.
    #[must_use]
    pub fn memory_bytes(mut self, bytes: usize) -> Self {
        self.memory_bytes = bytes;
        self
    }

    /// Sets the folder of the temporary file; `None` is the system's.
    #[must_use]
    pub fn spill_dir(mut self, folder: Option<PathBuf>) -> Self {
        self.spill_dir = folder;
        self
    }

    /// Sets whether the stretches of rows that contain repeated fingerprints are computed.
    #[must_use]
    pub fn tells_stretches(mut self, tells: bool) -> Self {
        self.tells_stretches = tells;
        self
    }

    /// Sets the seeds of the fingerprints of keys.
    #[must_use]
    pub fn print_seeds(mut self, seeds: Option<[u64; 4]>) -> Self {
        self.print_seeds = seeds;
        self
    }
}

impl Default for KeyOptions {
    fn default() -> Self {
        Self { memory_bytes: 64 << 20, spill_dir: None, print_seeds: None, tells_stretches: false }
    }
}

/// The minimum memory of a set, in bytes.
const MIN_MEMORY: usize = 64 << 10;

/// How a set divides its memory. Half is for the blocks of partitions; the other half is for the table, except for the memory of
/// the reader and of the blocks of a split.
#[derive(Clone, Copy, Debug)]
pub(super) struct MemoryBudget {
    memory_bytes: usize,
    partition_bits: u32,
    pub(super) block_bytes: usize,
    pub(super) page_bytes: usize,
}

impl MemoryBudget {
    fn new(memory_bytes: usize) -> Self {
        // Each partition has one incomplete block; together they take at most a quarter of the memory.
        let (partition_bits, block) = if memory_bytes >= 4 << 20 {
            (LANE_BITS, (memory_bytes >> 10).min(256 << 10))
        } else {
            (4, memory_bytes >> 6)
        };
        let page_bytes = (memory_bytes >> 8).clamp(256, 1 << 20).next_power_of_two();
        Self {
            memory_bytes,
            partition_bits,
            block_bytes: block.saturating_sub(BLOCK_HEADER).max(1),
            page_bytes,
        }
    }

    /// Returns the memory that partitions may take before they are written to the file.
    fn partition_limit(&self) -> usize {
        self.memory_bytes / 2
    }

    /// Returns the memory that the table may take while partitions take `held` bytes.
    pub(super) fn table_bytes(&self, held_bytes: usize) -> usize {
        let block = self.block_bytes + BLOCK_HEADER;
        self.memory_bytes.saturating_sub(held_bytes + (SPLITS + 2) * block)
    }
}

/// A set of keys with their places, appended chunk by chunk in file order.
///
/// Exact: two keys are equal if their bytes are. Results do not depend on how keys were split into buffers, on the memory given,
/// or on hashes.
///
/// **Cost**: at most the memory of [`KeyOptions::memory_bytes`], except for a small constant (tens of KiB) and a few times the
/// longest key; beyond it, about 6 bytes per key more than the key itself in a temporary file.
#[derive(Debug)]
pub struct KeySet {
    budget: MemoryBudget,
    hashing: Hashing,
    partitions: Vec<Partition>,
    spill: SpillFile,
    held_bytes: usize,
    longest: usize,
    summary: KeySummary,
    is_complete: bool,
}

impl KeySet {
    /// Creates a set without keys.
    pub fn new(options: KeyOptions) -> Self {
        let memory_bytes = options.memory_bytes.max(MIN_MEMORY);
        Self::with_parts(memory_bytes, options.spill_dir, Hashing::new())
    }

    pub(super) fn with_parts(memory_bytes: usize, folder: Option<PathBuf>, hashing: Hashing) -> Self {
        let budget = MemoryBudget::new(memory_bytes);
        let mut partitions = Vec::new();
        partitions.resize_with(1 << budget.partition_bits, Partition::default);
        Self {
            budget,
            partitions,
            spill: SpillFile::new(
                folder.unwrap_or_else(std::env::temp_dir),
                budget.block_bytes,
                hashing.clone(),
            ),
            hashing,
            held_bytes: 0,
            longest: 0,
            summary: KeySummary::default(),
            is_complete: true,
        }
    }

    /// Adds the keys of the next chunk, which belongs to `input` and begins at the given row and line.
    ///
    /// Chunks must come in file order: the first occurrence of a key is the one that was appended first.
    ///
    /// **Errors**: the temporary file cannot be created or written. The set must not be used afterwards.
    pub fn append(
        &mut self,
        keys: &KeyBuffer,
        input: u32,
        row_base: u64,
        line_base: u64,
    ) -> Result<(), Error> {
        let is_complete = std::mem::replace(&mut self.is_complete, false);
        let mut head = Vec::new();
        entry::write_segment(&mut head, input, row_base, line_base);
        let shared_bits = LANE_BITS - self.budget.partition_bits;
        for (number, lane) in keys.lanes().iter().enumerate().filter(|(_, lane)| lane.keys > 0) {
            let number = number >> shared_bits;
            self.partitions[number].keys += lane.keys;
            // In pieces, because all keys of a chunk may be in one lane.
            for bytes in std::iter::once(&head[..]).chain(lane.bytes.chunks(self.budget.block_bytes)) {
                self.held_bytes +=
                    self.partitions[number].extend(bytes, self.budget.block_bytes, &mut self.spill)?;
                if self.held_bytes > self.budget.partition_limit() {
                    self.spill_largest()?;
                }
            }
        }
        self.summary.keys += keys.len() as u64;
        self.longest = self.longest.max(keys.longest());
        self.is_complete = is_complete;
        Ok(())
    }

    /// Moves partitions to the file, the largest first, until the others fit.
    fn spill_largest(&mut self) -> Result<(), Error> {
        self.note_memory();
        while self.held_bytes > self.budget.partition_limit()
            && let Some(largest) = self.partitions.iter_mut().max_by_key(|partition| partition.full_blocks())
            && largest.full_blocks() > 0
        {
            self.held_bytes -= largest.spill(&mut self.spill)?;
        }
        Ok(())
    }

    fn note_memory(&mut self) {
        self.summary.peak_memory_bytes = self.summary.peak_memory_bytes.max(self.held_bytes as u64);
    }

    /// Calls `visit` for every occurrence of a key after its first: those of one key in file order, keys in any order.
    ///
    /// **Errors**: the temporary file cannot be created, written or read back, or an earlier call has failed. Repeats that were
    /// visited before are correct, but not complete.
    pub fn finish(mut self, visit: &mut dyn FnMut(&Repeat<'_>)) -> Result<KeySummary, Error> {
        if !self.is_complete {
            return Err(Error::new(ErrorKind::Incomplete));
        }
        self.note_memory();
        let finisher = Finisher {
            budget: self.budget,
            hashing: self.hashing,
            spill: self.spill,
            held_bytes: self.held_bytes,
            longest: self.longest,
            summary: self.summary,
        };
        finisher.run(self.partitions, visit)
    }

    /// Lets `operations` operations on the temporary file succeed and the next one fail.
    #[cfg(test)]
    pub(super) fn set_fault(&mut self, operations: u64) {
        self.spill.fault = Some(operations);
    }

    /// Returns the temporary file, to corrupt it.
    #[cfg(test)]
    pub(super) fn file(&mut self) -> &mut std::fs::File {
        self.spill.file.as_mut().expect("something was spilled")
    }
}
