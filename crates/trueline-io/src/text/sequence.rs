//! An input read by one thread: record boundaries need not be known before the records are read.
//!
//! A span is a chunk of bytes, after the rest of the previous one. The code that finds the records in it tells where
//! the last of them ends and returns the buffer with the remaining bytes. So no byte is read only to find a
//! boundary, and the rest moves, within the same memory, to the front of the next chunk. If the rest is long, more than
//! a chunk is read, so that a large record is not searched for its end once for each of many small chunks.

use std::ops::Range;

use super::failure::least_bytes;
use super::feed::{Feed, Filled, HEADROOM, Next, PADDING};
use super::{Basis, Failure, Span};
use crate::chunk::aligned;

/// The records of one input, read in order.
pub struct Sequence {
    feed: Feed,
    max_record_bytes: u64,
    /// The number of the next span.
    number: u64,
    /// Where the last span began, in its buffer and in the input, and the byte before it.
    start: usize,
    byte_offset: u64,
    previous: Option<u8>,
    is_done: bool,
}

/// What remains of a span.
#[derive(Debug, Default)]
pub struct Spent {
    /// The buffer of the span.
    pub buffer: Vec<u8>,
    /// The range from the end of the last complete record to the end of the span's range.
    pub rest: Range<usize>,
}

impl Sequence {
    pub(super) fn new(feed: Feed, byte_offset: u64, previous: Option<u8>, max_record_bytes: u64) -> Self {
        Self { feed, max_record_bytes, number: 0, start: 0, byte_offset, previous, is_done: false }
    }

    /// Returns the next span, which may end inside a record; `spent` is what remains of the previous one, at first nothing.
    /// `None` if there is no more.
    pub fn next(&mut self, spent: Spent) -> Option<Span> {
        if self.is_done {
            return None;
        }
        let Spent { mut buffer, rest } = spent;
        let used = rest.start - self.start;
        self.byte_offset += used as u64;
        if used > 0 {
            self.previous = Some(buffer[rest.start - 1]);
        }
        if used == 0 && least_bytes(&buffer[rest.clone()]) > self.max_record_bytes {
            self.is_done = true;
            let failure = Failure::record_size(self.max_record_bytes, self.byte_offset);
            let none = Filled { bytes: 0, is_last: false, failure: Some(failure) };
            return Some(self.span(buffer, 0..0, 0, none, Vec::new()));
        }
        let length = rest.len();
        let data = aligned(&buffer, HEADROOM.max(length));
        if buffer.len() < data {
            buffer.resize(data, 0);
        }
        buffer.copy_within(rest, data - length);
        let next = self.feed.next(&mut buffer, data, length)?;
        let mut digests = self.feed.take_digests();
        let digesting = self.feed.digesting().filter(|_| self.number > 0);
        let (filled, later) = match next {
            Next::Filled(filled) => (filled, digesting),
            Next::Place(place) => {
                let digests = digesting.map(|digesting| (digesting, &mut digests));
                (place.read(&mut buffer, data, digests), None)
            }
        };
        self.start = data - length;
        self.is_done = filled.is_last;
        let range = self.start..data + filled.bytes;
        if buffer.len() < range.end + PADDING {
            buffer.resize(range.end + PADDING, 0);
        }
        buffer[range.end..range.end + PADDING].fill(0);
        if let Some(digesting) = later {
            digests = digesting.of(&buffer[data..range.end]);
        }
        Some(self.span(buffer, range, length, filled, digests))
    }

    fn span(
        &mut self,
        buffer: Vec<u8>,
        range: Range<usize>,
        carried_bytes: usize,
        filled: Filled,
        digests: Vec<[u8; 32]>,
    ) -> Span {
        let sequence = self.number;
        self.number += 1;
        Span {
            sequence,
            buffer,
            range,
            byte_offset: self.byte_offset,
            previous: self.previous,
            is_last: filled.is_last && filled.failure.is_none(),
            is_cut: !filled.is_last || filled.failure.is_some(),
            basis: Basis::Known,
            failure: filled.failure,
            carried_bytes,
            digests,
        }
    }
}
