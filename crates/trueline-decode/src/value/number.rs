//! What floats and decimals share: finite numbers `[+-]?(D+(.D*)?|.D+)([eE][+-]?D+)?`.

use super::Text;
use super::word::{digits8, right_justify};

/// A short plain number: at most sixteen digits and no exponent. Its value is ± `mantissa` × 10^-`scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShortNumber {
    pub(crate) negative: bool,
    pub(crate) mantissa: u64,
    pub(crate) scale: usize,
}

/// Any number: ± `digits` × 10^`exponent`, where `digits` has no trailing zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ScannedNumber {
    pub(crate) negative: bool,
    /// `None` if there are more than 38 digits.
    pub(crate) digits: Option<u128>,
    /// Saturates far beyond what a text of four gigabytes could compensate.
    pub(crate) exponent: i64,
}

/// Splits off the sign.
pub(crate) fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// Reads a number of up to sixteen bytes at once; `None` if the text is longer or unusual, so that only [`scan`] can tell.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the body of the loop over a column")]
pub(crate) fn short(text: Text<'_>) -> Option<ShortNumber> {
    let (negative, unsigned) = text.split_sign();
    let (mantissa, scale) = match unsigned.len() {
        1..=8 => short8(unsigned)?,
        9..=16 => short16(unsigned)?,
        _ => return None,
    };
    Some(ShortNumber { negative, mantissa, scale })
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "the body of the loop over a column")]
fn short8(text: Text<'_>) -> Option<(u64, usize)> {
    let word = text.word();
    let at_point = word ^ 0x2E2E_2E2E_2E2E_2E2E;
    let found = at_point.wrapping_sub(0x0101_0101_0101_0101) & !at_point & 0x8080_8080_8080_8080;
    // The lowest bit found is exact; past the text it does not count.
    let point = found.trailing_zeros() as usize / 8;
    if point >= text.len() {
        return Some((digits8(right_justify(word, text.len()))?, 0));
    }
    // Close the gap of the point. A second point remains and is not a digit.
    let length = text.len() - 1;
    let below = (1u64 << (8 * point)) - 1;
    let word = word & below | (word >> 8) & !below;
    if length == 0 { None } else { Some((digits8(right_justify(word, length))?, length - point)) }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "the body of the loop over a column")]
fn short16(text: Text<'_>) -> Option<(u64, usize)> {
    let mut word = text.double_word();
    let at_point = word ^ 0x2E2E_2E2E_2E2E_2E2E_2E2E_2E2E_2E2E_2E2E;
    let found = at_point.wrapping_sub(0x0101_0101_0101_0101_0101_0101_0101_0101)
        & !at_point
        & 0x8080_8080_8080_8080_8080_8080_8080_8080;
    let (mut length, mut scale) = (text.len(), 0);
    let point = found.trailing_zeros() as usize / 8;
    if point < length {
        length -= 1;
        let below = (1u128 << (8 * point)) - 1;
        word = word & below | (word >> 8) & !below;
        scale = length - point;
    }
    // Eight to sixteen digits: the whole high half, and the rest of the low one.
    let bits = 8 * (16 - length);
    let word = word << bits | 0x3030_3030_3030_3030_3030_3030_3030_3030 & ((1 << bits) - 1);
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    let (low, high) = (word as u64, (word >> 64) as u64);
    Some((digits8(low)? * 100_000_000 + digits8(high)?, scale))
}

/// Reads any number, digit by digit; `None` if the text is not a number.
pub(crate) fn scan(text: &[u8]) -> Option<ScannedNumber> {
    let (negative, unsigned) = split_sign(text);
    let mut reader = Digits::default();
    let whole = reader.read(unsigned);
    let mut rest = &unsigned[whole..];
    let mut fraction = 0;
    if let [b'.', after @ ..] = rest {
        fraction = reader.read(after);
        rest = &after[fraction..];
    }
    if whole + fraction == 0 {
        return None;
    }
    let exponent = match rest {
        [] => 0,
        [b'e' | b'E', exponent @ ..] => scan_exponent(exponent)?,
        _ => return None,
    };
    // Lengths are far below the limit of the exponent, so nothing here overflows.
    let shift = i64::try_from(fraction).ok()? - i64::try_from(reader.zeros).ok()?;
    Some(ScannedNumber { negative, digits: reader.value(), exponent: exponent - shift })
}

/// Whether the text is a number; like [`scan`], without its value.
pub(crate) fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (_, unsigned) = split_sign(text);
    let whole = digits(unsigned);
    let (mut rest, mut fraction) = (&unsigned[whole..], 0);
    if let [b'.', after @ ..] = rest {
        fraction = digits(after);
        rest = &after[fraction..];
    }
    whole + fraction > 0
        && match rest {
            [] => true,
            [b'e' | b'E', exponent @ ..] => scan_exponent(exponent).is_some(),
            _ => false,
        }
}

fn scan_exponent(text: &[u8]) -> Option<i64> {
    const BOUND: i64 = 1 << 50;
    let (negative, digits) = split_sign(text);
    if digits.is_empty() {
        return None;
    }
    let mut exponent = 0i64;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        exponent = (exponent * 10 + i64::from(byte - b'0')).min(BOUND);
    }
    Some(if negative { -exponent } else { exponent })
}

/// Digits read so far, without leading and trailing zeros.
#[derive(Default)]
struct Digits {
    value: u128,
    count: usize,
    /// Zeros that are not yet included in the value.
    zeros: usize,
}

impl Digits {
    /// Reads digits from the start of the text; returns their number.
    fn read(&mut self, text: &[u8]) -> usize {
        for (at, byte) in text.iter().enumerate() {
            match byte {
                b'0' => self.zeros += 1,
                b'1'..=b'9' => self.push(byte - b'0'),
                _ => return at,
            }
        }
        text.len()
    }

    fn push(&mut self, digit: u8) {
        if self.count > 0 {
            self.count = self.count.saturating_add(self.zeros);
        }
        self.count += 1;
        if self.count <= 38 {
            // Without an earlier digit, the zeros are leading ones and the value is 0.
            let shift = if self.value == 0 { 0 } else { self.zeros };
            for _ in 0..=shift {
                self.value *= 10;
            }
            self.value += u128::from(digit);
        }
        self.zeros = 0;
    }

    fn value(&self) -> Option<u128> {
        (self.count <= 38).then_some(self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::near;
    use proptest::prelude::*;
    use trueline_schema::grammar::{self, Decimal};

    fn twin(bytes: &[u8]) {
        let Ok(text) = std::str::from_utf8(bytes) else {
            assert_eq!(scan(bytes), None);
            return;
        };
        assert_eq!(is_number(bytes), grammar::is_number(text), "{text}");
        let decimal = Decimal::parse(text);
        if let Some(ScannedNumber { negative, digits: Some(digits), exponent }) = scan(bytes) {
            let signed = i128::try_from(digits).unwrap() * if negative { -1 } else { 1 };
            match i32::try_from(-exponent) {
                _ if digits == 0 => assert_eq!(decimal, Some(Decimal::ZERO)),
                Ok(scale) => {
                    assert_eq!(decimal.map(|d| (d.unscaled, d.scale)), Some((signed, scale)), "{text}");
                }
                Err(_) => assert_eq!(decimal, None, "{text}"),
            }
        } else {
            assert_eq!(decimal, None, "{text}");
        }
        let around = [bytes, b".0123456789012345"].concat();
        assert_eq!(short(bytes.into()), short(Text::at(&around, 0..bytes.len())), "{text}");
        if let Some(short) = short(bytes.into()) {
            let signed = i128::from(short.mantissa) * if short.negative { -1 } else { 1 };
            assert_eq!(decimal, Some(Decimal::new(signed, i32::try_from(short.scale).unwrap())), "{text}");
        }
    }

    #[test]
    fn edges() {
        for text in [
            "",
            ".",
            "+",
            "-.",
            "1.",
            ".5",
            "-.5",
            "1..2",
            "..",
            "1.2.3",
            "e",
            "1e",
            "1e+",
            "1e5",
            "1E-5",
            ".e1",
            "0",
            "000",
            "-0.0",
            "1e400",
            "1e99999999999999999999",
            "0e99999999999999999999",
            "0.00000000000000001",
            "12345678.",
            ".12345678",
            "1234567.8",
            "123456789.12345",
            "123456789012345.6",
            "1234567890123456",
            "12345678.12345678",
            "0x1F",
            "nan",
            "1\0",
        ] {
            twin(text.as_bytes());
        }
        for length in 36..42 {
            for text in [
                "9".repeat(length),
                format!("1{}1", "0".repeat(length - 2)),
                format!("0{}0.0", "7".repeat(length)),
            ] {
                twin(text.as_bytes());
                twin(format!("{text}e-3").as_bytes());
            }
        }
        assert!(short(b"123.45"[..].into()).is_some() && short(b"123456789.123456"[..].into()).is_some());
    }

    proptest! {
        #[test]
        fn any_bytes(text in proptest::collection::vec(any::<u8>(), 0..24)) {
            twin(&text);
        }

        #[test]
        fn near_valid(text in near("[-+]?[0-9]{0,12}(\\.[0-9]{0,9})?([eE][-+]?[0-9]{0,3})?")) {
            twin(&text);
        }

        #[test]
        fn near_short(text in near("[-+]?[0-9]{0,10}\\.?[0-9]{0,6}")) {
            twin(&text);
        }

        #[test]
        fn long_ones(text in "[-+]?[0-9]{0,40}(\\.[0-9]{0,40})?(e[-+]?[0-9]{1,12})?") {
            twin(text.as_bytes());
        }
    }
}
