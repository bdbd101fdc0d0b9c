use super::*;

use proptest::collection::vec;
use proptest::prelude::*;

fn options(memory_bytes: usize) -> KeyOptions {
    KeyOptions::default().memory_bytes(memory_bytes)
}

fn collect(mut sorted: Sorted) -> Result<Vec<Vec<u8>>, Error> {
    let mut entries = Vec::new();
    while let Some(entry) = sorted.next()? {
        entries.push(entry.to_vec());
    }
    Ok(entries)
}

fn sort(memory_bytes: usize, entries: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut sorter = Sorter::new(&options(memory_bytes));
    for entry in entries {
        sorter.push(entry).unwrap();
    }
    assert_eq!(sorter.count, entries.len() as u64);
    collect(sorter.finish().unwrap()).unwrap()
}

/// Entries that share prefixes, as those of rows do.
fn scattered(count: u64) -> Vec<Vec<u8>> {
    let number = |index: u64| index.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    (0..count).map(|index| [&[0, 0, 0, 1][..], &number(index).to_be_bytes()].concat()).collect()
}

#[test]
fn entries_come_in_order_through_any_number_of_runs() {
    // With 64 KiB, a run has about 1,600 entries, a run of the next level 26,000, one of the third 420,000.
    for count in [0, 1, 1000, 5000, 30_000, 500_000] {
        let entries = scattered(count);
        let mut expected = entries.clone();
        expected.sort();
        assert!(sort(0, &entries) == expected, "{count} entries");
    }
}

#[test]
fn memory_decides_when_runs_are_written_and_disk_holds_little() {
    let mut sorter = Sorter::new(&options(0));
    for entry in scattered(100_000) {
        sorter.push(&entry).unwrap();
        assert!(sorter.bytes.len() + sorter.entries.len() * ENTRY_BYTES <= *MEMORY.start() / 2);
    }
    assert_eq!(sorter.levels.len(), 2);
    assert!(sorter.levels.iter().all(|level| level.runs.len() < FAN_IN));
    // Eight bytes of each entry are always, or nearly always, the same.
    let written: u64 = sorter.levels[1].end;
    assert!(written < 100_000 * 8, "{written} bytes");
}

#[test]
fn a_disk_that_fails_at_any_time_is_an_error() {
    let entries = scattered(30_000);
    let run = |fault: Option<u64>| {
        let mut sorter = Sorter::new(&options(0));
        *sorter.temp_files.fault.lock().unwrap() = fault;
        let temp_files = sorter.temp_files.clone();
        let sorted = entries.iter().try_for_each(|entry| sorter.push(entry)).and_then(|()| sorter.finish());
        let found = sorted.and_then(collect);
        let left = *temp_files.fault.lock().unwrap();
        (found, left)
    };
    let (found, left) = run(Some(1 << 40));
    assert!(found.is_ok());
    let operations = (1 << 40) - left.unwrap();
    assert!(operations > 40, "only {operations} operations");
    for fault in 0..operations {
        assert!(run(Some(fault)).0.is_err(), "operation {fault} of {operations} failed unseen");
    }
}

#[test]
fn a_file_that_gives_back_other_bytes_is_an_error() {
    let entries = scattered(10_000);
    let mut unseen = 0;
    for place in (0..20_000).step_by(501) {
        let mut sorter = Sorter::new(&options(0));
        for entry in &entries {
            sorter.push(entry).unwrap();
        }
        let level = &sorter.levels[0];
        let mut byte = [0];
        sorter.temp_files.read(&level.file, place, &mut byte).unwrap();
        byte[0] ^= 1;
        sorter.temp_files.write(&level.file, place, &byte).unwrap();
        unseen += u32::from(sorter.finish().and_then(collect).is_ok());
    }
    assert_eq!(unseen, 0);
}

proptest! {
    #[test]
    fn any_entries_are_sorted(
        entries in vec(vec(0_u8..3, 0..12), 0..2000),
        large in vec((0..2000_usize, 0..40_000_usize), 0..4),
    ) {
        let mut entries = entries;
        for (index, length) in large {
            if let Some(entry) = entries.get_mut(index) {
                entry.resize(length, 7);
            }
        }
        let mut expected = entries.clone();
        expected.sort();
        prop_assert!(sort(0, &entries) == expected);
    }
}
