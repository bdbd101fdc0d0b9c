//! Where records and tokens stand in a block of bytes.

use std::ops::Range;

use super::fault::Fault;

/// What stands in [`Positions::kinds`] for a scalar: a number, `true`, `false`, `null`, or whatever should be one.
pub const SCALAR: u8 = b' ';
/// What stands in [`Positions::kinds`] for a string, be it a key or a value.
pub const STRING: u8 = b'"';
/// What stands in [`Positions::kinds`] for the end of a record.
pub const END: u8 = b'\n';

/// The records and tokens of one block, found by [`Indexer::index`](crate::json::Indexer::index).
///
/// **Shapes**: records are numbered from 0 in the order of the file; lines with nothing but white space have no number.
/// Tokens are numbered through the whole block. Unlike those of [`Tokens`](crate::json::Tokens), colons and commas are
/// among them, and each record ends with one that stands where its line feed is, or where the input ends. Every offset
/// counts from the first byte given to that call. The value is meant to be used again: its buffers stay.
///
/// Inside a record that has a fault, tokens are what they look like.
#[derive(Clone, Debug, Default)]
pub struct Positions {
    /// One entry per token, and one per line end. A buffer; the first `tokens` entries mean something.
    pub(super) offsets: Vec<u32>,
    pub(super) kinds: Vec<u8>,
    pub(super) tokens: usize,
    /// One entry per line: which token is its end. A buffer as well.
    pub(super) lasts: Vec<u32>,
    pub(super) lines: usize,
    pub(super) layout: Layout,
    /// One entry per record when the layout is `Listed`.
    pub(super) rows: Vec<Row>,
    pub(super) faults: Vec<RecordFault>,
    pub(super) is_ascii: bool,
    pub(super) has_backslash: bool,
    pub(super) line_feeds: u64,
    /// Whether there may be a CR.
    pub(super) may_have_cr: bool,
    /// Runs of bytes that hold all backslashes, in order.
    pub(super) backslashes: Vec<Range<u32>>,
}

/// How lines are records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Each line is one, and ends `trim` bytes before its line feed: 1 where every line ends in CRLF, else 0.
    Dense { trim: u32 },
    /// Some lines are none, or there are both kinds of line end: `rows` says it all.
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
    /// How many bytes before its line feed it ends.
    pub(super) trim: u32,
}

/// A record that is not JSON, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordFault {
    /// The record.
    pub record: u32,
    /// What is wrong; its offset counts from the start of the record.
    pub fault: Fault,
}

/// The tokens of a block in which every line is a record.
///
/// Those of record `r` are the ones behind `lasts[r - 1]` (from the first one on for `r` = 0) up to `lasts[r]`, which is
/// the end of the record.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Dense<'a> {
    /// The first byte of each token.
    pub offsets: &'a [u32],
    /// What each token is, as [`Positions::kinds`] says.
    pub kinds: &'a [u8],
    /// One entry per record: the index of its last token.
    pub lasts: &'a [u32],
    /// 1 where the line ends are CRLF (the last token is the LF), else 0.
    pub trim: u32,
}

impl Positions {
    /// No positions yet.
    pub fn new() -> Self {
        Self { is_ascii: true, ..Self::default() }
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        match self.layout {
            Layout::Dense { .. } => self.lines,
            Layout::Listed => self.rows.len(),
        }
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of `record`, without its line end.
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

    /// The byte behind the line feed of `record`, where the next line begins. If the input ends without a line feed, this lies
    /// beyond the bytes consumed.
    ///
    /// # Panics
    /// If there is no such record.
    #[inline]
    pub fn line_end(&self, record: usize) -> usize {
        let line = self.row(record).line as usize;
        self.offsets[self.lasts[line] as usize] as usize + 1
    }

    /// The tokens of `record`, the end of the record among them: at least two.
    ///
    /// # Panics
    /// If there is no such record.
    #[inline]
    pub fn tokens(&self, record: usize) -> Range<usize> {
        let line = self.row(record).line as usize;
        let first = if line == 0 { 0 } else { self.lasts[line - 1] as usize + 1 };
        first..self.lasts[line] as usize + 1
    }

    /// The first byte of each token of the block; of a string the opening quote.
    ///
    /// A value or key goes up to the next token, less the white space before that.
    #[inline]
    pub fn offsets(&self) -> &[u32] {
        &self.offsets[..self.tokens]
    }

    /// What each token of the block is: `{`, `}`, `[`, `]`, `:` and `,` stand for themselves, [`STRING`], [`SCALAR`] and
    /// [`END`] for the others.
    ///
    /// Records of the same structure have the same kinds. The two kinds of values that are neither array nor object
    /// differ in the bit 0x02 only, so that a comparison can leave open which one it is.
    #[inline]
    pub fn kinds(&self) -> &[u8] {
        &self.kinds[..self.tokens]
    }

    /// The positions as they are kept, if every line is a record and all lines end alike.
    pub fn dense(&self) -> Option<Dense<'_>> {
        let Layout::Dense { trim } = self.layout else { return None };
        Some(Dense { offsets: self.offsets(), kinds: self.kinds(), lasts: &self.lasts[..self.lines], trim })
    }

    /// The records whose strings are not right, or which are not UTF-8, in their order, each with its first fault
    /// whatever it is.
    ///
    /// A record that is not named here may still have faults outside of its strings, which a
    /// [`Checker`](crate::json::Checker) finds.
    pub fn faults(&self) -> &[RecordFault] {
        &self.faults
    }

    /// Whether all bytes consumed are ASCII.
    pub fn is_ascii(&self) -> bool {
        self.is_ascii
    }

    /// Whether there is any backslash in the bytes consumed. Where there is none, every string is its own text.
    pub fn has_backslash(&self) -> bool {
        self.has_backslash
    }

    /// How many lines of the block stand before `record`.
    ///
    /// # Panics
    /// If there is no such record.
    pub fn line(&self, record: usize) -> usize {
        self.row(record).line as usize
    }

    /// How many line feeds there are in the bytes consumed. (A CR alone is white space and ends no line.)
    pub fn line_feeds(&self) -> u64 {
        self.line_feeds
    }

    /// How many line ends there are in the bytes consumed, where an LF, a CRLF and a CR each end one; `None` where there may be a CR.
    pub fn line_ends(&self) -> Option<u64> {
        (!self.may_have_cr).then_some(self.line_feeds)
    }

    /// Ranges of the bytes consumed that hold all backslashes in them, in their order.
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

    /// The first record at or behind `from` of which `is_before` does not hold, or the number of records. Nothing behind
    /// that is before.
    pub(super) fn first_record(&self, from: usize, is_before: impl Fn(usize) -> bool) -> usize {
        // Faults tend to be either dense or few.
        let near = (from + 8).min(self.len());
        let mut at = from;
        while at < near && is_before(at) {
            at += 1;
        }
        if at < near {
            return at;
        }
        let mut beyond = self.len();
        while at < beyond {
            let middle = at + (beyond - at) / 2;
            if is_before(middle) { at = middle + 1 } else { beyond = middle }
        }
        at
    }

    /// Forgets everything but the buffers.
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
