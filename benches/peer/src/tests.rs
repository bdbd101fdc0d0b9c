//! Every table with both libraries and one to three threads, compared with the generator's truth.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;

use serde_json::Value;
use trueline_testkit::{Truth, keys, logs, quoted, ticks, transactions, wide};

use crate::json;
use crate::program::judge;
use crate::run::Library;

/// Returns all counts of the truth, by label.
fn expected(truth: &Truth) -> BTreeMap<String, u64> {
    let codes =
        truth.counts.iter().flat_map(|(id, codes)| codes.iter().map(move |(code, count)| (id, code, *count)));
    codes.map(|(id, code, count)| (format!("{id} {code}"), count)).collect()
}

fn compare(table: &str, is_unique: bool, write: impl Fn(&mut Vec<u8>) -> Truth) {
    let mut bytes = Vec::new();
    let truth = write(&mut bytes);
    let mut file: File = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    for library in [Library::Csv, Library::SimdCsv] {
        for threads in 1..4 {
            let found = judge(library, table, &file, threads, is_unique);
            let mut counts: BTreeMap<String, u64> = serde_json::from_value(found["counts"].clone()).unwrap();
            let mut expected = expected(&truth);
            for cannot in found["cannot"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                expected.remove(cannot);
                counts.remove(cannot);
            }
            assert_eq!(counts, expected, "{table}, {library:?}, {threads} threads");
            assert_eq!(found["rows"], truth.rows, "{table}, {library:?}, {threads} threads");
        }
    }
}

#[test]
fn transactions_are_counted_as_they_were_made() {
    for is_unique in [false, true] {
        compare("transactions", is_unique, |bytes| {
            let generator =
                transactions::Generator::new(30_000, 1).faults(0.01).quoted(0.1).unique(is_unique);
            generator.write(bytes).unwrap()
        });
    }
}

#[test]
fn ticks_are_counted_as_they_were_made() {
    compare("ticks", false, |bytes| ticks::Generator::new(30_000, 1).faults(0.01).write(bytes).unwrap());
}

#[test]
fn wide_rows_are_counted_as_they_were_made() {
    compare("wide", false, |bytes| wide::Generator::new(5_000, 1).faults(0.01).write(bytes).unwrap());
}

#[test]
fn keys_are_counted_as_they_were_made() {
    for sorted in [false, true] {
        compare("keys", false, |bytes| {
            keys::Generator::new(50_000, 1).faults(0.05).sorted(sorted).write(bytes).unwrap()
        });
    }
}

#[test]
fn quoted_cells_are_counted_as_they_were_made() {
    for (table, unquoted) in [("quoted", false), ("unquoted", true)] {
        compare(table, false, |bytes| {
            quoted::Generator::new(20_000, 1).faults(0.01).unquoted(unquoted).write(bytes).unwrap()
        });
    }
}

#[test]
fn log_records_are_counted_as_they_were_made() {
    for typed in [false, true] {
        let mut bytes = Vec::new();
        let truth = logs::Generator::new(20_000, 1).faults(0.01).typed(typed).write(&mut bytes).unwrap();
        let mut file: File = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        for library in [json::Library::SimdJson, json::Library::SonicRs] {
            for threads in 1..4 {
                let found = json::judge(library, &file, threads);
                let counts: BTreeMap<String, u64> = serde_json::from_value(found["counts"].clone()).unwrap();
                assert_eq!(counts, expected(&truth), "{library:?}, {threads} threads");
                assert_eq!(found["rows"], truth.rows, "{library:?}, {threads} threads");
            }
        }
    }
}
