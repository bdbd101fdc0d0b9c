//! What each column of a file costs: nanoseconds per row to prove it and to decode it, least of several rounds, after indexing.
//!
//! ```console
//! $ cargo run --release --package trueline-decode --example cost -- data.csv schema.yaml [kernel]
//! ```
#![allow(clippy::print_stdout, reason = "a program for people")]

use std::error::Error;
use std::time::Instant;

use arrow_buffer::Buffer;
use trueline_decode::{Block, ColumnPlan, Decoder, Proven, Prover, Records};
use trueline_schema::{Field, Schema};
use trueline_tokenizer::{Dialect, Indexer, Kernel, Positions};

/// How much of the file is looked at, and how much at a time.
const BYTES: usize = 1 << 20;
const BLOCK: usize = 256 << 10;
const ROUNDS: usize = 300;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, schema, kernel @ ..] = &arguments[..] else {
        return Err("usage: cost FILE SCHEMA [KERNEL]".into());
    };
    let kernel = match kernel.first() {
        Some(name) => Kernel::from_name(name).ok_or("this machine has no such kernel")?,
        None => Kernel::detect(),
    };
    let schema = Schema::from_yaml(&std::fs::read_to_string(schema)?)?;
    let mut bytes = std::fs::read(file)?;
    bytes.truncate(env("BYTES").unwrap_or(BYTES));
    let length = bytes.len();
    // What a proof asks to stand behind the last cell.
    bytes.resize(length + 64, 0);
    let names = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1);
    let buffer = Buffer::from_vec(bytes);
    let dialect = Dialect::default();
    let fields = schema.fields.len();
    let mut blocks = Vec::new();
    let mut indexer = Indexer::with_kernel(&dialect, kernel).block_bytes(env("BLOCK").unwrap_or(BLOCK));
    let mut at = names;
    let mut rows = 0;
    loop {
        let mut positions = Positions::new();
        let consumed = indexer.index(&buffer[at..length], false, &mut positions);
        if consumed == 0 {
            break;
        }
        let mut records = Records::new();
        records.sort_out(&positions, fields);
        rows += records.rows;
        blocks.push((at, positions, records));
        at += consumed;
    }
    let checks = schema.resolved_checks();
    let plan = |source: usize, field: &Field| {
        let asked = checks.iter().filter(|check| *check.columns == [&*field.name]);
        let checks = asked.map(|check| check.kind.clone()).collect();
        ColumnPlan { field: field.clone(), source, null_values: schema.null_values_for(field), checks }
    };
    let per_row = |seconds: f64| seconds * 1e9 / rows as f64;
    println!("{rows} rows, {} blocks, {kernel}", blocks.len());
    println!("{:>20} {:>9} {:>9} {:>9}", "column", "prove ns", "decode ns", "open");
    for (source, field) in schema.fields.iter().enumerate() {
        let plan = plan(source, field);
        let mut prover = Prover::new(std::slice::from_ref(&plan), &dialect, kernel);
        let mut decoder = Decoder::new(vec![plan], &dialect);
        let mut open = 0;
        let prove = least(|| {
            open = 0;
            for (start, positions, records) in &blocks {
                let block = Block { buffer: &buffer, start: *start, positions };
                let proven = prover.prove(&block, records);
                open += proven[0].as_ref().map_or(records.rows, Proven::open_count);
            }
        });
        let decode = least(|| {
            for (start, positions, records) in &blocks {
                let block = Block { buffer: &buffer, start: *start, positions };
                std::hint::black_box(decoder.decode_column(0, &block, records));
            }
        });
        println!("{:>20} {:>9.2} {:>9.2} {open:>9}", field.name, per_row(prove), per_row(decode));
    }
    let plans: Vec<ColumnPlan> =
        schema.fields.iter().enumerate().map(|(source, field)| plan(source, field)).collect();
    let mut prover = Prover::new(&plans, &dialect, kernel);
    let together = least(|| {
        for (start, positions, records) in &blocks {
            std::hint::black_box(prover.prove(&Block { buffer: &buffer, start: *start, positions }, records));
        }
    });
    println!("{:>20} {:>9.2}", "all together", per_row(together));
    let mut records = Records::new();
    let sort = least(|| blocks.iter().for_each(|(_, positions, _)| records.sort_out(positions, fields)));
    println!("{:>20} {:>9.2}", "sort out", per_row(sort));
    let mut positions = Positions::new();
    let index = least(|| {
        for (start, _, _) in &blocks {
            std::hint::black_box(indexer.index(&buffer[*start..length], false, &mut positions));
        }
    });
    println!("{:>20} {:>9.2}", "index", per_row(index));
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
