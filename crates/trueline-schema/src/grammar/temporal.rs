//! Dates, times and timestamps: the extended format of ISO 8601 as restricted by RFC 3339.

/// Nanoseconds of one second.
const SECOND: i64 = 1_000_000_000;

/// Returns whether the year of the proleptic Gregorian calendar is a leap year.
pub fn is_leap_year(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Returns the number of days in the month; 0 if there is no such month.
pub fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(is_leap_year(year)),
        _ => 0,
    }
}

/// Returns the days from 1970-01-01 to a date in the years 0 to 9999, or `None` if the date does not exist.
///
/// # Example
/// ```
/// use trueline_schema::grammar::days_from_civil;
/// assert_eq!(days_from_civil(1970, 1, 1), Some(0));
/// assert_eq!(days_from_civil(1900, 2, 29), None);
/// ```
pub fn days_from_civil(year: u32, month: u32, day: u32) -> Option<i32> {
    if year > 9999 || day == 0 || day > days_in_month(year, month) {
        return None;
    }
    // Leap years among the years 0 .. year; year 0 is one.
    let leap_years = year.div_ceil(4) - year.div_ceil(100) + year.div_ceil(400);
    let before_month: u32 = (1..month).map(|month| days_in_month(year, month)).sum();
    let from_year_zero = year * 365 + leap_years + before_month + day - 1;
    Some(from_year_zero.cast_signed() - 719_528)
}

/// The value of `width` ASCII digits.
fn number(text: &str, width: usize) -> Option<u32> {
    if text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

/// Nanoseconds of a fraction of one to nine digits.
pub(super) fn fraction_nanos(digits: &str) -> Option<i64> {
    if !(1..=9).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{digits:0<9}").parse().ok()
}

/// Returns whether a text has the form of a time zone: `UTC`, `Z`, an offset, or a name of the IANA database, which is not
/// looked up.
///
/// # Example
/// ```
/// use trueline_schema::grammar::is_zone;
/// assert!(is_zone("Europe/Berlin") && is_zone("+01:00"));
/// assert!(!is_zone("+25:00") && !is_zone("a zone"));
/// ```
pub fn is_zone(text: &str) -> bool {
    if text.starts_with(['+', '-']) {
        return parse_timestamp(&format!("2000-01-01T00:00:00{text}")).is_some();
    }
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+'))
    };
    text.len() <= 64 && text.split('/').all(is_part)
}

/// Parses a date `YYYY-MM-DD` to days since 1970-01-01, years 0000 to 9999 of the proleptic Gregorian calendar.
///
/// # Example
/// ```
/// use trueline_schema::grammar::parse_date;
/// assert_eq!(parse_date("2000-03-01"), Some(11_017));
/// assert_eq!(parse_date("2023-02-29"), None);
/// ```
pub fn parse_date(text: &str) -> Option<i32> {
    let mut parts = text.split('-');
    let year = number(parts.next()?, 4)?;
    let month = number(parts.next()?, 2)?;
    let day = number(parts.next()?, 2)?;
    if parts.next().is_some() {
        return None;
    }
    days_from_civil(year, month, day)
}

/// Parses a time `HH:MM:SS` with an optional fraction of one to nine digits to nanoseconds since midnight.
///
/// `24:00:00` and leap seconds are not accepted.
///
/// # Example
/// ```
/// use trueline_schema::grammar::parse_time;
/// assert_eq!(parse_time("00:00:01.5"), Some(1_500_000_000));
/// assert_eq!(parse_time("23:59:60"), None);
/// ```
pub fn parse_time(text: &str) -> Option<i64> {
    let (clock, nanos) = match text.split_once('.') {
        Some((clock, fraction)) => (clock, fraction_nanos(fraction)?),
        None => (text, 0),
    };
    let mut parts = clock.split(':');
    let hour = number(parts.next()?, 2)?;
    let minute = number(parts.next()?, 2)?;
    let second = number(parts.next()?, 2)?;
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(i64::from(hour * 3600 + minute * 60 + second) * SECOND + nanos)
}

/// Parses a timestamp to nanoseconds since 1970-01-01T00:00:00Z and whether it had an offset. A timestamp is a date, an uppercase
/// `T`, a time, then nothing, an uppercase `Z`, or `+HH:MM` / `-HH:MM` with hours up to 23 and minutes up to 59.
///
/// Without an offset the value is read as UTC.
///
/// # Example
/// ```
/// use trueline_schema::grammar::parse_timestamp;
/// assert_eq!(parse_timestamp("1970-01-01T01:00:00+01:00"), Some((0, true)));
/// assert_eq!(parse_timestamp("1970-01-01T00:00:00"), Some((0, false)));
/// assert_eq!(parse_timestamp("1970-01-01 00:00:00"), None);
/// ```
pub fn parse_timestamp(text: &str) -> Option<(i128, bool)> {
    let (date, rest) = text.split_once('T')?;
    let (time, offset_seconds) = if let Some(time) = rest.strip_suffix('Z') {
        (time, Some(0))
    } else if let Some(at) = rest.find(['+', '-']) {
        let (time, offset) = rest.split_at(at);
        let (hours, minutes) = offset[1..].split_once(':')?;
        let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
        if hours > 23 || minutes > 59 {
            return None;
        }
        let seconds = i64::from(hours * 3600 + minutes * 60);
        (time, Some(if offset.starts_with('-') { -seconds } else { seconds }))
    } else {
        (rest, None)
    };
    let days = i128::from(parse_date(date)?);
    let nanos = days * 86_400 * i128::from(SECOND) + i128::from(parse_time(time)?);
    Some((nanos - i128::from(offset_seconds.unwrap_or(0) * SECOND), offset_seconds.is_some()))
}
