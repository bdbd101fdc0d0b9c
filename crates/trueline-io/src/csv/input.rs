//! Opening a CSV input: byte order mark, skipped lines and header.

use std::io::Read;
use std::ops::Range;

use trueline_tokenizer::{
    Dialect, FaultKind, Indexer, Kernel, Positions, Quoting, Terminator, count_line_ends, unquote,
};

use crate::error::{Error, ErrorKind};
use crate::rows::Front;
use crate::source::ReadAt;
use crate::text::{Chunks, Digest, Failure, Head, Sequence};

/// How a CSV input is read.
#[derive(Clone, Copy, Debug)]
#[must_use]
#[non_exhaustive]
pub struct CsvOptions {
    /// Bytes per chunk, by offset in the decompressed input. Default 1 MiB.
    pub chunk_bytes: usize,
    /// How many bytes are read first, to find the first record; what is left of them is a chunk of its own, from which the others are counted.
    /// Passed over where blocks are digested. Default as many as a chunk has.
    pub head_bytes: Option<usize>,
    /// The largest record. Default 16 MiB.
    pub max_record_bytes: u64,
    /// The most columns. Default 100,000.
    pub max_columns: usize,
    /// Whether what stands before the first record is kept for [`CsvInput::front`]. Default no.
    pub keeps_front: bool,
    /// Which instructions to use.
    pub kernel: Kernel,
    /// Makes the digests of [`Span::digests`](crate::text::Span::digests), of blocks of a chunk each. Default none.
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

/// The first record of an input with column names.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Header {
    /// The names, unquoted; bytes that are not UTF-8 are replaced.
    pub names: Vec<String>,
    /// Where each name stands, quotes included, in bytes from the start of the input.
    pub cells: Vec<Range<u64>>,
    /// Where the record stands.
    pub record: Range<u64>,
    /// The line of each name, from 1.
    pub lines: Vec<u64>,
    /// What was wrong with the record, if it could not be read as it should.
    pub fault: Option<FaultKind>,
    /// Whether there is a CR outside of quotes where a CR ends no line, so that it may be meant to end one. One at the very end counts for nothing.
    pub has_lone_cr: bool,
}

/// A CSV input whose header has been read and whose records have not.
pub struct CsvInput {
    /// The header, when the dialect has one and the input is not empty.
    pub header: Option<Header>,
    /// Number of fields of the first record (the header, if there is one).
    pub columns: usize,
    /// The bytes of the byte order mark and the skipped lines.
    preamble_bytes: usize,
    /// Whether the header has no line end.
    is_open: bool,
    head: Head,
    dialect: Dialect,
    options: CsvOptions,
}

impl CsvInput {
    /// Reads until the first record is known.
    ///
    /// **Errors**: an input that is not readable so far: UTF-16, a read error before the header's end, a header larger than
    /// the limit on records.
    pub fn open(read: Box<dyn Read + Send>, dialect: &Dialect, options: CsvOptions) -> Result<Self, Failure> {
        let CsvOptions { chunk_bytes, head_bytes, max_record_bytes, keeps_front, digest, .. } = options;
        let head = Head::new(read, (chunk_bytes, head_bytes), max_record_bytes, keeps_front, digest);
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
                // Comments and blank lines are no records.
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
            return Err(Failure::record_size(limit, start));
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
        // A record that a read error or a cut stream ends is no header.
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

    /// Line ends before the first record that is data.
    pub fn lines(&self) -> u64 {
        self.head.lines
    }

    /// Where the first record that is data may begin.
    pub fn byte_offset(&self) -> u64 {
        self.head.offset
    }

    /// Whether the input is so small that all of it was read with the header.
    pub fn has_all(&self) -> bool {
        self.head.has_all()
    }

    /// What was read before the first record that is data, as it stands.
    ///
    /// **Errors**: it was not to be kept, or is larger than a record may be.
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
        // Skipped lines end with whatever ends a line; a byte order mark is none.
        let is_open = self.dialect.skip_lines > 0 && !matches!(head.last(), None | Some(b'\n' | b'\r'));
        Ok(Front { head: Some(head), is_open, gap, ..Front::default() })
    }

    /// Gives another way to the bytes of the reader, where they are not compressed: each chunk is then read from its
    /// place, by the thread that claims it.
    #[must_use]
    pub fn read_at(mut self, at: Option<Box<dyn ReadAt>>) -> Self {
        self.head.read_at(at);
        self
    }

    /// Whether the input can be read at places.
    pub fn has_read_at(&self) -> bool {
        self.head.has_read_at()
    }

    /// Takes back that other way, for who reads only some records again ([`Span::read_again`](crate::text::Span::read_again)).
    pub fn take_read_at(&mut self) -> Option<Box<dyn ReadAt>> {
        self.head.take_read_at()
    }

    /// The records, in chunks, for several threads.
    pub fn into_chunks(self) -> Chunks {
        self.head.into_chunks(&self.dialect, self.options.kernel)
    }

    /// The records in their order, for one thread.
    pub fn into_sequence(self) -> Sequence {
        self.head.into_sequence()
    }
}

/// A cell without the CRs at its end.
fn without_cr(cell: &[u8]) -> &[u8] {
    let end = cell.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1);
    &cell[..end]
}

/// Whether all of a cell stands between two quotes: as a record, it is one that strict quoting finds no fault with.
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
