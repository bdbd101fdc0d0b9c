//! The work of one thread: turns spans of records into partial states.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, NullArray};
use arrow_buffer::Buffer;
use trueline_cache::Key;
use trueline_decode::{BrokenRecord, Column as DecodedColumn, Proven, Texts};
use trueline_io::rows::Rows;
use trueline_io::text::{Cut, Failure, Span, Spent};
use trueline_report::Origin;
use trueline_tokenizer::count_line_ends;
use trueline_validate::{Batch, BrokenPlace, Column, KeyTexts, Pass, Plan, State};

use super::super::job::Job;
use super::super::merge::Piece;
use super::super::output::{PieceRows, RowPool};
use super::block::{Ranges, TextBlock};
use super::input::{Input, OpenRows, complete_columns, count_proven, open_rows};
use super::marks::Marks;
use super::reread::ValidatedBlock;
use crate::cache::{CachedPiece, KnownPiece, PieceCache};

/// Finds, proves and decodes the records of one format, for one thread. It holds the records of one block at a time.
pub(in super::super) trait Records {
    /// Finds the records of a block, which begins with one; returns the number of bytes up to the end of the last complete one.
    fn index(&mut self, bytes: &[u8], is_last: bool) -> usize;

    /// The locations of the records.
    fn ranges(&self) -> &dyn Ranges;

    /// The offset in the block of a field of a record with more than this many bytes, if there is one.
    fn larger_field(&self, record: usize, bytes: u64) -> Option<usize>;

    /// Whether values may be within quotes, for messages.
    fn has_quotes(&self) -> bool {
        false
    }

    /// The number of line ends of the block, if `index` counted them. It is wrong if the block begins with the LF of a CRLF.
    fn line_ends(&self) -> Option<u64>;

    /// Separates rows from malformed records.
    fn sort_out(&mut self, bytes: Bytes<'_>);

    /// The number of rows.
    fn rows(&self) -> usize;

    /// The record of each row; `None` if every record is the row with its own number.
    fn numbers(&self) -> Option<&[u32]>;

    /// The records that are not rows.
    fn broken(&self) -> &[BrokenRecord];

    /// The fault of a broken record, as text for the report.
    fn found(&self, broken: &BrokenRecord) -> String {
        broken.found.to_string()
    }

    /// The rows with a key that no field declares, if rows have their own keys and such keys are forbidden.
    fn extras(&self) -> Option<&[u32]> {
        None
    }

    /// For each column the rows that are proven to pass.
    fn prove(&mut self, bytes: Bytes<'_>) -> &[Option<Proven>];

    /// All values of a column.
    fn decode_column(&mut self, column: usize, bytes: Bytes<'_>) -> DecodedColumn;

    /// The locations of the strings of a column, if they are strings and all have one.
    fn texts(&mut self, _column: usize, _bytes: Bytes<'_>, _texts: &mut Texts) -> bool {
        false
    }

    /// The values of some rows of a column.
    fn decode_rows(&mut self, column: usize, bytes: Bytes<'_>, rows: &[u32]) -> DecodedColumn;

    /// Maps rows and cells back to their locations in the input.
    fn origin<'o>(&'o self, block: &'o TextBlock<'o>, bytes: Bytes<'o>) -> Box<dyn Origin + 'o>;
}

/// The bytes of a block: those of the buffer from `start` on.
#[derive(Clone, Copy)]
pub(in super::super) struct Bytes<'a> {
    pub(in super::super) buffer: &'a Buffer,
    pub(in super::super) start: usize,
}

/// The worker of one thread, for one format.
pub(super) struct Worker<'a, R> {
    pub(super) job: &'a Job<'a>,
    pub(super) plan: Plan,
    pub(super) records: R,
    /// Schema field to column of the decoder.
    pub(super) decoded: Vec<Option<usize>>,
    /// For each field the locations of key strings that need not be decoded.
    texts: Vec<Texts>,
    /// An empty array, for columns whose rows are all proven.
    empty_array: ArrayRef,
    shows_excerpts: bool,
    /// The records of the span so far, if rows are written to files.
    output_rows: Option<Rows>,
    /// The marks of the span so far, if they are recorded.
    marks: Option<Marks>,
    /// A buffer for encoding cache entries, reused from piece to piece.
    entry_buffer: Vec<u8>,
}

/// The cache's result for a chunk.
pub(super) struct CacheLookup {
    key: Key,
    pub(super) found: Option<CachedPiece>,
}

/// The location of a block within its span.
pub(super) struct BlockPosition {
    pub(super) range: Range<usize>,
    pub(super) byte_offset: u64,
    pub(super) previous: Option<u8>,
    pub(super) lines_before: u64,
}

impl<'a, R: Records> Worker<'a, R> {
    pub(super) fn new(job: &'a Job<'a>, records: R) -> Self {
        Self {
            job,
            plan: job.plan.clone(),
            records,
            decoded: job.decoded(),
            texts: vec![Texts::default(); job.schema.fields.len()],
            empty_array: Arc::new(NullArray::new(0)),
            shows_excerpts: !job.schema.fields.iter().any(|field| field.sensitive),
            output_rows: None,
            marks: None,
            entry_buffer: Vec::new(),
        }
    }

    /// Looks up the result of an earlier run for a chunk whose blocks have these digests.
    pub(super) fn look_up(&self, sequence: u64, is_last: bool, digests: &[[u8; 32]]) -> Option<CacheLookup> {
        let cache = self.job.cache.as_ref().filter(|_| self.job.pass == Pass::First)?;
        let key = cache.key(sequence, is_last, digests)?;
        Some(CacheLookup { found: cache.find(&key, &self.plan, &self.job.quota), key })
    }

    /// Returns the result of the records of a span, from the cache or by validating them, and the span's buffer with the
    /// range of bytes after the last record.
    pub(super) fn process(&mut self, span: Span, lookup: Option<CacheLookup>) -> (Piece, Spent) {
        let mut span = span;
        let digests = std::mem::take(&mut span.digests);
        let is_whole = span.failure.is_none() && !span.range.is_empty();
        let (Some(CacheLookup { key, found }), Some(cache)) =
            (lookup.filter(|_| is_whole), self.job.cache.as_ref())
        else {
            let (piece, spent) = self.validate(span);
            return (Piece { digests, ..piece }, spent);
        };
        let is_last = span.is_last;
        let known = |state: &State, cut| {
            let (rows, lines) = (state.rows(), state.lines());
            Some(KnownPiece { key, cut, is_last, rows, lines })
        };
        if let Some(CachedPiece { state, cut }) = found.filter(|found| PieceCache::matches(found, &span)) {
            let end = span.range.start + cut.bytes;
            let known = known(&state, cut);
            let piece = Piece::new(span.sequence, state, cut.byte_offset + cut.bytes as u64);
            let spent = Spent { buffer: span.buffer, rest: end..span.range.end };
            return (Piece { digests, is_cached: true, known, ..piece }, spent);
        }
        let (start, cut) = (span.range.start, PieceCache::cut(&span, 0));
        let (piece, spent) = self.validate(span);
        if piece.failure.is_some() {
            return (Piece { digests, ..piece }, spent);
        }
        let cut = Cut { bytes: spent.rest.start - start, ..cut };
        cache.store(&key, &self.plan, &piece.state, &cut, &mut self.entry_buffer);
        let known = known(&piece.state, cut);
        (Piece { digests, known, ..piece }, spent)
    }

    /// Validates the records of a span. Also returns the span's buffer with the range of bytes after the last record.
    pub(super) fn validate(&mut self, span: Span) -> (Piece, Spent) {
        let mut state = State::new(&self.plan, Some(self.job.quota.clone()));
        self.marks = self.job.marks.then(|| Marks::new(span.byte_offset));
        if self.marks.is_some() {
            state.tell_granules();
        }
        let mut end_offset = None;
        let mut failure = span.failure;
        let mut proved = 0;
        let buffer = Buffer::from_vec(span.buffer);
        let mut at = span.range.start;
        self.output_rows = self.job.rows.as_ref().map(RowPool::take);
        let mut position = BlockPosition {
            range: at..at,
            byte_offset: span.byte_offset,
            previous: span.previous,
            lines_before: 0,
        };
        while at < span.range.end {
            let rest = &buffer[at..span.range.end];
            let consumed = self.records.index(rest, span.is_last);
            if let Some((start, too_large)) = self.find_too_large(consumed, position.byte_offset) {
                // Everything before the record is validated as usual; the record itself ends the run.
                self.records.index(&rest[..start], false);
                position.range = at..at + start;
                proved += self.block(&buffer, &mut position, &mut state, None);
                end_offset = Some(too_large.byte_offset);
                failure = Some(too_large);
                break;
            }
            if consumed == 0 && span.is_cut {
                break;
            }
            if consumed == 0 {
                // Cannot happen as long as spans hold whole records. If it did, the records must not be skipped silently.
                failure = Some(Failure::new(
                    "internal",
                    "the records of a chunk could not be told apart",
                    position.byte_offset,
                ));
                break;
            }
            position.range = at..at + consumed;
            proved += self.block(&buffer, &mut position, &mut state, None);
            self.add_output_rows(at - span.range.start, &state);
            at += consumed;
        }
        state.add_lines(position.lines_before);
        state.seal();
        let marks = self.marks.take().filter(|_| failure.is_none());
        let marks = marks.and_then(|marks| marks.finish(at - span.range.start, state.rows(), state.lines()));
        let failure_row = failure.is_some().then(|| (state.rows(), Some(position.lines_before + 1)));
        let end_offset = end_offset.unwrap_or(position.byte_offset);
        let mut rows = self.output_rows.take();
        if let Some(rows) = &mut rows {
            rows.set_bytes(&buffer[span.range.start..at]);
        }
        let findings = state.take_findings();
        let rows = rows.map(PieceRows::Text);
        let piece = Piece {
            rows,
            findings,
            proved,
            failure,
            failure_row,
            marks,
            ..Piece::new(span.sequence, state, end_offset)
        };
        // Nothing else refers to the buffer any more, so this does not copy.
        let buffer = buffer.into_vec::<u8>().unwrap_or_else(|shared| shared.to_vec());
        (piece, Spent { buffer, rest: at..span.range.end })
    }

    /// Adds the records of a validated block to the rows to write, if rows are written. The block begins `start` bytes after
    /// the start of the span.
    fn add_output_rows(&mut self, start: usize, state: &State) {
        let Some(written) = &mut self.output_rows else { return };
        let ranges = self.records.ranges();
        if ranges.len() == 0 {
            return;
        }
        let before = written.len();
        let narrow = |place: usize| u32::try_from(start + place).unwrap_or(u32::MAX);
        written.extend((0..ranges.len()).map(|record| narrow(ranges.line_end(record))));
        if self.job.rows.as_ref().is_some_and(RowPool::wants_starts) {
            written.extend_starts((0..ranges.len()).map(|record| narrow(ranges.range(record).start)));
        }
        if self.plan.rejects_broken() {
            for broken in self.records.broken() {
                written.mark(before + broken.record as usize);
            }
        }
        let numbers = self.records.numbers();
        for (first, word) in (0..).step_by(64).zip(state.invalid_of_batch()) {
            let mut rest = *word;
            while rest != 0 {
                let row = first + rest.trailing_zeros() as usize;
                written.mark(before + numbers.map_or(row, |numbers| numbers[row] as usize));
                rest &= rest - 1;
            }
        }
    }

    /// The start of the first record that exceeds a limit, in a block of this many bytes.
    fn find_too_large(&self, bytes: usize, byte_offset: u64) -> Option<(usize, Failure)> {
        let limits = &self.job.limits;
        if bytes as u64 <= limits.max_field_bytes.min(limits.max_record_bytes) {
            return None;
        }
        let ranges = self.records.ranges();
        (0..ranges.len()).find_map(|record| {
            let range = ranges.range(record);
            if range.len() as u64 > limits.max_record_bytes {
                let place = byte_offset + range.start as u64;
                let quotes = self.records.has_quotes();
                return Some((range.start, Failure::record_size(limits.max_record_bytes, place, quotes)));
            }
            if range.len() as u64 <= limits.max_field_bytes {
                return None;
            }
            let field = self.records.larger_field(record, limits.max_field_bytes)?;
            let place = byte_offset + field as u64;
            let quotes = self.records.has_quotes();
            Some((range.start, Failure::field_size(limits.max_field_bytes, place, quotes)))
        })
    }

    /// Validates one block and advances `position` past it. If the block is already `validated`, only its keys are checked.
    /// Returns the number of rows that are proven in all columns.
    pub(super) fn block(
        &mut self,
        buffer: &Buffer,
        position: &mut BlockPosition,
        state: &mut State,
        validated: Option<ValidatedBlock<'_>>,
    ) -> u64 {
        let bytes = &buffer[position.range.clone()];
        let known = self.records.line_ends().filter(|_| position.previous != Some(b'\r'));
        let lines = known.unwrap_or_else(|| count_line_ends(bytes, position.previous));
        let mut proved = 0;
        if self.records.ranges().len() > 0 {
            let input = Input {
                bytes: Bytes { buffer, start: position.range.start },
                content: bytes,
                position,
                first_row: state.rows(),
                lines,
                record_lines: OnceCell::new(),
                shows_excerpts: self.shows_excerpts,
            };
            self.records.sort_out(input.bytes);
            if matches!(self.job.pass, Pass::First | Pass::Rows) {
                let rows = self.records.rows();
                let marks = self.marks.take().and_then(|marks| {
                    marks.add(&input.block(self.records.ranges()), rows, self.records.numbers())
                });
                proved = self.validate_rows(&input, state);
                self.marks = marks;
                if let Some(marks) = &mut self.marks {
                    marks.add_invalid(state.invalid_of_batch(), rows);
                }
            } else {
                self.check_keys(&input, state, validated);
            }
        }
        position.lines_before += lines;
        position.byte_offset += bytes.len() as u64;
        position.previous = bytes.last().copied().or(position.previous);
        proved
    }

    /// Proves the rows that can be proven from their bytes, decodes the others, and adds the results to the state.
    pub(super) fn validate_rows(&mut self, input: &Input<'_>, state: &mut State) -> u64 {
        let records = &mut self.records;
        let block = input.block(records.ranges());
        for broken in records.broken() {
            state.observe_broken(&self.plan, broken.code, || BrokenPlace {
                location: block.location(broken.record as usize, &broken.range),
                found: records.found(broken),
                excerpt: block.record_excerpt(broken.record as usize, &broken.range),
            });
        }
        let rows = records.rows();
        let proven = if self.job.proves { records.prove(input.bytes) } else { &[] };
        let proved = count_proven(proven, rows);
        let mut parts: Vec<Option<OpenRows>> =
            proven.iter().map(|proven| open_rows(proven.as_ref()?, rows)).collect();
        parts.resize_with(self.decoded.len().max(parts.len()), || None);
        let mut cells = Vec::with_capacity(self.decoded.len());
        let mut decoded = Vec::with_capacity(self.decoded.len());
        let mut printed = Vec::new();
        for ((field, column), texts) in self.decoded.iter().enumerate().zip(&mut self.texts) {
            let part = column.and_then(|column| parts[column].take());
            let takes_texts =
                part.is_some() && state.takes_texts(&self.plan, field) && !self.plan.is_custom(field);
            if column.is_some_and(|column| takes_texts && records.texts(column, input.bytes, texts)) {
                printed.push(field);
            }
            let needs_whole = self.plan.needs_whole(field) && printed.last() != Some(&field);
            let whole = column.filter(|_| part.is_none() || needs_whole);
            decoded.push(whole.map(|column| records.decode_column(column, input.bytes)));
            cells.push(part.zip(*column).map(|(open, column)| {
                let decoded =
                    (!open.rows.is_empty()).then(|| records.decode_rows(column, input.bytes, &open.rows));
                (open, decoded)
            }));
        }
        let keys = complete_columns(&decoded);
        let columns: Vec<Option<Column<'_>>> = cells
            .iter()
            .zip(&keys)
            .map(|(part, whole)| {
                let Some((open, decoded)) = part else { return *whole };
                let (array, bad) =
                    decoded.as_ref().map_or((&self.empty_array, &[][..]), |cells| (&cells.array, &cells.bad));
                Some(Column { array, bad, rows: Some(&open.rows), proven_nulls: open.nulls })
            })
            .collect();
        let block = input.block(records.ranges());
        let origin = records.origin(&block, input.bytes);
        let extras = records.extras();
        let texts: Vec<KeyTexts<'_>> = printed
            .iter()
            .map(|&field| {
                let Texts { places, nulls } = &self.texts[field];
                KeyTexts { field, bytes: input.content, places, nulls }
            })
            .collect();
        let batch = Batch { rows, columns: &columns, keys: &keys, texts: &texts, extras, origin: &*origin };
        state.observe(&self.plan, &batch);
        proved
    }
}
