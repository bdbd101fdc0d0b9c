//! Compares fingerprints with a map from each key to its count, whatever the splits, the memory and the fingerprints.

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::PathBuf;

use proptest::prelude::*;

use super::buffer::Signal;
use super::hash::Fingerprinter;
use super::owed::Owed;
use super::{Filter, PrintBuffer, PrintSet, Settled};
use crate::key::{Error, ErrorKind, KeyOptions};

mod stretches;
mod suspects;

/// The keys of one chunk of an input.
#[derive(Clone, Debug)]
struct Chunk {
    keys: Vec<Vec<u8>>,
    input: u32,
    /// Created as if the break of the order were not known yet.
    is_early: bool,
}

/// How a set is created.
#[derive(Clone, Copy, Debug)]
struct Make {
    memory_bytes: usize,
    mask: u64,
    kept: usize,
    pending: usize,
    threads: usize,
}

const PLAIN: Make =
    Make { memory_bytes: 64 << 20, mask: u64::MAX, kept: 4096, pending: 32 << 10, threads: 2 };

impl Make {
    fn set(self, folder: Option<PathBuf>) -> PrintSet {
        let signal = Signal::new(Fingerprinter::masked(self.mask), self.kept);
        PrintSet::with_parts(self.memory_bytes, folder, signal, self.pending)
    }
}

/// Returns the rows of each chunk in its input.
fn rows(chunks: &[Chunk]) -> Vec<Range<u64>> {
    let mut next: HashMap<u32, u64> = HashMap::new();
    let rows = chunks.iter().map(|chunk| {
        let start = next.entry(chunk.input).or_default();
        let rows = *start..*start + chunk.keys.len() as u64;
        *start = rows.end;
        rows
    });
    rows.collect()
}

fn slices(keys: &[Vec<u8>]) -> impl Iterator<Item = &[u8]> {
    keys.iter().map(Vec::as_slice)
}

fn fill(set: &mut PrintSet, chunks: &[Chunk]) -> Result<(), Error> {
    let early = Signal::new(set.signal().fingerprinter, set.signal().max_kept);
    for (nth, (chunk, rows)) in chunks.iter().zip(rows(chunks)).enumerate() {
        let signal = if chunk.is_early { early.clone() } else { set.signal() };
        let mut buffer = PrintBuffer::new(&signal);
        let (some, others) = chunk.keys.split_at(chunk.keys.len() / 2);
        buffer.extend(slices(some));
        match nth % 3 {
            0 => buffer.extend(slices(others)),
            1 => others.iter().for_each(|key| buffer.push(key)),
            _ => {
                let mut later = PrintBuffer::new(&signal);
                later.extend(slices(others));
                buffer.append(&later);
            }
        }
        if nth % 5 != 4 {
            buffer.seal();
        }
        assert_eq!((buffer.len(), buffer.is_empty()), (chunk.keys.len(), chunk.keys.is_empty()));
        set.append(buffer, chunk.input, rows)?;
    }
    Ok(())
}

fn supply(set: &mut PrintSet, chunks: &[Chunk]) -> Result<(), Error> {
    for (chunk, rows) in chunks.iter().zip(rows(chunks)) {
        let mut buffer = PrintBuffer::of_prints(&set.signal());
        buffer.extend(slices(&chunk.keys));
        buffer.seal();
        set.supply(buffer, chunk.input, &rows)?;
    }
    Ok(())
}

fn settle(chunks: &[Chunk], make: Make) -> Settled {
    let mut set = make.set(None);
    fill(&mut set, chunks).unwrap();
    if !set.owed().is_empty() {
        supply(&mut set, chunks).unwrap();
    }
    assert!(set.owed().is_empty());
    set.settle(make.threads).unwrap()
}

/// Every repeated key passes; if distinct keys have distinct fingerprints, no other does.
fn check(chunks: &[Chunk], make: Make) -> Settled {
    let mut twin: HashMap<&[u8], u64> = HashMap::new();
    chunks.iter().flat_map(|chunk| slices(&chunk.keys)).for_each(|key| *twin.entry(key).or_default() += 1);
    let settled = settle(chunks, make);
    let passes = |key: &[u8]| settled.filter.as_ref().is_some_and(|filter| filter.passes_key(key));
    for (key, count) in &twin {
        assert!(*count < 2 || passes(key), "{key:?} is there {count} times");
    }
    assert_eq!(settled.summary.keys, twin.values().sum::<u64>());
    if make.mask == u64::MAX && make.memory_bytes >= 64 << 20 {
        let wrong = twin.iter().filter(|(key, count)| **count < 2 && passes(key)).count();
        // Rows that were supplied although they were not owed pass too.
        assert!(wrong == 0, "{wrong} keys pass that are there once");
        assert!(settled.filter.is_some() || settled.summary.distinct == twin.len() as u64);
    }
    settled
}

fn chunks_of(keys: impl Iterator<Item = Vec<u8>>, cut: usize) -> Vec<Chunk> {
    let keys: Vec<Vec<u8>> = keys.collect();
    keys.chunks(cut).map(|keys| Chunk { keys: keys.to_vec(), input: 0, is_early: false }).collect()
}

/// Keys that look random and are all distinct.
fn scrambled(number: u64) -> Vec<u8> {
    format!("{:016x}", number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5555).into_bytes()
}

fn any_key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        20 => (0..300_u32).prop_map(|number| format!("TX{number:010}").into_bytes()),
        10 => (0..300_u32).prop_map(|number| number.to_string().into_bytes()),
        10 => prop::collection::vec(prop_oneof![Just(b'a'), Just(b'b'), Just(0)], 0..5),
        5 => (0..70_usize).prop_map(|length| vec![b'x'; length]),
        5 => prop::collection::vec(any::<u8>(), 0..40),
    ]
}

fn any_chunk() -> impl Strategy<Value = Chunk> {
    let keys = prop::collection::vec(any_key(), 0..80);
    (keys, 0..4_u8, 0..3_u32, prop::bool::weighted(0.2)).prop_map(|(mut keys, order, input, is_early)| {
        match order {
            0 => {}
            1 => keys.sort_unstable(),
            2 => keys.sort_by_key(|key| (key.len(), key.clone())),
            _ => {
                keys.sort_unstable();
                keys.dedup();
            }
        }
        Chunk { keys, input, is_early }
    })
}

/// Keys that ascend over several chunks, up to some place.
fn any_ascent() -> impl Strategy<Value = Vec<Chunk>> {
    let chunk = |start: u32, length: u32, wide: bool| {
        let text = move |number: u32| if wide { format!("{number:08}") } else { number.to_string() };
        (start..start + length).map(move |number| text(number).into_bytes()).collect()
    };
    let parts =
        prop::collection::vec((0..60_u32, 0..2_u32, prop::bool::weighted(0.15), any::<bool>()), 1..20);
    (parts, any::<bool>()).prop_map(move |(parts, wide)| {
        let (mut start, mut input) = (5, 0);
        let chunks = parts.into_iter().map(|(length, more, breaks, is_early)| {
            if breaks {
                start -= start.min(40);
            }
            let keys = chunk(start, length, wide);
            start += length;
            input += more;
            Chunk { keys, input, is_early }
        });
        chunks.collect()
    })
}

fn any_make() -> impl Strategy<Value = Make> {
    let memory = prop_oneof![Just(4 << 10), 5000..200_000_usize, Just(64 << 20)];
    let kept = prop_oneof![Just(0), Just(5), Just(4096)];
    let pending = prop_oneof![Just(1), Just(50), Just(1000)];
    (memory, prop::sample::select(&MASKS[..]), kept, pending, 1..4_usize).prop_map(
        |(memory_bytes, mask, kept, pending, threads)| Make { memory_bytes, mask, kept, pending, threads },
    )
}

/// All bits; none; only those of the partition; only low ones; a few of each.
const MASKS: [u64; 6] = [u64::MAX, 0, 0xFF << 56, 0xFFFF, 0x00FF_FFFF << 32, 0xC0C0_0000_0000_0007];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn agrees_with_the_twin(chunks in prop::collection::vec(any_chunk(), 0..10), make in any_make()) {
        check(&chunks, make);
    }

    #[test]
    fn ascents_agree_with_the_twin(chunks in any_ascent(), make in any_make()) {
        check(&chunks, make);
    }

    /// Rows are owed until they are supplied, each once, however they are split.
    #[test]
    fn owed_rows_are_those_that_did_not_come(
        owed in prop::collection::vec((0..3_u32, 0..50_u64, 0..20_u64), 0..6),
        came in prop::collection::vec((0..3_u32, 0..50_u64, 0..20_u64), 0..9),
    ) {
        let mut twin = std::collections::BTreeSet::new();
        let mut ranges = Owed::default();
        for (input, start, length) in owed {
            ranges.add(input, start..start + length);
            twin.extend((start..start + length).map(|row| (input, row)));
        }
        for (input, start, length) in came {
            let rows = start..start + length;
            let any = rows.clone().filter(|row| twin.remove(&(input, *row))).count() > 0;
            prop_assert_eq!(ranges.settle(input, &rows), any);
        }
        prop_assert_eq!(ranges.is_empty(), twin.is_empty());
        for input in 0..3 {
            prop_assert_eq!(ranges.has_input(input), twin.iter().any(|(number, _)| *number == input));
        }
    }

    /// Keys that differ in any bit, or in length, have different fingerprints.
    #[test]
    fn prints_tell_keys_apart(key in prop::collection::vec(any::<u8>(), 0..70), at in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let fingerprinter = Fingerprinter::new();
        let print = fingerprinter.fingerprint(&key);
        prop_assert_eq!(print, fingerprinter.fingerprint(&key.clone()));
        let mut longer = key.clone();
        longer.push(0);
        prop_assert_ne!(print, fingerprinter.fingerprint(&longer));
        if !key.is_empty() {
            let mut other = key;
            let place = at.index(other.len());
            other[place] ^= 1 << bit;
            prop_assert_ne!(print, fingerprinter.fingerprint(&other));
        }
    }
}

/// Fingerprints are spread evenly over partitions and low bits, even for keys that are far from random.
#[test]
fn prints_are_spread() {
    let fingerprinter = Fingerprinter::new();
    let kinds: [fn(u64) -> Vec<u8>; 4] = [
        |number| number.to_be_bytes().to_vec(),
        |number| number.to_string().into_bytes(),
        |number| format!("TX{number:010}").into_bytes(),
        |number| format!("{number:040}").into_bytes(),
    ];
    for kind in kinds {
        for shift in [56, 32, 8, 0] {
            let mut counts = [0_u32; 256];
            (0..256_000).for_each(|number| {
                counts[(fingerprinter.fingerprint(&kind(number)) >> shift & 255) as usize] += 1;
            });
            // 1,000 each; ten standard deviations of 32 never happen.
            assert!(counts.iter().all(|count| (680..1320).contains(count)), "{counts:?}");
        }
    }
}

#[test]
fn nothing_and_next_to_nothing() {
    let settled = PrintSet::new(KeyOptions::default()).settle(1).unwrap();
    assert!(settled.filter.is_none() && settled.summary.keys == 0);
    let chunks = chunks_of([b"b".to_vec(), b"a".to_vec(), b"b".to_vec()].into_iter(), 1);
    let filter = check(&chunks, PLAIN).filter.unwrap();
    assert!(filter.passes_key(b"b") && !filter.passes_key(b"a") && !filter.passes_key(b""));
    assert!(filter.memory_bytes() < 2000);
}

/// Ascending keys take no memory at all; numbers of growing length ascend too.
#[test]
fn ascending_keys_are_not_kept() {
    let kinds: [fn(u64) -> String; 2] = [|number| format!("{number:09}"), |number| number.to_string()];
    for kind in kinds {
        let chunks = chunks_of((0..200_000).map(|number| kind(number).into_bytes()), 20_000);
        let mut set = PLAIN.set(None);
        fill(&mut set, &chunks).unwrap();
        let settled = set.settle(2).unwrap();
        assert!(settled.filter.is_none());
        assert_eq!((settled.summary.distinct, settled.summary.peak_memory_bytes), (200_000, 0));
    }
}

/// However buffers are combined, sealed or not, missing fingerprints are owed and nothing false is proven.
#[test]
fn buffers_put_together_lose_nothing() {
    let keys: Vec<Vec<u8>> = (0..40_000).map(|number| format!("{number:09}").into_bytes()).collect();
    let backwards: Vec<Vec<u8>> = keys.iter().rev().cloned().collect();
    for choice in 0..64_u32 {
        let mut set = PLAIN.set(None);
        let make = |bit: u32, ascends: bool| {
            let signal = set.signal();
            let is_told = choice >> bit & 1 == 1;
            let mut buffer =
                if is_told { PrintBuffer::of_prints(&signal) } else { PrintBuffer::new(&signal) };
            buffer.extend(slices(if ascends { &keys } else { &backwards }));
            if choice >> (bit + 1) & 1 == 1 {
                buffer.seal();
            }
            buffer
        };
        let mut buffer = make(0, choice >> 4 & 1 == 1);
        buffer.append(&make(2, choice >> 5 & 1 == 1));
        buffer.seal();
        set.append(buffer, 0, 0..80_000).unwrap();
        if set.owed().is_empty() {
            let filter = set.settle(1).unwrap().filter.expect("every key is there twice");
            assert!(keys.iter().all(|key| filter.passes_key(key)), "{choice:b}");
        }
    }
}

#[test]
fn rows_passed_over_are_owed_when_the_order_breaks() {
    let mut keys: Vec<Vec<u8>> = (0..100_000).map(|number| format!("{number:09}").into_bytes()).collect();
    keys.push(keys[17].clone());
    let chunks = chunks_of(keys.into_iter(), 10_000);
    let mut set = PLAIN.set(None);
    fill(&mut set, &chunks).unwrap();
    assert!(set.owed().has_input(0) && !set.owed().has_input(1));
    let error = set.settle(1).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Incomplete));
    let filter = check(&chunks, PLAIN).filter.unwrap();
    assert!(filter.passes_key(b"000000017") && !filter.passes_key(b"000000018"));
}

/// At most ten bytes per key, while they are kept and while they are settled.
#[test]
fn ten_bytes_are_enough_for_a_key() {
    let count = 1_000_000;
    let chunks = chunks_of((0..count).map(scrambled), 60_000);
    let mut set = PLAIN.set(None);
    fill(&mut set, &chunks).unwrap();
    let summary = set.settle(2).unwrap().summary;
    assert_eq!((summary.distinct, summary.spilled_bytes), (count, 0));
    let fixed = (64 << 20) / 8;
    assert!(summary.peak_memory_bytes <= 10 * count + fixed, "{summary:?}");
}

#[test]
fn many_keys_within_small_memory() {
    let keys = (0..300_000).map(|number| scrambled(number % 299_900));
    let chunks = chunks_of(keys, 9_000);
    for (memory_bytes, threads) in [(256 << 10, 1), (256 << 10, 3), (1 << 20, 2), (64 << 20, 2)] {
        let make = Make { memory_bytes, pending: 1 << 10, threads, ..PLAIN };
        let settled = check(&chunks, make);
        let summary = settled.summary;
        assert_eq!(summary.spilled_bytes > 0, memory_bytes < 64 << 20);
        // One run may exceed the plan.
        let bound = memory_bytes as u64 + 9_000 * 8 + 64 * 1024;
        assert!(summary.peak_memory_bytes <= bound, "{summary:?}");
        assert!(settled.filter.unwrap().memory_bytes() <= (memory_bytes / 8).max(1024));
    }
}

/// More repeats than a list can have: the filter passes others too, but not most.
#[test]
fn a_filter_of_bits_stays_within_its_limit() {
    let chunks = chunks_of((0..200_000).map(|number| scrambled(number / 2 * 2 + 1)), 50_000);
    let filter = check(&chunks, Make { memory_bytes: 1 << 20, ..PLAIN }).filter.unwrap();
    assert!(filter.memory_bytes() <= 1 << 17);
    let wrong = (0..10_000).filter(|number| filter.passes_key(&scrambled(number * 2))).count();
    assert!(wrong < 2_000, "{wrong}");
}

#[test]
fn one_key_in_every_row_is_told_once() {
    let chunks = chunks_of((0..100_000).map(|_| b"the same".to_vec()), 9_000);
    let filter: Filter = check(&chunks, Make { memory_bytes: 64 << 10, ..PLAIN }).filter.unwrap();
    assert!(filter.memory_bytes() < 2000);
}

fn spilling() -> (Make, Vec<Chunk>) {
    let keys = (0..60_000).map(|number| scrambled(number % 59_900));
    (Make { memory_bytes: 64 << 10, pending: 512, ..PLAIN }, chunks_of(keys, 10_000))
}

#[test]
fn the_temporary_file_has_no_name_and_an_error_names_the_folder() {
    let (make, chunks) = spilling();
    let folder = tempfile::tempdir().unwrap();
    let mut set = make.set(Some(folder.path().to_owned()));
    fill(&mut set, &chunks).unwrap();
    if cfg!(unix) {
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
    assert!(set.settle(2).unwrap().summary.spilled_bytes > 0);
    let missing = folder.path().join("is not there");
    let mut set = make.set(Some(missing.clone()));
    let error = fill(&mut set, &chunks).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Create { folder, .. } if *folder == missing));
    // The set lacks keys now and must not report that all were distinct.
    assert!(matches!(set.settle(1).unwrap_err().kind(), ErrorKind::Incomplete));
}

/// A fault at every operation on the file in turn: always an error, until none is left to fail.
#[test]
fn every_fault_of_the_disk_is_told() {
    let (make, chunks) = spilling();
    let chunks = &chunks[..2];
    let mut kinds = HashMap::new();
    for fault in 0_u32.. {
        let mut set = make.set(None);
        set.set_fault(fault.into());
        match fill(&mut set, chunks).and_then(|()| set.settle(1 + (fault % 2) as usize)) {
            Ok(_) => break,
            Err(error) => *kinds.entry(format!("{:?}", error.kind())[..4].to_owned()).or_insert(0) += 1,
        }
    }
    assert!(kinds["Crea"] == 1 && kinds["Writ"] > 100 && kinds["Read"] > 100, "{kinds:?}");
}

/// A file that returns other bytes than were written is an error, wherever the first of them is.
#[test]
fn a_forgetful_disk_is_noticed() {
    let (make, chunks) = spilling();
    for place in [0, 1, 7, 8, 1000, 20_000, 60_000, 99_999] {
        let mut set = make.set(None);
        fill(&mut set, &chunks).unwrap();
        let file = set.file();
        let mut byte = [0];
        file.seek(SeekFrom::Start(place)).unwrap();
        file.read_exact(&mut byte).unwrap();
        file.seek(SeekFrom::Start(place)).unwrap();
        file.write_all(&[!byte[0]]).unwrap();
        let error = set.settle(2).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Damaged { .. }), "{place}: {error:?}");
    }
}

#[test]
fn repeats_are_found_where_a_sieve_has_no_room() {
    // All fingerprints are in one partition; each of two threads has a table of 2048 slots.
    let make = Make { memory_bytes: 256 << 10, mask: u64::MAX >> 8, ..PLAIN };
    for keys in [300, 900, 1_500, 2_500] {
        let settled = check(&chunks_of((0..keys).chain([0, keys / 2]).map(scrambled), 700), make);
        let filter = settled.filter.unwrap();
        assert_eq!((0..keys).filter(|key| filter.passes_key(&scrambled(*key))).count(), 2, "{keys}");
    }
}
