//! Compares the set with a map from each key to its places, whatever the splits, the memory and the hashes.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use proptest::prelude::*;

use super::entry::{self, Decoder, Item, PreviousPlace};
use super::hashing::Hashing;
use super::record;
use super::{ErrorKind, KeyBuffer, KeyOptions, KeyPlace, KeySet, KeySummary};

/// A key of a row; and a repeat: the key, first place, this place, number of the occurrence.
type Row = (Vec<u8>, KeyPlace);
type Told = (Vec<u8>, KeyPlace, KeyPlace, u64);

/// One call of `append`: rows, input, offsets of rows and lines.
#[derive(Clone, Debug)]
struct Chunk {
    rows: Vec<Row>,
    input: u32,
    row_base: u64,
    line_base: u64,
}

/// The straightforward implementation.
fn twin(chunks: &[Chunk]) -> (Vec<Told>, [u64; 3]) {
    let mut places: BTreeMap<&[u8], Vec<KeyPlace>> = BTreeMap::new();
    for chunk in chunks {
        for (key, place) in &chunk.rows {
            places.entry(key).or_default().push(KeyPlace {
                input: chunk.input,
                row: place.row.wrapping_add(chunk.row_base),
                line: place.line.wrapping_add(chunk.line_base),
                ..*place
            });
        }
    }
    let mut told = Vec::new();
    for (key, places) in &places {
        for (nth, place) in (1..).zip(places).skip(1) {
            told.push((key.to_vec(), places[0], *place, nth));
        }
    }
    told.sort_unstable();
    let keys: usize = places.values().map(Vec::len).sum();
    let repeats = told.len() as u64;
    (told, [keys as u64, places.len() as u64, repeats])
}

/// Returns the result of the set for the chunks, in the given memory and with only some bits of the hashes.
fn settle(chunks: &[Chunk], memory_bytes: usize, mask: u64) -> (Vec<Told>, KeySummary) {
    let hashing = Hashing::masked(mask);
    let mut set = KeySet::with_parts(memory_bytes, None, hashing.clone());
    let mut buffer = KeyBuffer::with_hashing(hashing);
    for chunk in chunks {
        buffer.clear();
        fill(&mut buffer, &chunk.rows);
        set.append(&buffer, chunk.input, chunk.row_base, chunk.line_base).unwrap();
    }
    finish(set)
}

fn fill(buffer: &mut KeyBuffer, rows: &[Row]) {
    for (key, place) in rows {
        buffer.push(key, *place);
    }
}

fn finish(set: KeySet) -> (Vec<Told>, KeySummary) {
    let mut told = Vec::new();
    let summary = set
        .finish(&mut |repeat| told.push((repeat.key.to_vec(), repeat.first, repeat.this, repeat.nth)))
        .unwrap();
    told.sort_unstable();
    (told, summary)
}

/// Asserts that the memory is within the budget, plus the longest keys, which must be in memory, and a constant.
fn assert_bounded(chunks: &[Chunk], memory_bytes: usize, summary: &KeySummary) {
    let longest = chunks.iter().flat_map(|chunk| &chunk.rows).map(|(key, _)| key.len()).max().unwrap_or(0);
    let bound = memory_bytes + 4 * longest + 4096;
    assert!(summary.peak_memory_bytes <= bound as u64, "{} of {bound} bytes", summary.peak_memory_bytes);
}

fn check(chunks: &[Chunk], memory_bytes: usize, mask: u64) -> KeySummary {
    let (expected, counts) = twin(chunks);
    let (told, summary) = settle(chunks, memory_bytes, mask);
    assert!(told == expected, "{} repeats told, {} expected", told.len(), expected.len());
    assert_eq!([summary.keys, summary.distinct, summary.repeats], counts);
    assert_bounded(chunks, memory_bytes, &summary);
    summary
}

/// Keys of one kind, split every `cut` rows, at places as in files.
fn chunks_of(keys: impl Iterator<Item = Vec<u8>>, cut: usize) -> Vec<Chunk> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let (mut rows, mut byte_offset) = (0, 0);
    for key in keys {
        if chunks.last().is_none_or(|chunk| chunk.rows.len() == cut) {
            chunks.push(Chunk { rows: Vec::new(), input: 0, row_base: rows, line_base: rows + 1 });
        }
        let chunk = chunks.last_mut().unwrap();
        let row = chunk.rows.len() as u64;
        let byte_length = u32::try_from(key.len()).unwrap();
        chunk.rows.push((key, KeyPlace { row, line: row, byte_offset, byte_length, ..KeyPlace::default() }));
        rows += 1;
        byte_offset += 70;
    }
    chunks
}

fn any_key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        20 => (0..200_u32).prop_map(|number| format!("TX{number:010}").into_bytes()),
        10 => prop::collection::vec(prop_oneof![Just(b'a'), Just(b'b'), Just(0)], 0..5),
        10 => (0..20_usize, any::<bool>()).prop_map(|(length, last)| {
            let mut key = vec![b'x'; length];
            if let Some(byte) = key.last_mut() {
                *byte = u8::from(last);
            }
            key
        }),
        6 => any::<[u8; 16]>().prop_map(Vec::from),
        4 => (250..260_usize).prop_map(|length| vec![b'y'; length]),
        1 => (0..3_u8, 1000..1003_usize).prop_map(|(byte, length)| vec![byte; length]),
        1 => (65_530..65_540_usize).prop_map(|length| vec![b'z'; length]),
    ]
}

fn any_place() -> impl Strategy<Value = KeyPlace> {
    // Where a number begins to take one more byte.
    let edge =
        || (0..64_u32, 0..3_u64).prop_map(|(bits, more)| (1_u64 << bits).wrapping_add(more).wrapping_sub(2));
    let number = || prop_oneof![0..300_u64, edge(), any::<u64>()];
    let small = || prop_oneof![0..20_u32, (0..32_u32).prop_map(|bits| 1 << bits), any::<u32>()];
    (small(), number(), number(), any::<bool>(), number(), small(), any::<bool>()).prop_map(
        |(input, row, line, from_row, byte_offset, byte_length, tainted)| KeyPlace {
            input,
            row,
            line: if from_row { row.wrapping_add(line) } else { line },
            byte_offset,
            byte_length,
            tainted,
        },
    )
}

/// Rows with places as in a file, now and then with any place.
fn any_rows(count: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<Row>> {
    let step = (any_key(), 1..3_u64, 0..20_u64, prop::option::weighted(0.03, any_place()), any::<bool>());
    prop::collection::vec(step, count).prop_map(|steps| {
        let mut place = KeyPlace::default();
        let mut rows = Vec::new();
        for (key, lines, gap, wild, tainted) in steps {
            place.tainted = tainted;
            place.byte_length = u32::try_from(key.len()).unwrap() + u32::from(gap == 7) * 2;
            rows.push((key, wild.unwrap_or(place)));
            place.row += 1;
            place.line += if gap == 3 { lines } else { 1 };
            place.byte_offset += u64::from(place.byte_length) + gap * gap * gap * gap;
        }
        rows
    })
}

fn any_chunks() -> impl Strategy<Value = Vec<Chunk>> {
    let base = || prop_oneof![0..1000_u64, any::<u64>()];
    let input = prop_oneof![0..3_u32, any::<u32>()];
    let chunk = (any_rows(0..120), input, base(), base());
    prop::collection::vec(
        chunk.prop_map(|(rows, input, row_base, line_base)| Chunk { rows, input, row_base, line_base }),
        0..8,
    )
}

fn any_memory() -> impl Strategy<Value = usize> {
    prop_oneof![3000..20_000_usize, Just(64 << 10), Just(4 << 20), Just(64 << 20)]
}

/// All bits; none; only those of the lane; only those of the table; only those of splits; a few of each.
const MASKS: [u64; 7] =
    [u64::MAX, 0, 0xFF << 56, 0xFFFF_FFFF, 0x00FF_FFFF << 32, 0xC0C0_0000_0000_0007, 0xFFFF];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn agrees_with_the_twin(chunks in any_chunks(), memory_bytes in any_memory(), mask in prop::sample::select(&MASKS[..])) {
        check(&chunks, memory_bytes, mask);
    }

    /// The result does not depend on how the rows are split, or whether buffers are combined before.
    #[test]
    fn cuts_do_not_matter(rows in any_rows(0..200), cuts in prop::collection::vec(1..60_usize, 1..20), memory_bytes in any_memory()) {
        let whole = [Chunk { rows, input: 4, row_base: 100, line_base: 200 }];
        let (expected, counts) = twin(&whole);
        let mut set = KeySet::with_parts(memory_bytes, None, Hashing::new());
        let mut buffer = KeyBuffer::new();
        let mut rest = &whole[0].rows[..];
        for cut in cuts.into_iter().chain(std::iter::repeat(60)) {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            rest = later;
            if cut % 3 == 0 {
                set.append(&buffer, 4, 100, 200).unwrap();
                buffer.clear();
            }
            // Relative to a chunk that begins at row 7 and line 9.
            let mut part = KeyBuffer::default();
            for (key, place) in now {
                let place = KeyPlace { row: place.row.wrapping_sub(7), line: place.line.wrapping_sub(9), ..*place };
                part.push(key, place);
            }
            buffer.append(&part, 7, 9);
            if rest.is_empty() {
                break;
            }
        }
        set.append(&buffer, 4, 100, 200).unwrap();
        let (told, summary) = finish(set);
        prop_assert!(told == expected);
        prop_assert_eq!([summary.keys, summary.distinct, summary.repeats], counts);
    }

    #[test]
    fn entries_come_back(rows in any_rows(0..50), places in prop::collection::vec(any_place(), 50), bases in any::<[u64; 2]>()) {
        let mut bytes = Vec::new();
        entry::write_segment(&mut bytes, 9, bases[0], bases[1]);
        let mut last = PreviousPlace::default();
        let rows: Vec<Row> = rows.into_iter().zip(places).flat_map(|(row, place)| [(row.0.clone(), place), row]).collect();
        for (key, place) in &rows {
            entry::write(&mut bytes, &mut last, key, place);
        }
        let mut decoder = Decoder::default();
        let Item::Segment(mut at) = decoder.decode(&bytes) else { panic!("no segment") };
        for (key, place) in &rows {
            // A part of the entry is never decoded, wherever it ends.
            let mut whole = decoder;
            let Item::Entry(start, end) = whole.decode(&bytes[at..]) else { panic!("no entry") };
            for cut in (0..end).rev().take(40).chain(0..40.min(end)) {
                prop_assert!(matches!(decoder.decode(&bytes[at..at + cut]), Item::Partial));
            }
            let place = KeyPlace {
                input: 9,
                row: place.row.wrapping_add(bases[0]),
                line: place.line.wrapping_add(bases[1]),
                ..*place
            };
            prop_assert_eq!(whole.place(), &place);
            prop_assert!(&bytes[at + start..at + end] == key);
            // Nothing follows the last entry of a run.
            let Item::Entry(..) = decoder.decode(&bytes[at..at + end]) else { panic!("no entry at the end") };
            prop_assert_eq!(decoder.place(), &place);
            at += end;
        }
        prop_assert_eq!(at, bytes.len());
    }

    #[test]
    fn records_come_back(key in any_key(), other in any_key(), place in any_place(), fits in any::<bool>()) {
        let length = u32::try_from(key.len()).unwrap();
        let place = if fits { KeyPlace { byte_length: length, line: place.row.wrapping_add(3), ..place } } else { place };
        let mut page = Vec::with_capacity(record::MAX_HEADER + key.len());
        record::write(&mut page, &key, &place);
        let (start, room) = (page.len(), page.capacity());
        page.extend_from_slice(b"the next record is of no interest");
        prop_assert!(start <= room);
        for nth in 2..5 {
            prop_assert_eq!(record::count(&mut page, &key), Some((nth, place)));
            if other != key {
                prop_assert_eq!(record::count(&mut page, &other), None);
            }
        }
    }

    /// Arbitrary bytes are read without panic, and to an end.
    #[test]
    fn foreign_bytes_are_harmless(mut bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut decoder = Decoder::default();
        while let Item::Segment(length) | Item::Entry(_, length) = decoder.decode(&bytes) {
            prop_assert!(length > 0);
            bytes.drain(..length);
        }
    }
}

/// Every width of every number, with the others small: where a record stops being narrow.
#[test]
fn records_of_all_widths_come_back() {
    let plain = KeyPlace { input: 1, row: 5, line: 6, byte_offset: 7, byte_length: 3, tainted: true };
    for bits in 0..64 {
        for value in [1_u64 << bits, (1 << bits) - 1, u64::MAX >> bits] {
            let small = u32::try_from(value).unwrap_or(u32::MAX);
            for place in [
                KeyPlace { row: value, line: value.wrapping_sub(1), ..plain },
                KeyPlace { line: value, ..plain },
                KeyPlace { line: 5_u64.wrapping_sub(value), ..plain },
                KeyPlace { byte_offset: value, ..plain },
                KeyPlace { byte_length: small, ..plain },
                KeyPlace { input: small, ..plain },
            ] {
                let mut page = Vec::new();
                record::write(&mut page, b"key", &place);
                assert_eq!(record::count(&mut page, b"key"), Some((2, place)));
            }
        }
    }
}

#[test]
fn a_record_never_outgrows_its_page() {
    for length in (0..40).chain(65_530..65_540) {
        let place = KeyPlace {
            row: u64::MAX,
            line: 1,
            byte_offset: u64::MAX,
            byte_length: u32::MAX,
            input: u32::MAX,
            tainted: true,
        };
        let room = record::MAX_HEADER + length;
        for place in [place, KeyPlace { byte_length: u32::try_from(length).unwrap(), ..KeyPlace::default() }]
        {
            let mut page = Vec::with_capacity(room);
            let capacity = page.capacity();
            record::write(&mut page, &vec![7; length], &place);
            assert_eq!(page.capacity(), capacity);
        }
    }
}

#[test]
fn nothing_and_next_to_nothing() {
    let (told, summary) = finish(KeySet::new(KeyOptions::default()));
    assert_eq!((told.len(), summary), (0, KeySummary::default()));
    let buffer = KeyBuffer::new();
    assert_eq!((buffer.len(), buffer.is_empty(), buffer.memory_bytes()), (0, true, 0));
    let empty = chunks_of([vec![], vec![1], vec![]].into_iter(), 1);
    assert_eq!(check(&empty, 1 << 20, u64::MAX).repeats, 1);
}

#[test]
fn a_buffer_says_what_it_holds() {
    let mut buffer = KeyBuffer::new();
    for number in 0..10_000_u32 {
        buffer.push(&number.to_le_bytes(), KeyPlace::default());
    }
    assert_eq!((buffer.len(), buffer.is_empty()), (10_000, false));
    assert!((60_000..600_000).contains(&buffer.memory_bytes()), "{}", buffer.memory_bytes());
    let held_bytes = buffer.memory_bytes();
    buffer.clear();
    assert_eq!((buffer.len(), buffer.is_empty(), buffer.memory_bytes()), (0, true, held_bytes));
}

#[test]
fn many_keys_within_small_memory() {
    // 300,000 keys in 256 KiB: all are spilled, and partitions must be split again.
    let keys = (0..300_000_u32).map(|number| format!("TX{:010}", number % 299_000).into_bytes());
    let chunks = chunks_of(keys, 7_000);
    let summary = check(&chunks, 256 << 10, u64::MAX);
    assert_eq!(summary.repeats, 1000);
    let entries = 300_000 * 18;
    assert!((entries..4 * entries).contains(&summary.spilled_bytes), "{summary:?}");
    // With enough memory nothing is written, and the result is the same.
    let summary = check(&chunks, 64 << 20, u64::MAX);
    assert_eq!((summary.repeats, summary.spilled_bytes), (1000, 0));
}

#[test]
fn few_bits_of_the_hash_change_nothing() {
    let keys = (0..6_000_u32).map(|number| format!("{}", number / 2 * 7 % 5_000).into_bytes());
    let chunks = chunks_of(keys, 500);
    for mask in MASKS {
        for memory_bytes in [4 << 10, 64 << 10, 8 << 20] {
            check(&chunks, memory_bytes, mask);
        }
    }
}

#[test]
fn one_key_in_every_row_is_not_gathered() {
    let key = || b"the same key again and again".to_vec();
    let chunks = chunks_of((0..400_000).map(|_| key()), 50_000);
    let hashing = Hashing::new();
    let mut set = KeySet::with_parts(64 << 10, None, hashing);
    for chunk in &chunks {
        let mut buffer = KeyBuffer::new();
        fill(&mut buffer, &chunk.rows);
        set.append(&buffer, chunk.input, chunk.row_base, chunk.line_base).unwrap();
    }
    let mut row = 0;
    let summary = set
        .finish(&mut |repeat| {
            row += 1;
            assert_eq!((repeat.first.row, repeat.this.row, repeat.nth), (0, row, row + 1));
        })
        .unwrap();
    assert_eq!((summary.distinct, summary.repeats), (1, 399_999));
    assert_bounded(&chunks, 64 << 10, &summary);
}

#[test]
fn long_keys_take_their_own_length_and_no_more() {
    let long = |number: u8| {
        let mut key = vec![b'k'; 1 << 20];
        key[1 << 19] = number;
        key
    };
    let keys = (0..24).map(|number| if number % 4 == 3 { b"short".to_vec() } else { long(number % 10) });
    let chunks = chunks_of(keys, 5);
    for memory_bytes in [64 << 10, 3 << 20, 16 << 20, 64 << 20] {
        check(&chunks, memory_bytes, u64::MAX);
    }
}

/// A folder that is removed at the end.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn spilling_set(folder: PathBuf) -> (KeySet, KeyBuffer) {
    let mut buffer = KeyBuffer::new();
    for number in 0..4_000_u32 {
        buffer.push(
            format!("key number {}", number % 3_900).as_bytes(),
            KeyPlace { row: number.into(), ..KeyPlace::default() },
        );
    }
    (KeySet::with_parts(8 << 10, Some(folder), Hashing::new()), buffer)
}

#[test]
fn the_temporary_file_has_no_name() {
    let folder = folder();
    let (mut set, buffer) = spilling_set(folder.path().to_owned());
    set.append(&buffer, 0, 0, 0).unwrap();
    if cfg!(unix) {
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
    let summary = set.finish(&mut |_| {}).unwrap();
    assert!(summary.spilled_bytes > 0 && summary.repeats == 100);
}

#[test]
fn an_error_names_the_folder() {
    let folder = folder().path().join("is not there");
    let (mut set, buffer) = spilling_set(folder.clone());
    let error = set.append(&buffer, 0, 0, 0).unwrap_err();
    let ErrorKind::Create { folder: named, .. } = error.kind() else { panic!("{error:?}") };
    assert_eq!(*named, folder);
    assert_eq!(
        error.to_string(),
        format!("no temporary file for keys could be made in `{}`", folder.display())
    );
    assert!(std::error::Error::source(&error).is_some());
    // The set lacks keys now and must not report that there were no repeats.
    let error = set.finish(&mut |_| {}).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Incomplete));
}

/// A fault at every operation on the file in turn: always an error, never a summary, until none is left to fail.
#[test]
fn every_fault_of_the_disk_is_told() {
    let mut kinds = BTreeMap::new();
    for fault in 0.. {
        let folder = folder();
        let (mut set, buffer) = spilling_set(folder.path().to_owned());
        set.set_fault(fault);
        let result = set.append(&buffer, 0, 0, 0).and_then(|()| set.finish(&mut |_| {}));
        match result {
            Ok(summary) => {
                assert_eq!((summary.keys, summary.repeats), (4_000, 100));
                break;
            }
            Err(error) => match error.kind() {
                ErrorKind::Create { .. } => *kinds.entry("create").or_insert(0) += 1,
                ErrorKind::Write { .. } => *kinds.entry("write").or_insert(0) += 1,
                ErrorKind::Read { .. } => *kinds.entry("read").or_insert(0) += 1,
                other => panic!("{other:?}"),
            },
        }
    }
    assert!(kinds["create"] == 1 && kinds["write"] > 100 && kinds["read"] > 100, "{kinds:?}");
}

/// A file that returns other bytes than were written is an error, wherever the first of them is.
#[test]
fn a_forgetful_disk_is_noticed() {
    for place in (0..128).step_by(3).chain([5_000, 20_000, 60_000]) {
        let folder = folder();
        let (mut set, buffer) = spilling_set(folder.path().to_owned());
        set.append(&buffer, 0, 0, 0).unwrap();
        let file = set.file();
        let mut byte = [0];
        file.seek(SeekFrom::Start(place)).unwrap();
        file.read_exact(&mut byte).unwrap();
        file.seek(SeekFrom::Start(place)).unwrap();
        file.write_all(&[!byte[0]]).unwrap();
        let mut visited = 0;
        let result = set.finish(&mut |repeat| {
            assert_eq!(repeat.first.row + 3_900, repeat.this.row);
            visited += 1;
        });
        match result {
            Err(error) => assert!(matches!(error.kind(), ErrorKind::Damaged { .. }), "{place}: {error:?}"),
            // After the first block, the byte may be in a block that was reserved and never needed.
            Ok(summary) => {
                assert!(place >= 128 && summary.repeats == 100 && visited == 100, "{place}: {summary:?}");
            }
        }
    }
}

/// Each block is intact, but two are swapped.
#[test]
fn blocks_that_change_places_are_noticed() {
    let folder = folder();
    let (mut set, buffer) = spilling_set(folder.path().to_owned());
    set.append(&buffer, 0, 0, 0).unwrap();
    let file = set.file();
    let mut blocks = vec![0; 2 * (8 << 10 >> 6)];
    file.seek(SeekFrom::Start(0)).unwrap();
    file.read_exact(&mut blocks).unwrap();
    let half = blocks.len() / 2;
    blocks.rotate_left(half);
    file.seek(SeekFrom::Start(0)).unwrap();
    file.write_all(&blocks).unwrap();
    let error = set.finish(&mut |_| {}).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Damaged { .. }));
}
