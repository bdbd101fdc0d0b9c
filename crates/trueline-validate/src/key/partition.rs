//! The entries of one range of hashes: blocks on disk, then blocks in memory.

use std::collections::VecDeque;

use super::entry::{Decoder, MAX_HEAD, Step};
use super::error::Error;
use super::place::KeyPlace;
use super::spill::{BLOCK_HEAD, Chain, Spill};

/// A list of blocks that grows at its end.
///
/// Every block has room for the head it needs in the file. Full blocks stay in memory until [`Partition::spill`]; from then on each
/// goes to the file as soon as it is full.
#[derive(Debug, Default)]
pub(super) struct Partition {
    chain: Option<Chain>,
    blocks: VecDeque<Vec<u8>>,
    tail: Vec<u8>,
    is_spilling: bool,
    pub(super) keys: u64,
}

/// The smallest room a tail begins with.
const FIRST_TAIL: usize = 256;

impl Partition {
    /// A partition whose blocks go to the file from the first one on.
    pub(super) fn spilling() -> Self {
        Self { is_spilling: true, ..Self::default() }
    }

    /// Adds bytes at the end. Returns by how much the memory held has grown.
    pub(super) fn extend(
        &mut self,
        mut bytes: &[u8],
        block_bytes: usize,
        spill: &mut Spill,
    ) -> Result<usize, Error> {
        let full = BLOCK_HEAD + block_bytes;
        let mut grown = 0;
        while !bytes.is_empty() {
            if self.tail.is_empty() {
                grown += reserve(&mut self.tail, BLOCK_HEAD + bytes.len(), full);
                self.tail.resize(BLOCK_HEAD, 0);
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

    /// Full blocks that wait in memory.
    pub(super) fn waiting(&self) -> usize {
        self.blocks.len()
    }

    pub(super) fn is_spilling(&self) -> bool {
        self.is_spilling
    }

    /// Moves the waiting blocks to the file. Returns by how much the memory held has shrunk.
    pub(super) fn spill(&mut self, spill: &mut Spill) -> Result<usize, Error> {
        self.is_spilling = true;
        let mut freed = 0;
        while let Some(mut block) = self.blocks.pop_front() {
            spill.write(&mut self.chain, &mut block)?;
            freed += block.capacity();
        }
        Ok(freed)
    }

    /// Moves all to the file, the unfinished block too: nothing can be added behind it.
    pub(super) fn seal(&mut self, spill: &mut Spill) -> Result<usize, Error> {
        let mut freed = self.spill(spill)?;
        if self.tail.len() > BLOCK_HEAD {
            spill.write(&mut self.chain, &mut self.tail)?;
        }
        freed += self.tail.capacity();
        self.tail = Vec::new();
        Ok(freed)
    }
}

/// Makes room for `more` bytes, doubling but never past `full`. Returns by how much the capacity has grown.
fn reserve(bytes: &mut Vec<u8>, more: usize, full: usize) -> usize {
    let before = bytes.capacity();
    let needed = (bytes.len() + more).min(full);
    if needed > before {
        let wanted = needed.max(2 * before).max(FIRST_TAIL).min(full);
        bytes.reserve_exact(wanted - bytes.len());
    }
    bytes.capacity() - before
}

/// Reads the entries of a partition from its start, giving up its memory as it goes.
#[derive(Debug)]
pub(super) struct Stream {
    partition: Partition,
    decoder: Decoder,
    window: Vec<u8>,
    at: usize,
    left: u64,
    longest: usize,
}

/// An entry of a stream.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) key: &'a [u8],
    pub(super) place: &'a KeyPlace,
}

impl Stream {
    /// `window` is memory to work in; no key is longer than `longest`.
    pub(super) fn new(partition: Partition, mut window: Vec<u8>, longest: usize) -> Self {
        window.clear();
        let left = partition.keys;
        Self { partition, decoder: Decoder::default(), window, at: 0, left, longest }
    }

    /// The next entry that is in memory whole; `None` when [`Stream::fill`] must be called.
    #[inline]
    pub(super) fn next(&mut self) -> Option<Entry<'_>> {
        loop {
            match self.decoder.step(&self.window[self.at..]) {
                Step::Entry(key_start, key_end) => {
                    let key = self.at + key_start..self.at + key_end;
                    self.at = key.end;
                    self.left = self.left.wrapping_sub(1);
                    return Some(Entry { key: &self.window[key], place: self.decoder.place() });
                }
                Step::Segment(length) => self.at += length,
                Step::Partial => return None,
            }
        }
    }

    /// Brings the next block into memory. `false` at the end, when all keys were read; `freed` grows by the memory given up.
    pub(super) fn fill(&mut self, spill: &mut Spill, freed: &mut usize) -> Result<bool, Error> {
        self.window.drain(..self.at);
        self.at = 0;
        if self.window.len() > MAX_HEAD + self.longest {
            // No entry is so long that it could go on.
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
        if block.len() > BLOCK_HEAD {
            self.window.extend_from_slice(&block[BLOCK_HEAD..]);
            return Ok(true);
        }
        if self.left != 0 || !self.window.is_empty() {
            return Err(spill.damaged());
        }
        Ok(false)
    }

    /// The memory of the window, in bytes.
    pub(super) fn window_bytes(&self) -> usize {
        self.window.capacity()
    }

    /// Gives the window back for the next stream.
    pub(super) fn into_window(self) -> Vec<u8> {
        self.window
    }
}
