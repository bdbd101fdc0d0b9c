//! The beginning of a text input, read until the start of the first record is known.

use trueline_tokenizer::{Dialect, Kernel, Preamble, Splitter, count_line_ends, preamble};

use std::io::Read;

use super::body::BodyReader;
use super::digest::{BlockDigester, Digest};
use super::{Chunks, Failure, Sequence};
use crate::chunk::ChunkReader;
use crate::source::ReadAt;

/// Reads the beginning of an input. Holds the bytes that were read and not consumed yet.
pub(crate) struct Head {
    /// The bytes that were read and not consumed.
    pub(crate) rest: Vec<u8>,
    /// The offset of `rest` in the decompressed input.
    pub(crate) offset: u64,
    /// The number of line endings before `rest`.
    pub(crate) lines: u64,
    /// The byte before `rest`.
    pub(crate) previous: Option<u8>,
    /// The failure that ended the input after `rest`.
    pub(crate) failure: Option<Failure>,
    /// A copy of the bytes before `rest`. `None` if no copy is requested, or if they exceed `max_kept_bytes`.
    kept: Option<Vec<u8>>,
    max_kept_bytes: usize,
    at_end: bool,
    reader: ChunkReader,
    at: Option<Box<dyn ReadAt>>,
    chunk_bytes: usize,
    max_record_bytes: u64,
    /// Whether a record may contain quotes, for messages.
    has_quotes: bool,
    digester: Option<BlockDigester>,
    digests: Vec<[u8; 32]>,
}

impl Head {
    /// `head_bytes` is the size of the first read if it differs from `chunk_bytes`. With `keeps_skipped`, consumed bytes are
    /// kept, up to the maximum size of a record.
    pub(crate) fn new(
        read: Box<dyn Read + Send>,
        (chunk_bytes, head_bytes): (usize, Option<usize>),
        max_record_bytes: u64,
        keeps_skipped: bool,
        digest: Option<Digest>,
        has_quotes: bool,
    ) -> Self {
        let chunk_bytes = chunk_bytes.max(1);
        let head_bytes = head_bytes.filter(|_| digest.is_none()).unwrap_or(chunk_bytes);
        Self {
            rest: Vec::new(),
            offset: 0,
            lines: 0,
            previous: None,
            failure: None,
            kept: keeps_skipped.then(Vec::new),
            max_kept_bytes: usize::try_from(max_record_bytes).unwrap_or(usize::MAX),
            at_end: false,
            reader: ChunkReader::new(read, head_bytes),
            at: None,
            chunk_bytes,
            max_record_bytes,
            has_quotes,
            digester: BlockDigester::new(digest, chunk_bytes),
            digests: Vec::new(),
        }
    }

    /// Reads one more chunk, if there is one.
    pub(crate) fn read_more(&mut self) {
        if self.is_done() {
            return;
        }
        let read = self.reader.next_into(&mut self.rest);
        // If the first read was too small, the following ones have the full size of a chunk.
        self.reader.set_chunk_bytes(self.chunk_bytes);
        match read {
            Ok(0) => self.at_end = true,
            Ok(bytes) => self.digest(bytes),
            Err(error) => self.failure = Some(Failure::read(&error, self.offset + self.rest.len() as u64)),
        }
    }

    /// Digests the last `bytes` bytes, which were just read.
    fn digest(&mut self, bytes: usize) {
        if let Some(digester) = &self.digester {
            let block = &self.rest[self.rest.len() - bytes..];
            self.digests.extend(digester.digest_blocks(block));
        }
    }

    /// Whether the end of the input, or a failure, was reached.
    pub(crate) fn is_done(&self) -> bool {
        self.at_end || self.failure.is_some()
    }

    /// Whether the whole input was read.
    pub(crate) fn has_all(&self) -> bool {
        self.failure.is_some() || self.reader.has_ended()
    }

    /// Removes the first `bytes` bytes of `rest`, counting their line endings.
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.lines += count_line_ends(&self.rest[..bytes], self.previous);
        if let Some(last) = self.rest[..bytes].last() {
            self.previous = Some(*last);
        }
        match &mut self.kept {
            Some(kept) if kept.len() + bytes <= self.max_kept_bytes => {
                kept.extend_from_slice(&self.rest[..bytes]);
            }
            _ => self.kept = None,
        }
        self.rest.drain(..bytes);
        self.offset += bytes as u64;
    }

    /// Consumes the byte order mark and the lines to be skipped.
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

    /// Checks that the bytes in which no record was found do not exceed the maximum size of a record by more than a chunk.
    pub(crate) fn check_size(&self) -> Result<(), Failure> {
        let limit = self.max_record_bytes;
        if self.rest.len() as u64 > limit.saturating_add(self.chunk_bytes as u64) {
            return Err(Failure::record_size(limit, self.offset, self.has_quotes));
        }
        Ok(())
    }

    /// The consumed bytes, if they were kept and did not exceed the limit.
    pub(crate) fn kept(&self) -> Option<&[u8]> {
        self.kept.as_deref()
    }

    /// Sets another way to read the same bytes, at offsets.
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

    fn into_body(self) -> BodyReader {
        let digests = (self.digester, self.digests);
        BodyReader::new(self.rest, self.failure, self.reader, self.at, self.chunk_bytes, digests)
    }

    pub(crate) fn into_chunks(self, dialect: &Dialect, kernel: Kernel) -> Chunks {
        let Self { offset, previous, max_record_bytes, has_quotes, .. } = self;
        let splitter = Splitter::with_kernel(dialect, kernel);
        Chunks::new(self.into_body(), offset, previous, splitter, (max_record_bytes, has_quotes))
    }

    pub(crate) fn into_sequence(self) -> Sequence {
        let Self { offset, previous, max_record_bytes, has_quotes, .. } = self;
        Sequence::new(self.into_body(), offset, previous, (max_record_bytes, has_quotes))
    }
}
