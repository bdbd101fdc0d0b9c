//! Complete validations of generated tables. The numbers of invalid rows are compared with the generator's truth.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trueline::{MemorySource, Schema, Validator};
use trueline_testkit::{Truth, ticks, transactions, wide};

fn end_to_end(criterion: &mut Criterion) {
    let mut table = |name: &str, yaml: String, write: &dyn Fn(&mut Vec<u8>) -> Truth| {
        let mut bytes = Vec::new();
        let truth = write(&mut bytes);
        let mut group = criterion.benchmark_group(format!("end_to_end/{name}"));
        group.sample_size(10).throughput(Throughput::Bytes(bytes.len() as u64));
        let source = MemorySource::new(name, bytes);
        for threads in [1, 2] {
            let schema = Schema::from_yaml(&yaml).expect("a schema");
            let validator = Validator::builder(schema).threads(threads).build().expect("a validator");
            group.bench_function(format!("{threads} threads"), |bencher| {
                bencher.iter(|| {
                    let report = validator.validate(&source).expect("a report");
                    assert_eq!(report.rows.invalid, truth.invalid_rows.len() as u64);
                });
            });
        }
        group.finish();
    };
    table("transactions", transactions::schema_yaml(), &|bytes| {
        transactions::Generator::new(100_000, 1).faults(0.001).write(bytes).expect("generated")
    });
    table("every row fails", transactions::schema_yaml(), &|bytes| {
        transactions::Generator::new(100_000, 1).every_row(true).write(bytes).expect("generated")
    });
    table("ticks", ticks::schema_yaml(), &|bytes| {
        ticks::Generator::new(100_000, 1).faults(0.001).write(bytes).expect("generated")
    });
    table("wide", wide::schema_yaml(), &|bytes| {
        wide::Generator::new(10_000, 1).faults(0.001).write(bytes).expect("generated")
    });
}

criterion_group!(benches, end_to_end);
criterion_main!(benches);
