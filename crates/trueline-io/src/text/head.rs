//! The beginning of a text input, read until the start of the first record is known.

use trueline_tokenizer::{Dialect, Kernel, Preamble, Splitter, count_line_ends, preamble};

use std::io::Read;

use super::digest::{Digest, Digesting};
use super::feed::Feed;
use super::{Chunks, Failure, Sequence};
use crate::chunk::ChunkReader;
use crate::source::ReadAt;

/// What was read of an input so far and not given away yet.
pub(crate) struct Head {
    /// Bytes from `offset` on.
    pub(crate) rest: Vec<u8>,
    /// Their offset in the decompressed input.
    pub(crate) offset: u64,
    /// Line ends before them.
    pub(crate) lines: u64,
    /// The byte before them.
    pub(crate) previous: Option<u8>,
    /// The failure that ended the input after them.
    pub(crate) failure: Option<Failure>,
    /// The bytes before `rest`, for as long as they are not more than wanted.
    kept: Option<Vec<u8>>,
    most_kept: usize,
    at_end: bool,
    reader: ChunkReader,
    at: Option<Box<dyn ReadAt>>,
    chunk_bytes: usize,
    max_record_bytes: u64,
    digesting: Option<Digesting>,
    digests: Vec<[u8; 32]>,
}

impl Head {
    /// The size of a chunk, and of the first read, if that differs; `keeps` means that skipped bytes are kept, up to
    /// the size of a record.
    pub(crate) fn new(
        read: Box<dyn Read + Send>,
        (chunk_bytes, head_bytes): (usize, Option<usize>),
        max_record_bytes: u64,
        keeps: bool,
        digest: Option<Digest>,
    ) -> Self {
        let chunk_bytes = chunk_bytes.max(1);
        let head_bytes = head_bytes.filter(|_| digest.is_none()).unwrap_or(chunk_bytes);
        Self {
            rest: Vec::new(),
            offset: 0,
            lines: 0,
            previous: None,
            failure: None,
            kept: keeps.then(Vec::new),
            most_kept: usize::try_from(max_record_bytes).unwrap_or(usize::MAX),
            at_end: false,
            reader: ChunkReader::new(read, head_bytes),
            at: None,
            chunk_bytes,
            max_record_bytes,
            digesting: Digesting::new(digest, chunk_bytes),
            digests: Vec::new(),
        }
    }

    /// Reads one more chunk, if there is one.
    pub(crate) fn read_more(&mut self) {
        if self.is_done() {
            return;
        }
        let read = self.reader.next_into(&mut self.rest);
        // What is not in the first few bytes may be far.
        self.reader.set_chunk_bytes(self.chunk_bytes);
        match read {
            Ok(0) => self.at_end = true,
            Ok(bytes) => self.digest(bytes),
            Err(error) => self.failure = Some(Failure::read(&error, self.offset + self.rest.len() as u64)),
        }
    }

    /// Digests the block that was read last.
    fn digest(&mut self, bytes: usize) {
        if let Some(digesting) = &self.digesting {
            let block = &self.rest[self.rest.len() - bytes..];
            self.digests.extend(digesting.of(block));
        }
    }

    /// Whether nothing follows what was read.
    pub(crate) fn is_done(&self) -> bool {
        self.at_end || self.failure.is_some()
    }

    /// Whether all bytes of the input are here already.
    pub(crate) fn has_all(&self) -> bool {
        self.failure.is_some() || self.reader.has_ended()
    }

    /// Passes over bytes.
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.lines += count_line_ends(&self.rest[..bytes], self.previous);
        if let Some(last) = self.rest[..bytes].last() {
            self.previous = Some(*last);
        }
        match &mut self.kept {
            Some(kept) if kept.len() + bytes <= self.most_kept => {
                kept.extend_from_slice(&self.rest[..bytes]);
            }
            _ => self.kept = None,
        }
        self.rest.drain(..bytes);
        self.offset += bytes as u64;
    }

    /// Passes over the byte order mark and the lines to be skipped.
    pub(crate) fn skip_preamble(&mut self, dialect: &Dialect) -> Result<(), Failure> {
        loop {
            self.read_more();
            match preamble(&self.rest, dialect, self.is_done()) {
                Preamble::Length(bytes) => {
                    self.consume(bytes);
                    return Ok(());
                }
                Preamble::Utf16 => {
                    let message = "the input is UTF-16; convert it to UTF-8 first, for example with \
                                   `iconv -f UTF-16 -t UTF-8`";
                    return Err(Failure::new("encoding.utf16", message, 0));
                }
                _ if self.is_done() => return self.failure.take().map_or(Ok(()), Err),
                _ => self.check_size()?,
            }
        }
    }

    /// Checks that the undecided bytes do not exceed the limit on records.
    pub(crate) fn check_size(&self) -> Result<(), Failure> {
        let limit = self.max_record_bytes;
        if self.rest.len() as u64 > limit.saturating_add(self.chunk_bytes as u64) {
            return Err(Failure::record_size(limit, self.offset));
        }
        Ok(())
    }

    /// The bytes that were passed over, if they are wanted and not too many.
    pub(crate) fn kept(&self) -> Option<&[u8]> {
        self.kept.as_deref()
    }

    /// Another way to the bytes of the reader.
    pub(crate) fn read_at(&mut self, at: Option<Box<dyn ReadAt>>) {
        self.at = at;
    }

    /// Whether the following bytes can be read at offsets.
    pub(crate) fn has_read_at(&self) -> bool {
        self.at.is_some()
    }

    pub(crate) fn take_read_at(&mut self) -> Option<Box<dyn ReadAt>> {
        self.at.take()
    }

    fn into_feed(self) -> Feed {
        let digests = (self.digesting, self.digests);
        Feed::new(self.rest, self.failure, self.reader, self.at, self.chunk_bytes, digests)
    }

    pub(crate) fn into_chunks(self, dialect: &Dialect, kernel: Kernel) -> Chunks {
        let Self { offset, previous, max_record_bytes, .. } = self;
        let splitter = Splitter::with_kernel(dialect, kernel);
        Chunks::new(self.into_feed(), offset, previous, splitter, max_record_bytes)
    }

    pub(crate) fn into_sequence(self) -> Sequence {
        let Self { offset, previous, max_record_bytes, .. } = self;
        Sequence::new(self.into_feed(), offset, previous, max_record_bytes)
    }
}
