//! The types of columns.

use std::fmt;

use crate::literal::quote;

/// The type of a column. [`Display`](fmt::Display) gives the spelling of schema documents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum DataType {
    /// Text.
    String,
    /// `true` or `false`.
    Boolean,
    /// Integer of 8 bits.
    Int8,
    /// Integer of 16 bits.
    Int16,
    /// Integer of 32 bits.
    Int32,
    /// Integer of 64 bits; also spelt `integer`.
    Int64,
    /// Natural number of 8 bits.
    UInt8,
    /// Natural number of 16 bits.
    UInt16,
    /// Natural number of 32 bits.
    UInt32,
    /// Natural number of 64 bits.
    UInt64,
    /// IEEE 754 binary32.
    Float32,
    /// IEEE 754 binary64; also spelt `number`.
    Float64,
    /// Exact decimal.
    Decimal {
        /// How many digits in all, 1 to 38.
        precision: u8,
        /// How many of them after the point, at most `precision`.
        scale: u8,
    },
    /// Calendar date.
    Date,
    /// Time of day, without a zone.
    Time,
    /// Point in time.
    Timestamp {
        /// The finest part; any when none is declared.
        unit: Option<TimeUnit>,
        /// The declared zone: values must then have an offset.
        zone: Option<String>,
    },
    /// Length of time.
    Duration,
    /// Bytes, in text as base64.
    Binary,
    /// Any number of items of one type.
    List(Box<DataType>),
    /// Named members, each of a type of its own; at least one, and no name twice.
    Struct(Vec<(String, DataType)>),
    /// Anything; in text formats text.
    #[default]
    Any,
}

/// The finest part that a timestamp tells.
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
    /// The spelling in schema documents: `s`, `ms`, `us` or `ns`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Millisecond => "ms",
            Self::Microsecond => "us",
            Self::Nanosecond => "ns",
        }
    }

    /// The unit of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Second, Self::Millisecond, Self::Microsecond, Self::Nanosecond]
            .into_iter()
            .find(|unit| unit.name() == name)
    }

    /// How many nanoseconds one unit lasts.
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

    /// The name without parameters.
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

    /// The smallest and the largest value of an integer type.
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

    /// Whether this is an integer type.
    pub fn is_integer(&self) -> bool {
        self.integer_bounds().is_some()
    }

    /// Whether this is a list or a struct.
    pub fn is_nested(&self) -> bool {
        matches!(self, Self::List(_) | Self::Struct(_))
    }

    /// Whether this is `float32` or `float64`.
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

/// Whether a member's name can stand in the spelling of a type as it is; others are written as JSON strings.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let is_plain = |character: char| {
        !character.is_control() && !matches!(character, '<' | '>' | '(' | ')' | ',' | ':' | '"' | '\\')
    };
    !name.is_empty() && name.trim() == name && name.chars().all(is_plain)
}
