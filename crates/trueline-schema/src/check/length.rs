//! # `length`
//!
//! Text must have `min_length` to `max_length` characters (Unicode scalar values), or bytes with `unit: byte`. The length of a
//! binary value is in bytes; the length of a list is its number of items.

use super::{CheckKind, Spec, Target, Types};
use crate::canonical::Object;
use crate::data_type::DataType;
use crate::error::ErrorKind;
use crate::read::Parameters;

pub(crate) const SPEC: Spec = Spec {
    name: "length",
    codes: &["length.too_short", "length.too_long"],
    keywords: &["min_length", "max_length"],
    parameters: &["min_length", "max_length", "unit"],
    needs: &["min_length", "max_length"],
    target: Target::Column,
    types: Types::Sized,
    takes_tolerance: true,
    read: |parameters| Some(read(parameters)),
};

/// The unit of a length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LengthUnit {
    /// Unicode scalar values.
    #[default]
    Char,
    /// Bytes; for text, UTF-8 bytes.
    Byte,
}

pub(crate) const UNITS: [(&str, LengthUnit); 2] = [("char", LengthUnit::Char), ("byte", LengthUnit::Byte)];

fn read(parameters: &mut Parameters<'_, '_>) -> CheckKind {
    let (min, max) = (parameters.count("min_length"), parameters.count("max_length"));
    if let Some((key, kind)) = problem(min, max) {
        parameters.record_error(key, kind);
    }
    let declared = parameters.word("unit", &UNITS);
    let is_binary = parameters.data_type() == Some(&DataType::Binary);
    let is_list = matches!(parameters.data_type(), Some(DataType::List(_)));
    let reason = match declared {
        Some(LengthUnit::Char) if is_binary => Some("binary values have a length in bytes only"),
        Some(_) if is_list => Some("the length of a list is the number of its items: remove `unit`"),
        _ => None,
    };
    if let Some(reason) = reason {
        parameters.record_error("unit", ErrorKind::Impossible { reason: reason.to_owned() });
    }
    let unit = if is_binary { LengthUnit::Byte } else { declared.unwrap_or_default() };
    CheckKind::Length { min, max, unit }
}

/// Why no length is within the bounds, if so.
pub(crate) fn problem(min: Option<u64>, max: Option<u64>) -> Option<(&'static str, ErrorKind)> {
    let (min, max) = (min?, max?);
    let reason = || format!("`min_length` {min} is above `max_length` {max}");
    (min > max).then(|| ("max_length", ErrorKind::Impossible { reason: reason() }))
}

pub(crate) fn write(min: Option<u64>, max: Option<u64>, unit: LengthUnit, object: &mut Object) {
    object.count("min_length", min);
    object.count("max_length", max);
    object.word("unit", unit, &UNITS);
}

pub(crate) fn expected(min: Option<u64>, max: Option<u64>, unit: LengthUnit, data_type: &DataType) -> String {
    let noun = match (data_type, unit) {
        (DataType::List(_), _) => "item",
        (_, LengthUnit::Char) => "character",
        (_, LengthUnit::Byte) => "byte",
    };
    super::count::between(min, max, noun)
}
