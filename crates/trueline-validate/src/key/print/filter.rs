//! The fingerprints that occur more than once, as a filter for keys.

use super::hash::Fingerprinter;

/// A filter for rows that may repeat a key: all that do pass, and few others.
#[derive(Clone, Debug)]
pub struct Filter {
    fingerprinter: Fingerprinter,
    /// One bit for each value of the low bits of a fingerprint; the number of words is a power of two.
    bits: Box<[u64]>,
    /// All fingerprints, sorted; `None` if there are too many, so that only the bits decide.
    list: Option<Box<[u64]>>,
}

/// The number of bits of a filter per fingerprint in its list.
const BITS_PER_PRINT: usize = 64;

impl Filter {
    /// Returns whether a key may be one that occurs more than once.
    #[inline]
    pub fn passes_key(&self, key: &[u8]) -> bool {
        self.passes(self.fingerprinter.fingerprint(key))
    }

    #[inline]
    pub(super) fn passes(&self, print: u64) -> bool {
        has(&self.bits, print) && self.list.as_ref().is_none_or(|list| list.binary_search(&print).is_ok())
    }

    /// Returns whether only repeated fingerprints pass: none passes because it shares its bits with another.
    pub(super) fn is_exact(&self) -> bool {
        self.list.is_some()
    }

    /// Returns the memory of the filter, in bytes.
    pub fn memory_bytes(&self) -> usize {
        8 * (self.bits.len() + self.list.as_ref().map_or(0, |list| list.len()))
    }
}

/// Returns the word and the bit of a fingerprint among `words` words, a power of two.
#[inline]
fn place(words: usize, print: u64) -> (usize, u32) {
    let [low, a, b, c, d, ..] = print.to_le_bytes();
    (u32::from_le_bytes([a, b, c, d]) as usize & (words - 1), u32::from(low % 64))
}

#[inline]
fn has(bits: &[u64], print: u64) -> bool {
    let (word, bit) = place(bits.len(), print);
    bits[word] >> bit & 1 == 1
}

fn set(bits: &mut [u64], print: u64) {
    let (word, bit) = place(bits.len(), print);
    bits[word] |= 1 << bit;
}

/// Collects the fingerprints of a filter in bounded memory.
#[derive(Debug)]
pub(super) struct FilterBuilder {
    fingerprinter: Fingerprinter,
    limit_bytes: usize,
    list: Vec<u64>,
    bits: Option<Box<[u64]>>,
}

impl FilterBuilder {
    pub(super) fn new(fingerprinter: Fingerprinter, limit_bytes: usize) -> Self {
        Self { fingerprinter, limit_bytes: limit_bytes.max(1024), list: Vec::new(), bits: None }
    }

    /// Adds fingerprints; duplicates change nothing.
    pub(super) fn add(&mut self, prints: &[u64]) {
        let too_many = 8 * (self.list.len() + prints.len()) > self.limit_bytes / 4;
        if self.bits.is_none() && too_many {
            let words = self.limit_bytes / 8;
            // The largest power of two that is not above the limit.
            let mut bits = vec![0; 1 << words.ilog2().min(32)].into_boxed_slice();
            for print in std::mem::take(&mut self.list) {
                set(&mut bits, print);
            }
            self.bits = Some(bits);
        }
        match &mut self.bits {
            Some(bits) => prints.iter().for_each(|print| set(bits, *print)),
            None => self.list.extend_from_slice(prints),
        }
    }

    /// Creates the filter; `None` if no fingerprint was added.
    pub(super) fn finish(mut self) -> Option<Filter> {
        if let Some(bits) = self.bits {
            return Some(Filter { fingerprinter: self.fingerprinter, bits, list: None });
        }
        self.list.sort_unstable();
        self.list.dedup();
        if self.list.is_empty() {
            return None;
        }
        let most = 1 << (self.limit_bytes / 16).ilog2();
        let words = (self.list.len() * BITS_PER_PRINT / 64).next_power_of_two().clamp(64, most);
        let mut bits = vec![0; words].into_boxed_slice();
        for print in &self.list {
            set(&mut bits, *print);
        }
        Some(Filter { fingerprinter: self.fingerprinter, bits, list: Some(self.list.into()) })
    }
}
