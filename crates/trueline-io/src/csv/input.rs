//! Opens a CSV input: byte order mark, skipped lines and header.

use std::fmt;
use std::io::Read;
use std::ops::Range;

use trueline_tokenizer::{
    Dialect, FaultKind, Indexer, Kernel, Positions, Quoting, Terminator, count_line_ends, unquote,
};

use crate::error::{Error, ErrorKind};
use crate::rows::Front;
use crate::source::ReadAt;
use crate::text::{Chunks, Digest, Failure, Head, Sequence};

/// Options of a CSV input.
#[derive(Clone, Copy, Debug)]
#[must_use]
#[non_exhaustive]
pub struct CsvOptions {
    /// The chunk size in bytes, by offset in the decompressed input. Default 1 MiB.
    pub chunk_bytes: usize,
    /// The number of bytes of the first read, which finds the first record; the rest of them is a separate chunk, after which the
    /// others start. Ignored if blocks are digested. Default: the chunk size.
    pub head_bytes: Option<usize>,
    /// The maximum size of a record in bytes. Default 16 MiB.
    pub max_record_bytes: u64,
    /// The maximum number of columns. Default 100,000.
    pub max_columns: usize,
    /// Whether the bytes before the first record are kept for [`CsvInput::front`]. Default false.
    pub keeps_front: bool,
    /// The instruction set to use.
    pub kernel: Kernel,
    /// Computes [`Span::digests`](crate::text::Span::digests), one per block
    /// ([`digest_block_bytes`](crate::text::digest_block_bytes)). Default: none.
    pub digest: Option<Digest>,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            chunk_bytes: 1 << 20,
            head_bytes: None,
            max_record_bytes: 16 << 20,
            max_columns: 100_000,
            keeps_front: false,
            kernel: Kernel::detect(),
            digest: None,
        }
    }
}

/// The header: the first record of an input with column names.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Header {
    /// The names, unquoted; invalid UTF-8 is replaced.
    pub names: Vec<String>,
    /// The byte range of each name, including quotes, from the start of the input.
    pub cells: Vec<Range<u64>>,
    /// The byte range of the record.
    pub record: Range<u64>,
    /// The line of each name, from 1.
    pub lines: Vec<u64>,
    /// The error in the record, if it is malformed.
    pub fault: Option<FaultKind>,
    /// Whether there is a CR outside quotes in a dialect where a CR does not end a line, so that it may be meant as a line
    /// ending. A CR at the very end is ignored.
    pub has_lone_cr: bool,
}

/// A CSV input whose header has been read, but not its records.
pub struct CsvInput {
    /// The header, if the dialect has one and the input is not empty.
    pub header: Option<Header>,
    /// The number of fields of the first record (the header, if there is one).
    pub columns: usize,
    /// The bytes of the byte order mark and the skipped lines.
    preamble_bytes: usize,
    /// Whether the header has no line end.
    is_open: bool,
    head: Head,
    dialect: Dialect,
    options: CsvOptions,
}

impl fmt::Debug for CsvInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvInput")
            .field("header", &self.header)
            .field("columns", &self.columns)
            .field("dialect", &self.dialect)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl CsvInput {
    /// Opens an input and reads until the first record is known.
    ///
    /// **Errors**: the input cannot be read so far: it is UTF-16, there is a read error before the end of the header, or the
    /// header exceeds the limit on records.
    pub fn open(read: Box<dyn Read + Send>, dialect: &Dialect, options: CsvOptions) -> Result<Self, Failure> {
        let CsvOptions { chunk_bytes, head_bytes, max_record_bytes, keeps_front, digest, .. } = options;
        let head = Head::new(
            read,
            (chunk_bytes, head_bytes),
            max_record_bytes,
            keeps_front,
            digest,
            dialect.quote.is_some(),
        );
        let mut input = Self {
            header: None,
            columns: 0,
            preamble_bytes: 0,
            is_open: false,
            head,
            dialect: *dialect,
            options,
        };
        input.head.skip_preamble(dialect)?;
        input.preamble_bytes = usize::try_from(input.head.offset).unwrap_or(usize::MAX);
        input.read_first_record()?;
        Ok(input)
    }

    fn read_first_record(&mut self) -> Result<(), Failure> {
        let mut indexer = Indexer::with_kernel(&self.dialect, self.options.kernel).block_bytes(1);
        let mut positions = Positions::new();
        loop {
            let bytes = indexer.index(&self.head.rest, self.head.is_done(), &mut positions);
            if !positions.is_empty() {
                return self.take_first_record(&positions, bytes);
            }
            if bytes > 0 {
                // Comments and blank lines are not records.
                self.head.consume(bytes);
                continue;
            }
            if self.head.is_done() {
                return self.head.failure.take().map_or(Ok(()), Err);
            }
            self.head.check_size()?;
            self.head.read_more();
        }
    }

    fn take_first_record(&mut self, positions: &Positions, bytes: usize) -> Result<(), Failure> {
        let record = positions.record(0);
        let limit = self.options.max_record_bytes;
        let start = self.head.offset + record.start as u64;
        if record.len() as u64 > limit {
            return Err(Failure::record_size(limit, start, self.dialect.quote.is_some()));
        }
        self.columns = positions.field_count(0);
        if self.columns > self.options.max_columns {
            let (columns, limit) = (self.columns, self.options.max_columns);
            let message =
                format!("the first record has {columns} columns, more than {limit}; raise max_columns");
            return Err(Failure::new("structure.columns", message, start));
        }
        if !self.dialect.header {
            return Ok(());
        }
        // A record ended by a read error or a truncated stream is not a header.
        if bytes == self.head.rest.len() && self.head.failure.is_some() {
            return self.head.failure.take().map_or(Ok(()), Err);
        }
        let mut header = Header {
            names: Vec::with_capacity(self.columns),
            cells: Vec::with_capacity(self.columns),
            record: start..self.head.offset + record.end as u64,
            lines: Vec::with_capacity(self.columns),
            fault: positions.faults().first().map(|fault| fault.kind),
            has_lone_cr: false,
        };
        let is_data = self.dialect.terminator != Terminator::Cr;
        let (mut line, mut counted) = (self.head.lines + 1, 0_usize);
        for field in 0..self.columns {
            let range = positions.field(0, field);
            let before =
                counted.checked_sub(1).map_or(self.head.previous, |at| self.head.rest.get(at).copied());
            line += count_line_ends(&self.head.rest[counted..range.start], before);
            counted = range.start;
            let cell = &self.head.rest[range.clone()];
            let is_last = field + 1 == self.columns;
            let inner = if is_last { without_cr(cell) } else { cell };
            header.has_lone_cr |= is_data && inner.contains(&b'\r') && !is_quoted(inner, &self.dialect);
            let name = unquote(cell, &self.dialect);
            header.names.push(String::from_utf8_lossy(&name).into_owned());
            header.cells.push(self.head.offset + range.start as u64..self.head.offset + range.end as u64);
            header.lines.push(line);
        }
        self.header = Some(header);
        self.is_open = positions.line_end(0) > bytes;
        self.head.consume(bytes);
        Ok(())
    }

    /// Returns the number of line endings before the first data record.
    pub fn lines(&self) -> u64 {
        self.head.lines
    }

    /// Returns the earliest byte offset of the first data record.
    pub fn byte_offset(&self) -> u64 {
        self.head.offset
    }

    /// Returns whether the input is so small that it was read entirely with the header.
    pub fn has_all(&self) -> bool {
        self.head.has_all()
    }

    /// Returns the bytes before the first data record.
    ///
    /// **Errors**: they were not kept, or exceed the maximum size of a record.
    pub fn front(&self) -> Result<Front<'_>, Error> {
        let limit_bytes = usize::try_from(self.options.max_record_bytes).unwrap_or(usize::MAX);
        let kept = self.head.kept().ok_or_else(|| Error::new(ErrorKind::Gap { limit_bytes }))?;
        if let Some(header) = &self.header {
            let header_start = usize::try_from(header.record.start).ok();
            return Ok(Front { head: Some(kept), header_start, is_open: self.is_open, gap: &[] });
        }
        if self.dialect.header {
            return Ok(Front { gap: kept, ..Front::default() });
        }
        let (head, gap) = kept.split_at(self.preamble_bytes.min(kept.len()));
        // Skipped lines end with any line ending; a byte order mark is not one.
        let is_open = self.dialect.skip_lines > 0 && !matches!(head.last(), None | Some(b'\n' | b'\r'));
        Ok(Front { head: Some(head), is_open, gap, ..Front::default() })
    }

    /// Sets another way to read the same bytes, if they are not compressed: each chunk is then read at its
    /// offset by the thread that claims it.
    #[must_use]
    pub fn read_at(mut self, at: Option<Box<dyn ReadAt>>) -> Self {
        self.head.read_at(at);
        self
    }

    /// Returns whether the input can be read at offsets.
    pub fn has_read_at(&self) -> bool {
        self.head.has_read_at()
    }

    /// Removes and returns that way, for callers that only read some records again
    /// ([`Span::read_again`](crate::text::Span::read_again)).
    pub fn take_read_at(&mut self) -> Option<Box<dyn ReadAt>> {
        self.head.take_read_at()
    }

    /// Returns the records in chunks, for several threads.
    pub fn into_chunks(self) -> Chunks {
        self.head.into_chunks(&self.dialect, self.options.kernel)
    }

    /// Returns the records in order, for one thread.
    pub fn into_sequence(self) -> Sequence {
        self.head.into_sequence()
    }
}

/// A cell without the CRs at its end.
fn without_cr(cell: &[u8]) -> &[u8] {
    let end = cell.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1);
    &cell[..end]
}

/// Whether the whole cell is between two quotes: as a record, it is valid under strict quoting.
fn is_quoted(cell: &[u8], dialect: &Dialect) -> bool {
    let begins = dialect.quote.is_some_and(|quote| cell.first() == Some(&quote));
    begins && {
        let mut positions = Positions::new();
        let strict = dialect.quoting(Quoting::Strict);
        let bytes = Indexer::new(&strict).index(cell, true, &mut positions);
        bytes == cell.len() && positions.len() == 1 && positions.faults().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_lone_cr(text: &'static str, dialect: &Dialect) -> bool {
        let input =
            CsvInput::open(Box::new(text.as_bytes()), dialect, CsvOptions::default()).expect("opened");
        input.header.expect("a header").has_lone_cr
    }

    #[test]
    fn a_cr_outside_of_quotes_is_seen() {
        let strict = Dialect::default();
        let lenient = Dialect::default().quoting(Quoting::Lenient);
        for (text, expected) in [
            ("a,b\r1,2\r", true),
            ("a\r1\r2\r", true),
            ("a,b\r1,2\r\n", true),
            ("a\rb,c\n1,2\n", true),
            ("a,\"b\"\r1,\"2\"\r", true),
            ("\"a\",\"b\"\r\"1\",\"2\"\r", true),
            ("a,b\r\n1,2\r\n", false),
            ("a,b\r\r\n1,2\r\r\n", false),
            ("a,b\r", false),
            ("a,\"b\rc\"\n", false),
            ("a,\"b\r\"\"c\"\n", false),
            ("a,b\n1\r,2\n", false),
        ] {
            for dialect in [strict, lenient, lenient.terminator(Terminator::Lf)] {
                assert_eq!(has_lone_cr(text, &dialect), expected, "{text:?}, {dialect:?}");
            }
            assert!(!has_lone_cr(text, &strict.terminator(Terminator::Cr)), "{text:?}");
        }
    }
}
