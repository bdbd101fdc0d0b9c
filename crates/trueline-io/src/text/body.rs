//! Reads the chunks of an input: first the bytes that were read together with the header, then a stream, or a file at offsets.

use std::ops::Range;
use std::sync::Arc;

use super::Failure;
use super::digest::BlockDigester;
use crate::chunk::{ChunkReader, lengthen};
use crate::error::Error;
use crate::source::ReadAt;

/// Free space in front of a chunk's bytes, for the carried bytes of the record that the previous chunk could not finish.
pub(super) const HEADROOM: usize = 64 << 10;

/// The number of zero bytes after the last record of a buffer: code that reads a cell may load that many bytes beyond its end.
pub(super) const PADDING: usize = 64;

/// Reads the rest of an input after its header, chunk by chunk.
pub(super) struct BodyReader {
    /// The bytes after the header that were read with it, and the failure that ended them. `None` after the first chunk.
    rest: Option<Vec<u8>>,
    failure: Option<Failure>,
    reader: ChunkReader,
    /// The rest of a file that can be read at offsets; if present, it is used instead of the reader.
    file: Option<FilePosition>,
    chunk_bytes: usize,
    is_done: bool,
    digester: Option<BlockDigester>,
    /// The digests of the blocks that were read with the header.
    digests: Vec<[u8; 32]>,
}

/// The part of a file that was not read yet: from the offset `next` to its end.
struct FilePosition {
    at: Arc<dyn ReadAt>,
    next: u64,
}

/// The result of reading a chunk into a buffer.
pub(super) struct ChunkRead {
    pub(super) bytes: usize,
    pub(super) is_last: bool,
    /// The failure that ended the input after these bytes.
    pub(super) failure: Option<Failure>,
}

impl ChunkRead {
    /// Ends the chunk, which begins at `start`, where an earlier read failed, if that offset is within the chunk.
    pub(super) fn truncate_at(self, start: u64, failed: Option<Failure>) -> Self {
        let is_here =
            |failed: &Failure| (start..start + self.bytes.max(1) as u64).contains(&failed.byte_offset);
        let Some(failed) = failed.filter(is_here) else { return self };
        let bytes = usize::try_from(failed.byte_offset - start).unwrap_or(self.bytes);
        Self { bytes, is_last: true, failure: Some(failed) }
    }
}

/// The next chunk: already read, or the location from which the caller reads it.
pub(super) enum NextChunk {
    Read(ChunkRead),
    InFile(FileChunk),
}

/// A chunk of a file, not read yet.
pub(super) struct FileChunk {
    at: Arc<dyn ReadAt>,
    range: Range<u64>,
    is_last: bool,
}

impl BodyReader {
    pub(super) fn new(
        rest: Vec<u8>,
        failure: Option<Failure>,
        reader: ChunkReader,
        at: Option<Box<dyn ReadAt>>,
        chunk_bytes: usize,
        (digester, digests): (Option<BlockDigester>, Vec<[u8; 32]>),
    ) -> Self {
        let next = reader.offset();
        // If the reader has reached the end of the file (or the size that it had), there is nothing to read at offsets.
        let at = at.filter(|at| !reader.has_ended() && failure.is_none() && at.size_bytes() > next);
        let file = at.map(|at| FilePosition { at: Arc::from(at), next });
        let chunk_bytes = chunk_bytes.max(1);
        Self { rest: Some(rest), failure, reader, file, chunk_bytes, is_done: false, digester, digests }
    }

    /// Reads the next chunk into `buffer` at `start`, followed by [`PADDING`] bytes, or returns its location in the file. `least`
    /// is the minimum number of bytes to read. `None` if there is no more.
    pub(super) fn next(&mut self, buffer: &mut Vec<u8>, start: usize, least: usize) -> Option<NextChunk> {
        if self.is_done {
            return None;
        }
        let wanted = self.chunk_bytes.max(least);
        // The boundaries of digested blocks must not depend on `least`.
        let wanted = if self.digester.is_some() { wanted.next_multiple_of(self.chunk_bytes) } else { wanted };
        let read_chunk = if let Some(rest) = self.rest.take() {
            self.rest(&rest, buffer, start)
        } else if let Some(file) = &mut self.file {
            let end = file.at.size_bytes();
            let length = (wanted as u64).min(end - file.next);
            let range = file.next..file.next + length;
            file.next = range.end;
            self.is_done = range.end == end;
            return Some(NextChunk::InFile(FileChunk {
                at: Arc::clone(&file.at),
                range,
                is_last: self.is_done,
            }));
        } else {
            self.stream(buffer, start, wanted)
        };
        self.is_done = read_chunk.is_last;
        Some(NextChunk::Read(read_chunk))
    }

    fn rest(&mut self, rest: &[u8], buffer: &mut Vec<u8>, start: usize) -> ChunkRead {
        let failure = self.failure.take();
        if let Err(error) = lengthen(buffer, start + rest.len() + PADDING) {
            let offset = self.reader.offset() - rest.len() as u64;
            return ChunkRead { bytes: 0, is_last: true, failure: Some(Failure::read(&error, offset)) };
        }
        buffer[start..start + rest.len()].copy_from_slice(rest);
        let is_last = failure.is_some() || self.reader.has_ended();
        ChunkRead { bytes: rest.len(), is_last, failure }
    }

    fn stream(&mut self, buffer: &mut Vec<u8>, start: usize, bytes: usize) -> ChunkRead {
        let before = self.reader.offset();
        let result = lengthen(buffer, (start + PADDING).saturating_add(bytes))
            .and_then(|()| self.reader.fill(&mut buffer[start..start + bytes]));
        let offset = self.reader.offset();
        let failure = result.err().map(|error| Failure::read(&error, offset));
        ChunkRead {
            bytes: usize::try_from(offset - before).unwrap_or_default(),
            is_last: failure.is_some() || self.reader.has_ended(),
            failure,
        }
    }

    /// Whether the input can be read at any offset.
    pub(super) fn is_seekable(&self) -> bool {
        self.file.is_some()
    }

    /// Continues at `byte_offset`. Returns the byte before it, if there is one.
    pub(super) fn seek(&mut self, byte_offset: u64) -> Result<Option<u8>, Failure> {
        let Some(file) = &mut self.file else { return Ok(None) };
        (file.next, self.rest) = (byte_offset, None);
        self.is_done = byte_offset >= file.at.size_bytes();
        let Some(before) = byte_offset.checked_sub(1) else { return Ok(None) };
        let file_chunk = FileChunk::new(Arc::clone(&file.at), before..byte_offset, true);
        let mut buffer = Vec::new();
        match file_chunk.read(&mut buffer, 0, None).failure {
            Some(failure) => Err(Failure { byte_offset, ..failure }),
            None => Ok(buffer.first().copied()),
        }
    }

    /// Returns the digests of the blocks that were read with the header; only the first call returns them.
    pub(super) fn take_digests(&mut self) -> Vec<[u8; 32]> {
        std::mem::take(&mut self.digests)
    }

    pub(super) fn digester(&self) -> Option<BlockDigester> {
        self.digester
    }

    /// Ends the input here: there is no next chunk.
    pub(super) fn stop(&mut self) {
        self.is_done = true;
    }
}

impl FileChunk {
    pub(super) fn byte_offset(&self) -> u64 {
        self.range.start
    }

    pub(super) fn new(at: Arc<dyn ReadAt>, range: Range<u64>, is_last: bool) -> Self {
        Self { at, range, is_last }
    }

    /// Reads the chunk into `buffer` at `start`. With `digests`, it digests each block directly after reading it.
    pub(super) fn read(
        self,
        buffer: &mut Vec<u8>,
        start: usize,
        digests: Option<(BlockDigester, &mut Vec<[u8; 32]>)>,
    ) -> ChunkRead {
        let Self { at, range, is_last } = self;
        let wanted = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let step = digests.as_ref().map_or(wanted, |(digester, _)| digester.block_bytes).max(1);
        let mut digests = digests;
        let mut bytes = 0;
        let result = lengthen(buffer, (start + PADDING).saturating_add(wanted)).and_then(|()| {
            for block in (0..wanted).step_by(step) {
                let end = wanted.min(block + step);
                while bytes < end {
                    let offset = range.start + bytes as u64;
                    match at.read_at(&mut buffer[start + bytes..start + end], offset) {
                        Ok(0) => return Err(Error::read(offset, std::io::ErrorKind::UnexpectedEof.into())),
                        Ok(read) => bytes += read,
                        Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(Error::read(offset, error)),
                    }
                }
                if let Some((digester, digests)) = &mut digests {
                    digests.extend(digester.digest_blocks(&buffer[start + block..start + end]));
                }
            }
            Ok(())
        });
        let failure = result.err().map(|error| Failure::read(&error, range.start + bytes as u64));
        ChunkRead { bytes, is_last: is_last || failure.is_some(), failure }
    }
}
