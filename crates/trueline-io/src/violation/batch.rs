//! Collects rows into Arrow batches.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use super::row::{COLUMNS, Cell, Row};

/// Rows of a batch.
const BATCH_ROWS: usize = 4096;
/// The number of bytes of text at which a batch is complete.
const BATCH_TEXT_BYTES: usize = 4 << 20;

/// The type of each column, and whether it can be null.
const TYPES: [(Kind, bool); COLUMNS.len()] = [
    (Kind::Text, false),
    (Kind::Text, false),
    (Kind::Text, false),
    (Kind::Integer, false),
    (Kind::Text, true),
    (Kind::Integer, true),
    (Kind::Integer, true),
    (Kind::Integer, true),
    (Kind::Integer, true),
    (Kind::Text, true),
    (Kind::Text, true),
    (Kind::Text, true),
    (Kind::Boolean, false),
    (Kind::Text, false),
    (Kind::Text, false),
    (Kind::Integer, true),
    (Kind::Integer, true),
    (Kind::Integer, true),
    (Kind::Integer, true),
    (Kind::Integer, true),
];

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Integer,
    Boolean,
}

/// Returns the columns of the table as an Arrow schema, also used for Parquet.
pub fn schema() -> SchemaRef {
    let fields = COLUMNS.iter().zip(TYPES).map(|(name, (kind, is_nullable))| {
        let data_type = match kind {
            Kind::Text => DataType::Utf8,
            Kind::Integer => DataType::Int64,
            Kind::Boolean => DataType::Boolean,
        };
        Field::new(*name, data_type, is_nullable)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Collects the rows of a batch.
#[derive(Debug)]
pub(super) struct BatchBuilder {
    schema: SchemaRef,
    columns: Vec<Column>,
    rows: usize,
    text_bytes: usize,
}

#[derive(Debug)]
enum Column {
    Text(StringBuilder),
    Integer(Int64Builder),
    Boolean(BooleanBuilder),
}

impl BatchBuilder {
    pub(super) fn new() -> Self {
        let columns = TYPES.iter().map(|(kind, _)| match kind {
            Kind::Text => Column::Text(StringBuilder::new()),
            Kind::Integer => Column::Integer(Int64Builder::new()),
            Kind::Boolean => Column::Boolean(BooleanBuilder::new()),
        });
        Self { schema: schema(), columns: columns.collect(), rows: 0, text_bytes: 0 }
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Adds a row. Returns the batch if it is complete.
    pub(super) fn add(&mut self, row: &Row<'_>) -> Result<Option<RecordBatch>, ArrowError> {
        for (column, cell) in self.columns.iter_mut().zip(row.cells()) {
            if let Cell::Text(text) = cell {
                self.text_bytes += text.len();
            }
            column.add(cell);
        }
        self.rows += 1;
        let is_full = self.rows >= BATCH_ROWS || self.text_bytes >= BATCH_TEXT_BYTES;
        if is_full { self.take() } else { Ok(None) }
    }

    /// Returns the collected rows as a batch, if there are any.
    pub(super) fn take(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        if self.rows == 0 {
            return Ok(None);
        }
        (self.rows, self.text_bytes) = (0, 0);
        let arrays = self.columns.iter_mut().map(Column::finish).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), arrays).map(Some)
    }
}

impl Column {
    fn add(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Self::Text(builder), Cell::Text(text)) => builder.append_value(text),
            (Self::Text(builder), _) => builder.append_null(),
            // No file has that many rows or bytes; otherwise the maximum replaces all larger numbers.
            (Self::Integer(builder), Cell::Integer(number)) => {
                builder.append_value(i64::try_from(number).unwrap_or(i64::MAX));
            }
            (Self::Integer(builder), _) => builder.append_null(),
            (Self::Boolean(builder), Cell::Boolean(flag)) => builder.append_value(flag),
            (Self::Boolean(builder), _) => builder.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Boolean(builder) => Arc::new(builder.finish()),
        }
    }
}
