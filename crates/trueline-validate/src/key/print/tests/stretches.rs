//! The locations of fingerprints that may be repeats, and their use for a set that has most of them again.

use std::ops::Range;

use proptest::prelude::*;

use super::{Chunk, Make, PLAIN, any_chunk, any_make, chunks_of, fill, rows, scrambled, slices, supply};
use crate::key::print::{PrintSet, Stretches};

/// Returns whether stretches have fingerprints, and checks that they are the right ones.
fn check_stretches(chunks: Vec<Chunk>, make: Make) -> bool {
    let mut chunks = chunks;
    chunks.sort_by_key(|chunk| chunk.input);
    let mut set = make.set(None).with_stretches();
    fill(&mut set, &chunks).unwrap();
    if !set.owed().is_empty() {
        supply(&mut set, &chunks).unwrap();
    }
    let fingerprinter = set.signal().fingerprinter;
    let settled = set.settle(make.threads).unwrap();
    let (Some(filter), Some(stretches)) = (settled.filter, settled.stretches) else { return false };
    for (chunk, rows) in chunks.iter().zip(rows(&chunks)).filter(|(_, rows)| !rows.is_empty()) {
        let passing = slices(&chunk.keys).filter(|key| filter.passes_key(key));
        let mut all: Vec<u64> = passing.map(|key| fingerprinter.fingerprint(key)).collect();
        all.sort_unstable();
        let expected: Vec<u64> =
            all.chunk_by(|a, b| a == b).flat_map(|same| &same[..same.len().min(2)]).copied().collect();
        let found = stretches.prints(chunk.input, rows.start);
        assert_eq!(found, expected, "{rows:?} of {}", chunk.input);
    }
    true
}

/// Returns whether a set can be settled with the results of other chunks, some of which it has, and checks that the result is the
/// same.
fn check_recall(before: &[Chunk], after: &[(Chunk, Option<usize>)], make: Make) -> bool {
    let mut first = make.set(None).with_stretches();
    let signal = first.signal();
    fill(&mut first, before).unwrap();
    if !first.owed().is_empty() {
        return false;
    }
    let settled = first.settle(make.threads).unwrap();
    let Some(stretches) = settled.stretches else { return false };
    let chunks: Vec<Chunk> = after.iter().map(|(chunk, _)| chunk.clone()).collect();
    let (rows_before, rows_after) = (rows(before), rows(&chunks));
    let known = after.iter().zip(rows_after).filter(|(_, rows)| !rows.is_empty()).filter_map(
        |((chunk, same), rows)| {
            let same = (*same)?;
            let prints = stretches.prints(before[same].input, rows_before[same].start);
            Some((chunk.input, rows.start, prints.into()))
        },
    );
    let set = || {
        let mut set =
            PrintSet::with_parts(make.memory_bytes, None, signal.clone(), make.pending).with_stretches();
        fill(&mut set, &chunks).unwrap();
        set
    };
    let (mut quick, full) = (set(), set());
    quick.recall(Stretches::recalled(known));
    let is_quick = quick.owed().is_empty() && quick.settle_recalled(make.threads).is_some();
    if is_quick {
        let (quick, full) = (quick.settle(make.threads).unwrap(), full.settle(make.threads).unwrap());
        assert_eq!(format!("{:?}", quick.filter), format!("{:?}", full.filter));
        assert_eq!(format!("{:?}", quick.stretches), format!("{:?}", full.stretches));
    }
    is_quick
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// If any are returned, a stretch has exactly the fingerprints of its keys that may be repeats.
    #[test]
    fn stretches_agree_with_the_filter(chunks in prop::collection::vec(any_chunk(), 0..10), make in any_make()) {
        check_stretches(chunks, make);
    }

    /// The results of some chunks help other sets with some of them, in any order, whichever are new, removed or duplicated.
    #[test]
    fn what_is_recalled_changes_nothing(
        before in prop::collection::vec(any_chunk(), 1..8),
        picks in prop::collection::vec((any::<prop::sample::Index>(), prop::option::weighted(0.2, any_chunk()), 0..3_u32), 1..12),
        make in any_make(),
    ) {
        let mut before = before;
        before.sort_by_key(|chunk| chunk.input);
        let mut is_taken = vec![false; before.len()];
        let mut after: Vec<(Chunk, Option<usize>)> = picks.into_iter().map(|(index, new, input)| {
            let same = index.index(before.len());
            if let Some(new) = new {
                return (new, None);
            }
            let chunk = Chunk { input, ..before[same].clone() };
            // A duplicated chunk is new the second time.
            (chunk, (!std::mem::replace(&mut is_taken[same], true)).then_some(same))
        }).collect();
        after.sort_by_key(|(chunk, _)| chunk.input);
        check_recall(&before, &after, make);
    }
}

/// Returned if keys do not ascend, and not if some of them are in a file.
#[test]
fn stretches_are_told_from_memory() {
    let chunks = || chunks_of((0..60_000).map(|number| scrambled(number % 59_900)), 10_000);
    assert!(check_stretches(chunks(), PLAIN));
    assert!(!check_stretches(chunks(), Make { memory_bytes: 64 << 10, pending: 512, ..PLAIN }));
}

/// Keys that repeat among known chunks, among new ones, and between the two; a removed chunk removes its repeats.
#[test]
fn a_set_that_grew_settles_what_is_new() {
    let keys = |range: Range<u64>, modulus: u64| range.map(move |number| scrambled(number % modulus));
    let before = chunks_of(keys(0..60_000, 59_900), 10_000);
    let new = chunks_of(keys(70_000..73_000, 72_950).chain(keys(5..25, 60_000)), 10_000);
    let same = |chunks: &[Chunk]| chunks.iter().cloned().zip((0..).map(Some)).collect::<Vec<_>>();
    let grown = [same(&before), new.iter().map(|chunk| (chunk.clone(), None)).collect()].concat();
    assert!(check_recall(&before, &grown, PLAIN));
    assert!(check_recall(&before, &grown[1..], PLAIN));
    assert!(check_recall(&before, &same(&before), PLAIN));
    let distinct = chunks_of(keys(0..50_000, 60_000), 10_000);
    assert!(check_recall(&distinct, &[same(&distinct), grown[6..].to_vec()].concat(), PLAIN));
    // Mostly new: examining everything is cheaper.
    let others = before[1..].iter().map(|chunk| (chunk.clone(), None)).collect();
    assert!(!check_recall(&before[..1], &[same(&before[..1]), others].concat(), PLAIN));
}
