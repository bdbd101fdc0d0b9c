//! Formats numbers for people.

use std::fmt::Write as _;

/// `1234567` as `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with a noun: `1 row`, `1,000 rows`.
pub(super) fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// A size in decimal units, to three digits.
pub(super) fn size(bytes: u64) -> String {
    if bytes < 1000 { count(bytes, "byte") } else { scaled(bytes) }
}

/// A rate in decimal units, to three digits.
pub(super) fn rate(bytes_per_second: u64) -> String {
    if bytes_per_second < 1000 {
        format!("{bytes_per_second} B/s")
    } else {
        format!("{}/s", scaled(bytes_per_second))
    }
}

/// A number of bytes in the largest unit that fits, to three digits.
fn scaled(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = "B";
    for next in ["kB", "MB", "GB", "TB", "PB", "EB"] {
        if value < 999.5 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    let decimals = [99.95, 9.995].into_iter().filter(|limit| value < *limit).count();
    format!("{value:.decimals$} {unit}")
}

/// A duration: `12 ms`, `3.21 s`, `4 min 5 s`.
pub(super) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.001 {
        "under 1 ms".to_owned()
    } else if seconds < 0.9995 {
        format!("{:.0} ms", seconds * 1000.0)
    } else if seconds < 120.0 {
        format!("{seconds:.2} s")
    } else {
        format!("{:.0} min {:.0} s", (seconds / 60.0).floor(), (seconds % 60.0).floor())
    }
}

/// A percentage with one decimal, or with as many as two significant digits need, but at most six. It is rounded down, so
/// that `100 %` and `0 %` are exact.
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 || part == 0 {
        return "0 %".to_owned();
    }
    if part >= whole {
        return "100 %".to_owned();
    }
    let value = part as f64 / whole as f64 * 100.0;
    let mut text = String::new();
    for decimals in 1..=6 {
        let scale = 10_f64.powi(decimals);
        let floored = (value * scale).floor() / scale;
        if floored * scale >= 10.0 || (decimals == 6 && floored > 0.0) {
            let decimals = usize::try_from(decimals).unwrap_or(0);
            let _ = write!(text, "{floored:.decimals$}");
            let plain = text.trim_end_matches('0').trim_end_matches('.').len();
            text.truncate(plain);
            return text + " %";
        }
    }
    "under 0.000001 %".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1000), "1,000");
        assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(count(0, "row"), "0 rows");
    }

    #[test]
    fn sizes_have_three_digits() {
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1000), "1.00 kB");
        assert_eq!(size(999_499), "999 kB");
        assert_eq!(size(999_500), "1.00 MB");
        assert_eq!(size(712_400_000), "712 MB");
        assert_eq!(size(u64::MAX), "18.4 EB");
        assert_eq!(rate(12), "12 B/s");
        assert_eq!(rate(2_220_000_000), "2.22 GB/s");
    }

    #[test]
    fn times_are_short() {
        assert_eq!(duration(0.0), "under 1 ms");
        assert_eq!(duration(f64::NAN), "under 1 ms");
        assert_eq!(duration(0.0124), "12 ms");
        assert_eq!(duration(3.214), "3.21 s");
        assert_eq!(duration(245.9), "4 min 5 s");
    }

    #[test]
    fn shares_never_round_up_to_all_or_down_to_none() {
        assert_eq!(percent(0, 10), "0 %");
        assert_eq!(percent(10, 10), "100 %");
        assert_eq!(percent(9_999_999, 10_000_000), "99.9 %");
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!(percent(1, 10), "10 %");
        assert_eq!(percent(1235, 10_000_000), "0.012 %");
        assert_eq!(percent(1, 10_000_000), "0.00001 %");
        assert_eq!(percent(1, 10_000_000_000), "under 0.000001 %");
    }
}
