//! JSON Lines: the decoder says what `serde_json` and the grammars of the schema crate say.

#![allow(
    clippy::cast_possible_truncation,
    clippy::match_same_arms,
    clippy::only_used_in_recursion,
    clippy::cast_possible_wrap,
    clippy::single_match_else,
    reason = "the twins are written case by case, as the rules read"
)]

mod alone;
mod model;
mod place;
mod records;
mod suite;
mod ways;

use arrow_buffer::Buffer;
use trueline_decode::Column;
use trueline_decode::json::{JsonBlock, JsonColumn, JsonDecoder, JsonOptions, JsonRows};
use trueline_schema::{DataType, Field};
use trueline_tokenizer::Kernel;
use trueline_tokenizer::json::{Indexer, Positions};

/// The records of some bytes as one block, decoded.
struct Decoded {
    buffer: Buffer,
    start: usize,
    positions: Positions,
    rows: JsonRows,
    columns: Vec<Column>,
    decoder: JsonDecoder,
}

impl Decoded {
    fn block(&self) -> JsonBlock<'_> {
        JsonBlock { buffer: &self.buffer, start: self.start, positions: &self.positions }
    }

    fn text(&self, range: std::ops::Range<usize>) -> &str {
        std::str::from_utf8(&self.buffer[self.start..][range]).expect("text")
    }
}

/// What fast ways ask to stand behind a block.
const BEHIND: usize = 64;

/// Reads what stands behind the first `start` bytes.
fn decode(bytes: &[u8], start: usize, fields: &[Field], options: &JsonOptions) -> Decoded {
    decode_with(Kernel::detect(), bytes, start, fields, options)
}

fn decode_with(
    kernel: Kernel,
    bytes: &[u8],
    start: usize,
    fields: &[Field],
    options: &JsonOptions,
) -> Decoded {
    let buffer = Buffer::from_vec([bytes, &[b'"'; BEHIND]].concat());
    let mut positions = Positions::new();
    let mut indexer = Indexer::with_kernel(kernel).block_bytes(usize::MAX);
    assert_eq!(indexer.index(&bytes[start..], true, &mut positions), bytes.len() - start, "one block");
    let plans = fields.iter().map(|field| JsonColumn { field: field.clone(), checks: Vec::new() }).collect();
    let mut decoder = JsonDecoder::new(plans, options, kernel);
    let mut rows = JsonRows::new();
    let block = JsonBlock { buffer: &buffer, start, positions: &positions };
    decoder.read(&block, &mut rows);
    let columns = (0..fields.len()).map(|column| decoder.decode_column(column, &block, &rows)).collect();
    Decoded { buffer, start, positions, rows, columns, decoder }
}

fn list(item: DataType) -> DataType {
    DataType::List(Box::new(item))
}

fn object(members: &[(&str, DataType)]) -> DataType {
    DataType::Struct(members.iter().map(|(name, item)| ((*name).to_owned(), item.clone())).collect())
}
