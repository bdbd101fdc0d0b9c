//! Everything that a report depends on besides the bytes of its inputs.

use trueline_cache::{Key, KeyBuilder};
use trueline_io::Source;

use crate::pipeline::format_of;
use crate::validator::Validator;

/// The version of the engine and of the storage format.
const ENGINE: &str = concat!(env!("CARGO_PKG_VERSION"), " 8");

/// A schema and the options that affect the report.
#[derive(Clone, Debug)]
pub(crate) struct Question(Key);

impl Question {
    pub(crate) fn new(validator: &Validator) -> Self {
        Self::by(ENGINE, validator)
    }

    fn by(engine: &str, validator: &Validator) -> Self {
        let Validator { schema, sample_limit, max_violations, limits, .. } = validator;
        let key = Key::builder("question")
            .part("engine", engine)
            .part("schema", schema.canonical())
            .part("sample_limit", sample_limit.to_le_bytes())
            .part("max_violations", max_violations.to_le_bytes())
            .part("limits", format!("{limits:?}"))
            .part("format", validator.format.map_or("", |format| format.name()))
            .part("block_bytes", (validator.chunk_bytes as u64).to_le_bytes());
        Self(key.finish())
    }

    /// The key of something of a kind that answers the question.
    pub(crate) fn about(&self, kind: &str) -> KeyBuilder {
        Key::builder(kind).part("question", self.0.as_bytes())
    }

    /// The key of the report of a run over inputs with these bytes; the names of the inputs determine their formats.
    pub(crate) fn run(&self, validator: &Validator, inputs: &[(&dyn Source, [u8; 32])]) -> Key {
        let mut key = self.about("run");
        for (source, content) in inputs {
            let format = format_of(validator, *source).map_or("", |format| format.name());
            key = key.part("format", format).part("content", content);
        }
        key.finish()
    }
}
