//! Reads rows again: for keys whose hashes are still missing, and for possible duplicate keys.

use std::sync::Arc;

use arrow_buffer::Buffer;
use trueline_decode::Column as DecodedColumn;
use trueline_io::ReadAt;
use trueline_io::text::{Failure, Span};
use trueline_validate::{Batch, Column, Pass, State};

use super::super::merge::Piece;
use super::input::{Input, complete_columns};
use super::marks::{MarkedRange, Marks};
use super::worker::{BlockPosition, Records, Worker};
use super::{MarkedChunk, RereadPieces, RereadRows};
use crate::cache::KnownPiece;

/// A block that was validated in the first pass, except for keys: its invalid rows are known.
#[derive(Clone, Copy)]
pub(super) struct ValidatedBlock<'m> {
    marks: &'m Marks,
    /// The index of the first row of the block in its chunk.
    row: usize,
}

impl<R: Records> Worker<'_, R> {
    /// The result of a piece that is read again, from the cache or by validating it.
    pub(super) fn reread_piece(
        &mut self,
        again: &RereadPieces,
        number: usize,
        buffer: &mut Vec<u8>,
    ) -> Option<Piece> {
        let wanted = again.pieces.get(number)?;
        let KnownPiece { cut, is_last, .. } = wanted.piece;
        let range = cut.byte_offset..cut.byte_offset + cut.bytes as u64;
        let piece = if let Some(state) = wanted.find(&again.cache, &self.plan, &self.job.quota) {
            Piece::new(0, state, range.end)
        } else {
            let span = Span::read_again(&again.at, range, (cut.previous, is_last), std::mem::take(buffer));
            let (piece, spent) = self.validate(span);
            *buffer = spent.buffer;
            if piece.failure.is_none() {
                wanted.add_pending(&again.pending_entries, &self.plan, &piece.state);
            }
            piece
        };
        Some(Piece { sequence: number as u64, ..piece })
    }

    /// The result of the rows of a chunk that are read again.
    pub(super) fn reread_rows(
        &mut self,
        marked: &RereadRows,
        number: usize,
        buffer: &mut Vec<u8>,
    ) -> Option<Piece> {
        let MarkedChunk { marks, rows } = marked.chunks.get(number)?;
        let mut state = State::new(&self.plan, Some(self.job.quota.clone()));
        let mut failure = None;
        for part in marks.ranges_around(rows) {
            state.pass_over(u64::from(part.mark.record).saturating_sub(state.rows()));
            failure = self.reread_range(&part, marks, &marked.at, buffer, &mut state);
            if failure.is_none() && state.rows() != part.end_record {
                // The bytes have changed. No row of the chunk is counted, so the total of rows will be too low, which is an error.
                state = State::new(&self.plan, Some(self.job.quota.clone()));
                return Some(Piece::new(number as u64, state, marks.end_offset()));
            }
            if failure.is_some() {
                break;
            }
        }
        let rows = (state.rows(), None);
        state.pass_over(marks.records.saturating_sub(state.rows()));
        state.add_lines(marks.lines);
        state.seal();
        let failure_row = failure.is_some().then_some(rows);
        Some(Piece { failure, failure_row, ..Piece::new(number as u64, state, marks.end_offset()) })
    }

    /// Reads a range of rows again and adds those with a wanted key to the state. Returns the failure if it cannot be read.
    fn reread_range(
        &mut self,
        part: &MarkedRange,
        marks: &Marks,
        at: &Arc<dyn ReadAt>,
        memory: &mut Vec<u8>,
        state: &mut State,
    ) -> Option<Failure> {
        // The byte before the range is read too: it may be the CR of a CRLF.
        let before = u64::from(part.range.start > 0);
        let range = part.range.start - before..part.range.end;
        let mut span = Span::read_again(at, range, (None, false), std::mem::take(memory));
        let failure = span.failure.take();
        let buffer = Buffer::from_vec(span.buffer);
        let previous = buffer.first().copied().filter(|_| before > 0);
        let (mut start, mut row) = (usize::from(before > 0), part.mark.row as usize);
        let mut position = BlockPosition {
            range: start..start,
            byte_offset: part.range.start,
            previous,
            lines_before: part.mark.line.into(),
        };
        while start < span.range.end {
            let consumed = self.records.index(&buffer[start..span.range.end], true);
            if consumed == 0 {
                break;
            }
            position.range = start..start + consumed;
            self.block(&buffer, &mut position, state, Some(ValidatedBlock { marks, row }));
            row += self.records.rows();
            start += consumed;
        }
        *memory = buffer.into_vec::<u8>().unwrap_or_else(|shared| shared.to_vec());
        failure
    }

    /// Checks the keys of a block that is read again. Rows with a wanted key are validated completely, unless the block is
    /// already `validated`.
    pub(super) fn check_keys(
        &mut self,
        input: &Input<'_>,
        state: &mut State,
        validated: Option<ValidatedBlock<'_>>,
    ) {
        let mut decoded = Vec::with_capacity(self.decoded.len());
        for (field, column) in self.decoded.iter().enumerate() {
            let column = column.filter(|_| self.plan.is_key(field));
            decoded.push(column.map(|column| self.records.decode_column(column, input.bytes)));
        }
        let columns = complete_columns(&decoded);
        let block = input.block(self.records.ranges());
        let origin = self.records.origin(&block, input.bytes);
        let rows = self.records.rows();
        let batch =
            Batch { rows, columns: &columns, keys: &columns, texts: &[], extras: None, origin: &*origin };
        let broken = self.records.broken().len() as u64;
        if self.job.pass == Pass::Prints {
            state.observe_keys(&self.plan, &batch, broken, &[]);
            return;
        }
        if let Some(ValidatedBlock { marks, row }) = validated {
            state.observe_keys(&self.plan, &batch, broken, &marks.invalid(row, rows));
            return;
        }
        let candidates = state.candidates(&self.plan, &batch);
        drop(origin);
        if candidates.is_empty() {
            state.pass_over(rows as u64 + broken);
            return;
        }
        // For many candidates, proving columns from bytes is faster than decoding single rows.
        if candidates.len() > rows / 4 {
            self.validate_rows(input, state);
        } else {
            self.validate_some_rows(input, &candidates, decoded, state);
        }
    }

    /// Validates some rows; columns in `decoded` are already decoded for all rows.
    fn validate_some_rows(
        &mut self,
        input: &Input<'_>,
        some: &[u32],
        decoded: Vec<Option<DecodedColumn>>,
        state: &mut State,
    ) {
        let mut decoded = decoded;
        let mut cells = Vec::with_capacity(self.decoded.len());
        for (field, column) in self.decoded.iter().enumerate() {
            if decoded[field].is_none() && self.plan.needs_whole(field) {
                decoded[field] = column.map(|column| self.records.decode_column(column, input.bytes));
            }
            // Columns of keys are decoded for these rows as well, so that checks of cells see no other rows.
            cells.push(column.map(|column| self.records.decode_rows(column, input.bytes, some)));
        }
        let keys = complete_columns(&decoded);
        let columns: Vec<Option<Column<'_>>> = cells
            .iter()
            .map(|cells| {
                let DecodedColumn { array, bad } = cells.as_ref()?;
                Some(Column { rows: Some(some), ..Column::whole(array, bad) })
            })
            .collect();
        let records = &self.records;
        let block = input.block(records.ranges());
        let origin = records.origin(&block, input.bytes);
        let batch = Batch {
            rows: records.rows(),
            columns: &columns,
            keys: &keys,
            texts: &[],
            extras: records.extras(),
            origin: &*origin,
        };
        state.observe_candidates(&self.plan, &batch, some);
        state.pass_over(records.broken().len() as u64);
    }
}
