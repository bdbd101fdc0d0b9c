//! # time
//!
//! The string must be a time of day with its offset from UTC: `hh:mm:ss`, an optional fraction, then `Z` or `±hh:mm`.
//!
//! **Why** — a time without an offset names a different moment on every machine.
//!
//! **Passes** — `08:30:06Z`, `08:30:06.283185Z`, `08:30:06+00:20`, `12:00:00-00:00`, `23:59:60Z`, `01:29:60+01:30`, `08:30:06z`.
//!
//! **Fails** — `08:30:06`, `08:30Z`, `24:00:00Z`, `00:60:00Z`, `22:59:60Z`, `08:30:06+24:00`, `08:30:06+0020`, `08:30:06.Z`,
//! `8:30:06Z`.
//!
//! **Options** — none. The fraction has any number of digits, `z` may be lower case. Second 60 passes only as the last second of a
//! day in UTC; whether a leap second was announced for some day cannot be known from a time.
//!
//! **Codes** — `format.time`.
//!
//! **Source** — RFC 3339, section 5.6, `full-time`, and section 5.7; JSON Schema 2020-12, validation, section 7.3.1.

use super::date::two_digits;

pub(crate) fn matches(text: &str) -> bool {
    is_full_time(text.as_bytes())
}

pub(super) fn is_full_time(bytes: &[u8]) -> bool {
    let &[h1, h2, b':', m1, m2, b':', s1, s2, ref rest @ ..] = bytes else { return false };
    let (Some(hour @ 0..=23), Some(minute @ 0..=59)) = (two_digits(h1, h2), two_digits(m1, m2)) else {
        return false;
    };
    let Some(second @ 0..=60) = two_digits(s1, s2) else { return false };
    let Some(offset) = after_fraction(rest).and_then(offset_minutes) else { return false };
    let minute_of_day = (i32::from(hour) * 60 + i32::from(minute) - offset).rem_euclid(24 * 60);
    second < 60 || minute_of_day == 24 * 60 - 1
}

/// Returns the bytes after a fraction, which is optional but needs at least one digit.
fn after_fraction(bytes: &[u8]) -> Option<&[u8]> {
    let Some(digits) = bytes.strip_prefix(b".") else { return Some(bytes) };
    let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
    (end > 0).then(|| &digits[end..])
}

/// Parses the offset from UTC, in minutes.
fn offset_minutes(bytes: &[u8]) -> Option<i32> {
    match *bytes {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours @ 0..=23, minutes @ 0..=59) = (two_digits(h1, h2)?, two_digits(m1, m2)?) else {
                return None;
            };
            let offset = i32::from(hours) * 60 + i32::from(minutes);
            Some(if sign == b'-' { -offset } else { offset })
        }
        _ => None,
    }
}
