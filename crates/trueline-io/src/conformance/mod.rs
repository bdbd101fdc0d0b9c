//! A test suite of the rules for every [`Source`], for implementors.
//!
//! A test provides a function that makes a source of given bytes, and the suite tests all requirements on sources: the same
//! bytes for all buffer sizes, at offsets as from the start, from many threads, repeatedly.
//!
//! ```
//! use trueline_io::{MemorySource, conformance};
//!
//! conformance::source(|bytes| Box::new(MemorySource::new("made", bytes)));
//! ```
//!
//! A read may return [`Interrupted`](std::io::ErrorKind::Interrupted), as with every [`Read`](std::io::Read): it is repeated.
//!
//! Optional capabilities (reading at offsets, reading again) are only tested if the source has them.

mod change;
mod offsets;
mod stream;

use std::io;

use crate::source::Source;

pub use change::changed_source;

/// Makes a source of given bytes.
type Make<'a> = &'a dyn Fn(&[u8]) -> Box<dyn Source>;

/// Sizes of inputs: none, one byte, some around powers of two, more than a chunk has.
const SIZES: [usize; 8] = [0, 1, 2, 65, 4096, 70_001, (1 << 20) + 1, (5 << 19) + 7];

/// Tests the rules for every source; `make` returns a new source of given bytes at each call.
///
/// **Panics**: a rule is violated; the message names the rule and the number of bytes.
///
/// **Cost**: some hundred sources of up to 2.5 MiB.
pub fn source(make: impl Fn(&[u8]) -> Box<dyn Source>) {
    let make: Make = &make;
    for size in SIZES {
        let bytes = sample_bytes(size);
        stream::check(make, &bytes);
        offsets::check(make, &bytes);
    }
}

/// Reads, and reads again if the system interrupted the read.
fn uninterrupted<T>(mut read: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Pseudo-random bytes, so that every piece of them is different.
fn sample_bytes(size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state = next(state);
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

/// The next of a sequence of pseudo-random numbers (xorshift).
fn next(state: u64) -> u64 {
    let state = state ^ (state << 13);
    let state = state ^ (state >> 7);
    state ^ (state << 17)
}

/// Compares without printing megabytes.
fn assert_same(rule: &str, found: &[u8], expected: &[u8]) {
    if found == expected {
        return;
    }
    let at = found.iter().zip(expected).position(|(found, expected)| found != expected);
    let at = at.unwrap_or(found.len().min(expected.len()));
    panic!("{rule}: {} bytes came, expected {}; they differ from byte {at} on", found.len(), expected.len());
}

#[cfg(test)]
mod tests;
