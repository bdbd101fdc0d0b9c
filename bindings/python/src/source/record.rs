//! An iterable of records, as lines of JSON.

use std::io::{self, Read};

use pyo3::prelude::*;
use pyo3::types::PyIterator;
use trueline::{Source, SourceError};

use super::{cancelled, keep_exception};
use crate::json::KeyCache;
use crate::run::RunControl;

/// The approximate number of bytes of records that are written to the buffer at once. Fewer are written if fewer are requested,
/// so that small chunks do not wait for more records than they need.
const BUFFER_BYTES: usize = 64 << 10;

/// An iterable of records, consumed once.
pub(crate) struct RecordSource {
    iterator: Py<PyIterator>,
    control: RunControl,
}

impl RecordSource {
    pub(crate) fn new(iterator: Bound<'_, PyIterator>, control: RunControl) -> Self {
        Self { iterator: iterator.unbind(), control }
    }
}

impl Source for RecordSource {
    /// The extension gives the format.
    fn name(&self) -> &'static str {
        "<records>.jsonl"
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        let iterator = Python::try_attach(|py| self.iterator.clone_ref(py));
        let control = self.control.clone();
        Ok(Box::new(Reader {
            iterator,
            control,
            keys: KeyCache::default(),
            lines: Vec::new(),
            at: 0,
            rows: 0,
        }))
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }
}

struct Reader {
    /// `None` at the end.
    iterator: Option<Py<PyIterator>>,
    control: RunControl,
    keys: KeyCache,
    lines: Vec<u8>,
    at: usize,
    rows: u64,
}

impl Reader {
    /// Fills the buffer with lines.
    fn fill(&mut self, py: Python<'_>, wanted: usize) -> PyResult<()> {
        self.lines.clear();
        self.at = 0;
        while self.lines.len() < BUFFER_BYTES.min(wanted) && !self.control.cancel.is_cancelled() {
            let Some(iterator) = &self.iterator else { break };
            let Some(record) = iterator.bind(py).clone().next().transpose()? else {
                self.iterator = None;
                break;
            };
            if let Err(error) = self.keys.push_record(&record, &mut self.lines) {
                error.add_note(py, format!("in record {} (counted from 0)", self.rows))?;
                return Err(error);
            }
            self.lines.push(b'\n');
            self.rows += 1;
        }
        Ok(())
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.lines.len() && !buffer.is_empty() {
            let filled = Python::try_attach(|py| self.fill(py, buffer.len())).ok_or_else(cancelled)?;
            filled.map_err(|error| keep_exception(&self.control, error))?;
            if self.control.cancel.is_cancelled() {
                return Err(cancelled());
            }
        }
        let count = (&self.lines[self.at..]).read(buffer)?;
        self.at += count;
        Ok(count)
    }
}
