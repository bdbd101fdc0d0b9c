//! Any cells with any checks that proofs support: the report is the same with and without proofs, with every kernel.
#![no_main]

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use regex_syntax::hir::{Class, Hir, HirKind};
use serde_json::Value;
use trueline::{Kernel, MemorySource, Report, Schema, Validator};

/// The checks of a column, and what its cells look like; shared with the tests of proofs.
const COLUMNS: &str = include_str!("../../crates/trueline/tests/it/columns.txt");

/// The maximum number of rows that are generated one by one, and of copies of them.
const MOST_ROWS: usize = 150;

/// The maximum count of a repetition without an upper bound.
const MOST_REPEATED: u32 = 40;

/// Delimiter, quote, escape and whether quoting is lenient.
const DIALECTS: [(char, Option<char>, Option<char>, bool); 8] = [
    (',', Some('"'), None, false),
    (',', Some('"'), None, false),
    (';', Some('"'), None, false),
    ('|', Some('\''), None, false),
    (',', Some('"'), Some('\\'), false),
    (',', Some('"'), None, true),
    ('-', Some('a'), None, false),
    (',', None, None, false),
];

struct Table {
    yaml: String,
    csv: Vec<u8>,
    chunk_bytes: usize,
}

/// Appends a text that matches an expression.
fn sample(expression: &Hir, input: &mut Unstructured<'_>, text: &mut Vec<u8>) -> arbitrary::Result<()> {
    match expression.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.extend_from_slice(&literal.0),
        HirKind::Class(Class::Unicode(class)) => {
            let range = input.choose(class.ranges())?;
            let one = input.int_in_range(u32::from(range.start())..=u32::from(range.end()))?;
            let one = char::from_u32(one).unwrap_or(range.start());
            text.extend_from_slice(one.encode_utf8(&mut [0; 4]).as_bytes());
        }
        HirKind::Class(Class::Bytes(class)) => {
            let range = input.choose(class.ranges())?;
            text.push(input.int_in_range(range.start()..=range.end())?);
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(MOST_REPEATED);
            for _ in 0..input.int_in_range(repetition.min..=most)? {
                sample(&repetition.sub, input, text)?;
            }
        }
        HirKind::Capture(capture) => sample(&capture.sub, input, text)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| sample(part, input, text))?,
        HirKind::Alternation(parts) => sample(input.choose(parts)?, input, text)?,
    }
    Ok(())
}

/// Changes, inserts or removes one byte.
fn spoil(text: &mut Vec<u8>, input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let at = input.int_in_range(0..=text.len())?;
    let (what, byte): (u8, u8) = (input.int_in_range(0..=2)?, input.arbitrary()?);
    match text.get_mut(at) {
        Some(old) if what == 0 => *old = byte,
        Some(old) if what == 1 => *old = old.wrapping_add(1),
        Some(_) if byte < 128 => {
            text.remove(at);
        }
        _ => text.insert(at, byte),
    }
    Ok(())
}

/// Appends a cell as it occurs in the file.
fn write(
    csv: &mut Vec<u8>,
    expression: &Hir,
    quote: Option<char>,
    input: &mut Unstructured<'_>,
) -> arbitrary::Result<()> {
    let mut text = Vec::new();
    let how: u8 = input.arbitrary()?;
    if how % 16 != 0 {
        sample(expression, input, &mut text)?;
    }
    if how % 4 == 1 {
        spoil(&mut text, input)?;
    }
    let is_special = text.iter().any(|byte| b",;|-\"'\n\r".contains(byte) || !byte.is_ascii());
    match quote.and_then(|quote| u8::try_from(quote).ok()) {
        Some(quote) if how >= 160 || is_special && how >= 16 => {
            csv.push(quote);
            for byte in text {
                csv.extend(std::iter::repeat_n(byte, if byte == quote { 2 } else { 1 }));
            }
            csv.push(quote);
        }
        _ => csv.extend(text),
    }
    Ok(())
}

fn table(input: &mut Unstructured<'_>) -> arbitrary::Result<Table> {
    let lines = COLUMNS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let all: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once('\t')).collect();
    let count = input.int_in_range(1..=3_usize)?;
    let columns: Vec<_> = (0..count).map(|_| input.choose(&all)).collect::<Result<_, _>>()?;
    let (delimiter, quote, escape, is_lenient) = *input.choose(&DIALECTS)?;
    let end: &[u8] = if input.arbitrary()? { b"\n" } else { b"\r\n" };
    let chunk_bytes = *input.choose(&[1 << 20, 300, 64])?;
    let copies = input.int_in_range(0..=MOST_ROWS)?;

    let word = |byte: Option<char>| byte.map_or("none".to_owned(), String::from);
    let json = |text: String| Value::from(text).to_string();
    let quoting = if is_lenient { "lenient" } else { "strict" };
    let (quote_word, escape_word) = (json(word(quote)), json(word(escape)));
    let delimiter_word = json(word(Some(delimiter)));
    let mut yaml = format!(
        "csv: {{delimiter: {delimiter_word}, quote: {quote_word}, escape: {escape_word}, quoting: {quoting}}}\nfields:\n"
    );
    let mut csv = Vec::new();
    for (number, (asked, _)) in columns.iter().enumerate() {
        yaml += &format!("  - {{name: n{number}, {asked}}}\n");
        let separator = if number > 0 { String::from(delimiter) } else { String::new() };
        csv.extend_from_slice(format!("{separator}n{number}").as_bytes());
    }
    csv.extend_from_slice(end);
    let rows_start = csv.len();
    let expressions: Vec<Hir> =
        columns.iter().map(|(_, cells)| regex_syntax::parse(cells).expect("a good expression")).collect();
    let mut rows = 0;
    while rows < MOST_ROWS && !input.is_empty() {
        for (number, expression) in expressions.iter().enumerate() {
            if number > 0 {
                csv.extend_from_slice(delimiter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            write(&mut csv, expression, quote, input)?;
        }
        csv.extend_from_slice(end);
        rows += 1;
    }
    let made = csv[rows_start..].to_vec();
    let copies = (copies / rows.max(1)).min(20);
    csv.extend(made.repeat(copies));
    Ok(Table { yaml, csv, chunk_bytes })
}

fn report(schema: &Schema, table: &Table, proofs: bool, kernel: Kernel) -> Report {
    let builder = Validator::builder(schema.clone()).threads(1).chunk_bytes(table.chunk_bytes);
    let validator = builder.proofs(proofs).kernel(kernel).build().expect("a validator");
    let source = MemorySource::new("table", table.csv.as_slice());
    validator.validate(&source).expect("a report")
}

fn check(input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let table = table(input)?;
    let schema = Schema::from_yaml(&table.yaml)
        .unwrap_or_else(|error| panic!("{}", error.render("schema", &table.yaml)));
    let exact = report(&schema, &table, false, Kernel::detect());
    for kernel in Kernel::available() {
        let mut proven = report(&schema, &table, true, kernel);
        // This may differ between any two runs.
        proven.run = exact.run.clone();
        assert!(
            proven == exact,
            "with {kernel}, chunks of {}\n{}{}\nexact:  {}\nproven: {}",
            table.chunk_bytes,
            table.yaml,
            table.csv.escape_ascii(),
            exact.to_json(),
            proven.to_json()
        );
    }
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    // Too few bytes are not an input.
    let _ = check(&mut Unstructured::new(bytes));
});
