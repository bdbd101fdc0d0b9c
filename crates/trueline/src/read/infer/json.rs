//! The fields of JSON objects, by their values.

use std::io::{self, Read};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use trueline_io::{DecompressOptions, MemorySource, Source, decompress_with};
use trueline_schema::{DataType, Field};

use super::HEAD_BYTES;
use super::moment::{common_type, is_of_strings, string_type};
use crate::error::Error;
use crate::read::not_read;

/// The maximum number of fields that the members of one object become; an object with more is one field of type `any`, because
/// its names are data.
const MAX_MEMBERS: usize = 100;

/// Infers the fields of objects, one per line, in the order of their first occurrence. Members of objects within are fields
/// with dotted names.
pub(super) fn fields(source: &MemorySource) -> Result<Vec<Field>, Error> {
    let unread = |error: &dyn std::error::Error| not_read(format!("{}: {error}", source.name()));
    let read = source.open().map_err(|error| unread(&error))?;
    let options = DecompressOptions::default().name(source.name());
    let (_, read) = decompress_with(read, &options).map_err(|error| unread(&error))?;
    let mut text = Vec::new();
    match read.take(HEAD_BYTES as u64).read_to_end(&mut text) {
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(unread(&error)),
        _ => {}
    }
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text);
    let mut members = Vec::new();
    for line in text.split(|byte| *byte == b'\n') {
        // A broken or truncated line is reported when it is read.
        if let Ok(Members(line)) = serde_json::from_slice(line) {
            merge_members(&mut members, line);
        }
    }
    let mut columns = Vec::new();
    for (name, shape) in members {
        shape.add_columns(name, &mut columns);
    }
    // A dotted name can be that of another member as well.
    let mut fields = Vec::new();
    merge_members(&mut fields, columns);
    Ok(fields.into_iter().map(|(name, shape)| Field::new(name, shape.data_type())).collect())
}

/// What the values of one member have in common.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    /// All are null.
    Null,
    /// Booleans, numbers or strings of this type. That of strings is `date`, `time` or `timestamp` where all are such values.
    Scalar(DataType),
    /// Lists, whose items have this in common.
    List(Box<Shape>),
    /// Objects with these members.
    Object(Vec<(String, Shape)>),
    /// Values of several kinds.
    Mixed,
}

impl Shape {
    fn of(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Scalar(DataType::Boolean),
            Value::Number(number) if number.is_i64() => Self::Scalar(DataType::Int64),
            Value::Number(_) => Self::Scalar(DataType::Float64),
            Value::String(text) => Self::Scalar(string_type(&text)),
            Value::Array(items) => {
                let mut shape = Self::Null;
                for item in items {
                    shape.merge(Self::of(item));
                }
                Self::List(Box::new(shape))
            }
            Value::Object(members) => {
                Self::Object(members.into_iter().map(|(name, value)| (name, Self::of(value))).collect())
            }
        }
    }

    /// Adds a value of another shape.
    fn merge(&mut self, other: Self) {
        let is_number = |kind: &DataType| matches!(kind, DataType::Int64 | DataType::Float64);
        match (&mut *self, other) {
            (_, Self::Null) => {}
            (Self::Null, other) => *self = other,
            (Self::Scalar(one), Self::Scalar(other)) if *one == other => {}
            (Self::Scalar(one), Self::Scalar(other)) if is_number(one) && is_number(&other) => {
                *one = DataType::Float64;
            }
            (Self::Scalar(one), Self::Scalar(other)) if is_of_strings(one) && is_of_strings(&other) => {
                *one = common_type(one.clone(), &other);
            }
            (Self::List(one), Self::List(other)) => one.merge(*other),
            (Self::Object(one), Self::Object(other)) => merge_members(one, other),
            _ => *self = Self::Mixed,
        }
    }

    /// Adds the column of a member, or those of its members.
    fn add_columns(self, name: String, columns: &mut Vec<(String, Self)>) {
        match self {
            Self::Object(members) if is_record(&members) => {
                for (member, shape) in members {
                    shape.add_columns(format!("{name}.{member}"), columns);
                }
            }
            shape => columns.push((name, shape)),
        }
    }

    fn data_type(&self) -> DataType {
        match self {
            Self::Scalar(kind) => kind.clone(),
            Self::List(items) => match items.data_type() {
                DataType::Any => DataType::Any,
                items => DataType::List(Box::new(items)),
            },
            Self::Null | Self::Object(_) | Self::Mixed => DataType::Any,
        }
    }
}

/// Whether the members of an object can be fields: they are few, and a dot in a name would be taken for the end of a name.
fn is_record(members: &[(String, Shape)]) -> bool {
    let is_plain = |name: &str| !name.is_empty() && !name.contains('.');
    (1..=MAX_MEMBERS).contains(&members.len()) && members.iter().all(|(name, _)| is_plain(name))
}

fn merge_members(known: &mut Vec<(String, Shape)>, members: Vec<(String, Shape)>) {
    for (name, shape) in members {
        match known.iter_mut().find(|(known, _)| *known == name) {
            None => known.push((name, shape)),
            Some((_, known)) => known.merge(shape),
        }
    }
}

/// The members of an object in their order.
struct Members(Vec<(String, Shape)>);

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
                while let Some((name, value)) = map.next_entry()? {
                    members.push((name, Shape::of(value)));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}
