//! What a cache knows of repeated keys is of use, and of the rows that it was found in only.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use trueline::schema::Schema;
use trueline::store::{Error, Key, MemoryStore, Pruned, Stats, Store};
use trueline::{Cache, MemorySource, Report, Validator, Verdict};

use crate::support::{schema, stable};

/// Rows of 64 bytes, all keys different, behind 8 bytes: at the end of each piece of 16 KiB but the first stand the last 8 of a row whose key
/// is in the piece before.
const CHUNK: usize = 16 << 10;
const ROWS_PER_CHUNK: usize = CHUNK / 64;

fn key(row: usize) -> String {
    format!("k{:08}", row * 654_435_761 % 100_000_007)
}

fn csv(rows: usize) -> Vec<u8> {
    let row = |row| format!("{},{}\n", key(row), "x".repeat(53));
    let rows: String = (0..rows).map(row).collect();
    format!("id,text\n{rows}").into_bytes()
}

fn json_lines(rows: usize) -> Vec<u8> {
    let text = |row| "x".repeat(if row == 0 { 43 } else { 35 });
    let row = |row| format!("{{\"id\":\"{}\",\"text\":\"{}\"}}\n", key(row), text(row));
    (0..rows).map(row).collect::<String>().into_bytes()
}

fn report(schema: &Schema, cache: Option<&Cache>, threads: usize, name: &str, bytes: &[u8]) -> Report {
    let builder = Validator::builder(schema.clone()).threads(threads).chunk_bytes(CHUNK);
    let builder = match cache {
        Some(cache) => builder.cache(cache.clone()),
        None => builder,
    };
    let source = MemorySource::new(name, bytes);
    builder.build().expect("a validator").validate(&source).expect("a report")
}

/// A piece whose own bytes are the same has another key in it when the row carried into it has.
#[test]
fn a_key_that_is_carried_into_a_known_piece_is_looked_for() {
    let schema = schema("fields: [{name: id, type: string, unique: true}, {name: text, type: string}]\n");
    let rows = 24 * ROWS_PER_CHUNK;
    for (name, bytes) in [("t.csv", csv(rows)), ("t.jsonl", json_lines(rows))] {
        assert_eq!(bytes.len(), 8 + 64 * rows, "{name}");
        for threads in [1, 2, 3] {
            let cache = Cache::in_memory(1 << 28);
            let cold = report(&schema, Some(&cache), threads, name, &bytes);
            assert_eq!(cold.verdict, Verdict::Valid);
            for chunk in [1, 5, 12, 23] {
                let row = ROWS_PER_CHUNK * chunk - 1;
                let other = (row + 7 * ROWS_PER_CHUNK + 11) % rows;
                let mut edited = bytes.clone();
                let start = |row: usize| {
                    bytes[8 + 64 * row..].iter().position(|&byte| byte == b'k').unwrap() + 8 + 64 * row
                };
                let (from, to) = (start(other), start(row));
                edited.copy_within(from..from + 9, to);
                let found = report(&schema, Some(&cache), threads, name, &edited);
                assert_eq!(found.verdict, Verdict::Invalid, "{name}, {threads} threads, chunk {chunk}");
                let expected = report(&schema, None, threads, name, &edited);
                assert_eq!(stable(&found), stable(&expected), "{name}, {threads} threads, chunk {chunk}");
            }
        }
    }
}

/// Says that no key was met twice in any piece.
#[derive(Debug)]
struct Liar {
    store: MemoryStore,
    lies: Arc<AtomicU64>,
}

impl Store for Liar {
    fn get(&self, key: &Key) -> Option<Vec<u8>> {
        let value = self.store.get(key)?;
        let Some(pieces) = pieces(&value) else { return Some(value) };
        self.lies.fetch_add(1, Ordering::Relaxed);
        Some(pieces.iter().flat_map(|piece| [&piece[..], &[0; 8]].concat()).collect())
    }

    fn put(&self, key: &Key, value: &[&[u8]]) -> Result<(), Error> {
        self.store.put(key, value)
    }

    fn stats(&self) -> Result<Stats, Error> {
        self.store.stats()
    }

    fn prune(&self) -> Result<Pruned, Error> {
        self.store.prune()
    }

    fn clear(&self) -> Result<Pruned, Error> {
        self.store.clear()
    }
}

/// The pieces of an entry that says which keys repeat in each; of others nothing.
fn pieces(value: &[u8]) -> Option<Vec<[u8; 32]>> {
    let (mut rest, mut pieces) = (value, Vec::new());
    while !rest.is_empty() {
        let (piece, behind) = rest.split_first_chunk::<32>()?;
        let (length, behind) = behind.split_first_chunk()?;
        rest = behind.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?.1;
        pieces.push(*piece);
    }
    (pieces.len() > 1).then_some(pieces)
}

/// Whoever is lied to about them misses repeats, so that what is known of them is asked for, with several checks as with one.
#[test]
fn what_is_known_of_repeats_is_believed() {
    let unique = "{name: id, type: string, unique: true}";
    let others = "{name: text, type: string, unique: true}, {name: kind, type: string, checks: [{check: distinct_count, max: 3}]}";
    for fields in [unique.to_owned(), format!("{unique}, {others}")] {
        let schema = schema(&format!("fields: [{fields}]\n"));
        let columns = schema.fields.len();
        let table = |rows: usize| {
            let row = |row: usize| {
                let cells = [key(if row % 97 == 3 { row / 2 } else { row }), key(row % 5000), "a".to_owned()];
                cells[..columns].join(",") + "\n"
            };
            let header = ["id", "text", "kind"][..columns].join(",") + "\n";
            (header + &(0..rows).map(row).collect::<String>()).into_bytes()
        };
        let failed = |report: &Report| report.checks.iter().map(|check| check.failed).sum::<u64>();
        let lies = Arc::new(AtomicU64::new(0));
        let liar = Cache::new(Liar { store: MemoryStore::new(1 << 28), lies: lies.clone() });
        let honest = Cache::in_memory(1 << 28);
        for rows in [20_000, 20_010] {
            let bytes = table(rows);
            let expected = report(&schema, None, 2, "t.csv", &bytes);
            assert_eq!(stable(&report(&schema, Some(&honest), 2, "t.csv", &bytes)), stable(&expected));
            let told = report(&schema, Some(&liar), 2, "t.csv", &bytes);
            // Those of the last piece, which is another one now, are found.
            let is_fooled = failed(&told) < failed(&expected) / 2;
            assert_eq!(is_fooled, rows > 20_000, "{fields}: {} of {}", failed(&told), failed(&expected));
        }
        assert_eq!(lies.load(Ordering::Relaxed), 1);
    }
}
