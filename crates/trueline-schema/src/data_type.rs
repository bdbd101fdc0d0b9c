//! The types of columns.

use std::fmt;

use crate::literal::quote;

/// The type of a column. [`Display`](fmt::Display) writes the spelling used in schema documents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum DataType {
    /// Text.
    String,
    /// `true` or `false`.
    Boolean,
    /// 8-bit signed integer.
    Int8,
    /// 16-bit signed integer.
    Int16,
    /// 32-bit signed integer.
    Int32,
    /// 64-bit signed integer; also spelled `integer`.
    Int64,
    /// 8-bit unsigned integer.
    UInt8,
    /// 16-bit unsigned integer.
    UInt16,
    /// 32-bit unsigned integer.
    UInt32,
    /// 64-bit unsigned integer.
    UInt64,
    /// IEEE 754 binary32.
    Float32,
    /// IEEE 754 binary64; also spelled `number`.
    Float64,
    /// Exact decimal.
    Decimal {
        /// The maximum number of digits, 1 to 38.
        precision: u8,
        /// The number of digits after the decimal point, at most `precision`.
        scale: u8,
    },
    /// Calendar date.
    Date,
    /// Time of day, without a time zone.
    Time,
    /// Point in time.
    Timestamp {
        /// The finest allowed unit; any if `None`.
        unit: Option<TimeUnit>,
        /// The declared time zone; values must then have an offset.
        zone: Option<String>,
    },
    /// Length of time.
    Duration,
    /// Bytes; base64 in text formats.
    Binary,
    /// A list of any number of items of one type.
    List(Box<DataType>),
    /// Named members with their types; at least one, with unique names.
    Struct(Vec<(String, DataType)>),
    /// Any value; in text formats, text.
    #[default]
    Any,
}

/// The finest unit of a timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimeUnit {
    /// Seconds, `s`.
    Second,
    /// Milliseconds, `ms`.
    Millisecond,
    /// Microseconds, `us`.
    Microsecond,
    /// Nanoseconds, `ns`.
    Nanosecond,
}

impl TimeUnit {
    /// Returns the spelling in schema documents: `s`, `ms`, `us` or `ns`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Millisecond => "ms",
            Self::Microsecond => "us",
            Self::Nanosecond => "ns",
        }
    }

    /// Returns the unit with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Second, Self::Millisecond, Self::Microsecond, Self::Nanosecond]
            .into_iter()
            .find(|unit| unit.name() == name)
    }

    /// Returns the length of one unit in nanoseconds.
    pub fn nanoseconds(self) -> i128 {
        match self {
            Self::Second => 1_000_000_000,
            Self::Millisecond => 1_000_000,
            Self::Microsecond => 1_000,
            Self::Nanosecond => 1,
        }
    }
}

impl DataType {
    /// The types without parameters, in the order of the documentation.
    pub(crate) const PLAIN: [Self; 18] = [
        Self::String,
        Self::Boolean,
        Self::Int8,
        Self::Int16,
        Self::Int32,
        Self::Int64,
        Self::UInt8,
        Self::UInt16,
        Self::UInt32,
        Self::UInt64,
        Self::Float32,
        Self::Float64,
        Self::Date,
        Self::Time,
        Self::Timestamp { unit: None, zone: None },
        Self::Duration,
        Self::Binary,
        Self::Any,
    ];

    /// Returns the name without parameters.
    pub fn name(&self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::UInt8 => "uint8",
            Self::UInt16 => "uint16",
            Self::UInt32 => "uint32",
            Self::UInt64 => "uint64",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Decimal { .. } => "decimal",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp { .. } => "timestamp",
            Self::Duration => "duration",
            Self::Binary => "binary",
            Self::List(_) => "list",
            Self::Struct(_) => "struct",
            Self::Any => "any",
        }
    }

    /// Returns the smallest and the largest value of an integer type.
    pub fn integer_bounds(&self) -> Option<(i128, i128)> {
        Some(match self {
            Self::Int8 => (i128::from(i8::MIN), i128::from(i8::MAX)),
            Self::Int16 => (i128::from(i16::MIN), i128::from(i16::MAX)),
            Self::Int32 => (i128::from(i32::MIN), i128::from(i32::MAX)),
            Self::Int64 => (i128::from(i64::MIN), i128::from(i64::MAX)),
            Self::UInt8 => (0, i128::from(u8::MAX)),
            Self::UInt16 => (0, i128::from(u16::MAX)),
            Self::UInt32 => (0, i128::from(u32::MAX)),
            Self::UInt64 => (0, i128::from(u64::MAX)),
            _ => return None,
        })
    }

    /// Returns whether this is an integer type.
    pub fn is_integer(&self) -> bool {
        self.integer_bounds().is_some()
    }

    /// Returns whether this is a list or a struct.
    pub fn is_nested(&self) -> bool {
        matches!(self, Self::List(_) | Self::Struct(_))
    }

    /// Returns whether this is `float32` or `float64`.
    pub fn is_float(&self) -> bool {
        matches!(self, Self::Float32 | Self::Float64)
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Decimal { precision, scale } => write!(f, "({precision},{scale})"),
            Self::Timestamp { unit: Some(unit), zone: None } => write!(f, "({})", unit.name()),
            Self::Timestamp { unit: Some(unit), zone: Some(zone) } => write!(f, "({},{zone})", unit.name()),
            Self::Timestamp { unit: None, zone: Some(zone) } => write!(f, "(us,{zone})"),
            Self::List(item) => write!(f, "<{item}>"),
            Self::Struct(members) => {
                f.write_str("<")?;
                for (index, (name, data_type)) in members.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    if is_plain_name(name) {
                        write!(f, "{comma}{name}: {data_type}")?;
                    } else {
                        write!(f, "{comma}{}: {data_type}", quote(name))?;
                    }
                }
                f.write_str(">")
            }
            _ => Ok(()),
        }
    }
}

/// Whether the name of a member can be written unquoted in a type; others are written as JSON strings.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let is_plain = |character: char| {
        !character.is_control() && !matches!(character, '<' | '>' | '(' | ')' | ',' | ':' | '"' | '\\')
    };
    !name.is_empty() && name.trim() == name && name.chars().all(is_plain)
}
