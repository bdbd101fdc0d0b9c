//! The decoder: one compiled loop per column.

use std::borrow::Cow;

use trueline_schema::Field;
use trueline_tokenizer::{Dialect, unquote};

use crate::block::{Block, Decoded, cell_range};
use crate::broken::sort_out;
use crate::cell::{Cells, trimmed};
use crate::column::{self, DecodeColumn};

/// A column to decode.
#[derive(Clone, Debug)]
pub struct ColumnPlan {
    /// What the column should be.
    pub field: Field,
    /// The position of its cells in each record, from 0.
    pub source: usize,
    /// The texts that mean null.
    pub null_values: Vec<String>,
}

/// Turns blocks of records into columns.
///
/// Everything that depends on the types is decided when it is made. A decoder keeps its working memory from block to
/// block; make one per thread.
pub struct Decoder {
    plans: Vec<ColumnPlan>,
    columns: Vec<Box<dyn DecodeColumn>>,
    dialect: Dialect,
}

impl Decoder {
    /// A decoder of these columns for records in this dialect. Columns that are not planned are never looked at.
    pub fn new(columns: Vec<ColumnPlan>, dialect: &Dialect) -> Self {
        let compiled = columns.iter().map(|plan| column::compile(plan, dialect)).collect();
        Self { plans: columns, columns: compiled, dialect: *dialect }
    }

    /// The columns it decodes.
    pub fn plans(&self) -> &[ColumnPlan] {
        &self.plans
    }

    /// Decodes the records of a block. Those with a fault, or with another number of fields than expected, are broken and
    /// become no row.
    ///
    /// # Panics
    /// When a column is planned beyond the expected fields, when the positions belong to other bytes, and when the
    /// dialect is one that [`Dialect::check`] refuses.
    pub fn decode(&mut self, block: &Block<'_>, expected_fields: usize) -> Decoded {
        for plan in &self.plans {
            assert!(plan.source < expected_fields, "column {} of {expected_fields} fields", plan.source);
        }
        let (records, broken) = sort_out(block.positions, expected_fields);
        let cells = Cells::new(block, records.as_deref());
        let columns = self.columns.iter_mut().map(|column| column.decode(&cells)).collect();
        Decoded { rows: cells.rows, records, columns, broken }
    }

    /// The text that one cell was decoded from: unquoted, and trimmed if its field says so. `column` is the index of the
    /// plan.
    ///
    /// # Panics
    /// When the row or the column does not exist.
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
