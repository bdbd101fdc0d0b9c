//! Compares the expected faults with those found by a slow, separate reader.

use super::*;

use std::collections::BTreeMap;

use serde_json::Value;

type Found = (&'static str, &'static str);

fn is_timestamp(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    let part = |range: std::ops::Range<usize>| text[range].parse::<u32>().unwrap();
    shape == "9999-99-99T99:99:99.999999Z"
        && (1..=12).contains(&part(5..7))
        && (1..=28).contains(&part(8..10))
        && part(11..13) < 24
}

/// Returns whether the record has a key twice. In strings, the quotes of keys have backslashes.
fn repeats_a_key(line: &str) -> bool {
    ["status", "tags", "region"].iter().any(|key| line.matches(&format!("\"{key}\":")).count() > 1)
}

fn is_request(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.strip_prefix("req-").is_some_and(|digits| digits.len() == 16 && digits.bytes().all(is_digit))
}

fn texts(record: &Value, found: &mut Vec<Found>) {
    match &record["timestamp"] {
        Value::Null => found.push(("timestamp.required", "required.null")),
        Value::String(text) if is_timestamp(text) => {}
        _ => found.push(("timestamp.type", "type.invalid")),
    }
    match &record["level"] {
        Value::String(level) if ["DEBUG", "INFO", "WARN", "ERROR"].contains(&level.as_str()) => {}
        Value::String(_) => found.push(("level.enum", "enum.unlisted")),
        _ => found.push(("level.type", "type.invalid")),
    }
    match &record["service"] {
        Value::Null => found.push(("service.required", "required.null")),
        service if service.as_str().unwrap().len() > 32 => found.push(("service.length", "length.too_long")),
        _ => {}
    }
    if record["message"].as_str().unwrap().chars().count() > 200 {
        found.push(("message.length", "length.too_long"));
    }
    if !is_request(record["request_id"].as_str().unwrap()) {
        found.push(("request_id.pattern", "pattern.no_match"));
    }
}

fn numbers(record: &Value, found: &mut Vec<Found>) {
    match record["status"].as_i64() {
        None => found.push(("status.type", "type.invalid")),
        Some(..100) => found.push(("status.range", "range.below_minimum")),
        Some(600..) => found.push(("status.range", "range.above_maximum")),
        Some(_) => {}
    }
    match record["duration_ms"].as_f64() {
        None => found.push(("duration_ms.type", "type.invalid")),
        Some(duration) if duration < 0.0 => found.push(("duration_ms.range", "range.below_minimum")),
        Some(duration) => assert!(duration <= 600_000.0),
    }
}

fn context(context: &Value, found: &mut Vec<Found>) {
    let user = &context["user"];
    match user["id"].as_i64() {
        None if user["id"].is_null() => {}
        None => found.push(("context.user.id.type", "type.invalid")),
        Some(..1) => found.push(("context.user.id.range", "range.below_minimum")),
        Some(_) => {}
    }
    let is_country = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if !user["country"].is_null() && !is_country(user["country"].as_str().unwrap()) {
        found.push(("context.user.country.pattern", "pattern.no_match"));
    }
    match &context["host"] {
        Value::Null => found.push(("context.host.required", "required.null")),
        host => assert!(host.as_str().unwrap().len() <= 64),
    }
}

fn judge(line: &[u8]) -> Vec<Found> {
    let Ok(text) = std::str::from_utf8(line) else { return vec![("structure", "structure.utf8")] };
    let Ok(record) = serde_json::from_str::<Value>(text) else {
        return vec![("structure", "structure.json")];
    };
    if repeats_a_key(text) {
        return vec![("structure", "structure.duplicate_key")];
    }
    let mut found = Vec::new();
    texts(&record, &mut found);
    numbers(&record, &mut found);
    context(&record["context"], &mut found);
    found
}

fn read_by_hand(bytes: &[u8]) -> Truth {
    let mut truth = Truth { bytes: bytes.len() as u64, ..Truth::default() };
    for line in bytes.strip_suffix(b"\n").unwrap().split(|byte| *byte == b'\n') {
        let found = judge(line);
        for (id, code) in &found {
            *truth.counts.entry((*id).to_owned()).or_default().entry((*code).to_owned()).or_default() += 1;
        }
        truth.violations += found.len() as u64;
        if !found.is_empty() {
            truth.invalid_rows.push(truth.rows);
        }
        truth.rows += 1;
    }
    truth
}

fn generate(generator: Generator) -> (Vec<u8>, Truth) {
    let mut bytes = Vec::new();
    let truth = generator.write(&mut bytes).unwrap();
    (bytes, truth)
}

#[test]
fn the_truth_is_what_a_reader_by_hand_finds() {
    for (rate, seed) in [(0.0, 1), (0.001, 1), (0.01, 2), (0.05, 3)] {
        let (bytes, truth) = generate(Generator::new(20_000, seed).faults(rate));
        assert_eq!(read_by_hand(&bytes), truth, "rate {rate}");
        assert_eq!(truth.violations, truth.invalid_rows.len() as u64);
        if rate > 0.0 {
            assert_eq!(truth.counts.values().map(BTreeMap::len).sum::<usize>(), LABELS.len());
        }
    }
}

#[test]
fn typed_records_have_values_of_their_types_alone() {
    let (bytes, truth) = generate(Generator::new(20_000, 2).faults(0.01).typed(true));
    assert_eq!(read_by_hand(&bytes), truth);
    assert_eq!(truth.counts.values().map(BTreeMap::len).sum::<usize>(), LABELS.len() - OF_TEXT.len());
    assert!(truth.counts.values().flat_map(BTreeMap::keys).all(|code| code != "type.invalid"));
    assert!(!truth.counts.contains_key("structure"));
}

#[test]
fn records_are_about_350_bytes_and_the_same_every_time() {
    let (bytes, truth) = generate(Generator::new(20_000, 1).faults(0.001));
    let size = truth.bytes as f64 / truth.rows as f64;
    assert!((335.0..365.0).contains(&size), "{size}");
    assert_eq!(generate(Generator::new(20_000, 1).faults(0.001)).0, bytes);
    assert_ne!(generate(Generator::new(20_000, 2).faults(0.001)).0, bytes);
}

#[test]
fn messages_have_escapes_and_letters_of_many_bytes_at_their_share() {
    let (bytes, _) = generate(Generator::new(16_000, 1));
    let text = String::from_utf8(bytes).unwrap();
    let escaped = text.lines().filter(|line| line.contains('\\')).count();
    let foreign = text.lines().filter(|line| !line.is_ascii()).count();
    assert!((850..1150).contains(&escaped) && (850..1150).contains(&foreign), "{escaped}, {foreign}");
    let is_near = |message: &str| message.len() > 200 && message.chars().count() <= 200;
    let message =
        |line: &str| serde_json::from_str::<Value>(line).unwrap()["message"].as_str().unwrap().to_owned();
    assert!(text.lines().any(|line| is_near(&message(line))));
}
