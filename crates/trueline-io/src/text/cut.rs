//! How a chunk was cut, so that the same bytes need not be surveyed again.

use super::Span;

/// The location of the records that end in a chunk, and what they depend on besides its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "whoever keeps it must keep all of it")]
pub struct Cut {
    /// The offset of the first record in the decompressed input.
    pub byte_offset: u64,
    /// The byte before the first record.
    pub previous: Option<u8>,
    /// The digest of the carried bytes: those bytes of the records that come from before the chunk.
    pub carried: [u8; 32],
    /// The number of bytes of the records.
    pub bytes: usize,
}

impl Cut {
    /// Returns the cut of a span whose first `bytes` bytes are whole records.
    #[must_use]
    pub fn of(span: &Span, bytes: usize, digest: super::Digest) -> Self {
        let Span { byte_offset, previous, .. } = *span;
        Self { byte_offset, previous, carried: carried(span, digest), bytes }
    }

    /// Returns whether a span of a chunk with the same bytes has the same records.
    #[must_use]
    pub fn fits_span(&self, span: &Span, digest: super::Digest) -> bool {
        // If the span holds whole records only, its length must match; otherwise it may end inside a record.
        let length = span.range.len();
        let is_long_enough = if span.is_cut { self.bytes <= length } else { self.bytes == length };
        is_long_enough && self.fits(span.byte_offset, span.previous, || carried(span, digest))
    }

    /// Whether everything that the cut depends on before the chunk is the same.
    pub(super) fn fits(
        &self,
        byte_offset: u64,
        previous: Option<u8>,
        carried: impl FnOnce() -> [u8; 32],
    ) -> bool {
        (self.byte_offset, self.previous) == (byte_offset, previous) && self.carried == carried()
    }
}

/// The digest of the bytes of a span that come from before its chunk.
fn carried(span: &Span, digest: super::Digest) -> [u8; 32] {
    digest(&span.buffer[span.range.start..][..span.carried_bytes])
}
