//! # date
//!
//! The string must be a calendar date, `YYYY-MM-DD`.
//!
//! **Why** — `03/04/2025` is two different days in two countries, and 30 February does not exist.
//!
//! **Passes** — `2024-02-29`, `1963-06-19`, `0000-02-29`, `9999-12-31`.
//!
//! **Fails** — `2023-02-29`, `2024-13-01`, `2024-1-1`, `20240101`, `01/02/2024`, `2024-01-01T00:00:00Z`, `+2024-01-01`.
//!
//! **Options** — none. Years 0000 to 9999 of the Gregorian calendar, also before its introduction.
//!
//! **Codes** — `format.date`.
//!
//! **Source** — RFC 3339, section 5.6, `full-date`, and appendix C for leap years.

pub(crate) fn matches(text: &str) -> bool {
    text.as_bytes().try_into().is_ok_and(is_full_date)
}

pub(super) fn is_full_date(bytes: &[u8; 10]) -> bool {
    let &[c1, c2, y1, y2, b'-', m1, m2, b'-', d1, d2] = bytes else { return false };
    let (Some(century), Some(year)) = (two_digits(c1, c2), two_digits(y1, y2)) else { return false };
    let (Some(month), Some(day)) = (two_digits(m1, m2), two_digits(d1, d2)) else { return false };
    let is_leap = if year == 0 { century % 4 == 0 } else { year % 4 == 0 };
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=last).contains(&day)
}

/// Parses two digits as a number from 0 to 99.
pub(super) fn two_digits(tens: u8, ones: u8) -> Option<u8> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| (tens - b'0') * 10 + (ones - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts the valid days of every year and compares them with the rule of the calendar.
    #[test]
    fn every_year_has_its_days() {
        let mut total = 0;
        for year in 0..10_000 {
            let days = (0..15)
                .flat_map(|month| (0..35).map(move |day| format!("{year:04}-{month:02}-{day:02}")))
                .filter(|date| matches(date))
                .count();
            total += days;
            assert_eq!(days == 366, year % 4 == 0 && (year % 100 != 0 || year % 400 == 0), "{year}");
        }
        assert_eq!(total, 25 * 146_097);
    }
}
