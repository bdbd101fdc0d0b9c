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
use crate::cell::{Cells, NullStrings, RawText, ReadText, Unquoter, Visit};
use crate::value::{Parse, ParseError};
use crate::{Column, ColumnPlan};

/// Where the cells of a column are, and which of them are null.
pub(super) struct Source {
    /// The position in the record.
    pub(super) position: usize,
    pub(super) nulls: NullStrings,
    pub(super) unquote: Unquoter,
}

impl Source {
    pub(super) fn new(plan: &ColumnPlan, dialect: &Dialect) -> Self {
        Self {
            position: plan.source,
            nulls: NullStrings::new(&plan.null_values),
            unquote: Unquoter::new(dialect, plan.field.trim),
        }
    }

    /// Returns the values of the column, parsed by `parse`; missing ones have the default value and are recorded in `missing`.
    pub(super) fn values<P: Parse>(
        &mut self,
        cells: &Cells<'_>,
        parse: &mut P,
        missing: &mut MissingValues,
    ) -> Vec<P::Native> {
        missing.rows.clear();
        let (bytes, nulls) = (cells.bytes, &self.nulls);
        if self.unquote.is_needed(cells) {
            let text = &mut self.unquote;
            cells.visit(self.position, Values { bytes, text, nulls, parse, missing })
        } else {
            let text = &mut RawText;
            cells.visit(self.position, Values { bytes, text, nulls, parse, missing })
        }
    }
}

/// The loop.
struct Values<'l, T, P> {
    bytes: &'l [u8],
    text: &'l mut T,
    nulls: &'l NullStrings,
    parse: &'l mut P,
    missing: &'l mut MissingValues,
}

impl<T: ReadText, P: Parse> Visit for Values<'_, T, P> {
    type Output = Vec<P::Native>;

    fn visit(self, cells: impl ExactSizeIterator<Item = Range<usize>>) -> Vec<P::Native> {
        let Self { bytes, text, nulls, parse, missing } = self;
        let mut row = 0;
        cells
            .map(|place| {
                let text = text.text(bytes, place);
                let value = if nulls.contains(text) {
                    missing.null(row);
                    P::Native::default()
                } else {
                    parse.parse(text).unwrap_or_else(|error| {
                        missing.bad(row, error);
                        P::Native::default()
                    })
                };
                row += 1;
                value
            })
            .collect()
    }
}

/// The rows of a column without a value: cells that are null, and cells that did not parse.
#[derive(Debug, Default)]
pub(crate) struct MissingValues {
    /// The rows of null cells and of bad cells.
    rows: Vec<u32>,
    bad: Vec<BadCell>,
}

impl MissingValues {
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.bad.clear();
    }

    pub(crate) fn null(&mut self, row: u32) {
        self.rows.push(row);
    }

    #[cold]
    pub(crate) fn bad(&mut self, row: u32, error: ParseError) {
        self.rows.push(row);
        self.bad.push(BadCell { row, code: error.code() });
    }

    /// Records that a part of a row was rejected; rows may come in any order and repeatedly.
    pub(crate) fn bad_part(&mut self, row: usize, code: &'static str) {
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        self.rows.push(row);
        self.bad.push(BadCell { row, code });
    }

    /// Takes the bad cells in order, each row once with its first code.
    pub(crate) fn take_bad_rows(&mut self) -> Vec<BadCell> {
        let mut bad = self.take_bad();
        bad.sort_by_key(|cell| cell.row);
        bad.dedup_by_key(|cell| cell.row);
        bad
    }

    /// Whether a cell was rejected for this reason.
    pub(crate) fn has(&self, error: ParseError) -> bool {
        self.bad.iter().any(|cell| cell.code == error.code())
    }

    /// Takes the bad cells.
    pub(crate) fn take_bad(&mut self) -> Vec<BadCell> {
        std::mem::take(&mut self.bad)
    }

    /// Returns the validity of `rows` rows; `None` if all are valid.
    pub(crate) fn nulls(&self, rows: usize) -> Option<NullBuffer> {
        if self.rows.is_empty() {
            return None;
        }
        let mut words = vec![0; rows.div_ceil(64)];
        for row in &self.rows {
            words[*row as usize / 64] |= 1 << (row % 64);
        }
        of_nulls(words, rows)
    }
}

/// Returns the validity of `rows` rows, given one bit per null row; `None` if there are no nulls.
pub(super) fn of_nulls(nulls: Vec<u64>, rows: usize) -> Option<NullBuffer> {
    let mut words = nulls;
    if words.iter().all(|word| *word == 0) {
        return None;
    }
    // Arrow numbers bits from the least significant bit of the first byte.
    for word in &mut words {
        *word = (!*word).to_le();
    }
    Some(NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(words), 0, rows)))
}

/// A column of fixed-width values.
pub(super) struct PrimitiveColumn<A, P> {
    source: Source,
    parse: P,
    missing: MissingValues,
    data_type: ArrowType,
    array: PhantomData<fn() -> A>,
}

impl<A, P> PrimitiveColumn<A, P>
where
    A: ArrowPrimitiveType,
    P: Parse<Native = A::Native> + 'static,
{
    /// Creates the column of a plan, parsed by `parse` into arrays of `data_type`.
    pub(super) fn new(plan: &ColumnPlan, dialect: &Dialect, parse: P, data_type: ArrowType) -> Self {
        let source = Source::new(plan, dialect);
        Self { source, parse, missing: MissingValues::default(), data_type, array: PhantomData }
    }

    /// The same, boxed.
    pub(super) fn boxed(
        plan: &ColumnPlan,
        dialect: &Dialect,
        parse: P,
        data_type: ArrowType,
    ) -> Box<dyn DecodeColumn> {
        Box::new(Self::new(plan, dialect, parse, data_type))
    }

    /// Whether a cell of the last block was rejected for this reason.
    pub(super) fn had(&self, error: ParseError) -> bool {
        self.missing.has(error)
    }

    /// Reads the cells of a block without building an array.
    pub(super) fn read(&mut self, cells: &Cells<'_>) -> Vec<A::Native> {
        self.missing.clear();
        self.source.values(cells, &mut self.parse, &mut self.missing)
    }

    /// Builds the array of the values read last.
    pub(super) fn finish(&mut self, values: Vec<A::Native>) -> Column {
        let nulls = self.missing.nulls(values.len());
        let array = PrimitiveArray::<A>::new(ScalarBuffer::from(values), nulls);
        Column { array: Arc::new(array.with_data_type(self.data_type.clone())), bad: self.missing.take_bad() }
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
