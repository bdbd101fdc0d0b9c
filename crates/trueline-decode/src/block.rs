//! The input and output of decoding: a block of bytes with its positions, and the columns of its records.

use std::ops::Range;

use arrow_array::ArrayRef;
use arrow_buffer::Buffer;
use trueline_report::BadCell;
use trueline_tokenizer::Positions;

use crate::Records;

/// The bytes of some records and the positions of their fields.
///
/// **Shapes**: every offset in `positions` counts from byte `start` of `buffer`. The buffer is usually a whole chunk, which
/// the tokenizer indexes block by block; text columns share it, so it lives as long as they do.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// The buffer that contains the block.
    pub buffer: &'a Buffer,
    /// The offset in the buffer of the first byte passed to the tokenizer.
    pub start: usize,
    /// The records and fields found there.
    pub positions: &'a Positions,
}

impl<'a> Block<'a> {
    /// Returns the bytes from the start of the block to the end of the buffer.
    pub fn bytes(&self) -> &'a [u8] {
        self.buffer.as_slice().get(self.start..).unwrap_or_default()
    }
}

/// The records of a block as columns, and the broken records.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Which records became rows, and which are broken.
    pub records: Records,
    /// One column per plan of the decoder, in order.
    pub columns: Vec<Column>,
}

/// One decoded column.
#[derive(Clone, Debug)]
pub struct Column {
    /// The values; null if the cell is null or not a value of the type.
    pub array: ArrayRef,
    /// The cells that are not values of the type, by row.
    pub bad: Vec<BadCell>,
}

/// Returns the raw bytes of a cell, including quotes.
///
/// **Units**: bytes from the start of the block, as in [`BrokenRecord::range`](crate::BrokenRecord::range). `column` is the
/// position in the record, [`ColumnPlan::source`](crate::ColumnPlan::source).
///
/// # Panics
/// If the row or the column does not exist.
pub fn cell_range(block: &Block<'_>, decoded: &Decoded, row: usize, column: usize) -> Range<usize> {
    block.positions.field(decoded.records.number(row) as usize, column)
}
