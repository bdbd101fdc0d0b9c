//! The slow twin: a record as `serde_json` reads it, and what a field makes of it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use trueline_schema::{DataType, DuplicateKeys, Field};

use crate::model::{Cell, typed};

/// A value with the text it was written as.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) text: String,
    pub(super) value: Value,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Boolean(bool),
    Number,
    String(String),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// An object with all its keys.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// The items of an array.
struct Items(Vec<Box<RawValue>>);

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Items;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Items, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Items(items))
            }
        }
        deserializer.deserialize_seq(All)
    }
}

/// A text as `serde_json` reads it; `None` when it is no JSON.
pub(super) fn parse(text: &str) -> Option<Node> {
    let raw: Box<RawValue> = serde_json::from_str(text).ok()?;
    let text = raw.get().trim_matches([' ', '\t', '\r', '\n']).to_owned();
    let value = match text.as_bytes().first()? {
        b'n' => Value::Null,
        b't' => Value::Boolean(true),
        b'f' => Value::Boolean(false),
        b'"' => Value::String(serde_json::from_str(&text).ok()?),
        b'[' => {
            let Items(items) = serde_json::from_str(&text).ok()?;
            Value::Array(items.iter().map(|item| parse(item.get())).collect::<Option<_>>()?)
        }
        b'{' => {
            let Members(members) = serde_json::from_str(&text).ok()?;
            let member = |(key, value): (String, Box<RawValue>)| Some((key, parse(value.get())?));
            Value::Object(members.into_iter().map(member).collect::<Option<_>>()?)
        }
        _ => Value::Number,
    };
    Some(Node { text, value })
}

/// Whether an object within has a key twice.
fn has_repeated_key(node: &Node) -> bool {
    match &node.value {
        Value::Array(items) => items.iter().any(has_repeated_key),
        Value::Object(members) => {
            let mut keys: Vec<&String> = members.iter().map(|(key, _)| key).collect();
            keys.sort_unstable();
            keys.windows(2).any(|pair| pair[0] == pair[1])
                || members.iter().any(|(_, value)| has_repeated_key(value))
        }
        _ => false,
    }
}

/// The same with one value for each key.
fn picked(node: &Node, last: bool) -> Node {
    let value = match &node.value {
        Value::Array(items) => Value::Array(items.iter().map(|item| picked(item, last)).collect()),
        Value::Object(members) => {
            let others = |index: usize| if last { &members[index + 1..] } else { &members[..index] };
            let kept = members
                .iter()
                .enumerate()
                .filter(|(index, (key, _))| others(*index).iter().all(|(other, _)| other != key));
            Value::Object(kept.map(|(_, (key, value))| (key.clone(), picked(value, last))).collect())
        }
        value => value.clone(),
    };
    Node { text: node.text.clone(), value }
}

/// What a record is.
#[derive(Debug, PartialEq)]
pub(super) enum Record {
    Broken(&'static str),
    Row(Vec<Cell>),
}

/// What the fields make of a record.
pub(super) fn record(text: &[u8], fields: &[Field], duplicates: DuplicateKeys) -> Record {
    let Ok(text) = std::str::from_utf8(text) else { return Record::Broken("not text") };
    let Some(node) = parse(text) else { return Record::Broken("structure.json") };
    if !matches!(node.value, Value::Object(_)) {
        return Record::Broken("structure.json");
    }
    if duplicates == DuplicateKeys::Error && has_repeated_key(&node) {
        return Record::Broken("structure.duplicate_key");
    }
    let node = picked(&node, duplicates == DuplicateKeys::Last);
    let mut cells = Vec::new();
    for field in fields {
        let mut found = Vec::new();
        for name in [&field.name].into_iter().chain(&field.aliases) {
            find(&node, &[name.as_str()], 0, &mut found);
            let path: Vec<&str> = name.split('.').collect();
            if path.len() > 1 {
                find(&node, &path, 0, &mut found);
            }
        }
        found.sort_by_key(|(place, _)| place.clone());
        let in_the_way = found.iter().filter(|(_, found)| found.is_none()).count();
        let values: Vec<&Node> = found.iter().filter_map(|(_, found)| *found).collect();
        cells.push(match (&values[..], duplicates) {
            ([], _) if in_the_way > 0 && field.data_type != DataType::Any => Cell::Bad("type.invalid"),
            ([], _) => Cell::Null,
            ([value], _) => cell(value, field, duplicates),
            (_, DuplicateKeys::Error) => return Record::Broken("structure.duplicate_key"),
            ([first, ..], DuplicateKeys::First) => cell(first, field, duplicates),
            ([.., last], DuplicateKeys::Last) => cell(last, field, duplicates),
        });
    }
    Record::Row(cells)
}

/// Where the value of a path stands, as the numbers of the members that lead there, and the value; nothing for a value in its way.
type Found<'a> = (Vec<usize>, Option<&'a Node>);

fn find<'a>(node: &'a Node, path: &[&str], depth: usize, found: &mut Vec<Found<'a>>) {
    fn at<'a>(node: &'a Node, path: &[&str], place: &mut Vec<usize>, found: &mut Vec<Found<'a>>) {
        let [key, rest @ ..] = path else {
            found.push((place.clone(), Some(node)));
            return;
        };
        match &node.value {
            Value::Object(members) => {
                for (index, (_, value)) in members.iter().enumerate().filter(|(_, (name, _))| name == key) {
                    place.push(index);
                    at(value, rest, place, found);
                    place.pop();
                }
            }
            Value::Null => {}
            _ => found.push((place.clone(), None)),
        }
    }
    at(node, path, &mut Vec::with_capacity(depth), found);
}

/// What a value is to a field.
fn cell(node: &Node, field: &Field, duplicates: DuplicateKeys) -> Cell {
    let invalid = Cell::Bad("type.invalid");
    let trimmed = |text: &str| if field.trim { text.trim().to_owned() } else { text.to_owned() };
    let part = |data_type: &DataType| Field {
        coerce: field.coerce,
        trim: field.trim,
        ..Field::new("", data_type.clone())
    };
    match (&field.data_type, &node.value) {
        (_, Value::Null) => Cell::Null,
        (DataType::String | DataType::Any, Value::String(text)) => Cell::Text(trimmed(text)),
        (DataType::Any, _) => Cell::Text(node.text.clone()),
        (DataType::String, Value::Number | Value::Boolean(_)) if field.coerce => {
            Cell::Text(node.text.clone())
        }
        (DataType::String, _) => invalid,
        (DataType::Boolean, Value::Boolean(value)) => Cell::Boolean(*value),
        (DataType::List(item), Value::Array(items)) => {
            let cells: Vec<Cell> = items.iter().map(|node| cell(node, &part(item), duplicates)).collect();
            cells.iter().find(|cell| matches!(cell, Cell::Bad(_))).cloned().unwrap_or(Cell::Many(cells))
        }
        (DataType::Struct(types), Value::Object(members)) => {
            let member = |(name, data_type): &(String, DataType)| {
                let found = members.iter().find(|(key, _)| key == name);
                found.map_or(Cell::Null, |(_, node)| cell(node, &part(data_type), duplicates))
            };
            let cells: Vec<Cell> = types.iter().map(member).collect();
            cells.iter().find(|cell| matches!(cell, Cell::Bad(_))).cloned().unwrap_or(Cell::Many(cells))
        }
        (DataType::List(_) | DataType::Struct(_), _) => invalid,
        (DataType::Float32 | DataType::Float64 | DataType::Decimal { .. }, Value::Number) => {
            let plain = Field { group_char: None, decimal_char: '.', ..field.clone() };
            typed(&node.text, &plain)
        }
        (integer, Value::Number) if integer.is_integer() => integer_cell(&node.text, integer),
        (
            DataType::Date
            | DataType::Time
            | DataType::Timestamp { .. }
            | DataType::Duration
            | DataType::Binary,
            Value::String(text),
        ) => typed(&trimmed(text), field),
        (_, Value::String(text)) if field.coerce => typed(&trimmed(text), field),
        _ => invalid,
    }
}

/// An integer by the digits of its text.
fn integer_cell(text: &str, data_type: &DataType) -> Cell {
    let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i64 =
        exponent.parse().unwrap_or(if exponent.starts_with('-') { -1_000_000 } else { 1_000_000 });
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Cell::Number(0);
    }
    let power = exponent - fraction.len() as i64 + (digits.len() - significant.len()) as i64;
    if power < 0 {
        return Cell::Bad("type.invalid");
    }
    let significant = significant.trim_start_matches('0');
    let value = if significant.len() as i64 + power > 30 {
        None
    } else {
        format!("{significant}{}", "0".repeat(usize::try_from(power).expect("small"))).parse::<i128>().ok()
    };
    let (least, most) = data_type.integer_bounds().expect("an integer type");
    let value = value.map(|value| if negative { -value } else { value });
    value.filter(|value| (least..=most).contains(value)).map_or(Cell::Bad("type.out_of_range"), Cell::Number)
}
