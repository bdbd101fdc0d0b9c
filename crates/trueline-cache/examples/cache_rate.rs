//! How fast entries go in and come out, beside hashing, copying, writing and reading the same bytes alone.
//!
//! `cargo run --release -p trueline-cache --example cache_rate [FOLDER] [BYTES]`: the folder is where the cache stands while it runs (default: the
//! system's for temporary files), the bytes are those of an entry (default: 1 MiB).
#![allow(clippy::print_stdout, reason = "what it measures is its output")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use trueline_cache::{DiskOptions, DiskStore, Key, Store};

/// Rounds, of which the fastest counts: on a shared machine all noise is on one side.
const ROUNDS: usize = 25;
/// Bytes of all entries of a round.
const ROUND_BYTES: usize = 64 << 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let bytes: usize = arguments.next().map_or(Ok(1 << 20), |bytes| bytes.parse())?;
    let folder = folder.join(format!("trueline-cache-rate-{}", std::process::id()));
    let store = DiskStore::open(&folder, DiskOptions::default())?;
    let entries = (ROUND_BYTES / bytes).clamp(1, 20_000);
    let value: Vec<u8> = (0..bytes).map(|at| u8::try_from(at * 31 % 251)).collect::<Result<_, _>>()?;
    let keys: Vec<Key> = (0..entries)
        .map(|number| Key::builder("rate").part("number", number.to_le_bytes()).finish())
        .collect();
    let mut seconds: [Vec<f64>; 6] = Default::default();
    for _ in 0..ROUNDS {
        // Interleaved, so that what else the machine does meets all alike.
        seconds[0].push(timed(|| keys.iter().try_for_each(|key| store.put(key, &[&value])))?);
        seconds[1].push(timed(|| {
            assert!(keys.iter().all(|key| store.get(key).is_some_and(|found| found.len() == bytes)));
            Ok::<_, trueline_cache::Error>(())
        })?);
        assert!(keys.iter().all(|key| store.get(key).as_ref() == Some(&value)));
        seconds[2].push(timed(|| {
            for _ in &keys {
                black_box(blake3::hash(black_box(&value)));
            }
            Ok::<_, trueline_cache::Error>(())
        })?);
        seconds[3].push(timed(|| {
            for _ in &keys {
                drop(black_box(black_box(&value).clone()));
            }
            Ok::<_, trueline_cache::Error>(())
        })?);
        seconds[4].push(timed(|| {
            keys.iter().try_for_each(|key| std::fs::write(folder.join(key.to_string()), &value))
        })?);
        seconds[5].push(timed(|| {
            keys.iter().try_for_each(|key| std::fs::read(folder.join(key.to_string())).map(drop))
        })?);
        keys.iter().try_for_each(|key| std::fs::remove_file(folder.join(key.to_string())))?;
        store.clear()?;
    }
    let names = ["put", "get", "blake3 alone", "copy alone", "write alone", "read alone"];
    for (name, seconds) in names.iter().zip(&seconds) {
        let fastest = seconds.iter().copied().fold(f64::INFINITY, f64::min);
        let (rate, each) = ((entries * bytes) as f64 / fastest / 1e9, fastest / entries as f64 * 1e6);
        println!("{name:16} {rate:7.2} GB/s  {each:9.1} µs an entry of {bytes} bytes");
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn timed<E>(run: impl FnOnce() -> Result<(), E>) -> Result<f64, E> {
    let start = Instant::now();
    run()?;
    Ok(start.elapsed().as_secs_f64())
}
