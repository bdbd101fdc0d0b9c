//! A block in progress: its bytes, and its columns before they are validated.

use std::cell::OnceCell;

use trueline_decode::{Column as DecodedColumn, Proven};
use trueline_validate::Column;

use super::block::{Ranges, TextBlock};
use super::worker::{BlockPosition, Bytes};

/// A block of the buffer whose records are not validated yet.
pub(super) struct Input<'a> {
    pub(super) bytes: Bytes<'a>,
    pub(super) content: &'a [u8],
    pub(super) position: &'a BlockPosition,
    pub(super) first_row: u64,
    pub(super) lines: u64,
    pub(super) record_lines: OnceCell<Vec<u32>>,
    pub(super) shows_excerpts: bool,
}

impl Input<'_> {
    pub(super) fn block<'b>(&'b self, records: &'b dyn Ranges) -> TextBlock<'b> {
        TextBlock {
            bytes: self.content,
            records,
            byte_offset: self.position.byte_offset,
            previous: self.position.previous,
            first_row: self.first_row,
            first_line: self.position.lines_before,
            lines: self.lines,
            shows_excerpts: self.shows_excerpts,
            record_lines: &self.record_lines,
        }
    }
}

/// Decoded columns with all rows.
pub(super) fn complete_columns(decoded: &[Option<DecodedColumn>]) -> Vec<Option<Column<'_>>> {
    decoded
        .iter()
        .map(|column| column.as_ref().map(|column| Column::whole(&column.array, &column.bad)))
        .collect()
}

/// The rows of a column that are not proven and must be decoded and checked.
pub(super) struct OpenRows {
    pub(super) rows: Vec<u32>,
    /// How many of the proven rows are null.
    pub(super) nulls: u64,
}

/// The open rows of a column; `None` if so few rows are proven that it is cheaper to decode all of them.
pub(super) fn open_rows(proven: &Proven, rows: usize) -> Option<OpenRows> {
    let count = proven.open_count();
    if count > rows / 2 {
        return None;
    }
    let mut open = Vec::with_capacity(count);
    for (start, word) in (0..).step_by(64).zip(&proven.open) {
        let mut rest = *word;
        while rest != 0 {
            open.push(start + rest.trailing_zeros());
            rest &= rest - 1;
        }
    }
    Some(OpenRows { rows: open, nulls: proven.nulls })
}

/// How many rows are proven in every column.
pub(super) fn count_proven(proven: &[Option<Proven>], rows: usize) -> u64 {
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
