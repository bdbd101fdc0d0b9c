//! Converts Arrow arrays to the layouts that checks read, if that is lossless.
//!
//! The types alone decide this: an array of a type is either always accepted or never. Values that its type permits but the
//! schema's does not, such as half a day in a column of dates or a decimal with too many digits, are returned as bad cells.

use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow_array::builder::StringViewBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampSecondType,
};
use arrow_array::{
    Array, ArrayRef, BinaryArray, Date32Array, PrimitiveArray, StringViewArray, new_empty_array,
    new_null_array,
};
use arrow_schema::{DataType as Arrow, TimeUnit as Unit};
use trueline_report::BadCell;
use trueline_schema::{DataType, TimeUnit};

use super::flat::flat;
use super::{nested, number, show};

const INVALID: &str = "type.invalid";
const OUT_OF_RANGE: &str = "type.out_of_range";
pub(super) const EXCESS_DIGITS: &str = "type.excess_digits";

/// A day in nanoseconds.
const DAY: i64 = 86_400_000_000_000;

/// An array in the layout that checks read, and the cells that are not values of the type. Their slots are null.
#[derive(Debug)]
pub(crate) struct Widened {
    pub(crate) array: ArrayRef,
    pub(crate) bad: Vec<BadCell>,
}

impl Widened {
    fn of(array: ArrayRef) -> Self {
        Self { array, bad: Vec::new() }
    }
}

/// Whether columns of this Arrow type are accepted for a schema's type.
pub(crate) fn accepts(found: &Arrow, data_type: &DataType) -> bool {
    widen(&new_empty_array(found), data_type).is_some()
}

/// The array in the layout of a column of `data_type`; `None` where values could be lost.
pub(crate) fn widen(array: &ArrayRef, data_type: &DataType) -> Option<Widened> {
    let array = &flat(array)?;
    if *array.data_type() == Arrow::Null {
        return Some(Widened::of(new_null_array(&layout(data_type), array.len())));
    }
    let whole = |array: Option<ArrayRef>| array.map(Widened::of);
    match data_type {
        DataType::String => whole(text(array)),
        DataType::Any => whole(Some(text(array).unwrap_or_else(|| shown(array)))),
        DataType::Boolean => whole((*array.data_type() == Arrow::Boolean).then(|| Arc::clone(array))),
        DataType::Float32 | DataType::Float64 => whole(number::float(array, *data_type == DataType::Float64)),
        DataType::Decimal { precision, scale } => number::decimal(array, *precision, *scale),
        DataType::Date => date(array),
        DataType::Time => time(array),
        DataType::Timestamp { unit, zone } => timestamp(array, *unit, zone.is_some()),
        DataType::Duration => {
            whole(matches!(array.data_type(), Arrow::Duration(_)).then(|| Arc::clone(array)))
        }
        DataType::Binary => whole(binary(array)),
        DataType::List(item) => nested::list(array, item),
        DataType::Struct(members) => nested::structure(array, members),
        integer => whole(number::integer(array, integer)),
    }
}

/// A layout that the checks of a type read.
fn layout(data_type: &DataType) -> Arrow {
    match data_type {
        DataType::String | DataType::Any => Arrow::Utf8View,
        DataType::Boolean => Arrow::Boolean,
        DataType::Float32 => Arrow::Float32,
        DataType::Float64 => Arrow::Float64,
        DataType::Decimal { precision, scale } => {
            Arrow::Decimal128(*precision, i8::try_from(*scale).unwrap_or_default())
        }
        DataType::Date => Arrow::Date32,
        DataType::Time => Arrow::Time64(Unit::Nanosecond),
        DataType::Timestamp { .. } => Arrow::Timestamp(Unit::Nanosecond, None),
        DataType::Duration => Arrow::Duration(Unit::Nanosecond),
        DataType::Binary => Arrow::Binary,
        DataType::List(_) => Arrow::new_list(Arrow::Null, true),
        DataType::Struct(_) => Arrow::Struct(arrow_schema::Fields::empty()),
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => Arrow::UInt64,
        _ => Arrow::Int64,
    }
}

/// Strings of any layout, as views.
pub(super) fn text(array: &ArrayRef) -> Option<ArrayRef> {
    let views: StringViewArray = match array.data_type() {
        Arrow::Utf8View => return Some(Arc::clone(array)),
        Arrow::Utf8 => array.as_string::<i32>().into(),
        Arrow::LargeUtf8 => array.as_string::<i64>().into(),
        _ => return None,
    };
    Some(Arc::new(views))
}

/// Values of any type as the text that reports show.
fn shown(array: &ArrayRef) -> ArrayRef {
    let mut texts = StringViewBuilder::with_capacity(array.len());
    for row in 0..array.len() {
        texts.append_option((!array.is_null(row)).then(|| show::value(array, row)));
    }
    Arc::new(texts.finish())
}

/// Dates. Dates in milliseconds must not have a time of day.
fn date(array: &ArrayRef) -> Option<Widened> {
    const DAY: i64 = 86_400_000;
    match array.data_type() {
        Arrow::Date32 => Some(Widened::of(Arc::clone(array))),
        Arrow::Date64 => {
            let (mut bad, mut days) = (Vec::new(), Date32Array::builder(array.len()));
            for (row, millis) in (0..).zip(array.as_primitive::<Date64Type>()) {
                let day = millis.map(|millis| (millis % DAY == 0).then(|| i32::try_from(millis / DAY)));
                match day {
                    Some(Some(Ok(day))) => days.append_value(day),
                    Some(fault) => {
                        bad.push(BadCell { row, code: if fault.is_some() { OUT_OF_RANGE } else { INVALID } });
                        days.append_null();
                    }
                    None => days.append_null(),
                }
            }
            Some(Widened { array: Arc::new(days.finish()), bad })
        }
        _ => None,
    }
}

/// Times of day. Arrow's types also allow values outside a day, which become bad cells.
fn time(array: &ArrayRef) -> Option<Widened> {
    use arrow_array::types::{
        Time32MillisecondType, Time32SecondType, Time64MicrosecondType, Time64NanosecondType,
    };
    match array.data_type() {
        Arrow::Time32(Unit::Second) => {
            Some(within_a_day(array.as_primitive::<Time32SecondType>(), 1_000_000_000))
        }
        Arrow::Time32(Unit::Millisecond) => {
            Some(within_a_day(array.as_primitive::<Time32MillisecondType>(), 1_000_000))
        }
        Arrow::Time64(Unit::Microsecond) => {
            Some(within_a_day(array.as_primitive::<Time64MicrosecondType>(), 1_000))
        }
        Arrow::Time64(Unit::Nanosecond) => {
            Some(within_a_day(array.as_primitive::<Time64NanosecondType>(), 1))
        }
        _ => None,
    }
}

fn within_a_day<T>(values: &PrimitiveArray<T>, nanos: i64) -> Widened
where
    T: ArrowPrimitiveType,
    T::Native: Into<i64>,
{
    within(values, 0..=DAY / nanos - 1)
}

/// Values outside of the range are bad cells.
fn within<T>(values: &PrimitiveArray<T>, range: RangeInclusive<i64>) -> Widened
where
    T: ArrowPrimitiveType,
    T::Native: Into<i64>,
{
    let is_within = |value: T::Native| range.contains(&value.into());
    if values.values().iter().all(|value| is_within(*value)) {
        return Widened::of(Arc::new(values.clone()));
    }
    // Null slots may hold anything.
    let is_bad = |row: usize| values.is_valid(row) && !is_within(values.value(row));
    let rows = (0..).zip(0..values.len()).filter(|(_, row)| is_bad(*row));
    let bad = rows.map(|(row, _)| BadCell { row, code: OUT_OF_RANGE }).collect();
    let kept: PrimitiveArray<T> = values.unary_opt(|value| is_within(value).then_some(value));
    Widened { array: Arc::new(kept), bad }
}

/// Timestamps with a unit no finer than declared, and with a time zone if one is declared. The declared unit limits the range:
/// nanoseconds in 64 bits end in the year 2262.
fn timestamp(array: &ArrayRef, unit: Option<TimeUnit>, has_zone: bool) -> Option<Widened> {
    let Arrow::Timestamp(own, zone) = array.data_type() else { return None };
    let factor = unit.map_or(Some(1), |unit| factor(*own, unit))?;
    if has_zone && zone.is_none() {
        return None;
    }
    if factor == 1 {
        return Some(Widened::of(Arc::clone(array)));
    }
    let range = i64::MIN / factor..=i64::MAX / factor;
    Some(match own {
        Unit::Second => within(array.as_primitive::<TimestampSecondType>(), range),
        Unit::Millisecond => within(array.as_primitive::<TimestampMillisecondType>(), range),
        Unit::Microsecond => within(array.as_primitive::<TimestampMicrosecondType>(), range),
        Unit::Nanosecond => return None,
    })
}

/// How many of `unit` one of `own` has; `None` if that is less than one.
pub(super) fn factor(own: Unit, unit: TimeUnit) -> Option<i64> {
    let own = match own {
        Unit::Second => 1,
        Unit::Millisecond => 1_000,
        Unit::Microsecond => 1_000_000,
        Unit::Nanosecond => 1_000_000_000,
    };
    let unit = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    };
    (unit >= own).then_some(unit / own)
}

fn binary(array: &ArrayRef) -> Option<ArrayRef> {
    let values: BinaryArray = match array.data_type() {
        Arrow::Binary => return Some(Arc::clone(array)),
        Arrow::LargeBinary => array.as_binary::<i64>().iter().collect(),
        Arrow::BinaryView => array.as_binary_view().iter().collect(),
        Arrow::FixedSizeBinary(_) => array.as_fixed_size_binary().iter().collect(),
        _ => return None,
    };
    Some(Arc::new(values))
}
