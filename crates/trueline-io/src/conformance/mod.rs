//! What every [`Source`] must do, as a suite for those who write one.
//!
//! A test hands over how to make a source of given bytes, and the suite tries all that trueline asks of sources: the same
//! bytes whatever the sizes of buffers, from places as from the start, by many threads, again and again.
//!
//! ```
//! use trueline_io::{MemorySource, conformance};
//!
//! conformance::source(|bytes| Box::new(MemorySource::new("made", bytes)));
//! ```
//!
//! What a source does not offer (reading from places, reading again) is not asked of it; what it offers must hold.

mod change;
mod places;
mod stream;

use crate::source::Source;

pub use change::changed_source;

/// Makes a source of given bytes.
type Make<'a> = &'a dyn Fn(&[u8]) -> Box<dyn Source>;

/// Sizes of inputs: none, one byte, some around powers of two, more than a chunk has.
const SIZES: [usize; 8] = [0, 1, 2, 65, 4096, 70_001, (1 << 20) + 1, (5 << 19) + 7];

/// Tries everything that a source must do; `make` gives a source of given bytes, a new one each time it is called.
///
/// **Panics**: a rule does not hold; the message says which, and for how many bytes.
///
/// **Cost**: some hundred sources, the largest of 2.5 MiB.
pub fn source(make: impl Fn(&[u8]) -> Box<dyn Source>) {
    let make: Make = &make;
    for size in SIZES {
        let bytes = made(size);
        stream::check(make, &bytes);
        places::check(make, &bytes);
    }
}

/// Bytes that differ from place to place, so that one piece cannot be taken for another.
fn made(size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state = next(state);
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

/// The next of a row of numbers without pattern (xorshift).
fn next(state: u64) -> u64 {
    let state = state ^ (state << 13);
    let state = state ^ (state >> 7);
    state ^ (state << 17)
}

/// Compares without printing megabytes.
fn same(rule: &str, found: &[u8], expected: &[u8]) {
    if found == expected {
        return;
    }
    let at = found.iter().zip(expected).position(|(found, expected)| found != expected);
    let at = at.unwrap_or(found.len().min(expected.len()));
    panic!("{rule}: {} bytes came, expected {}; they differ from byte {at} on", found.len(), expected.len());
}

#[cfg(test)]
mod tests;
