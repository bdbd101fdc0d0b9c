//! Pieces of text inputs: the results of the records that end in them.

use trueline_cache::Key;
use trueline_io::text::{Cut, Span};
use trueline_schema::Schema;
use trueline_validate::{Binding, Plan, Quota, State};

use super::{Cache, Question, digest};

/// Asks the cache about the pieces of one input.
pub(crate) struct PieceCache {
    cache: Cache,
    /// Everything that is the same for all pieces.
    key: Key,
}

/// The result of a piece.
pub(crate) struct Found {
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
        question: &Question,
        format: &str,
        schema: &Schema,
        binding: &Binding,
    ) -> Self {
        let Binding { sources, columns, .. } = binding;
        let seeds: Vec<u8> = cache.print_seeds().iter().flat_map(|seed| seed.to_le_bytes()).collect();
        let key = question
            .about("pieces")
            .part("format", format)
            .part("schema", schema.canonical())
            .part("columns", format!("{sources:?} {columns}"))
            .part("seeds", digest(&seeds))
            .finish();
        Self { cache: cache.clone(), key }
    }

    /// The key of a chunk of blocks with these digests; `None` where there is nothing that could be kept.
    pub(crate) fn key(&self, sequence: u64, is_last: bool, digests: &[[u8; 32]]) -> Option<Key> {
        let key = Key::builder("piece")
            .part("pieces", self.key.as_bytes())
            .part("number", sequence.to_le_bytes())
            .part("is_last", [u8::from(is_last)])
            .part("content", digests.as_flattened());
        (!digests.is_empty()).then(|| key.finish())
    }

    /// The result of the chunk. The caller checks whether the bytes before it are the same too.
    pub(crate) fn find(&self, key: &Key, plan: &Plan, quota: &Quota) -> Option<Found> {
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
        Some(Found { state, cut })
    }

    /// Stores a result; `memory` is a buffer reused from piece to piece.
    pub(crate) fn keep(&self, key: &Key, plan: &Plan, state: &State, cut: &Cut, memory: &mut Vec<u8>) {
        memory.clear();
        memory.extend_from_slice(&encode(cut));
        state.write(plan, memory);
        self.cache.put(key, &[memory]);
    }

    /// The cut of a span whose first `bytes` bytes are whole records.
    pub(crate) fn cut(span: &Span, bytes: usize) -> Cut {
        Cut::of(span, bytes, digest)
    }

    /// Whether the result has the same preceding bytes.
    pub(crate) fn fits(found: &Found, span: &Span) -> bool {
        found.cut.fits_span(span, digest)
    }
}

/// What a piece depends on besides the bytes of its chunk, as bytes.
pub(crate) fn encode(cut: &Cut) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(CUT_BYTES);
    bytes.extend_from_slice(&cut.byte_offset.to_le_bytes());
    bytes.extend_from_slice(&cut.previous.map_or([0, 0], |byte| [1, byte]));
    bytes.extend_from_slice(&cut.carried);
    bytes.extend_from_slice(&(cut.bytes as u64).to_le_bytes());
    bytes
}
