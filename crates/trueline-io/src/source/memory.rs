//! Bytes in memory.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use super::{ReadAt, Source};
use crate::error::Error;

/// Bytes in memory with a name. Clones and readers share the bytes, which can be read any number of times.
#[derive(Clone, Debug)]
pub struct MemorySource {
    name: String,
    bytes: Arc<[u8]>,
}

impl MemorySource {
    /// Creates a source of bytes with a name. A vector is copied once, an `Arc` is shared.
    pub fn new(name: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }
}

impl Source for MemorySource {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        Ok(Box::new(Cursor::new(Arc::clone(&self.bytes))))
    }

    fn open_at(&self) -> Result<Option<Box<dyn ReadAt>>, Error> {
        Ok(Some(Box::new(self.clone())))
    }

    fn size_hint(&self) -> Option<u64> {
        Some(self.bytes.len() as u64)
    }

    fn can_reopen(&self) -> bool {
        true
    }

    fn reopen(&self) -> Result<Box<dyn Read + Send>, Error> {
        self.open()
    }
}

impl ReadAt for MemorySource {
    fn size_bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> io::Result<usize> {
        let start = usize::try_from(byte_offset).unwrap_or(usize::MAX).min(self.bytes.len());
        (&self.bytes[start..]).read(buffer)
    }
}
