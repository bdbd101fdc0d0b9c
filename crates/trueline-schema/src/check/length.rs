//! # `length`
//!
//! Text must have `min_length` to `max_length` characters (Unicode scalar values), or bytes with `unit: byte`. Binary values are counted in
//! bytes.

use super::{CheckKind, Spec, Target, Types};
use crate::canonical::Object;
use crate::data_type::DataType;
use crate::error::ErrorKind;
use crate::read::Item;

pub(crate) const SPEC: Spec = Spec {
    name: "length",
    codes: &["length.too_short", "length.too_long"],
    keywords: &["min_length", "max_length"],
    parameters: &["min_length", "max_length", "unit"],
    needs: &["min_length", "max_length"],
    target: Target::Column,
    types: Types::Sized,
    takes_tolerance: true,
    read: |item| Some(read(item)),
};

/// What a length counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LengthUnit {
    /// Unicode scalar values.
    #[default]
    Char,
    /// Bytes; of text, those of UTF-8.
    Byte,
}

pub(crate) const UNITS: [(&str, LengthUnit); 2] = [("char", LengthUnit::Char), ("byte", LengthUnit::Byte)];

fn read(item: &mut Item<'_, '_>) -> CheckKind {
    let (min, max) = (item.count("min_length"), item.count("max_length"));
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        let reason = format!("`min_length` {min} is above `max_length` {max}");
        item.fault("max_length", ErrorKind::Impossible { reason });
    }
    let declared = item.word("unit", &UNITS);
    let is_binary = item.data_type() == Some(&DataType::Binary);
    if is_binary && declared == Some(LengthUnit::Char) {
        let reason = "binary values have a length in bytes only".to_owned();
        item.fault("unit", ErrorKind::Impossible { reason });
    }
    let unit = if is_binary { LengthUnit::Byte } else { declared.unwrap_or_default() };
    CheckKind::Length { min, max, unit }
}

pub(crate) fn write(min: Option<u64>, max: Option<u64>, unit: LengthUnit, item: &mut Object) {
    item.count("min_length", min);
    item.count("max_length", max);
    item.word("unit", unit, &UNITS);
}

pub(crate) fn expected(min: Option<u64>, max: Option<u64>, unit: LengthUnit) -> String {
    let noun = match unit {
        LengthUnit::Char => "character",
        LengthUnit::Byte => "byte",
    };
    super::count::between(min, max, noun)
}
