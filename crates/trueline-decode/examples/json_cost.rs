//! What JSON Lines cost: nanoseconds per record of each step, least of several rounds.
//!
//! ```console
//! $ cargo run --release --package trueline-decode --example json_cost -- data.jsonl schema.yaml [kernel]
//! ```
#![allow(clippy::print_stdout, reason = "a program for people")]

use std::error::Error;
use std::time::Instant;

use arrow_buffer::Buffer;
use trueline_decode::Proven;
use trueline_decode::json::{JsonBlock, JsonColumn, JsonDecoder, JsonOptions, JsonRows};
use trueline_schema::Schema;
use trueline_tokenizer::Kernel;
use trueline_tokenizer::json::{Checker, Indexer, Positions};

/// How much of the file is looked at, and how much at a time.
const BYTES: usize = 1 << 20;
const BLOCK: usize = 128 << 10;
const ROUNDS: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, schema, kernel @ ..] = &arguments[..] else {
        return Err("usage: json_cost FILE SCHEMA [KERNEL]".into());
    };
    let kernel = match kernel.first() {
        Some(name) => Kernel::from_name(name).ok_or("this machine has no such kernel")?,
        None => Kernel::detect(),
    };
    let schema = Schema::from_yaml(&std::fs::read_to_string(schema)?)?.with_typed_text();
    let mut bytes = std::fs::read(file)?;
    bytes.truncate(env("BYTES").unwrap_or(BYTES));
    let length = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    // What a proof asks to stand behind the last value.
    bytes.resize(length + 64, 0);
    let buffer = Buffer::from_vec(bytes);
    let mut indexer = Indexer::with_kernel(kernel).block_bytes(env("BLOCK").unwrap_or(BLOCK));
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < length {
        let mut positions = Positions::new();
        let consumed = indexer.index(&buffer[at..length], true, &mut positions);
        blocks.push((at, positions));
        at += consumed;
    }
    let records: usize = blocks.iter().map(|(_, positions)| positions.len()).sum();
    let tokens: usize = blocks.iter().map(|(_, positions)| positions.offsets().len()).sum();
    let report = |what: &str, seconds: f64, open: &str| {
        let (per_record, rate) = (seconds * 1e9 / records as f64, length as f64 / seconds / 1e9);
        println!("{what:>24} {per_record:>9.2} {rate:>9.2} {open:>9}");
    };
    println!(
        "{records} records of {} bytes and {} tokens, {} blocks, {kernel}",
        length / records.max(1),
        tokens / records.max(1),
        blocks.len()
    );
    println!("{:>24} {:>9} {:>9} {:>9}", "step", "ns", "GB/s", "open");
    let checks = schema.resolved_checks();
    let plans: Vec<JsonColumn> = schema
        .fields
        .iter()
        .map(|field| {
            let asked = checks.iter().filter(|check| *check.columns == [&*field.name]);
            JsonColumn { field: field.clone(), checks: asked.map(|check| check.kind.clone()).collect() }
        })
        .collect();
    let mut positions = Positions::new();
    let index = least(|| {
        for (start, _) in &blocks {
            std::hint::black_box(indexer.index(&buffer[*start..length], true, &mut positions));
        }
    });
    report("index", index, "");
    let (checker, mut faults) = (Checker::with_kernel(kernel), Vec::new());
    let check = least(|| {
        for (start, positions) in &blocks {
            checker.check(&buffer[*start..], positions, 0..positions.len(), &mut faults);
        }
    });
    report("check (within read)", check, "");
    let options = JsonOptions::of(&schema);
    let mut decoder = JsonDecoder::new(plans.clone(), &options, kernel);
    let mut rows = vec![JsonRows::new(); blocks.len()];
    let read = least(|| {
        for ((start, positions), rows) in blocks.iter().zip(&mut rows) {
            decoder.read(&JsonBlock { buffer: &buffer, start: *start, positions }, rows);
        }
    });
    report("read", read, "");
    let together = least(|| {
        for ((start, positions), rows) in blocks.iter().zip(&rows) {
            std::hint::black_box(
                decoder.prove(&JsonBlock { buffer: &buffer, start: *start, positions }, rows),
            );
        }
    });
    report("prove", together, "");
    let mut one = JsonRows::new();
    let all = least(|| {
        for (start, _) in &blocks {
            indexer.index(&buffer[*start..length], true, &mut positions);
            let block = JsonBlock { buffer: &buffer, start: *start, positions: &positions };
            decoder.read(&block, &mut one);
            std::hint::black_box(decoder.prove(&block, &one));
        }
    });
    report("all of these", all, "");
    let mut exact = JsonDecoder::new(plans.clone(), &options.clone().exact(true), kernel);
    let read = least(|| {
        for ((start, positions), rows) in blocks.iter().zip(&mut rows) {
            exact.read(&JsonBlock { buffer: &buffer, start: *start, positions }, rows);
        }
    });
    report("read byte by byte", read, "");
    for plan in &plans {
        let mut decoder = JsonDecoder::new(vec![plan.clone()], &options, kernel);
        let (mut prove, mut decode, mut open) = (f64::INFINITY, f64::INFINITY, 0);
        for _ in 0..ROUNDS {
            let (mut proving, mut decoding) = (0.0, 0.0);
            open = 0;
            for ((start, positions), rows) in blocks.iter().zip(&mut rows) {
                let block = JsonBlock { buffer: &buffer, start: *start, positions };
                decoder.read(&block, rows);
                let begin = Instant::now();
                let proven = decoder.prove(&block, rows);
                open += proven[0].as_ref().map_or(rows.count(), Proven::open_count);
                proving += begin.elapsed().as_secs_f64();
                let begin = Instant::now();
                std::hint::black_box(decoder.decode_column(0, &block, rows));
                decoding += begin.elapsed().as_secs_f64();
            }
            (prove, decode) = (prove.min(proving), decode.min(decoding));
        }
        report(&format!("prove {}", plan.field.name), prove, &open.to_string());
        report("decode", decode, "");
    }
    Ok(())
}

/// A number from the environment, to try other sizes.
fn env(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok()
}

/// The least time of several rounds, in seconds.
fn least(mut work: impl FnMut()) -> f64 {
    let time = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    (0..ROUNDS).map(time).fold(f64::INFINITY, f64::min)
}
