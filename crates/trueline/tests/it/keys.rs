//! Keys of inputs that can be read again and of inputs that cannot: one report.

use std::fmt::Write;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arrow_array::cast::AsArray;
use arrow_array::types::Int16Type;
use arrow_array::{BooleanArray, RecordBatch};
use trueline::{
    CustomCheck, Format, Kernel, Limits, MemorySource, ReadAt, Report, Schema, Source, SourceError,
    Validator, ValidatorBuilder, Verdict,
};

use crate::support::{Once, schema, stable};

const SCHEMA: &str = "
fields:
  - {name: id, type: string, unique: true}
  - {name: number, type: int64}
  - {name: day, type: date}
  - {name: amount, type: 'decimal(12, 2)', minimum: 0}
  - {name: note, type: string}
checks:
  - {id: notes, check: distinct_count, column: note, min: 0}
  - {id: pair, check: unique, columns: [id, day], report: all}
  - {id: number.ignored, check: unique, columns: [number]}
  - {id: number.equal, check: unique, columns: [number], nulls: equal, severity: warning}
  - {id: days, check: unique, columns: [day, amount], nulls: fail, report: all}
  - {id: amounts, check: unique, columns: [amount], nulls: equal, report: all}
";

/// A generator of numbers that only look random.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// A table whose keys ascend up to `sorted` and repeat one in `spread` from there on; with nulls, bad cells and broken rows.
fn table(seed: u64, rows: u64, sorted: u64, spread: u64) -> String {
    let mut random = Numbers(seed);
    let mut text = "id,number,day,amount,note\n".to_owned();
    for row in 0..rows {
        let key = if row < sorted { row } else { random.below(spread) };
        let number = match random.below(50) {
            0 => String::new(),
            1 => "many".to_owned(),
            _ => (key + 1_000_000).to_string(),
        };
        let day = match random.below(40) {
            0..13 => "2024-02-29",
            13..26 => "2024-03-01",
            26..39 => "",
            _ => "2024-02-30",
        };
        let sign = if random.below(12) == 0 { "-" } else { "" };
        let amount = match random.below(30) {
            0 => String::new(),
            _ => format!("{sign}{}.50", random.below(spread)),
        };
        let note = random.below(7);
        writeln!(text, "k{key:07},{number},{day},{amount},\"n {note}\"").expect("memory");
        if random.below(400) == 0 {
            text.push_str("too,few\n");
        }
    }
    text
}

fn report(builder: ValidatorBuilder, sources: &[&dyn Source]) -> Report {
    builder.build().expect("a validator").validate_all(sources).expect("a report")
}

/// All roads give the report of inputs that are read once.
fn compare(name: &str, schema: &Schema, inputs: &[String]) -> Report {
    compare_with(name, schema, inputs, |builder| builder)
}

/// The same, with more asked of the builder.
fn compare_with(
    name: &str,
    schema: &Schema,
    inputs: &[String],
    with: impl Fn(ValidatorBuilder) -> ValidatorBuilder,
) -> Report {
    let again: Vec<MemorySource> = inputs
        .iter()
        .enumerate()
        .map(|(number, text)| MemorySource::new(number.to_string(), text.as_bytes()))
        .collect();
    let once: Vec<Once> = again.iter().cloned().map(Once).collect();
    let again: Vec<&dyn Source> = again.iter().map(|source| source as &dyn Source).collect();
    let once: Vec<&dyn Source> = once.iter().map(|source| source as &dyn Source).collect();
    let expected = report(with(Validator::builder(schema.clone())).threads(1), &once);
    for (threads, chunk, memory) in [
        (1, 1 << 20, 128 << 20),
        (2, 1 << 20, 1 << 16),
        (3, 4096, 1 << 20),
        (1, 50_000, 1),
        (2, 777, 128 << 20),
    ] {
        let limits = Limits::default().key_memory_bytes(memory);
        let builder =
            with(Validator::builder(schema.clone())).threads(threads).chunk_bytes(chunk).limits(limits);
        let found = report(builder, &again);
        assert_eq!(stable(&found), stable(&expected), "{name}: {threads} threads, chunks of {chunk}");
    }
    expected
}

#[test]
fn both_ways_give_one_report() {
    let schema = schema(SCHEMA);
    for (name, rows, sorted, spread) in [
        ("few repeats", 6_000, 0, 4_000_000),
        ("many repeats", 5_000, 0, 300),
        ("sorted", 12_000, 12_000, 9_000_000),
        ("sorted, then not", 14_000, 12_000, 900_000),
        ("empty", 0, 0, 1),
    ] {
        let inputs = [table(1, rows, sorted, spread)];
        let found = compare(name, &schema, &inputs);
        assert_eq!(found.verdict, if rows == 0 { Verdict::Valid } else { Verdict::Invalid }, "{name}");
        // A second input that goes on, one that begins again, and one that has nothing.
        let next = table(2, rows / 2, sorted, spread).replace("k0", "k5");
        compare(name, &schema, &[inputs[0].clone(), next, table(3, 0, 0, 1), table(4, 900, sorted, spread)]);
    }
}

/// Rows of which one in 90 has the key of one before, and one in four is invalid for another reason.
fn few_repeats(rows: u64, write: impl Fn(&mut String, u64, u64)) -> String {
    let mut random = Numbers(11);
    let mut text = String::new();
    for row in 0..rows {
        let key = if row > 0 && random.below(90) == 0 { random.below(row) } else { row };
        // In no order.
        write(&mut text, key * 7_919 % 1_000_003, random.below(32));
    }
    text
}

/// Where few rows have keys that may be repeats, only these are judged again: those that are invalid anyway must be known.
#[test]
fn what_else_is_wrong_with_repeats_is_known() {
    let text = "
fields:
  - {name: id, type: string, required: true, unique: true, pattern: '^k\\d{7}$'}
  - {name: number, type: int16, minimum: 0, maximum: 999}
  - {name: kind, type: string, enum: [one, two]}
  - {name: day, type: date}
extra_columns: forbid
";
    let other = text.to_owned() + "checks:\n  - {id: pair, check: unique, columns: [id, number]}\n";
    let csv = few_repeats(9_000, |text, key, fault| {
        let (number, kind, day) = match fault {
            0 => ("1000", "one", "2024-02-29"),
            1 => ("many", "two", "2024-02-29"),
            2 => ("7", "three", "2024-02-29"),
            3 => ("7", "\"one\"", "2024-02-30"),
            4 => ("7", "\"o\"\"ne\"", ""),
            5 => ("", "one", "2024-02-29"),
            _ => ("7", "two", "2024-03-01"),
        };
        let end = if fault == 6 { ",more" } else { "" };
        writeln!(text, "k{key:07},{number},{kind},{day}{end}").expect("memory");
    });
    let json = few_repeats(9_000, |text, key, fault| {
        let rest = match fault {
            0 => r#""number": 1000, "kind": "one"}"#,
            1 => r#""number": "7", "kind": "one"}"#,
            2 => r#""number": 7, "kind": "three", "day": null}"#,
            3 => r#""number": 7, "kind": "o\u006ee", "day": "2024-02-30"}"#,
            4 => r#""number": 7, "more": {"id": "k"}}"#,
            5 => r#""number": 7, "number": 8}"#,
            6 => r#""number": 7"#,
            _ => r#""number": 7, "kind": "two", "day": "2024-03-01"}"#,
        };
        writeln!(text, r#"{{"id": "k{key:07}", {rest}"#).expect("memory");
    });
    let inputs = [format!("id,number,kind,day\n{csv}"), json];
    for schema in [schema(text), schema(&other)] {
        for input in &inputs {
            let input = std::slice::from_ref(input);
            let found = compare("few repeats", &schema, input);
            assert!((1_500..3_500).contains(&found.rows.invalid), "{}", found.rows.invalid);
            compare_with("few repeats, asked of a function", &schema, input, |builder| {
                builder.custom(CustomCheck::new("odd", ["number"], odd))
            });
        }
    }
}

/// Rows with line ends of all kinds between and within them, blank lines, and lines that are no rows.
fn lines_of_all_kinds(seed: u64, rows: u64) -> String {
    let mut random = Numbers(seed);
    let mut text = "\u{feff}passed over\r\nid,note,number\n".to_owned();
    for row in 0..rows {
        let key = if row > 0 && random.below(40) == 0 { random.below(row) } else { row };
        let note = match random.below(if seed.is_multiple_of(2) { 200 } else { 8 }) {
            0 => "\"a\nb\"",
            1 => "\"a\r\nb\r\"",
            2 => "\"a \"\"b\"\"\"",
            3 => "\"a\"b",
            _ => "plain",
        };
        let end = match random.below(if seed.is_multiple_of(3) { 1 } else { 12 }) {
            0..8 => "\n",
            8 => "\r",
            9 => "\r\n\r\n",
            10 => "\n\n",
            _ => "\r\n",
        };
        let id = key * 7_919 % 1_000_003;
        let id = if random.below(30) == 0 { String::new() } else { format!("k{id:07}") };
        write!(text, "{id},{note},{}{end}", random.below(9)).expect("memory");
    }
    text
}

/// In large blocks too, with rows that begin with blanks, and lines of nothing but these.
#[test]
fn repeats_are_found_in_many_blocks() {
    let text = "
fields:
  - {name: id, type: string, unique: true, trim: true, null_values: ['', none]}
  - {name: note, type: any}
checks: [{id: notes, check: unique, columns: [note], report: all}]
";
    let mut csv = "id,note\n".to_owned();
    let mut json = String::new();
    let mut random = Numbers(5);
    for row in 0..60_000_u64 {
        let key = if random.below(300) == 0 { random.below(row + 1) } else { row };
        let key = key * 7_919 % 1_000_003;
        let (id, line_end) = match random.below(3_000) {
            0 => (format!("\" k{key}\""), "\r\n"),
            1 => ("none".to_owned(), "\n"),
            2 => (format!("\"k{key} \"\"a\"\"\""), "\n\n"),
            3 => (format!(" k{key} "), "\n"),
            4 => ("\"\nk\"".to_owned(), "\n"),
            _ => (format!("k{key}"), "\n"),
        };
        let end = if row == 59_999 { "" } else { line_end };
        write!(csv, "{id},n{}{end}", key % 400_000).expect("memory");
        let id = id.replace('"', "").replace('\n', "\\n");
        let start = if random.below(200) == 0 { " \r" } else { "" };
        write!(json, "{start}{{\"id\": \"{id}\", \"note\": {key}}}{end}").expect("memory");
    }
    for (name, format, input) in [("csv", Format::Csv, csv), ("json", Format::JsonLines, json)] {
        for schema in [schema(text), schema(&text.replace("any}", "any}\ncsv: {terminator: lf}"))] {
            let found =
                compare_with(name, &schema, std::slice::from_ref(&input), |builder| builder.format(format));
            assert!(found.rows.invalid > 150, "{name}: {}", found.rows.invalid);
        }
    }
}

/// Rows that are read again stand where they stood at first, whatever lies between them.
#[test]
fn repeats_are_found_among_lines_of_all_kinds() {
    let text = "
csv: {skip_lines: 1}
fields: [{name: id, type: string}, {name: note, type: string}, {name: number, type: int8, maximum: 6}]
checks:
  - {id: ids, check: unique, columns: [id], report: all}
  - {id: pairs, check: unique, columns: [id, number], report: all, severity: warning}
";
    let other =
        text.replace("  - {id: pairs", "  - {id: numbers, check: distinct_count, column: number, min: 0}\n#");
    for seed in 0..6 {
        let input = lines_of_all_kinds(seed, 4_000);
        for schema in [schema(text), schema(&other)] {
            let found = compare("lines", &schema, std::slice::from_ref(&input));
            let repeats = found.checks.iter().find(|check| check.id == "ids").expect("the check").failed;
            assert!((50..500).contains(&repeats), "{repeats}");
        }
    }
}

/// A repeat that only warns hides no row from the checks behind it.
#[test]
fn rows_are_invalid_by_what_is_an_error_alone() {
    let text = "x,y,z\n1,5,a\n1,5,b\n2,6,b\n";
    for severities in 0..8 {
        let severity = |column: u32| if severities >> column & 1 == 1 { "warning" } else { "error" };
        let fields = ["x", "y", "z"].into_iter().zip(0..);
        let fields: Vec<String> = fields
            .map(|(name, column)| format!("{{name: {name}, unique: true, severity: {}}}", severity(column)))
            .collect();
        let schema = schema(&format!("fields: [{}]", fields.join(", ")));
        let expected = u64::from(severities & 3 != 3) + u64::from(severities & 4 == 0);
        let report = compare(&format!("severities {severities}"), &schema, &[text.to_owned()]);
        assert_eq!(report.rows.invalid, expected, "severities {severities}");
    }
}

/// Refuses numbers other than 7.
#[allow(clippy::unnecessary_wraps, reason = "functions of checks may fail")]
fn odd(batch: &RecordBatch) -> Result<BooleanArray, String> {
    let numbers = batch.column(0).as_primitive::<Int16Type>();
    Ok(numbers.iter().map(|number| number.map(|number| number == 7)).collect())
}

/// How often an input is read again: for prints that are owed, and for keys that may be repeats.
#[test]
fn inputs_are_read_again_only_when_they_must() {
    let schema = schema("{fields: [{name: id, type: string, unique: true}, {name: text, type: string}]}");
    let sorted: Vec<String> = (0..40_000).map(|row| format!("{row:08},text\n")).collect();
    let mut mixed = sorted.clone();
    mixed.swap(3, 30_000);
    let with = |rows: &[String], row: usize| [rows, &[rows[row].clone()]].concat();
    let broken_late = [&sorted[100..], &sorted[..100]].concat();
    for (name, rows, readings) in [
        ("sorted", sorted.clone(), 0),
        ("mixed", mixed.clone(), 0),
        ("mixed, one repeat", with(&mixed, 17), 1),
        ("sorted, broken at the end", broken_late.clone(), 1),
        ("sorted, one repeat at the end", with(&sorted, 17), 2),
        ("sorted, broken at the end, one repeat", with(&broken_late, 17), 2),
    ] {
        let text = format!("id,text\n{}", rows.concat());
        let memory = MemorySource::new("rows", text.as_bytes());
        let expected = report(Validator::builder(schema.clone()), &[&Once(memory.clone())]);
        for threads in [1, 2] {
            let source = Counted { inner: memory.clone(), reopened: AtomicU32::new(0) };
            let builder = Validator::builder(schema.clone()).threads(threads).chunk_bytes(150_000);
            let found = report(builder, &[&source]);
            assert_eq!(stable(&found), stable(&expected), "{name}");
            let reopened = source.reopened.into_inner();
            // With several threads a chunk may be begun before the break is known, and owe its prints too.
            assert!(reopened == readings || threads > 1 && reopened <= 2, "{name}: {reopened} times");
        }
    }
}

/// Counts how often it is read again.
struct Counted {
    inner: MemorySource,
    reopened: AtomicU32,
}

impl Source for Counted {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        self.inner.open()
    }

    fn size_hint(&self) -> Option<u64> {
        self.inner.size_hint()
    }

    fn can_reopen(&self) -> bool {
        true
    }

    fn reopen(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        self.reopened.fetch_add(1, Ordering::Relaxed);
        self.inner.reopen()
    }
}

/// What is cut is judged up to the cut, however keys are kept.
#[test]
fn an_input_that_ends_early_is_judged_so_far() {
    let schema = schema(SCHEMA);
    let whole = table(7, 9_000, 3_000, 200_000);
    let mut cut = whole.clone();
    cut.insert_str(whole.len() / 2, &format!("\n{}\n", "x".repeat(5 << 20)));
    let found = compare("cut", &schema, &[whole, cut, table(9, 100, 0, 50)]);
    assert_eq!(found.verdict, Verdict::Unreadable);
}

#[test]
fn a_primary_key_over_two_columns() {
    let yaml = "
fields: [{name: id, type: string}, {name: number, type: int64}, {name: day, type: string},
  {name: amount, type: string}, {name: note, type: string}]
checks: [{check: primary_key, columns: [number, id]}]
";
    let schema = schema(yaml);
    compare("rare", &schema, &[table(11, 8_000, 0, 40_000)]);
    compare("ascending", &schema, &[table(12, 8_000, 8_000, 1), table(12, 50, 50, 1)]);
}

/// A source whose second reading is another.
struct Fickle {
    texts: [Arc<[u8]>; 2],
    /// How often its bytes were asked for at places, if there are some.
    places: Option<AtomicU32>,
}

impl Source for Fickle {
    fn name(&self) -> &'static str {
        "fickle"
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        Ok(Box::new(std::io::Cursor::new(Arc::clone(&self.texts[0]))))
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }

    fn can_reopen(&self) -> bool {
        true
    }

    fn reopen(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        Ok(Box::new(std::io::Cursor::new(Arc::clone(&self.texts[1]))))
    }

    fn open_at(&self) -> Result<Option<Box<dyn ReadAt>>, SourceError> {
        let Some(places) = &self.places else { return Ok(None) };
        let text = &self.texts[places.fetch_add(1, Ordering::Relaxed).min(1) as usize];
        MemorySource::new("fickle", text.to_vec()).open_at()
    }
}

/// An input that cannot be read again as it was makes no table valid.
#[test]
fn other_rows_on_the_second_reading_are_unreadable() {
    let schema = schema("{fields: [{name: id, type: string, unique: true}]}");
    for (first, second) in ["id\n2\n", "id\n2\n1\n2\n2\n", "", "id\n2\n\n\n2\n", "id\n\n\n\n\n\n\n"]
        .map(|second| ("id\n2\n1\n2\n", second))
    {
        for places in [None, Some(AtomicU32::new(0))] {
            let has_places = places.is_some();
            let source = Fickle { texts: [first.as_bytes().into(), second.as_bytes().into()], places };
            let builder = Validator::builder(schema.clone()).kernel(Kernel::detect());
            let found = report(builder, &[&source]);
            assert_eq!(found.verdict, Verdict::Unreadable, "{second:?}, {has_places}");
            let message = found.error.unwrap().message;
            assert!(message.contains("other rows"), "{second:?}, {has_places}: {message}");
        }
    }
    // Where nothing is in doubt, nothing is read again.
    let texts = [b"id\n2\n1\n3\n".as_slice().into(), b"".as_slice().into()];
    let source = Fickle { texts, places: None };
    assert_eq!(report(Validator::builder(schema), &[&source]).verdict, Verdict::Valid);
}
