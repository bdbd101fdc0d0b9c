//! Converts numbers to wider types.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type,
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_buffer::i256;
use arrow_schema::DataType as Arrow;
use trueline_report::BadCell;
use trueline_schema::DataType;

use super::nested::with_nulls_at;
use super::widen::{EXCESS_DIGITS, Widened};

/// Integers of a type whose values all fit into the schema's type. They are returned unchanged: checks read every width.
pub(super) fn integer(array: &ArrayRef, data_type: &DataType) -> Option<ArrayRef> {
    let (least, most) = bounds(array.data_type())?;
    let (lowest, highest) = data_type.integer_bounds()?;
    (lowest <= least && most <= highest).then(|| Arc::clone(array))
}

/// The minimum and maximum of an integer type.
fn bounds(layout: &Arrow) -> Option<(i128, i128)> {
    let signed = |bits: u32| (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1);
    Some(match layout {
        Arrow::Int8 => signed(8),
        Arrow::Int16 => signed(16),
        Arrow::Int32 => signed(32),
        Arrow::Int64 => signed(64),
        Arrow::UInt8 => (0, (1 << 8) - 1),
        Arrow::UInt16 => (0, (1 << 16) - 1),
        Arrow::UInt32 => (0, (1 << 32) - 1),
        Arrow::UInt64 => (0, (1 << 64) - 1),
        _ => return None,
    })
}

/// Floats of up to that many bits, and integers that these represent exactly.
pub(super) fn float(array: &ArrayRef, is_double: bool) -> Option<ArrayRef> {
    macro_rules! from {
        ($own:ty) => {{
            if is_double {
                let wide: PrimitiveArray<Float64Type> = array.as_primitive::<$own>().unary(f64::from);
                Some(Arc::new(wide))
            } else {
                let wide: PrimitiveArray<Float32Type> = array.as_primitive::<$own>().unary(f32::from);
                Some(Arc::new(wide))
            }
        }};
    }
    macro_rules! from_long {
        ($own:ty) => {{
            let wide: PrimitiveArray<Float64Type> = array.as_primitive::<$own>().unary(f64::from);
            is_double.then(|| Arc::new(wide) as ArrayRef)
        }};
    }
    match array.data_type() {
        Arrow::Float64 => is_double.then(|| Arc::clone(array)),
        Arrow::Float32 if !is_double => Some(Arc::clone(array)),
        Arrow::Float32 => from_long!(Float32Type),
        Arrow::Float16 => from!(Float16Type),
        Arrow::Int8 => from!(Int8Type),
        Arrow::Int16 => from!(Int16Type),
        Arrow::UInt8 => from!(UInt8Type),
        Arrow::UInt16 => from!(UInt16Type),
        Arrow::Int32 => from_long!(Int32Type),
        Arrow::UInt32 => from_long!(UInt32Type),
        _ => None,
    }
}

/// Decimals whose integer and fraction digits fit, and integers whose digits fit. Values with more digits than their own type
/// declares are invalid.
pub(super) fn decimal(array: &ArrayRef, precision: u8, scale: u8) -> Option<Widened> {
    let (own_precision, own_scale) = digits(array.data_type())?;
    let scale = i8::try_from(scale).ok()?;
    let whole = |precision: u8, scale: i8| i16::from(precision) - i16::from(scale);
    if own_scale > scale || whole(own_precision, own_scale) > whole(precision, scale) {
        return None;
    }
    let bad = excess_digits(array, own_precision)?;
    if matches!(array.data_type(), Arrow::Decimal128(_, _)) && own_scale == scale {
        return with_nulls_at(Arc::clone(array), bad);
    }
    let factor = 10_i128.checked_pow(u32::from(scale.abs_diff(own_scale)))?;
    // A value with too many digits becomes null.
    let scaled = |value: i128| value.wrapping_mul(factor);
    let values: PrimitiveArray<Decimal128Type> = match array.data_type() {
        Arrow::Decimal32(_, _) => scale_up::<Decimal32Type>(array, scaled),
        Arrow::Decimal64(_, _) => scale_up::<Decimal64Type>(array, scaled),
        Arrow::Decimal128(_, _) => array.as_primitive::<Decimal128Type>().unary(scaled),
        // Values of so few digits have no more bits; null slots may hold anything.
        Arrow::Decimal256(_, _) => {
            array.as_primitive::<Decimal256Type>().unary(|value| scaled(value.to_i128().unwrap_or_default()))
        }
        Arrow::Int8 => scale_up::<Int8Type>(array, scaled),
        Arrow::Int16 => scale_up::<Int16Type>(array, scaled),
        Arrow::Int32 => scale_up::<Int32Type>(array, scaled),
        Arrow::Int64 => scale_up::<Int64Type>(array, scaled),
        Arrow::UInt8 => scale_up::<UInt8Type>(array, scaled),
        Arrow::UInt16 => scale_up::<UInt16Type>(array, scaled),
        Arrow::UInt32 => scale_up::<UInt32Type>(array, scaled),
        Arrow::UInt64 => scale_up::<UInt64Type>(array, scaled),
        _ => return None,
    };
    with_nulls_at(Arc::new(values.with_precision_and_scale(precision, scale).ok()?), bad)
}

/// The decimals with more digits than their type declares, which Arrow permits. `None` if no number has that many digits.
fn excess_digits(array: &ArrayRef, precision: u8) -> Option<Vec<BadCell>> {
    let most = 10_i128.checked_pow(u32::from(precision))? - 1;
    Some(match array.data_type() {
        Arrow::Decimal32(_, _) => beyond(array.as_primitive::<Decimal32Type>(), i32::try_from(most).ok()),
        Arrow::Decimal64(_, _) => beyond(array.as_primitive::<Decimal64Type>(), i64::try_from(most).ok()),
        Arrow::Decimal128(_, _) => beyond(array.as_primitive::<Decimal128Type>(), Some(most)),
        Arrow::Decimal256(_, _) => {
            beyond(array.as_primitive::<Decimal256Type>(), Some(i256::from_i128(most)))
        }
        _ => Vec::new(),
    })
}

fn beyond<T>(values: &PrimitiveArray<T>, most: Option<T::Native>) -> Vec<BadCell>
where
    T: ArrowPrimitiveType,
    T::Native: PartialOrd + std::ops::Neg<Output = T::Native>,
{
    let Some(most) = most else { return Vec::new() };
    let least = -most;
    let fits = |value: T::Native| (least..=most).contains(&value);
    // Without an early exit, so that the loop is vectorized.
    if values.values().iter().fold(true, |all, value| all & fits(*value)) {
        return Vec::new();
    }
    // Null slots may hold anything.
    let rows = (0..).zip(0..values.len());
    rows.filter(|(_, row)| values.is_valid(*row) && !fits(values.value(*row)))
        .map(|(row, _)| BadCell { row, code: EXCESS_DIGITS })
        .collect()
}

/// The digits of a decimal, or the maximum of an integer type, and how many of them are after the decimal point.
fn digits(layout: &Arrow) -> Option<(u8, i8)> {
    Some(match layout {
        Arrow::Decimal32(precision, scale)
        | Arrow::Decimal64(precision, scale)
        | Arrow::Decimal128(precision, scale)
        | Arrow::Decimal256(precision, scale) => (*precision, *scale),
        Arrow::Int8 | Arrow::UInt8 => (3, 0),
        Arrow::Int16 | Arrow::UInt16 => (5, 0),
        Arrow::Int32 | Arrow::UInt32 => (10, 0),
        Arrow::Int64 => (19, 0),
        Arrow::UInt64 => (20, 0),
        _ => return None,
    })
}

fn scale_up<S>(array: &ArrayRef, scaled: impl Fn(i128) -> i128) -> PrimitiveArray<Decimal128Type>
where
    S: ArrowPrimitiveType,
    S::Native: Into<i128>,
{
    array.as_primitive::<S>().unary(|value| scaled(value.into()))
}
