//! Rows that may have repeated keys.

use std::collections::HashMap;
use std::ops::Range;

use proptest::prelude::*;

use super::{Make, PLAIN};
use crate::key::print::PrintBuffer;

/// The rows of a chunk, with their keys if they have one.
type Rows = Vec<Option<u32>>;

/// Returns the suspected rows of each chunk, if known, after checking that all that repeat a key are among them.
fn check(chunks: &[Rows], make: Make) -> Option<Vec<Vec<Range<u64>>>> {
    let mut set = make.set(None);
    let mut first_row = 0;
    let mut twin: HashMap<u32, u64> = HashMap::new();
    for rows in chunks {
        let mut buffer = PrintBuffer::new(&set.signal());
        buffer.tell_granules();
        for batch in rows.chunks(1000) {
            let (before, keys) = (buffer.len(), batch.iter().flatten());
            keys.clone().for_each(|key| *twin.entry(*key).or_default() += 1);
            let keys: Vec<_> = keys.map(|key| key.to_be_bytes()).collect();
            buffer.extend(keys.iter().map(<[u8; 4]>::as_slice));
            buffer.skip(before, (0..batch.len()).filter(|row| batch[*row].is_none()));
        }
        buffer.seal();
        let rows = rows.len() as u64;
        set.append(buffer, 0, first_row..first_row + rows).unwrap();
        first_row += rows;
    }
    if !set.owed().is_empty() {
        return None;
    }
    let suspects = set.settle(make.threads).unwrap().suspects?;
    let mut first_row = 0;
    let mut all = Vec::new();
    for rows in chunks {
        let found = suspects.rows(0, first_row).to_vec();
        assert!(found.is_sorted_by(|before, after| before.end < after.start), "{found:?}");
        for (row, _) in (0..).zip(rows).filter(|(_, key)| key.is_some_and(|key| twin[&key] > 1)) {
            assert!(found.iter().any(|rows| rows.contains(&row)), "{row} in {found:?}");
        }
        first_row += rows.len() as u64;
        all.push(found);
    }
    Some(all)
}

/// Distinct keys in no order, with an occasional row without one.
fn scattered(first: u32, rows: u32) -> Rows {
    let key = |row: u32| row.wrapping_mul(2_654_435_761);
    (first..first + rows).map(|row| (row % 97 != 5).then(|| key(row))).collect()
}

#[test]
fn few_rows_around_each_repeat_are_suspected() {
    let mut chunks = vec![scattered(1, 20_000), scattered(100_000, 300), scattered(200_000, 70_000)];
    chunks[2][69_998] = chunks[0][7];
    chunks[1][250] = chunks[0][9_000];
    let found = check(&chunks, PLAIN).expect("all is in memory");
    let lengths: Vec<Vec<u64>> =
        found.iter().map(|rows| rows.iter().map(|rows| rows.end - rows.start).collect()).collect();
    assert_eq!(lengths, [vec![128, 128], vec![2], vec![512]]);
    assert!(found[2][0].contains(&69_998));
    assert_eq!(check(&[scattered(1, 20_000)], PLAIN), Some(vec![Vec::new()]), "all keys are different");
}

#[test]
fn nothing_is_known_of_prints_that_are_not_at_hand() {
    let mut chunks = vec![scattered(1, 50_000); 2];
    assert!(check(&chunks, PLAIN).is_some());
    // 800,000 bytes of fingerprints, and a budget that has room for them but not for their granules; then for neither.
    for memory_bytes in [1_080 << 10, 256 << 10] {
        assert_eq!(check(&chunks, Make { memory_bytes, ..PLAIN }), None);
    }
    // The fingerprints of an ascending chunk are not in a separate run, or are owed.
    chunks[1][3] = Some(1);
    let ascending = |rows: u32| (0..rows).map(Some).collect();
    for rows in [10, 10_000] {
        chunks[0] = ascending(rows);
        assert_eq!(check(&chunks, PLAIN), None, "{rows}");
    }
}

proptest! {
    #[test]
    fn all_rows_that_repeat_a_key_are_suspected(
        chunks in prop::collection::vec(prop::collection::vec(prop::option::weighted(0.9, 0_u32..3000), 0..1500), 1..6),
        mask in prop_oneof![Just(u64::MAX), Just(0xFFFF), Just(0)],
        threads in 1_usize..4,
    ) {
        check(&chunks, Make { mask, threads, ..PLAIN });
    }
}
