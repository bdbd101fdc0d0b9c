//! Converts values to key bytes, which are equal exactly if the values are, and back to readable text.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use trueline_schema::{DataType, Decimal, Literal};

use crate::values::integers;

/// Appends the value of one row, which is not null, to `key`.
///
/// Text and binary as they are; exact types as 8 bytes if they fit and as 16 otherwise; floats by value, so `-0` equals `0` and
/// all NaNs are equal.
pub(crate) fn append(key: &mut Vec<u8>, array: &dyn Array, row: usize) {
    if let Some(values) = array.as_string_view_opt() {
        key.extend_from_slice(values.value(row).as_bytes());
    } else if let Some(values) = array.as_primitive_opt::<Float64Type>() {
        key.extend_from_slice(&canonical(values.value(row)).to_le_bytes());
    } else if let Some(values) = array.as_primitive_opt::<Float32Type>() {
        key.extend_from_slice(&canonical(f64::from(values.value(row))).to_le_bytes());
    } else if let Some(values) = array.as_boolean_opt() {
        key.push(u8::from(values.value(row)));
    } else if let Some(values) = array.as_binary_opt::<i32>() {
        key.extend_from_slice(values.value(row));
    } else if let Some(value) = integers!(array, |get| get(row)) {
        match i64::try_from(value) {
            Ok(small) => key.extend_from_slice(&small.to_le_bytes()),
            Err(_) => key.extend_from_slice(&value.to_le_bytes()),
        }
    }
}

/// Appends the value of one row, which is not null, to `key`: for integers, dates and the like, bytes in the order of the values,
/// otherwise those of [`append`].
pub(crate) fn append_ordered(key: &mut Vec<u8>, array: &dyn Array, row: usize) {
    match integers!(array, |get| get(row)) {
        Some(value) => key.extend_from_slice(&ordered(value)),
        None => append(key, array, row),
    }
}

/// Appends all values to `keys`, 16 bytes each, like [`append_ordered`]. Returns `false` if they are not integers.
pub(crate) fn append_integers(keys: &mut Vec<u8>, array: &dyn Array) -> bool {
    let rows = array.len();
    integers!(array, |get| keys.extend((0..rows).flat_map(|row| ordered(get(row))))).is_some()
}

/// Encodes a value as bytes in the order of the values.
fn ordered(value: i128) -> [u8; 16] {
    (value ^ i128::MIN).to_be_bytes()
}

/// Appends one part of a key over several columns to `key`, so that no two lists of parts have the same bytes.
pub(crate) fn append_part(key: &mut Vec<u8>, array: &dyn Array, row: usize) {
    if array.is_null(row) {
        key.extend_from_slice(&u32::MAX.to_le_bytes());
        return;
    }
    let start = key.len();
    key.extend_from_slice(&[0; 4]);
    append(key, array, row);
    // A cell is shorter than 4 GiB, like its chunk.
    let length = u32::try_from(key.len() - start - 4).unwrap_or(u32::MAX - 1);
    key[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

fn canonical(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value + 0.0 }
}

/// Formats a key over columns of these types.
pub(crate) fn describe(key: &[u8], types: &[&DataType]) -> String {
    if let [single] = types {
        return describe_value(key, single);
    }
    let mut rest = key;
    let mut parts = Vec::with_capacity(types.len());
    for data_type in types {
        let Some((length, tail)) = rest.split_first_chunk::<4>() else { break };
        let length = u32::from_le_bytes(*length);
        if length == u32::MAX {
            parts.push("null".to_owned());
            rest = tail;
            continue;
        }
        let (value, tail) = tail.split_at((length as usize).min(tail.len()));
        parts.push(describe_value(value, data_type));
        rest = tail;
    }
    parts.join(", ")
}

fn describe_value(bytes: &[u8], data_type: &DataType) -> String {
    let exact = || match bytes.len() {
        8 => bytes.try_into().map(i64::from_le_bytes).map(i128::from).ok(),
        16 => bytes.try_into().map(i128::from_le_bytes).ok(),
        _ => None,
    };
    match data_type {
        DataType::Boolean => (bytes == [1]).to_string(),
        DataType::Float32 | DataType::Float64 => {
            bytes.try_into().map(f64::from_le_bytes).map_or_else(|_| String::new(), |value| value.to_string())
        }
        DataType::Decimal { scale, .. } => exact()
            .map_or_else(String::new, |unscaled| Decimal { unscaled, scale: i32::from(*scale) }.to_string()),
        DataType::Date => {
            exact().map_or_else(String::new, |days| describe_moment(days * 86_400_000_000_000, true))
        }
        DataType::Timestamp { .. } => exact().map_or_else(String::new, |nanos| describe_moment(nanos, false)),
        DataType::Time => exact().map_or_else(String::new, |nanos| {
            describe_moment(nanos, false)
                .split_once('T')
                .map_or_else(String::new, |(_, time)| time.to_owned())
        }),
        DataType::Duration => exact().map_or_else(String::new, |nanos| Literal::Duration(nanos).to_string()),
        DataType::Binary => Literal::Binary(bytes.to_vec()).to_string(),
        DataType::String | DataType::Any => String::from_utf8_lossy(bytes).into_owned(),
        _ => exact().map_or_else(String::new, |value| value.to_string()),
    }
}

/// Formats nanoseconds since 1970 as ISO 8601.
fn describe_moment(nanos: i128, date_only: bool) -> String {
    const DAY: i128 = 86_400_000_000_000;
    let days = nanos.div_euclid(DAY);
    let (year, month, day) = civil_from_days(days);
    let date = format!("{year:04}-{month:02}-{day:02}");
    if date_only {
        return date;
    }
    let rest = nanos.rem_euclid(DAY);
    let (seconds, fraction) = (rest / 1_000_000_000, rest % 1_000_000_000);
    let mut text = format!("{date}T{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if fraction != 0 {
        text.push_str(format!(".{fraction:09}").trim_end_matches('0'));
    }
    text
}

/// Returns the year, month and day of a day counted from 1970-01-01 (Gregorian, in eras of 400 years that begin on 1 March).
fn civil_from_days(days: i128) -> (i128, i128, i128) {
    let from_march = days + 719_468;
    let era = from_march.div_euclid(146_097);
    let day_of_era = from_march.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i128::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{Float64Array, Int64Array, StringViewArray};

    #[test]
    fn keys_are_equal_by_value() {
        let floats = Float64Array::from(vec![0.0, -0.0, f64::NAN, -f64::NAN, 1.5]);
        let key = |row| {
            let mut key = Vec::new();
            append(&mut key, &floats, row);
            key
        };
        assert_eq!(key(0), key(1));
        assert_eq!(key(2), key(3));
        assert_ne!(key(0), key(4));
        assert_eq!(describe(&key(4), &[&DataType::Float64]), "1.5");
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let left = StringViewArray::from(vec![Some("ab"), Some("a"), None]);
        let right = StringViewArray::from(vec![Some("c"), Some("bc"), Some("")]);
        let key = |row| {
            let mut key = Vec::new();
            append_part(&mut key, &left, row);
            append_part(&mut key, &right, row);
            key
        };
        assert_ne!(key(0), key(1));
        assert_eq!(describe(&key(1), &[&DataType::String, &DataType::String]), "a, bc");
        assert_eq!(describe(&key(2), &[&DataType::String, &DataType::String]), "null, ");
    }

    #[test]
    fn dates_are_written_as_in_the_data() {
        let days = Int64Array::from(vec![-719_528, 0, 19_782, 2_932_896]);
        let text = |row| {
            let mut key = Vec::new();
            append(&mut key, &days, row);
            describe(&key, &[&DataType::Date])
        };
        assert_eq!(
            [text(0), text(1), text(2), text(3)],
            ["0000-01-01", "1970-01-01", "2024-02-29", "9999-12-31"]
        );
    }

    #[test]
    fn binary_values_are_written_in_base64() {
        let values = arrow_array::BinaryArray::from(vec![&b"\xff\xff\x00"[..], b""]);
        let text = |row| {
            let mut key = Vec::new();
            append(&mut key, &values, row);
            describe(&key, &[&DataType::Binary])
        };
        assert_eq!([text(0), text(1)], ["//8A", ""]);
    }

    #[test]
    fn durations_are_written_in_seconds() {
        let nanos = Int64Array::from(vec![3_600_000_000_000, -1_500_000_000]);
        let text = |row| {
            let mut key = Vec::new();
            append(&mut key, &nanos, row);
            describe(&key, &[&DataType::Duration])
        };
        assert_eq!([text(0), text(1)], ["PT3600S", "-PT1.5S"]);
    }
}
