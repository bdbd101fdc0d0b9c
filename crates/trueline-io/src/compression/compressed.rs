//! A buffered reader of the compressed bytes that knows its position.

use std::io::{self, Cursor, Read};

use super::Compression;
use super::checksum::Mark;
use crate::chunk::{LINE, aligned};
use crate::error::{Error, ErrorKind, Place};

/// Bytes read from a compressed input at once; more than the largest block of zstd.
const BUFFER_BYTES: usize = 256 << 10;

/// The compressed bytes of an input, and the position of the decoder in them.
pub(super) struct Compressed {
    compression: Compression,
    read: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// The aligned start of the data in the buffer.
    base: usize,
    start: usize,
    end: usize,
    byte_offset: u64,
    is_at_end: bool,
    /// The error of a read, to be returned once the bytes before it are decompressed.
    failed: Option<Error>,
    /// Number of the member, stream or frame, from 1; 0 before the first.
    part: u64,
    decompressed: u64,
    /// The marks of frames whose checksums the reader verifies; `None` if the decoder does.
    marks: Option<Vec<Mark>>,
}

impl Compressed {
    /// `magic` was taken from the front of `read`.
    pub(super) fn new(compression: Compression, magic: &[u8], read: Box<dyn Read + Send>) -> Self {
        let mut buffer = vec![0; BUFFER_BYTES + LINE];
        let base = aligned(&buffer, 0);
        buffer.truncate(base + BUFFER_BYTES);
        let end = base + magic.len();
        buffer[base..end].copy_from_slice(magic);
        Self { buffer, base, start: base, end, ..Self::empty(compression, read) }
    }

    fn empty(compression: Compression, read: Box<dyn Read + Send>) -> Self {
        Self {
            compression,
            read,
            buffer: Vec::new(),
            base: 0,
            start: 0,
            end: 0,
            byte_offset: 0,
            is_at_end: false,
            failed: None,
            part: 0,
            decompressed: 0,
            marks: None,
        }
    }

    /// Creates it from a complete stream, or a piece of one, in memory.
    pub(super) fn whole(compression: Compression, bytes: Vec<u8>) -> Self {
        let (end, read) = (bytes.len(), Box::new(io::empty()));
        Self { buffer: bytes, end, is_at_end: true, ..Self::empty(compression, read) }
    }

    /// Returns the bytes given to [`Compressed::whole`].
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.buffer
    }

    /// Leaves checksums to the reader: from now on [`Compressed::marks`] tells it where frames begin and end.
    pub(super) fn defer_checksums(&mut self) {
        self.marks = Some(Vec::new());
    }

    /// The marks that the reader has not taken yet; `None` if the decoder verifies checksums.
    pub(super) fn marks(&mut self) -> Option<&mut Vec<Mark>> {
        self.marks.as_mut()
    }

    pub(super) fn compression(&self) -> Compression {
        self.compression
    }

    /// Sets the compression, which skippable frames at the start do not tell.
    pub(super) fn set_compression(&mut self, compression: Compression) {
        self.compression = compression;
    }

    /// The offset of the next byte in the input.
    pub(super) fn offset(&self) -> u64 {
        self.byte_offset
    }

    /// The number of decompressed bytes so far.
    pub(super) fn decompressed(&self) -> u64 {
        self.decompressed
    }

    /// Counts decompressed bytes.
    pub(super) fn add_decompressed(&mut self, bytes: usize) {
        self.decompressed += bytes as u64;
    }

    /// Counts a part, which begins at the current position.
    pub(super) fn begin_part(&mut self) {
        self.part += 1;
    }

    /// The number of parts that have begun.
    pub(super) fn part(&self) -> u64 {
        self.part
    }

    /// Counts parts that other threads decompressed.
    pub(super) fn add_parts(&mut self, parts: u64) {
        self.part += parts;
    }

    pub(super) fn place(&self) -> Place {
        Place {
            compression: self.compression,
            part: self.part,
            byte_offset: self.byte_offset,
            decompressed_offset: self.decompressed,
        }
    }

    /// Returns some of the next bytes; none at the end.
    pub(super) fn fill(&mut self) -> Result<&[u8], Error> {
        self.peek(1)?;
        Ok(&self.buffer[self.start..self.end])
    }

    /// Returns some of the next bytes, at least `least` unless fewer are left. If reading fails, none are left, so that a caller
    /// can first return earlier bytes; [`Compressed::truncated`] and later reads then return the error.
    pub(super) fn input(&mut self, least: usize) -> &[u8] {
        if self.failed.is_none() {
            self.failed = self.peek(least).err();
        }
        &self.buffer[self.start..self.end]
    }

    /// The next `wanted` bytes, fewer only at the end. Not for more than the buffer has.
    pub(super) fn peek(&mut self, wanted: usize) -> Result<&[u8], Error> {
        while self.end - self.start < wanted && !self.is_at_end {
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            if self.start > self.base {
                self.buffer.copy_within(self.start..self.end, self.base);
                self.end -= self.start - self.base;
                self.start = self.base;
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

    /// Consumes `bytes` of those that were returned last.
    pub(super) fn consume(&mut self, bytes: usize) {
        self.start += bytes;
        self.byte_offset += bytes as u64;
    }

    /// Consumes the next byte.
    ///
    /// **Errors**: there is no next byte, or it cannot be read.
    pub(super) fn byte(&mut self) -> Result<u8, Error> {
        let Some(byte) = self.fill()?.first().copied() else { return Err(self.truncated()) };
        self.consume(1);
        Ok(byte)
    }

    /// Consumes the next bytes of a header.
    ///
    /// **Errors**: there are fewer, or they cannot be read.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = self.byte()?;
        }
        Ok(bytes)
    }

    /// Consumes `bytes` bytes and appends them to `target`, which grows with what is there, not by what is asked for. Returns
    /// the number of bytes, fewer only at the end.
    pub(super) fn copy_into(&mut self, bytes: usize, target: &mut Vec<u8>) -> Result<usize, Error> {
        let mut left = bytes;
        while left > 0 {
            let some = self.fill()?;
            let some = &some[..some.len().min(left)];
            if some.is_empty() {
                break;
            }
            target.extend_from_slice(some);
            let taken = some.len();
            left -= taken;
            self.consume(taken);
        }
        Ok(bytes - left)
    }

    /// As [`Compressed::copy_into`].
    ///
    /// **Errors**: there are fewer, or they cannot be read.
    pub(super) fn take_into(&mut self, bytes: usize, target: &mut Vec<u8>) -> Result<(), Error> {
        if self.copy_into(bytes, target)? == bytes { Ok(()) } else { Err(self.truncated()) }
    }

    /// Returns consumed bytes, which begin at `byte_offset`, to the front of the input; `error` is that of a read after them.
    pub(super) fn give_back(&mut self, bytes: Vec<u8>, error: Option<Error>, byte_offset: u64) {
        let mut front = bytes;
        front.extend_from_slice(&self.buffer[self.start..self.end]);
        let mut read: Box<dyn Read + Send> = Box::new(io::empty());
        if !self.is_at_end {
            std::mem::swap(&mut read, &mut self.read);
        }
        let front = Cursor::new(front);
        self.read = match error {
            Some(error) => Box::new(front.chain(Failed(Some(error.into()))).chain(read)),
            None => Box::new(front.chain(read)),
        };
        (self.start, self.end, self.is_at_end) = (self.base, self.base, false);
        self.byte_offset = byte_offset;
    }

    /// Skips `bytes` bytes.
    ///
    /// **Errors**: there are fewer, or they cannot be read.
    pub(super) fn skip(&mut self, bytes: u64) -> Result<(), Error> {
        let mut left = bytes;
        while left > 0 {
            let some = self.fill()?.len();
            if some == 0 {
                return Err(self.truncated());
            }
            let skipped = usize::try_from(left).map_or(some, |left| some.min(left));
            self.consume(skipped);
            left -= skipped as u64;
        }
        Ok(())
    }

    /// Skips zero bytes, and returns their number.
    pub(super) fn skip_zeros(&mut self) -> Result<u64, Error> {
        let before = self.byte_offset;
        loop {
            let bytes = self.fill()?;
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            let is_done = bytes.is_empty() || zeros < bytes.len();
            self.consume(zeros);
            if is_done {
                return Ok(self.byte_offset - before);
            }
        }
    }

    /// The error for bytes after the end of the compressed stream.
    pub(super) fn trailing(&mut self) -> Error {
        let (compression, byte_offset) = (self.compression, self.byte_offset);
        match self.peek(4) {
            Err(error) => error,
            Ok(found) => {
                let (name, found) = (String::new(), found.to_vec());
                Error::new(ErrorKind::Trailing { name, compression, byte_offset, found })
            }
        }
    }

    /// The error for the end of the input inside of a part: that of the failed read, if there was one.
    pub(super) fn truncated(&mut self) -> Error {
        let place = self.place();
        self.failed.take().unwrap_or_else(|| Error::new(ErrorKind::Cut { name: String::new(), place }))
    }

    /// The error for damaged data at the current position.
    pub(super) fn damaged(&self, problem: impl Into<String>) -> Error {
        damaged(self.place(), problem)
    }
}

/// The error for damaged data.
pub(super) fn damaged(place: Place, problem: impl Into<String>) -> Error {
    Error::new(ErrorKind::Damaged { name: String::new(), place, problem: problem.into() })
}

/// Fails once.
pub(super) struct Failed(pub(super) Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
