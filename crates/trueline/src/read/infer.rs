//! Column types, inferred from the first rows. Only [`read`](super::read) without a schema infers types.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, BooleanArray, RecordBatch};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use trueline_io::{Format, MemorySource, Source, decompress_with};
use trueline_schema::grammar::{is_integer, parse_date, parse_float, parse_integer, parse_timestamp};
use trueline_schema::{DataType, Field, Schema, TimeUnit};
use trueline_validate::CustomCheck;

use super::not_read;
use crate::error::Error;
use crate::pipeline;
use crate::validator::Validator;

/// The number of bytes that types are inferred from.
const HEAD_BYTES: usize = 1 << 20;

/// Delimiters of CSV besides the comma.
const DELIMITERS: [u8; 3] = [b';', b'\t', b'|'];

/// Infers the columns of a text input and their types from its first MiB: integers, floats, booleans, dates and timestamps, and strings for
/// everything else. Numbers with a leading zero are strings. A CSV header with a single name that contains a semicolon, a tab or a bar is split
/// there. A later cell of another type is an error when it is read.
///
/// **Errors**: the input cannot be read, or its columns have no names.
pub fn infer(source: &dyn Source, format: Option<Format>) -> Result<Schema, Error> {
    let head = head(source)?;
    let mut schema = Schema::default();
    let names = names(&schema, &head, format)?;
    let delimiter = names.as_deref().and_then(|names| match names {
        [only] => DELIMITERS.into_iter().find(|delimiter| only.as_bytes().contains(delimiter)),
        _ => None,
    });
    let names = match delimiter {
        Some(delimiter) => {
            schema.csv.delimiter = delimiter;
            self::names(&schema, &head, format)?
        }
        None => names,
    };
    schema.fields = match names {
        Some(names) => of_text(&head, &schema, &names, format)?,
        None => of_objects(&head)?,
    };
    Ok(schema)
}

/// The names in the header of CSV; `None` where objects have names of their own.
fn names(schema: &Schema, head: &MemorySource, format: Option<Format>) -> Result<Option<Vec<String>>, Error> {
    let builder = Validator::builder(schema.clone()).threads(1);
    let validator = format.into_iter().fold(builder, crate::ValidatorBuilder::format).build()?;
    pipeline::column_names(&validator, head)
}

/// The beginning of a source, in memory.
fn head(source: &dyn Source) -> Result<MemorySource, Error> {
    let mut bytes = Vec::new();
    let read = source.open().map_err(|error| not_read(error.to_string()))?;
    match read.take(HEAD_BYTES as u64).read_to_end(&mut bytes) {
        Ok(_) => Ok(MemorySource::new(source.name(), bytes)),
        Err(error) => Err(not_read(format!("{}: {error}", source.name()))),
    }
}

/// Infers the types of named columns from the texts of their cells.
fn of_text(
    head: &MemorySource,
    schema: &Schema,
    names: &[String],
    format: Option<Format>,
) -> Result<Vec<Field>, Error> {
    let mut schema = schema.clone();
    schema.fields = names.iter().map(|name| Field::new(name, DataType::String)).collect();
    let seen: Arc<Mutex<Vec<RecordBatch>>> = Arc::default();
    let taken = Arc::clone(&seen);
    let check = CustomCheck::new("infer", Vec::<String>::new(), move |batch: &RecordBatch| {
        taken.lock().unwrap_or_else(PoisonError::into_inner).push(batch.clone());
        Ok(BooleanArray::from(vec![true; batch.num_rows()]))
    });
    let builder = Validator::builder(schema).threads(1).custom(check);
    // Errors in it are reported when it is read.
    format.into_iter().fold(builder, crate::ValidatorBuilder::format).build()?.validate(head)?;
    let mut batches = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    let is_cut = head.size_hint().is_some_and(|size| size >= HEAD_BYTES as u64);
    if let (true, Some(last)) = (is_cut, batches.last_mut()) {
        // The last row may be truncated.
        *last = last.slice(0, last.num_rows().saturating_sub(1));
    }
    let column = |at: usize| batches.iter().map(move |batch| batch.column(at)).collect::<Vec<_>>();
    Ok(names.iter().enumerate().map(|(at, name)| Field::new(name, text_type(&column(at)))).collect())
}

/// Whether a text can be parsed as a value of a type.
type Predicate<'p> = &'p dyn Fn(&str) -> bool;

/// The first type that fits all strings; otherwise text.
fn text_type(arrays: &[&ArrayRef]) -> DataType {
    let is_plain = |text: &str| {
        let digits = text.trim_start_matches(['-', '+']);
        !(digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit())
    };
    let is_int64 = |text: &str| {
        is_integer(text)
            && is_plain(text)
            && parse_integer(text).is_some_and(|value| i64::try_from(value).is_ok())
    };
    let kinds: [(DataType, Predicate<'_>); 5] = [
        (DataType::Int64, &is_int64),
        (DataType::Float64, &|text| is_plain(text) && parse_float(text).is_some()),
        (DataType::Boolean, &|text| matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE")),
        (DataType::Date, &|text| parse_date(text).is_some()),
        (DataType::Timestamp { unit: None, zone: None }, &|text| parse_timestamp(text).is_some()),
    ];
    let texts = || arrays.iter().flat_map(|array| array.as_string_view().iter().flatten());
    if texts().next().is_none() {
        return DataType::String;
    }
    let found = kinds.into_iter().find(|(_, is)| texts().all(is));
    match found {
        // Without a unit, batches have microseconds.
        Some((DataType::Timestamp { .. }, _)) if texts().any(is_finer_than_micros) => {
            DataType::Timestamp { unit: Some(TimeUnit::Nanosecond), zone: None }
        }
        found => found.map_or(DataType::String, |(kind, _)| kind),
    }
}

/// Whether a timestamp has more than six fraction digits.
fn is_finer_than_micros(timestamp: &str) -> bool {
    let fraction = timestamp.split_once('.').map_or("", |(_, rest)| rest);
    fraction.bytes().take_while(u8::is_ascii_digit).count() > 6
}

/// The members of an object in their order.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// Infers the fields of objects, one per line, in the order of their first occurrence.
fn of_objects(source: &MemorySource) -> Result<Vec<Field>, Error> {
    let unread = |error: &dyn std::error::Error| not_read(format!("{}: {error}", source.name()));
    let read = source.open().map_err(|error| unread(&error))?;
    let options = trueline_io::DecompressOptions::default().name(source.name());
    let (_, read) = decompress_with(read, &options).map_err(|error| unread(&error))?;
    let mut text = Vec::new();
    match read.take(HEAD_BYTES as u64).read_to_end(&mut text) {
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(unread(&error)),
        _ => {}
    }
    // The type is `None` until a value occurs that is not null.
    let mut seen: Vec<(String, Option<DataType>)> = Vec::new();
    for line in text.split(|byte| *byte == b'\n') {
        // A broken or truncated line is reported when it is read.
        let Ok(Members(members)) = serde_json::from_slice(line) else { continue };
        for (name, value) in members {
            let kind = json_type(&value);
            match seen.iter_mut().find(|(known, _)| *known == name) {
                None => seen.push((name, kind)),
                Some((_, known)) => *known = both(known.take(), kind),
            }
        }
    }
    Ok(seen.into_iter().map(|(name, kind)| Field::new(name, kind.unwrap_or(DataType::Any))).collect())
}

fn json_type(value: &Value) -> Option<DataType> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) => DataType::Boolean,
        Value::Number(number) if number.is_i64() => DataType::Int64,
        Value::Number(_) => DataType::Float64,
        Value::String(_) => DataType::String,
        Value::Array(_) | Value::Object(_) => DataType::Any,
    })
}

/// The smallest type that has the values of both types.
fn both(one: Option<DataType>, other: Option<DataType>) -> Option<DataType> {
    let is_number = |kind: &DataType| matches!(kind, DataType::Int64 | DataType::Float64);
    match (one, other) {
        (Some(one), Some(other)) if one == other => Some(one),
        (Some(one), Some(other)) if is_number(&one) && is_number(&other) => Some(DataType::Float64),
        (Some(_), Some(_)) => Some(DataType::Any),
        (one, other) => one.or(other),
    }
}
