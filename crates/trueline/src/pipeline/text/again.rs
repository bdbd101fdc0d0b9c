//! Reads rows again: for keys that are still owed, and for possible duplicate keys.

use std::sync::Arc;

use arrow_buffer::Buffer;
use trueline_decode::Column as DecodedColumn;
use trueline_io::ReadAt;
use trueline_io::text::{Failure, Span};
use trueline_validate::{Batch, Column, Pass, State};

use super::super::merge::Piece;
use super::input::{Input, wholes};
use super::marks::{Marks, Part};
use super::worker::{Place, Records, Worker};
use super::{Again, Marked, MarkedChunk};
use crate::cache::KnownPiece;

/// A block whose invalid rows are known.
#[derive(Clone, Copy)]
pub(super) struct Judged<'m> {
    marks: &'m Marks,
    /// Which row of its chunk is the first of the block.
    row: usize,
}

impl<R: Records> Worker<'_, R> {
    /// What is to be said of a piece that is looked at again.
    pub(super) fn take_again(&mut self, again: &Again, number: usize, buffer: &mut Vec<u8>) -> Option<Piece> {
        let wanted = again.pieces.get(number)?;
        let KnownPiece { cut, is_last, .. } = wanted.piece;
        let range = cut.byte_offset..cut.byte_offset + cut.bytes as u64;
        let piece = if let Some(state) = wanted.find(&again.cache, &self.plan, &self.job.quota) {
            Piece::new(0, state, range.end)
        } else {
            let span = Span::read_again(&again.at, range, (cut.previous, is_last), std::mem::take(buffer));
            let (piece, spent) = self.run(span);
            *buffer = spent.buffer;
            if piece.failure.is_none() {
                wanted.note(&again.notes, &self.plan, &piece.state);
            }
            piece
        };
        Some(Piece { sequence: number as u64, ..piece })
    }

    /// What is to be said of some rows of a chunk.
    pub(super) fn take_marked(
        &mut self,
        marked: &Marked,
        number: usize,
        buffer: &mut Vec<u8>,
    ) -> Option<Piece> {
        let MarkedChunk { marks, rows } = marked.chunks.get(number)?;
        let mut state = State::new(&self.plan, Some(self.job.quota.clone()));
        let mut failure = None;
        for part in marks.around(rows) {
            state.pass_over(u64::from(part.mark.record).saturating_sub(state.rows()));
            failure = self.look_at_part(&part, marks, &marked.at, buffer, &mut state);
            if failure.is_none() && state.rows() != part.end_record {
                // The bytes have changed. No row of the chunk is counted, so that rows are missing in the end.
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

    /// Reads rows again and takes those into the state that the pass is after; what kept it from that.
    fn look_at_part(
        &mut self,
        part: &Part,
        marks: &Marks,
        at: &Arc<dyn ReadAt>,
        memory: &mut Vec<u8>,
        state: &mut State,
    ) -> Option<Failure> {
        // With the byte before it, which may be one half of a line end.
        let before = u64::from(part.range.start > 0);
        let range = part.range.start - before..part.range.end;
        let mut span = Span::read_again(at, range, (None, false), std::mem::take(memory));
        let failure = span.failure.take();
        let buffer = Buffer::from_vec(span.buffer);
        let previous = buffer.first().copied().filter(|_| before > 0);
        let (mut start, mut row) = (usize::from(before > 0), part.mark.row as usize);
        let mut place = Place {
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
            place.range = start..start + consumed;
            self.block(&buffer, &mut place, state, Some(Judged { marks, row }));
            row += self.records.rows();
            start += consumed;
        }
        *memory = buffer.into_vec::<u8>().unwrap_or_else(|shared| shared.to_vec());
        failure
    }

    /// Checks the keys of a block that is read again, and everything else in rows with a wanted key, unless they were
    /// validated before.
    pub(super) fn look_at_keys(&mut self, input: &Input<'_>, state: &mut State, judged: Option<Judged<'_>>) {
        let mut decoded = Vec::with_capacity(self.decoded.len());
        for (field, column) in self.decoded.iter().enumerate() {
            let column = column.filter(|_| self.plan.is_key(field));
            decoded.push(column.map(|column| self.records.decode_column(column, input.bytes)));
        }
        let columns = wholes(&decoded);
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
        if let Some(Judged { marks, row }) = judged {
            state.observe_keys(&self.plan, &batch, broken, &marks.invalid(row, rows));
            return;
        }
        let candidates = state.candidates(&self.plan, &batch);
        drop(origin);
        if candidates.is_empty() {
            state.pass_over(rows as u64 + broken);
            return;
        }
        // Where they are many, proofs are worth their while.
        if candidates.len() > rows / 4 {
            self.judge(input, state);
        } else {
            self.judge_some(input, &candidates, decoded, state);
        }
    }

    /// Takes some rows into the state; of `decoded` columns all rows are known already.
    fn judge_some(
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
            // Those of keys once more, so that checks over cells look at no others.
            cells.push(column.map(|column| self.records.decode_rows(column, input.bytes, some)));
        }
        let keys = wholes(&decoded);
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
