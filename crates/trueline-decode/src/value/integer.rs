//! Integers of every width.

use std::marker::PhantomData;

use super::word::digits;
use super::{Parse, ParseError, Text};

/// An integer type of the schema.
pub(crate) trait Integer: Copy + Default + Send {
    /// Converts the value to this type, if it fits.
    fn narrow(negative: bool, magnitude: u64) -> Option<Self>;
}

macro_rules! signed {
    ($($integer:ty),*) => {$(
        impl Integer for $integer {
            #[inline]
            fn narrow(negative: bool, magnitude: u64) -> Option<Self> {
                let value = if negative { 0i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() };
                Self::try_from(value?).ok()
            }
        }
    )*};
}

macro_rules! unsigned {
    ($($integer:ty),*) => {$(
        impl Integer for $integer {
            #[inline]
            fn narrow(negative: bool, magnitude: u64) -> Option<Self> {
                if negative && magnitude > 0 { None } else { Self::try_from(magnitude).ok() }
            }
        }
    )*};
}

signed!(i8, i16, i32, i64);
unsigned!(u8, u16, u32, u64);

/// The parser of one integer type.
#[derive(Debug, Default)]
pub(crate) struct IntegerParser<T>(PhantomData<T>);

impl<T: Integer> Parse for IntegerParser<T> {
    type Native = T;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the body of the loop over a column")]
    fn parse(&mut self, text: Text<'_>) -> Result<T, ParseError> {
        let (negative, magnitude) = parse(text)?;
        T::narrow(negative, magnitude).ok_or(ParseError::OutOfRange)
    }
}

/// The sign and the magnitude of `[+-]?[0-9]+`.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the body of the loop over a column")]
pub(crate) fn parse(text: Text<'_>) -> Result<(bool, u64), ParseError> {
    let (negative, unsigned) = text.split_sign();
    let magnitude = match unsigned.len() {
        1..=16 => digits(unsigned).ok_or(ParseError::Invalid)?,
        _ => long(unsigned.as_bytes())?,
    };
    Ok((negative, magnitude))
}

/// Parses seventeen digits and more (or none).
#[cold]
fn long(text: &[u8]) -> Result<u64, ParseError> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return Err(ParseError::Invalid);
    }
    let zeros = text.iter().take_while(|byte| **byte == b'0').count();
    let value = text[zeros..]
        .iter()
        .try_fold(0u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
    value.ok_or(ParseError::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::{near, same};
    use proptest::prelude::*;
    use trueline_schema::grammar;

    fn twin<T: Integer + TryFrom<i128> + PartialEq + std::fmt::Debug>(text: &[u8]) {
        same(
            text,
            |text| IntegerParser::<T>::default().parse(text),
            |text| {
                if !grammar::is_integer(text) {
                    return Err(ParseError::Invalid);
                }
                let value = grammar::parse_integer(text).ok_or(ParseError::OutOfRange)?;
                T::try_from(value).map_err(|_| ParseError::OutOfRange)
            },
        );
    }

    fn twins(text: &[u8]) {
        twin::<i8>(text);
        twin::<i16>(text);
        twin::<i32>(text);
        twin::<i64>(text);
        twin::<u8>(text);
        twin::<u16>(text);
        twin::<u32>(text);
        twin::<u64>(text);
    }

    #[test]
    fn edges() {
        for bits in [7, 8, 15, 16, 31, 32, 63, 64] {
            for near in -2..=2 {
                for value in [(1i128 << bits) + near, -(1i128 << bits) + near] {
                    twins(value.to_string().as_bytes());
                    twins(format!("{value:+030}").as_bytes());
                }
            }
        }
        for text in [
            "", "+", "-", "0", "-0", "+0", "007", "+1", "1.", "1.0", "1e5", "0x1F", "1_000", " 1", "--1", "१",
        ] {
            twins(text.as_bytes());
        }
        for length in 15..45 {
            twins("9".repeat(length).as_bytes());
            twins("0".repeat(length).as_bytes());
            twins(format!("{}x", "0".repeat(length)).as_bytes());
        }
        assert_eq!(IntegerParser::<i8>::default().parse(b"300"[..].into()), Err(ParseError::OutOfRange));
        assert_eq!(IntegerParser::<i64>::default().parse(b"-9223372036854775808"[..].into()), Ok(i64::MIN));
        assert_eq!(
            IntegerParser::<i64>::default().parse(b"-9223372036854775809"[..].into()),
            Err(ParseError::OutOfRange)
        );
        assert_eq!(
            IntegerParser::<u64>::default().parse(b"18446744073709551616"[..].into()),
            Err(ParseError::OutOfRange)
        );
    }

    proptest! {
        #[test]
        fn any_bytes(text in proptest::collection::vec(any::<u8>(), 0..24)) {
            twins(&text);
        }

        #[test]
        fn near_valid(text in near("[-+]?[0-9]{0,22}")) {
            twins(&text);
        }
    }
}
