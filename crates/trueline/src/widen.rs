//! Arrow arrays brought into the layouts the checks read, where that loses nothing.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, ArrowPrimitiveType, Decimal128Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, BinaryArray, PrimitiveArray, StringArray, StringViewArray};
use arrow_schema::{DataType as Arrow, TimeUnit as Unit};
use trueline_schema::DataType;

/// The array in the layout of a column of `data_type`; `None` where values could be lost.
pub(crate) fn widen(array: &ArrayRef, data_type: &DataType) -> Option<ArrayRef> {
    match data_type {
        DataType::String | DataType::Any => text(array),
        DataType::Boolean => keep(array, &Arrow::Boolean),
        DataType::Int8 => keep(array, &Arrow::Int8),
        DataType::Int16 => integer::<Int16Type>(array),
        DataType::Int32 => integer::<Int32Type>(array),
        DataType::Int64 => integer::<Int64Type>(array),
        DataType::UInt8 => keep(array, &Arrow::UInt8),
        DataType::UInt16 => integer::<UInt16Type>(array),
        DataType::UInt32 => integer::<UInt32Type>(array),
        DataType::UInt64 => integer::<UInt64Type>(array),
        DataType::Float32 => keep(array, &Arrow::Float32),
        DataType::Float64 => float(array),
        DataType::Decimal { precision, scale } => decimal(array, *precision, i8::try_from(*scale).ok()?),
        DataType::Date => keep(array, &Arrow::Date32),
        DataType::Time => time(array),
        DataType::Timestamp { .. } => {
            matches!(array.data_type(), Arrow::Timestamp(_, _)).then(|| array.clone())
        }
        DataType::Duration => keep(array, &Arrow::Duration(Unit::Nanosecond)),
        DataType::Binary => binary(array),
        // What stands within would have to be widened too.
        DataType::List(_) | DataType::Struct(_) => None,
    }
}

fn keep(array: &ArrayRef, layout: &Arrow) -> Option<ArrayRef> {
    (array.data_type() == layout).then(|| array.clone())
}

fn text(array: &ArrayRef) -> Option<ArrayRef> {
    let views: StringViewArray = match array.data_type() {
        Arrow::Utf8View => return Some(array.clone()),
        Arrow::Utf8 => array.as_string::<i32>().into(),
        Arrow::LargeUtf8 => array.as_string::<i64>().into(),
        Arrow::Dictionary(keys, values) if **values == Arrow::Utf8 => match keys.as_ref() {
            Arrow::Int8 => entries::<Int8Type>(array)?,
            Arrow::Int16 => entries::<Int16Type>(array)?,
            Arrow::Int32 => entries::<Int32Type>(array)?,
            Arrow::Int64 => entries::<Int64Type>(array)?,
            Arrow::UInt8 => entries::<UInt8Type>(array)?,
            Arrow::UInt16 => entries::<UInt16Type>(array)?,
            Arrow::UInt32 => entries::<UInt32Type>(array)?,
            Arrow::UInt64 => entries::<UInt64Type>(array)?,
            _ => return None,
        },
        _ => return None,
    };
    Some(Arc::new(views))
}

/// The text of every row of a dictionary.
fn entries<K: ArrowDictionaryKeyType>(array: &ArrayRef) -> Option<StringViewArray> {
    let typed = array.as_dictionary::<K>().downcast_dict::<StringArray>()?;
    Some(typed.into_iter().collect())
}

/// Narrower integers, where every value of their type fits.
fn integer<T>(array: &ArrayRef) -> Option<ArrayRef>
where
    T: ArrowPrimitiveType,
    T::Native: TryFrom<i8> + TryFrom<i16> + TryFrom<i32> + TryFrom<u8> + TryFrom<u16> + TryFrom<u32>,
{
    if *array.data_type() == T::DATA_TYPE {
        return Some(array.clone());
    }
    let (own, target) = (width(array.data_type())?, width(&T::DATA_TYPE)?);
    // Unsigned values fit into more bits of either kind; signed ones only into more bits of their own.
    if own.bits >= target.bits || (own.is_signed && !target.is_signed) {
        return None;
    }
    Some(match array.data_type() {
        Arrow::Int8 => convert::<Int8Type, T>(array),
        Arrow::Int16 => convert::<Int16Type, T>(array),
        Arrow::Int32 => convert::<Int32Type, T>(array),
        Arrow::UInt8 => convert::<UInt8Type, T>(array),
        Arrow::UInt16 => convert::<UInt16Type, T>(array),
        Arrow::UInt32 => convert::<UInt32Type, T>(array),
        _ => return None,
    })
}

fn convert<S, T>(array: &ArrayRef) -> ArrayRef
where
    S: ArrowPrimitiveType,
    T: ArrowPrimitiveType,
    T::Native: TryFrom<S::Native>,
{
    let values = array.as_primitive::<S>();
    // Null slots may hold anything; those of a wider type hold anything that fits.
    let wide: PrimitiveArray<T> = values.unary(|value| T::Native::try_from(value).unwrap_or_default());
    Arc::new(wide)
}

struct Width {
    bits: u8,
    is_signed: bool,
}

fn width(layout: &Arrow) -> Option<Width> {
    let (bits, is_signed) = match layout {
        Arrow::Int8 => (8, true),
        Arrow::Int16 => (16, true),
        Arrow::Int32 => (32, true),
        Arrow::Int64 => (64, true),
        Arrow::UInt8 => (8, false),
        Arrow::UInt16 => (16, false),
        Arrow::UInt32 => (32, false),
        Arrow::UInt64 => (64, false),
        _ => return None,
    };
    Some(Width { bits, is_signed })
}

fn float(array: &ArrayRef) -> Option<ArrayRef> {
    match array.data_type() {
        Arrow::Float64 => Some(array.clone()),
        Arrow::Float32 => {
            let wide: PrimitiveArray<Float64Type> = array.as_primitive::<Float32Type>().unary(f64::from);
            Some(Arc::new(wide))
        }
        _ => None,
    }
}

/// Decimals whose whole and fraction digits fit.
fn decimal(array: &ArrayRef, precision: u8, scale: i8) -> Option<ArrayRef> {
    let Arrow::Decimal128(own_precision, own_scale) = *array.data_type() else { return None };
    let whole = |precision: u8, scale: i8| i16::from(precision) - i16::from(scale);
    if own_scale > scale || whole(own_precision, own_scale) > whole(precision, scale) {
        return None;
    }
    let factor = 10_i128.checked_pow(u32::from(scale.abs_diff(own_scale)))?;
    let values = array.as_primitive::<Decimal128Type>().unary(|value: i128| value.wrapping_mul(factor));
    let values: PrimitiveArray<Decimal128Type> = values;
    Some(Arc::new(values.with_precision_and_scale(precision, scale).ok()?))
}

fn time(array: &ArrayRef) -> Option<ArrayRef> {
    let nanos: PrimitiveArray<Time64NanosecondType> = match array.data_type() {
        Arrow::Time64(Unit::Nanosecond) => return Some(array.clone()),
        Arrow::Time64(Unit::Microsecond) => {
            array.as_primitive::<Time64MicrosecondType>().unary(|value| value.wrapping_mul(1_000))
        }
        Arrow::Time32(Unit::Millisecond) => {
            array.as_primitive::<Time32MillisecondType>().unary(|value| i64::from(value) * 1_000_000)
        }
        Arrow::Time32(Unit::Second) => {
            array.as_primitive::<Time32SecondType>().unary(|value| i64::from(value) * 1_000_000_000)
        }
        _ => return None,
    };
    Some(Arc::new(nanos))
}

fn binary(array: &ArrayRef) -> Option<ArrayRef> {
    let values: BinaryArray = match array.data_type() {
        Arrow::Binary => return Some(array.clone()),
        Arrow::LargeBinary => array.as_binary::<i64>().iter().collect(),
        Arrow::BinaryView => array.as_binary_view().iter().collect(),
        _ => return None,
    };
    Some(Arc::new(values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{DictionaryArray, Float32Array, Int8Array, Int64Array, LargeStringArray, UInt32Array};

    fn to(array: impl Array + 'static, data_type: &DataType) -> Option<ArrayRef> {
        let array: ArrayRef = Arc::new(array);
        widen(&array, data_type)
    }

    #[test]
    fn integers_widen_and_never_narrow() {
        let wide = to(Int8Array::from(vec![Some(-7), None]), &DataType::Int64).expect("widened");
        assert_eq!(wide.as_primitive::<Int64Type>(), &Int64Array::from(vec![Some(-7), None]));
        let wide = to(UInt32Array::from(vec![u32::MAX]), &DataType::Int64).expect("widened");
        assert_eq!(wide.as_primitive::<Int64Type>().value(0), i64::from(u32::MAX));
        assert!(to(UInt32Array::from(vec![1]), &DataType::Int32).is_none());
        assert!(to(Int8Array::from(vec![1]), &DataType::UInt64).is_none());
        assert!(to(Int64Array::from(vec![1]), &DataType::Int32).is_none());
        assert!(to(Int64Array::from(vec![1]), &DataType::Float64).is_none());
    }

    #[test]
    fn text_of_any_layout_is_read() {
        let views = |array: ArrayRef| {
            array.as_string_view().iter().map(|text| text.map(str::to_owned)).collect::<Vec<_>>()
        };
        let large = to(LargeStringArray::from(vec![Some("a"), None]), &DataType::String).expect("text");
        assert_eq!(views(large), [Some("a".to_owned()), None]);
        let dictionary: DictionaryArray<UInt8Type> =
            vec![Some("x"), None, Some("y"), Some("x")].into_iter().collect();
        let rows = to(dictionary, &DataType::String).expect("text");
        assert_eq!(views(rows), [Some("x".to_owned()), None, Some("y".to_owned()), Some("x".to_owned())]);
        assert!(to(Float32Array::from(vec![1.0]), &DataType::String).is_none());
    }

    #[test]
    fn decimals_keep_all_their_digits() {
        let cents = PrimitiveArray::<Decimal128Type>::from(vec![125])
            .with_precision_and_scale(6, 2)
            .expect("a decimal");
        let wide = to(cents.clone(), &DataType::Decimal { precision: 8, scale: 3 }).expect("widened");
        assert_eq!(wide.as_primitive::<Decimal128Type>().value(0), 1250);
        assert!(to(cents.clone(), &DataType::Decimal { precision: 8, scale: 1 }).is_none());
        assert!(to(cents, &DataType::Decimal { precision: 6, scale: 3 }).is_none());
    }
}
