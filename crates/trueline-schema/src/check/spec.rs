//! The description of a check that the schema parser uses.

use std::fmt;

use super::CheckKind;
use crate::data_type::DataType;
use crate::read::Parameters;

/// The static description of a check.
pub(crate) struct Spec {
    /// The name of the check.
    pub(crate) name: &'static str,
    /// The codes of its violations, in the order of the documentation.
    pub(crate) codes: &'static [&'static str],
    /// The field keywords that declare the check.
    pub(crate) keywords: &'static [&'static str],
    /// The parameters of the check in an item of `checks`, in addition to those that every check has.
    pub(crate) parameters: &'static [&'static str],
    /// The parameters of which at least one is required.
    pub(crate) needs: &'static [&'static str],
    /// What the check applies to.
    pub(crate) target: Target,
    /// The types of columns that the check applies to.
    pub(crate) types: Types,
    /// Whether the check counts failures, so that a number of them can be tolerated.
    pub(crate) takes_tolerance: bool,
    /// Reads the parameters; `None` if an error was recorded.
    pub(crate) read: fn(&mut Parameters<'_, '_>) -> Option<CheckKind>,
}

/// What a check applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The whole table.
    Table,
    /// One column.
    Column,
    /// One column, or several columns that form a key.
    Columns,
}

/// A family of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Types {
    All,
    /// All except `any`.
    Typed,
    /// All except lists and structs.
    NonNested,
    /// All except `any`, lists and structs.
    Comparable,
    String,
    /// Types with a length.
    Sized,
    /// Types with an order.
    Ordered,
    Numeric,
    /// Numeric types with a fraction.
    Fractional,
    Floats,
    Boolean,
    /// Dates, times and timestamps.
    Temporal,
    /// Types with the keyword `format`: strings (a named format), dates, times and timestamps (strptime patterns).
    Formatted,
    /// Types whose values are JSON strings, booleans, numbers, arrays or objects.
    Coercible,
}

impl Types {
    /// Whether the family contains the type.
    pub(crate) fn contains(self, data_type: &DataType) -> bool {
        let is_temporal = matches!(data_type, DataType::Date | DataType::Time | DataType::Timestamp { .. });
        let is_fractional = data_type.is_float() || matches!(data_type, DataType::Decimal { .. });
        let is_number = is_fractional || data_type.is_integer();
        match self {
            Self::All => true,
            Self::Typed => *data_type != DataType::Any,
            Self::NonNested => !data_type.is_nested(),
            Self::Comparable => *data_type != DataType::Any && !data_type.is_nested(),
            Self::String => *data_type == DataType::String,
            Self::Sized => matches!(data_type, DataType::String | DataType::Binary | DataType::List(_)),
            Self::Ordered => is_number || is_temporal || *data_type == DataType::Duration,
            Self::Numeric => is_number,
            Self::Fractional => is_fractional,
            Self::Floats => data_type.is_float(),
            Self::Boolean => *data_type == DataType::Boolean,
            Self::Temporal => is_temporal,
            Self::Formatted => is_temporal || *data_type == DataType::String,
            Self::Coercible => {
                is_number
                    || data_type.is_nested()
                    || matches!(data_type, DataType::String | DataType::Boolean)
            }
        }
    }
}

/// The types of the family, for error messages.
impl fmt::Display for Types {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "every type",
            Self::Typed => "every type but any",
            Self::NonNested => "every type but list and struct",
            Self::Comparable => "every type but any, list and struct",
            Self::String => "string",
            Self::Sized => "string, binary and list",
            Self::Ordered => "integers, floats, decimal, date, time, timestamp and duration",
            Self::Numeric => "integers, floats and decimal",
            Self::Fractional => "floats and decimal",
            Self::Floats => "float32 and float64",
            Self::Boolean => "boolean",
            Self::Temporal => "date, time and timestamp",
            Self::Formatted => "string, date, time and timestamp",
            Self::Coercible => "string, boolean, integers, floats, decimal, list and struct",
        })
    }
}
