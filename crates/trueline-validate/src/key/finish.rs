//! Finds the repeats in each partition.

use super::entry::{self, PreviousPlace};
use super::error::Error;
use super::hashing::{Hashing, LAST_LEVEL, SPLITS, part};
use super::partition::{Entry, Partition, PartitionReader};
use super::place::{KeySummary, Repeat};
use super::set::MemoryBudget;
use super::spill::SpillFile;
use super::table::{CountResult, Table};

/// Everything needed to finish a set.
#[derive(Debug)]
pub(super) struct Finisher {
    pub(super) budget: MemoryBudget,
    pub(super) hashing: Hashing,
    pub(super) spill: SpillFile,
    /// The memory of the partitions, in bytes.
    pub(super) held_bytes: usize,
    /// The length of the longest key.
    pub(super) longest: usize,
    pub(super) summary: KeySummary,
}

/// A partition to be processed, which was split off `level` times.
struct Task {
    partition: Partition,
    level: u32,
}

impl Finisher {
    /// Visits the repeats of all partitions.
    pub(super) fn run(
        mut self,
        partitions: Vec<Partition>,
        visit: &mut dyn FnMut(&Repeat<'_>),
    ) -> Result<KeySummary, Error> {
        let mut table = Table::new(self.budget.page_bytes);
        let mut window = Vec::new();
        // Partitions in memory are processed first: each frees memory for the tables of the later ones.
        let (on_disk, in_memory): (Vec<_>, Vec<_>) = partitions.into_iter().partition(Partition::is_spilling);
        for partition in in_memory.into_iter().chain(on_disk) {
            let mut tasks = vec![Task { partition, level: 0 }];
            while let Some(task) = tasks.pop() {
                window = self.run_task(task, window, &mut table, &mut tasks, visit)?;
            }
        }
        debug_assert_eq!(self.held_bytes, 0, "all memory was given up");
        self.summary.repeats = self.summary.keys - self.summary.distinct;
        self.summary.spilled_bytes = self.spill.written_bytes;
        Ok(self.summary)
    }

    /// Counts the keys of one partition in the table. Keys that do not fit are distributed to new partitions, which become tasks.
    ///
    /// Returns `window`, the read buffer, for reuse.
    fn run_task(
        &mut self,
        task: Task,
        window: Vec<u8>,
        table: &mut Table,
        tasks: &mut Vec<Task>,
        visit: &mut dyn FnMut(&Repeat<'_>),
    ) -> Result<Vec<u8>, Error> {
        if task.partition.keys == 0 {
            return Ok(window);
        }
        table.reset(self.budget.table_bytes(self.held_bytes), task.partition.keys);
        let level = task.level + 1;
        let mut split: Option<Split> = None;
        let mut reader = PartitionReader::new(task.partition, window, self.longest);
        let mut freed = 0;
        while reader.fill(&mut self.spill, &mut freed)? {
            self.note_memory(reader.window_bytes() + table.peak());
            self.held_bytes -= std::mem::take(&mut freed);
            while let Some(Entry { key, place }) = reader.next() {
                let hash = self.hashing.hash(key);
                match table.count(hash, key, place, split.is_none()) {
                    CountResult::First => self.summary.distinct += 1,
                    CountResult::Again { nth, first } => visit(&Repeat { key, first, this: *place, nth }),
                    CountResult::Full => {
                        let split = split.get_or_insert_with(|| Split::new(level));
                        let grown = split.push(hash, &Entry { key, place }, &self.budget, &mut self.spill)?;
                        self.held_bytes += grown;
                    }
                }
            }
        }
        self.note_memory(reader.window_bytes() + table.peak());
        self.held_bytes -= freed;
        for mut part in split.into_iter().flat_map(|split| split.parts) {
            self.held_bytes -= part.partition.seal(&mut self.spill)?;
            tasks.push(Task { partition: part.partition, level });
        }
        Ok(reader.into_window())
    }

    fn note_memory(&mut self, working: usize) {
        let now = (self.held_bytes + working) as u64;
        self.summary.peak_memory_bytes = self.summary.peak_memory_bytes.max(now);
    }
}

/// Keys that did not fit, distributed by further bits of their hashes.
struct Split {
    level: u32,
    parts: Vec<Part>,
    scratch: Vec<u8>,
}

struct Part {
    partition: Partition,
    last: PreviousPlace,
    input: Option<u32>,
}

impl Split {
    fn new(level: u32) -> Self {
        let count = if level > LAST_LEVEL { 1 } else { SPLITS };
        let mut parts = Vec::new();
        let part = || Part { partition: Partition::spilling(), last: PreviousPlace::default(), input: None };
        parts.resize_with(count, part);
        Self { level, parts, scratch: Vec::new() }
    }

    /// Adds an entry to the partition that its hash selects; full blocks are written to the file at once. Returns the growth of
    /// the memory in use.
    fn push(
        &mut self,
        hash: u64,
        entry: &Entry<'_>,
        budget: &MemoryBudget,
        spill: &mut SpillFile,
    ) -> Result<usize, Error> {
        let part = &mut self.parts[part(hash, self.level)];
        self.scratch.clear();
        if part.input != Some(entry.place.input) {
            part.input = Some(entry.place.input);
            part.last = PreviousPlace::default();
            entry::write_segment(&mut self.scratch, entry.place.input, 0, 0);
        }
        entry::write(&mut self.scratch, &mut part.last, entry.key, entry.place);
        part.partition.keys += 1;
        part.partition.extend(&self.scratch, budget.block_bytes, spill)
    }
}
