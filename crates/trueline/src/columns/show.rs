//! Formats values as a CSV file would contain them.

use std::fmt::Write as _;

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
use arrow_schema::{DataType, TimeUnit as Unit};

use super::flat::flat;

/// The maximum text size of a nested value, in bytes. Reports truncate values well before.
const MAX_BYTES: usize = 4096;

/// The text of a value that is not null.
pub(crate) fn value(array: &ArrayRef, row: usize) -> String {
    let mut text = String::new();
    write_value(&mut text, array, row);
    text
}

fn write_value(text: &mut String, array: &ArrayRef, row: usize) {
    macro_rules! number {
        ($own:ty) => {{
            let _ = write!(text, "{}", array.as_primitive::<$own>().value(row));
        }};
    }
    macro_rules! units {
        ($own:ty, $nanos:expr) => {
            i128::from(array.as_primitive::<$own>().value(row)) * $nanos
        };
    }
    match array.data_type() {
        DataType::Utf8 => text.push_str(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => text.push_str(array.as_string::<i64>().value(row)),
        DataType::Utf8View => text.push_str(array.as_string_view().value(row)),
        DataType::Boolean => text.push_str(if array.as_boolean().value(row) { "true" } else { "false" }),
        DataType::Int8 => number!(Int8Type),
        DataType::Int16 => number!(Int16Type),
        DataType::Int32 => number!(Int32Type),
        DataType::Int64 => number!(Int64Type),
        DataType::UInt8 => number!(UInt8Type),
        DataType::UInt16 => number!(UInt16Type),
        DataType::UInt32 => number!(UInt32Type),
        DataType::UInt64 => number!(UInt64Type),
        DataType::Float16 => write_float(text, array.as_primitive::<Float16Type>().value(row).to_f32()),
        DataType::Float32 => write_float(text, array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => write_float(text, array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal32(_, _) => {
            text.push_str(&array.as_primitive::<Decimal32Type>().value_as_string(row));
        }
        DataType::Decimal64(_, _) => {
            text.push_str(&array.as_primitive::<Decimal64Type>().value_as_string(row));
        }
        DataType::Decimal128(_, _) => {
            text.push_str(&array.as_primitive::<Decimal128Type>().value_as_string(row));
        }
        DataType::Decimal256(_, _) => {
            text.push_str(&array.as_primitive::<Decimal256Type>().value_as_string(row));
        }
        DataType::Date32 => write_date(text, units!(Date32Type, 1)),
        DataType::Date64 => match array.as_primitive::<Date64Type>().value(row) {
            millis if millis % 86_400_000 == 0 => write_date(text, i128::from(millis / 86_400_000)),
            millis => write_moment(text, i128::from(millis) * 1_000_000),
        },
        DataType::Time32(Unit::Second) => write_time(text, units!(Time32SecondType, 1_000_000_000)),
        DataType::Time32(_) => write_time(text, units!(Time32MillisecondType, 1_000_000)),
        DataType::Time64(Unit::Microsecond) => write_time(text, units!(Time64MicrosecondType, 1_000)),
        DataType::Time64(_) => write_time(text, units!(Time64NanosecondType, 1)),
        DataType::Timestamp(unit, zone) => {
            let nanos = match unit {
                Unit::Second => units!(TimestampSecondType, 1_000_000_000),
                Unit::Millisecond => units!(TimestampMillisecondType, 1_000_000),
                Unit::Microsecond => units!(TimestampMicrosecondType, 1_000),
                Unit::Nanosecond => units!(TimestampNanosecondType, 1),
            };
            write_moment(text, nanos);
            if zone.is_some() {
                text.push('Z');
            }
        }
        DataType::Duration(unit) => write_duration(
            text,
            match unit {
                Unit::Second => units!(DurationSecondType, 1_000_000_000),
                Unit::Millisecond => units!(DurationMillisecondType, 1_000_000),
                Unit::Microsecond => units!(DurationMicrosecondType, 1_000),
                Unit::Nanosecond => units!(DurationNanosecondType, 1),
            },
        ),
        DataType::Binary => write_base64(text, array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => write_base64(text, array.as_binary::<i64>().value(row)),
        DataType::BinaryView => write_base64(text, array.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => write_base64(text, array.as_fixed_size_binary().value(row)),
        DataType::Dictionary(_, _) | DataType::RunEndEncoded(_, _) => {
            if let Some(one) = flat(&array.slice(row, 1)).filter(|one| one.is_valid(0)) {
                write_value(text, &one, 0);
            }
        }
        _ => write_json(text, array, row),
    }
}

/// The shortest text that parses to this float, with an exponent if it would have many zeros otherwise.
fn write_float<F: Into<f64> + Copy + std::fmt::Display + std::fmt::LowerExp>(text: &mut String, float: F) {
    let size = float.into().abs();
    let is_plain = size == 0.0 || (1e-5..1e16).contains(&size) || !size.is_finite();
    let _ = if is_plain { write!(text, "{float}") } else { write!(text, "{float:e}") };
}

/// Days since 1970, as a date of the proleptic Gregorian calendar.
fn write_date(text: &mut String, days: i128) {
    // Days since 0000-03-01, in eras of 400 years.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = year + era * 400 + i128::from(month <= 2);
    let _ = write!(text, "{year:04}-{month:02}-{day:02}");
}

/// Nanoseconds since 1970.
fn write_moment(text: &mut String, nanos: i128) {
    const DAY: i128 = 86_400_000_000_000;
    write_date(text, nanos.div_euclid(DAY));
    text.push('T');
    write_time(text, nanos.rem_euclid(DAY));
}

/// Nanoseconds since midnight, possibly out of range.
fn write_time(text: &mut String, nanos: i128) {
    let size = nanos.abs();
    let (sign, seconds) = (if nanos < 0 { "-" } else { "" }, size / 1_000_000_000);
    let _ = write!(text, "{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    write_fraction(text, size % 1_000_000_000);
}

fn write_duration(text: &mut String, nanos: i128) {
    let size = nanos.unsigned_abs();
    let sign = if nanos < 0 { "-" } else { "" };
    let _ = write!(text, "{sign}PT{}", size / 1_000_000_000);
    write_fraction(text, i128::try_from(size % 1_000_000_000).unwrap_or_default());
    text.push('S');
}

/// Nanoseconds of a second, without trailing zeros.
fn write_fraction(text: &mut String, nanos: i128) {
    if nanos != 0 {
        let _ = write!(text, ".{nanos:09}");
        text.truncate(text.trim_end_matches('0').len());
    }
}

fn write_base64(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for chunk in bytes[..bytes.len().min(MAX_BYTES)].chunks(3) {
        let word =
            chunk.iter().enumerate().fold(0, |word, (at, byte)| word | u32::from(*byte) << (16 - 8 * at));
        for digit in 0..4 {
            let code = DIGITS[(word >> (18 - 6 * digit) & 63) as usize];
            text.push(if digit <= chunk.len() { char::from(code) } else { '=' });
        }
    }
}

/// Nested values as JSON, truncated if it becomes long.
fn write_json(text: &mut String, array: &ArrayRef, row: usize) {
    if array.is_null(row) || *array.data_type() == DataType::Null || text.len() > MAX_BYTES {
        text.push_str("null");
        return;
    }
    match array.data_type() {
        DataType::Dictionary(_, _) | DataType::RunEndEncoded(_, _) => match flat(&array.slice(row, 1)) {
            Some(one) => write_json(text, &one, 0),
            None => text.push_str("null"),
        },
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            write_parts(text, ['{', '}'], fields.len(), |text, index| {
                write_string(text, fields[index].name());
                text.push(':');
                write_json(text, &columns[index], row);
            });
        }
        DataType::Map(_, _) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            write_parts(text, ['{', '}'], entries.len(), |text, index| {
                write_string(text, &value(keys, index));
                text.push(':');
                write_json(text, values, index);
            });
        }
        _ => match items(array, row) {
            Some(items) => {
                write_parts(text, ['[', ']'], items.len(), |text, index| write_json(text, &items, index));
            }
            None => write_scalar(text, array, row),
        },
    }
}

/// The items of a list.
fn items(array: &ArrayRef, row: usize) -> Option<ArrayRef> {
    Some(match array.data_type() {
        DataType::List(_) => array.as_list::<i32>().value(row),
        DataType::LargeList(_) => array.as_list::<i64>().value(row),
        DataType::FixedSizeList(_, _) => array.as_fixed_size_list().value(row),
        DataType::ListView(_) => array.as_list_view::<i32>().value(row),
        DataType::LargeListView(_) => array.as_list_view::<i64>().value(row),
        _ => return None,
    })
}

fn write_parts(text: &mut String, ends: [char; 2], count: usize, mut write: impl FnMut(&mut String, usize)) {
    text.push(ends[0]);
    for index in 0..count {
        if index > 0 {
            text.push(',');
        }
        if text.len() > MAX_BYTES {
            text.push('…');
            break;
        }
        write(text, index);
    }
    text.push(ends[1]);
}

/// A value inside of a nested one: numbers and booleans as they are, the rest as strings.
fn write_scalar(text: &mut String, array: &ArrayRef, row: usize) {
    let data_type = array.data_type();
    match data_type {
        DataType::Union(_, _) | DataType::Interval(_) => {
            let _ = write!(text, "({data_type})");
        }
        DataType::Boolean => write_value(text, array, row),
        number if number.is_numeric() => write_value(text, array, row),
        _ => write_string(text, &value(array, row)),
    }
}

fn write_string(text: &mut String, content: &str) {
    text.push('"');
    for char in content.chars() {
        match char {
            '"' | '\\' => text.extend(['\\', char]),
            control if control.is_control() => {
                let _ = write!(text, "\\u{:04x}", u32::from(control));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}
