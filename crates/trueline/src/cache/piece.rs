//! Pieces of text inputs: what was found in the records that end in them.

use trueline_cache::Key;
use trueline_io::text::Span;
use trueline_schema::Schema;
use trueline_validate::{Binding, Plan, Quota, State};

use super::{Cache, Question, digest};

/// Asks the cache about the pieces of one input.
pub(crate) struct PieceCache {
    cache: Cache,
    /// Everything that is the same for all pieces.
    key: Key,
}

/// What was found in a piece.
pub(crate) struct Found {
    pub(crate) state: State,
    /// The bytes of the span that are records which end in it.
    pub(crate) consumed: usize,
}

impl PieceCache {
    /// `binding` says which columns of the input are which fields, and `schema` is that of its format.
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

    /// The key of a span of blocks with these digests; `None` where there is nothing that could be kept.
    pub(crate) fn key(&self, span: &Span, digests: &[[u8; 32]]) -> Option<Key> {
        if span.failure.is_some() || span.range.is_empty() || digests.is_empty() {
            return None;
        }
        let carried = &span.buffer[span.range.start..][..span.carried_bytes];
        let previous = span.previous.map_or([0, 0], |byte| [1, byte]);
        let key = Key::builder("piece")
            .part("pieces", self.key.as_bytes())
            .part("place", span.byte_offset.to_le_bytes())
            .part("previous", previous)
            .part("is_last", [u8::from(span.is_last)])
            .part("carried", digest(carried))
            .part("content", digests.as_flattened());
        Some(key.finish())
    }

    pub(crate) fn find(&self, key: &Key, span: &Span, plan: &Plan, quota: &Quota) -> Option<Found> {
        let value = self.cache.get(key)?;
        let (consumed, mut rest) = value.split_first_chunk()?;
        let consumed = usize::try_from(u64::from_le_bytes(*consumed)).ok()?;
        // A span of whole records is nothing else; another one may end in the middle of a record.
        let fits = if span.is_cut { consumed <= span.range.len() } else { consumed == span.range.len() };
        let state = State::read(plan, quota, &mut rest).ok().filter(|_| rest.is_empty() && fits)?;
        Some(Found { state, consumed })
    }

    pub(crate) fn keep(&self, key: &Key, plan: &Plan, state: &State, consumed: usize) {
        let mut value = (consumed as u64).to_le_bytes().to_vec();
        state.write(plan, &mut value);
        self.cache.put(key, &[&value]);
    }
}
