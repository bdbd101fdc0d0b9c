//! What the parser of documents must know about a check.

use std::fmt;

use super::CheckKind;
use crate::data_type::DataType;
use crate::read::Item;

/// The fixed facts of a check.
pub(crate) struct Spec {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its codes, in the order of the documentation.
    pub(crate) codes: &'static [&'static str],
    /// The field keywords that ask for it.
    pub(crate) keywords: &'static [&'static str],
    /// The parameters of its item, besides those common to all.
    pub(crate) parameters: &'static [&'static str],
    /// The parameters of which at least one is required.
    pub(crate) needs: &'static [&'static str],
    /// What it is asked of.
    pub(crate) target: Target,
    /// The types of columns it can be asked of.
    pub(crate) types: Types,
    /// Whether it counts failures, so that some can be let pass.
    pub(crate) takes_tolerance: bool,
    /// Reads its parameters; `None` if an error was recorded.
    pub(crate) read: fn(&mut Item<'_, '_>) -> Option<CheckKind>,
}

/// What a check is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The whole table.
    Table,
    /// One column.
    Column,
    /// One column or several together.
    Columns,
}

/// A family of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Types {
    All,
    /// All but `any`.
    Known,
    /// All that are not nested.
    Flat,
    /// All that are neither `any` nor nested.
    Comparable,
    Text,
    /// With a length.
    Sized,
    /// With an order.
    Ordered,
    Numbers,
    /// Numbers with a fraction.
    Fractional,
    Floats,
    Boolean,
    /// Dates and times.
    Moments,
    /// Text, and values written with strptime or in a named format.
    Formatted,
    /// The kinds of JSON values, and types derived from them.
    Coercible,
}

impl Types {
    /// Whether the family holds the type.
    pub(crate) fn contains(self, data_type: &DataType) -> bool {
        let is_moment = matches!(data_type, DataType::Date | DataType::Time | DataType::Timestamp { .. });
        let is_fractional = data_type.is_float() || matches!(data_type, DataType::Decimal { .. });
        let is_number = is_fractional || data_type.is_integer();
        match self {
            Self::All => true,
            Self::Known => *data_type != DataType::Any,
            Self::Flat => !data_type.is_nested(),
            Self::Comparable => *data_type != DataType::Any && !data_type.is_nested(),
            Self::Text => *data_type == DataType::String,
            Self::Sized => matches!(data_type, DataType::String | DataType::Binary | DataType::List(_)),
            Self::Ordered => is_number || is_moment || *data_type == DataType::Duration,
            Self::Numbers => is_number,
            Self::Fractional => is_fractional,
            Self::Floats => data_type.is_float(),
            Self::Boolean => *data_type == DataType::Boolean,
            Self::Moments => is_moment,
            Self::Formatted => is_moment || *data_type == DataType::String,
            Self::Coercible => {
                is_number
                    || data_type.is_nested()
                    || matches!(data_type, DataType::String | DataType::Boolean)
            }
        }
    }
}

/// The members of the family, for people.
impl fmt::Display for Types {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "every type",
            Self::Known => "every type but any",
            Self::Flat => "every type but list and struct",
            Self::Comparable => "every type but any, list and struct",
            Self::Text => "string",
            Self::Sized => "string, binary and list",
            Self::Ordered => "integers, floats, decimal, date, time, timestamp and duration",
            Self::Numbers => "integers, floats and decimal",
            Self::Fractional => "floats and decimal",
            Self::Floats => "float32 and float64",
            Self::Boolean => "boolean",
            Self::Moments => "date, time and timestamp",
            Self::Formatted => "string, date, time and timestamp",
            Self::Coercible => "string, boolean, integers, floats, decimal, list and struct",
        })
    }
}
