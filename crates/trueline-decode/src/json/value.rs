//! Converts JSON values to values of a type.
//!
//! The kind of a value decides first whether a type accepts it, then its text. The text of a string uses the grammars of
//! text formats; numbers have a separate grammar, which is a subset of that for text for all types except integers.

use crate::value::integer::{Integer, IntegerParser};
use crate::value::number::{ScannedNumber, scan};
use crate::value::{Parse, ParseError, Text};

use super::slot::Kind;

/// A parser of one type, chosen once per column.
pub(crate) trait ParseValue: Send {
    /// The type of a value in memory.
    type Native: Copy + Default;

    /// Parses a value that is not null, given its text without quotes and escapes.
    fn parse(&mut self, kind: Kind, text: Text<'_>) -> Result<Self::Native, ParseError>;
}

/// Accepts only numbers.
pub(crate) struct Numbers<P>(pub(crate) P);

impl<P: Parse> ParseValue for Numbers<P> {
    type Native = P::Native;

    #[inline]
    fn parse(&mut self, kind: Kind, text: Text<'_>) -> Result<P::Native, ParseError> {
        if kind == Kind::Number { self.0.parse(text) } else { Err(ParseError::Invalid) }
    }
}

/// Accepts only strings.
pub(crate) struct Strings<P>(pub(crate) P);

impl<P: Parse> ParseValue for Strings<P> {
    type Native = P::Native;

    #[inline]
    fn parse(&mut self, kind: Kind, text: Text<'_>) -> Result<P::Native, ParseError> {
        if kind.is_string() { self.0.parse(text) } else { Err(ParseError::Invalid) }
    }
}

/// Accepts numbers and strings, with one parser each.
pub(crate) struct Either<N, S>(pub(crate) N, pub(crate) S);

impl<N: Parse, S: Parse<Native = N::Native>> ParseValue for Either<N, S> {
    type Native = N::Native;

    fn parse(&mut self, kind: Kind, text: Text<'_>) -> Result<N::Native, ParseError> {
        match kind {
            Kind::Number => self.0.parse(text),
            Kind::String | Kind::Escaped => self.1.parse(text),
            _ => Err(ParseError::Invalid),
        }
    }
}

/// Accepts `true` and `false`, and strings if there is a parser for them.
pub(crate) struct Booleans<S>(pub(crate) Option<S>);

impl<S: Parse<Native = bool>> ParseValue for Booleans<S> {
    type Native = bool;

    fn parse(&mut self, kind: Kind, text: Text<'_>) -> Result<bool, ParseError> {
        match (kind, &mut self.0) {
            (Kind::True, _) => Ok(true),
            (Kind::False, _) => Ok(false),
            (Kind::String | Kind::Escaped, Some(parser)) => parser.parse(text),
            _ => Err(ParseError::Invalid),
        }
    }
}

/// The parser of integers: numbers without a fraction, in any notation.
#[derive(Debug, Default)]
pub(crate) struct NumberParser<T>(IntegerParser<T>);

impl<T: Integer> Parse for NumberParser<T> {
    type Native = T;

    #[inline]
    fn parse(&mut self, text: Text<'_>) -> Result<T, ParseError> {
        match self.0.parse(text) {
            Err(ParseError::Invalid) => scientific(text.as_bytes()),
            parsed => parsed,
        }
    }
}

/// Parses a number with a point or an exponent.
#[cold]
fn scientific<T: Integer>(text: &[u8]) -> Result<T, ParseError> {
    let ScannedNumber { negative, digits, exponent } = scan(text).ok_or(ParseError::Invalid)?;
    if digits == Some(0) {
        return T::narrow(false, 0).ok_or(ParseError::OutOfRange);
    }
    // The digits have no trailing zeros: with a negative exponent the last one is after the point.
    if exponent < 0 {
        return Err(ParseError::Invalid);
    }
    let power = u32::try_from(exponent).ok().and_then(|exponent| 10_u128.checked_pow(exponent));
    let magnitude = digits.zip(power).and_then(|(digits, power)| digits.checked_mul(power));
    let magnitude =
        magnitude.and_then(|magnitude| u64::try_from(magnitude).ok()).ok_or(ParseError::OutOfRange)?;
    T::narrow(negative, magnitude).ok_or(ParseError::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use trueline_schema::grammar::Decimal;

    fn parse<T: Integer>(text: &str) -> Result<T, ParseError> {
        NumberParser::<T>::default().parse(text.as_bytes().into())
    }

    #[test]
    fn a_number_without_a_fraction_is_an_integer() {
        for (text, value) in [
            ("0", 0),
            ("-0", 0),
            ("-0.0e5", 0),
            ("1.0", 1),
            ("1e2", 100),
            ("1E+2", 100),
            ("120e-1", 12),
            ("-1.500e1", -15),
            ("0.00012e5", 12),
            ("9007199254740993", 9_007_199_254_740_993),
            ("9007199254740993.000", 9_007_199_254_740_993),
            ("-9223372036854775808", i64::MIN),
            ("-9.223372036854775808e18", i64::MIN),
            ("0e99999999999999999999", 0),
        ] {
            assert_eq!(parse::<i64>(text), Ok(value), "{text}");
        }
        for text in ["0.1", "1.5", "1e-1", "15e-1", "9007199254740993.5", "1e-400"] {
            assert_eq!(parse::<i64>(text), Err(ParseError::Invalid), "{text}");
        }
        let long = format!("{}.5", "9".repeat(50));
        assert_eq!(parse::<i64>(&long), Err(ParseError::Invalid));
        for text in
            ["1e400", "9223372036854775808", "1e19", "9.3e18", &"9".repeat(50), "1e99999999999999999999"]
        {
            assert_eq!(parse::<i64>(text), Err(ParseError::OutOfRange), "{text}");
        }
        assert_eq!(parse::<u8>("25.5e1"), Ok(255));
        assert_eq!(parse::<u8>("256.0"), Err(ParseError::OutOfRange));
        assert_eq!(parse::<u8>("-0.0"), Ok(0));
        assert_eq!(parse::<u8>("-1.0"), Err(ParseError::OutOfRange));
        assert_eq!(parse::<u64>("18446744073709551615.0"), Ok(u64::MAX));
    }

    proptest! {
        #[test]
        fn as_exact_decimals_say(text in "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,6}0{0,20})?([eE][-+]?[0-9]{1,2})?") {
            let decimal = Decimal::parse(&text).expect("a number");
            let expected = match decimal.to_integer() {
                Some(integer) => i64::try_from(integer).map_err(|_| ParseError::OutOfRange),
                None if decimal.scale > 0 => Err(ParseError::Invalid),
                None => Err(ParseError::OutOfRange),
            };
            prop_assert_eq!(parse::<i64>(&text), expected);
        }
    }
}
