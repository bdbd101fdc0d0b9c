//! Floats, correctly rounded.
//!
//! If the type represents the mantissa and the power of ten exactly, one rounded division is sufficient, as IEEE 754
//! guarantees (Clinger's fast path). All others go to `fast-float2`, after a check of our grammar.

use super::number::{ShortNumber, is_number, short, split_sign};
use super::{Parse, ParseError, Text};

/// Eight bytes of 1.
const ONES: u64 = 0x0101_0101_0101_0101;

/// The parser of `float64`.
#[derive(Debug, Default)]
pub(crate) struct Float64Parser;

impl Parse for Float64Parser {
    type Native = f64;

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the body of the loop over a column")]
    fn parse(&mut self, text: Text<'_>) -> Result<f64, ParseError> {
        const POWERS: [f64; 17] =
            [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16];
        match short(text) {
            Some(ShortNumber { negative, mantissa, scale }) if mantissa <= 1 << 53 => {
                let value = mantissa as f64 / POWERS[scale];
                // Without a branch: if signs are rare, they are hard to predict.
                Ok(f64::from_bits(value.to_bits() | u64::from(negative) << 63))
            }
            None if is_plainly_invalid(text) => Err(ParseError::Invalid),
            _ => general(text.as_bytes(), f64::is_finite, f64::NAN, f64::INFINITY),
        }
    }
}

/// The parser of `float32`.
#[derive(Debug, Default)]
pub(crate) struct Float32Parser;

impl Parse for Float32Parser {
    type Native = f32;

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the body of the loop over a column")]
    fn parse(&mut self, text: Text<'_>) -> Result<f32, ParseError> {
        const POWERS: [f32; 11] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10];
        match short(text) {
            Some(ShortNumber { negative, mantissa, scale }) if mantissa <= 1 << 24 && scale <= 10 => {
                let value = mantissa as f32 / POWERS[scale];
                Ok(f32::from_bits(value.to_bits() | u32::from(negative) << 31))
            }
            None if is_plainly_invalid(text) => Err(ParseError::Invalid),
            _ => general(text.as_bytes(), f32::is_finite, f32::NAN, f32::INFINITY),
        }
    }
}

/// Whether a text that [`short`] refuses is no number at all: it has few bytes, and none of the letters `e`, `n` and `i`, one
/// of which is in every exponent, `nan` and `inf`.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the body of the loop over a column")]
fn is_plainly_invalid(text: Text<'_>) -> bool {
    let lower = text.word() | (0x20 * ONES);
    // Bytes after the text may be such letters as well; then the text is merely examined.
    let found = [b'e', b'n', b'i'].into_iter().fold(0, |found, letter| {
        let differs = lower ^ (u64::from(letter) * ONES);
        found | (differs.wrapping_sub(ONES) & !differs)
    });
    text.len() <= 8 && found & (ONES << 7) == 0
}

/// Parses any float text.
fn general<T>(text: &[u8], is_finite: fn(T) -> bool, nan: T, infinity: T) -> Result<T, ParseError>
where
    T: fast_float2::FastFloat + std::ops::Neg<Output = T>,
{
    let (negative, unsigned) = split_sign(text);
    let value = match unsigned.first() {
        Some(b'0'..=b'9' | b'.') if is_number(unsigned) => {
            let value = fast_float2::parse(unsigned).map_err(|_| ParseError::Invalid)?;
            if !is_finite(value) {
                return Err(ParseError::OutOfRange);
            }
            value
        }
        Some(b'n' | b'N') if unsigned.eq_ignore_ascii_case(b"nan") => nan,
        Some(b'i' | b'I')
            if unsigned.eq_ignore_ascii_case(b"inf") || unsigned.eq_ignore_ascii_case(b"infinity") =>
        {
            infinity
        }
        _ => return Err(ParseError::Invalid),
    };
    Ok(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::{near, same};
    use proptest::prelude::*;
    use trueline_schema::grammar;

    /// Any NaN is as good as another; everything else is compared bit by bit, the sign of zero included.
    fn bits64(value: f64) -> u64 {
        if value.is_nan() { u64::MAX } else { value.to_bits() }
    }

    fn bits32(value: f32) -> u32 {
        if value.is_nan() { u32::MAX } else { value.to_bits() }
    }

    fn twin(text: &[u8]) {
        let error =
            |text: &str| if grammar::is_number(text) { ParseError::OutOfRange } else { ParseError::Invalid };
        same(
            text,
            |text| Float64Parser.parse(text).map(bits64),
            |text| grammar::parse_float(text).map(bits64).ok_or(error(text)),
        );
        same(
            text,
            |text| Float32Parser.parse(text).map(bits32),
            |text| grammar::parse_float32(text).map(bits32).ok_or(error(text)),
        );
    }

    #[test]
    fn edges() {
        for text in [
            "",
            "0",
            "-0",
            "-0.0",
            "1.",
            ".5",
            "+1",
            "-+1",
            "+-1",
            "1e400",
            "-1e400",
            "1e-400",
            "1e39",
            "3.5e38",
            "nan",
            "-NaN",
            "INF",
            "+infinity",
            "infinit",
            "nan(1)",
            "1_0",
            "0x1p3",
            "1e",
            "9007199254740993",
            "9007199254740992",
            "0.1",
            "0.3",
            "1e22",
            "1e23",
            "8.5e-45",
            "5e-324",
            "2.5e-324",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "16777217",
            "1.00000017881393421514957253748434595763683319091796875",
            "2.2250738585072011e-308",
            "1e99999999999999999999",
        ] {
            twin(text.as_bytes());
        }
        assert_eq!(Float64Parser.parse(b"1e400"[..].into()), Err(ParseError::OutOfRange));
    }

    proptest! {
        #[test]
        fn any_bytes(text in proptest::collection::vec(any::<u8>(), 0..24)) {
            twin(&text);
        }

        #[test]
        fn near_valid(text in near("[-+]?([0-9]{0,12}(\\.[0-9]{0,9})?([eE][-+]?[0-9]{0,3})?|[nN]a[nN]|inf(inity)?)")) {
            twin(&text);
        }

        #[test]
        fn near_short(text in near("[-+]?[0-9]{0,10}\\.?[0-9]{0,6}")) {
            twin(&text);
        }

        #[test]
        fn shortest_forms(value in any::<f64>(), narrow in any::<f32>()) {
            twin(value.to_string().as_bytes());
            twin(format!("{value:e}").as_bytes());
            twin(narrow.to_string().as_bytes());
            twin(format!("{narrow:e}").as_bytes());
        }

        #[test]
        fn long_ones(text in "[-+]?[0-9]{0,40}(\\.[0-9]{0,40})?(e[-+]?[0-9]{1,3})?") {
            twin(text.as_bytes());
        }
    }
}
