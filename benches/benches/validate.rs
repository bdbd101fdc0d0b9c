//! Applies a compiled schema to decoded columns, then merges and settles. The numbers of invalid rows are compared with the
//! generator's truth; broken records never become rows and are omitted.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use arrow_buffer::Buffer;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trueline_benches::Table;
use trueline_decode::{Block, ColumnPlan, Decoded, Decoder};
use trueline_report::Location;
use trueline_testkit::{quoted, ticks, transactions, wide};
use trueline_tokenizer::Dialect;
use trueline_validate::key::KeyOptions;
use trueline_validate::{Batch, Binding, Column, Plan, RowOrigin, State, Tally};

fn decode(table: &Table) -> Vec<Decoded> {
    let buffer = Buffer::from(table.bytes.as_slice());
    let plan = |(source, field): (usize, &trueline_schema::Field)| ColumnPlan {
        field: field.clone(),
        source,
        null_values: vec![String::new()],
        checks: Vec::new(),
    };
    let plans = table.schema.fields.iter().enumerate().map(plan).collect();
    let mut decoder = Decoder::new(plans, &Dialect::default());
    let blocks = table.blocks.iter();
    let blocks = blocks.map(|(start, positions)| Block { buffer: &buffer, start: *start, positions });
    blocks.map(|block| decoder.decode(&block, table.schema.fields.len())).collect()
}

/// Returns the number of invalid rows.
fn validate(plan: &Plan, binding: &Binding, batches: &[Decoded]) -> u64 {
    let mut tally = Tally::new(plan, &KeyOptions::default());
    tally.begin_input(binding, 1, &|_| Location::default());
    for batch in batches {
        let columns = batch.columns.iter();
        let columns: Vec<_> = columns.map(|column| Some(Column::whole(&column.array, &column.bad))).collect();
        let mut state = State::new(plan, Some(tally.quota()));
        let (rows, origin) = (batch.records.rows, &RowOrigin::default());
        state.observe(
            plan,
            &Batch { rows, columns: &columns, keys: &columns, texts: &[], extras: None, origin },
        );
        tally.merge(state).expect("keys fit in memory");
    }
    tally.finish(1000, false).expect("settled").rows.invalid
}

fn benches(criterion: &mut Criterion) {
    let transactions = |bytes: &mut Vec<u8>| {
        transactions::Generator::new(40_000, 1).faults(0.001).unique(false).write(bytes)
    };
    let tables = [
        Table::new("transactions", &transactions::schema_without_unique_yaml(), transactions),
        Table::new("transactions, unique", &transactions::schema_yaml(), |bytes| {
            transactions::Generator::new(40_000, 1).faults(0.001).write(bytes)
        }),
        Table::new("every row fails", &transactions::schema_without_unique_yaml(), |bytes| {
            transactions::Generator::new(40_000, 1).every_row(true).write(bytes)
        }),
        Table::new("ticks", &ticks::schema_yaml(), |bytes| {
            ticks::Generator::new(40_000, 1).faults(0.001).write(bytes)
        }),
        Table::new("wide", &wide::schema_without_unique_yaml(), |bytes| {
            wide::Generator::new(4_000, 1).faults(0.001).write(bytes)
        }),
        Table::new("quoted", &quoted::schema_yaml(), |bytes| {
            quoted::Generator::new(20_000, 1).faults(0.001).write(bytes)
        }),
    ];
    let mut group = criterion.benchmark_group("validate");
    for table in &tables {
        let batches = decode(table);
        let rows: usize = batches.iter().map(|batch| batch.records.rows).sum();
        group.throughput(Throughput::Elements(rows as u64));
        let plan = Plan::compile(&table.schema, 20).expect("a plan");
        let names: Vec<&str> = table.schema.fields.iter().map(|field| field.name.as_str()).collect();
        let binding = Binding::by_name(&table.schema, &names);
        let invalid = table.truth.invalid_rows.len() as u64 - table.broken();
        group.bench_function(table.name, |bencher| {
            bencher.iter(|| assert_eq!(validate(&plan, &binding, &batches), invalid));
        });
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
