//! The cost of a key: computing its fingerprint, sorting those of a chunk, appending them, settling all.
//!
//! `cargo run --release -p trueline-benches --bin keys -- [KEYS] [THREADS] [MIB]`
//!
//! Keys are 16 hexadecimal digits in random order, all distinct except one that occurs twice, which must be found.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "printing is what this program is for")]

use std::time::{Duration, Instant};

use trueline_validate::key::KeyOptions;
use trueline_validate::key::print::{PrintBuffer, PrintSet};

/// The number of keys of a chunk of 1 MiB.
const CHUNK: u64 = 61_680;

fn key(number: u64) -> [u8; 16] {
    let mut bits = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ bits >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    bits.to_be_bytes()
        .map(|byte| {
            [b"0123456789abcdef"[usize::from(byte >> 4)], b"0123456789abcdef"[usize::from(byte & 15)]]
        })
        .concat()
        .try_into()
        .expect("16 digits")
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_test = arguments.iter().any(|argument| argument == "--test");
    let argument =
        |nth: usize, default: u64| arguments.get(nth).and_then(|text| text.parse().ok()).unwrap_or(default);
    let keys = argument(0, if is_test { 100_000 } else { 10_000_000 });
    let threads = usize::try_from(argument(1, 2)).expect("few threads");
    let memory_bytes = usize::try_from(argument(2, 128) << 20).expect("less than there is");

    let mut set = PrintSet::new(KeyOptions::default().memory_bytes(memory_bytes));
    let signal = set.signal();
    let [mut print, mut seal, mut append] = [Duration::ZERO; 3];
    let mut start = 0;
    while start < keys {
        let rows = start..keys.min(start + CHUNK);
        // The last key repeats the first one.
        let bytes: Vec<u8> =
            rows.clone().flat_map(|row| key(if row + 1 == keys { 0 } else { row })).collect();
        let mut buffer = PrintBuffer::new(&signal);
        let began = Instant::now();
        buffer.extend(bytes.as_chunks::<16>().0.iter().map(<[u8; 16]>::as_slice));
        let printed = Instant::now();
        buffer.seal();
        let sealed = Instant::now();
        start = rows.end;
        set.append(buffer, 0, rows).expect("appended");
        print += printed - began;
        seal += sealed - printed;
        append += sealed.elapsed();
    }
    let began = Instant::now();
    let settled = set.settle(threads).expect("settled");
    let settle = began.elapsed();
    let each = |time: Duration| time.as_secs_f64() * 1e9 / keys as f64;
    println!(
        "{keys} keys, ns per key: print {:.2}, scatter {:.2}, append {:.2}, settle {:.2} ({threads} threads)",
        each(print),
        each(seal),
        each(append),
        each(settle)
    );
    let summary = settled.summary;
    println!(
        "{:.2} bytes per key in memory, {} MiB written",
        summary.peak_memory_bytes as f64 / keys as f64,
        summary.spilled_bytes >> 20
    );
    let filter = settled.filter.expect("one key is there twice");
    assert!(filter.passes_key(&key(0)) && !filter.passes_key(&key(1)));
}
