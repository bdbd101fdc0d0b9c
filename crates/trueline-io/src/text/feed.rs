//! Reads the bytes of chunks: what was read with the header, then a stream or a file at offsets.

use std::ops::Range;
use std::sync::Arc;

use super::Failure;
use super::digest::Digesting;
use crate::chunk::{ChunkReader, lengthen};
use crate::error::Error;
use crate::source::ReadAt;

/// Room kept free in front of a chunk's bytes for the record that the chunk before could not finish.
pub(super) const HEADROOM: usize = 64 << 10;

/// Zero bytes after the last record of a buffer: code that reads a cell may load as many beyond its end.
pub(super) const PADDING: usize = 64;

/// The rest of an input after its header.
pub(super) struct Feed {
    /// Bytes read while the header was looked for, and what ended them.
    rest: Option<Vec<u8>>,
    failure: Option<Failure>,
    reader: ChunkReader,
    /// Used instead of the reader, if there is one.
    places: Option<Places>,
    chunk_bytes: usize,
    is_done: bool,
    digesting: Option<Digesting>,
    /// Those of the blocks that were read while the header was looked for.
    digests: Vec<[u8; 32]>,
}

/// The bytes of a file from `next` to its end.
struct Places {
    at: Arc<dyn ReadAt>,
    next: u64,
}

/// The bytes of a chunk.
pub(super) struct Filled {
    pub(super) bytes: usize,
    pub(super) is_last: bool,
    /// The failure that ended the input after them.
    pub(super) failure: Option<Failure>,
}

impl Filled {
    /// Ends where a read failed before, if that is in these bytes, which begin at `start`.
    pub(super) fn cut(self, start: u64, failed: Option<Failure>) -> Self {
        let is_here =
            |failed: &Failure| (start..start + self.bytes.max(1) as u64).contains(&failed.byte_offset);
        let Some(failed) = failed.filter(is_here) else { return self };
        let bytes = usize::try_from(failed.byte_offset - start).unwrap_or(self.bytes);
        Self { bytes, is_last: true, failure: Some(failed) }
    }
}

/// The next chunk: there, or where it is to be read.
pub(super) enum Next {
    Filled(Filled),
    Place(Place),
}

/// A chunk in a file.
pub(super) struct Place {
    at: Arc<dyn ReadAt>,
    range: Range<u64>,
    is_last: bool,
}

impl Feed {
    pub(super) fn new(
        rest: Vec<u8>,
        failure: Option<Failure>,
        reader: ChunkReader,
        at: Option<Box<dyn ReadAt>>,
        chunk_bytes: usize,
        (digesting, digests): (Option<Digesting>, Vec<[u8; 32]>),
    ) -> Self {
        let next = reader.offset();
        // A file that was read to its end, or beyond the end that it had, is the reader's.
        let at = at.filter(|at| !reader.has_ended() && failure.is_none() && at.size_bytes() > next);
        let places = at.map(|at| Places { at: Arc::from(at), next });
        let chunk_bytes = chunk_bytes.max(1);
        Self { rest: Some(rest), failure, reader, places, chunk_bytes, is_done: false, digesting, digests }
    }

    /// Reads the next chunk to `start` of `buffer`, followed by [`PADDING`] bytes; `least` is the number of
    /// bytes worth reading. `None` if there is no more.
    pub(super) fn next(&mut self, buffer: &mut Vec<u8>, start: usize, least: usize) -> Option<Next> {
        if self.is_done {
            return None;
        }
        let wanted = self.chunk_bytes.max(least);
        // Blocks that are digested are always the same.
        let wanted =
            if self.digesting.is_some() { wanted.next_multiple_of(self.chunk_bytes) } else { wanted };
        let filled = if let Some(rest) = self.rest.take() {
            self.rest(&rest, buffer, start)
        } else if let Some(places) = &mut self.places {
            let end = places.at.size_bytes();
            let length = (wanted as u64).min(end - places.next);
            let range = places.next..places.next + length;
            places.next = range.end;
            self.is_done = range.end == end;
            return Some(Next::Place(Place { at: Arc::clone(&places.at), range, is_last: self.is_done }));
        } else {
            self.stream(buffer, start, wanted)
        };
        self.is_done = filled.is_last;
        Some(Next::Filled(filled))
    }

    fn rest(&mut self, rest: &[u8], buffer: &mut Vec<u8>, start: usize) -> Filled {
        let failure = self.failure.take();
        if let Err(error) = lengthen(buffer, start + rest.len() + PADDING) {
            let offset = self.reader.offset() - rest.len() as u64;
            return Filled { bytes: 0, is_last: true, failure: Some(Failure::read(&error, offset)) };
        }
        buffer[start..start + rest.len()].copy_from_slice(rest);
        let is_last = failure.is_some() || self.reader.has_ended();
        Filled { bytes: rest.len(), is_last, failure }
    }

    fn stream(&mut self, buffer: &mut Vec<u8>, start: usize, bytes: usize) -> Filled {
        let before = self.reader.offset();
        let result = lengthen(buffer, (start + PADDING).saturating_add(bytes))
            .and_then(|()| self.reader.fill(&mut buffer[start..start + bytes]));
        let offset = self.reader.offset();
        let failure = result.err().map(|error| Failure::read(&error, offset));
        Filled {
            bytes: usize::try_from(offset - before).unwrap_or_default(),
            is_last: failure.is_some() || self.reader.has_ended(),
            failure,
        }
    }

    /// Whether what comes has places, and can be read from any of them.
    pub(super) fn has_places(&self) -> bool {
        self.places.is_some()
    }

    /// Goes on from a place, wherever it was. Returns the byte before it, if there is one.
    pub(super) fn go_to(&mut self, byte_offset: u64) -> Result<Option<u8>, Failure> {
        let Some(places) = &mut self.places else { return Ok(None) };
        (places.next, self.rest) = (byte_offset, None);
        self.is_done = byte_offset >= places.at.size_bytes();
        let Some(before) = byte_offset.checked_sub(1) else { return Ok(None) };
        let place = Place::new(Arc::clone(&places.at), before..byte_offset, true);
        let mut buffer = Vec::new();
        match place.read(&mut buffer, 0, None).failure {
            Some(failure) => Err(Failure { byte_offset, ..failure }),
            None => Ok(buffer.first().copied()),
        }
    }

    /// The digests of the blocks that were read while the header was looked for; once.
    pub(super) fn take_digests(&mut self) -> Vec<[u8; 32]> {
        std::mem::take(&mut self.digests)
    }

    pub(super) fn digesting(&self) -> Option<Digesting> {
        self.digesting
    }

    /// Makes this the end.
    pub(super) fn stop(&mut self) {
        self.is_done = true;
    }
}

impl Place {
    pub(super) fn byte_offset(&self) -> u64 {
        self.range.start
    }

    pub(super) fn new(at: Arc<dyn ReadAt>, range: Range<u64>, is_last: bool) -> Self {
        Self { at, range, is_last }
    }

    /// Reads the chunk into `buffer` at `start`; makes digests of its blocks, where they are wanted, as they come.
    pub(super) fn read(
        self,
        buffer: &mut Vec<u8>,
        start: usize,
        digests: Option<(Digesting, &mut Vec<[u8; 32]>)>,
    ) -> Filled {
        let Self { at, range, is_last } = self;
        let wanted = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let step = digests.as_ref().map_or(wanted, |(digesting, _)| digesting.block_bytes).max(1);
        let mut digests = digests;
        let mut bytes = 0;
        let result = lengthen(buffer, (start + PADDING).saturating_add(wanted)).and_then(|()| {
            for block in (0..wanted).step_by(step) {
                let end = wanted.min(block + step);
                while bytes < end {
                    let offset = range.start + bytes as u64;
                    match at.read_at(&mut buffer[start + bytes..start + end], offset) {
                        Ok(0) => return Err(Error::read(offset, std::io::ErrorKind::UnexpectedEof.into())),
                        Ok(some) => bytes += some,
                        Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(Error::read(offset, error)),
                    }
                }
                if let Some((digesting, digests)) = &mut digests {
                    digests.extend(digesting.of(&buffer[start + block..start + end]));
                }
            }
            Ok(())
        });
        let failure = result.err().map(|error| Failure::read(&error, range.start + bytes as u64));
        Filled { bytes, is_last: is_last || failure.is_some(), failure }
    }
}
