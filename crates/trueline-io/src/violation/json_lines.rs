//! Writes violations as JSON Lines.

use std::io::{self, Write};

use trueline_report::escape;

use super::row::Row;

#[derive(Debug)]
pub(super) struct Writer<W> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> Writer<W> {
    pub(super) fn start(out: W) -> Self {
        Self { out, line: Vec::new() }
    }

    pub(super) fn add(&mut self, row: &Row<'_>) -> io::Result<()> {
        self.line.clear();
        escape::push_json_line(&mut self.line, row.violation)?;
        self.out.write_all(&self.line)
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}
