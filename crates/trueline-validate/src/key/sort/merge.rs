//! Merges several sorted lists into one.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::super::error::Error;
use super::run::RunReader;

/// Entries in the order of their bytes.
#[derive(Debug)]
pub(crate) struct Sorted {
    sources: BinaryHeap<Source>,
    left: u64,
    /// Whether the top entry was already returned.
    is_top_returned: bool,
}

/// A sorted list: its next entry, and the rest.
#[derive(Debug)]
pub(super) struct Source {
    entry: Vec<u8>,
    rest: Rest,
}

#[derive(Debug)]
pub(super) enum Rest {
    Memory { bytes: Vec<u8>, entries: std::vec::IntoIter<(u32, u32)> },
    Run(RunReader),
}

impl Source {
    pub(super) fn new(rest: Rest) -> Self {
        Self { entry: Vec::new(), rest }
    }

    /// Advances to the next entry, if there is one.
    fn advance(&mut self) -> Result<bool, Error> {
        match &mut self.rest {
            Rest::Run(run) => run.next(&mut self.entry),
            Rest::Memory { bytes, entries } => {
                let Some((start, length)) = entries.next() else { return Ok(false) };
                self.entry.clear();
                self.entry.extend_from_slice(&bytes[start as usize..][..length as usize]);
                Ok(true)
            }
        }
    }
}

impl Ord for Source {
    /// Reversed, so that the top of the heap is the smallest entry.
    fn cmp(&self, other: &Self) -> Ordering {
        other.entry.cmp(&self.entry)
    }
}

impl PartialOrd for Source {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.entry == other.entry
    }
}

impl Eq for Source {}

impl Sorted {
    /// Merges sources that have `count` entries in total.
    pub(super) fn new(sources: Vec<Source>, count: u64) -> Result<Self, Error> {
        let mut heap = BinaryHeap::with_capacity(sources.len());
        for mut source in sources {
            if source.advance()? {
                heap.push(source);
            }
        }
        Ok(Self { sources: heap, left: count, is_top_returned: false })
    }

    /// Returns the next entry.
    ///
    /// **Errors**: a temporary file cannot be read back, or returns other entries than were written.
    pub(crate) fn next(&mut self) -> Result<Option<&[u8]>, Error> {
        if self.is_top_returned
            && let Some(mut top) = self.sources.peek_mut()
            && !top.advance()?
        {
            PeekMut::pop(top);
        }
        self.is_top_returned = true;
        let Some(top) = self.sources.peek() else {
            return if self.left == 0 { Ok(None) } else { Err(Error::incomplete()) };
        };
        self.left = self.left.checked_sub(1).ok_or_else(Error::incomplete)?;
        Ok(Some(&top.entry))
    }
}
