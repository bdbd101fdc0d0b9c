//! One thread's work: spans of records in, partial states out.

use std::cell::OnceCell;
use std::ops::Range;

use arrow_buffer::Buffer;
use trueline_decode::{Block, BrokenRecord, ColumnPlan, Decoded, Decoder};
use trueline_io::csv::{Failure, Span};
use trueline_schema::Schema;
use trueline_tokenizer::{Dialect, Indexer, Kernel, Positions, count_line_ends};
use trueline_validate::{Batch, Binding, BrokenPlace, Column, Plan, Quota, State};

use crate::options::Limits;
use crate::origin::{CsvBlock, CsvOrigin};

/// What all workers of one input share.
pub(super) struct Job<'a> {
    pub(super) schema: &'a Schema,
    pub(super) plan: &'a Plan,
    pub(super) binding: &'a Binding,
    pub(super) dialect: &'a Dialect,
    pub(super) kernel: Kernel,
    pub(super) limits: Limits,
    pub(super) quota: Quota,
}

/// The result of one span, ready to be merged in its turn.
pub(super) struct Piece {
    pub(super) sequence: u64,
    pub(super) state: State,
    /// Decompressed bytes of the input up to the end of the span.
    pub(super) end_offset: u64,
    pub(super) failure: Option<Failure>,
    /// The record at which the failure stands, counted from the span's first, and its line.
    pub(super) failure_row: Option<(u64, u64)>,
}

/// One thread's tools.
pub(super) struct Worker<'a> {
    job: &'a Job<'a>,
    plan: Plan,
    indexer: Indexer,
    decoder: Decoder,
    /// Schema field to column of the decoder.
    decoded: Vec<Option<usize>>,
    positions: Positions,
    shows_excerpts: bool,
}

/// Where a block stands within its span.
struct Place {
    range: Range<usize>,
    byte_offset: u64,
    previous: Option<u8>,
    lines_before: u64,
}

impl<'a> Worker<'a> {
    pub(super) fn new(job: &'a Job<'a>) -> Self {
        let mut columns = Vec::new();
        let mut decoded = Vec::with_capacity(job.schema.fields.len());
        for (index, field) in job.schema.fields.iter().enumerate() {
            let source = job.binding.sources[index].filter(|_| job.plan.needs(index));
            decoded.push(source.map(|_| columns.len()));
            if let Some(source) = source {
                let null_values = job.schema.null_values_for(field);
                columns.push(ColumnPlan { field: field.clone(), source, null_values });
            }
        }
        Self {
            job,
            plan: job.plan.clone(),
            indexer: Indexer::with_kernel(job.dialect, job.kernel),
            decoder: Decoder::new(columns, job.dialect),
            decoded,
            positions: Positions::new(),
            shows_excerpts: !job.schema.fields.iter().any(|field| field.sensitive),
        }
    }

    /// Validates the records of a span; gives the span's memory back for the next.
    pub(super) fn run(&mut self, span: Span) -> (Piece, Vec<u8>) {
        let mut state = State::new(&self.plan, Some(self.job.quota.clone()));
        let mut end_offset = span.byte_offset + span.range.len() as u64;
        let mut failure = span.failure;
        let buffer = Buffer::from_vec(span.buffer);
        let mut at = span.range.start;
        let mut place =
            Place { range: at..at, byte_offset: span.byte_offset, previous: span.previous, lines_before: 0 };
        while at < span.range.end {
            let mut positions = std::mem::take(&mut self.positions);
            let rest = &buffer[at..span.range.end];
            let consumed = self.indexer.index(rest, span.is_last, &mut positions);
            let too_large = self.find_too_large(rest, consumed, &positions, place.byte_offset);
            if let Some((record, too_large)) = too_large {
                // Everything before the record is judged as usual; the record itself ends the run.
                let start = positions.record(record).start;
                self.indexer.index(&rest[..start], false, &mut positions);
                place.range = at..at + start;
                self.block(&buffer, &positions, &mut place, &mut state);
                end_offset = too_large.byte_offset;
                failure = Some(too_large);
                self.positions = positions;
                break;
            }
            if consumed == 0 {
                // Cannot happen while spans hold whole records; if it did, silence would be the worst answer.
                failure = Some(Failure::new(
                    "internal",
                    "the records of a chunk could not be told apart",
                    place.byte_offset,
                ));
                self.positions = positions;
                break;
            }
            place.range = at..at + consumed;
            self.block(&buffer, &positions, &mut place, &mut state);
            at += consumed;
            self.positions = positions;
        }
        state.add_lines(place.lines_before);
        let failure_row = failure.is_some().then(|| (state.rows(), place.lines_before + 1));
        let piece = Piece { sequence: span.sequence, state, end_offset, failure, failure_row };
        (piece, buffer.into_vec::<u8>().unwrap_or_default())
    }

    /// The first record that is larger than the limits allow.
    fn find_too_large(
        &self,
        bytes: &[u8],
        consumed: usize,
        positions: &Positions,
        byte_offset: u64,
    ) -> Option<(usize, Failure)> {
        let limits = &self.job.limits;
        if consumed as u64 <= limits.max_field_bytes.min(limits.max_record_bytes) {
            return None;
        }
        debug_assert!(consumed <= bytes.len());
        (0..positions.len()).find_map(|record| {
            let range = positions.record(record);
            if range.len() as u64 > limits.max_record_bytes {
                let place = byte_offset + range.start as u64;
                return Some((record, Failure::record_size(limits.max_record_bytes, place)));
            }
            if range.len() as u64 <= limits.max_field_bytes {
                return None;
            }
            let mut fields = (0..positions.field_count(record)).map(|field| positions.field(record, field));
            let field = fields.find(|field| field.len() as u64 > limits.max_field_bytes)?;
            let place = byte_offset + field.start as u64;
            Some((record, Failure::field_size(limits.max_field_bytes, place)))
        })
    }

    /// Decodes and validates one block and moves `place` behind it.
    fn block(&mut self, buffer: &Buffer, positions: &Positions, place: &mut Place, state: &mut State) {
        let bytes = &buffer[place.range.clone()];
        let lines = count_line_ends(bytes, place.previous);
        let block = CsvBlock {
            bytes,
            positions,
            dialect: self.job.dialect,
            sources: &self.job.binding.sources,
            byte_offset: place.byte_offset,
            previous: place.previous,
            first_row: state.rows(),
            first_line: place.lines_before,
            lines,
            shows_excerpts: self.shows_excerpts,
            record_lines: OnceCell::new(),
        };
        if !positions.is_empty() {
            let input = Block { buffer, start: place.range.start, positions };
            let decoded = self.decoder.decode(&input, self.job.binding.columns);
            self.observe(&block, &decoded, state);
        }
        place.lines_before += lines;
        place.byte_offset += bytes.len() as u64;
        place.previous = bytes.last().copied().or(place.previous);
    }

    fn observe(&self, block: &CsvBlock<'_>, decoded: &Decoded, state: &mut State) {
        let columns: Vec<Option<Column<'_>>> = self
            .decoded
            .iter()
            .map(|column| {
                column.map(|column| {
                    let column = &decoded.columns[column];
                    Column::whole(&column.array, &column.bad)
                })
            })
            .collect();
        for broken in &decoded.broken {
            let columns = self.job.binding.columns;
            state.observe_broken(&self.plan, broken.code, || broken_place(block, broken, columns));
        }
        let origin = CsvOrigin { block, records: decoded.records.as_deref() };
        state.observe(
            &self.plan,
            &Batch { rows: decoded.rows, columns: &columns, keys: &columns, origin: &origin },
        );
    }
}

fn broken_place(block: &CsvBlock<'_>, broken: &BrokenRecord, columns: usize) -> BrokenPlace {
    let record = broken.record as usize;
    let is_count = broken.code == "structure.field_count";
    let found =
        if is_count { format!("{} instead of {columns}", broken.found) } else { broken.found.clone() };
    BrokenPlace {
        location: block.location(record, &broken.range),
        found,
        excerpt: block.record_excerpt(record, &broken.range),
    }
}
