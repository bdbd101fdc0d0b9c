//! A generated table, tokenized: the input of the benches of the layers above the tokenizer.

use std::io;

use trueline_schema::Schema;
use trueline_testkit::Truth;
use trueline_tokenizer::{Dialect, Indexer, Positions};

/// A table with its schema, its truth and the positions of its records.
#[derive(Debug)]
pub struct Table {
    /// The name in the bench.
    pub name: &'static str,
    /// The schema of its rows.
    pub schema: Schema,
    /// The rows, without the header.
    pub bytes: Vec<u8>,
    /// The faults of the rows.
    pub truth: Truth,
    /// The start of each block of records in `bytes`, and the positions of its records relative to that.
    pub blocks: Vec<(usize, Positions)>,
}

impl Table {
    /// Generates and tokenizes a table.
    ///
    /// # Panics
    /// The schema is invalid, or the generator fails.
    pub fn new(
        name: &'static str,
        yaml: &str,
        write: impl FnOnce(&mut Vec<u8>) -> io::Result<Truth>,
    ) -> Self {
        let mut bytes = Vec::new();
        let truth = write(&mut bytes).expect("generated");
        let header = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        bytes.drain(..header);
        let mut indexer = Indexer::new(&Dialect::default());
        let (mut blocks, mut at) = (Vec::new(), 0);
        while at < bytes.len() {
            let mut positions = Positions::new();
            let consumed = indexer.index(&bytes[at..], true, &mut positions);
            blocks.push((at, positions));
            at += consumed;
        }
        Self { name, schema: Schema::from_yaml(yaml).expect("a schema"), bytes, truth, blocks }
    }

    /// Returns the number of violations of the selected checks and codes.
    pub fn count(&self, wants: impl Fn(&str, &str) -> bool) -> u64 {
        let checks = self.truth.counts.iter();
        let codes = checks.flat_map(|(id, codes)| codes.iter().map(move |(code, count)| (id, code, count)));
        codes.filter(|(id, code, _)| wants(id, code)).map(|(.., count)| count).sum()
    }

    /// Returns the number of broken records.
    pub fn broken(&self) -> u64 {
        self.count(|id, _| id == "structure")
    }
}
