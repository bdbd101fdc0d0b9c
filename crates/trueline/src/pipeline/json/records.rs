//! The records of a JSON Lines input.

use std::cell::RefCell;
use std::ops::Range;

use trueline_decode::json::{JsonBlock, JsonColumn, JsonDecoder, JsonOptions, JsonRows};
use trueline_decode::{BrokenRecord, Column, Proven};
use trueline_report::Origin;
use trueline_tokenizer::json::{Indexer, Positions};

use super::super::job::Job;
use super::super::text::{Bytes, Ranges, Records, TextBlock};
use super::origin::JsonOrigin;

/// How much is indexed at a time. Positions are many in JSON, and a record is read from several sides: both should stay in
/// the processor's second cache.
const BLOCK_BYTES: usize = 128 << 10;

/// One thread's tools for JSON Lines.
pub(in super::super) struct JsonRecords {
    /// Schema field to column of the decoder.
    columns: Vec<Option<usize>>,
    /// How many columns of the decoder these are. The others are there so that a record that gives one twice is found.
    needed: usize,
    indexer: Indexer,
    /// Asked by origins too, which only look.
    decoder: RefCell<JsonDecoder>,
    forbids_extras: bool,
    positions: Positions,
    rows: JsonRows,
}

impl JsonRecords {
    pub(in super::super) fn new(job: &Job<'_>) -> Self {
        let columns =
            job.columns().into_iter().map(|plan| JsonColumn { field: plan.field, checks: plan.checks });
        let mut columns: Vec<JsonColumn> = columns.collect();
        let needed = columns.len();
        columns.extend(job.unneeded().filter_map(JsonColumn::of_names));
        let options = JsonOptions::of(job.schema).max_depth(job.limits.max_depth);
        Self {
            columns: job.decoded(),
            needed,
            indexer: Indexer::with_kernel(job.kernel)
                .block_bytes(BLOCK_BYTES)
                .max_depth(job.limits.max_depth),
            forbids_extras: options.allowed_names.is_some(),
            decoder: RefCell::new(JsonDecoder::new(columns, &options, job.kernel)),
            positions: Positions::new(),
            rows: JsonRows::new(),
        }
    }
}

impl Ranges for Positions {
    fn len(&self) -> usize {
        self.len()
    }

    fn range(&self, record: usize) -> Range<usize> {
        self.record(record)
    }

    fn line_end(&self, record: usize) -> usize {
        self.line_end(record)
    }
}

impl Records for JsonRecords {
    fn index(&mut self, bytes: &[u8], is_last: bool) -> usize {
        self.indexer.index(bytes, is_last, &mut self.positions)
    }

    fn ranges(&self) -> &dyn Ranges {
        &self.positions
    }

    fn larger_field(&self, record: usize, bytes: u64) -> Option<usize> {
        let places = &self.positions.offsets()[self.positions.tokens(record)];
        let larger = places.windows(2).find(|pair| u64::from(pair[1] - pair[0]) > bytes)?;
        Some(larger[0] as usize)
    }

    fn line_ends(&self) -> Option<u64> {
        self.positions.line_ends()
    }

    fn sort_out(&mut self, bytes: Bytes<'_>) {
        self.decoder.get_mut().read(&block(bytes, &self.positions), &mut self.rows);
    }

    fn rows(&self) -> usize {
        self.rows.count()
    }

    fn numbers(&self) -> Option<&[u32]> {
        self.rows.numbers()
    }

    fn broken(&self) -> &[BrokenRecord] {
        self.rows.broken()
    }

    fn extras(&self) -> Option<&[u32]> {
        self.forbids_extras.then(|| self.rows.extras())
    }

    fn prove(&mut self, bytes: Bytes<'_>) -> &[Option<Proven>] {
        &self.decoder.get_mut().prove(&block(bytes, &self.positions), &self.rows)[..self.needed]
    }

    fn decode_column(&mut self, column: usize, bytes: Bytes<'_>) -> Column {
        self.decoder.get_mut().decode_column(column, &block(bytes, &self.positions), &self.rows)
    }

    fn decode_rows(&mut self, column: usize, bytes: Bytes<'_>, rows: &[u32]) -> Column {
        self.decoder.get_mut().decode_rows(column, &block(bytes, &self.positions), &self.rows, rows)
    }

    fn origin<'o>(&'o self, block: &'o TextBlock<'o>, bytes: Bytes<'o>) -> Box<dyn Origin + 'o> {
        let input = JsonBlock { buffer: bytes.buffer, start: bytes.start, positions: &self.positions };
        Box::new(JsonOrigin {
            block,
            input,
            columns: &self.columns,
            decoder: &self.decoder,
            rows: &self.rows,
        })
    }
}

fn block<'b>(bytes: Bytes<'b>, positions: &'b Positions) -> JsonBlock<'b> {
    JsonBlock { buffer: bytes.buffer, start: bytes.start, positions }
}
