//! The hash of an input's bytes, in 32 bytes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use trueline_io::ReadAt;

use crate::progress::Cancel;
use crate::thread::run_on_threads;

/// The digest of a block.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    *blake3::hash(bytes).as_bytes()
}

/// The digests of the blocks of an input, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct BlockDigests {
    blocks: Vec<[u8; 32]>,
    bytes: u64,
}

impl BlockDigests {
    pub(crate) fn extend(&mut self, blocks: &[[u8; 32]]) {
        self.blocks.extend_from_slice(blocks);
    }

    pub(crate) fn has_any(&self) -> bool {
        !self.blocks.is_empty()
    }

    /// The hash of the input, which has this many bytes.
    pub(crate) fn finish(self, bytes: u64, block_bytes: usize) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&bytes.to_le_bytes()).update(&(block_bytes as u64).to_le_bytes());
        self.blocks.iter().for_each(|block| {
            hasher.update(block);
        });
        *hasher.finalize().as_bytes()
    }

    /// Hashes an input that can be read at offsets, on several threads. `None` if it cannot be read or the run is cancelled.
    pub(crate) fn hash_input(
        at: &dyn ReadAt,
        block_bytes: usize,
        threads: usize,
        cancel: &Cancel,
    ) -> Option<[u8; 32]> {
        let size = at.size_bytes();
        let count = usize::try_from(size.div_ceil(block_bytes as u64)).ok()?;
        let blocks = Mutex::new(vec![[0; 32]; count]);
        let (next, has_failed) = (AtomicU64::new(0), AtomicU64::new(0));
        let work = || {
            // Small enough to stay in the CPU cache between reading and hashing.
            let mut buffer = vec![0; block_bytes.min(READ_BYTES)];
            loop {
                let block = next.fetch_add(1, Ordering::Relaxed);
                let start = block.saturating_mul(block_bytes as u64);
                if start >= size || has_failed.load(Ordering::Relaxed) > 0 {
                    return;
                }
                let end = size.min(start + block_bytes as u64);
                let hash = if cancel.is_cancelled() { None } else { hash(at, start, end, &mut buffer) };
                match (hash, usize::try_from(block)) {
                    (Some(hash), Ok(block)) => {
                        blocks.lock().unwrap_or_else(PoisonError::into_inner)[block] = hash;
                    }
                    _ => has_failed.store(1, Ordering::Relaxed),
                }
            }
        };
        run_on_threads(threads.min(count), work);
        if has_failed.into_inner() > 0 {
            return None;
        }
        let blocks = blocks.into_inner().unwrap_or_else(PoisonError::into_inner);
        Some(Self { blocks, bytes: 0 }.finish(size, block_bytes))
    }
}

/// Bytes that are read and hashed at once.
const READ_BYTES: usize = 256 << 10;

fn hash(at: &dyn ReadAt, start: u64, end: u64, buffer: &mut [u8]) -> Option<[u8; 32]> {
    let mut hasher = blake3::Hasher::new();
    let mut offset = start;
    while offset < end {
        let wanted = usize::try_from(end - offset).unwrap_or(usize::MAX).min(buffer.len());
        match at.read_at(&mut buffer[..wanted], offset) {
            Ok(0) => return None,
            Ok(bytes) => {
                hasher.update(&buffer[..bytes]);
                offset += bytes as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    Some(*hasher.finalize().as_bytes())
}

/// Hashes the stored bytes of an input that is read in order, as compressed inputs are. Clones share their state.
#[derive(Clone, Debug)]
pub(crate) struct StreamHasher(Arc<Mutex<StreamState>>);

#[derive(Debug)]
struct StreamState {
    block_bytes: usize,
    hasher: blake3::Hasher,
    in_block: usize,
    digests: BlockDigests,
    has_ended: bool,
    is_wanted: bool,
}

impl StreamHasher {
    pub(crate) fn new(block_bytes: usize) -> Self {
        let hasher = blake3::Hasher::new();
        let digests = BlockDigests::default();
        let stream =
            StreamState { block_bytes, hasher, in_block: 0, digests, has_ended: false, is_wanted: true };
        Self(Arc::new(Mutex::new(stream)))
    }

    /// Stops hashing: the result is not needed.
    pub(crate) fn stop(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_wanted = false;
    }

    /// Adds the bytes that were read; an empty slice is the end of the input.
    pub(crate) fn read(&self, bytes: &[u8]) {
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !stream.is_wanted {
            return;
        }
        stream.has_ended |= bytes.is_empty();
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = stream.block_bytes - stream.in_block;
            let (now, later) = rest.split_at(room.min(rest.len()));
            stream.hasher.update(now);
            stream.in_block += now.len();
            stream.digests.bytes += now.len() as u64;
            rest = later;
            if stream.in_block == stream.block_bytes {
                stream.end_block();
            }
        }
    }

    /// The hash of the input, if it was read to its end.
    pub(crate) fn finish(&self) -> Option<[u8; 32]> {
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !stream.is_wanted || !stream.has_ended {
            return None;
        }
        if stream.in_block > 0 {
            stream.end_block();
        }
        let bytes = stream.digests.bytes;
        Some(std::mem::take(&mut stream.digests).finish(bytes, stream.block_bytes))
    }
}

impl StreamState {
    fn end_block(&mut self) {
        let block = *self.hasher.finalize().as_bytes();
        self.digests.extend(&[block]);
        self.hasher.reset();
        self.in_block = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trueline_io::{MemorySource, Source};

    fn at(bytes: &[u8]) -> Box<dyn ReadAt> {
        let source = MemorySource::new("m", bytes.to_vec());
        drop(source.open().unwrap());
        source.open_at().unwrap().unwrap()
    }

    #[test]
    fn all_ways_of_reading_give_one_hash() {
        let bytes: Vec<u8> = (0..1000_u32).flat_map(u32::to_le_bytes).collect();
        for block_bytes in [1, 7, 64, 1000, 4000, 5000] {
            let expected = {
                let mut digests = BlockDigests::default();
                let blocks: Vec<_> = bytes.chunks(block_bytes).map(digest).collect();
                digests.extend(&blocks);
                digests.finish(4000, block_bytes)
            };
            for threads in [1, 2, 3] {
                let found = BlockDigests::hash_input(&*at(&bytes), block_bytes, threads, &Cancel::new());
                assert_eq!(found, Some(expected), "{block_bytes} {threads}");
            }
            for step in [1, 13, 4000] {
                let stream = StreamHasher::new(block_bytes);
                bytes.chunks(step).for_each(|bytes| stream.read(bytes));
                assert_eq!(stream.finish(), None);
                stream.read(&[]);
                assert_eq!(stream.finish(), Some(expected), "{block_bytes} {step}");
            }
        }
    }

    #[test]
    fn other_bytes_have_another_hash() {
        let of = |bytes: &[u8]| BlockDigests::hash_input(&*at(bytes), 4, 2, &Cancel::new()).unwrap();
        let all = [of(b"abcdefgh"), of(b"abcdefg"), of(b"abcdefgH"), of(b"efghabcd"), of(b"abcd")];
        for (index, hash) in all.iter().enumerate() {
            assert!(!all[..index].contains(hash));
        }
    }

    #[test]
    fn a_run_that_is_cancelled_has_no_hash() {
        let cancel = Cancel::new();
        cancel.cancel();
        assert_eq!(BlockDigests::hash_input(&*at(b"abc"), 2, 1, &cancel), None);
    }
}
