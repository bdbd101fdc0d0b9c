//! The loop over the records of a file, with one thread or more.

use std::fs::File;

use serde_json::{Value, json};

use crate::range::{self, PIECE_BYTES, Range};
use crate::record::{Record, is_well_quoted, split};
use crate::table::{FIELD_COUNT, QUOTE, Table, UTF8};

/// The library that splits records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    Csv,
    SimdCsv,
}

/// The result of one thread.
pub(crate) struct Part<T> {
    pub(crate) table: T,
    pub(crate) rows: u64,
    /// The numbers of records with a wrong number of fields, with incorrect quotes, and that are not UTF-8.
    pub(crate) structure: [u64; 3],
}

/// Validates a file; returns counts per check and code. `cannot` names those that the library cannot detect.
pub(crate) fn judge<T: Table>(library: Library, table: &T, file: &File, threads: usize) -> Value {
    let borders = range::borders(file, threads, T::IS_PLAIN);
    let mut parts = std::thread::scope(|scope| {
        let workers: Vec<_> = borders
            .windows(2)
            .map(|window| {
                let (table, start, end) = (table.clone(), window[0], window[1]);
                scope.spawn(move || part(library, table, file, start, end))
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("a part")).collect::<Vec<_>>()
    });
    let mut counts: Vec<(String, u64)> = Vec::new();
    for (kind, code) in [(FIELD_COUNT, "field_count"), (QUOTE, "quote"), (UTF8, "utf8")] {
        let count = parts.iter().map(|part| part.structure[kind]).sum();
        counts.push((format!("structure structure.{code}"), count));
    }
    let rows: u64 = parts.iter().map(|part| part.rows).sum();
    T::finish(parts.iter_mut().map(|part| &mut part.table).collect(), file, threads, &mut |label, count| {
        counts.push((label, count));
    });
    let counts: serde_json::Map<String, Value> = counts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(label, count)| (label, count.into()))
        .collect();
    // With quoting enabled, the csv crate accepts text after a closing quote without an error.
    let is_blind = library == Library::Csv && !T::IS_PLAIN;
    let cannot: &[&str] = if is_blind { &["structure structure.quote"] } else { &[] };
    json!({ "rows": rows, "counts": counts, "cannot": cannot })
}

fn part<T: Table>(library: Library, table: T, file: &File, start: u64, end: u64) -> Part<T> {
    let mut part = Part { table, rows: 0, structure: [0; 3] };
    let range = Range::new(file, start, end);
    match library {
        Library::Csv => by_csv(&mut part, range, start),
        Library::SimdCsv => by_simd_csv(&mut part, range, start),
    }
    part
}

fn by_csv<T: Table>(part: &mut Part<T>, range: Range<'_>, start: u64) {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(start == 0)
        .flexible(true)
        .quoting(!T::IS_PLAIN)
        .buffer_capacity(PIECE_BYTES)
        .from_reader(range);
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).expect("readable") {
        let position = start + record.position().map_or(0, csv::Position::byte);
        part.rows += 1;
        if T::IS_PLAIN && memchr::memchr(b'"', record.as_slice()).is_some() {
            let line = record.iter().collect::<Vec<_>>().join(&b',');
            part.observe_with_quotes(&line, position);
        } else {
            part.observe(&record, position);
        }
    }
}

fn by_simd_csv<T: Table>(part: &mut Part<T>, range: Range<'_>, start: u64) {
    // A byte that never occurs in UTF-8: if quotes are rare, lines with some are split again on the careful path.
    let quote = if T::IS_PLAIN { 0xff } else { b'"' };
    let mut reader = simd_csv::ZeroCopyReaderBuilder::new()
        .has_headers(start == 0)
        .flexible(true)
        .quote(quote)
        .buffer_capacity(PIECE_BYTES)
        .from_reader(range);
    reader.byte_headers().expect("readable");
    let mut position = start + if start == 0 { reader.position() } else { 0 };
    loop {
        let Some(record) = reader.read_byte_record().expect("readable") else { return };
        part.rows += 1;
        if T::IS_PLAIN {
            if memchr::memchr(b'"', record.as_slice()).is_some() {
                let line = record.as_slice().to_vec();
                part.observe_with_quotes(&line, position);
            } else {
                part.observe(&record, position);
            }
        } else if record.iter().all(is_well_quoted) {
            part.observe(&record, position);
        } else {
            part.structure[QUOTE] += 1;
        }
        if T::NEEDS_POSITIONS {
            position = start + reader.position();
        }
    }
}

impl<T: Table> Part<T> {
    #[inline]
    fn observe<R: Record>(&mut self, record: &R, position: u64) {
        let bytes = record.bytes();
        if !bytes.is_ascii() && std::str::from_utf8(bytes).is_err() {
            self.structure[UTF8] += 1;
        } else if record.len() != T::COLUMNS {
            self.structure[FIELD_COUNT] += 1;
        } else {
            self.table.observe(record, position);
        }
    }

    #[cold]
    fn observe_with_quotes(&mut self, line: &[u8], position: u64) {
        match split(line) {
            _ if std::str::from_utf8(line).is_err() => self.structure[UTF8] += 1,
            None => self.structure[QUOTE] += 1,
            Some(cells) => self.observe(&cells, position),
        }
    }
}
