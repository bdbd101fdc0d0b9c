//! The fast ways say what the exact way says: of many records of a few makes, some of them damaged, with every kernel.

use arrow_array::Array;
use arrow_buffer::Buffer;
use proptest::collection::vec;
use proptest::prelude::*;
use trueline_decode::json::{JsonBlock, JsonColumn, JsonDecoder, JsonOptions, JsonRows};
use trueline_schema::{CheckKind, DataType, Decimal, DuplicateKeys, Field, LengthUnit, Literal, Range};
use trueline_tokenizer::Kernel;
use trueline_tokenizer::json::{Indexer, Positions};

use super::{BEHIND, list, object};

/// A make of records: keys in an order, some of them within an object, spaces.
#[derive(Debug, Clone)]
pub(super) struct Make {
    keys: Vec<&'static str>,
    context: Vec<&'static str>,
    space: &'static str,
}

pub(super) fn make() -> impl Strategy<Value = Make> {
    let keys = proptest::sample::subsequence(
        vec!["id", "at", "level", "duration", "tags", "ok", "note", "a key of some length", "x"],
        1..9,
    );
    let context = proptest::sample::subsequence(vec!["user", "host", "deep"], 0..3);
    (keys.prop_shuffle(), context, proptest::sample::select(vec!["", " ", "\t "]))
        .prop_map(|(keys, context, space)| Make { keys, context, space })
}

fn value_of(key: &str, random: u64) -> String {
    let odd = random.is_multiple_of(23);
    match key {
        "id" if odd => {
            ["1e2", "null", "\"7\"", "1.5", "-0", "99999999999999999999"][random as usize / 23 % 6].to_owned()
        }
        "id" => (random % 100_000).to_string(),
        "at" if odd => ["\"yesterday\"", "null", "5"][random as usize / 23 % 3].to_owned(),
        "at" => format!("\"2024-{:02}-{:02}T10:00:00Z\"", 1 + random % 12, 1 + random % 28),
        "level" if odd => ["\"\\u0069nfo\"", "\"INFO\"", "true", "null"][random as usize / 23 % 4].to_owned(),
        "level" => ["\"info\"", "\"warn\"", "\"error\""][random as usize % 3].to_owned(),
        "duration" if odd => ["1E-3", "-1", "{}", "null"][random as usize / 23 % 4].to_owned(),
        "duration" => format!("{}.{:03}", random % 1000, random % 997),
        "tags" if odd => {
            ["[1]", "[null]", "[[]]", "[{\"id\": 1}]", "null"][random as usize / 23 % 5].to_owned()
        }
        "tags" => format!("[{}]", vec!["\"t\""; random as usize % 9].join([",", ", "][random as usize % 2])),
        "ok" => ["true", "false", "null", "1"][random as usize % if odd { 4 } else { 2 }].to_owned(),
        "note" if odd => "\"é \\\" \\\\\"".to_owned(),
        _ => format!("\"{}\"", "n".repeat(random as usize % 40)),
    }
}

pub(super) fn record(make: &Make, random: u64) -> String {
    let mix = |number: usize| {
        (random ^ (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
            >> 16
    };
    let space = make.space;
    let mut members: Vec<String> = make
        .keys
        .iter()
        .enumerate()
        .map(|(number, key)| format!("\"{key}\":{space}{}", value_of(key, mix(number))))
        .collect();
    let within: Vec<String> = make
        .context
        .iter()
        .enumerate()
        .map(|(number, key)| {
            format!("\"{key}\":{space}{}", value_of(if number == 0 { "id" } else { key }, mix(10 + number)))
        })
        .collect();
    match random % 31 {
        0 => members.push("\"context\": 5".to_owned()),
        1 => members.push("\"context\": null".to_owned()),
        2 => members.push(format!("\"{}\": 1", make.keys[0])),
        3 => members.push("\"context.user\": 3".to_owned()),
        4 => members.insert(0, "\"\\u0069d\": 5".to_owned()),
        _ => members.push(format!("\"context\":{space}{{{}}}", within.join(&format!(",{space}")))),
    }
    format!("{{{}}}", members.join(&format!(",{space}")))
}

pub(super) fn columns() -> Vec<JsonColumn> {
    let number = |text: &str| Some(Literal::Number(Decimal::parse(text).expect("a number")));
    let range = |minimum, maximum| {
        CheckKind::Range(Range { minimum: number(minimum), maximum: number(maximum), ..Range::default() })
    };
    let text = |texts: &[&str]| {
        CheckKind::Enum(texts.iter().map(|text| Literal::Text((*text).to_owned())).collect())
    };
    let timestamp = DataType::Timestamp { unit: None, zone: None };
    [
        ("id", DataType::Int64, vec![CheckKind::Required, range("0", "50000")]),
        ("at", timestamp, vec![CheckKind::Type]),
        ("level", DataType::String, vec![CheckKind::Type, text(&["info", "warn"])]),
        ("duration", DataType::Float64, vec![range("0", "500")]),
        (
            "tags",
            list(DataType::String),
            vec![CheckKind::Length { min: Some(1), max: Some(6), unit: LengthUnit::Char }],
        ),
        ("ok", DataType::Boolean, vec![CheckKind::Type]),
        (
            "note",
            DataType::String,
            vec![CheckKind::Length { min: None, max: Some(20), unit: LengthUnit::Char }],
        ),
        ("context.user", DataType::Int64, vec![CheckKind::Type]),
        ("context.host", DataType::Any, vec![CheckKind::Required]),
        ("context", object(&[("user", DataType::Int64)]), vec![CheckKind::Type]),
    ]
    .into_iter()
    .map(|(name, data_type, checks)| JsonColumn { field: Field::new(name, data_type), checks })
    .collect()
}

/// All that a decoder says of some blocks, as text.
fn said(bytes: &[u8], block_bytes: usize, options: &JsonOptions, kernel: Kernel) -> Vec<String> {
    let columns = columns();
    let count = columns.len();
    let mut decoder = JsonDecoder::new(columns, options, kernel);
    let buffer = Buffer::from_vec([bytes, &[b'"'; BEHIND]].concat());
    let mut indexer = Indexer::with_kernel(kernel).block_bytes(block_bytes);
    let (mut positions, mut rows, mut at, mut said) = (Positions::new(), JsonRows::new(), 0, Vec::new());
    while at < bytes.len() {
        let consumed = indexer.index(&buffer[at..bytes.len()], true, &mut positions);
        let block = JsonBlock { buffer: &buffer, start: at, positions: &positions };
        decoder.read(&block, &mut rows);
        for broken in rows.broken() {
            said.push(format!("{} {} {:?} {}", broken.record, broken.code, broken.range, broken.found));
        }
        let extras: Vec<_> = rows.extras().iter().map(|row| (row, rows.extra_key(*row as usize))).collect();
        said.push(format!("{} {extras:?} {:?}", rows.count(), rows.numbers()));
        for row in 0..rows.count() {
            assert_eq!(
                rows.numbers().map_or(row, |numbers| numbers[row] as usize),
                rows.record(row) as usize
            );
        }
        let proven = decoder.prove(&block, &rows).to_vec();
        for column in 0..count {
            for row in 0..rows.count() {
                let place = decoder.place(column, &block, &rows, row);
                said.push(format!("{place:?} {:?}", decoder.value(column, &block, &rows, row)));
                said.push(format!("{:?}", decoder.inside(column, &block, &rows, row)));
            }
            let decoded = decoder.decode_column(column, &block, &rows);
            said.push(format!("{:?} {:?}", decoded.bad, decoded.array));
            if let Some(proven) = &proven[column] {
                let is_closed = |row: &usize| proven.open[row / 64] >> (row % 64) & 1 == 0;
                let closed: Vec<usize> = (0..rows.count()).filter(is_closed).collect();
                let nulls = closed.iter().filter(|row| decoded.array.is_null(**row)).count();
                assert_eq!(nulls as u64, proven.nulls, "column {column}");
                assert_eq!(proven.rows, rows.count());
                for cell in &decoded.bad {
                    assert!(!closed.contains(&(cell.row as usize)), "column {column} row {}", cell.row);
                }
            }
        }
        at += consumed;
    }
    said
}

#[track_caller]
fn same(bytes: &[u8], duplicates: DuplicateKeys, forbids: bool, block_bytes: usize) {
    let mut options = JsonOptions::default();
    options.duplicate_keys = duplicates;
    options.allowed_names = forbids.then(|| columns().into_iter().map(|plan| plan.field.name).collect());
    let scalar = Kernel::from_name("scalar").expect("always there");
    let exact = said(bytes, block_bytes, &options.clone().exact(true), scalar);
    for kernel in Kernel::available() {
        let fast = said(bytes, block_bytes, &options, kernel);
        for (exact, fast) in exact.iter().zip(&fast) {
            assert_eq!(exact, fast, "{kernel}");
        }
        assert_eq!(exact.len(), fast.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn records_of_a_few_makes(
        makes in vec(make(), 1..4),
        order in vec((any::<u64>(), any::<u64>(), any::<proptest::sample::Index>()), 1..160),
        blank in 0..3_u8,
        forbids in any::<bool>(),
        block_bytes in proptest::sample::select(vec![500, 4_000, 1 << 20]),
    ) {
        let mut bytes = Vec::new();
        for (number, (random, which, damage)) in order.iter().enumerate() {
            // Mostly of one make, as in a file.
            let which = if which % 8 == 0 { *which as usize / 8 % makes.len() } else { 0 };
            let mut line = record(&makes[which], *random).into_bytes();
            if random % 13 == 0 {
                let at = damage.index(line.len());
                match random / 13 % 3 {
                    0 => line[at] = b"\"\\{}[],:0 x"[*random as usize % 11],
                    1 => { line.remove(at); }
                    _ => line.insert(at, b"\",1{ "[*random as usize % 5]),
                }
            }
            bytes.extend_from_slice(&line);
            bytes.extend_from_slice(if blank == 1 && number % 9 == 0 { b"\r\n \n" } else if blank == 2 { b"\r\n" } else { b"\n" });
        }
        let duplicates = [DuplicateKeys::Error, DuplicateKeys::First, DuplicateKeys::Last][order.len() % 3];
        same(&bytes, duplicates, forbids, block_bytes);
    }
}

/// Records whose kinds are those of a template while something else is not.
#[test]
fn what_only_looks_alike() {
    let usual = r#"{"id": 1, "level": "info", "context": {"user": 5}}"#;
    let mut lines = vec![usual.to_owned(); 70];
    for odd in [
        r#"{"id": 1, "level": "info", "context": {"usex": 5}}"#,
        r#"{"id": 1, "id": "info", "context": {"user": 5}}"#,
        r#"{"level": 1, "id": "info", "context": {"user": 5}}"#,
        r#"{"id": "info", "level": 1, "context": {"user": null}}"#,
        r#"{"id" : 1 , "level" : "info" , "context" : { "user" : 5 } } "#,
        r#"{"id": 1, "level": "info", "context.user": {"user": 5}}"#,
        r#"{"\u0069d": 1, "level": "info", "context": {"user": 5}}"#,
        r#"{"id": 01, "level": "info", "context": {"user": 5}}"#,
        r#"{"id": 1, "level": "info", "context": ["user", 5]}}"#,
        r#"{"id": 1, "level": "info", "context": {"user": 5]}"#,
        r#"{"id": 1, "level": "info", "context": {"user", 5}}"#,
        r#"{"id": {, "level": "info", "context": {"user": 5}}"#,
        r#"{"id": 1, "level": "in\u0066o", "context": {"user": 5}}"#,
        r#"{"id": 1, "level": "info
", "context": {"user": 5}}"#,
    ] {
        lines.push(odd.to_owned());
        lines.push(usual.to_owned());
    }
    for forbids in [false, true] {
        same(lines.join("\n").as_bytes(), DuplicateKeys::Error, forbids, 1 << 20);
        same(lines.join("\n").as_bytes(), DuplicateKeys::Last, forbids, 700);
    }
}

/// Arrays of any length, one of them longer than anything that is compared at a time.
#[test]
fn lists_of_any_length() {
    let list = |count: usize, item: &str| format!("[{}]", vec![item; count].join(","));
    let lines: Vec<String> = (0..150)
        .map(|number| {
            let (tags, ids) = (list(number % 9, "\"t\""), list(number * 7 % 100, "1.5"));
            format!(r#"{{"tags":{tags},"id":{number},"x":{ids},"note":"n","context":{{}}}}"#)
        })
        .collect();
    same(lines.join("\n").as_bytes(), DuplicateKeys::Error, false, 1 << 20);
}

/// Behind a list another key stands where one of the same kind stood, and a value where null stood.
#[test]
fn keys_and_nulls_behind_lists() {
    let lines: Vec<String> = (0..150)
        .map(|number| {
            let tags = vec!["\"t\""; number % 5].join(",");
            let note = if number % 7 == 3 { "nope" } else { "note" };
            let context = if number % 11 == 5 { "5" } else { "null" };
            format!(r#"{{"tags":[{tags}],"id":{number},"{note}":"n","context":{context}}}"#)
        })
        .collect();
    same(lines.join("\n").as_bytes(), DuplicateKeys::Error, false, 1 << 20);
    same(lines.join("\n").as_bytes(), DuplicateKeys::Last, true, 1 << 20);
}

/// So many makes that there are not enough templates, and objects too large to be compared with.
#[test]
fn more_makes_than_templates() {
    let mut lines = Vec::new();
    for number in 0..400_usize {
        let keys: Vec<String> = (0..number % 17).map(|key| format!("\"k{}\": {key}", key * 3 % 17)).collect();
        lines.push(format!(
            "{{\"id\": {number}{}{}}}",
            if keys.is_empty() { "" } else { ", " },
            keys.join(", ")
        ));
        if number % 100 == 0 {
            let many: Vec<String> =
                (0..300).map(|key| format!("\"k{}\": {key}", key % (299 + number % 2))).collect();
            lines.push(format!("{{{}}}", many.join(", ")));
        }
    }
    same(lines.join("\n").as_bytes(), DuplicateKeys::Error, false, 3_000);
    same(lines.join("\n").as_bytes(), DuplicateKeys::Last, false, 1 << 20);
}

/// The usual values of usual records are proven: nothing stays open that a proof should know.
#[test]
fn usual_values_are_proven() {
    let lines: Vec<String> = (0..200)
        .map(|number| {
            format!(
                r#"{{"id":{},"at":"2024-05-{:02}T10:00:00.123Z","level":"warn","duration":{}.25,"tags":["a","b"],"ok":true,"note":"n","context":{{"user":null,"host":"h"}}}}"#,
                number * 31 % 50_000,
                1 + number % 28,
                number,
            )
        })
        .collect();
    let bytes = lines.join("\n").into_bytes();
    for kernel in Kernel::available() {
        let mut decoder = JsonDecoder::new(columns(), &JsonOptions::default(), kernel);
        let buffer = Buffer::from_vec([&bytes[..], &[0; BEHIND]].concat());
        let (mut positions, mut rows) = (Positions::new(), JsonRows::new());
        Indexer::with_kernel(kernel).block_bytes(1 << 20).index(&bytes, true, &mut positions);
        let block = JsonBlock { buffer: &buffer, start: 0, positions: &positions };
        decoder.read(&block, &mut rows);
        let open: Vec<Option<usize>> = decoder
            .prove(&block, &rows)
            .iter()
            .map(|proven| proven.as_ref().map(trueline_decode::Proven::open_count))
            .collect();
        let zero = Some(0);
        // No proof knows structs.
        assert_eq!(open, [zero, zero, zero, zero, zero, zero, zero, zero, zero, None], "{kernel}");
    }
}
