//! Pieces of text inputs: the results of the records that end in them.

use trueline_cache::Key;
use trueline_io::text::{Cut, Span};
use trueline_schema::Schema;
use trueline_validate::{Binding, Plan, Quota, State};

use super::{Cache, ConfigKey, digest};

/// Looks up and stores the results of the pieces of one input.
pub(crate) struct PieceCache {
    cache: Cache,
    /// The hash of everything that is the same for all pieces.
    key: Key,
}

/// The result of a piece.
pub(crate) struct CachedPiece {
    pub(crate) state: State,
    /// The location of its records, and what precedes them.
    pub(crate) cut: Cut,
}

/// The size of what precedes a state, in bytes.
const CUT_BYTES: usize = 8 + 2 + 32 + 8;

impl PieceCache {
    /// `binding` maps columns of the input to fields, and `schema` is that of its format.
    pub(crate) fn new(
        cache: &Cache,
        config_key: &ConfigKey,
        format: &str,
        schema: &Schema,
        binding: &Binding,
    ) -> Self {
        let Binding { sources, columns, .. } = binding;
        let seeds: Vec<u8> = cache.print_seeds().iter().flat_map(|seed| seed.to_le_bytes()).collect();
        let key = config_key
            .builder("pieces")
            .part("format", format)
            .part("schema", schema.canonical())
            .part("columns", format!("{sources:?} {columns}"))
            .part("seeds", digest(&seeds))
            .finish();
        Self { cache: cache.clone(), key }
    }

    /// The key of a chunk whose blocks have these digests; `None` if there are no digests.
    pub(crate) fn key(&self, sequence: u64, is_last: bool, digests: &[[u8; 32]]) -> Option<Key> {
        let key = Key::builder("piece")
            .part("pieces", self.key.as_bytes())
            .part("number", sequence.to_le_bytes())
            .part("is_last", [u8::from(is_last)])
            .part("content", digests.as_flattened());
        (!digests.is_empty()).then(|| key.finish())
    }

    /// Looks up the result of a chunk. The caller must check with [`Self::matches`] that the preceding bytes are the same too.
    pub(crate) fn find(&self, key: &Key, plan: &Plan, quota: &Quota) -> Option<CachedPiece> {
        let value = self.cache.get(key)?;
        let cut = value.first_chunk::<CUT_BYTES>()?;
        let number = |at: usize| u64::from_le_bytes(std::array::from_fn(|index| cut[at + index]));
        let cut = Cut {
            byte_offset: number(0),
            previous: (cut[8] != 0).then_some(cut[9]),
            carried: std::array::from_fn(|index| cut[10 + index]),
            bytes: usize::try_from(number(42)).ok()?,
        };
        let state = State::read(plan, quota, value, CUT_BYTES).ok()?;
        Some(CachedPiece { state, cut })
    }

    /// Stores a result; `memory` is a buffer reused from piece to piece.
    pub(crate) fn store(&self, key: &Key, plan: &Plan, state: &State, cut: &Cut, memory: &mut Vec<u8>) {
        memory.clear();
        memory.extend_from_slice(&encode(cut));
        state.write(plan, memory);
        self.cache.put(key, &[memory]);
    }

    /// The cut of a span whose first `bytes` bytes are whole records.
    pub(crate) fn cut(span: &Span, bytes: usize) -> Cut {
        Cut::of(span, bytes, digest)
    }

    /// Whether a result was made with the same preceding bytes as those of the span.
    pub(crate) fn matches(found: &CachedPiece, span: &Span) -> bool {
        found.cut.fits_span(span, digest)
    }
}

/// Encodes a cut: what a piece depends on besides the bytes of its chunk.
pub(crate) fn encode(cut: &Cut) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(CUT_BYTES);
    bytes.extend_from_slice(&cut.byte_offset.to_le_bytes());
    bytes.extend_from_slice(&cut.previous.map_or([0, 0], |byte| [1, byte]));
    bytes.extend_from_slice(&cut.carried);
    bytes.extend_from_slice(&(cut.bytes as u64).to_le_bytes());
    bytes
}
