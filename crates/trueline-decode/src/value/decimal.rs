//! Decimals as integers in units of their smallest step.

use super::number::{ScannedNumber, ShortNumber, scan, short};
use super::word::POWERS;
use super::{Parse, ParseError, Text};

/// The parser of `decimal(precision, scale)`.
#[derive(Debug)]
pub(crate) struct DecimalParser {
    scale: usize,
    /// 10^precision: the first value that is too large.
    bound: u128,
}

impl DecimalParser {
    /// Creates a parser for at most `precision` digits (1 to 38), `scale` of them after the point.
    pub(crate) fn new(precision: u8, scale: u8) -> Self {
        Self { scale: usize::from(scale), bound: 10u128.pow(u32::from(precision.min(38))) }
    }
}

impl Parse for DecimalParser {
    type Native = i128;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the body of the loop over a column")]
    fn parse(&mut self, text: Text<'_>) -> Result<i128, ParseError> {
        match short(text) {
            // Sixteen digits of a short number and these are fewer than 38, so the product fits.
            Some(ShortNumber { negative, mantissa, scale })
                if self.scale.wrapping_sub(scale) < POWERS.len() =>
            {
                let magnitude = u128::from(mantissa) * u128::from(POWERS[self.scale - scale]);
                self.signed(negative, magnitude)
            }
            _ => self.general(text.as_bytes()),
        }
    }
}

impl DecimalParser {
    #[inline]
    fn signed(&self, negative: bool, magnitude: u128) -> Result<i128, ParseError> {
        if magnitude >= self.bound {
            return Err(ParseError::ExcessDigits);
        }
        let value = magnitude.cast_signed();
        Ok(if negative { -value } else { value })
    }

    fn general(&self, text: &[u8]) -> Result<i128, ParseError> {
        let ScannedNumber { negative, digits, exponent } = scan(text).ok_or(ParseError::Invalid)?;
        let digits = digits.ok_or(ParseError::ExcessDigits)?;
        if digits == 0 {
            return Ok(0);
        }
        // The digits have no trailing zeros: a step finer than the scale is an excess digit.
        let shift = exponent + i64::try_from(self.scale).unwrap_or(i64::MAX / 2);
        let power = u32::try_from(shift).ok().and_then(|shift| 10u128.checked_pow(shift));
        let magnitude = power.and_then(|power| digits.checked_mul(power)).ok_or(ParseError::ExcessDigits)?;
        self.signed(negative, magnitude)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::{near, same};
    use proptest::prelude::*;
    use trueline_schema::grammar::{self, Decimal};

    fn twin(text: &[u8], precision: u8, scale: u8) {
        same(
            text,
            |text| DecimalParser::new(precision, scale).parse(text),
            |text| {
                if !grammar::is_number(text) {
                    return Err(ParseError::Invalid);
                }
                let unscaled = Decimal::parse(text).and_then(|decimal| decimal.rescale(i32::from(scale)));
                let fits = |unscaled: &i128| unscaled.unsigned_abs() < 10u128.pow(u32::from(precision));
                unscaled.filter(fits).ok_or(ParseError::ExcessDigits)
            },
        );
    }

    #[test]
    fn edges() {
        let nines = "9".repeat(38);
        for (precision, scale) in [(1, 0), (5, 2), (18, 4), (38, 0), (38, 10), (38, 38), (20, 19), (38, 37)] {
            for text in [
                "",
                "0",
                "-0",
                "1",
                "1.",
                ".5",
                "1.50",
                "1.505",
                "999.99",
                "1000",
                "1000.00",
                "1e2",
                "1e-2",
                "12345e-3",
                "1e400",
                "1e-400",
                "0e400",
                "inf",
                "nan",
                "0.0000000000000000000000000000000000000000000000000",
                "1,5",
                &nines,
                &format!("{nines}9"),
                &format!("-{nines}"),
                &format!("0.{nines}"),
                &format!("{nines}.0"),
                &format!("1{nines}e-1"),
                "1e99999999999999999999",
                "1e-99999999999999999999",
                "99999999999999.99",
                "170141183460469231731687303715884105728",
            ] {
                twin(text.as_bytes(), precision, scale);
            }
        }
        assert_eq!(DecimalParser::new(5, 2).parse(b"123.45"[..].into()), Ok(12_345));
        assert_eq!(DecimalParser::new(5, 2).parse(b"1234.5"[..].into()), Err(ParseError::ExcessDigits));
        assert_eq!(DecimalParser::new(5, 2).parse(b"1.230"[..].into()), Ok(123));
        assert_eq!(DecimalParser::new(5, 2).parse(b"1.234"[..].into()), Err(ParseError::ExcessDigits));
    }

    fn shape() -> impl Strategy<Value = (u8, u8)> {
        (1u8..=38).prop_flat_map(|precision| (Just(precision), 0..=precision))
    }

    proptest! {
        #[test]
        fn any_bytes(text in proptest::collection::vec(any::<u8>(), 0..24), shape in shape()) {
            twin(&text, shape.0, shape.1);
        }

        #[test]
        fn near_valid(text in near("[-+]?[0-9]{0,12}(\\.[0-9]{0,9})?([eE][-+]?[0-9]{0,2})?"), shape in shape()) {
            twin(&text, shape.0, shape.1);
        }

        #[test]
        fn near_short(text in near("[-+]?[0-9]{0,10}\\.?[0-9]{0,6}"), shape in shape()) {
            twin(&text, shape.0, shape.1);
        }

        #[test]
        fn long_ones(text in "[-+]?[0-9]{0,40}(\\.[0-9]{0,40})?(e[-+]?[0-9]{1,3})?", shape in shape()) {
            twin(text.as_bytes(), shape.0, shape.1);
        }
    }
}
