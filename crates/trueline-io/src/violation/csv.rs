//! Writes violations as CSV.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::cell;
use super::row::{COLUMNS, Cell, Row};

#[derive(Debug)]
pub(super) struct Writer<W> {
    out: W,
    is_raw: bool,
    line: String,
}

impl<W: Write> Writer<W> {
    /// Writes the header.
    pub(super) fn start(mut out: W, is_raw: bool) -> io::Result<Self> {
        writeln!(out, "{}", COLUMNS.join(","))?;
        Ok(Self { out, is_raw, line: String::new() })
    }

    pub(super) fn add(&mut self, row: &Row<'_>) -> io::Result<()> {
        self.line.clear();
        for (index, cell) in row.cells().into_iter().enumerate() {
            if index > 0 {
                self.line.push(',');
            }
            match cell {
                Cell::Null => {}
                Cell::Text(text) => cell::push(&mut self.line, text, self.is_raw),
                Cell::Integer(number) => write!(self.line, "{number}").map_err(io::Error::other)?,
                Cell::Boolean(flag) => self.line.push_str(if flag { "true" } else { "false" }),
            }
        }
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes())
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}
