//! Where records and fields stand in a block of bytes.

use std::ops::Range;

/// The records and fields of one block, found by [`Indexer::index`](crate::Indexer::index).
///
/// **Shapes**: records and fields are numbered from 0 in the order of the file; blank lines and comments have no
/// number. Every offset counts from the first byte given to that call. The value is meant to be used again: its
/// buffers stay.
#[derive(Clone, Debug, Default)]
pub struct Positions {
    /// One entry per field: where the delimiter or terminator behind it stands. A buffer; the first `fields`
    /// entries mean something.
    pub(crate) separators: Vec<u32>,
    pub(crate) fields: usize,
    /// One entry per record: which of the separators is its terminator. A buffer as well.
    pub(crate) lasts: Vec<u32>,
    pub(crate) records: usize,
    /// How the two buffers are to be read.
    pub(crate) layout: Layout,
    /// One entry per record when the layout is `Listed`.
    pub(crate) rows: Vec<Row>,
    /// The number of fields of every record, if it is the same.
    pub(crate) uniform: Option<usize>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) has_quotes: bool,
    pub(crate) is_ascii: bool,
    pub(crate) line_ends: Option<u64>,
}

/// How records follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Each record starts one byte behind the terminator entry of the one before, and ends `trim` bytes before
    /// its own: 1 where every terminator is CRLF (the entry is the LF), else 0.
    Dense { trim: u32 },
    /// There are lines between the records that are none, or both kinds of line end: `rows` says it all.
    Listed,
}

impl Default for Layout {
    fn default() -> Self {
        Self::Dense { trim: 0 }
    }
}

/// A record of a listed layout.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Its first and last entry in `separators`.
    pub(crate) first: u32,
    pub(crate) last: u32,
}

/// A record that is not as it should be, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The record.
    pub record: u32,
    /// The byte, as [`FaultKind`] says.
    pub offset: u32,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What can be wrong with a record, and which byte its offset names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// A byte sequence is not UTF-8; the first bad byte.
    InvalidUtf8,
    /// A quote inside an unquoted field; that quote.
    StrayQuote,
    /// Text between a closing quote and the end of the field; the closing quote.
    TextAfterQuote,
    /// A quoted field runs to the end of the input; the opening quote.
    UnclosedQuote,
}

/// The fields of a block in which every record has equally many and nothing stands between the records: what a
/// kernel that works column by column needs.
///
/// The separator behind field `f` of record `r` is `separators[r * fields + f]`; the field starts one byte behind
/// the entry before (the very first at 0), and ends at its separator, the last one of a record `trim` bytes before.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Grid<'a> {
    /// How many fields each record has; at least 1.
    pub fields: usize,
    /// One entry per field, record by record.
    pub separators: &'a [u32],
    /// 1 where the line ends are CRLF (the entry is that of the LF), else 0.
    pub trim: u32,
}

/// The fields of a block in which nothing stands between the records, whether or not they have equally many.
///
/// The separators of record `r` are those behind `lasts[r - 1]` (from the first one on for `r` = 0) up to `lasts[r]`; where
/// fields start and end among them is as in [`Grid`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Dense<'a> {
    /// One entry per field, record by record.
    pub separators: &'a [u32],
    /// One entry per record: the index of its last separator.
    pub lasts: &'a [u32],
    /// 1 where the line ends are CRLF (the entry is that of the LF), else 0.
    pub trim: u32,
}

impl Positions {
    /// No positions yet.
    pub fn new() -> Self {
        Self { is_ascii: true, ..Self::default() }
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.records
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// How many fields `record` has; at least 1.
    ///
    /// # Panics
    /// If there is no such record.
    pub fn field_count(&self, record: usize) -> usize {
        let (first, last) = self.entries(record);
        last - first + 1
    }

    /// The bytes of `record`, without its terminator.
    ///
    /// # Panics
    /// If there is no such record.
    pub fn record(&self, record: usize) -> Range<usize> {
        let (first, last) = self.entries(record);
        self.start(record, first)..self.end(record, last)
    }

    /// The byte behind the terminator of `record`, where the next line begins. If the input ends without a terminator, this lies
    /// beyond the bytes consumed.
    ///
    /// # Panics
    /// If there is no such record.
    #[inline]
    pub fn line_end(&self, record: usize) -> usize {
        let (_, last) = self.entries(record);
        // Where a last record is open, its entry stands where a terminator would.
        self.separators[last] as usize + 1
    }

    /// The bytes of `field` of `record` as they stand in the file, quotes included.
    ///
    /// # Panics
    /// If there is no such record or field.
    #[inline]
    pub fn field(&self, record: usize, field: usize) -> Range<usize> {
        let (first, last) = self.entries(record);
        let entry = first + field;
        assert!(entry <= last, "record {record} has {} fields, not {field}", last - first + 1);
        let start =
            if field == 0 { self.start(record, first) } else { self.separators[entry - 1] as usize + 1 };
        let end = if entry == last { self.end(record, last) } else { self.separators[entry] as usize };
        start..end
    }

    /// Whether every record has exactly `fields` fields.
    ///
    /// **Cost**: one comparison.
    pub fn is_regular(&self, fields: usize) -> bool {
        self.records == 0 || self.uniform == Some(fields)
    }

    /// The positions as a grid, if they are one.
    pub fn grid(&self) -> Option<Grid<'_>> {
        let Layout::Dense { trim } = self.layout else { return None };
        let fields = self.uniform?;
        Some(Grid { fields, separators: &self.separators[..self.fields], trim })
    }

    /// The positions as they are kept, if records follow one another without anything in between.
    pub fn dense(&self) -> Option<Dense<'_>> {
        let Layout::Dense { trim } = self.layout else { return None };
        let (separators, lasts) = (&self.separators[..self.fields], &self.lasts[..self.records]);
        Some(Dense { separators, lasts, trim })
    }

    /// What is wrong, in the order of the records, at most one fault per record. Bad UTF-8 goes before quotes;
    /// of several quote faults the first one counts.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Whether there is any quote byte in the bytes consumed.
    pub fn has_quotes(&self) -> bool {
        self.has_quotes
    }

    /// Whether all bytes consumed are ASCII.
    pub fn is_ascii(&self) -> bool {
        self.is_ascii
    }

    /// How many line ends (LF, CRLF and CR each end one line) there are in the bytes consumed, where that is known:
    /// every LF outside of quotes ends a record, no CR stands alone, and, where LFs stand in quotes, the bytes given do not end
    /// within a record that is left for the next call. `None` means that [`count_line_ends`](crate::count_line_ends()) has to tell.
    ///
    /// The byte before the block is taken for anything but a CR, to which an LF at the start of the block would belong.
    ///
    /// **Cost**: none; it is known from the indexing.
    pub fn line_ends(&self) -> Option<u64> {
        self.line_ends
    }

    /// The first and the last entry of `record` in `separators`.
    #[inline]
    fn entries(&self, record: usize) -> (usize, usize) {
        assert!(record < self.records, "there are {} records, not {record}", self.records);
        match self.layout {
            Layout::Listed => (self.rows[record].first as usize, self.rows[record].last as usize),
            Layout::Dense { .. } => {
                let first = if record == 0 { 0 } else { self.lasts[record - 1] as usize + 1 };
                (first, self.lasts[record] as usize)
            }
        }
    }

    #[inline]
    fn start(&self, record: usize, first: usize) -> usize {
        match self.layout {
            Layout::Listed => self.rows[record].start as usize,
            Layout::Dense { .. } if first == 0 => 0,
            Layout::Dense { .. } => self.separators[first - 1] as usize + 1,
        }
    }

    #[inline]
    fn end(&self, record: usize, last: usize) -> usize {
        match self.layout {
            Layout::Listed => self.rows[record].end as usize,
            Layout::Dense { trim } => (self.separators[last] - trim) as usize,
        }
    }

    /// Forgets everything but the buffers.
    pub(crate) fn clear(&mut self) {
        self.fields = 0;
        self.records = 0;
        self.layout = Layout::default();
        self.rows.clear();
        self.uniform = None;
        self.faults.clear();
        self.has_quotes = false;
        self.is_ascii = true;
        self.line_ends = None;
    }
}
