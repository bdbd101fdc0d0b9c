//! # `type`
//!
//! Values must have the column's type. Implied by every typed field; declare it only to set a severity, tolerance, id or message.

use super::{CheckKind, Spec, Target, Types};
use crate::data_type::DataType;

pub(crate) const SPEC: Spec = Spec {
    name: "type",
    codes: &["type.invalid", "type.out_of_range", "type.excess_digits", "type.column"],
    keywords: &[],
    parameters: &[],
    needs: &[],
    target: Target::Column,
    types: Types::Typed,
    takes_tolerance: true,
    read: |_| Some(CheckKind::Type),
};

pub(crate) fn expected(data_type: &DataType) -> String {
    if let Some((min, max)) = data_type.integer_bounds() {
        return format!("an integer from {min} to {max}");
    }
    match data_type {
        DataType::String => "text".to_owned(),
        DataType::Boolean => "a boolean".to_owned(),
        DataType::Float32 | DataType::Float64 => format!("a number ({data_type})"),
        DataType::Decimal { precision, scale: 0 } => format!("a whole number of at most {precision} digits"),
        DataType::Decimal { precision, scale } => {
            format!("a number of at most {precision} digits, at most {scale} of them after the point")
        }
        DataType::Date => "a date".to_owned(),
        DataType::Time => "a time of day".to_owned(),
        DataType::Timestamp { unit, zone } => {
            let finest = unit.map_or_else(String::new, |unit| format!(" in {}", unit.name()));
            let offset = if zone.is_some() { " with an offset" } else { "" };
            format!("a timestamp{finest}{offset}")
        }
        DataType::Duration => "a duration".to_owned(),
        DataType::Binary => "bytes in base64".to_owned(),
        DataType::List(_) => format!("a list ({data_type})"),
        DataType::Struct(_) => format!("an object ({data_type})"),
        _ => "any value".to_owned(),
    }
}
