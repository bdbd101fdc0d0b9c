//! Digests of the input, block by block, so that results of a known block can be reused.

/// A function that computes a digest of bytes.
pub type Digest = fn(&[u8]) -> [u8; 32];

/// The size of a digested block: small enough that the bytes are still in the processor cache after the read.
const BLOCK_BYTES: usize = 256 << 10;

/// Returns the block size of the digests for a chunk size, both in bytes; the last block of an input may be shorter.
#[must_use]
pub fn digest_block_bytes(chunk_bytes: usize) -> usize {
    if chunk_bytes.is_multiple_of(BLOCK_BYTES) { BLOCK_BYTES.min(chunk_bytes) } else { chunk_bytes }
}

/// Computes the digests of the blocks of an input.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockDigester {
    digest: Digest,
    pub(super) block_bytes: usize,
}

impl BlockDigester {
    pub(super) fn new(digest: Option<Digest>, chunk_bytes: usize) -> Option<Self> {
        digest.map(|digest| Self { digest, block_bytes: digest_block_bytes(chunk_bytes).max(1) })
    }

    /// The digest of some bytes.
    pub(super) fn digest(self, bytes: &[u8]) -> [u8; 32] {
        (self.digest)(bytes)
    }

    /// The digest of each block of `bytes`, which start at a block boundary; the last block may be shorter.
    pub(super) fn digest_blocks(&self, bytes: &[u8]) -> Vec<[u8; 32]> {
        bytes.chunks(self.block_bytes).map(self.digest).collect()
    }
}
