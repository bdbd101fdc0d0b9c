//! A cache cannot be noticed: whatever it knows, the report is that of a run without one.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use trueline::schema::Schema;
use trueline::store::DiskOptions;
use trueline::{
    Cache, FileSource, Format, MemorySource, ReadAt, Report, Source, SourceError, Validator,
    ValidatorBuilder, Verdict, Version,
};
use trueline_testkit::cases;
use trueline_testkit::corpora::{self, corpus};

use crate::support::{Once, Stream, schema, stable};

/// Everything of a report that must be the same: its JSON, and the lines for people, which JSON leaves out.
fn said(report: &Report) -> (serde_json::Value, String) {
    let excerpts: Vec<_> = report.violations.iter().map(|violation| &violation.excerpt).collect();
    (stable(report), format!("{excerpts:?}"))
}

fn run(builder: ValidatorBuilder, source: &dyn Source) -> Report {
    builder.build().expect("a validator").validate(source).expect("a report")
}

/// Validates with and without the cache; both must say the same.
fn same(cache: &Cache, builder: impl Fn() -> ValidatorBuilder, source: &dyn Source, what: &str) -> Report {
    let cached = run(builder().cache(cache.clone()), source);
    let expected = run(builder(), source);
    assert_eq!(said(&cached), said(&expected), "{}: {what}", source.name());
    assert_eq!(cache.take_warning(), None);
    let (rows, decided) = (cached.rows.total, &cached.run.decided);
    assert_eq!(decided.scanned + decided.proved + decided.cached, rows, "{}: {what}", source.name());
    cached
}

fn edits(bytes: &[u8]) -> Vec<Vec<u8>> {
    let places = [0, bytes.len() / 3, bytes.len() / 2, bytes.len().saturating_sub(1)];
    let edit = |(place, byte): (usize, u8)| {
        let mut edited = bytes.to_vec();
        *edited.get_mut(place)? = byte;
        Some(edited)
    };
    places.into_iter().zip([b'x', b'"', b'\n', b'7']).filter_map(edit).collect()
}

fn every_change(name: &str, schema: &Schema, bytes: &[u8], chunk: usize, threads: usize) {
    let builder = || Validator::builder(schema.clone()).threads(threads).chunk_bytes(chunk);
    let source = |bytes: &[u8]| MemorySource::new(name, bytes);
    let cache = Cache::in_memory(1 << 26);
    let what = |what: &str| format!("{what} with {threads} threads and chunks of {chunk}");
    let input = source(bytes);
    let cold = same(&cache, builder, &input, &what("cold"));
    let warm = same(&cache, builder, &input, &what("warm"));
    if cold.verdict != Verdict::Unreadable && !bytes.is_empty() {
        assert_eq!(warm.run.decided.cached, warm.rows.total, "{name}");
    }
    same(&cache, builder, &Stream(&input), &what("as a stream"));
    same(&cache, builder, &Once(input.clone()), &what("read once"));
    same(&cache, builder, &Once(input.clone()), &what("read once again"));
    let renamed = MemorySource::new(format!("other.{name}"), bytes);
    same(&cache, builder, &renamed, &what("under another name"));
    let tail = &bytes[bytes.len() - bytes.len() / 4..];
    same(&cache, builder, &source(&[bytes, tail].concat()), &what("after an append"));
    for edited in edits(bytes) {
        same(&cache, builder, &source(&edited), &what("after an edit"));
    }
    let few = || builder().sample_limit(1).max_violations(2);
    same(&cache, few, &input, &what("with fewer samples"));
    let mut other = schema.clone();
    other.fields.pop();
    let other = || Validator::builder(other.clone()).threads(threads).chunk_bytes(chunk);
    if other().build().is_ok() {
        same(&cache, other, &input, &what("with a field less"));
    }
    let exact = || builder().proofs(false);
    same(&cache, exact, &input, &what("without proofs"));
    same(&cache, builder, &input, &what("warm again"));
}

#[test]
fn every_case_gives_the_same_cold_warm_and_changed() {
    let cases = cases::all().expect("testdata");
    for case in &cases {
        for (chunk, threads) in [(1, 1), (7, 3), (64, 1), (64, 2), (300, 3), (1 << 20, 2)] {
            every_change(&case.input_name, &schema(&case.schema), &case.input, chunk, threads);
        }
    }
    println!("{} cases", cases.len());
}

/// A schema for a file that nobody here wrote: something is asked of its first column, and of its rows.
fn any_schema(name: &str, bytes: &[u8]) -> Schema {
    if Format::from_file_name(name) == Some(Format::JsonLines) {
        return schema(
            "fields: [{name: question, type: string, unique: true}, {name: answer, type: string, max_length: 300}]\n",
        );
    }
    let column = bytes.split(|byte| *byte == b',' || *byte == b'\n').next().unwrap_or_default();
    match std::str::from_utf8(column) {
        Ok(column) if !column.is_empty() && column.chars().all(|letter| letter.is_ascii_alphanumeric()) => {
            let text = "type: string, unique: true, min_length: 2, max_length: 20";
            schema(&format!(
                "fields: [{{name: '{column}', {text}}}]\nchecks: [{{check: row_count, min: 9}}]\n"
            ))
        }
        _ => schema("checks: [{check: row_count, min: 9}]\n"),
    }
}

#[test]
fn files_that_nobody_here_wrote_give_the_same_cold_warm_and_changed() {
    let mut count = 0;
    for name in [
        "csv-spectrum",
        "rust-csv-data",
        "go-fuzz-seeds",
        "gsm8k-jsonl",
        "frictionless-testsuite",
        "ourairports",
    ] {
        let Some(folder) = corpus(name) else { continue };
        for file in corpora::files(&folder).expect("a folder") {
            let name = file.display().to_string();
            let format = Format::from_file_name(&name);
            let is_text = matches!(format, Some(Format::Csv | Format::JsonLines));
            if !is_text && !name.contains("go-fuzz-seeds") {
                continue;
            }
            let mut bytes = std::fs::read(&file).expect("readable");
            bytes.truncate(100_000);
            let schema = any_schema(&name, &bytes);
            for (chunk, threads) in [(1000, 1), (1000, 3), (20_000, 2)] {
                every_change(&name, &schema, &bytes, chunk, threads);
            }
            count += 1;
        }
    }
    println!("{count} files");
}

/// A table with keys that are met again here and there.
fn table(rows: u64) -> Vec<u8> {
    let row = |row: u64| {
        let key = if row % 97 == 3 { row / 2 } else { row };
        format!(
            "k{:08},{},{}\n",
            key.wrapping_mul(2_654_435_761) % 100_000_007,
            row % 13,
            "x".repeat((row % 5) as usize)
        )
    };
    let rows: String = (0..rows).map(row).collect();
    format!("id,n,text\n{rows}").into_bytes()
}

fn keyed() -> Schema {
    schema(
        "fields: [{name: id, type: string, unique: true}, {name: n, type: int64, maximum: 11}, {name: text, type: string, min_length: 1}]\n",
    )
}

#[test]
fn a_table_that_grew_costs_its_tail() {
    let (schema, bytes) = (keyed(), table(60_000));
    let builder = || Validator::builder(schema.clone()).chunk_bytes(16 << 10);
    let cache = Cache::in_memory(1 << 28);
    same(&cache, || builder().threads(2), &MemorySource::new("t.csv", &*bytes), "cold");
    let longer = MemorySource::new("t.csv", table(60_600));
    for threads in [1, 2, 3] {
        let report = same(&cache, || builder().threads(threads), &longer, "after an append");
        let decided = report.run.decided;
        assert!(decided.cached > 50_000, "{decided:?}");
    }
    let mut edited = bytes.clone();
    edited[500_000] ^= 1;
    let report = same(&cache, || builder().threads(2), &MemorySource::new("t.csv", edited), "after an edit");
    assert!(report.run.decided.cached > 45_000, "{:?}", report.run.decided);
}

/// Counts the bytes that are read from their places; has other bytes when it is read again, where there are such.
struct Staged {
    first: MemorySource,
    later: Option<MemorySource>,
    is_later: AtomicBool,
    /// Whether it has a version, which says how often the bytes have changed.
    has_version: bool,
    bytes: Arc<AtomicU64>,
}

impl Staged {
    fn new(first: MemorySource) -> Self {
        let (is_later, bytes) = (AtomicBool::new(false), Arc::default());
        Self { first, later: None, is_later, has_version: true, bytes }
    }

    fn now(&self) -> &MemorySource {
        let is_later = self.is_later.load(Ordering::Relaxed);
        self.later.as_ref().filter(|_| is_later).unwrap_or(&self.first)
    }
}

impl Source for Staged {
    fn name(&self) -> &str {
        self.first.name()
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        self.first.open()
    }

    fn open_at(&self) -> Result<Option<Box<dyn ReadAt>>, SourceError> {
        let at = self.now().open_at()?;
        Ok(at.map(|at| Box::new(CountingAt { at, bytes: Arc::clone(&self.bytes) }) as Box<dyn ReadAt>))
    }

    fn size_hint(&self) -> Option<u64> {
        self.first.size_hint()
    }

    fn can_reopen(&self) -> bool {
        true
    }

    fn reopen(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        self.is_later.store(self.later.is_some(), Ordering::Relaxed);
        self.now().reopen()
    }

    fn version(&self) -> Option<Version> {
        let version = format!("{:?} bytes, {:?}", self.size_hint(), self.is_later);
        self.has_version.then(|| Version::Strong(version.into_bytes()))
    }
}

struct CountingAt {
    at: Box<dyn ReadAt>,
    bytes: Arc<AtomicU64>,
}

impl ReadAt for CountingAt {
    fn size_bytes(&self) -> u64 {
        self.at.size_bytes()
    }

    fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> std::io::Result<usize> {
        let bytes = self.at.read_at(buffer, byte_offset)?;
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}

/// Keys that may be repeats are looked for again only in pieces that have some of the new ones; the others are known.
#[test]
fn a_table_that_grew_is_not_read_twice() {
    let schema = keyed();
    let builder = || Validator::builder(schema.clone()).chunk_bytes(16 << 10);
    for threads in [1, 2, 3] {
        let cache = Cache::in_memory(1 << 28);
        let read = |rows: u64, what: &str| {
            let source = Staged::new(MemorySource::new("t.csv", table(rows)));
            let report = run(builder().threads(threads).cache(cache.clone()), &source);
            assert_eq!(said(&report), said(&run(builder(), &source.first)), "{what}");
            source.bytes.load(Ordering::Relaxed) * 100 / table(rows).len() as u64
        };
        let cold = read(60_000, "cold");
        assert!(cold > 190, "nearly every piece has a repeat: {cold} %");
        let grown = read(60_100, "after an append");
        assert!(grown < 115, "{grown} % with {threads} threads");
    }
}

/// What was found in bytes that nobody had hashed is not kept for those that were.
#[test]
fn bytes_that_turn_while_they_are_read_spoil_nothing() {
    let schema = keyed();
    let builder = || Validator::builder(schema.clone()).threads(2).chunk_bytes(16 << 10);
    let first = table(20_000);
    let text = String::from_utf8(first.clone()).expect("text");
    // One key of each pair is another one.
    let later: String = text
        .lines()
        .enumerate()
        .map(|(row, line)| {
            let is_repeat = row > 0 && (row - 1) % 97 == 3;
            let line = if is_repeat { line.replacen('k', "j", 1) } else { line.to_owned() };
            line + "\n"
        })
        .collect();
    assert_eq!(first.len(), later.len());
    for has_version in [true, false] {
        let cache = Cache::in_memory(1 << 28);
        let (first, later) =
            (MemorySource::new("t.csv", &*first), MemorySource::new("t.csv", later.as_bytes()));
        let turning = Staged { later: Some(later), has_version, ..Staged::new(first.clone()) };
        let report = run(builder().cache(cache.clone()), &turning);
        assert_ne!(said(&report), said(&run(builder(), &first)));
        let grown = [&*text, "k99999999,1,x\n"].concat();
        same(&cache, builder, &MemorySource::new("t.csv", grown.as_bytes()), "after an append");
    }
}

#[test]
fn two_inputs_are_one_table() {
    let (schema, first, second) = (keyed(), table(5000), table(3000));
    let first = MemorySource::new("first.csv", first);
    let second = MemorySource::new("second.csv", second);
    let cache = Cache::in_memory(1 << 26);
    let builder = || Validator::builder(schema.clone()).threads(2).chunk_bytes(8 << 10);
    let (one, other): (&dyn Source, &dyn Source) = (&first, &second);
    // An input that is there once more repeats all of its keys.
    for sources in [&[one][..], &[one, one], &[one, other], &[other, one], &[one, other, one], &[one]] {
        for cached in [false, true] {
            let validator = builder().cache(cache.clone()).build().expect("a validator");
            let report = validator.validate_all(sources).expect("a report");
            let expected = builder().build().expect("a validator").validate_all(sources).expect("a report");
            assert_eq!(said(&report), said(&expected));
            if cached {
                assert_eq!(report.run.decided.cached, report.rows.total);
            }
        }
    }
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files
}

#[test]
fn a_damaged_entry_is_as_if_it_were_not_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || Cache::on_disk(folder.path().join("cache"), DiskOptions::default()).expect("a cache");
    let schema = keyed();
    let builder = || Validator::builder(schema.clone()).threads(1).chunk_bytes(512);
    let source = MemorySource::new("t.csv", table(60));
    let expected = said(&run(builder(), &source));
    same(&open(), builder, &source, "cold");
    let entries = files(folder.path());
    assert!(entries.len() > 3, "{entries:?}");
    let mut flipped = 0;
    for entry in entries {
        let whole = std::fs::read(&entry).expect("an entry");
        for place in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[place] ^= 0x41;
            std::fs::write(&entry, &damaged).expect("damaged");
            let report = run(builder().cache(open()), &source);
            assert_eq!(said(&report), expected, "byte {place} of {}", entry.display());
            flipped += 1;
        }
        std::fs::write(&entry, &whole).expect("mended");
    }
    println!("{flipped} bytes");
}

#[test]
fn a_file_with_the_same_times_need_not_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.csv");
    std::fs::write(&path, table(100)).expect("written");
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    let set = |time| {
        std::fs::File::options().write(true).open(&path).expect("open").set_modified(time).expect("set");
    };
    set(old);
    let schema = keyed();
    let builder = || Validator::builder(schema.clone()).threads(1);
    let cache = Cache::in_memory(1 << 24).trust_times(true);
    let source = || FileSource::new(&path);
    let hits = |cache: &Cache| cache.stats().expect("numbers").hits;
    same(&cache, builder, &source(), "cold");
    let before = hits(&cache);
    same(&cache, builder, &source(), "trusted");
    assert_eq!(hits(&cache) - before, 1, "it was asked for the version alone");
    // A report that was found by its bytes is known by the version from then on.
    let store = folder.path().join("cache");
    let untrusting = Cache::on_disk(&store, DiskOptions::default()).expect("a cache");
    same(&untrusting, builder, &source(), "cold");
    let trusting = Cache::on_disk(&store, DiskOptions::default()).expect("a cache").trust_times(true);
    same(&trusting, builder, &source(), "by its bytes");
    let before = hits(&trusting);
    same(&trusting, builder, &source(), "by its version");
    assert_eq!(hits(&trusting) - before, 1);
    // Other bytes are noticed, whatever the time of writing says: the time of the change cannot be set.
    std::fs::write(&path, table(101)).expect("written");
    set(old);
    same(&cache, builder, &source(), "after a change");
    std::fs::write(
        &path,
        table(101).iter().map(|byte| if *byte == b'1' { b'2' } else { *byte }).collect::<Vec<_>>(),
    )
    .expect("written");
    set(old);
    same(&cache, builder, &source(), "after a change of bytes alone");
}

#[test]
fn runs_that_need_the_rows_go_without() {
    let folder = tempfile::tempdir().expect("a folder");
    let schema = keyed();
    let cache = Cache::in_memory(1 << 24);
    let source = MemorySource::new("t.csv", table(100));
    for _ in 0..2 {
        let builder = Validator::builder(schema.clone()).cache(cache.clone());
        let report = run(builder.valid_out(folder.path().join("good.csv")), &source);
        assert_eq!(report.run.decided.cached, 0);
    }
    assert!(std::fs::read(folder.path().join("good.csv")).expect("rows").starts_with(b"id,n,text\n"));
    assert_eq!(cache.stats().expect("numbers").entries, 0);
}
