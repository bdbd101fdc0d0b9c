//! Turns bytes into positions, block by block.
//!
//! The engine writes one entry per field and one per record. The rest is determined from these entries, per record and not
//! per byte: whether all records have the same number of fields, whether some lines are not records, whether all line ends
//! are the same, and which records have faults.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their kernel")]

use std::ops::Range;

use crate::dialect::{BlankLines, Dialect};
use crate::engine::{self, ByteStats, Classes, Cursor, FindInvalidUtf8, SeparatorMasks, Sink};
use crate::kernel::{Isa, Kernel, STEP, Task};
use crate::positions::{Fault, FaultKind, Layout, Positions, Row};
use crate::state::{State, StateKind};

/// The maximum number of bytes examined per call: every offset, plus a small margin, must fit in a `u32`.
const MAX_BYTES: usize = u32::MAX as usize - 2 * STEP;

/// Finds the records and fields in a sequence of bytes, one block at a time.
///
/// ```
/// use trueline_tokenizer::{Dialect, Indexer, Positions};
/// let bytes = b"id,name\n1,\"a,b\"\n2,c";
/// let mut indexer = Indexer::new(&Dialect::default());
/// let mut positions = Positions::new();
/// let consumed = indexer.index(bytes, true, &mut positions);
/// assert_eq!((consumed, positions.len()), (bytes.len(), 3));
/// assert_eq!(&bytes[positions.field(1, 1)], b"\"a,b\"");
/// ```
#[derive(Clone, Debug)]
pub struct Indexer {
    classes: Classes,
    kernel: Kernel,
    skips_blank_lines: bool,
    block_bytes: usize,
    /// Buffers that are reused: the numbers of the lines that are comments, and the quote faults by offset.
    comments: Vec<u32>,
    quote_faults: Vec<(u32, FaultKind)>,
}

impl Indexer {
    /// Creates an indexer with the best kernel for this machine.
    pub fn new(dialect: &Dialect) -> Self {
        Self::with_kernel(dialect, Kernel::detect())
    }

    /// Creates an indexer with a given kernel.
    pub fn with_kernel(dialect: &Dialect, kernel: Kernel) -> Self {
        Self {
            classes: Classes::new(dialect),
            kernel,
            skips_blank_lines: dialect.blank_lines == BlankLines::Skip,
            block_bytes: 64 << 10,
            comments: Vec::new(),
            quote_faults: Vec::new(),
        }
    }

    /// Sets the minimum number of bytes that a call consumes if there are that many. Default 64 KiB; at least 1.
    #[must_use]
    pub fn block_bytes(mut self, block_bytes: usize) -> Self {
        self.block_bytes = block_bytes.max(1);
        self
    }

    /// Indexes complete records of `bytes`, which begin at a record start, until at least `block_bytes` are consumed or no
    /// complete record is left. If `is_last`, an unterminated remainder is also a record.
    ///
    /// Returns the number of bytes consumed, including skipped blank lines and comments: 0 means that no record ends in
    /// `bytes`. At most the first 4 GiB (less 129 bytes) are examined; if there are more, `is_last` is ignored for this
    /// call, and a record longer than that gives 0.
    ///
    /// **Cost**: one pass over the bytes consumed. The memory of `positions` is that of the largest block so far: four bytes
    /// per field and four to twenty per record.
    pub fn index(&mut self, bytes: &[u8], is_last: bool, positions: &mut Positions) -> usize {
        let (bytes, is_last) =
            if bytes.len() > MAX_BYTES { (&bytes[..MAX_BYTES], false) } else { (bytes, is_last) };
        positions.clear();
        self.comments.clear();
        self.quote_faults.clear();
        let mut sink = PositionWriter {
            positions,
            crlf: 0,
            comments: &mut self.comments,
            faults: &mut self.quote_faults,
        };
        let task = IndexTask { classes: &self.classes, bytes, until: self.block_bytes, sink: &mut sink };
        let (cursor, stats) = self.kernel.run(task);
        let mut crlf = sink.crlf;

        let ends_unterminated = is_last && cursor.at == bytes.len() && !cursor.state.is_record_start();
        let consumed = if ends_unterminated { bytes.len() } else { discard_incomplete(positions, cursor) };
        let terminators = positions.records as u64;
        let is_open =
            ends_unterminated && !matches!(cursor.state.0, StateKind::Comment | StateKind::CommentCr);
        if is_open {
            let trims = crlf > 0 && crlf == positions.records;
            self.push_unterminated(positions, bytes.len(), u32::from(trims), cursor.state);
            crlf += usize::from(trims);
        }

        let bytes = &bytes[..consumed];
        self.choose_layout(bytes, crlf, positions);
        // The statistics may also cover some bytes after those consumed, so the bytes consumed are tested from there on.
        let high = bytes.get(stats.high_from..).unwrap_or_default();
        let quoted = bytes.get(stats.quotes_from..).unwrap_or_default();
        positions.is_ascii = high.is_ascii();
        positions.has_quotes = self.classes.quote().is_some_and(|quote| quoted.contains(&quote));
        let inner_lfs = if positions.has_quotes { stats.inner_lfs } else { 0 };
        // The count includes LFs in quotes in an incomplete record after the bytes consumed.
        let is_exact = inner_lfs == 0 || consumed == cursor.at;
        let is_counted = self.classes.terminator_is_lf && !stats.lone_cr && is_exact;
        let line_ends = terminators + inner_lfs;
        positions.line_ends = (is_counted && bytes.last() != Some(&b'\r')).then_some(line_ends);
        self.find_faults(bytes, positions);
        consumed
    }

    /// Adds the unterminated remainder as a record, as if a terminator followed it.
    fn push_unterminated(&mut self, positions: &mut Positions, end: usize, trim: u32, state: State) {
        positions.reserve(1);
        let before = positions.fields.checked_sub(1).map(|at| positions.separators[at]);
        if matches!(state.0, StateKind::Quoted | StateKind::Escaped) {
            let opening = before.map_or(0, |separator| separator + 1);
            self.quote_faults.push((opening, FaultKind::UnclosedQuote));
        }
        positions.push_field(narrow(end) + trim);
        positions.push_record();
    }

    /// Determines the layout. If there are lines that are not records, or both kinds of line end, it lists the records.
    fn choose_layout(&self, bytes: &[u8], crlf: usize, positions: &mut Positions) {
        positions.layout = Layout::Dense { trim: u32::from(crlf > 0) };
        positions.uniform = positions.uniform_field_count();
        let has_one_line_end = crlf == 0 || crlf == positions.records;
        let may_be_blank = self.skips_blank_lines && positions.has_single_fields();
        let is_blank =
            |record: usize| positions.field_count(record) == 1 && positions.record(record).is_empty();
        let is_dense = has_one_line_end
            && self.comments.is_empty()
            && !(may_be_blank && (0..positions.records).any(is_blank));
        if !is_dense {
            self.list_records(bytes, positions);
        }
    }

    /// Lists the lines that are records.
    fn list_records(&self, bytes: &[u8], positions: &mut Positions) {
        let mut comments = self.comments.iter().peekable();
        let (mut start, mut first) = (0, 0);
        let mut uniform = None;
        let mut is_uniform = true;
        for record in 0..positions.records {
            let last = positions.lasts[record];
            let separator = positions.separators[last as usize];
            // The separator of an unterminated last record may be one byte after the end.
            let mut end = (separator as usize).min(bytes.len());
            let is_crlf = self.classes.crlf_on != 0
                && end > start
                && bytes[end - 1] == b'\r'
                && bytes.get(end) == Some(&b'\n');
            end -= usize::from(is_crlf);
            let is_comment = comments.next_if(|&&comment| comment as usize == record).is_some();
            let is_blank = self.skips_blank_lines && end == start && first == last;
            if !is_comment && !is_blank {
                positions.rows.push(Row { start: narrow(start), end: narrow(end), first, last });
                let count = (last - first + 1) as usize;
                is_uniform &= *uniform.get_or_insert(count) == count;
            }
            start = separator as usize + 1;
            first = last + 1;
        }
        positions.layout = Layout::Listed;
        positions.records = positions.rows.len();
        positions.uniform = uniform.filter(|_| is_uniform);
    }

    /// Searches for invalid UTF-8, finds the record of each quote fault, and merges the two lists.
    fn find_faults(&self, bytes: &[u8], positions: &mut Positions) {
        let mut faults = std::mem::take(&mut positions.faults);
        if !positions.is_ascii {
            find_invalid_utf8(self.kernel, bytes, positions, &mut faults);
        }
        let utf8_faults = faults.len();
        let mut record = 0;
        for &(offset, kind) in &self.quote_faults {
            record = positions.record_at(record, offset as usize);
            // Faults after the last complete record belong to no record.
            let is_known = faults[utf8_faults..].last().is_some_and(|fault| fault.record == narrow(record));
            if !is_known && record < positions.records {
                faults.push(Fault { record: narrow(record), offset, kind });
            }
        }
        if utf8_faults > 0 && utf8_faults < faults.len() {
            // The sort is stable, so that of two faults in a record the UTF-8 fault stays first.
            faults.sort_by_key(|fault| fault.record);
            faults.dedup_by_key(|fault| fault.record);
        }
        positions.faults = faults;
    }
}

/// Discards everything after the last record end, and returns that offset.
fn discard_incomplete(positions: &mut Positions, cursor: Cursor) -> usize {
    positions.fields = positions.records.checked_sub(1).map_or(0, |last| positions.lasts[last] as usize + 1);
    if cursor.state.is_record_start() {
        cursor.at
    } else {
        positions.separators[..positions.fields].last().map_or(0, |&separator| separator as usize + 1)
    }
}

/// Adds a fault for each record that is not UTF-8, at its first invalid byte. Invalid bytes outside records are not faults.
fn find_invalid_utf8(kernel: Kernel, bytes: &[u8], positions: &Positions, faults: &mut Vec<Fault>) {
    let mut at = 0;
    let mut record = 0;
    while let Some(invalid) = kernel.run(FindInvalidUtf8(&bytes[at..])) {
        let offset = at + invalid;
        record = positions.record_at(record, offset);
        if record == positions.records {
            break;
        }
        let Range { start, end } = positions.record(record);
        if start <= offset {
            faults.push(Fault {
                record: narrow(record),
                offset: narrow(offset),
                kind: FaultKind::InvalidUtf8,
            });
            at = end;
        } else {
            at = start;
        }
    }
}

/// Converts an offset or a number of records within one call.
#[expect(clippy::cast_possible_truncation, reason = "a call examines less than 4 GiB")]
fn narrow(number: usize) -> u32 {
    number as u32
}

impl Positions {
    /// Reserves space for `steps` more steps.
    #[inline]
    fn reserve(&mut self, steps: usize) {
        let more = (steps + 1) * STEP;
        for (buffer, length) in [(&mut self.separators, self.fields), (&mut self.lasts, self.records)] {
            if buffer.len() < length + more {
                grow(buffer, length + more);
            }
        }
    }

    #[inline]
    fn push_field(&mut self, separator: u32) {
        self.separators[self.fields] = separator;
        self.fields += 1;
    }

    /// Makes the last field the last field of its record.
    #[inline]
    fn push_record(&mut self) {
        self.lasts[self.records] = narrow(self.fields - 1);
        self.records += 1;
    }

    /// The number of fields of every record of the dense layout, if it is the same.
    fn uniform_field_count(&self) -> Option<usize> {
        let lasts = &self.lasts[..self.records];
        let fields = lasts.first()? + 1;
        if self.fields != fields as usize * lasts.len() {
            return None;
        }
        let mut expected = fields - 1;
        for chunk in lasts.chunks(256) {
            let mut difference = 0;
            for &last in chunk {
                difference |= last ^ expected;
                expected = expected.wrapping_add(fields);
            }
            if difference != 0 {
                return None;
            }
        }
        Some(fields as usize)
    }

    /// Whether a record of the dense layout has only one field.
    fn has_single_fields(&self) -> bool {
        let lasts = &self.lasts[..self.records];
        let is_single = |first: u32, last: u32| u32::from(last.wrapping_sub(first) == 1);
        let mut before = u32::MAX;
        // There is no branch per record, because usually no record has one field.
        lasts.chunks(256).any(|chunk| {
            let mut found = is_single(before, chunk[0]);
            for pair in chunk.windows(2) {
                found |= is_single(pair[0], pair[1]);
            }
            before = chunk[chunk.len() - 1];
            found != 0
        })
    }

    /// The first record at or after `from` that ends after `offset`, or the number of records.
    fn record_at(&self, from: usize, offset: usize) -> usize {
        let is_before = |record: usize| self.record(record).end <= offset;
        // Faults tend to be either in adjacent records or rare: a linear search first, then a binary search.
        let near = (from + 8).min(self.records);
        let mut at = from;
        while at < near && is_before(at) {
            at += 1;
        }
        if at < near {
            return at;
        }
        let mut end = self.records;
        while at < end {
            let middle = at + (end - at) / 2;
            if is_before(middle) { at = middle + 1 } else { end = middle }
        }
        at
    }
}

#[cold]
#[inline(never)]
fn grow(buffer: &mut Vec<u32>, length: usize) {
    buffer.resize(length.max(2 * buffer.len()), 0);
}

/// A sink that writes the results of the engine to positions.
struct PositionWriter<'a> {
    positions: &'a mut Positions,
    /// The number of terminators that are CRLF.
    crlf: usize,
    comments: &'a mut Vec<u32>,
    faults: &'a mut Vec<(u32, FaultKind)>,
}

impl Sink for PositionWriter<'_> {
    #[inline(always)]
    fn steps<I: Isa>(&mut self, isa: I, at: usize, masks: &[SeparatorMasks]) {
        self.positions.reserve(masks.len());
        let Positions { separators, fields, lasts, records, .. } = &mut *self.positions;
        let (mut separators, mut lasts) = (&mut separators[*fields..], &mut lasts[*records..]);
        let (separators_left, lasts_left) = (separators.len(), lasts.len());
        let mut at = narrow(at);
        let mut base = narrow(*fields);
        for masks in masks {
            // `reserve` made enough space, which the compiler cannot know.
            let (Some(separator_slots), Some(last_slots)) =
                (separators.first_chunk_mut(), lasts.first_chunk_mut())
            else {
                break;
            };
            isa.positions(masks.separators, at, separator_slots);
            isa.ordinals(masks.terminators, masks.separators, base, last_slots);
            let count = masks.separators.count_ones();
            base = base.wrapping_add(count);
            separators = &mut separators[count as usize..];
            lasts = &mut lasts[masks.terminators.count_ones() as usize..];
            self.crlf += masks.crlf.count_ones() as usize;
            at += narrow(STEP);
        }
        *fields += separators_left - separators.len();
        *records += lasts_left - lasts.len();
    }

    #[inline]
    fn reserve(&mut self) {
        self.positions.reserve(1);
    }

    #[inline]
    fn field(&mut self, at: usize) {
        self.positions.push_field(narrow(at));
    }

    #[inline]
    fn record(&mut self, at: usize, is_crlf: bool, is_comment: bool) {
        if is_comment {
            self.comments.push(narrow(self.positions.records));
        }
        self.positions.push_field(narrow(at));
        self.positions.push_record();
        self.crlf += usize::from(is_crlf);
    }

    #[inline]
    fn fault(&mut self, at: usize, kind: FaultKind) {
        self.faults.push((narrow(at), kind));
    }
}

struct IndexTask<'a, 'b> {
    classes: &'a Classes,
    bytes: &'a [u8],
    until: usize,
    sink: &'a mut PositionWriter<'b>,
}

impl Task for IndexTask<'_, '_> {
    type Output = (Cursor, ByteStats);

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> (Cursor, ByteStats) {
        let mut cursor = Cursor { at: 0, state: State::START };
        let stats = engine::run(isa, self.classes, self.bytes, &mut cursor, self.until, self.sink);
        (cursor, stats)
    }
}
