//! Finds the fingerprints that occur more than once, partition by partition.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::filter::FilterBuilder;
use super::hash::{PARTITION_BITS, PARTITIONS};
use super::store::Store;
use crate::key::error::Error;

/// The fingerprints of a partition that a pass covers: those whose bits below the partition's begin with `value`.
#[derive(Clone, Copy, Debug)]
struct Part {
    bits: u32,
    value: u64,
}

impl Part {
    /// Returns the parts of one partition for a number of bits, the last part first.
    fn all(bits: u32) -> Vec<Self> {
        (0..1 << bits).rev().map(|value| Self { bits, value }).collect()
    }

    fn has(self, print: u64) -> bool {
        // Two steps, because a shift by all 64 bits is undefined.
        print << PARTITION_BITS >> 1 >> (u64::BITS - 1 - self.bits) == self.value
    }

    fn halves(self) -> [Self; 2] {
        [0, 1].map(|bit| Self { bits: self.bits + 1, value: self.value << 1 | bit })
    }
}

/// The distinct fingerprints of a part: a hash table with open addressing, in which a fingerprint is its own hash.
struct PrintTable {
    /// The slots of the table; or a sieve, followed by the fingerprints of the partition.
    slots: Vec<u64>,
    /// A bit for each slot whose fingerprint was already reported.
    reported: Vec<u64>,
    /// The number of fingerprints that may still be inserted.
    slots_left: usize,
    /// Repeated fingerprints that are not yet reported.
    found: Vec<u64>,
}

/// The minimum number of slots of a table.
const MIN_SLOTS: usize = 1 << 10;
/// The number of fingerprints reported at once.
const FOUND_BATCH: usize = 4096;
/// The maximum number of pairs of words of a sieve: 256 KiB, which fit the processor's cache.
const SIEVE_WORDS: usize = 1 << 14;

impl PrintTable {
    fn new(slots: usize) -> Self {
        Self {
            slots: vec![0; slots],
            reported: vec![0; slots.div_ceil(64)],
            slots_left: 0,
            found: Vec::with_capacity(FOUND_BATCH),
        }
    }

    fn clear(&mut self) {
        self.slots.fill(0);
        self.reported.fill(0);
        // Some slots always stay free, because a look-up ends at one.
        self.slots_left = self.slots.len() / 8 * 7;
    }

    /// Inserts fingerprints; `false` if there is not enough room for all of them.
    #[inline]
    fn insert(&mut self, prints: &[u64], part: Part, report: &mut dyn FnMut(&[u64])) -> bool {
        // The slot is given by the bits below those of the partition and the part.
        let skip = PARTITION_BITS + part.bits;
        let shift = u64::BITS - self.slots.len().ilog2();
        let last = self.slots.len() - 1;
        let mut room = self.slots_left;
        for &print in prints {
            if part.bits > 0 && !part.has(print) {
                continue;
            }
            let mut at = slot(print << skip >> shift) & last;
            loop {
                let there = self.slots[at & last];
                if there == 0 {
                    if room == 0 {
                        return false;
                    }
                    room -= 1;
                    self.slots[at & last] = print;
                    break;
                }
                if there == print {
                    self.report(at & last, print, report);
                    break;
                }
                at += 1;
            }
        }
        self.slots_left = room;
        true
    }

    /// Finds the fingerprints of a partition that occur more than once. A fingerprint maps to a place with two bits: the first is
    /// set when one with this place is seen, the second when another one, or the same again, is seen.
    ///
    /// Returns `None` if the fingerprints are on disk or too many, or too many share a place; then the table must be used.
    fn sieve(&mut self, store: &Store, partition: usize, prints: u64) -> Option<&[u64]> {
        let prints = usize::try_from(prints).ok()?;
        let words = (self.slots.len().checked_sub(prints)? / 2).checked_ilog2()?;
        let words = (1 << words).min(SIEVE_WORDS);
        // With fewer than sixteen places per fingerprint, too many share one.
        if prints > 4 * words {
            return None;
        }
        let (sieve, room) = self.slots.split_at_mut(2 * words);
        // Each run has a few of them, far apart in memory. One copy fetches them all, so that the two loops read successive
        // words.
        let prints = store.copy_into(partition, room)?;
        // The places where a fingerprint was seen, and where one was seen again.
        let (sieve, _) = sieve.as_chunks_mut::<2>();
        sieve.fill([0; 2]);
        let shift = u64::BITS - (64 * words).ilog2();
        let place = |print: u64| {
            let place = slot(print << PARTITION_BITS >> shift);
            ((place / 64) & (words - 1), 1_u64 << (place % 64))
        };
        for &print in prints {
            let (word, bit) = place(print);
            let [once, again] = &mut sieve[word];
            *again |= *once & bit;
            *once |= bit;
        }
        let shares_place = |print: &&u64| {
            let (word, bit) = place(**print);
            sieve[word][1] & bit != 0
        };
        let found = &mut self.found;
        found.clear();
        found.extend(prints.iter().filter(shares_place).take(FOUND_BATCH));
        if found.len() == FOUND_BATCH {
            found.clear();
            return None;
        }
        // Different fingerprints may share a place: only those that are equal to another are reported, once.
        found.sort_unstable();
        let mut kept = 0;
        for at in 1..found.len() {
            if found[at] == found[at - 1] && (kept == 0 || found[kept - 1] != found[at]) {
                found[kept] = found[at];
                kept += 1;
            }
        }
        found.truncate(kept);
        Some(found)
    }

    /// Reports the fingerprint of a slot, which occurred again, unless it was reported before.
    #[cold]
    fn report(&mut self, slot: usize, print: u64, report: &mut dyn FnMut(&[u64])) {
        let (word, bit) = (&mut self.reported[slot / 64], 1 << (slot % 64));
        if *word & bit == 0 {
            *word |= bit;
            self.found.push(print);
            if self.found.len() == FOUND_BATCH {
                report(&self.found);
                self.found.clear();
            }
        }
    }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a table has fewer slots than addresses")]
fn slot(bits: u64) -> usize {
    bits as usize
}

/// The number of threads for settling and the size of their tables.
#[derive(Clone, Copy, Debug)]
pub(super) struct SettleOptions {
    pub(super) threads: usize,
    /// The number of slots of each thread's table; a power of two.
    pub(super) slots: usize,
}

impl SettleOptions {
    /// Sizes tables for twice the largest partition, within `memory_bytes` for all threads together.
    pub(super) fn new(store: &Store, threads: usize, memory_bytes: usize) -> Self {
        let threads = threads.clamp(1, PARTITIONS).min(memory_bytes / (16 * MIN_SLOTS)).max(1);
        let largest = (0..PARTITIONS).map(|partition| store.len(partition)).max().unwrap_or_default();
        let wanted = usize::try_from(2 * largest).unwrap_or(usize::MAX).clamp(MIN_SLOTS, MAX_SLOTS);
        let most = (memory_bytes / threads / 8).max(MIN_SLOTS);
        Self { threads, slots: wanted.next_power_of_two().min(1 << most.ilog2()) }
    }

    /// Returns the memory of all tables, in bytes.
    pub(super) fn table_bytes(&self) -> usize {
        self.threads * (8 * self.slots + self.slots / 8 + 8 * FOUND_BATCH)
    }
}

/// The maximum number of slots, 4 MiB: each access to a larger table misses the cache, and reading a partition twice is cheaper.
const MAX_SLOTS: usize = 1 << 19;

/// Adds every fingerprint that is in the store more than once to the builder.
pub(super) fn settle(
    store: &Store,
    options: SettleOptions,
    builder: FilterBuilder,
) -> Result<FilterBuilder, Error> {
    let builder = Mutex::new(builder);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut table = PrintTable::new(options.slots);
        let mut buffer = Vec::new();
        loop {
            let partition = next.fetch_add(1, Ordering::Relaxed);
            if partition >= PARTITIONS {
                return Ok(());
            }
            let report = |prints: &[u64]| {
                builder.lock().unwrap_or_else(PoisonError::into_inner).add(prints);
            };
            settle_partition(store, partition, &mut table, &mut buffer, report)
                // The other threads can stop, because there will be no result.
                .inspect_err(|_| next.store(PARTITIONS, Ordering::Relaxed))?;
        }
    };
    let results: Vec<Result<(), Error>> = thread::scope(|scope| {
        // Where the system does not start as many threads, there are fewer.
        let start = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..options.threads).map_while(start).collect();
        let mine = work();
        let theirs = others.into_iter().map(|thread| match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        std::iter::once(mine).chain(theirs).collect()
    });
    results.into_iter().collect::<Result<(), Error>>()?;
    Ok(builder.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn settle_partition(
    store: &Store,
    partition: usize,
    table: &mut PrintTable,
    buffer: &mut Vec<u64>,
    mut report: impl FnMut(&[u64]),
) -> Result<(), Error> {
    let prints = store.len(partition);
    if prints == 0 {
        return Ok(());
    }
    if let Some(found) = table.sieve(store, partition, prints) {
        report(found);
        table.found.clear();
        return Ok(());
    }
    // Tables that are half full are fast; a part with more fingerprints than expected is halved on the way.
    let parts = prints.div_ceil(table.slots.len() as u64 / 8 * 5).next_power_of_two();
    let mut tasks = Part::all(parts.ilog2().min(u64::BITS - PARTITION_BITS));
    while let Some(part) = tasks.pop() {
        table.clear();
        let mut fits = true;
        store.read(partition, buffer, &mut |prints| {
            fits = table.insert(prints, part, &mut report);
            fits
        })?;
        report(&table.found);
        table.found.clear();
        if !fits {
            tasks.extend(part.halves());
        }
    }
    Ok(())
}
