//! An iterable of records, as lines of JSON.

use std::io::{self, Read};

use pyo3::prelude::*;
use pyo3::types::PyIterator;
use trueline::{Source, SourceError};

use super::{over, raised};
use crate::json::Keys;
use crate::run::Watch;

/// The approximate number of bytes of records that are written at once, or fewer if fewer are asked for: small chunks must not wait.
const PART_BYTES: usize = 64 << 10;

/// An iterable of records, consumed once.
pub(crate) struct Records {
    iterator: Py<PyIterator>,
    watch: Watch,
}

impl Records {
    pub(crate) fn new(iterator: Bound<'_, PyIterator>, watch: Watch) -> Self {
        Self { iterator: iterator.unbind(), watch }
    }
}

impl Source for Records {
    /// The extension gives the format.
    fn name(&self) -> &'static str {
        "<records>.jsonl"
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        let iterator = Python::try_attach(|py| self.iterator.clone_ref(py));
        let watch = self.watch.clone();
        Ok(Box::new(Reader { iterator, watch, keys: Keys::default(), lines: Vec::new(), at: 0, rows: 0 }))
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }
}

struct Reader {
    /// `None` at the end.
    iterator: Option<Py<PyIterator>>,
    watch: Watch,
    keys: Keys,
    lines: Vec<u8>,
    at: usize,
    rows: u64,
}

impl Reader {
    fn fill(&mut self, py: Python<'_>, wanted: usize) -> PyResult<()> {
        self.lines.clear();
        self.at = 0;
        while self.lines.len() < PART_BYTES.min(wanted) && !self.watch.cancel.is_cancelled() {
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
            let filled = Python::try_attach(|py| self.fill(py, buffer.len())).ok_or_else(over)?;
            filled.map_err(|error| raised(&self.watch, error))?;
            if self.watch.cancel.is_cancelled() {
                return Err(over());
            }
        }
        let count = (&self.lines[self.at..]).read(buffer)?;
        self.at += count;
        Ok(count)
    }
}
