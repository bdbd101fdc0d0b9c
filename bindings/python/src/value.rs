//! Converts values of Arrow arrays to Python objects.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType, DurationSecondType,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType,
    Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

/// One value. Times are exact to the microsecond, the resolution of Python; timestamps are in UTC.
pub(crate) fn of<'py>(py: Python<'py>, array: &ArrayRef, row: usize) -> PyResult<Bound<'py, PyAny>> {
    macro_rules! number {
        ($type:ty) => {
            array.as_primitive::<$type>().value(row).into_bound_py_any(py)
        };
    }
    if array.is_null(row) {
        return Ok(py.None().into_bound(py));
    }
    match array.data_type() {
        DataType::Null => Ok(py.None().into_bound(py)),
        DataType::Boolean => array.as_boolean().value(row).into_bound_py_any(py),
        DataType::Int8 => number!(Int8Type),
        DataType::Int16 => number!(Int16Type),
        DataType::Int32 => number!(Int32Type),
        DataType::Int64 => number!(Int64Type),
        DataType::UInt8 => number!(UInt8Type),
        DataType::UInt16 => number!(UInt16Type),
        DataType::UInt32 => number!(UInt32Type),
        DataType::UInt64 => number!(UInt64Type),
        DataType::Float32 => number!(Float32Type),
        DataType::Float64 => number!(Float64Type),
        DataType::Utf8View => array.as_string_view().value(row).into_bound_py_any(py),
        DataType::Float16 => array.as_primitive::<Float16Type>().value(row).to_f64().into_bound_py_any(py),
        DataType::Utf8 => array.as_string::<i32>().value(row).into_bound_py_any(py),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).into_bound_py_any(py),
        DataType::BinaryView => Ok(PyBytes::new(py, array.as_binary_view().value(row)).into_any()),
        DataType::Binary => Ok(PyBytes::new(py, array.as_binary::<i32>().value(row)).into_any()),
        DataType::LargeBinary => Ok(PyBytes::new(py, array.as_binary::<i64>().value(row)).into_any()),
        DataType::FixedSizeBinary(_) => {
            Ok(PyBytes::new(py, array.as_fixed_size_binary().value(row)).into_any())
        }
        DataType::Decimal32(_, scale) => {
            decimal(py, array.as_primitive::<Decimal32Type>().value(row), *scale)
        }
        DataType::Decimal64(_, scale) => {
            decimal(py, array.as_primitive::<Decimal64Type>().value(row), *scale)
        }
        DataType::Decimal128(_, scale) => {
            decimal(py, array.as_primitive::<Decimal128Type>().value(row), *scale)
        }
        DataType::Decimal256(_, scale) => {
            decimal(py, array.as_primitive::<Decimal256Type>().value(row), *scale)
        }
        DataType::Dictionary(..) => {
            // `normalized_keys` processes a whole array, so it is called on a slice of this row.
            let one = array.slice(row, 1);
            let dictionary = one.as_any_dictionary();
            match dictionary.normalized_keys().first() {
                Some(key) => of(py, dictionary.values(), *key),
                None => Ok(py.None().into_bound(py)),
            }
        }
        DataType::List(_) => list(py, &array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => list(py, &array.as_list::<i64>().value(row)),
        DataType::FixedSizeList(..) => list(py, &array.as_fixed_size_list().value(row)),
        DataType::ListView(_) => list(py, &array.as_list_view::<i32>().value(row)),
        DataType::LargeListView(_) => list(py, &array.as_list_view::<i64>().value(row)),
        DataType::Struct(fields) => {
            let record = PyDict::new(py);
            for (field, part) in fields.iter().zip(array.as_struct().columns()) {
                record.set_item(field.name(), of(py, part, row)?)?;
            }
            Ok(record.into_any())
        }
        _ => moment(py, array, row),
    }
}

fn list<'py>(py: Python<'py>, items: &ArrayRef) -> PyResult<Bound<'py, PyAny>> {
    let values: PyResult<Vec<_>> = (0..items.len()).map(|at| of(py, items, at)).collect();
    Ok(PyList::new(py, values?)?.into_any())
}

fn decimal(py: Python<'_>, unscaled: impl std::fmt::Display, scale: i8) -> PyResult<Bound<'_, PyAny>> {
    let decimal = py.import("decimal")?.getattr("Decimal")?;
    decimal.call1((format!("{unscaled}e{}", -i32::from(scale)),))
}

/// A date, a time, a timestamp or a duration.
fn moment<'py>(py: Python<'py>, array: &ArrayRef, row: usize) -> PyResult<Bound<'py, PyAny>> {
    let datetime = py.import("datetime")?;
    let delta = |micros: i64| datetime.getattr("timedelta")?.call1((0, 0, micros));
    let Some(micros) = micros(array, row) else {
        let found = array.data_type().to_string();
        return Err(PyTypeError::new_err(format!("a value of {found} has no form in Python")));
    };
    match array.data_type() {
        DataType::Date64 => {
            let epoch = datetime.getattr("datetime")?.call1((1970, 1, 1))?;
            epoch.add(delta(micros)?)?.call_method0("date")
        }
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>().value(row);
            let epoch = datetime.getattr("date")?.call1((1970, 1, 1))?;
            epoch.add(datetime.getattr("timedelta")?.call1((days,))?)
        }
        DataType::Time32(_) | DataType::Time64(_) => {
            let midnight = datetime.getattr("datetime")?.call1((1970, 1, 1))?;
            midnight.add(delta(micros)?)?.call_method0("time")
        }
        DataType::Timestamp(_, zone) => {
            let epoch = datetime.getattr("datetime")?.call1((1970, 1, 1))?;
            let moment = epoch.add(delta(micros)?)?;
            if zone.is_none() {
                return Ok(moment);
            }
            let zone = PyDict::new(py);
            zone.set_item("tzinfo", datetime.getattr("timezone")?.getattr("utc")?)?;
            moment.call_method("replace", (), Some(&zone))
        }
        _ => delta(micros),
    }
}

/// The microseconds of a time, a timestamp or a duration; 0 for a date.
fn micros(array: &ArrayRef, row: usize) -> Option<i64> {
    macro_rules! value {
        ($type:ty) => {
            i64::from(array.as_primitive::<$type>().value(row))
        };
    }
    let (value, per_second) = match array.data_type() {
        DataType::Date32 => (0, 1),
        DataType::Date64 => (value!(Date64Type), 1_000),
        DataType::Time32(TimeUnit::Second) => (value!(Time32SecondType), 1),
        DataType::Time32(_) => (value!(Time32MillisecondType), 1_000),
        DataType::Time64(TimeUnit::Microsecond) => (value!(Time64MicrosecondType), 1_000_000),
        DataType::Time64(_) => (value!(Time64NanosecondType), 1_000_000_000),
        DataType::Timestamp(TimeUnit::Second, _) => (value!(TimestampSecondType), 1),
        DataType::Timestamp(TimeUnit::Millisecond, _) => (value!(TimestampMillisecondType), 1_000),
        DataType::Timestamp(TimeUnit::Microsecond, _) => (value!(TimestampMicrosecondType), 1_000_000),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => (value!(TimestampNanosecondType), 1_000_000_000),
        DataType::Duration(TimeUnit::Second) => (value!(DurationSecondType), 1),
        DataType::Duration(TimeUnit::Millisecond) => (value!(DurationMillisecondType), 1_000),
        DataType::Duration(TimeUnit::Microsecond) => (value!(DurationMicrosecondType), 1_000_000),
        DataType::Duration(TimeUnit::Nanosecond) => (value!(DurationNanosecondType), 1_000_000_000),
        _ => return None,
    };
    if per_second > 1_000_000 {
        Some(value.div_euclid(1_000))
    } else {
        value.checked_mul(1_000_000 / per_second)
    }
}
