//! The loop over a column of fixed-width values, and what all columns share.

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrowPrimitiveType, PrimitiveArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, ScalarBuffer};
use arrow_schema::DataType as ArrowType;
use trueline_report::BadCell;
use trueline_tokenizer::Dialect;

use super::DecodeColumn;
use crate::cell::{AsItStands, Cells, Nulls, Read, Unquote, Visit};
use crate::value::{Parse, Refusal};
use crate::{Column, ColumnPlan};

/// Where a column's cells are and which of them are null.
pub(super) struct Source {
    /// The position in the record.
    pub(super) position: usize,
    pub(super) nulls: Nulls,
    pub(super) unquote: Unquote,
}

impl Source {
    pub(super) fn new(plan: &ColumnPlan, dialect: &Dialect) -> Self {
        Self {
            position: plan.source,
            nulls: Nulls::new(&plan.null_values),
            unquote: Unquote::new(dialect, plan.field.trim),
        }
    }

    /// The values of the column, each by `parse`; what is not there has the default value and is noted in `gaps`.
    pub(super) fn values<P: Parse>(
        &mut self,
        cells: &Cells<'_>,
        parse: &mut P,
        gaps: &mut Gaps,
    ) -> Vec<P::Native> {
        gaps.missing.clear();
        let (bytes, nulls) = (cells.bytes, &self.nulls);
        if self.unquote.is_needed(cells) {
            let text = &mut self.unquote;
            cells.visit(self.position, Values { bytes, text, nulls, parse, gaps })
        } else {
            let text = &mut AsItStands;
            cells.visit(self.position, Values { bytes, text, nulls, parse, gaps })
        }
    }
}

/// The loop.
struct Values<'l, T, P> {
    bytes: &'l [u8],
    text: &'l mut T,
    nulls: &'l Nulls,
    parse: &'l mut P,
    gaps: &'l mut Gaps,
}

impl<T: Read, P: Parse> Visit for Values<'_, T, P> {
    type Output = Vec<P::Native>;

    fn visit(self, cells: impl ExactSizeIterator<Item = Range<usize>>) -> Vec<P::Native> {
        let Self { bytes, text, nulls, parse, gaps } = self;
        let mut row = 0;
        cells
            .map(|place| {
                let text = text.text(bytes, place);
                let value = if nulls.contains(text) {
                    gaps.null(row);
                    P::Native::default()
                } else {
                    parse.parse(text).unwrap_or_else(|refusal| {
                        gaps.bad(row, refusal);
                        P::Native::default()
                    })
                };
                row += 1;
                value
            })
            .collect()
    }
}

/// The rows of a column that have no value.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    /// Null and bad rows alike.
    missing: Vec<u32>,
    bad: Vec<BadCell>,
}

impl Gaps {
    pub(crate) fn clear(&mut self) {
        self.missing.clear();
        self.bad.clear();
    }

    pub(crate) fn null(&mut self, row: u32) {
        self.missing.push(row);
    }

    #[cold]
    pub(crate) fn bad(&mut self, row: u32, refusal: Refusal) {
        self.missing.push(row);
        self.bad.push(BadCell { row, code: refusal.code() });
    }

    /// Notes that a part of a row was refused; rows may come in any order and more than once.
    pub(crate) fn bad_part(&mut self, row: usize, code: &'static str) {
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        self.missing.push(row);
        self.bad.push(BadCell { row, code });
    }

    /// The bad cells in their order, each row once with what was noted first, leaving none.
    pub(crate) fn take_bad_rows(&mut self) -> Vec<BadCell> {
        let mut bad = self.take_bad();
        bad.sort_by_key(|cell| cell.row);
        bad.dedup_by_key(|cell| cell.row);
        bad
    }

    /// Whether a cell was refused for this reason.
    pub(crate) fn has(&self, refusal: Refusal) -> bool {
        self.bad.iter().any(|cell| cell.code == refusal.code())
    }

    /// The bad cells, leaving none.
    pub(crate) fn take_bad(&mut self) -> Vec<BadCell> {
        std::mem::take(&mut self.bad)
    }

    /// The validity of so many rows; `None` when all are there.
    pub(crate) fn nulls(&self, rows: usize) -> Option<NullBuffer> {
        if self.missing.is_empty() {
            return None;
        }
        let mut words = vec![0; rows.div_ceil(64)];
        for row in &self.missing {
            words[*row as usize / 64] |= 1 << (row % 64);
        }
        of_nulls(words, rows)
    }
}

/// The validity of so many rows, given one bit per row that is null; `None` when none is.
pub(super) fn of_nulls(nulls: Vec<u64>, rows: usize) -> Option<NullBuffer> {
    let mut words = nulls;
    if words.iter().all(|word| *word == 0) {
        return None;
    }
    // Arrow numbers bits from the least one of the first byte.
    for word in &mut words {
        *word = (!*word).to_le();
    }
    Some(NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(words), 0, rows)))
}

/// A column of fixed-width values.
pub(super) struct PrimitiveColumn<A, P> {
    source: Source,
    parse: P,
    gaps: Gaps,
    data_type: ArrowType,
    array: PhantomData<fn() -> A>,
}

impl<A, P> PrimitiveColumn<A, P>
where
    A: ArrowPrimitiveType,
    P: Parse<Native = A::Native> + 'static,
{
    /// The column of a plan, read by `parse` into arrays of `data_type`.
    pub(super) fn new(plan: &ColumnPlan, dialect: &Dialect, parse: P, data_type: ArrowType) -> Self {
        let source = Source::new(plan, dialect);
        Self { source, parse, gaps: Gaps::default(), data_type, array: PhantomData }
    }

    /// The same, behind a pointer.
    pub(super) fn boxed(
        plan: &ColumnPlan,
        dialect: &Dialect,
        parse: P,
        data_type: ArrowType,
    ) -> Box<dyn DecodeColumn> {
        Box::new(Self::new(plan, dialect, parse, data_type))
    }

    /// Whether a cell of the last block was refused for this reason.
    pub(super) fn had(&self, refusal: Refusal) -> bool {
        self.gaps.has(refusal)
    }

    /// Reads the cells of a block, without making an array yet.
    pub(super) fn read(&mut self, cells: &Cells<'_>) -> Vec<A::Native> {
        self.gaps.clear();
        self.source.values(cells, &mut self.parse, &mut self.gaps)
    }

    /// The array of what was read last.
    pub(super) fn finish(&mut self, values: Vec<A::Native>) -> Column {
        let nulls = self.gaps.nulls(values.len());
        let array = PrimitiveArray::<A>::new(ScalarBuffer::from(values), nulls);
        Column { array: Arc::new(array.with_data_type(self.data_type.clone())), bad: self.gaps.take_bad() }
    }
}

impl<A, P> DecodeColumn for PrimitiveColumn<A, P>
where
    A: ArrowPrimitiveType,
    P: Parse<Native = A::Native> + 'static,
{
    fn decode(&mut self, cells: &Cells<'_>) -> Column {
        let values = self.read(cells);
        self.finish(values)
    }
}
