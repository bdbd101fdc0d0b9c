//! Strings that are dates, times or timestamps.

use trueline_schema::grammar::{parse_date, parse_time, parse_timestamp};
use trueline_schema::{DataType, TimeUnit};

/// The type of a string as a date, a time or a timestamp; otherwise `string`.
pub(super) fn string_type(text: &str) -> DataType {
    if parse_date(text).is_some() {
        DataType::Date
    } else if parse_time(text).is_some() {
        DataType::Time
    } else if parse_timestamp(text).is_some() {
        // Without a unit, batches have microseconds.
        let unit = is_finer_than_micros(text).then_some(TimeUnit::Nanosecond);
        DataType::Timestamp { unit, zone: None }
    } else {
        DataType::String
    }
}

/// The type that fits the strings of both types.
pub(super) fn common_type(one: DataType, other: &DataType) -> DataType {
    match (&one, other) {
        (one_, other) if one_ == other => one,
        (DataType::Timestamp { .. }, DataType::Timestamp { .. }) => {
            DataType::Timestamp { unit: Some(TimeUnit::Nanosecond), zone: None }
        }
        _ => DataType::String,
    }
}

/// Whether strings can have this type.
pub(super) fn is_of_strings(kind: &DataType) -> bool {
    matches!(kind, DataType::String | DataType::Date | DataType::Time | DataType::Timestamp { .. })
}

/// Whether a timestamp has more than six fraction digits.
fn is_finer_than_micros(timestamp: &str) -> bool {
    let fraction = timestamp.split_once('.').map_or("", |(_, rest)| rest);
    fraction.bytes().take_while(u8::is_ascii_digit).count() > 6
}
