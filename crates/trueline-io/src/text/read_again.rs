//! Reads records again from their locations.

use std::ops::Range;
use std::sync::Arc;

use super::body::{FileChunk, PADDING};
use super::{Basis, Span};
use crate::source::ReadAt;

impl Span {
    /// Reads the whole records in a range of an input again, into `buffer` (any vector; its memory is reused). `previous` is the
    /// byte before them, `is_last` whether the input ends after them.
    ///
    /// If they cannot be read, the span is empty and [`Span::failure`] says why.
    #[must_use]
    pub fn read_again(
        at: &Arc<dyn ReadAt>,
        range: Range<u64>,
        (previous, is_last): (Option<u8>, bool),
        buffer: Vec<u8>,
    ) -> Self {
        let mut buffer = buffer;
        let byte_offset = range.start;
        let read_chunk = FileChunk::new(Arc::clone(at), range, is_last).read(&mut buffer, 0, None);
        let end = if read_chunk.failure.is_some() { 0 } else { read_chunk.bytes };
        if buffer.len() < end + PADDING {
            buffer.resize(end + PADDING, 0);
        }
        buffer[end..end + PADDING].fill(0);
        Self {
            sequence: 0,
            buffer,
            range: 0..end,
            byte_offset,
            previous,
            is_last: is_last && read_chunk.failure.is_none(),
            is_cut: false,
            basis: Basis::Known,
            failure: read_chunk.failure,
            carried_bytes: 0,
            digests: Vec::new(),
        }
    }
}
