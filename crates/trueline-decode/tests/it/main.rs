//! Behaviour of the decoder through its public face.

mod json;
mod model;
mod place;
mod tables;
mod types;

use arrow_buffer::Buffer;
use trueline_decode::{Block, ColumnPlan, Decoded, Decoder};
use trueline_schema::{DataType, Field};
use trueline_tokenizer::{Dialect, Indexer, Positions};

/// A plan that takes the empty text for null.
fn plan(data_type: DataType, source: usize) -> ColumnPlan {
    let field = Field::new("c", data_type);
    ColumnPlan { field, source, null_values: vec![String::new()], checks: Vec::new() }
}

/// Indexes all of the bytes as one block that starts at `start`, and decodes it.
fn decode(
    bytes: &[u8],
    start: usize,
    dialect: &Dialect,
    plans: Vec<ColumnPlan>,
    fields: usize,
) -> (Decoded, Positions) {
    let buffer = Buffer::from_vec(bytes.to_vec());
    let mut positions = Positions::new();
    let consumed = Indexer::new(dialect).index(&bytes[start..], true, &mut positions);
    assert_eq!(consumed, bytes.len() - start, "one block");
    let block = Block { buffer: &buffer, start, positions: &positions };
    (Decoder::new(plans, dialect).decode(&block, fields), positions)
}
