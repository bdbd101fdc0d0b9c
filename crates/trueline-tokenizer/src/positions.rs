//! The positions of records and fields in a block of bytes.

use std::ops::Range;

/// The records and fields of one block, found by [`Indexer::index`](crate::Indexer::index).
///
/// **Shapes**: records and fields are numbered from 0 in file order; blank lines and comments have no number. Every offset
/// counts from the first byte passed to that call. Reuse the value: its buffers are kept.
#[derive(Clone, Debug, Default)]
pub struct Positions {
    /// One entry per field: the offset of the delimiter or terminator after it. A buffer; only the first `fields` entries
    /// are meaningful.
    pub(crate) separators: Vec<u32>,
    pub(crate) fields: usize,
    /// One entry per record: the index of its terminator among the separators. Also a buffer.
    pub(crate) lasts: Vec<u32>,
    pub(crate) records: usize,
    /// How to interpret the two buffers.
    pub(crate) layout: Layout,
    /// One entry per record if the layout is `Listed`.
    pub(crate) rows: Vec<Row>,
    /// The number of fields of every record, if it is the same.
    pub(crate) uniform: Option<usize>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) has_quotes: bool,
    pub(crate) is_ascii: bool,
    pub(crate) line_ends: Option<u64>,
}

/// How records follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Each record starts one byte after the terminator entry of the previous one, and ends `trim` bytes before its own: 1
    /// if every terminator is CRLF (the entry is the LF), else 0.
    Dense { trim: u32 },
    /// There are lines between the records that are not records, or both kinds of line end: `rows` lists the records.
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
    /// The first and the last index in `separators`.
    pub(crate) first: u32,
    pub(crate) last: u32,
}

/// A fault of a record and its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The record.
    pub record: u32,
    /// The byte that [`FaultKind`] describes.
    pub offset: u32,
    /// What is wrong.
    pub kind: FaultKind,
}

/// The kind of a fault, and the byte that its offset refers to.
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

/// The fields of a block in which all records have the same number of fields and directly follow each other: the input for a
/// kernel that works column by column.
///
/// The separator after field `f` of record `r` is `separators[r * fields + f]`; the field starts one byte after the previous
/// entry (the very first at 0), and ends at its separator, or `trim` bytes before it for the last field of a record.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Grid<'a> {
    /// The number of fields of each record; at least 1.
    pub fields: usize,
    /// One entry per field, record by record.
    pub separators: &'a [u32],
    /// 1 if the line ends are CRLF (the entry is the LF), else 0.
    pub trim: u32,
}

/// The fields of a block in which records directly follow each other, with any number of fields.
///
/// The separators of record `r` are those after `lasts[r - 1]` (from the first one for `r` = 0) up to and including
/// `lasts[r]`; fields start and end among them as in [`Grid`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Dense<'a> {
    /// One entry per field, record by record.
    pub separators: &'a [u32],
    /// One entry per record: the index of its last separator.
    pub lasts: &'a [u32],
    /// 1 if the line ends are CRLF (the entry is the LF), else 0.
    pub trim: u32,
}

impl Positions {
    /// Creates empty positions.
    pub fn new() -> Self {
        Self { is_ascii: true, ..Self::default() }
    }

    /// Returns the number of records.
    pub fn len(&self) -> usize {
        self.records
    }

    /// Whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// Returns the number of fields of `record`; at least 1.
    ///
    /// # Panics
    /// If there is no such record.
    pub fn field_count(&self, record: usize) -> usize {
        let (first, last) = self.entries(record);
        last - first + 1
    }

    /// Returns the bytes of `record` without its terminator.
    ///
    /// # Panics
    /// If there is no such record.
    pub fn record(&self, record: usize) -> Range<usize> {
        let (first, last) = self.entries(record);
        self.start(record, first)..self.end(record, last)
    }

    /// Returns the offset after the terminator of `record`, where the next line begins. If the input ends without a
    /// terminator, this offset is past the bytes consumed.
    ///
    /// # Panics
    /// If there is no such record.
    #[inline]
    pub fn line_end(&self, record: usize) -> usize {
        let (_, last) = self.entries(record);
        // If the last record is unterminated, its entry is where a terminator would be.
        self.separators[last] as usize + 1
    }

    /// Returns the raw bytes of `field` of `record`, including quotes.
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

    /// Returns the positions as a grid, if they are one.
    pub fn grid(&self) -> Option<Grid<'_>> {
        let Layout::Dense { trim } = self.layout else { return None };
        let fields = self.uniform?;
        Some(Grid { fields, separators: &self.separators[..self.fields], trim })
    }

    /// Returns the raw positions if records directly follow each other.
    pub fn dense(&self) -> Option<Dense<'_>> {
        let Layout::Dense { trim } = self.layout else { return None };
        let (separators, lasts) = (&self.separators[..self.fields], &self.lasts[..self.records]);
        Some(Dense { separators, lasts, trim })
    }

    /// Returns the faults in record order, at most one per record. Invalid UTF-8 takes precedence over quotes; of several
    /// quote faults the first one counts.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Whether the bytes consumed contain a quote byte.
    pub fn has_quotes(&self) -> bool {
        self.has_quotes
    }

    /// Whether all bytes consumed are ASCII.
    pub fn is_ascii(&self) -> bool {
        self.is_ascii
    }

    /// Returns the number of line ends (LF, CRLF and CR each end one line) in the bytes consumed, if it is known: every LF
    /// outside quotes ends a record, every CR is part of a CRLF, and, if there are LFs in quotes, the bytes passed do not end
    /// within a record that is left for the next call. If `None`, use [`count_line_ends`](crate::count_line_ends()).
    ///
    /// The byte before the block is assumed not to be a CR, to which an LF at the start of the block would belong.
    ///
    /// **Cost**: none; it is a result of indexing.
    pub fn line_ends(&self) -> Option<u64> {
        self.line_ends
    }

    /// Returns the first and the last index of `record` in `separators`.
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

    /// Clears everything except the buffers' memory.
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
