//! The slow, careful path for a record that a parser rejects, or that is unusual.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::log::{
    COUNTRY, Cell, DURATION, HOST, LEVEL, Logs, MESSAGE, REQUEST_ID, SERVICE, STATUS, TIMESTAMP, USER_ID,
};

/// Why a line is not a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    Json,
    Utf8,
    DuplicateKey,
}

/// Any JSON value, with all keys of an object in their order.
#[derive(Debug)]
enum Any {
    Null,
    Boolean,
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Any>),
    Object(Vec<(String, Any)>),
}

/// Validates a record, or returns what is wrong with its line.
pub(super) fn observe(line: &[u8], logs: &mut Logs) -> Result<(), Broken> {
    let text = std::str::from_utf8(line).map_err(|_| Broken::Utf8)?;
    let record: Any = serde_json::from_str(text).map_err(|_| Broken::Json)?;
    if !matches!(record, Any::Object(_)) {
        return Err(Broken::Json);
    }
    if record.repeats_a_key() {
        return Err(Broken::DuplicateKey);
    }
    let context = record.get("context");
    let user = context.get("user");
    let mut cells = [Cell::Null; 10];
    cells[TIMESTAMP] = record.get("timestamp").cell();
    cells[LEVEL] = record.get("level").cell();
    cells[SERVICE] = record.get("service").cell();
    cells[MESSAGE] = record.get("message").cell();
    cells[REQUEST_ID] = record.get("request_id").cell();
    cells[STATUS] = record.get("status").cell();
    cells[DURATION] = record.get("duration_ms").cell();
    cells[USER_ID] = user.get("id").cell();
    cells[COUNTRY] = user.get("country").cell();
    cells[HOST] = context.get("host").cell();
    logs.observe(&cells);
    Ok(())
}

impl Any {
    /// Returns the value of a key; null if there is none.
    fn get(&self, key: &str) -> &Any {
        let Any::Object(members) = self else { return &Any::Null };
        members.iter().find(|(name, _)| name == key).map_or(&Any::Null, |(_, value)| value)
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Any::Null => Cell::Null,
            Any::Integer(integer) => Cell::Integer(*integer),
            Any::Float(float) => Cell::Float(*float),
            Any::Text(text) => Cell::Text(text),
            Any::Boolean | Any::List(_) | Any::Object(_) => Cell::Other,
        }
    }

    fn repeats_a_key(&self) -> bool {
        match self {
            Any::List(items) => items.iter().any(Any::repeats_a_key),
            Any::Object(members) => {
                let mut seen = HashSet::new();
                members.iter().any(|(key, value)| !seen.insert(key) || value.repeats_a_key())
            }
            _ => false,
        }
    }
}

impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor)
    }
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Any;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Any, E> {
        Ok(Any::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Any, E> {
        Ok(Any::Boolean)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Any, E> {
        Ok(Any::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Any, E> {
        Ok(i64::try_from(number).map_or(Any::Float(number as f64), Any::Integer))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Any, E> {
        Ok(Any::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Any, E> {
        Ok(Any::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Any, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Any::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Any, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Any::Object(object))
    }
}
