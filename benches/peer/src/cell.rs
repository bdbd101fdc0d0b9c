//! Types of single cells, implemented by hand.

/// Parses an integer.
#[inline]
pub(crate) fn integer(text: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match text {
        [sign @ (b'-' | b'+'), digits @ ..] => (*sign == b'-', digits),
        digits => (false, digits),
    };
    if digits.is_empty() {
        return None;
    }
    if digits.len() > 18 {
        return std::str::from_utf8(text).ok()?.parse().ok();
    }
    let mut number = 0;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + i64::from(digit);
    }
    Some(if is_negative { -number } else { number })
}

#[inline]
pub(crate) fn float(text: &[u8]) -> Option<f64> {
    fast_float2::parse(text).ok()
}

/// Parses two digits; returns at least 100 if they are not digits.
#[inline]
fn two(text: &[u8], at: usize) -> u32 {
    let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
    if tens > 9 || ones > 9 { 100 } else { u32::from(tens) * 10 + u32::from(ones) }
}

/// Returns whether the text is a date of the calendar such as `2026-03-04`.
#[inline]
pub(crate) fn is_date(text: &[u8]) -> bool {
    text.len() == 10 && begins_with_date(text)
}

#[inline]
fn begins_with_date(text: &[u8]) -> bool {
    const DAYS: [u32; 13] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let (century, year, month, day) = (two(text, 0), two(text, 2), two(text, 5), two(text, 8));
    if text[4] != b'-' || text[7] != b'-' || century > 99 || year > 99 || month > 12 || day == 0 {
        return false;
    }
    let is_leap = year % 4 == 0 && (year != 0 || century % 4 == 0);
    day <= DAYS[month as usize] || (month == 2 && day == 29 && is_leap)
}

/// Returns whether the text is a time of the calendar such as `2026-03-04T05:06:07Z`, with or without a fraction of the second.
#[inline]
pub(crate) fn is_timestamp(text: &[u8]) -> bool {
    if text.len() < 20 || !begins_with_date(text) || text[10] != b'T' || text[13] != b':' || text[16] != b':'
    {
        return false;
    }
    if two(text, 11) > 23 || two(text, 14) > 59 || two(text, 17) > 59 {
        return false;
    }
    match &text[19..] {
        b"Z" => true,
        [b'.', digits @ .., b'Z'] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, number) in
            [("0", 0), ("-1", -1), ("+7", 7), ("999999999999999999", 999_999_999_999_999_999)]
        {
            assert_eq!(integer(text.as_bytes()), Some(number));
        }
        assert_eq!(integer(i64::MIN.to_string().as_bytes()), Some(i64::MIN));
        for text in ["", "-", "1.0", "12x", " 1", "9999999999999999999"] {
            assert_eq!(integer(text.as_bytes()), None, "{text}");
        }
        assert_eq!(float(b"1e3"), Some(1000.0));
        assert_eq!(float(b"1_0"), None);
    }

    #[test]
    fn times() {
        for good in ["2024-02-29T00:00:00Z", "2000-02-29T23:59:59.123456Z", "2023-12-31T10:00:00Z"] {
            assert!(is_timestamp(good.as_bytes()), "{good}");
        }
        let bad =
            ["2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2023-00-10T00:00:00Z", "2023-13-10T00:00:00Z"];
        let shapes =
            ["2023-01-10 00:00:00Z", "2023-01-10T24:00:00Z", "2023-01-10T00:00:00", "2023-01-10T00:00:00.Z"];
        for bad in bad.iter().chain(&shapes) {
            assert!(!is_timestamp(bad.as_bytes()), "{bad}");
        }
        assert!(
            is_date(b"2024-02-29")
                && !is_date(b"2024-02-30")
                && !is_date(b"2024-02-2x")
                && !is_date(b"2024-2-2")
        );
    }
}
