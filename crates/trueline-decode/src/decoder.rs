//! The decoder: one compiled loop per column.

use std::borrow::Cow;
use std::fmt;

use trueline_schema::{CheckKind, Field};
use trueline_tokenizer::{Dialect, unquote};

use crate::block::{Block, Column, Decoded, cell_range};
use crate::cell::{Cells, trimmed};
use crate::column::{self, DecodeColumn};
use crate::records::Records;
use crate::texts::Texts;

/// A column to decode.
#[derive(Clone, Debug)]
pub struct ColumnPlan {
    /// The field of the column.
    pub field: Field,
    /// The position of its cells in each record, from 0.
    pub source: usize,
    /// The strings that mean null.
    pub null_values: Vec<String>,
    /// The checks of the values. The decoder ignores them; a [`Prover`](crate::Prover) uses them.
    pub checks: Vec<CheckKind>,
}

/// Turns blocks of records into columns.
///
/// Everything that depends on the types is decided on creation. A decoder keeps its working memory between blocks; create
/// one per thread.
pub struct Decoder {
    plans: Vec<ColumnPlan>,
    columns: Vec<Box<dyn DecodeColumn>>,
    dialect: Dialect,
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("plans", &self.plans)
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

impl Decoder {
    /// Creates a decoder of these columns for records in this dialect. Columns without a plan are never read.
    pub fn new(columns: Vec<ColumnPlan>, dialect: &Dialect) -> Self {
        let compiled = columns.iter().map(|plan| column::compile(plan, dialect)).collect();
        Self { plans: columns, columns: compiled, dialect: *dialect }
    }

    /// Returns the columns it decodes.
    pub fn plans(&self) -> &[ColumnPlan] {
        &self.plans
    }

    /// Decodes the records of a block. Records with a fault, or with an unexpected number of fields, are broken and become
    /// no row.
    ///
    /// # Panics
    /// If a column is planned beyond the expected fields, if the positions belong to other bytes, or if [`Dialect::check`]
    /// rejects the dialect.
    pub fn decode(&mut self, block: &Block<'_>, expected_fields: usize) -> Decoded {
        let mut records = Records::new();
        records.sort_out(block.positions, expected_fields);
        let columns =
            (0..self.plans.len()).map(|column| self.decode_column(column, block, &records)).collect();
        Decoded { records, columns }
    }

    /// Decodes one column for all rows of a block. `column` is the index of the plan.
    ///
    /// # Panics
    /// As [`Decoder::decode`]; also if `records` does not belong to the block.
    pub fn decode_column(&mut self, column: usize, block: &Block<'_>, records: &Records) -> Column {
        let (source, fields) = (self.plans[column].source, records.fields as usize);
        assert!(source < fields, "column {source} of {fields} fields");
        self.columns[column].decode(&Cells::of_records(block, records))
    }

    /// Finds the texts of one column for all rows of a block.
    ///
    /// Returns `false` if that is impossible: the column has another type, or a cell with doubled or escaped quotes; `texts`
    /// is meaningless then. `column` is the index of the plan.
    ///
    /// # Panics
    /// As [`Decoder::decode_column`].
    pub fn texts(&mut self, column: usize, block: &Block<'_>, records: &Records, texts: &mut Texts) -> bool {
        let (source, fields) = (self.plans[column].source, records.fields as usize);
        assert!(source < fields, "column {source} of {fields} fields");
        self.columns[column].texts(&Cells::of_records(block, records), texts)
    }

    /// Decodes one column for some records of a block, given by their numbers in its positions.
    ///
    /// # Panics
    /// If there is no such record or it has no such field.
    pub fn decode_cells(&mut self, column: usize, block: &Block<'_>, records: &[u32]) -> Column {
        self.columns[column].decode(&Cells::of_numbers(block, records))
    }

    /// Returns the text that a cell was decoded from: unquoted, and trimmed if its field requires it. `column` is the index
    /// of the plan.
    ///
    /// # Panics
    /// If the row or the column does not exist.
    pub fn cell_text<'a>(
        &self,
        block: &Block<'a>,
        decoded: &Decoded,
        row: usize,
        column: usize,
    ) -> Cow<'a, str> {
        let plan = &self.plans[column];
        let text = match unquote(&block.bytes()[cell_range(block, decoded, row, plan.source)], &self.dialect)
        {
            Cow::Borrowed(text) => String::from_utf8_lossy(text),
            Cow::Owned(text) => Cow::Owned(String::from_utf8_lossy(&text).into_owned()),
        };
        if !plan.field.trim {
            return text;
        }
        let within = trimmed(text.as_bytes());
        match text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[within]),
            Cow::Owned(text) => Cow::Owned(text[within].to_owned()),
        }
    }
}
