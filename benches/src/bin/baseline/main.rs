//! Validates the transactions file with trueline, and with the `csv` crate and the same checks written by hand.
//!
//! `cargo run --release -p trueline-benches --bin baseline -- FILE SCHEMA [RUNS]`
//!
//! Everything runs in one process, in turn, `RUNS` times (default 5); medians are printed. The bare `read` of the file is the
//! denominator. The counts of each run are compared with those of the first, so a wrong result cannot look fast.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this program is for")]

mod by_hand;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::process::ExitCode;
use std::time::Instant;

use trueline::{FileSource, Schema, Validator};

/// Not detected with the `csv` crate, which accepts text after a closing quote without an error.
const NOT_BY_HAND: &str = "structure structure.quote";

/// The number of failures per code.
type Counts = BTreeMap<String, u64>;

fn bare_read(path: &str) -> u64 {
    let mut buffer = vec![0; 1 << 20];
    let mut file = File::open(path).expect("the file");
    let mut total = 0;
    loop {
        match file.read(&mut buffer).expect("readable") {
            0 => return total,
            bytes => total += bytes as u64,
        }
    }
}

fn trueline(path: &str, schema: &Schema, threads: usize) -> Counts {
    let validator = Validator::builder(schema.clone()).threads(threads).build().expect("a validator");
    let report = validator.validate(&FileSource::new(path)).expect("a report");
    let mut counts = Counts::new();
    for check in &report.checks {
        for (code, count) in &check.codes {
            *counts.entry(format!("{} {code}", check.id)).or_default() += count;
        }
    }
    counts
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--test") {
        return test();
    }
    let [path, schema, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: baseline FILE SCHEMA [RUNS]");
        return ExitCode::from(2);
    };
    let runs: usize = rest.first().map_or(5, |runs| runs.parse().expect("a number of runs"));
    compare(path, schema, runs);
    ExitCode::SUCCESS
}

/// Validates a small file once: the test is that both counts are equal.
fn test() -> ExitCode {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, schema) = (folder.path().join("transactions.csv"), folder.path().join("schema.yaml"));
    let generator = trueline_testkit::transactions::Generator::new(20_000, 1).faults(0.001);
    generator.write(File::create(&file).expect("created")).expect("written");
    std::fs::write(&schema, trueline_testkit::transactions::schema_yaml()).expect("written");
    compare(&file.display().to_string(), &schema.display().to_string(), 1);
    ExitCode::SUCCESS
}

fn compare(path: &str, schema: &str, runs: usize) {
    let yaml = std::fs::read_to_string(schema).expect("the schema");
    let schema = Schema::from_yaml(&yaml).expect("a schema");
    let bytes = bare_read(path);

    type Runner<'a> = Box<dyn Fn() -> Counts + 'a>;
    let runners: Vec<(&str, Runner<'_>)> = vec![
        (
            "bare read",
            Box::new(|| {
                bare_read(path);
                Counts::new()
            }),
        ),
        ("trueline, 1 thread", Box::new(|| trueline(path, &schema, 1))),
        ("trueline, 2 threads", Box::new(|| trueline(path, &schema, 2))),
        ("csv crate by hand, 1 thread", Box::new(|| by_hand::validate(path, 1))),
        ("csv crate by hand, 2 threads", Box::new(|| by_hand::validate(path, 2))),
    ];
    let mut seconds = vec![Vec::with_capacity(runs); runners.len()];
    let mut first: Option<Counts> = None;
    for _ in 0..runs {
        for (index, (name, run)) in runners.iter().enumerate() {
            let started = Instant::now();
            let mut counts = run();
            counts.remove(NOT_BY_HAND);
            seconds[index].push(started.elapsed().as_secs_f64());
            if index > 0 {
                let expected = first.get_or_insert_with(|| counts.clone());
                assert_eq!(*expected, counts, "{name} counts otherwise");
            }
        }
    }
    println!(
        "{bytes} bytes, {runs} runs in turn, medians; all counts are equal (but {NOT_BY_HAND}, which the csv crate cannot tell)"
    );
    let mut denominator = 0.0;
    for ((name, _), seconds) in runners.iter().zip(&mut seconds) {
        seconds.sort_by(f64::total_cmp);
        let median = seconds[seconds.len() / 2];
        if denominator == 0.0 {
            denominator = median;
        }
        let (least, most) = (seconds[0], seconds[seconds.len() - 1]);
        let rate = bytes as f64 / median / 1e9;
        let share = denominator / median;
        println!(
            "{name:<30} {median:>7.3} s ({least:.3} to {most:.3})  {rate:>6.2} GB/s  {share:>5.3} of the bare read"
        );
    }
    for (code, count) in first.unwrap_or_default() {
        println!("  {count:>9} {code}");
    }
}
