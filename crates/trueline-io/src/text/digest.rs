//! Digests of what is read, block by block: what is known of a block need not be found out twice.

/// Makes a digest of bytes.
pub type Digest = fn(&[u8]) -> [u8; 32];

/// How the blocks of an input are digested.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digesting {
    digest: Digest,
    block_bytes: usize,
}

impl Digesting {
    pub(super) fn new(digest: Option<Digest>, block_bytes: usize) -> Option<Self> {
        digest.map(|digest| Self { digest, block_bytes })
    }

    /// The digest of each block of some bytes, which begin with one; the last of them may be shorter.
    pub(super) fn of(&self, bytes: &[u8]) -> Vec<[u8; 32]> {
        bytes.chunks(self.block_bytes).map(self.digest).collect()
    }
}
