//! Compares the expected faults with those found by a slow, separate reader.

use super::*;

use std::collections::{BTreeMap, BTreeSet};

/// Splits a line into unquoted cells; `None` if the quoting is broken.
fn cells(line: &str) -> Option<Vec<String>> {
    let mut cells = vec![String::new()];
    let mut rest = line.chars().peekable();
    let (mut inside, mut closed) = (false, false);
    while let Some(char) = rest.next() {
        let cell = cells.last_mut().unwrap();
        match char {
            '"' if inside && rest.peek() == Some(&'"') => {
                rest.next();
                cell.push('"');
            }
            '"' if inside => (inside, closed) = (false, true),
            _ if inside => cell.push(char),
            ',' => {
                cells.push(String::new());
                closed = false;
            }
            '"' if cell.is_empty() && !closed => inside = true,
            '"' => return None,
            _ if closed => return None,
            _ => cell.push(char),
        }
    }
    Some(cells)
}

fn is_timestamp(text: &str) -> bool {
    let part = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<u32>().ok());
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    let (Some(month), Some(day), Some(hour)) = (part(5..7), part(8..10), part(11..13)) else { return false };
    let last = match month {
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    shape == "9999-99-99T99:99:99Z" && (1..=12).contains(&month) && (1..=last).contains(&day) && hour < 24
}

fn judge(cells: &[String], ids: &mut BTreeSet<String>) -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    let [id, amount, timestamp, account, currency, status, counterparty] = cells else {
        return vec![("structure", "structure.field_count")];
    };
    if id.is_empty() {
        found.push(("transaction_id.required", "required.null"));
    } else {
        if !(id.len() == 12 && id.starts_with("TX") && id[2..].bytes().all(|byte| byte.is_ascii_digit())) {
            found.push(("transaction_id.pattern", "pattern.no_match"));
        }
        if !ids.insert(id.clone()) {
            found.push(("transaction_id.unique", "unique.duplicate"));
        }
    }
    match amount.parse::<f64>() {
        _ if amount.is_empty() => found.push(("amount.required", "required.null")),
        Err(_) => found.push(("amount.type", "type.invalid")),
        Ok(amount) if amount < 0.01 => found.push(("amount.range", "range.below_minimum")),
        Ok(amount) if amount > 1_000_000.0 => found.push(("amount.range", "range.above_maximum")),
        Ok(_) => {}
    }
    if timestamp.is_empty() {
        found.push(("timestamp.required", "required.null"));
    } else if !is_timestamp(timestamp) {
        found.push(("timestamp.type", "type.invalid"));
    }
    match account.len() {
        0 => found.push(("account_id.required", "required.null")),
        1..8 => found.push(("account_id.length", "length.too_short")),
        8..=20 => {}
        _ => found.push(("account_id.length", "length.too_long")),
    }
    if !["USD", "EUR", "KES", "NGN", "ZAR"].contains(&currency.as_str()) {
        found.push(("currency.enum", "enum.unlisted"));
    }
    assert!(["", "pending", "posted", "reversed"].contains(&status.as_str()), "{status}");
    if counterparty.chars().count() > 40 {
        found.push(("counterparty.length", "length.too_long"));
    }
    found
}

fn read_by_hand(text: &str) -> Truth {
    let mut truth = Truth { bytes: text.len() as u64, ..Truth::default() };
    let mut ids = BTreeSet::new();
    for line in text.lines().skip(1) {
        let found = match cells(line) {
            None => vec![("structure", "structure.quote")],
            Some(cells) => judge(&cells, &mut ids),
        };
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

fn generate(generator: Generator) -> (String, Truth) {
    let mut bytes = Vec::new();
    let truth = generator.write(&mut bytes).unwrap();
    (String::from_utf8(bytes).unwrap(), truth)
}

#[test]
fn the_truth_is_what_a_reader_by_hand_finds() {
    for (rate, quoted, seed) in [(0.0, 0.0, 1), (0.001, 0.0, 1), (0.01, 0.3, 2), (0.0625, 1.0, 3)] {
        let (text, truth) = generate(Generator::new(20_000, seed).faults(rate).quoted(quoted));
        assert_eq!(read_by_hand(&text), truth, "rate {rate}");
        assert_eq!(truth.violations, truth.invalid_rows.len() as u64);
        if rate > 0.0 {
            assert_eq!(truth.counts.values().map(BTreeMap::len).sum::<usize>(), LABELS.len());
        }
    }
}

#[test]
fn without_unique_no_id_is_repeated_and_every_other_fault_comes() {
    let (text, truth) = generate(Generator::new(20_000, 2).faults(0.01).unique(false));
    assert_eq!(read_by_hand(&text), truth);
    assert_eq!(truth.count("transaction_id.unique", "unique.duplicate"), 0);
    assert_eq!(truth.counts.values().map(BTreeMap::len).sum::<usize>(), LABELS.len() - 1);
    assert!((2800..3200).contains(&truth.violations), "{}", truth.violations);
}

#[test]
fn typed_rows_have_values_of_their_types_alone() {
    let (text, truth) =
        generate(Generator::new(20_000, 2).faults(0.01).unique(false).purpose(Purpose::Types));
    assert_eq!(read_by_hand(&text), truth);
    assert_eq!(truth.counts.values().map(BTreeMap::len).sum::<usize>(), LABELS.len() - 1 - OF_TEXT.len());
    assert!(truth.counts.values().flat_map(BTreeMap::keys).all(|code| code != "type.invalid"));
    assert!(!truth.counts.contains_key("structure"));
}

#[test]
fn rows_of_bounds_have_nulls_and_numbers_out_of_range_in_their_share_of_the_rows() {
    let generator = Generator::new(20_000, 2).faults(0.01).purpose(Purpose::Bounds).faulty_share(0.25);
    let (text, truth) = generate(generator);
    assert_eq!(read_by_hand(&text), truth);
    assert_eq!(truth.counts.values().map(BTreeMap::len).sum::<usize>(), OF_BOUNDS.len());
    assert!((250..350).contains(&truth.violations), "{}", truth.violations);
    assert!((4_900..5_000).contains(truth.invalid_rows.last().unwrap()), "{:?}", truth.invalid_rows.last());
    let asked = schema_of_bounds_yaml();
    assert!(
        truth.counts.keys().all(|id| asked.contains(&format!("name: {},", id.split_once('.').unwrap().0)))
    );
}

#[test]
fn the_schemas_differ_by_unique_alone() {
    assert!(schema_yaml().contains("unique: true"));
    assert!(!schema_without_unique_yaml().contains("unique"));
    assert_eq!(schema_yaml().len() - schema_without_unique_yaml().len(), ", unique: true".len());
}

#[test]
fn every_row_fails_three_checks() {
    let (text, truth) = generate(Generator::new(5_000, 4).every_row(true).faults(0.01));
    assert_eq!(read_by_hand(&text), truth);
    assert_eq!((truth.violations, truth.invalid_rows.len()), (15_000, 5_000));
}

#[test]
fn rows_are_about_seventy_bytes_and_the_same_every_time() {
    let (text, truth) = generate(Generator::new(20_000, 1).faults(0.0001));
    assert!((690..720).contains(&(truth.bytes * 10 / truth.rows)), "{}", truth.bytes as f64 / 20_000.0);
    assert_eq!(generate(Generator::new(20_000, 1).faults(0.0001)).0, text);
    assert_ne!(generate(Generator::new(20_000, 2).faults(0.0001)).0, text);
    assert!(generate(Generator::new(100, 1).faults(0.0001)).0.lines().zip(text.lines()).all(|(a, b)| a == b));
}

#[test]
fn quoted_names_come_at_their_share() {
    let (text, _) = generate(Generator::new(10_000, 1).quoted(0.25));
    let quoted = text.lines().filter(|line| line.ends_with('"')).count();
    assert!((2300..2700).contains(&quoted), "{quoted}");
    assert!(!generate(Generator::new(10_000, 1)).0.contains('"'));
}

#[test]
fn kinds_and_labels_stand_in_the_same_order() {
    assert_eq!(KINDS.len(), LABELS.len());
    assert!(KINDS.iter().enumerate().all(|(index, kind)| *kind as usize == index));
}
