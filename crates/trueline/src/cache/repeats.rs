//! Stores which keys of each piece of a run occurred more than once, so that the next run settles only those of other pieces.

use std::collections::HashMap;

use trueline_cache::Key;
use trueline_validate::Tally;

use super::{Cache, KnownPiece};

/// The pieces of each input of a run, if all pieces of the input are known.
type Pieces = [Option<Vec<KnownPiece>>];

/// Gives the tally the results of an earlier run for pieces that occur again.
pub(crate) fn load(cache: &Cache, pieces: &Pieces, tally: &mut Tally) {
    if !tally.has_prints() {
        return;
    }
    let Some(value) = key(pieces).and_then(|key| cache.get(&key)) else { return };
    let Some(mut known) = decode(&value) else { return };
    // Entries are removed on use: if a piece occurs more often than before, the additional occurrence is new.
    let found = pieces_with_rows(pieces).filter_map(|(input, first_row, piece)| {
        known.remove(piece.identity().as_bytes()).map(|candidates| (input, first_row, candidates))
    });
    tally.recall(found);
}

/// Stores the results of this run, if they are known for all pieces.
pub(crate) fn store(cache: &Cache, pieces: &Pieces, tally: &Tally) {
    let Some(key) = key(pieces).filter(|_| tally.knows_repeats()) else { return };
    let mut value = Vec::new();
    for (input, first_row, piece) in pieces_with_rows(pieces) {
        let Some(candidates) = tally.candidates(input, first_row) else { return };
        value.extend_from_slice(piece.identity().as_bytes());
        value.extend_from_slice(&(candidates.len() as u64).to_le_bytes());
        value.extend_from_slice(&candidates);
    }
    cache.put(&key, &[&value]);
}

/// The key is made from the first piece: a run that begins with the same piece probably has others in common. `None` if there is
/// only one piece, because that piece changes when the input grows.
fn key(pieces: &Pieces) -> Option<Key> {
    let mut all = pieces.iter().flatten().flatten();
    let first = all.next()?;
    all.next()?;
    Some(Key::builder("repeats").part("first", first.identity().as_bytes()).finish())
}

/// Every piece that has rows, with the number of its input and its first row.
fn pieces_with_rows(pieces: &Pieces) -> impl Iterator<Item = (u32, u64, &KnownPiece)> {
    (0..).zip(pieces).flat_map(|(input, pieces)| {
        let mut next = 0;
        let places = pieces.iter().flatten().map(move |piece| {
            let first_row = next;
            next += piece.rows;
            (input, first_row, piece)
        });
        places.filter(|(_, _, piece)| piece.rows > 0)
    })
}

/// The result of each piece, by its key.
fn decode(value: &[u8]) -> Option<HashMap<[u8; 32], &[u8]>> {
    let (mut rest, mut known) = (value, HashMap::new());
    while !rest.is_empty() {
        let (key, tail) = rest.split_first_chunk::<32>()?;
        let (length, tail) = tail.split_first_chunk()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (candidates, tail) = tail.split_at_checked(length)?;
        known.insert(*key, candidates);
        rest = tail;
    }
    Some(known)
}

#[cfg(test)]
mod tests {
    use super::decode;

    /// What is no list of pieces is none, wherever it ends or whatever length it claims.
    #[test]
    fn what_is_damaged_is_not_known() {
        let entry = |key: u8, candidates: &[u8]| {
            [&[key; 32][..], &(candidates.len() as u64).to_le_bytes(), candidates].concat()
        };
        let value = [entry(1, b""), entry(2, b"prints"), entry(1, b"later")].concat();
        let known = decode(&value).expect("three entries");
        assert_eq!((known.len(), known[&[1; 32]], known[&[2; 32]]), (2, &b"later"[..], &b"prints"[..]));
        let ends = [0, 40, 86, value.len()];
        for end in 0..=value.len() {
            assert_eq!(decode(&value[..end]).is_some(), ends.contains(&end), "{end}");
        }
        let mut huge = entry(3, b"");
        huge[32..].fill(0xFF);
        assert!(decode(&huge).is_none());
    }
}
