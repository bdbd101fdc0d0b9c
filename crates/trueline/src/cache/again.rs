//! Pieces that are read again for possible duplicate keys: the result of an earlier run is reused if the same key hashes repeat.

use std::sync::{Arc, Mutex, PoisonError};

use trueline_cache::Key;
use trueline_io::text::Cut;
use trueline_validate::{Plan, Quota, State};

use super::piece::encode;
use super::{Cache, digest};

/// A piece as the first pass found it.
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

/// A piece that is wanted once more.
#[derive(Debug)]
pub(crate) struct PieceAgain {
    pub(crate) piece: KnownPiece,
    /// The encoded keys to look for in it; empty if there are none.
    pub(crate) candidates: Vec<u8>,
}

impl PieceAgain {
    fn key(&self) -> Key {
        let key = Key::builder("candidates").part("records", self.piece.identity().as_bytes());
        key.part("prints", digest(&self.candidates)).finish()
    }

    /// What is wanted of the piece, as far as that is known without reading it.
    pub(crate) fn find(&self, cache: &Cache, plan: &Plan, quota: &Quota) -> Option<State> {
        let KnownPiece { rows, lines, .. } = self.piece;
        if self.candidates.is_empty() {
            return Some(State::passed_over(plan, quota, rows, lines));
        }
        let state = State::read(plan, quota, cache.get(&self.key())?, 0).ok()?;
        (state.rows() == rows && state.lines() == lines).then_some(state)
    }

    /// Notes a result, to be kept once it is known that the bytes were those of the first pass.
    pub(crate) fn note(&self, notes: &Notes, plan: &Plan, state: &State) {
        let mut value = Vec::new();
        state.write(plan, &mut value);
        let mut notes = notes.0.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.bytes + value.len() <= MOST_NOTED {
            notes.bytes += value.len();
            notes.entries.push((self.key(), value));
        }
    }
}

/// Results of pieces that were read again. Their bytes are not hashed: if they differ from the first pass, the notes are
/// discarded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes(Arc<Mutex<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    entries: Vec<(Key, Vec<u8>)>,
    bytes: usize,
}

/// Bytes that are noted of an input; what is more is not kept.
const MOST_NOTED: usize = 16 << 20;

impl Notes {
    /// Keeps what was noted, if the bytes are the same, and forgets it.
    pub(crate) fn settle(&self, cache: &Cache, is_same: bool) {
        let noted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for (key, value) in noted.entries.iter().filter(|_| is_same) {
            cache.put(key, &[value]);
        }
    }
}
