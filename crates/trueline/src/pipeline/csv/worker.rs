//! One thread's work: spans of records in, partial states out.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, NullArray};
use arrow_buffer::Buffer;
use trueline_decode::{Block, BrokenRecord, Decoder, Proven, Prover, Records};
use trueline_io::text::{Failure, Span, Spent};
use trueline_tokenizer::{Dialect, Indexer, Positions, count_line_ends};
use trueline_validate::{Batch, BrokenPlace, Column, Pass, Plan, State};

use super::super::job::Job;
use super::super::merge::Piece;
use super::super::text::Work;
use super::origin::{CsvBlock, CsvOrigin};

/// One thread's tools.
pub(in super::super) struct Worker<'a> {
    job: &'a Job<'a>,
    dialect: &'a Dialect,
    plan: Plan,
    indexer: Indexer,
    decoder: Decoder,
    /// None where nothing is to be proven.
    prover: Option<Prover>,
    /// Schema field to column of the decoder.
    decoded: Vec<Option<usize>>,
    positions: Positions,
    records: Records,
    /// Stands for a column of which every row is proven.
    nothing: ArrayRef,
    shows_excerpts: bool,
}

/// How much is indexed at a time: it should stay near the processor, with its positions, while the columns are gone
/// through.
const BLOCK_BYTES: usize = 1 << 20;

/// Where a block stands within its span.
struct Place {
    range: Range<usize>,
    byte_offset: u64,
    previous: Option<u8>,
    lines_before: u64,
}

impl<'a> Worker<'a> {
    pub(in super::super) fn new(job: &'a Job<'a>, dialect: &'a Dialect) -> Self {
        let (columns, decoded) = job.columns();
        Self {
            prover: job.proves.then(|| Prover::new(&columns, dialect, job.kernel)),
            job,
            dialect,
            plan: job.plan.clone(),
            indexer: Indexer::with_kernel(dialect, job.kernel).block_bytes(BLOCK_BYTES),
            decoder: Decoder::new(columns, dialect),
            decoded,
            positions: Positions::new(),
            records: Records::new(),
            nothing: Arc::new(NullArray::new(0)),
            shows_excerpts: !job.schema.fields.iter().any(|field| field.sensitive),
        }
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

    /// Validates one block and moves `place` behind it. Returns how many rows were proven whole.
    fn block(&mut self, buffer: &Buffer, positions: &Positions, place: &mut Place, state: &mut State) -> u64 {
        let bytes = &buffer[place.range.clone()];
        let known = positions.line_ends().filter(|_| place.previous != Some(b'\r'));
        let lines = known.unwrap_or_else(|| count_line_ends(bytes, place.previous));
        let block = CsvBlock {
            bytes,
            positions,
            dialect: self.dialect,
            sources: &self.job.binding.sources,
            byte_offset: place.byte_offset,
            previous: place.previous,
            first_row: state.rows(),
            first_line: place.lines_before,
            lines,
            shows_excerpts: self.shows_excerpts,
            record_lines: OnceCell::new(),
        };
        let mut proved = 0;
        if !positions.is_empty() {
            let input = Block { buffer, start: place.range.start, positions };
            let mut records = std::mem::take(&mut self.records);
            records.sort_out(positions, self.job.binding.columns);
            if self.job.pass == Pass::First || self.reads_on(&block, &input, &records, state) {
                proved = self.judge(&block, &input, &records, state);
            }
            self.records = records;
        }
        place.lines_before += lines;
        place.byte_offset += bytes.len() as u64;
        place.previous = bytes.last().copied().or(place.previous);
        proved
    }

    /// Looks at the keys of a block that is read again; whether all else must be looked at too.
    fn reads_on(
        &mut self,
        block: &CsvBlock<'_>,
        input: &Block<'_>,
        records: &Records,
        state: &mut State,
    ) -> bool {
        let mut decoded = Vec::with_capacity(self.decoded.len());
        for (field, column) in self.decoded.iter().enumerate() {
            let column = column.filter(|_| self.plan.is_key(field));
            decoded.push(column.map(|column| self.decoder.decode_column(column, input, records)));
        }
        let columns: Vec<Option<Column<'_>>> = decoded
            .iter()
            .map(|column| column.as_ref().map(|column| Column::whole(&column.array, &column.bad)))
            .collect();
        let origin = CsvOrigin { block, records: records.numbers() };
        let batch = Batch { rows: records.rows, columns: &columns, keys: &columns, origin: &origin };
        let broken = records.broken.len() as u64;
        if self.job.pass == Pass::Prints {
            state.observe_keys(&self.plan, &batch, broken);
            return false;
        }
        let goes_on = state.has_candidates(&self.plan, &batch);
        if !goes_on {
            state.pass_over(records.rows as u64 + broken);
        }
        goes_on
    }

    /// Proves what can be proven, decodes the rest and takes it into the state.
    fn judge(
        &mut self,
        block: &CsvBlock<'_>,
        input: &Block<'_>,
        records: &Records,
        state: &mut State,
    ) -> u64 {
        for broken in &records.broken {
            let columns = self.job.binding.columns;
            state.observe_broken(&self.plan, broken.code, || broken_place(block, broken, columns));
        }
        let proven = self.prover.as_mut().map_or(&[][..], |prover| prover.prove(input, records));
        let proved = count_proven(proven, records.rows);
        let mut cells = Vec::with_capacity(self.decoded.len());
        let mut wholes = Vec::with_capacity(self.decoded.len());
        for (field, column) in self.decoded.iter().enumerate() {
            let Some(column) = *column else {
                cells.push(None);
                wholes.push(None);
                continue;
            };
            let part =
                proven.get(column).and_then(Option::as_ref).and_then(|proven| open_rows(proven, records));
            let is_whole = part.is_none() || self.plan.is_key(field);
            wholes.push(is_whole.then(|| self.decoder.decode_column(column, input, records)));
            cells.push(part.map(|open| {
                let numbers: Vec<u32> = open.rows.iter().map(|row| records.number(*row as usize)).collect();
                let decoded =
                    (!numbers.is_empty()).then(|| self.decoder.decode_cells(column, input, &numbers));
                (open, decoded)
            }));
        }
        let keys: Vec<Option<Column<'_>>> = wholes
            .iter()
            .map(|column| column.as_ref().map(|column| Column::whole(&column.array, &column.bad)))
            .collect();
        let columns: Vec<Option<Column<'_>>> = cells
            .iter()
            .zip(&keys)
            .map(|(part, whole)| {
                let Some((open, decoded)) = part else { return *whole };
                let (array, bad) =
                    decoded.as_ref().map_or((&self.nothing, &[][..]), |cells| (&cells.array, &cells.bad));
                Some(Column { array, bad, rows: Some(&open.rows), proven_nulls: open.nulls })
            })
            .collect();
        let origin = CsvOrigin { block, records: records.numbers() };
        let batch = Batch { rows: records.rows, columns: &columns, keys: &keys, origin: &origin };
        state.observe(&self.plan, &batch);
        proved
    }
}

impl Work for Worker<'_> {
    fn run(&mut self, span: Span) -> (Piece, Spent) {
        let mut state = State::new(&self.plan, Some(self.job.quota.clone()));
        let mut end_offset = None;
        let mut failure = span.failure;
        let mut proved = 0;
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
                proved += self.block(&buffer, &positions, &mut place, &mut state);
                end_offset = Some(too_large.byte_offset);
                failure = Some(too_large);
                self.positions = positions;
                break;
            }
            if consumed == 0 && span.is_cut {
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
            proved += self.block(&buffer, &positions, &mut place, &mut state);
            at += consumed;
            self.positions = positions;
        }
        state.add_lines(place.lines_before);
        state.seal();
        let failure_row = failure.is_some().then(|| (state.rows(), place.lines_before + 1));
        let end_offset = end_offset.unwrap_or(place.byte_offset);
        let piece = Piece { sequence: span.sequence, state, proved, end_offset, failure, failure_row };
        // Nobody else holds the buffer any more, so that its memory comes back as it is.
        let buffer = buffer.into_vec::<u8>().unwrap_or_else(|shared| shared.to_vec());
        (piece, Spent { buffer, rest: at..span.range.end })
    }
}

/// The rows of a column that must go the exact way.
struct Open {
    rows: Vec<u32>,
    /// How many of the others are null.
    nulls: u64,
}

/// `None` where so little is proven that it is cheaper to look at everything.
fn open_rows(proven: &Proven, records: &Records) -> Option<Open> {
    let count = proven.open_count();
    if count > records.rows / 2 {
        return None;
    }
    let mut rows = Vec::with_capacity(count);
    for (start, word) in (0..).step_by(64).zip(&proven.open) {
        let mut rest = *word;
        while rest != 0 {
            rows.push(start + rest.trailing_zeros());
            rest &= rest - 1;
        }
    }
    Some(Open { rows, nulls: proven.nulls })
}

/// How many rows have no cell that is not proven.
fn count_proven(proven: &[Option<Proven>], rows: usize) -> u64 {
    let mut open = vec![0; rows.div_ceil(64)];
    for column in proven {
        let Some(column) = column else { return 0 };
        open.iter_mut().zip(&column.open).for_each(|(all, word): (&mut u64, _)| *all |= word);
    }
    if proven.is_empty() {
        0
    } else {
        rows as u64 - open.iter().map(|word| u64::from(word.count_ones())).sum::<u64>()
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
