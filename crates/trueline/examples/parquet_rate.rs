//! How fast Parquet is validated, beside what the same columns take to be read at all.
//!
//! `cargo run --release -p trueline --features parquet --example parquet_rate -- [rows] [rounds] [threads…]`
//!
//! Rounds are interleaved, so that what disturbs the machine disturbs all of them; ratios are of the medians. Counts are held against
//! the truth of the generator.
#![allow(clippy::print_stdout, reason = "the figures are its output")]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use trueline::{FileSource, Schema, Trust, Validator};
use trueline_testkit::Truth;
use trueline_testkit::transactions::{self, Generator, Purpose};

/// Rows of a row group, as the writers of today's make them.
const GROUP_ROWS: usize = 1 << 20;

/// Rows that are in memory as text at once.
const PIECE_ROWS: usize = 1 << 18;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse::<usize>());
    let rows = numbers.next().transpose()?.unwrap_or(4_000_000);
    let rounds = numbers.next().transpose()?.unwrap_or(5);
    let mut threads = numbers.collect::<Result<Vec<_>, _>>()?;
    if threads.is_empty() {
        threads = vec![1, 2];
    }
    let folder = tempfile::tempdir()?;
    let typed = Generator::new(rows as u64, 1).purpose(Purpose::Types).unique(false).faults(0.0001);
    let (path, truth) = write(&folder.path().join("transactions.parquet"), typed)?;
    decoded(&path, &truth, rounds, &threads)?;
    let bounds = Generator::new(rows as u64, 2).purpose(Purpose::Bounds).unique(false);
    let (path, truth) = write(&folder.path().join("bounds.parquet"), bounds)?;
    proved(&path, &truth, rounds, &threads)
}

/// A validation that must decode, beside a bare read.
fn decoded(
    path: &Path,
    truth: &Truth,
    rounds: usize,
    threads: &[usize],
) -> Result<(), Box<dyn std::error::Error>> {
    let schema = Schema::from_yaml(&transactions::schema_without_unique_yaml())?;
    for &threads in threads {
        let validator = Validator::builder(schema.clone()).threads(threads).build()?;
        let validate = || {
            let report = validator.validate(&FileSource::new(path)).expect("a report");
            assert_eq!(
                (report.rows.total, report.rows.invalid),
                (truth.rows, truth.invalid_rows.len() as u64)
            );
        };
        let bare = || assert_eq!(read(path, threads), truth.rows);
        let [bare, ours] = medians(rounds, [&bare, &validate]);
        println!(
            "decoded, {threads} threads: read {bare:.3} s, validated {ours:.3} s: {:.2} of the rate of the bare read",
            bare / ours
        );
    }
    Ok(())
}

/// A validation by statistics, beside one that decodes.
fn proved(
    path: &Path,
    truth: &Truth,
    rounds: usize,
    threads: &[usize],
) -> Result<(), Box<dyn std::error::Error>> {
    // Floats without a number of NaN prove nothing.
    let yaml = transactions::schema_of_bounds_yaml();
    let yaml: String = yaml.split_inclusive('\n').filter(|line| !line.contains("amount")).collect();
    let schema = Schema::from_yaml(&yaml)?;
    for &threads in threads {
        let judge = |trust: Trust, proved: u64| {
            let validator = Validator::builder(schema.clone())
                .threads(threads)
                .trust_statistics(trust)
                .build()
                .expect("a validator");
            move || {
                let report = validator.validate(&FileSource::new(path)).expect("a report");
                assert_eq!(
                    (report.rows.total, report.rows.invalid),
                    (truth.rows, truth.invalid_rows.len() as u64)
                );
                assert_eq!(report.run.decided.proved, proved);
            }
        };
        let (decode, prove) = (judge(Trust::Never, 0), judge(Trust::Prove, truth.rows));
        let [decode, prove] = medians(rounds, [&decode, &prove]);
        println!(
            "proved, {threads} threads: decoded {decode:.4} s, proved {prove:.5} s: {:.0} times as fast",
            decode / prove
        );
    }
    Ok(())
}

/// The median seconds of each, run in turns.
fn medians<const N: usize>(rounds: usize, all: [&dyn Fn(); N]) -> [f64; N] {
    let mut seconds = [(); N].map(|()| Vec::new());
    for _ in 0..rounds {
        for (run, seconds) in all.iter().zip(&mut seconds) {
            let started = Instant::now();
            run();
            seconds.push(started.elapsed().as_secs_f64());
        }
    }
    seconds.map(|mut seconds| {
        seconds.sort_by(f64::total_cmp);
        seconds[seconds.len() / 2]
    })
}

/// Reads every column of every row group with nothing but the parquet crate; how many rows there are.
fn read(path: &Path, threads: usize) -> u64 {
    let metadata =
        ArrowReaderMetadata::load(&File::open(path).expect("a file"), ArrowReaderOptions::default())
            .expect("a footer");
    let groups = metadata.metadata().num_row_groups();
    let (next, rows) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        loop {
            let group = next.fetch_add(1, Ordering::Relaxed);
            if group >= groups {
                return;
            }
            let file = File::open(path).expect("a file");
            let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone())
                .with_row_groups(vec![group])
                .with_projection(ProjectionMask::all())
                .with_batch_size(8192)
                .build()
                .expect("a reader");
            for batch in reader {
                rows.fetch_add(std::hint::black_box(batch.expect("a batch")).num_rows(), Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    rows.load(Ordering::Relaxed) as u64
}

/// Writes the generator's rows as Parquet, packed with Snappy as most writers do.
fn write(path: &Path, generator: Generator) -> Result<(PathBuf, Truth), Box<dyn std::error::Error>> {
    let text = path.with_extension("csv");
    let truth = generator.write(std::io::BufWriter::new(File::create(&text)?))?;
    let mut reader = csv::Reader::from_path(&text)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .build();
    let mut writer: Option<ArrowWriter<File>> = None;
    let mut records = reader.records().peekable();
    while records.peek().is_some() {
        let piece = records.by_ref().take(PIECE_ROWS).collect::<Result<Vec<_>, _>>()?;
        let batch = batch(&piece)?;
        let writer = match &mut writer {
            Some(writer) => writer,
            none => none.insert(ArrowWriter::try_new(
                File::create(path)?,
                batch.schema(),
                Some(properties.clone()),
            )?),
        };
        writer.write(&batch)?;
    }
    writer.ok_or("no rows")?.close()?;
    std::fs::remove_file(text)?;
    Ok((path.to_owned(), truth))
}

fn batch(records: &[csv::StringRecord]) -> Result<RecordBatch, Box<dyn std::error::Error>> {
    let cells =
        |column: usize| records.iter().map(move |record| record.get(column).filter(|cell| !cell.is_empty()));
    let text = |column: usize| -> ArrayRef { Arc::new(cells(column).collect::<StringArray>()) };
    let amounts =
        cells(1).map(|cell| cell.map(str::parse).transpose()).collect::<Result<Float64Array, _>>()?;
    let moments =
        cells(2).map(|cell| cell.map(micros)).collect::<TimestampMicrosecondArray>().with_timezone("UTC");
    let columns = [
        ("transaction_id", text(0)),
        ("amount", Arc::new(amounts) as ArrayRef),
        ("timestamp", Arc::new(moments)),
        ("account_id", text(3)),
        ("currency", text(4)),
        ("status", text(5)),
        ("counterparty", text(6)),
    ];
    Ok(RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))?)
}

/// `2024-01-05T10:00:00Z` in microseconds since 1970.
fn micros(text: &str) -> i64 {
    let part = |range: std::ops::Range<usize>| text[range].parse::<i64>().expect("digits");
    let (year, month) = (part(0..4), part(5..7));
    // Years from March on, so that a leap day comes last.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days =
        year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + part(8..10) - 1 - 719_468;
    (((days * 24 + part(11..13)) * 60 + part(14..16)) * 60 + part(17..19)) * 1_000_000
}
