//! Proves from its bytes that a single record passes all checks.
//!
//! Works like the proofs of blocks, with one lane and without anything that only pays off for many records; a record that
//! equals an earlier one byte by byte except for its values is not even split into tokens (`layout`). Records that are not proven
//! are left to the exact path.

use trueline_tokenizer::Kernel;
use trueline_tokenizer::json::{Checker, Indexer, Positions};

use super::decoder::paths;
use super::layout::{LayoutMatch, Layouts, Value};
use super::path::Paths;
use super::scan::{BlockTokens, ScanResult, Scanner};
use super::{JsonColumn, JsonOptions};
use crate::proof::cell::READ_AHEAD;
use crate::proof::lanes::Bytes;
use crate::proof::value::ValueProof;

/// Proves single records.
///
/// Everything that depends on the schema is decided on creation. It keeps its working memory between records, so that a
/// proof allocates nothing once it has seen records of that size with those keys.
#[derive(Debug)]
pub struct RecordProver {
    paths: Paths,
    columns: Vec<ValueProof>,
    forbids_extras: bool,
    indexer: Indexer,
    checker: Checker,
    scanner: Scanner,
    positions: Positions,
    layouts: Layouts,
    buffer: Vec<u8>,
}

impl RecordProver {
    /// Creates a prover of these columns; `None` if a column has a check that no proof supports.
    pub fn new(columns: &[JsonColumn], options: &JsonOptions, kernel: Kernel) -> Option<Self> {
        let proofs = columns.iter().map(|plan| ValueProof::new(&plan.field, &plan.checks));
        Some(Self {
            paths: paths(columns, options),
            columns: proofs.collect::<Option<_>>()?,
            forbids_extras: options.allowed_names.is_some(),
            indexer: Indexer::with_kernel(kernel).max_depth(options.max_depth),
            checker: Checker::with_kernel(kernel).max_depth(options.max_depth),
            scanner: Scanner::new(columns.len()),
            positions: Positions::new(),
            layouts: Layouts::default(),
            buffer: Vec::new(),
        })
    }

    /// Whether a record is proven to be a JSON object whose values pass. A record with a line feed is not.
    pub fn proves(&mut self, record: &[u8]) -> bool {
        self.buffer.clear();
        self.buffer.extend_from_slice(record);
        self.buffer.extend_from_slice(&[b'\n'; READ_AHEAD]);
        if let Some(is_proven) = self.proves_by_layout() {
            return is_proven;
        }
        let Self { buffer, indexer, positions, .. } = self;
        indexer.index(&buffer[..=record.len()], true, positions);
        let is_one = positions.len() == 1 && positions.line_feeds() == 1 && positions.faults().is_empty();
        if !is_one || !self.has_proof() {
            return false;
        }
        let Self { layouts, scanner, positions, buffer, .. } = self;
        layouts.learn(&BlockTokens::of(buffer, positions), positions.tokens(0), scanner, record.len());
        true
    }

    /// Whether the record in the buffer is proven, if it fits a known layout.
    fn proves_by_layout(&mut self) -> Option<bool> {
        let Self { columns, layouts, buffer, .. } = self;
        let bytes = Bytes::new(buffer)?;
        let length = buffer.len() - READ_AHEAD;
        let LayoutMatch { values, is_ascii } = layouts.fit(bytes, length)?;
        if !is_ascii && std::str::from_utf8(&buffer[..length]).is_err() {
            return Some(false);
        }
        Some(values.iter().all(|Value { column, kind, range }| {
            columns[*column as usize].proves(bytes, is_ascii, *kind, range.clone())
        }))
    }

    /// Whether the record in the buffer is proven.
    fn has_proof(&mut self) -> bool {
        let Self { paths, columns, forbids_extras, checker, scanner, positions, buffer, .. } = self;
        if checker.check_record(buffer, positions, 0).is_err() {
            return false;
        }
        let block = BlockTokens::of(buffer, positions);
        match scanner.scan(paths, &block, positions.tokens(0), positions.has_backslash()) {
            ScanResult::Row(extra) if extra.is_none() || !*forbids_extras => {}
            _ => return false,
        }
        let Some(bytes) = Bytes::new(buffer) else { return false };
        let is_ascii = positions.is_ascii();
        columns.iter().zip(&scanner.row).all(|(proof, token)| {
            let token = *token as usize;
            if token == 0 {
                return proof.nulls_pass();
            }
            let value = block.range(token);
            let has_escape = positions.has_backslash() && buffer[value.clone()].contains(&b'\\');
            !has_escape && proof.proves(bytes, is_ascii, block.kinds[token], value)
        })
    }
}

#[cfg(test)]
mod tests {
    use trueline_schema::{DataType, Field};

    use super::*;

    /// The shorter way must be gone, or the tests would compare the longer one with itself.
    #[test]
    fn records_of_one_make_have_a_layout() {
        let column =
            |name: &str, data_type| JsonColumn { field: Field::new(name, data_type), checks: Vec::new() };
        let columns = [column("id", DataType::Int64), column("name", DataType::String)];
        let mut prover =
            RecordProver::new(&columns, &JsonOptions::default(), Kernel::detect()).expect("a prover");
        assert!(prover.proves(b"{\"id\": 1, \"name\": \"Ada\", \"tags\": [true, {\"x\": null}]} "));
        for (record, expected) in [
            (
                &b"{\"id\": 22, \"name\": \"Grace Brewster\", \"tags\": [-1.5, {\"x\": \"\"}]} "[..],
                Some(true),
            ),
            (b"{\"id\": 2.5, \"name\": \"\", \"tags\": [1, {\"x\": 1}]} ", Some(false)),
            (b"{\"id\": 1, \"name\": \"Ada\", \"tags\": [true, {\"y\": null}]} ", None),
            (b"{\"id\": 1, \"name\": \"Ada\", \"tags\": [true, {\"x\": null}]}", None),
            (b"{\"id\": 1, \"name\": \"Ada\", \"tags\": [true]}", None),
            (b"{\"id\": 1", None),
            (b"", None),
        ] {
            prover.buffer = [record, &[b'\n'; READ_AHEAD]].concat();
            assert_eq!(prover.proves_by_layout(), expected, "{}", String::from_utf8_lossy(record));
        }
    }

    #[test]
    fn small_records_are_proven_as_well() {
        let column = JsonColumn { field: Field::new("id", DataType::Int64), checks: Vec::new() };
        let mut prover =
            RecordProver::new(&[column], &JsonOptions::default(), Kernel::detect()).expect("a prover");
        for (record, expected) in [
            (&b"{}"[..], true),
            (b"{\"id\":1}", true),
            (b"{\"id\":\"\"}", false),
            (b"{\"id\":1,\"x\":2}", true),
            (b"{\"id\":1,\"x\":2,\"y\":3}", true),
            (b"{}", true),
            (b"{\"id\":22}", true),
        ] {
            assert_eq!(prover.proves(record), expected, "{}", String::from_utf8_lossy(record));
        }
    }
}
