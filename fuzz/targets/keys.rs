//! Any keys in any chunks: fingerprints and a second pass find the same repeats as complete keys.
#![no_main]

use std::ops::Range;

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use trueline_validate::key::print::{Filter, PrintBuffer, PrintSet};
use trueline_validate::key::{KeyBuffer, KeyOptions, KeyPlace, KeySet};

/// The maximum number of keys of one run.
const MOST_KEYS: usize = 30_000;

/// The keys of one chunk, which are rows of an input.
struct Chunk {
    keys: Vec<Vec<u8>>,
    input: u32,
    rows: Range<u64>,
    /// Created as if it were not known yet that keys do not ascend.
    is_early: bool,
    is_sealed: bool,
}

/// Adds some keys: any one, a sequence of numbers, or some existing ones.
fn add(keys: &mut Vec<Vec<u8>>, input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    match input.int_in_range(0..=5)? {
        0..=2 => {
            let length = input.int_in_range(0..=40)?;
            keys.push(input.bytes(length)?.to_vec());
        }
        3 => {
            let (start, count): (u16, u16) = (input.arbitrary()?, input.int_in_range(0..=6_000)?);
            let is_wide: bool = input.arbitrary()?;
            let numbers = u32::from(start)..u32::from(start) + u32::from(count);
            let text = |number| if is_wide { format!("{number:08}") } else { format!("{number}") };
            keys.extend(numbers.map(|number| text(number).into_bytes()));
        }
        4 if !keys.is_empty() => {
            let at = input.choose_index(keys.len())?;
            let end = (at + input.int_in_range(1..=300)?).min(keys.len());
            keys.extend_from_within(at..end);
        }
        _ => {
            let (byte, length) = (input.arbitrary()?, input.int_in_range(0..=200)?);
            keys.push(vec![byte; length]);
        }
    }
    keys.truncate(MOST_KEYS);
    Ok(())
}

fn chunks(input: &mut Unstructured<'_>) -> arbitrary::Result<Vec<Chunk>> {
    let mut keys = Vec::new();
    let mut ends = Vec::new();
    while !input.is_empty() && keys.len() < MOST_KEYS {
        add(&mut keys, input)?;
        if input.ratio(1, 3)? {
            ends.push((keys.len(), input.arbitrary::<[bool; 3]>()?));
        }
    }
    ends.push((keys.len(), [false; 3]));
    let (mut start, mut row, mut number) = (0, 0, 0);
    let chunk = |(end, [is_next, is_early, is_sealed]): (usize, [bool; 3])| {
        if is_next {
            (number, row) = (number + 1, 0);
        }
        let keys = keys[start..end].to_vec();
        let rows = row..row + keys.len() as u64;
        (start, row) = (end, rows.end);
        Chunk { keys, input: number, rows, is_early, is_sealed }
    };
    Ok(ends.into_iter().map(chunk).collect())
}

/// Returns the filter of the fingerprints; `None` if all keys are distinct.
fn filter(chunks: &[Chunk], memory_bytes: usize, threads: usize) -> Option<Filter> {
    let mut set = PrintSet::new(KeyOptions::default().memory_bytes(memory_bytes));
    let early = PrintSet::new(KeyOptions::default()).signal();
    for chunk in chunks {
        let signal = if chunk.is_early { early.clone() } else { set.signal() };
        let (some, others) = chunk.keys.split_at(chunk.keys.len() / 2);
        let mut buffer = PrintBuffer::new(&signal);
        buffer.extend(some.iter().map(Vec::as_slice));
        others.iter().for_each(|key| buffer.push(key));
        if chunk.is_sealed {
            buffer.seal();
        }
        set.append(buffer, chunk.input, chunk.rows.clone()).expect("appended");
    }
    if !set.owed().is_empty() {
        for chunk in chunks {
            let mut buffer = PrintBuffer::of_prints(&set.signal());
            buffer.extend(chunk.keys.iter().map(Vec::as_slice));
            buffer.seal();
            set.supply(buffer, chunk.input, &chunk.rows).expect("supplied");
        }
    }
    assert!(set.owed().is_empty(), "all rows were supplied");
    let settled = set.settle(threads).expect("settled");
    let keys: usize = chunks.iter().map(|chunk| chunk.keys.len()).sum();
    assert_eq!(settled.summary.keys, keys as u64);
    settled.filter
}

/// The key, the places of its first occurrence and of this one, and the number of occurrences.
type Found = (Vec<u8>, KeyPlace, KeyPlace, u64);

/// Returns the repeats among the keys that pass.
fn repeats(chunks: &[Chunk], memory_bytes: usize, passes: impl Fn(&[u8]) -> bool) -> Vec<Found> {
    let mut set = KeySet::new(KeyOptions::default().memory_bytes(memory_bytes));
    for chunk in chunks {
        let mut buffer = KeyBuffer::new();
        for (row, key) in (0..).zip(&chunk.keys) {
            if passes(key) {
                buffer.push(key, KeyPlace { row, line: row, ..KeyPlace::default() });
            }
        }
        set.append(&buffer, chunk.input, chunk.rows.start, chunk.rows.start).expect("appended");
    }
    let mut found = Vec::new();
    let summary = set.finish(&mut |repeat| {
        found.push((repeat.key.to_vec(), repeat.first, repeat.this, repeat.nth));
    });
    assert_eq!(summary.expect("settled").repeats, found.len() as u64);
    found.sort_unstable();
    found
}

/// Returns the same, computed with a map.
fn expected(chunks: &[Chunk]) -> Vec<Found> {
    let mut seen = std::collections::HashMap::new();
    let mut found = Vec::new();
    for chunk in chunks {
        for (row, key) in chunk.rows.clone().zip(&chunk.keys) {
            let place = KeyPlace { input: chunk.input, row, line: row, ..KeyPlace::default() };
            let (first, nth) = seen.entry(key).or_insert((place, 0));
            *nth += 1;
            if *nth > 1 {
                found.push((key.clone(), *first, place, *nth));
            }
        }
    }
    found.sort_unstable();
    found
}

fn check(input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let memory_bytes = *input.choose(&[1, 64 << 20])?;
    let threads = input.int_in_range(1..=3)?;
    let chunks = chunks(input)?;
    let expected = expected(&chunks);
    assert_eq!(repeats(&chunks, memory_bytes, |_| true), expected, "whole keys");
    let filter = filter(&chunks, memory_bytes, threads);
    let passes = |key: &[u8]| filter.as_ref().is_some_and(|filter| filter.passes_key(key));
    assert_eq!(repeats(&chunks, memory_bytes, passes), expected, "prints");
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    // Too few bytes are not an input.
    let _ = check(&mut Unstructured::new(bytes));
});
