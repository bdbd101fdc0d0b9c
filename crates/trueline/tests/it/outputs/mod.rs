//! Rows written to files: put together again they are the input, down every road; and nothing half-written, ever.

mod any;
mod reasons;
mod refusals;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use trueline::{
    ErrorKind, Limits, MemorySource, Report, Schema, Severity, Source, Validator, ValidatorBuilder, Verdict,
};
use trueline_testkit::{cases, pack};
use trueline_tokenizer::{Preamble, preamble, reference};

use self::refusals::Unreadable;
use crate::support::{Once, schema, stable, validate};

/// A folder in memory where there is one: what is written is synced, which takes its time on a disk.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir()
        && let Ok(folder) = tempfile::tempdir_in(memory)
    {
        return folder;
    }
    TempDir::new().expect("a folder")
}

fn read(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}

fn entries(folder: &TempDir) -> usize {
    std::fs::read_dir(folder.path()).expect("a folder").count()
}

/// The rows that violations of severity error name.
fn invalid_rows(report: &Report) -> BTreeSet<(u32, u64)> {
    assert_eq!(report.violations_omitted, 0, "every violation is needed");
    let errors = report.violations.iter().filter(|violation| violation.severity == Severity::Error);
    errors.filter_map(|violation| Some((violation.input, violation.location.row_index?))).collect()
}

/// The slow twin: what the files of valid and invalid rows must be for one input.
fn sides(name: &str, schema: &Schema, bytes: &[u8], invalid: &BTreeSet<(u32, u64)>) -> [Vec<u8>; 2] {
    let (head, ends) =
        if name.strip_suffix(".jsonl").is_some() { json_lines(bytes) } else { records(schema, bytes) };
    let mut sides = [bytes[..head].to_vec(), bytes[..head].to_vec()];
    let (mut at, mut last) = (head, 0);
    for (row, end) in (0..).zip(ends) {
        last = usize::from(invalid.contains(&(0, row)));
        sides[last].extend_from_slice(&bytes[at..end]);
        at = end;
    }
    sides[last].extend_from_slice(&bytes[at..]);
    sides
}

/// Where the head of JSON Lines ends, and each record behind its line end.
fn json_lines(bytes: &[u8]) -> (usize, Vec<usize>) {
    let head = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let (mut at, mut ends) = (head, Vec::new());
    for line in bytes[head..].split_inclusive(|&byte| byte == b'\n') {
        at += line.len();
        if !line.iter().all(|byte| b" \t\r\n".contains(byte)) {
            ends.push(at);
        }
    }
    (head, ends)
}

/// Where the head of a CSV table ends, and each record behind its line end.
fn records(schema: &Schema, bytes: &[u8]) -> (usize, Vec<usize>) {
    let dialect = trueline_io::csv::dialect(&schema.csv);
    let Preamble::Length(skipped) = preamble(bytes, &dialect, true) else { panic!("not a text") };
    let parsed = reference::parse(&bytes[skipped..], &dialect, true);
    let mut ends = parsed.line_ends.iter().map(|end| end.map_or(bytes.len(), |end| skipped + end));
    let head = match (dialect.header, ends.len()) {
        (false, _) => skipped,
        (true, 0) => 0,
        (true, _) => ends.next().expect("a header"),
    };
    (head, ends.collect())
}

/// Files of one run.
struct Files {
    folder: TempDir,
    valid: PathBuf,
    invalid: PathBuf,
    errors: PathBuf,
}

impl Files {
    fn new() -> Self {
        let folder = folder();
        let (valid, invalid) = (folder.path().join("valid.rows"), folder.path().join("invalid.rows"));
        let errors = folder.path().join("errors.jsonl");
        Self { folder, valid, invalid, errors }
    }

    fn add(&self, builder: ValidatorBuilder) -> ValidatorBuilder {
        builder.valid_out(&self.valid).invalid_out(&self.invalid)
    }

    fn read(&self) -> [Vec<u8>; 2] {
        [&self.valid, &self.invalid].map(|path| read(path).expect("a file"))
    }
}

/// The violations of a report in the order in which a file of all of them has them: repeats of keys behind the others, those of
/// the table last.
pub(crate) fn in_file_order(report: &Report) -> Vec<Value> {
    let mut violations: Vec<&trueline::Violation> = report.violations.iter().collect();
    violations.sort_by_key(|violation| {
        let starts = |starts: &[&str]| starts.iter().any(|start| violation.code.starts_with(start));
        if starts(&["row_count.", "completeness.", "distinct_count."]) {
            2
        } else {
            u8::from(starts(&["unique.duplicate", "primary_key.duplicate"]))
        }
    });
    violations.iter().map(|violation| serde_json::to_value(violation).expect("json")).collect()
}

pub(crate) fn json_lines_of(path: &Path) -> Vec<Value> {
    let text = String::from_utf8(read(path).expect("a file")).expect("text");
    text.lines().map(|line| serde_json::from_str(line).expect("json")).collect()
}

/// Writes the rows of an input down many roads and compares them with the twin, and the report with one without outputs.
fn check(name: &str, schema: &Schema, bytes: &[u8], roads: &[(usize, usize)]) {
    let all =
        |schema: &Schema| Validator::builder(schema.clone()).sample_limit(u64::MAX).max_violations(u64::MAX);
    let base = validate(all(schema).threads(1), &MemorySource::new(name, bytes));
    let stable_base = stable(&base);
    let files = Files::new();
    let source = MemorySource::new(name, bytes);
    let expected = match base.verdict {
        Verdict::Unreadable => None,
        _ => Some(sides(name, schema, bytes, &invalid_rows(&base))),
    };
    let violations = in_file_order(&base);
    let judge = |report: &Report, road: &str| {
        assert_eq!(report.verdict, base.verdict, "{name}: {road}");
        let Some(expected) = &expected else {
            assert_eq!(entries(&files.folder), 0, "{name}: {road}");
            return;
        };
        let found = files.read();
        for (side, (found, expected)) in ["valid", "invalid"].iter().zip(found.iter().zip(expected)) {
            let (found, expected) = (found.escape_ascii().to_string(), expected.escape_ascii().to_string());
            assert_eq!(found, expected, "{name}: {road}: the {side} rows");
        }
        assert_eq!(json_lines_of(&files.errors), violations, "{name}: {road}: the violations");
        assert_eq!(entries(&files.folder), 3, "{name}: {road}");
        for path in [&files.valid, &files.invalid, &files.errors] {
            std::fs::remove_file(path).expect("removed");
        }
    };
    // The report need not keep what the file has.
    let few = || Validator::builder(schema.clone()).sample_limit(1).errors_out(&files.errors);
    for &(threads, chunk) in roads {
        let builder = || files.add(all(schema).threads(threads).chunk_bytes(chunk)).errors_out(&files.errors);
        let report = validate(builder(), &source);
        assert_eq!(stable(&report), stable_base, "{name}: outputs change the report");
        judge(&report, &format!("{threads} threads, chunks of {chunk}"));
        judge(
            &validate(builder(), &Once(source.clone())),
            &format!("read once, {threads} threads, chunks of {chunk}"),
        );
    }
    let (threads, chunk) = roads[0];
    let builder = || files.add(few().threads(threads).chunk_bytes(chunk));
    let zipped = MemorySource::new(name, pack::gzip(bytes));
    judge(&validate(builder(), &zipped), "compressed");
    judge(&validate(builder(), &Once(zipped)), "compressed, read once");
    judge(&validate(builder().proofs(false), &source), "without proofs");
}

#[test]
fn the_rows_of_every_case_put_together_again_are_the_input() {
    let roads = [(2, 1), (1, 3), (3, 64), (1, 1 << 20)];
    for case in cases::all().expect("testdata") {
        let name = format!("{}/{}", case.name, case.input_name);
        check(&name, &schema(&case.schema), &case.input, &roads);
    }
}

/// Validates several inputs into files; the report, or what kept it from being made.
fn several(
    schema: &Schema,
    inputs: &[(&str, &str)],
    files: &Files,
    change: impl Fn(ValidatorBuilder) -> ValidatorBuilder,
) -> Result<Report, trueline::Error> {
    let sources: Vec<MemorySource> =
        inputs.iter().map(|(name, text)| MemorySource::new(*name, text.as_bytes())).collect();
    let sources: Vec<&dyn Source> = sources.iter().map(|source| source as &dyn Source).collect();
    let builder = files.add(Validator::builder(schema.clone()).threads(2).chunk_bytes(4));
    change(builder).build().expect("a validator").validate_all(&sources)
}

#[test]
fn several_inputs_have_one_header_and_keys_over_all_of_them() {
    let files = Files::new();
    let schema = schema("fields:\n  - {name: id, type: int64, unique: true}\n  - {name: v, type: string}\n");
    let inputs = [
        ("first.csv", "id,v\r\n1,a\r\nx,b"),
        ("second.csv", "\u{feff}\"id\",v\n1,c\n2,d"),
        ("third.csv", "id,v\n3,\"e"),
    ];
    let report = several(&schema, &inputs, &files, |builder| builder).expect("a report");
    assert_eq!((report.rows.valid, report.rows.invalid), (2, 3));
    let [valid, invalid] = files.read().map(|bytes| String::from_utf8(bytes).expect("text"));
    assert_eq!(valid, "id,v\r\n1,a\r\n2,d");
    assert_eq!(invalid, "id,v\r\nx,b\r\n1,c\n3,\"e");
}

#[test]
fn names_choose_a_compression() {
    let folder = folder();
    let schema = schema("fields:\n  - {name: id, type: int64}\n");
    let (valid, invalid) = (folder.path().join("v.csv.gz"), folder.path().join("i.zst"));
    let builder = Validator::builder(schema).valid_out(&valid).invalid_out(&invalid);
    validate(builder, &MemorySource::new("ids.csv", b"id\n1\nx\n2\n".to_vec()));
    for (path, expected) in [(valid, "id\n1\n2\n"), (invalid, "id\nx\n")] {
        let file = std::fs::File::open(path).expect("a file");
        let (_, mut read) = trueline_io::decompress(Box::new(file)).expect("compressed");
        let mut text = String::new();
        read.read_to_string(&mut text).expect("whole");
        assert_eq!(text, expected);
    }
}

#[test]
fn a_stream_is_copied_up_to_a_limit_when_keys_decide() {
    let files = Files::new();
    let schema = schema("fields:\n  - {name: id, type: int64, unique: true}\n");
    let text = "id\n1\n2\n1\n";
    for (limit, fits) in [(text.len() as u64, true), (text.len() as u64 - 1, false), (0, false)] {
        let builder = files.add(Validator::builder(schema.clone()));
        let validator =
            builder.limits(Limits::default().max_spool_bytes(limit)).build().expect("a validator");
        let result = validator.validate(&Once(MemorySource::new("stream", text.as_bytes())));
        if fits {
            assert_eq!(result.expect("a report").rows.invalid, 1);
            assert_eq!(files.read(), [b"id\n1\n2\n".to_vec(), b"id\n1\n".to_vec()]);
            std::fs::remove_file(&files.valid).expect("removed");
            std::fs::remove_file(&files.invalid).expect("removed");
        } else {
            let error = result.expect_err("too large");
            let ErrorKind::Output { source, .. } = error.kind() else { panic!("{error}") };
            assert!(source.to_string().contains("max_spool_bytes"), "{source}");
            assert_eq!(entries(&files.folder), 0);
        }
    }
    // Without keys there is nothing to wait for, and nothing is copied.
    let schema = crate::support::schema("fields:\n  - {name: id, type: int64}\n");
    let builder = files.add(Validator::builder(schema)).limits(Limits::default().max_spool_bytes(0));
    validate(builder, &Once(MemorySource::new("stream", text.as_bytes())));
    assert_eq!(files.read()[0], text.as_bytes());
}

#[test]
fn many_repeats_in_little_memory_go_to_the_right_side() {
    let schema = schema(
        "fields:\n  - {name: id, type: int64, unique: true}\n  - {name: n, type: int64, unique: true}\n",
    );
    let mut text = b"id,n\n".to_vec();
    for row in 0..60_000_u64 {
        let key = row.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 40_000;
        writeln!(text, "{key},{}", row % 59_000).expect("memory");
    }
    let all = Validator::builder(schema.clone()).sample_limit(u64::MAX).max_violations(u64::MAX);
    let source = MemorySource::new("ids", text.as_slice());
    let base = validate(all, &source);
    let expected = sides("ids", &schema, &text, &invalid_rows(&base));
    for memory in [1, 128 << 20] {
        for again in [true, false] {
            let files = Files::new();
            let limits = Limits::default().key_memory_bytes(memory);
            let builder =
                files.add(Validator::builder(schema.clone()).limits(limits).threads(2).chunk_bytes(5000));
            let report =
                if again { validate(builder, &source) } else { validate(builder, &Once(source.clone())) };
            assert_eq!(report.rows.invalid, base.rows.invalid);
            assert!(files.read() == expected, "{memory} bytes for keys");
        }
    }
}

#[test]
fn violations_as_csv_have_safe_cells_unless_asked_for_raw_ones() {
    let folder = folder();
    let path = folder.path().join("errors.csv");
    let schema = schema("fields:\n  - {name: a, type: string, max_length: 3}\n");
    let source = MemorySource::new("cells.csv", b"a\n=1+1\nabc\n".to_vec());
    for (raw, expected) in [(false, ",'=1+1,"), (true, ",=1+1,")] {
        validate(Validator::builder(schema.clone()).errors_out(&path).raw_cells(raw), &source);
        let text = String::from_utf8(read(&path).expect("a file")).expect("text");
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains(expected) && text.contains("cells.csv"), "{text}");
    }
    let builder = Validator::builder(schema).errors_out(folder.path().join("errors.html"));
    let error = builder.build().expect("a validator").validate(&Unreadable).expect_err("refused");
    assert!(matches!(error.kind(), ErrorKind::OutputName { .. }), "{error}");
}

/// Whether rows are written too makes no difference to the order of violations.
#[test]
fn violations_of_the_table_come_last_in_one_order() {
    let folder = folder();
    let (errors, valid) = (folder.path().join("errors.jsonl"), folder.path().join("valid.csv"));
    let schema = schema(
        "fields:\n  - {name: x, type: int64, unique: true}\nchecks:\n  - {check: row_count, equals: 2}\n  \
         - {check: distinct_count, column: x, max: 1}\n",
    );
    let source = MemorySource::new("keys.csv", b"x\n1\n2\n1\n".to_vec());
    let written = |builder: ValidatorBuilder| {
        validate(builder.errors_out(&errors), &source);
        String::from_utf8(read(&errors).expect("a file")).expect("text")
    };
    let alone = written(Validator::builder(schema.clone()));
    let checks: Vec<&str> = alone.lines().filter_map(|line| line.split('"').nth(3)).collect();
    assert_eq!(checks, ["x.unique", "table.row_count", "x.distinct_count"], "{alone}");
    assert_eq!(written(Validator::builder(schema).valid_out(&valid)), alone);
}
