//! Generated tables whose faults are known: totals, codes and the set of invalid rows are exactly the truth.

use std::collections::BTreeSet;

use serde_json::Value;
use trueline::{Kernel, Limits, MemorySource, Validator};
use trueline_testkit::{Truth, ticks, transactions, wide};

use crate::support::{Once, schema, stable, validate};

fn rows_named(report: &Value) -> BTreeSet<u64> {
    let violations = report["violations"].as_array().expect("violations");
    violations.iter().filter_map(|violation| violation["row_index"].as_u64()).collect()
}

/// Compares with the truth, every violation kept, and then in other cuts with each other.
fn judge(name: &str, yaml: &str, bytes: Vec<u8>, truth: &Truth) {
    let schema = schema(yaml);
    let source = MemorySource::new(name, bytes);
    let all = Validator::builder(schema.clone()).sample_limit(u64::MAX).max_violations(u64::MAX);
    let report = stable(&validate(all, &source));
    assert_eq!(truth.differences(&report), Vec::<String>::new(), "{name}");
    assert_eq!(rows_named(&report), truth.invalid_rows.iter().copied().collect(), "{name}");

    let base = stable(&validate(Validator::builder(schema.clone()).threads(1), &source));
    for (threads, chunk) in [(1, 4096), (2, 10_007), (3, 65_536), (8, 1 << 20)] {
        let limits = Limits::default().key_memory_bytes(1 << 16);
        let builder = Validator::builder(schema.clone()).threads(threads).chunk_bytes(chunk).limits(limits);
        assert_eq!(stable(&validate(builder, &source)), base, "{name}: {threads} threads, chunks of {chunk}");
    }
    let once = stable(&validate(Validator::builder(schema.clone()), &Once(source.clone())));
    assert_eq!(once, base, "{name}: read once");
    for kernel in Kernel::available() {
        let builder = Validator::builder(schema.clone()).kernel(kernel);
        assert_eq!(stable(&validate(builder, &source)), base, "{name}: {}", kernel.name());
    }
}

#[test]
fn transactions_with_faults_of_every_kind() {
    for (name, generator) in [
        ("rare faults", transactions::Generator::new(60_000, 1).faults(0.001)),
        ("many faults, quoted names", transactions::Generator::new(20_000, 2).faults(0.02).quoted(0.3)),
        ("clean", transactions::Generator::new(20_000, 3).quoted(0.1)),
        ("every row", transactions::Generator::new(20_000, 4).every_row(true)),
    ] {
        let mut bytes = Vec::new();
        let truth = generator.write(&mut bytes).expect("generated");
        judge(name, &transactions::schema_yaml(), bytes, &truth);
    }
}

#[test]
fn ticks_and_wide_tables() {
    let mut bytes = Vec::new();
    let truth = ticks::Generator::new(40_000, 5).faults(0.01).write(&mut bytes).expect("generated");
    judge("ticks", &ticks::schema_yaml(), bytes, &truth);
    let mut bytes = Vec::new();
    let truth = wide::Generator::new(4_000, 6).faults(0.01).write(&mut bytes).expect("generated");
    judge("wide", &wide::schema_yaml(), bytes, &truth);
}
