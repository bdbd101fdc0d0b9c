//! The entries of one range of hashes: blocks on disk, followed by blocks in memory.

use std::collections::VecDeque;

use super::entry::{Decoder, Item, MAX_HEADER};
use super::error::Error;
use super::place::KeyPlace;
use super::spill::{BLOCK_HEADER, Chain, SpillFile};

/// A list of blocks, appended at its end.
///
/// Every block has space for the header it needs in the file. Full blocks stay in memory until [`Partition::spill`]; from then on
/// each is written to the file as soon as it is full.
#[derive(Debug, Default)]
pub(super) struct Partition {
    chain: Option<Chain>,
    blocks: VecDeque<Vec<u8>>,
    tail: Vec<u8>,
    is_spilling: bool,
    pub(super) keys: u64,
}

/// The minimum capacity of a new tail.
const FIRST_TAIL: usize = 256;

impl Partition {
    /// Creates a partition that writes its blocks to the file from the first one on.
    pub(super) fn spilling() -> Self {
        Self { is_spilling: true, ..Self::default() }
    }

    /// Appends bytes. Returns the growth of the memory in use.
    pub(super) fn extend(
        &mut self,
        mut bytes: &[u8],
        block_bytes: usize,
        spill: &mut SpillFile,
    ) -> Result<usize, Error> {
        let full = BLOCK_HEADER + block_bytes;
        let mut grown = 0;
        while !bytes.is_empty() {
            if self.tail.is_empty() {
                grown += reserve(&mut self.tail, BLOCK_HEADER + bytes.len(), full);
                self.tail.resize(BLOCK_HEADER, 0);
            }
            let (now, later) = bytes.split_at(bytes.len().min(full - self.tail.len()));
            grown += reserve(&mut self.tail, now.len(), full);
            self.tail.extend_from_slice(now);
            bytes = later;
            if self.tail.len() == full {
                if self.is_spilling {
                    spill.write(&mut self.chain, &mut self.tail)?;
                    self.tail.clear();
                } else {
                    self.blocks.push_back(std::mem::take(&mut self.tail));
                }
            }
        }
        Ok(grown)
    }

    /// Returns the number of full blocks in memory.
    pub(super) fn full_blocks(&self) -> usize {
        self.blocks.len()
    }

    pub(super) fn is_spilling(&self) -> bool {
        self.is_spilling
    }

    /// Moves the full blocks to the file. Returns the memory freed.
    pub(super) fn spill(&mut self, spill: &mut SpillFile) -> Result<usize, Error> {
        self.is_spilling = true;
        let mut freed = 0;
        while let Some(mut block) = self.blocks.pop_front() {
            spill.write(&mut self.chain, &mut block)?;
            freed += block.capacity();
        }
        Ok(freed)
    }

    /// Moves everything to the file, including the incomplete block: nothing can be appended afterwards.
    pub(super) fn seal(&mut self, spill: &mut SpillFile) -> Result<usize, Error> {
        let mut freed = self.spill(spill)?;
        if self.tail.len() > BLOCK_HEADER {
            spill.write(&mut self.chain, &mut self.tail)?;
        }
        freed += self.tail.capacity();
        self.tail = Vec::new();
        Ok(freed)
    }
}

/// Reserves space for `more` bytes, by doubling but at most `full`. Returns the growth of the capacity.
fn reserve(bytes: &mut Vec<u8>, more: usize, full: usize) -> usize {
    let before = bytes.capacity();
    let needed = (bytes.len() + more).min(full);
    if needed > before {
        let wanted = needed.max(2 * before).max(FIRST_TAIL).min(full);
        bytes.reserve_exact(wanted - bytes.len());
    }
    bytes.capacity() - before
}

/// Reads the entries of a partition from its start and frees its memory on the way.
#[derive(Debug)]
pub(super) struct PartitionReader {
    partition: Partition,
    decoder: Decoder,
    window: Vec<u8>,
    /// The position in `window` of the next entry.
    at: usize,
    /// The number of keys still to be read.
    left: u64,
    longest: usize,
}

/// An entry of a partition.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) key: &'a [u8],
    pub(super) place: &'a KeyPlace,
}

impl PartitionReader {
    /// Creates a reader; `window` is a buffer to reuse, and no key is longer than `longest`.
    pub(super) fn new(partition: Partition, mut window: Vec<u8>, longest: usize) -> Self {
        window.clear();
        let left = partition.keys;
        Self { partition, decoder: Decoder::default(), window, at: 0, left, longest }
    }

    /// Returns the next entry that is completely in memory; `None` if [`PartitionReader::fill`] must be called.
    #[inline]
    pub(super) fn next(&mut self) -> Option<Entry<'_>> {
        loop {
            match self.decoder.decode(&self.window[self.at..]) {
                Item::Entry(key_start, key_end) => {
                    let key = self.at + key_start..self.at + key_end;
                    self.at = key.end;
                    self.left = self.left.wrapping_sub(1);
                    return Some(Entry { key: &self.window[key], place: self.decoder.place() });
                }
                Item::Segment(length) => self.at += length,
                Item::Partial => return None,
            }
        }
    }

    /// Reads the next block into memory. Returns `false` at the end, when all keys were read; `freed` grows by the memory freed.
    pub(super) fn fill(&mut self, spill: &mut SpillFile, freed: &mut usize) -> Result<bool, Error> {
        self.window.drain(..self.at);
        self.at = 0;
        if self.window.len() > MAX_HEADER + self.longest {
            // The window has more bytes than the longest possible entry, but no complete one.
            return Err(spill.damaged());
        }
        if let Some(chain) = &mut self.partition.chain
            && spill.read(chain, &mut self.window)?
        {
            return Ok(true);
        }
        let block =
            self.partition.blocks.pop_front().unwrap_or_else(|| std::mem::take(&mut self.partition.tail));
        *freed += block.capacity();
        if block.len() > BLOCK_HEADER {
            self.window.extend_from_slice(&block[BLOCK_HEADER..]);
            return Ok(true);
        }
        if self.left != 0 || !self.window.is_empty() {
            return Err(spill.damaged());
        }
        Ok(false)
    }

    /// Returns the memory of the window, in bytes.
    pub(super) fn window_bytes(&self) -> usize {
        self.window.capacity()
    }

    /// Returns the window for reuse by the next reader.
    pub(super) fn into_window(self) -> Vec<u8> {
        self.window
    }
}
