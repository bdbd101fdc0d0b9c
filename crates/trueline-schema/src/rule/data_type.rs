//! Rules for types.

use std::collections::HashSet;

use crate::data_type::DataType;
use crate::error::{ErrorKind, backticked};
use crate::grammar::is_zone;

/// The maximum nesting depth of types.
pub(crate) const MAX_TYPE_DEPTH: usize = 32;

pub(crate) fn invalid_type(reason: &str) -> ErrorKind {
    super::invalid("type", reason)
}

pub(crate) fn decimal_digits() -> ErrorKind {
    invalid_type("takes 1 to 38 digits, and 0 to as many of them after the point")
}

/// Why there is no decimal type with these parameters, if so.
pub(crate) fn decimal(precision: u8, scale: u8) -> Option<ErrorKind> {
    match precision {
        1..=38 => (scale > precision).then(|| invalid_type("has more digits after the point than digits")),
        _ => Some(decimal_digits()),
    }
}

pub(crate) fn no_zone() -> ErrorKind {
    invalid_type("has no zone such as UTC, +01:00 or Europe/Berlin after its unit")
}

pub(crate) fn no_members() -> ErrorKind {
    invalid_type("struct needs its members: struct<a: int64, b: string>")
}

pub(crate) fn two_members(name: &str) -> ErrorKind {
    invalid_type(&format!("has two members of the name {}", backticked(name)))
}

pub(crate) fn too_deep() -> ErrorKind {
    invalid_type(&format!("has more than {MAX_TYPE_DEPTH} types within one another"))
}

/// The first rule that a type, at this depth within another, does not satisfy.
pub(super) fn problem(data_type: &DataType, depth: usize) -> Option<ErrorKind> {
    match data_type {
        DataType::Decimal { precision, scale } => decimal(*precision, *scale),
        DataType::Timestamp { zone: Some(zone), .. } => (!is_zone(zone)).then(no_zone),
        DataType::List(_) | DataType::Struct(_) if depth == MAX_TYPE_DEPTH => Some(too_deep()),
        DataType::List(item) => problem(item, depth + 1),
        DataType::Struct(members) if members.is_empty() => Some(no_members()),
        DataType::Struct(members) => {
            let mut names = HashSet::with_capacity(members.len());
            members.iter().find_map(|(name, member)| {
                if name.is_empty() {
                    return Some(invalid_type("has a member without a name"));
                }
                if !names.insert(name) {
                    return Some(two_members(name));
                }
                problem(member, depth + 1)
            })
        }
        _ => None,
    }
}
