//! Pieces that are read again for possible duplicate keys: the result of an earlier run is reused if the same key hashes repeat.

use std::sync::{Arc, Mutex, PoisonError};

use trueline_cache::Key;
use trueline_io::text::Cut;
use trueline_validate::{Plan, Quota, State};

use super::piece::encode;
use super::{Cache, digest};

/// A piece of the first pass, and its key in the cache.
#[derive(Clone, Debug)]
pub(crate) struct KnownPiece {
    /// The key under which the cache has the result.
    pub(crate) key: Key,
    /// The location of its records in the input, and what precedes them.
    pub(crate) cut: Cut,
    /// Whether the input ends after them.
    pub(crate) is_last: bool,
    pub(crate) rows: u64,
    pub(crate) lines: u64,
}

impl KnownPiece {
    /// Identifies its records among all others, by their location and by what was carried into the piece.
    pub(crate) fn identity(&self) -> Key {
        let key = Key::builder("records").part("piece", self.key.as_bytes());
        key.part("cut", encode(&self.cut)).finish()
    }
}

/// A piece to be read again.
#[derive(Debug)]
pub(crate) struct RereadPiece {
    pub(crate) piece: KnownPiece,
    /// The encoded keys to look for in it; empty if there are none.
    pub(crate) candidates: Vec<u8>,
}

impl RereadPiece {
    fn key(&self) -> Key {
        let key = Key::builder("candidates").part("records", self.piece.identity().as_bytes());
        key.part("prints", digest(&self.candidates)).finish()
    }

    /// The result of the piece, if it is known without reading it.
    pub(crate) fn find(&self, cache: &Cache, plan: &Plan, quota: &Quota) -> Option<State> {
        let KnownPiece { rows, lines, .. } = self.piece;
        if self.candidates.is_empty() {
            return Some(State::passed_over(plan, quota, rows, lines));
        }
        let state = State::read(plan, quota, cache.get(&self.key())?, 0).ok()?;
        (state.rows() == rows && state.lines() == lines).then_some(state)
    }

    /// Records a result, to be stored once it is known that the bytes were those of the first pass.
    pub(crate) fn add_pending(&self, pending: &PendingEntries, plan: &Plan, state: &State) {
        let mut value = Vec::new();
        state.write(plan, &mut value);
        let mut pending = pending.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pending.bytes + value.len() <= MAX_PENDING_BYTES {
            pending.bytes += value.len();
            pending.entries.push((self.key(), value));
        }
    }
}

/// Results of pieces that were read again, to be stored in the cache. Their bytes are not hashed: if they may differ from the
/// bytes of the first pass, the entries are discarded.
#[derive(Clone, Debug, Default)]
pub(crate) struct PendingEntries(Arc<Mutex<Entries>>);

#[derive(Debug, Default)]
struct Entries {
    entries: Vec<(Key, Vec<u8>)>,
    bytes: usize,
}

/// The maximum size of the pending entries of an input. Entries beyond it are not stored.
const MAX_PENDING_BYTES: usize = 16 << 20;

impl PendingEntries {
    /// Stores the entries if the bytes are the same as in the first pass, and removes them from this list.
    pub(crate) fn commit(&self, cache: &Cache, is_same: bool) {
        let pending = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for (key, value) in pending.entries.iter().filter(|_| is_same) {
            cache.put(key, &[value]);
        }
    }
}
