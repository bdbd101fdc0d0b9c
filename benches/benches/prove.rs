//! Proves all columns together from positions, with every kernel. The number of rows not proven in each column is compared: those
//! with a fault there, the first of a block in the first column, and unusual ones.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use arrow_buffer::Buffer;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trueline_benches::Table;
use trueline_decode::{Block, ColumnPlan, Proven, Prover, Records};
use trueline_testkit::{ticks, transactions};
use trueline_tokenizer::{Dialect, Kernel};

/// The number of bytes that a proof requires after the last cell.
const BEHIND: usize = 64;

/// Returns all columns of a table with their checks.
fn plans(table: &Table) -> Vec<ColumnPlan> {
    let checks = table.schema.resolved_checks();
    let plan = |(source, field): (usize, &trueline_schema::Field)| {
        let asked = checks.iter().filter(|check| *check.columns == [&*field.name]);
        let checks = asked.map(|check| check.kind.clone()).collect();
        ColumnPlan { field: field.clone(), source, null_values: table.schema.null_values_for(field), checks }
    };
    table.schema.fields.iter().enumerate().map(plan).collect()
}

/// Returns the number of rows that are not proven, per column.
fn open(prover: &mut Prover, buffer: &Buffer, table: &Table, records: &[Records]) -> Vec<usize> {
    let mut open = vec![0; table.schema.fields.len()];
    for ((start, positions), records) in table.blocks.iter().zip(records) {
        let block = Block { buffer, start: *start, positions };
        for (sum, proven) in open.iter_mut().zip(prover.prove(&block, records)) {
            *sum += proven.as_ref().map_or(records.rows, Proven::open_count);
        }
    }
    open
}

fn benches(criterion: &mut Criterion) {
    let tables = [
        (
            Table::new("transactions", &transactions::schema_yaml(), |bytes| {
                transactions::Generator::new(40_000, 1).faults(0.001).write(bytes)
            }),
            vec![110, 155, 80, 107, 36, 0, 36],
        ),
        (
            Table::new("ticks", &ticks::schema_yaml(), |bytes| {
                ticks::Generator::new(40_000, 1).faults(0.001).write(bytes)
            }),
            vec![58, 81, 80, 114, 32],
        ),
    ];
    for (table, expected) in &tables {
        let mut group = criterion.benchmark_group(format!("prove/{}", table.name));
        group.throughput(Throughput::Bytes(table.bytes.len() as u64));
        let mut bytes = table.bytes.clone();
        bytes.resize(bytes.len() + BEHIND, 0);
        let buffer = Buffer::from_vec(bytes);
        let fields = table.schema.fields.len();
        let sorted_out = table.blocks.iter().map(|(_, positions)| {
            let mut records = Records::new();
            records.sort_out(positions, fields);
            records
        });
        let records: Vec<Records> = sorted_out.collect();
        for kernel in Kernel::available() {
            let mut prover = Prover::new(&plans(table), &Dialect::default(), kernel);
            group.bench_function(kernel.name(), |bencher| {
                bencher.iter(|| assert_eq!(open(&mut prover, &buffer, table, &records), *expected));
            });
        }
        group.finish();
    }
}

criterion_group!(all, benches);
criterion_main!(all);
