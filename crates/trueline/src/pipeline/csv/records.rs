//! The records of a CSV input.

use trueline_decode::{Block, BrokenRecord, Column, Decoder, Proven, Prover, Records as Rows, Texts};
use trueline_report::Origin;
use trueline_tokenizer::{Dialect, Indexer, Positions};

use super::super::job::Job;
use super::super::text::{Bytes, Ranges, Records, TextBlock};
use super::origin::CsvOrigin;

/// How much is indexed at a time: it should stay near the processor, with its positions, while the columns are gone through.
const BLOCK_BYTES: usize = 256 << 10;

/// One thread's tools for CSV.
pub(in super::super) struct CsvRecords<'a> {
    dialect: &'a Dialect,
    /// Schema field to column of the record.
    sources: &'a [Option<usize>],
    /// Fields of each record.
    fields: usize,
    indexer: Indexer,
    decoder: Decoder,
    prover: Prover,
    positions: Positions,
    rows: Rows,
}

impl<'a> CsvRecords<'a> {
    pub(in super::super) fn new(job: &Job<'a>, dialect: &'a Dialect) -> Self {
        let columns = job.columns();
        Self {
            dialect,
            sources: &job.binding.sources,
            fields: job.binding.columns,
            indexer: Indexer::with_kernel(dialect, job.kernel).block_bytes(BLOCK_BYTES),
            prover: Prover::new(if job.proves { &columns } else { &[] }, dialect, job.kernel),
            decoder: Decoder::new(columns, dialect),
            positions: Positions::new(),
            rows: Rows::new(),
        }
    }
}

impl Records for CsvRecords<'_> {
    fn index(&mut self, bytes: &[u8], is_last: bool) -> usize {
        self.indexer.index(bytes, is_last, &mut self.positions)
    }

    fn ranges(&self) -> &dyn Ranges {
        &self.positions
    }

    fn larger_field(&self, record: usize, bytes: u64) -> Option<usize> {
        let positions = &self.positions;
        let mut fields = (0..positions.field_count(record)).map(|field| positions.field(record, field));
        fields.find(|field| field.len() as u64 > bytes).map(|field| field.start)
    }

    fn has_quotes(&self) -> bool {
        self.dialect.quote.is_some()
    }

    fn line_ends(&self) -> Option<u64> {
        self.positions.line_ends()
    }

    fn sort_out(&mut self, _bytes: Bytes<'_>) {
        self.rows.sort_out(&self.positions, self.fields);
    }

    fn rows(&self) -> usize {
        self.rows.rows
    }

    fn numbers(&self) -> Option<&[u32]> {
        self.rows.numbers()
    }

    fn broken(&self) -> &[BrokenRecord] {
        &self.rows.broken
    }

    fn found(&self, broken: &BrokenRecord) -> String {
        if broken.code == "structure.field_count" {
            format!("{} instead of {}", broken.found, self.fields)
        } else {
            broken.found.to_string()
        }
    }

    fn prove(&mut self, bytes: Bytes<'_>) -> &[Option<Proven>] {
        self.prover.prove(&block(bytes, &self.positions), &self.rows)
    }

    fn decode_column(&mut self, column: usize, bytes: Bytes<'_>) -> Column {
        self.decoder.decode_column(column, &block(bytes, &self.positions), &self.rows)
    }

    fn texts(&mut self, column: usize, bytes: Bytes<'_>, texts: &mut Texts) -> bool {
        self.decoder.texts(column, &block(bytes, &self.positions), &self.rows, texts)
    }

    fn decode_rows(&mut self, column: usize, bytes: Bytes<'_>, rows: &[u32]) -> Column {
        let numbers: Vec<u32> = rows.iter().map(|row| self.rows.number(*row as usize)).collect();
        self.decoder.decode_cells(column, &block(bytes, &self.positions), &numbers)
    }

    fn origin<'o>(&'o self, block: &'o TextBlock<'o>, _bytes: Bytes<'o>) -> Box<dyn Origin + 'o> {
        Box::new(CsvOrigin {
            block,
            positions: &self.positions,
            dialect: self.dialect,
            sources: self.sources,
            records: self.rows.numbers(),
        })
    }
}

fn block<'b>(bytes: Bytes<'b>, positions: &'b Positions) -> Block<'b> {
    Block { buffer: bytes.buffer, start: bytes.start, positions }
}
