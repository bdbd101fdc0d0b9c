//! A `bytes` object, which is immutable, read in place.

use std::io::{self, Read};
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use trueline::{ReadAt, Source, SourceError};

/// Shared bytes.
#[derive(Clone)]
pub(crate) struct BytesSource(Arc<PyBackedBytes>);

impl BytesSource {
    pub(crate) fn new(bytes: Bound<'_, PyBytes>) -> Self {
        Self(Arc::new(PyBackedBytes::from(bytes)))
    }
}

impl Source for BytesSource {
    fn name(&self) -> &'static str {
        "<bytes>"
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        Ok(Box::new(Reader { bytes: self.clone(), at: 0 }))
    }

    fn open_at(&self) -> Result<Option<Box<dyn ReadAt>>, SourceError> {
        Ok(Some(Box::new(self.clone())))
    }

    fn size_hint(&self) -> Option<u64> {
        Some(self.0.len() as u64)
    }

    fn can_reopen(&self) -> bool {
        true
    }

    fn reopen(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        self.open()
    }
}

impl ReadAt for BytesSource {
    fn size_bytes(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> io::Result<usize> {
        let start = usize::try_from(byte_offset).unwrap_or(usize::MAX).min(self.0.len());
        (&self.0[start..]).read(buffer)
    }
}

struct Reader {
    bytes: BytesSource,
    at: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}
