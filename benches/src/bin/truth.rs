//! Compares reports on a generated file with the generator's truth, and reports of different splits with each other.
//!
//! `cargo run --release -p trueline-benches --bin truth -- FILE TRUTH SCHEMA`
//!
//! First, every violation is kept and the set of invalid rows is compared. Then the file is validated with 1, 2, 3 and 8 threads
//! and five chunk sizes, and with every available kernel with and without proofs; all reports must be equal except for
//! `run`.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this program is for")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;
use trueline::{FileSource, Kernel, Report, Schema, Validator, ValidatorBuilder};
use trueline_testkit::Truth;

const THREADS: [usize; 4] = [1, 2, 3, 8];
const CHUNK_BYTES: [usize; 5] = [65_536, 100_003, 1 << 20, 4 << 20, 33_333_333];

fn run(builder: ValidatorBuilder, file: &str) -> Report {
    builder.build().expect("a validator").validate(&FileSource::new(file)).expect("a report")
}

/// Returns the report without what may differ between two runs.
fn stable(report: &Report) -> String {
    let mut value: Value = serde_json::from_str(&report.to_json()).expect("json");
    value.as_object_mut().expect("an object").remove("run");
    value.to_string()
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--test") {
        println!("truth: needs a generated file, nothing to test");
        return ExitCode::SUCCESS;
    }
    let [file, truth, schema] = arguments.as_slice() else {
        eprintln!("usage: truth FILE TRUTH SCHEMA");
        return ExitCode::from(2);
    };
    let truth = Truth::read(Path::new(truth)).expect("the truth");
    let schema = Schema::from_yaml(&std::fs::read_to_string(schema).expect("the schema")).expect("a schema");

    let everything = Validator::builder(schema.clone()).sample_limit(u64::MAX).max_violations(u64::MAX);
    let report = run(everything, file);
    let value: Value = serde_json::from_str(&report.to_json()).expect("json");
    let mut differences = truth.differences(&value);
    let named: BTreeSet<u64> = report.violations.iter().filter_map(|one| one.location.row_index).collect();
    if named != truth.invalid_rows.iter().copied().collect() {
        differences.push("the set of invalid rows differs".to_owned());
    }
    println!("{} rows, {} invalid, {} violations", report.rows.total, named.len(), report.violations.len());

    let mut first: Option<String> = None;
    for (road, builder) in roads(&schema) {
        let report = run(builder, file);
        let text = stable(&report);
        println!("{road}: {:.3} s", report.run.elapsed_seconds);
        if *first.get_or_insert_with(|| text.clone()) != text {
            differences.push(format!("{road}: another report"));
        }
    }
    for difference in &differences {
        println!("{difference}");
    }
    println!("{}", if differences.is_empty() { "everything is as the truth says" } else { "DIFFERENT" });
    ExitCode::from(u8::from(!differences.is_empty()))
}

/// Returns all configurations that must have the same report.
fn roads(schema: &Schema) -> Vec<(String, ValidatorBuilder)> {
    let mut roads = Vec::new();
    for threads in THREADS {
        for chunk_bytes in CHUNK_BYTES {
            let builder = Validator::builder(schema.clone()).threads(threads).chunk_bytes(chunk_bytes);
            roads.push((format!("{threads} threads, chunks of {chunk_bytes}"), builder));
        }
    }
    for kernel in Kernel::available() {
        for proofs in [true, false] {
            let builder = Validator::builder(schema.clone()).threads(2).kernel(kernel).proofs(proofs);
            roads.push((format!("{kernel}, proofs {}", if proofs { "on" } else { "off" }), builder));
        }
    }
    roads
}
