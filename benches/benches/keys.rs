//! Adds keys to buffers and buffers to a set, and settles the set: without order and in increasing order, in memory and beyond
//! its budget. The repeats are compared with the generator's truth.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trueline_testkit::keys;
use trueline_validate::key::{KeyBuffer, KeyOptions, KeyPlace, KeySet};

const ROWS: u64 = 100_000;
/// The keys of one buffer: about as many as in a chunk of 1 MiB.
const BUFFER_KEYS: usize = 40_000;

/// Returns the first cells of a generated table.
fn cells(text: &[u8]) -> Vec<&[u8]> {
    let lines = text.split(|byte| *byte == b'\n').skip(1);
    lines.filter_map(|line| line.split(|byte| *byte == b',').next()).filter(|key| !key.is_empty()).collect()
}

/// Returns the number of keys that repeat an earlier one.
fn settle(keys: &[&[u8]], options: &KeyOptions) -> u64 {
    let mut set = KeySet::new(options.clone());
    let mut before = 0;
    for chunk in keys.chunks(BUFFER_KEYS) {
        let mut buffer = KeyBuffer::new();
        for (row, key) in (0_u64..).zip(chunk) {
            let byte_offset = (before + row) * 24;
            buffer
                .push(key, KeyPlace { row, line: row, byte_offset, byte_length: 16, ..KeyPlace::default() });
        }
        set.append(&buffer, 0, before, before).expect("appended");
        before += chunk.len() as u64;
    }
    set.finish(&mut |_| ()).expect("settled").repeats
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("keys");
    group.sample_size(20);
    for (order, sorted) in [("no order", false), ("increasing", true)] {
        let mut bytes = Vec::new();
        let generator = keys::Generator::new(ROWS, 1).faults(0.001).sorted(sorted);
        let repeats = generator.write(&mut bytes).expect("generated").count("key.unique", "unique.duplicate");
        let keys = cells(&bytes);
        group.throughput(Throughput::Elements(keys.len() as u64));
        for (place, memory_bytes) in [("in memory", 128 << 20), ("on disk", 1 << 20)] {
            let options = KeyOptions::default().memory_bytes(memory_bytes);
            group.bench_function(format!("{order}, {place}"), |bencher| {
                bencher.iter(|| assert_eq!(settle(&keys, &options), repeats));
            });
        }
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
