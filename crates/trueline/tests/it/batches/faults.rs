//! Files that are damaged, cut or cannot be read: unreadable, never a shorter table judged as if whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use trueline::{Limits, MemorySource, Report, Validator, Verdict};
use trueline_testkit::transactions::{self, Generator, Purpose};

use super::files::{Texts, Written, arrow_file, arrow_stream, parquet, transactions as batch_of};
use crate::faults::{GoesOn, Places};
use crate::support::{Once, Stream, schema, stable, validate};

fn files() -> [(&'static str, Vec<u8>); 3] {
    let mut csv = Vec::new();
    Generator::new(400, 5).purpose(Purpose::Types).faults(0.01).write(&mut csv).expect("generated");
    let batch = batch_of(&csv, Texts::Plain);
    [
        ("t.parquet", parquet(&batch, Written { group_rows: 150, page_rows: 50, ..Written::default() })),
        ("t.arrow", arrow_file(&batch, 150)),
        ("t.arrows", arrow_stream(&batch, 150)),
    ]
}

fn report(name: &str, bytes: Vec<u8>, threads: usize) -> Report {
    let schema = schema(&transactions::schema_yaml());
    validate(Validator::builder(schema).threads(threads), &MemorySource::new(name, bytes))
}

#[test]
fn a_place_that_cannot_be_read_is_unreadable() {
    let fails: [(GoesOn, bool); 4] = [
        (|_| Err(std::io::Error::other("a bad sector")), true),
        (|_| Ok(0), true),
        (|_| Err(std::io::ErrorKind::Interrupted.into()), false),
        (|bytes| Ok(bytes.len().div_ceil(2)), false),
    ];
    let schema = schema(&transactions::schema_yaml());
    for (name, bytes) in &files()[..2] {
        let whole = report(name, bytes.clone(), 1);
        for (goes_on, is_fatal) in fails {
            for threads in [1, 3] {
                for nth in 1.. {
                    let calls = Arc::new(AtomicUsize::new(0));
                    let bytes = MemorySource::new(*name, bytes.clone());
                    let source = Places { bytes, nth, goes_on, calls: Arc::clone(&calls) };
                    let report = validate(Validator::builder(schema.clone()).threads(threads), &source);
                    if calls.load(Ordering::Relaxed) < nth || !is_fatal {
                        assert_eq!(stable(&report), stable(&whole), "{name}, {threads} threads, call {nth}");
                    } else {
                        assert_eq!(report.verdict, Verdict::Unreadable, "{name}, call {nth}");
                        assert_eq!(report.error.expect("an error").code, "read");
                        assert!(report.rows.total < whole.rows.total);
                    }
                    if calls.load(Ordering::Relaxed) < nth {
                        assert!(nth > 5, "{name}: it is read {nth} times");
                        break;
                    }
                }
            }
        }
    }
}

#[test]
fn a_file_that_is_cut_anywhere_is_unreadable() {
    for (name, bytes) in files() {
        for length in (0..bytes.len()).step_by(97).chain([bytes.len() - 1]) {
            let report = report(name, bytes[..length].to_vec(), 2);
            assert_eq!(report.verdict, Verdict::Unreadable, "{name}: {length} of {} bytes", bytes.len());
        }
    }
}

#[test]
fn bytes_that_are_something_else_are_unreadable() {
    for bytes in [
        &b""[..],
        b"id,name\n1,a\n",
        b"PAR1",
        b"PAR1PAR1",
        b"ARROW1\0\0",
        b"PAR1\0\0\0\0\xff\xff\xff\x7fPAR1",
    ] {
        for name in ["t.parquet", "t.arrow"] {
            let report = report(name, bytes.to_vec(), 1);
            assert_eq!(report.verdict, Verdict::Unreadable, "{name}: {bytes:?}");
            let error = report.error.expect("an error");
            assert!(error.code.starts_with("parquet.") || error.code.starts_with("arrow."), "{error:?}");
        }
    }
}

#[test]
fn limits_are_held() {
    type Change = fn(Limits) -> Limits;
    let changes: [(&str, Change); 4] = [
        ("t.parquet", |limits| limits.max_metadata_bytes(100)),
        ("t.parquet", |limits| limits.max_row_groups(2)),
        ("t.parquet", |limits| limits.max_page_bytes(100)),
        ("t.arrow", |limits| limits.max_batch_bytes(100)),
    ];
    for (name, change) in changes {
        for (_, bytes) in files().into_iter().filter(|(file, _)| *file == name) {
            let schema = schema(&transactions::schema_yaml());
            let builder = Validator::builder(schema).limits(change(Limits::default()));
            let report = validate(builder, &MemorySource::new(name, bytes));
            assert_eq!(report.verdict, Verdict::Unreadable);
            let error = report.error.expect("an error");
            assert!(["parquet.limit", "arrow.limit"].contains(&error.code.as_str()), "{error:?}");
            assert!(error.message.contains("max_"), "{}", error.message);
        }
    }
}

#[test]
fn what_is_read_from_its_start_is_kept_in_a_file_up_to_a_limit() {
    let schema = schema(&transactions::schema_yaml());
    for (name, bytes) in &files()[..2] {
        let source = MemorySource::new(*name, bytes.clone());
        let size = bytes.len() as u64;
        let judge = |limit: u64, folder: &std::path::Path| {
            let limits = Limits::default().max_spool_bytes(limit);
            let builder = || Validator::builder(schema.clone()).limits(limits).spill_dir(folder);
            [validate(builder(), &Stream(&source)), validate(builder(), &Once(source.clone()))]
        };
        let folder = tempfile::tempdir().expect("a folder");
        for report in judge(size, folder.path()) {
            assert_eq!(report.rows.total, 400);
            assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
        }
        for report in judge(size - 1, folder.path()) {
            assert_eq!(report.verdict, Verdict::Unreadable);
            let error = report.error.expect("an error");
            assert!(error.message.contains("max_spool_bytes"), "{}", error.message);
        }
    }
}

/// Small files with every byte set to another value in turn: a report each time, and no more rows than there are. What the bytes of
/// headers can do to memory is measured where they are read, in `trueline-io`.
#[test]
fn no_byte_does_harm() {
    let mut csv = Vec::new();
    Generator::new(20, 5).purpose(Purpose::Types).faults(0.1).write(&mut csv).expect("generated");
    let batch = batch_of(&csv, Texts::Plain);
    let validator = Validator::builder(schema(&transactions::schema_yaml()))
        .trust_statistics(trueline::Trust::Prove)
        .threads(1)
        .build()
        .expect("a validator");
    for (name, bytes) in [
        ("t.parquet", parquet(&batch, Written { group_rows: 12, page_rows: 5, ..Written::default() })),
        ("t.arrow", arrow_file(&batch, 12)),
        ("t.arrows", arrow_stream(&batch, 12)),
    ] {
        let (mut unreadable, mut cases) = (0, 0);
        for (offset, value) in (0..bytes.len()).zip([0x00, 0x7f, 0x80, 0xff].into_iter().cycle()) {
            let mut damaged = bytes.clone();
            damaged[offset] = value;
            let report = validator
                .validate(&MemorySource::new(name, damaged))
                .unwrap_or_else(|error| panic!("{name}: byte {offset} set to {value:02x}: {error:?}"));
            assert!(report.rows.total <= 20, "{name}: byte {offset} set to {value:02x}: {:?}", report.rows);
            unreadable += u64::from(report.verdict == Verdict::Unreadable);
            cases += 1;
        }
        assert!(unreadable * 10 > cases, "{name}: {unreadable} of {cases}");
    }
}
