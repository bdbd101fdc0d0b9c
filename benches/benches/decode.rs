//! Decodes positions to Arrow columns, every column. Rows, bad cells and broken records are compared with the generator's truth.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use arrow_buffer::Buffer;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trueline_benches::Table;
use trueline_decode::{Block, ColumnPlan, Decoder};
use trueline_testkit::{quoted, ticks, transactions, wide};
use trueline_tokenizer::Dialect;

/// Returns the numbers of rows, of cells that are not values of their type, and of broken records.
fn decode(decoder: &mut Decoder, buffer: &Buffer, table: &Table) -> [u64; 3] {
    let mut found = [0; 3];
    for (start, positions) in &table.blocks {
        let block = Block { buffer, start: *start, positions };
        let decoded = decoder.decode(&block, table.schema.fields.len());
        let bad: usize = decoded.columns.iter().map(|column| column.bad.len()).sum();
        for (sum, count) in found.iter_mut().zip([decoded.records.rows, bad, decoded.records.broken.len()]) {
            *sum += count as u64;
        }
    }
    found
}

fn benches(criterion: &mut Criterion) {
    let tables = [
        Table::new("transactions", &transactions::schema_yaml(), |bytes| {
            transactions::Generator::new(40_000, 1).faults(0.001).write(bytes)
        }),
        Table::new("ticks", &ticks::schema_yaml(), |bytes| {
            ticks::Generator::new(40_000, 1).faults(0.001).write(bytes)
        }),
        Table::new("wide", &wide::schema_yaml(), |bytes| {
            wide::Generator::new(4_000, 1).faults(0.001).write(bytes)
        }),
        Table::new("quoted", &quoted::schema_yaml(), |bytes| {
            quoted::Generator::new(20_000, 1).faults(0.001).write(bytes)
        }),
    ];
    let mut group = criterion.benchmark_group("decode");
    for table in &tables {
        group.throughput(Throughput::Bytes(table.bytes.len() as u64));
        let buffer = Buffer::from(table.bytes.as_slice());
        let plan = |(source, field): (usize, &trueline_schema::Field)| ColumnPlan {
            field: field.clone(),
            source,
            null_values: vec![String::new()],
            checks: Vec::new(),
        };
        let plans = table.schema.fields.iter().enumerate().map(plan).collect();
        let mut decoder = Decoder::new(plans, &Dialect::default());
        let broken = table.broken();
        let bad = table.count(|_, code| code.starts_with("type."));
        group.bench_function(table.name, |bencher| {
            bencher.iter(|| {
                assert_eq!(decode(&mut decoder, &buffer, table), [table.truth.rows - broken, bad, broken]);
            });
        });
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
