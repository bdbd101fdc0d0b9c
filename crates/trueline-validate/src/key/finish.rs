//! Finds the repeats in each partition.

use super::entry::{self, Cursor};
use super::error::Error;
use super::hashing::{Hashing, LAST_LEVEL, SPLITS, part};
use super::partition::{Entry, Partition, Stream};
use super::place::{KeySummary, Repeat};
use super::set::Geometry;
use super::spill::Spill;
use super::table::{Outcome, Table};

/// Everything needed to finish a set.
#[derive(Debug)]
pub(super) struct Finisher {
    pub(super) geometry: Geometry,
    pub(super) hashing: Hashing,
    pub(super) spill: Spill,
    /// The memory of the partitions, in bytes.
    pub(super) held: usize,
    /// The length of the longest key.
    pub(super) longest: usize,
    pub(super) summary: KeySummary,
}

/// A partition that was split `level` times.
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
        let mut table = Table::new(self.geometry.page_bytes);
        let mut window = Vec::new();
        // Partitions in memory are processed first: each frees memory for the tables of the later ones.
        let (on_disk, in_memory): (Vec<_>, Vec<_>) = partitions.into_iter().partition(Partition::is_spilling);
        for partition in in_memory.into_iter().chain(on_disk) {
            let mut tasks = vec![Task { partition, level: 0 }];
            while let Some(task) = tasks.pop() {
                window = self.pass(task, window, &mut table, &mut tasks, visit)?;
            }
        }
        debug_assert_eq!(self.held, 0, "all memory was given up");
        self.summary.repeats = self.summary.keys - self.summary.distinct;
        self.summary.spilled_bytes = self.spill.written_bytes;
        Ok(self.summary)
    }

    /// Reads one stream through the table; keys that do not fit become new tasks.
    fn pass(
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
        table.reset(self.geometry.table_bytes(self.held), task.partition.keys);
        let level = task.level + 1;
        let mut split: Option<Split> = None;
        let mut stream = Stream::new(task.partition, window, self.longest);
        let mut freed = 0;
        while stream.fill(&mut self.spill, &mut freed)? {
            self.note_memory(stream.window_bytes() + table.peak());
            self.held -= std::mem::take(&mut freed);
            while let Some(Entry { key, place }) = stream.next() {
                let hash = self.hashing.hash(key);
                match table.count(hash, key, place, split.is_none()) {
                    Outcome::First => self.summary.distinct += 1,
                    Outcome::Again { nth, first } => visit(&Repeat { key, first, this: *place, nth }),
                    Outcome::Full => {
                        let split = split.get_or_insert_with(|| Split::new(level));
                        let grown =
                            split.push(hash, &Entry { key, place }, &self.geometry, &mut self.spill)?;
                        self.held += grown;
                    }
                }
            }
        }
        self.note_memory(stream.window_bytes() + table.peak());
        self.held -= freed;
        for mut part in split.into_iter().flat_map(|split| split.parts) {
            self.held -= part.partition.seal(&mut self.spill)?;
            tasks.push(Task { partition: part.partition, level });
        }
        Ok(stream.into_window())
    }

    fn note_memory(&mut self, working: usize) {
        let now = (self.held + working) as u64;
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
    last: Cursor,
    input: Option<u32>,
}

impl Split {
    fn new(level: u32) -> Self {
        let count = if level > LAST_LEVEL { 1 } else { SPLITS };
        let mut parts = Vec::new();
        let part = || Part { partition: Partition::spilling(), last: Cursor::default(), input: None };
        parts.resize_with(count, part);
        Self { level, parts, scratch: Vec::new() }
    }

    /// Adds an entry to its part; full blocks are written to the file at once. Returns the growth of the memory in use.
    fn push(
        &mut self,
        hash: u64,
        entry: &Entry<'_>,
        geometry: &Geometry,
        spill: &mut Spill,
    ) -> Result<usize, Error> {
        let part = &mut self.parts[part(hash, self.level)];
        self.scratch.clear();
        if part.input != Some(entry.place.input) {
            part.input = Some(entry.place.input);
            part.last = Cursor::default();
            entry::write_segment(&mut self.scratch, entry.place.input, 0, 0);
        }
        entry::write(&mut self.scratch, &mut part.last, entry.key, entry.place);
        part.partition.keys += 1;
        part.partition.extend(&self.scratch, geometry.block_bytes, spill)
    }
}
