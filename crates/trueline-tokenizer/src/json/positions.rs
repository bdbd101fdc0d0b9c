//! The positions of records and tokens in a block of bytes.

use std::ops::Range;

use super::fault::Fault;

/// The entry of [`Positions::kinds`] for a scalar: a number, `true`, `false`, `null`, or anything in place of one.
pub const SCALAR: u8 = b' ';
/// The entry of [`Positions::kinds`] for a string, whether key or value.
pub const STRING: u8 = b'"';
/// The entry of [`Positions::kinds`] for the end of a record.
pub const END: u8 = b'\n';

/// The records and tokens of one block, found by [`Indexer::index`](crate::json::Indexer::index).
///
/// **Shapes**: records are numbered from 0 in file order; lines with only white space have no number. Tokens are numbered
/// through the whole block. Unlike those of [`Tokens`](crate::json::Tokens), they include colons and commas, and each record
/// ends with a token at its line feed, or at the end of the input. Every offset counts from the first byte passed to that
/// call. Reuse the value: its buffers are kept.
///
/// Inside a record with a fault, tokens are only what they appear to be.
#[derive(Clone, Debug, Default)]
pub struct Positions {
    /// One entry per token and one per line end. A buffer; only the first `tokens` entries are meaningful.
    pub(super) offsets: Vec<u32>,
    pub(super) kinds: Vec<u8>,
    pub(super) tokens: usize,
    /// One entry per line: the index of the token that ends it. Also a buffer.
    pub(super) lasts: Vec<u32>,
    pub(super) lines: usize,
    pub(super) layout: Layout,
    /// One entry per record if the layout is `Listed`.
    pub(super) rows: Vec<Row>,
    pub(super) faults: Vec<RecordFault>,
    pub(super) is_ascii: bool,
    pub(super) has_backslash: bool,
    pub(super) line_feeds: u64,
    /// Whether there may be a CR.
    pub(super) may_have_cr: bool,
    /// Runs of bytes that contain all backslashes, in order.
    pub(super) backslashes: Vec<Range<u32>>,
}

/// How lines map to records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Each line is a record and ends `trim` bytes before its line feed: 1 if every line ends in CRLF, else 0.
    Dense { trim: u32 },
    /// Some lines are not records, or there are both kinds of line end: `rows` lists the records.
    Listed,
}

impl Default for Layout {
    fn default() -> Self {
        Self::Dense { trim: 0 }
    }
}

/// A record of a listed layout.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Its line.
    pub(super) line: u32,
    /// The number of bytes between its end and its line feed.
    pub(super) trim: u32,
}

/// A record that is not JSON, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordFault {
    /// The record.
    pub record: u32,
    /// The fault; its offset counts from the start of the record.
    pub fault: Fault,
}

/// The tokens of a block in which every line is a record.
///
/// The tokens of record `r` are those after `lasts[r - 1]` (from the first one for `r` = 0) up to and including `lasts[r]`,
/// the end of the record.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Dense<'a> {
    /// The offset of the first byte of each token.
    pub offsets: &'a [u32],
    /// The kind of each token, as in [`Positions::kinds`].
    pub kinds: &'a [u8],
    /// One entry per record: the index of its last token.
    pub lasts: &'a [u32],
    /// 1 if the line ends are CRLF (the last token is the LF), else 0.
    pub trim: u32,
}

impl Positions {
    /// Creates empty positions.
    pub fn new() -> Self {
        Self { is_ascii: true, ..Self::default() }
    }

    /// Returns the number of records.
    pub fn len(&self) -> usize {
        match self.layout {
            Layout::Dense { .. } => self.lines,
            Layout::Listed => self.rows.len(),
        }
    }

    /// Whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the bytes of `record` without its line end.
    ///
    /// # Panics
    /// If there is no such record.
    #[inline]
    pub fn record(&self, record: usize) -> Range<usize> {
        let Row { line, trim } = self.row(record);
        let line = line as usize;
        let start = match line.checked_sub(1) {
            Some(before) => self.offsets[self.lasts[before] as usize] as usize + 1,
            None => 0,
        };
        start..(self.offsets[self.lasts[line] as usize] - trim) as usize
    }

    /// Returns the offset after the line feed of `record`, where the next line begins. If the input ends without a line
    /// feed, this offset is past the bytes consumed.
    ///
    /// # Panics
    /// If there is no such record.
    #[inline]
    pub fn line_end(&self, record: usize) -> usize {
        let line = self.row(record).line as usize;
        self.offsets[self.lasts[line] as usize] as usize + 1
    }

    /// Returns the tokens of `record`, including the end of the record: at least two.
    ///
    /// # Panics
    /// If there is no such record.
    #[inline]
    pub fn tokens(&self, record: usize) -> Range<usize> {
        let line = self.row(record).line as usize;
        let first = if line == 0 { 0 } else { self.lasts[line - 1] as usize + 1 };
        first..self.lasts[line] as usize + 1
    }

    /// Returns the offset of each token of the block; for a string, of its opening quote.
    ///
    /// A value or key extends to the next token, without the white space before it.
    #[inline]
    pub fn offsets(&self) -> &[u32] {
        &self.offsets[..self.tokens]
    }

    /// Returns the kind of each token of the block: `{`, `}`, `[`, `]`, `:` and `,` themselves, [`STRING`], [`SCALAR`] and
    /// [`END`] for the others.
    ///
    /// Records of the same structure have the same kinds. The two kinds of values that are neither array nor object differ
    /// only in the bit 0x02, so that a comparison can ignore which one it is.
    #[inline]
    pub fn kinds(&self) -> &[u8] {
        &self.kinds[..self.tokens]
    }

    /// Returns the raw positions if every line is a record and all line ends are the same.
    pub fn dense(&self) -> Option<Dense<'_>> {
        let Layout::Dense { trim } = self.layout else { return None };
        Some(Dense { offsets: self.offsets(), kinds: self.kinds(), lasts: &self.lasts[..self.lines], trim })
    }

    /// Returns the records with invalid strings or invalid UTF-8, in order, each with its first fault of any kind.
    ///
    /// Other records may still have faults outside their strings, which a [`Checker`](crate::json::Checker) finds.
    pub fn faults(&self) -> &[RecordFault] {
        &self.faults
    }

    /// Whether all bytes consumed are ASCII.
    pub fn is_ascii(&self) -> bool {
        self.is_ascii
    }

    /// Whether the bytes consumed contain a backslash. If not, no string needs unescaping.
    pub fn has_backslash(&self) -> bool {
        self.has_backslash
    }

    /// Returns the number of lines of the block before `record`.
    ///
    /// # Panics
    /// If there is no such record.
    pub fn line(&self, record: usize) -> usize {
        self.row(record).line as usize
    }

    /// Returns the number of line feeds in the bytes consumed. (A CR alone is white space and ends no line.)
    pub fn line_feeds(&self) -> u64 {
        self.line_feeds
    }

    /// Returns the number of line ends in the bytes consumed, where LF, CRLF and CR each end a line; `None` if there may be
    /// a CR.
    pub fn line_ends(&self) -> Option<u64> {
        (!self.may_have_cr).then_some(self.line_feeds)
    }

    /// Returns ranges of the bytes consumed that contain all backslashes, in order.
    pub fn backslashes(&self) -> impl Iterator<Item = Range<usize>> {
        let end = self.offsets().last().map_or(0, |last| *last as usize);
        let runs = self.backslashes.iter().map(|run| run.start as usize..run.end as usize);
        runs.take_while(move |run| run.start < end).map(move |run| run.start..run.end.min(end))
    }

    #[inline]
    fn row(&self, record: usize) -> Row {
        assert!(record < self.len(), "there are {} records, not {record}", self.len());
        match self.layout {
            Layout::Listed => self.rows[record],
            #[expect(clippy::cast_possible_truncation, reason = "there are fewer lines than bytes in a call")]
            Layout::Dense { trim } => Row { line: record as u32, trim },
        }
    }

    /// The first record at or after `from` for which `is_before` is false, or the number of records. `is_before` must be
    /// false for all later records.
    pub(super) fn first_record(&self, from: usize, is_before: impl Fn(usize) -> bool) -> usize {
        // Faults tend to be either in adjacent records or rare: a linear search first, then a binary search.
        let near = (from + 8).min(self.len());
        let mut at = from;
        while at < near && is_before(at) {
            at += 1;
        }
        if at < near {
            return at;
        }
        let mut end = self.len();
        while at < end {
            let middle = at + (end - at) / 2;
            if is_before(middle) { at = middle + 1 } else { end = middle }
        }
        at
    }

    /// Clears everything except the buffers' memory.
    pub(super) fn clear(&mut self) {
        self.tokens = 0;
        self.lines = 0;
        self.layout = Layout::default();
        self.rows.clear();
        self.faults.clear();
        self.is_ascii = true;
        self.has_backslash = false;
        self.line_feeds = 0;
        self.may_have_cr = false;
        self.backslashes.clear();
    }
}
