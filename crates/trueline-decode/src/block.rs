//! What goes in and what comes out: a block of bytes with its positions, and the columns of its records.

use std::ops::Range;

use arrow_array::ArrayRef;
use arrow_buffer::Buffer;
use trueline_report::BadCell;
use trueline_tokenizer::Positions;

use crate::Records;

/// The bytes of some records and where their fields stand.
///
/// **Shapes**: every offset in `positions` counts from byte `start` of `buffer`. The buffer is usually a whole chunk, of
/// which the tokenizer indexes one block after another; text columns share it, so it lives as long as they do.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// The bytes that hold the block.
    pub buffer: &'a Buffer,
    /// Where the first byte that was given to the tokenizer stands in the buffer.
    pub start: usize,
    /// The records and fields found there.
    pub positions: &'a Positions,
}

impl<'a> Block<'a> {
    /// The bytes from the start of the block to the end of the buffer.
    pub fn bytes(&self) -> &'a [u8] {
        self.buffer.as_slice().get(self.start..).unwrap_or_default()
    }
}

/// The records of a block as columns, and the records that are none.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Which records became rows, and which are broken.
    pub records: Records,
    /// One column for each plan of the decoder, in their order.
    pub columns: Vec<Column>,
}

/// One decoded column.
#[derive(Clone, Debug)]
pub struct Column {
    /// The values; null where the cell is null and where it is no value of the type.
    pub array: ArrayRef,
    /// The cells that are no value of the type, by row.
    pub bad: Vec<BadCell>,
}

/// The bytes of one cell as it stands in the file, its quotes included.
///
/// **Units**: bytes from the start of the block, as in [`BrokenRecord::range`](crate::BrokenRecord::range). `column` is the position in the record,
/// which is [`ColumnPlan::source`](crate::ColumnPlan::source).
///
/// # Panics
/// When the row or the column does not exist.
pub fn cell_range(block: &Block<'_>, decoded: &Decoded, row: usize, column: usize) -> Range<usize> {
    block.positions.field(decoded.records.number(row) as usize, column)
}
