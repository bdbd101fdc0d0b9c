//! The checksums of zstd frames, verified by the reader of the decompressed bytes.
//!
//! The decompression of one frame cannot be split among threads, so its thread should do nothing else, such as computing the
//! checksum (XXH64 of the decompressed bytes); the reading thread has time to spare. The decompressing thread therefore only
//! records where frames begin and end ([`Mark`]), and the [`Verifier`] hashes the bytes between. Bytes outside of marks were
//! verified elsewhere, or have no checksum. `benches/src/bin/decompress.rs` measures it.

use std::collections::VecDeque;
use std::hash::Hasher;

use twox_hash::XxHash64;

use super::compressed::damaged;
use crate::error::{Error, Place};

/// An offset in the decompressed bytes where the reader begins or ends a checksum.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) decompressed_offset: u64,
    pub(super) event: Event,
}

/// What there is at a mark.
#[derive(Debug)]
pub(super) enum Event {
    /// The first byte of a frame follows.
    Begin,
    /// The frame ends. Its checksum was read at `place`.
    End { checksum: u32, place: Place },
}

/// Whether this is the checksum of the hashed bytes: the low four bytes of the hash.
pub(super) fn is_checksum(checksum: u32, hash: &XxHash64) -> bool {
    hash.finish().to_le_bytes()[..4] == checksum.to_le_bytes()
}

/// The error of a checksum that differs, in the words of the library.
pub(super) fn mismatch(place: Place) -> Error {
    damaged(place, "Restored data doesn't match checksum")
}

/// Hashes what is read, and compares the checksum at the end of each frame.
#[derive(Debug, Default)]
pub(super) struct Verifier {
    marks: VecDeque<Mark>,
    decompressed_offset: u64,
    /// The hash of the current frame so far, if the reader verifies its checksum.
    hash: Option<XxHash64>,
}

impl Verifier {
    /// Adds marks, which are after all earlier ones.
    pub(super) fn expect(&mut self, marks: &mut Vec<Mark>) {
        self.marks.extend(marks.drain(..));
    }

    /// Continues with the next bytes. Returns how many of them belong to frames without a wrong checksum, and the error if
    /// that is not all.
    pub(super) fn verify(&mut self, bytes: &[u8]) -> (usize, Option<Error>) {
        let mut at = 0;
        loop {
            let distance = self.marks.front().map(|mark| mark.decompressed_offset - self.decompressed_offset);
            let rest = &bytes[at..];
            let step = distance.and_then(|distance| usize::try_from(distance).ok()).unwrap_or(usize::MAX);
            let step = step.min(rest.len());
            if let Some(hash) = &mut self.hash {
                hash.write(&rest[..step]);
            }
            at += step;
            self.decompressed_offset += step as u64;
            let here = self.decompressed_offset;
            if self.marks.front().is_none_or(|mark| mark.decompressed_offset > here) {
                return (at, None);
            }
            let Some(mark) = self.marks.pop_front() else { return (at, None) };
            match mark.event {
                Event::Begin => self.hash = Some(XxHash64::with_seed(0)),
                Event::End { checksum, place } => {
                    if !self.hash.take().is_some_and(|hash| is_checksum(checksum, &hash)) {
                        return (at, Some(mismatch(place)));
                    }
                }
            }
        }
    }
}
