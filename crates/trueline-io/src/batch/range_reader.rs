//! Reads parts of an input entirely, allocating only for bytes that exist.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::Problem;
use crate::error::Error;
use crate::source::ReadAt;

/// Reads ranges of an input of known size. Clones read the same input.
#[derive(Clone)]
pub(crate) struct RangeReader {
    at: Arc<dyn ReadAt>,
    size_bytes: u64,
}

impl RangeReader {
    pub(crate) fn new(at: Arc<dyn ReadAt>) -> Self {
        let size_bytes = at.size_bytes();
        Self { at, size_bytes }
    }

    pub(crate) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Reads all bytes of `range`. The range is checked against the size of the input before memory is allocated for it.
    pub(crate) fn read(&self, range: Range<u64>) -> Result<Vec<u8>, Problem> {
        let mut bytes = Vec::new();
        self.read_into(range, &mut bytes)?;
        Ok(bytes)
    }

    /// As [`RangeReader::read`], but reads into the beginning of `bytes`, which grows if required.
    pub(crate) fn read_into<'b>(
        &self,
        range: Range<u64>,
        bytes: &'b mut Vec<u8>,
    ) -> Result<&'b [u8], Problem> {
        if range.start > range.end || range.end > self.size_bytes {
            return Err(self.outside(&range));
        }
        let length = usize::try_from(range.end - range.start).map_err(|_| self.outside(&range))?;
        if bytes.len() < length {
            bytes.try_reserve_exact(length - bytes.len()).map_err(|_| {
                Problem::damaged(
                    range.start,
                    format!("asks for {length} bytes at once, for which there is no memory"),
                )
            })?;
            bytes.resize(length, 0);
        }
        self.fill(&mut bytes[..length], range.start)?;
        Ok(&bytes[..length])
    }

    /// Fills `bytes` with the bytes of the input at `byte_offset`.
    pub(crate) fn fill(&self, bytes: &mut [u8], byte_offset: u64) -> Result<(), Problem> {
        let mut filled = 0;
        while filled < bytes.len() {
            let offset = byte_offset + filled as u64;
            match self.at.read_at(&mut bytes[filled..], offset) {
                Ok(0) => {
                    let error = Error::read(offset, io::ErrorKind::UnexpectedEof.into());
                    return Err(Problem::read(offset, &error));
                }
                Ok(some) => filled += some,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Problem::read(offset, &Error::read(offset, error))),
            }
        }
        Ok(())
    }

    fn outside(&self, range: &Range<u64>) -> Problem {
        let (start, end, size) = (range.start, range.end, self.size_bytes);
        Problem::damaged(start, format!("asks for the bytes from {start} to {end} of a file of {size}"))
    }
}
