//! Reading in pieces of one size, whatever sizes the reader gives.

use std::io::{ErrorKind as Kind, Read};

use crate::error::{Error, ErrorKind};

/// Cuts a stream into chunks by offset.
pub struct ChunkReader {
    read: Box<dyn Read + Send>,
    chunk_bytes: usize,
    byte_offset: u64,
}

impl ChunkReader {
    /// Chunks of `chunk_bytes` bytes, the last one shorter.
    pub fn new(read: Box<dyn Read + Send>, chunk_bytes: usize) -> Self {
        Self { read, chunk_bytes: chunk_bytes.max(1), byte_offset: 0 }
    }

    /// Bytes read so far.
    pub fn offset(&self) -> u64 {
        self.byte_offset
    }

    /// Appends the next chunk to `buffer`: as many bytes as a chunk has, fewer only at the end; 0 is the end.
    ///
    /// **Errors**: the reader's own, interruptions excepted. What was read before stays in the buffer.
    pub fn next_into(&mut self, buffer: &mut Vec<u8>) -> Result<usize, Error> {
        let start = buffer.len();
        buffer.resize(start + self.chunk_bytes, 0);
        let mut filled = 0;
        let result = loop {
            if filled == self.chunk_bytes {
                break Ok(filled);
            }
            match self.read.read(&mut buffer[start + filled..]) {
                Ok(0) => break Ok(filled),
                Ok(bytes) => {
                    filled += bytes;
                    self.byte_offset += bytes as u64;
                }
                Err(error) if error.kind() == Kind::Interrupted => {}
                Err(source) => {
                    break Err(Error::new(ErrorKind::Read { byte_offset: self.byte_offset, source }));
                }
            }
        };
        buffer.truncate(start + filled);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trueline_testkit::fault::{FailingRead, TrickleRead};

    #[test]
    fn chunks_are_full_whatever_the_reader_gives() {
        for step in 1..9 {
            let read = TrickleRead::new(std::io::Cursor::new(vec![7; 20]), step);
            let mut chunks = ChunkReader::new(Box::new(read), 8);
            let mut buffer = vec![1];
            let mut sizes = Vec::new();
            while let Ok(bytes) = chunks.next_into(&mut buffer)
                && bytes > 0
            {
                sizes.push(bytes);
            }
            assert_eq!(sizes, [8, 8, 4]);
            assert_eq!((buffer.len(), chunks.offset()), (21, 20));
        }
    }

    #[test]
    fn a_failing_read_keeps_what_came_before() {
        let read = FailingRead::new(TrickleRead::new(std::io::Cursor::new(vec![7; 20]), 3), 4);
        let mut chunks = ChunkReader::new(Box::new(read), 64);
        let mut buffer = Vec::new();
        let error = chunks.next_into(&mut buffer).expect_err("the fourth read fails");
        assert_eq!(error.to_string(), "reading failed after 9 bytes");
        assert_eq!(buffer.len(), 9);
    }
}
