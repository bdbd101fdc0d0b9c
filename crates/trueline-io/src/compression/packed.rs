//! A buffered view of the compressed bytes that knows where it is.

use std::io::{self, Read};

use crate::compression::Compression;
use crate::error::{Error, ErrorKind, Place};

/// Bytes read from a compressed input at once.
const BUFFER_BYTES: usize = 128 << 10;

/// The compressed bytes, from the first to the last.
pub(super) struct Packed {
    read: Box<dyn Read + Send>,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    byte_offset: u64,
    is_at_end: bool,
}

impl Packed {
    /// `magic` was taken from the front of `read`.
    pub(super) fn new(magic: &[u8], read: Box<dyn Read + Send>) -> Self {
        let mut buffer = vec![0; BUFFER_BYTES].into_boxed_slice();
        buffer[..magic.len()].copy_from_slice(magic);
        Self { read, buffer, start: 0, end: magic.len(), byte_offset: 0, is_at_end: false }
    }

    /// Where the next byte stands in the input.
    pub(super) fn offset(&self) -> u64 {
        self.byte_offset
    }

    /// Some of the next bytes, none at the end.
    pub(super) fn fill(&mut self) -> Result<&[u8], Error> {
        self.peek(1)?;
        Ok(&self.buffer[self.start..self.end])
    }

    /// The next `wanted` bytes, fewer only at the end. Not for more than a header has.
    pub(super) fn peek(&mut self, wanted: usize) -> Result<&[u8], Error> {
        while self.end - self.start < wanted && !self.is_at_end {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            match self.read.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.is_at_end = true,
                Ok(bytes) => self.end += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let unread = (self.end - self.start) as u64;
                    return Err(Error::read(self.byte_offset + unread, error));
                }
            }
        }
        Ok(&self.buffer[self.start..self.end.min(self.start + wanted)])
    }

    /// Moves on by `bytes` of those that were shown.
    pub(super) fn consume(&mut self, bytes: usize) {
        self.start += bytes;
        self.byte_offset += bytes as u64;
    }

    /// The next byte, taken; `None` at the end.
    pub(super) fn byte(&mut self) -> Result<Option<u8>, Error> {
        let byte = self.fill()?.first().copied();
        self.consume(usize::from(byte.is_some()));
        Ok(byte)
    }

    /// Bytes that do not belong to the compressed stream begin here.
    pub(super) fn trailing(&mut self, compression: Compression) -> Error {
        let byte_offset = self.byte_offset;
        match self.peek(4) {
            Err(error) => error,
            Ok(found) => {
                let (name, found) = (String::new(), found.to_vec());
                Error::new(ErrorKind::Trailing { name, compression, byte_offset, found })
            }
        }
    }
}

/// The stream ends inside of a part.
pub(super) fn cut(place: Place) -> Error {
    Error::new(ErrorKind::Cut { name: String::new(), place })
}

/// The stream is not what was compressed.
pub(super) fn damaged(place: Place, problem: impl Into<String>) -> Error {
    Error::new(ErrorKind::Damaged { name: String::new(), place, problem: problem.into() })
}

/// An error for every read after the one that failed.
pub(super) fn failed_before() -> io::Error {
    io::Error::other("decompressing failed before")
}
