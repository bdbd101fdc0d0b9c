//! Bounds and set members, typed by their fields.

use std::fmt;

use crate::grammar::Decimal;

/// A bound or set member, with the type of its field.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Literal {
    /// A value of a boolean field.
    Boolean(bool),
    /// A value of an integer, float or decimal field.
    Number(Decimal),
    /// A value of a string field.
    Text(String),
    /// Days since 1970-01-01.
    Date(i32),
    /// Nanoseconds since midnight.
    Time(i64),
    /// A point in time.
    Timestamp {
        /// Nanoseconds since 1970-01-01T00:00:00; in UTC if there was no offset.
        nanos: i128,
        /// Whether the value was written with an offset.
        offset: bool,
    },
    /// Nanoseconds.
    Duration(i128),
    /// Bytes.
    Binary(Vec<u8>),
}

impl Literal {
    /// The literal for people and for JSON: booleans and numbers unquoted, everything else in double quotes.
    pub(crate) fn quoted(&self) -> String {
        match self {
            Self::Boolean(_) | Self::Number(_) => self.to_string(),
            _ => quote(&self.to_string()),
        }
    }
}

/// A text in double quotes, escaped as in JSON.
pub(crate) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The canonical text of the value, without quotes. Timestamps with an offset are written in UTC.
impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(text) => f.write_str(text),
            Self::Date(days) => write_date(f, i128::from(*days)),
            Self::Time(nanos) => write_time(f, i128::from(*nanos)),
            Self::Timestamp { nanos, offset } => {
                write_date(f, nanos.div_euclid(DAY))?;
                f.write_str("T")?;
                write_time(f, nanos.rem_euclid(DAY))?;
                f.write_str(if *offset { "Z" } else { "" })
            }
            Self::Duration(nanos) => {
                let magnitude = nanos.unsigned_abs();
                let sign = if *nanos < 0 { "-" } else { "" };
                write!(f, "{sign}PT{}", magnitude / SECOND.unsigned_abs())?;
                write_fraction(f, magnitude % SECOND.unsigned_abs())?;
                f.write_str("S")
            }
            Self::Binary(bytes) => write_base64(f, bytes),
        }
    }
}

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

/// Writes the proleptic Gregorian date of a number of days since 1970-01-01.
///
/// Years start in March here, so the leap day is the last day of a year. A cycle of 400 years has 146,097 days, and every
/// group of five months from March on has 153 days.
fn write_date(f: &mut fmt::Formatter<'_>, days: i128) -> fmt::Result {
    let since_march = days + 719_468;
    let (cycle, day_of_cycle) = (since_march.div_euclid(146_097), since_march.rem_euclid(146_097));
    let year_of_cycle =
        (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = cycle * 400 + year_of_cycle + i128::from(month <= 2);
    write!(f, "{year:04}-{month:02}-{day:02}")
}

fn write_time(f: &mut fmt::Formatter<'_>, nanos: i128) -> fmt::Result {
    let seconds = nanos / SECOND;
    write!(f, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
    write_fraction(f, (nanos % SECOND).unsigned_abs())
}

fn write_fraction(f: &mut fmt::Formatter<'_>, nanos: u128) -> fmt::Result {
    if nanos == 0 {
        return Ok(());
    }
    write!(f, ".{}", format!("{nanos:09}").trim_end_matches('0'))
}

fn write_base64(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for position in 0..4 {
            let index = bits >> (18 - 6 * position) & 63;
            let character = if position > group.len() { b'=' } else { ALPHABET[index as usize] };
            write!(f, "{}", char::from(character))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::{parse_binary, parse_date, parse_duration, parse_timestamp};

    #[test]
    fn every_date_is_written_as_it_is_read() {
        let (first, last) = (parse_date("0000-01-01").unwrap(), parse_date("9999-12-31").unwrap());
        for days in (first..=last).step_by(17).chain([first, last, 0, -1, 11_016, 11_017]) {
            assert_eq!(parse_date(&Literal::Date(days).to_string()), Some(days));
        }
        assert_eq!(Literal::Date(0).to_string(), "1970-01-01");
    }

    #[test]
    fn moments_durations_and_bytes_are_written_as_they_are_read() {
        for (text, canonical) in [
            ("2020-02-29T23:59:59.120+01:30", "2020-02-29T22:29:59.12Z"),
            ("1969-12-31T23:59:59.000000001", "1969-12-31T23:59:59.000000001"),
        ] {
            let (nanos, offset) = parse_timestamp(text).unwrap();
            assert_eq!(Literal::Timestamp { nanos, offset }.to_string(), canonical);
        }
        for (text, canonical) in [("P1DT0.5S", "PT86400.5S"), ("-PT1M", "-PT60S"), ("PT0S", "PT0S")] {
            let nanos = parse_duration(text).unwrap();
            assert_eq!(Literal::Duration(nanos).to_string(), canonical);
            assert_eq!(parse_duration(canonical), Some(nanos));
        }
        for bytes in [&b""[..], b"f", b"fo", b"foo", b"foob", &[0, 255, 128, 7]] {
            assert_eq!(parse_binary(&Literal::Binary(bytes.to_vec()).to_string()).as_deref(), Some(bytes));
        }
    }
}
