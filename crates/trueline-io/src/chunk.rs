//! Reads chunks of a fixed size from any reader.

use std::io::{self, Read};

use crate::error::{Error, ErrorKind};

/// Splits a stream into chunks by offset.
///
/// The chunks depend only on the bytes, not on how the reader returns them. After the end or an error, the
/// reader is not called again.
pub struct ChunkReader {
    read: Box<dyn Read + Send>,
    chunk_bytes: usize,
    byte_offset: u64,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Reading,
    Ended,
    Failed,
}

impl std::fmt::Debug for ChunkReader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ChunkReader")
            .field("chunk_bytes", &self.chunk_bytes)
            .field("byte_offset", &self.byte_offset)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl ChunkReader {
    /// Creates a reader of chunks of `chunk_bytes` bytes (at least one); the last chunk may be shorter.
    pub fn new(read: Box<dyn Read + Send>, chunk_bytes: usize) -> Self {
        Self { read, chunk_bytes: chunk_bytes.max(1), byte_offset: 0, state: State::Reading }
    }

    /// Sets the size of the following chunks, at least one byte.
    pub(crate) fn set_chunk_bytes(&mut self, chunk_bytes: usize) {
        self.chunk_bytes = chunk_bytes.max(1);
    }

    /// Returns the number of bytes read so far.
    pub fn offset(&self) -> u64 {
        self.byte_offset
    }

    /// Appends the next chunk to `buffer` and returns its size, which is smaller than a chunk only at the end; 0 is the end.
    ///
    /// **Errors**: errors of the reader, except for interruptions, which are retried. Bytes read before the error stay
    /// in the buffer and are counted by [`ChunkReader::offset`]. Every call after an error fails.
    ///
    /// **Cost**: memory for one chunk in the buffer, allocated at once.
    pub fn next_into(&mut self, buffer: &mut Vec<u8>) -> Result<usize, Error> {
        if self.state != State::Reading {
            return self.fill(&mut []);
        }
        let start = buffer.len();
        if let Err(error) = lengthen(buffer, start.saturating_add(self.chunk_bytes)) {
            self.state = State::Failed;
            return Err(error);
        }
        let offset = self.byte_offset;
        let result = self.fill(&mut buffer[start..start + self.chunk_bytes]);
        buffer.truncate(start + usize::try_from(self.byte_offset - offset).unwrap_or(usize::MAX));
        result
    }

    /// Fills `buffer`, of any size; returns fewer bytes only at the end, and none after it.
    ///
    /// **Errors**: as [`ChunkReader::next_into`]; [`ChunkReader::offset`] counts the bytes read before the error.
    ///
    /// **Cost**: one read, if the reader returns as much as requested.
    pub fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        if self.state == State::Failed {
            return Err(Error::read(self.byte_offset, io::Error::other("reading failed before")));
        }
        let mut filled = 0;
        while filled < buffer.len() && self.state == State::Reading {
            match self.read.read(&mut buffer[filled..]) {
                Ok(0) => self.state = State::Ended,
                Ok(bytes) => {
                    filled += bytes;
                    self.byte_offset += bytes as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.state = State::Failed;
                    return Err(Error::read(self.byte_offset, error));
                }
            }
        }
        Ok(filled)
    }

    /// Returns whether the end was reached.
    pub fn has_ended(&self) -> bool {
        self.state == State::Ended
    }
}

/// The size of a cache line: buffers for large copies should be aligned to it.
pub(crate) const LINE: usize = 64;

/// The first offset of a buffer, from `least` on, that is aligned to a cache line.
///
/// Zen 3 processors take five times as long to copy from a file to an address less than 32 bytes after the start of a page, which
/// is where allocators put large buffers, after their own sixteen bytes. A buffer that grows for the bytes may move to any
/// address.
pub(crate) fn aligned(buffer: &[u8], least: usize) -> usize {
    let address = buffer.as_ptr().addr().wrapping_add(least);
    least + (address.next_multiple_of(LINE) - address)
}

/// Makes a buffer at least `bytes` long; new bytes are zero or old content. Fresh memory comes zeroed from
/// the system and is not touched before it is needed.
pub(crate) fn lengthen(buffer: &mut Vec<u8>, bytes: usize) -> Result<(), Error> {
    if bytes > buffer.capacity() {
        let refused = |_| Error::new(ErrorKind::ChunkMemory { chunk_bytes: bytes });
        // Checks that the memory is available: `vec!` would abort the process.
        Vec::<u8>::new().try_reserve_exact(bytes).map_err(refused)?;
        let mut longer = vec![0; bytes];
        longer[..buffer.len()].copy_from_slice(buffer);
        *buffer = longer;
    } else if bytes > buffer.len() {
        buffer.resize(bytes, 0);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;
    use std::io::Cursor;
    use trueline_testkit::fault::{FailingRead, Fault, TrickleRead};

    #[test]
    fn chunks_are_full_whatever_the_reader_gives() {
        for step in 1..9 {
            let read = TrickleRead::new(Cursor::new(vec![7; 20]), step);
            let mut chunks = ChunkReader::new(Box::new(read), 8);
            let mut buffer = vec![1];
            let mut sizes = Vec::new();
            loop {
                let bytes = chunks.next_into(&mut buffer).unwrap();
                sizes.push(bytes);
                if bytes == 0 {
                    break;
                }
            }
            assert_eq!(sizes, [8, 8, 4, 0]);
            assert_eq!((buffer.len(), chunks.offset()), (21, 20));
        }
    }

    #[test]
    fn a_size_of_nothing_is_one_byte() {
        let mut chunks = ChunkReader::new(Box::new(Cursor::new(vec![7; 2])), 0);
        let mut buffer = Vec::new();
        assert_eq!([1, 1, 0], [0; 3].map(|_: i32| chunks.next_into(&mut buffer).unwrap()));
    }

    #[test]
    fn a_failing_read_keeps_what_came_before_and_stays_failed() {
        let read = FailingRead::new(TrickleRead::new(Cursor::new(vec![7; 20]), 3), 4);
        let calls = read.calls();
        let mut chunks = ChunkReader::new(Box::new(read), 64);
        let mut buffer = Vec::new();
        let error = chunks.next_into(&mut buffer).unwrap_err();
        assert_eq!(error.to_string(), "the input could not be read at byte 9");
        assert_eq!(error.source().unwrap().to_string(), "injected fault at call 4");
        assert_eq!((buffer.len(), chunks.offset(), calls.count()), (9, 9, 4));
        for _ in 0..2 {
            assert!(chunks.next_into(&mut buffer).is_err());
        }
        assert_eq!((buffer.len(), calls.count()), (9, 4));
    }

    #[test]
    fn the_end_is_asked_for_once() {
        let read = FailingRead::new(Cursor::new(vec![7; 20]), 0);
        let calls = read.calls();
        let mut chunks = ChunkReader::new(Box::new(read), 64);
        let mut buffer = Vec::new();
        assert_eq!(chunks.next_into(&mut buffer).unwrap(), 20);
        let count = calls.count();
        assert_eq!(chunks.next_into(&mut buffer).unwrap(), 0);
        assert_eq!(calls.count(), count);
    }

    #[test]
    fn interruptions_and_short_reads_are_not_noticed() {
        for fault in [Fault::Error(io::ErrorKind::Interrupted), Fault::Short(1)] {
            for nth in 1..8 {
                let read = FailingRead::new(TrickleRead::new(Cursor::new(vec![7; 20]), 6), nth).with(fault);
                let mut chunks = ChunkReader::new(Box::new(read), 16);
                let mut buffer = Vec::new();
                let sizes = [0; 3].map(|_: i32| chunks.next_into(&mut buffer).unwrap());
                assert_eq!(sizes, [16, 4, 0], "{fault:?} at call {nth}");
            }
        }
    }

    #[test]
    fn a_chunk_beyond_all_memory_is_an_error() {
        let mut chunks = ChunkReader::new(Box::new(Cursor::new(vec![7; 2])), usize::MAX);
        let error = chunks.next_into(&mut Vec::new()).unwrap_err();
        assert!(error.to_string().ends_with("choose a smaller chunk size"), "{error}");
        assert!(chunks.next_into(&mut Vec::new()).is_err());
    }
}
