//! An input read by one thread: record boundaries need not be known before the records are read.
//!
//! A span is the rest of the previous span, followed by a chunk of bytes. The caller finds the records in it, determines where
//! the last one ends and returns the buffer with the remaining bytes. So no byte is read only to find a boundary, and the
//! rest moves to the front of the next chunk within the same memory. If the rest is long, more than a chunk is read, so that a
//! large record is not scanned for its end once per small chunk.

use std::fmt;
use std::ops::Range;

use super::body::{BodyReader, ChunkRead, HEADROOM, NextChunk, PADDING};
use super::failure::min_record_bytes;
use super::{Basis, Failure, Span};
use crate::chunk::aligned;

/// The records of one input, read in order.
pub struct Sequence {
    body: BodyReader,
    max_record_bytes: u64,
    /// Whether a record may contain quotes, for messages.
    has_quotes: bool,
    /// The number of the next span.
    next_span: u64,
    /// The start of the last span: in its buffer, and as an offset in the input; and the byte before it.
    start: usize,
    byte_offset: u64,
    previous: Option<u8>,
    is_done: bool,
}

impl fmt::Debug for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sequence")
            .field("next_span", &self.next_span)
            .field("byte_offset", &self.byte_offset)
            .field("is_done", &self.is_done)
            .finish_non_exhaustive()
    }
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
    pub(super) fn new(
        body: BodyReader,
        byte_offset: u64,
        previous: Option<u8>,
        (max_record_bytes, has_quotes): (u64, bool),
    ) -> Self {
        Self {
            body,
            max_record_bytes,
            has_quotes,
            next_span: 0,
            start: 0,
            byte_offset,
            previous,
            is_done: false,
        }
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
        if used == 0 && min_record_bytes(&buffer[rest.clone()]) > self.max_record_bytes {
            self.is_done = true;
            let failure = Failure::record_size(self.max_record_bytes, self.byte_offset, self.has_quotes);
            let failed = ChunkRead { bytes: 0, is_last: false, failure: Some(failure) };
            return Some(self.span(buffer, 0..0, 0, failed, Vec::new()));
        }
        let length = rest.len();
        let data = aligned(&buffer, HEADROOM.max(length));
        if buffer.len() < data {
            buffer.resize(data, 0);
        }
        buffer.copy_within(rest, data - length);
        let next = self.body.next(&mut buffer, data, length)?;
        let mut digests = self.body.take_digests();
        let digester = self.body.digester().filter(|_| self.next_span > 0);
        let (read_chunk, undigested) = match next {
            NextChunk::Read(read_chunk) => (read_chunk, digester),
            NextChunk::InFile(file_chunk) => {
                let digests = digester.map(|digester| (digester, &mut digests));
                (file_chunk.read(&mut buffer, data, digests), None)
            }
        };
        self.start = data - length;
        self.is_done = read_chunk.is_last;
        let range = self.start..data + read_chunk.bytes;
        if buffer.len() < range.end + PADDING {
            buffer.resize(range.end + PADDING, 0);
        }
        buffer[range.end..range.end + PADDING].fill(0);
        if let Some(digester) = undigested {
            digests = digester.digest_blocks(&buffer[data..range.end]);
        }
        Some(self.span(buffer, range, length, read_chunk, digests))
    }

    fn span(
        &mut self,
        buffer: Vec<u8>,
        range: Range<usize>,
        carried_bytes: usize,
        read_chunk: ChunkRead,
        digests: Vec<[u8; 32]>,
    ) -> Span {
        let sequence = self.next_span;
        self.next_span += 1;
        Span {
            sequence,
            buffer,
            range,
            byte_offset: self.byte_offset,
            previous: self.previous,
            is_last: read_chunk.is_last && read_chunk.failure.is_none(),
            is_cut: !read_chunk.is_last || read_chunk.failure.is_some(),
            basis: Basis::Known,
            failure: read_chunk.failure,
            carried_bytes,
            digests,
        }
    }
}
