//! Tokenizes bytes to positions, with every kernel. The counts are compared, so a wrong result cannot look fast.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trueline_testkit::{ticks, wide};
use trueline_tokenizer::{Dialect, Indexer, Kernel, Positions, Splitter, State};

fn count(indexer: &mut Indexer, positions: &mut Positions, bytes: &[u8]) -> usize {
    let (mut at, mut records) = (0, 0);
    while at < bytes.len() {
        at += indexer.index(&bytes[at..], true, positions);
        records += positions.len();
    }
    records
}

fn tokenize(criterion: &mut Criterion) {
    let mut plain = Vec::new();
    ticks::Generator::new(40_000, 1).write(&mut plain).expect("generated");
    let mut quoted = Vec::new();
    wide::Generator::new(4_000, 1).write(&mut quoted).expect("generated");
    let dialect = Dialect::default();
    for (name, bytes, records) in [("ticks", &plain, 40_001), ("wide", &quoted, 4_001)] {
        let mut group = criterion.benchmark_group(format!("tokenize/{name}"));
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        for kernel in Kernel::available() {
            let mut indexer = Indexer::with_kernel(&dialect, kernel);
            let mut positions = Positions::new();
            group.bench_function(format!("index/{}", kernel.name()), |bencher| {
                bencher.iter(|| assert_eq!(count(&mut indexer, &mut positions, bytes), records));
            });
            let splitter = Splitter::with_kernel(&dialect, kernel);
            group.bench_function(format!("survey/{}", kernel.name()), |bencher| {
                bencher.iter(|| {
                    let survey = splitter.survey(bytes);
                    assert_eq!(splitter.resolve(bytes, &survey, State::START).tail, Some(bytes.len()));
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, tokenize);
criterion_main!(benches);
