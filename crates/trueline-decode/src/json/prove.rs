//! Proofs of columns: which rows pass all checks, decided from the bytes.

use std::ops::Range;

use trueline_tokenizer::Kernel;
use trueline_tokenizer::json::Positions;

use super::JsonColumn;
use super::rows::JsonRows;
use super::scan::BlockTokens;
use crate::Proven;
use crate::proof::cell::{READ_AHEAD, ROWS_PER_WORD};
use crate::proof::lanes::{Bytes, Pairs, SimdLevel};
use crate::proof::value::{Tokens, ValueProof};

/// The number of bytes of records in a tile. All columns are proven for one tile before the next one, so that its bytes stay in
/// the first-level cache.
const TILE_BYTES: usize = 24 << 10;
/// A proof that leaves most of a block open is skipped for this many blocks.
const BACKOFF_BLOCKS: u32 = 7;

/// Proves columns of blocks.
#[derive(Debug)]
pub(super) struct Prover {
    columns: Vec<Option<ValueProof>>,
    lanes: SimdLevel,
    proven: Vec<Option<Proven>>,
    /// For each column, the number of blocks for which its proof is still skipped.
    backoffs: Vec<u32>,
    /// The tokens of strings with escapes, and their rows.
    escaped: Vec<(u32, u32)>,
}

impl Prover {
    pub(super) fn new(columns: &[JsonColumn], kernel: Kernel) -> Self {
        let columns: Vec<_> = columns.iter().map(|plan| ValueProof::new(&plan.field, &plan.checks)).collect();
        Self {
            lanes: SimdLevel::new(kernel),
            proven: vec![None; columns.len()],
            backoffs: vec![0; columns.len()],
            escaped: Vec::new(),
            columns,
        }
    }

    /// Proves what it can about the rows of a block.
    pub(super) fn prove(
        &mut self,
        bytes: &[u8],
        positions: &Positions,
        rows: &JsonRows,
    ) -> &[Option<Proven>] {
        let words = rows.rows.div_ceil(ROWS_PER_WORD);
        let end = positions.offsets().last().map_or(0, |last| *last as usize);
        let is_possible =
            rows.rows > 0 && end + READ_AHEAD <= bytes.len() && positions.kinds().len() >= READ_AHEAD;
        self.prepare(words, rows.rows, is_possible);
        let block = BlockTokens::of(bytes, positions);
        let (Some(bytes), Some(offsets), Some(kinds)) =
            (Bytes::new(bytes), Pairs::new(block.offsets), Bytes::new(block.kinds))
        else {
            self.proven.fill(None);
            return &self.proven;
        };
        if !is_possible {
            return &self.proven;
        }
        let tokens =
            Tokens { bytes, is_ascii: positions.is_ascii(), offsets, kinds, rows: &[], count: rows.rows };
        let size = (TILE_BYTES / (ROWS_PER_WORD * (end / rows.rows).max(1))).max(1);
        let mut at = 0;
        while at < words {
            let tile = at..(at + size).min(words);
            for ((proof, proven), values) in self.columns.iter().zip(&mut self.proven).zip(&rows.tokens) {
                if let (Some(proof), Some(proven)) = (proof, proven) {
                    let tokens = Tokens { rows: values, ..tokens };
                    proven.nulls +=
                        proof.prove(self.lanes, tokens, tile.clone(), &mut proven.open[tile.clone()]);
                }
            }
            at = tile.end;
        }
        self.reopen_undecided(&block, positions, rows);
        &self.proven
    }

    /// Resets the results, and decides which proofs are skipped.
    fn prepare(&mut self, words: usize, rows: usize, is_possible: bool) {
        for ((proof, proven), backoff) in self.columns.iter().zip(&mut self.proven).zip(&mut self.backoffs) {
            let is_open = proven.as_ref().is_some_and(Proven::is_mostly_open);
            *backoff = if is_open { BACKOFF_BLOCKS } else { backoff.saturating_sub(1) };
            if proof.is_none() || !is_possible || *backoff > 0 {
                *proven = None;
                continue;
            }
            let proven = proven.get_or_insert_default();
            proven.open.clear();
            proven.open.resize(words, u64::MAX);
            proven.nulls = 0;
            proven.rows = rows;
        }
    }

    /// Opens the rows that a proof cannot decide: strings with escapes, and values in place of objects with columns.
    fn reopen_undecided(&mut self, block: &BlockTokens<'_>, positions: &Positions, rows: &JsonRows) {
        self.find_escapes(block, positions, rows);
        for ((proof, proven), values) in self.columns.iter().zip(&mut self.proven).zip(&rows.tokens) {
            if let (Some(proof), Some(proven)) = (proof, proven)
                && proof.reads_strings()
            {
                for (token, row) in &self.escaped {
                    if values[*row as usize] == *token {
                        proven.open[*row as usize / ROWS_PER_WORD] |= 1 << (*row as usize % ROWS_PER_WORD);
                    }
                }
            }
        }
        for (column, row) in &rows.non_objects {
            if let Some(proven) = &mut self.proven[*column as usize] {
                proven.open[*row as usize / ROWS_PER_WORD] |= 1 << (*row as usize % ROWS_PER_WORD);
            }
        }
    }

    /// Finds the strings with escapes.
    fn find_escapes(&mut self, block: &BlockTokens<'_>, positions: &Positions, rows: &JsonRows) {
        self.escaped.clear();
        if !positions.has_backslash() {
            return;
        }
        let (mut token, mut row) = (0, 0);
        let mut at = 0;
        for Range { start, end } in positions.backslashes() {
            at = at.max(start);
            while at < end
                && let Some(next) = memchr::memchr(b'\\', &block.bytes[at..end])
            {
                at = self.note_escape(block, positions, rows, at + next, (&mut token, &mut row));
            }
        }
    }

    /// Records the token with the backslash at `place`, given the previous token and its row; returns an offset after that
    /// token.
    fn note_escape(
        &mut self,
        block: &BlockTokens<'_>,
        positions: &Positions,
        rows: &JsonRows,
        place: usize,
        (token, row): (&mut usize, &mut usize),
    ) -> usize {
        // Finds the token by doubling steps. In a broken record the backslash may be its first byte.
        let begins_before = |offset: &u32| (*offset as usize) <= place;
        let mut step = 1;
        while block.offsets.get(*token + step).is_some_and(begins_before) {
            step *= 2;
        }
        let to = (*token + step).min(block.offsets.len());
        *token += block.offsets[*token..to].partition_point(begins_before).saturating_sub(1);
        while *row < rows.rows && positions.tokens(rows.record(*row) as usize).end <= *token {
            *row += 1;
        }
        if *row < rows.rows && positions.tokens(rows.record(*row) as usize).start <= *token {
            self.escaped.push((narrow(*token), narrow(*row)));
        }
        // The start of the next token. In a broken record this may not be after the backslash.
        (block.offsets[*token + 1] as usize).max(place + 1)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "there are fewer of anything than bytes in a block")]
fn narrow(number: usize) -> u32 {
    number as u32
}
