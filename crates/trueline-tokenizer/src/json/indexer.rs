//! Turns bytes into positions, block by block.
//!
//! `steps` writes one entry per token and one per line. The rest is determined from these entries, per line and not per
//! byte: where the block ends, which lines are not records, whether all line ends are the same, and which faults the
//! suspects have.

use std::ops::Range;

use super::positions::{END, Layout, Positions, RecordFault, Row};
use super::shape::Shapes;
use super::steps::{ReadTokens, ScanFindings, narrow};
use super::tokens::{DEFAULT_MAX_DEPTH, check};
use crate::engine::FindInvalidUtf8;
use crate::kernel::{Kernel, STEP};

/// The maximum number of bytes examined per call: every offset, plus a small margin, must fit in a `u32`.
const MAX_BYTES: usize = u32::MAX as usize - 2 * STEP;

/// Finds the records and tokens in a sequence of bytes, one block at a time.
///
/// Each line feed ends a record, with or without a CR before it; a line with only white space is not a record. A fault in a
/// record does not affect other records.
///
/// ```
/// use trueline_tokenizer::json::{Indexer, Positions};
/// let bytes = b"{\"id\": 1, \"tags\": [\"a\", null]}\n\n{\"id\": 2}\r\n[";
/// let (mut indexer, mut positions) = (Indexer::new(), Positions::new());
/// let consumed = indexer.index(bytes, true, &mut positions);
/// assert_eq!((consumed, positions.len()), (bytes.len(), 3));
/// assert_eq!(&bytes[positions.record(1)], b"{\"id\": 2}");
/// assert_eq!(&positions.kinds()[positions.tokens(0)], b"{\": ,\":[\", ]}\n");
/// let id = positions.tokens(1).start + 3;
/// assert_eq!(bytes[positions.offsets()[id] as usize], b'2');
/// ```
#[derive(Clone, Debug)]
pub struct Indexer {
    kernel: Kernel,
    block_bytes: usize,
    max_depth: usize,
    shapes: Shapes,
    findings: ScanFindings,
}

impl Default for Indexer {
    fn default() -> Self {
        Self::new()
    }
}

impl Indexer {
    /// Creates an indexer with the best kernel for this machine.
    pub fn new() -> Self {
        Self::with_kernel(Kernel::detect())
    }

    /// Creates an indexer with a given kernel.
    pub fn with_kernel(kernel: Kernel) -> Self {
        Self {
            kernel,
            block_bytes: 64 << 10,
            max_depth: DEFAULT_MAX_DEPTH,
            shapes: Shapes::default(),
            findings: ScanFindings::default(),
        }
    }

    /// Sets the minimum number of bytes that a call consumes if there are that many. Default 64 KiB; at least 1.
    #[must_use]
    pub fn block_bytes(mut self, block_bytes: usize) -> Self {
        self.block_bytes = block_bytes.max(1);
        self
    }

    /// Sets how deeply arrays and objects may be nested. Default [`DEFAULT_MAX_DEPTH`]. In a record checked for another
    /// reason, excess depth may be the first fault.
    #[must_use]
    pub fn max_depth(mut self, max_depth: usize) -> Self {
        self.max_depth = max_depth;
        self
    }

    /// Indexes complete records of `bytes`, which begin at the start of a line, until at least `block_bytes` are consumed or
    /// no complete line is left. If `is_last`, an unterminated remainder is also a line.
    ///
    /// Returns the number of bytes consumed, including blank lines: 0 means that no line ends in `bytes`. At most the first
    /// 4 GiB (less 129 bytes) are examined; if there are more, `is_last` is ignored for this call, and a record longer than
    /// that gives 0.
    ///
    /// **Cost**: one pass over the bytes consumed, a second one over bytes that are not ASCII or where records of different
    /// shapes are mixed, and for each record with a fault one byte by byte up to the fault. Long sequences of records with
    /// known shapes cost a fraction. The memory of `positions` is that of the largest block so far: five bytes per token,
    /// four to twelve per record and 32 per fault.
    pub fn index(&mut self, bytes: &[u8], is_last: bool, positions: &mut Positions) -> usize {
        let (bytes, is_last) =
            if bytes.len() > MAX_BYTES { (&bytes[..MAX_BYTES], false) } else { (bytes, is_last) };
        positions.clear();
        let Self { findings, shapes, block_bytes: until, .. } = self;
        findings.suspects.clear();
        findings.high.clear();
        findings.ends_in_string = false;
        self.kernel.run(ReadTokens { bytes, until: *until, shapes, positions, findings });

        let consumed = match positions.keep_lines_until(*until) {
            Some(end) => end,
            None if is_last => {
                positions.push_unterminated(bytes.len(), findings);
                bytes.len()
            }
            None => positions.discard_incomplete(),
        };
        let bytes = &bytes[..consumed];
        positions.choose_layout(bytes);
        // A last line without a line feed ends after the bytes.
        let ends_unterminated = positions.offsets().last().is_some_and(|&end| end as usize == consumed);
        positions.line_feeds = positions.lines as u64 - u64::from(ends_unterminated);
        // The findings may also cover bytes after those consumed.
        positions.is_ascii = self.findings.high_runs(consumed).all(|run| bytes[run].is_ascii());
        let has_backslash = positions.backslashes().any(|range| bytes[range].contains(&b'\\'));
        positions.has_backslash = has_backslash;
        self.find_faults(bytes, positions);
        consumed
    }

    /// Checks every record with a suspect byte or invalid UTF-8 byte by byte.
    fn find_faults(&mut self, bytes: &[u8], positions: &mut Positions) {
        if !positions.is_ascii {
            self.findings.find_invalid_utf8(self.kernel, bytes, positions);
        }
        let mut faults = std::mem::take(&mut positions.faults);
        let mut next = 0;
        for &offset in &self.findings.suspects {
            let record = positions.record_at(next, offset);
            if record == positions.len() {
                break;
            }
            let range = positions.record(record);
            if (offset as usize) < range.start {
                // The offset belongs to the previous record, which has been checked.
                continue;
            }
            if let Err(fault) = check(&bytes[range], self.max_depth) {
                faults.push(RecordFault { record: narrow(record), fault });
            }
            next = record + 1;
        }
        positions.faults = faults;
    }
}

/// Returns the end of the last complete line of `bytes`, if there is one. The bytes after it are the start of a record,
/// whatever precedes `bytes`. This is how a file is split into chunks of complete records.
///
/// **Cost**: a scan of the bytes after that offset, from the back.
///
/// ```
/// use trueline_tokenizer::json::last_line_end;
/// assert_eq!(last_line_end(b"{}\n{\"a\":"), Some(3));
/// assert_eq!(last_line_end(b"{\"a\":"), None);
/// ```
pub fn last_line_end(bytes: &[u8]) -> Option<usize> {
    bytes.iter().rposition(|&byte| byte == b'\n').map(|at| at + 1)
}

impl ScanFindings {
    /// The runs among the first `consumed` bytes that may contain bytes that are not ASCII.
    fn high_runs(&self, consumed: usize) -> impl Iterator<Item = Range<usize>> {
        let runs = self.high.iter().map(|run| run.start as usize..run.end as usize);
        runs.map(move |Range { start, end }| start.min(consumed)..end.min(consumed))
    }

    /// Adds the first invalid byte of each record that is not UTF-8 to the suspects, in order. A run begins and ends between
    /// two characters, because the bytes before and after it are ASCII.
    fn find_invalid_utf8(&mut self, kernel: Kernel, bytes: &[u8], positions: &Positions) {
        let mut invalid = Vec::new();
        let (mut at, mut record) = (0, 0);
        for Range { start, end } in self.high_runs(bytes.len()) {
            at = at.max(start);
            while at < end
                && let Some(found) = kernel.run(FindInvalidUtf8(&bytes[at..end]))
            {
                let offset = narrow(at + found);
                invalid.push(offset);
                record = positions.record_at(record, offset);
                at = if record < positions.len() { positions.record(record).end } else { bytes.len() };
            }
        }
        if !invalid.is_empty() {
            self.suspects.extend(invalid);
            self.suspects.sort_unstable();
        }
    }
}

impl Positions {
    /// Keeps the lines up to the first one that ends at or after `until`, and returns the end of that line.
    fn keep_lines_until(&mut self, until: usize) -> Option<usize> {
        let ends_before = |&last: &u32| (self.offsets[last as usize] as usize) + 1 < until;
        let line = self.lasts[..self.lines].partition_point(ends_before);
        if line == self.lines {
            return None;
        }
        self.lines = line + 1;
        Some(self.discard_incomplete())
    }

    /// Discards everything after the last line, and returns the end of that line.
    pub(super) fn discard_incomplete(&mut self) -> usize {
        self.tokens = self.lines.checked_sub(1).map_or(0, |last| self.lasts[last] as usize + 1);
        self.tokens.checked_sub(1).map_or(0, |last| self.offsets[last] as usize + 1)
    }

    /// Adds the unterminated remainder as a line, if it has any tokens.
    fn push_unterminated(&mut self, end: usize, findings: &mut ScanFindings) {
        let first = self.lines.checked_sub(1).map_or(0, |last| self.lasts[last] as usize + 1);
        if first == self.tokens {
            return;
        }
        if findings.ends_in_string {
            findings.suspects.push(narrow(end - 1));
        }
        // There is space: after each group, the buffers are longer than the tokens.
        self.offsets[self.tokens] = narrow(end);
        self.kinds[self.tokens] = END;
        if self.lasts.len() == self.lines {
            self.lasts.push(0);
        }
        self.lasts[self.lines] = narrow(self.tokens);
        self.tokens += 1;
        self.lines += 1;
    }

    /// Determines the layout. If there are lines that are not records, or both kinds of line end, it lists the records.
    fn choose_layout(&mut self, bytes: &[u8]) {
        let trim_of = |end: u32| {
            let end = end as usize;
            u32::from(end > 0 && end < bytes.len() && bytes[end - 1] == b'\r')
        };
        let (mut crlf, mut blanks) = (0, 0);
        if self.may_have_cr {
            crlf = self.lasts[..self.lines].iter().map(|last| trim_of(self.offsets[*last as usize])).sum();
        }
        let mut before = u32::MAX;
        for &last in &self.lasts[..self.lines] {
            blanks += u32::from(last.wrapping_sub(before) == 1);
            before = last;
        }
        if blanks == 0 && (crlf == 0 || crlf as usize == self.lines) {
            self.layout = Layout::Dense { trim: u32::from(crlf > 0) };
            return;
        }
        self.layout = Layout::Listed;
        let mut before = u32::MAX;
        for line in 0..self.lines {
            let last = self.lasts[line];
            if last.wrapping_sub(before) > 1 {
                self.rows.push(Row { line: narrow(line), trim: trim_of(self.offsets[last as usize]) });
            }
            before = last;
        }
    }

    /// The first record at or after `from` whose line ends at or after `offset`, or the number of records.
    fn record_at(&self, from: usize, offset: u32) -> usize {
        self.first_record(from, |record| self.offsets[self.tokens(record).end - 1] < offset)
    }
}
