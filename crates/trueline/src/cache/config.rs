//! The key of everything that a report depends on besides the bytes of its inputs.

use trueline_cache::{Key, KeyBuilder};
use trueline_io::Source;

use crate::pipeline::format_of;
use crate::validator::Validator;

/// The version of the engine and of the storage format.
const ENGINE: &str = concat!(env!("CARGO_PKG_VERSION"), " 8");

/// The hash of a schema, the options that affect the report, and the version of the engine. It is a part of all other keys.
#[derive(Clone, Debug)]
pub(crate) struct ConfigKey(Key);

impl ConfigKey {
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

    /// Starts the key of a kind of result with this schema and these options.
    pub(crate) fn builder(&self, kind: &str) -> KeyBuilder {
        Key::builder(kind).part("question", self.0.as_bytes())
    }

    /// The key of the report of a run over inputs with these bytes; the names of the inputs determine their formats.
    pub(crate) fn run(&self, validator: &Validator, inputs: &[(&dyn Source, [u8; 32])]) -> Key {
        let mut key = self.builder("run");
        for (source, content) in inputs {
            let format = format_of(validator, *source).map_or("", |format| format.name());
            key = key.part("format", format).part("content", content);
        }
        key.finish()
    }
}
