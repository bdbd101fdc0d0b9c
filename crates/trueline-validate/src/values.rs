//! Arrow arrays as the checks compare them.
//!
//! All exact, ordered values are read as an `i128` in one unit per type: integers as they are, decimals as unscaled values, dates
//! as days, times, timestamps and durations as nanoseconds. So a bound is converted once, when the plan is compiled, and not per
//! unit.

/// Binds `$get` to a closure `Fn(usize) -> i128` over an integer-like Arrow array and evaluates `$body` once for its type.
///
/// Evaluates to `Some(body)`, or to `None` if the array is of another kind.
macro_rules! integers {
    ($array:expr, |$get:ident| $body:expr) => {{
        use arrow_array::cast::AsArray;
        use arrow_array::types::*;
        use arrow_schema::{DataType as Arrow, TimeUnit as Unit};
        macro_rules! over {
            ($type:ty, $factor:expr) => {{
                let values: &[<$type as ArrowPrimitiveType>::Native] =
                    $array.as_primitive::<$type>().values();
                let $get = |row: usize| i128::from(values[row]) * $factor;
                Some($body)
            }};
            ($type:ty) => {{
                let values: &[<$type as ArrowPrimitiveType>::Native] =
                    $array.as_primitive::<$type>().values();
                let $get = |row: usize| i128::from(values[row]);
                Some($body)
            }};
        }
        match $array.data_type() {
            Arrow::Int8 => over!(Int8Type),
            Arrow::Int16 => over!(Int16Type),
            Arrow::Int32 => over!(Int32Type),
            Arrow::Int64 => over!(Int64Type),
            Arrow::UInt8 => over!(UInt8Type),
            Arrow::UInt16 => over!(UInt16Type),
            Arrow::UInt32 => over!(UInt32Type),
            Arrow::UInt64 => over!(UInt64Type),
            Arrow::Decimal128(_, _) => over!(Decimal128Type),
            Arrow::Date32 => over!(Date32Type),
            Arrow::Time32(Unit::Second) => over!(Time32SecondType, 1_000_000_000),
            Arrow::Time32(Unit::Millisecond) => over!(Time32MillisecondType, 1_000_000),
            Arrow::Time64(Unit::Microsecond) => over!(Time64MicrosecondType, 1_000),
            Arrow::Time64(Unit::Nanosecond) => over!(Time64NanosecondType),
            Arrow::Duration(Unit::Second) => over!(DurationSecondType, 1_000_000_000),
            Arrow::Duration(Unit::Millisecond) => over!(DurationMillisecondType, 1_000_000),
            Arrow::Duration(Unit::Microsecond) => over!(DurationMicrosecondType, 1_000),
            Arrow::Duration(Unit::Nanosecond) => over!(DurationNanosecondType),
            Arrow::Timestamp(Unit::Second, _) => over!(TimestampSecondType, 1_000_000_000),
            Arrow::Timestamp(Unit::Millisecond, _) => over!(TimestampMillisecondType, 1_000_000),
            Arrow::Timestamp(Unit::Microsecond, _) => over!(TimestampMicrosecondType, 1_000),
            Arrow::Timestamp(Unit::Nanosecond, _) => over!(TimestampNanosecondType, 1),
            _ => None,
        }
    }};
}
pub(crate) use integers;

use trueline_schema::{DataType, Decimal, Literal};

/// A literal of an exact type in the unit of [`integers!`], with the remainder below one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exact {
    /// The largest unit at or below the literal.
    pub(crate) floor: i128,
    /// Whether the literal is above `floor`.
    pub(crate) has_rest: bool,
}

impl Exact {
    /// Converts the literal to the unit of `data_type`; a number beyond `i128` becomes its minimum or maximum, which no value
    /// exceeds.
    pub(crate) fn new(literal: &Literal, data_type: &DataType) -> Option<Self> {
        let whole = |floor| Some(Self { floor, has_rest: false });
        match literal {
            Literal::Number(number) => {
                let scale =
                    if let DataType::Decimal { scale, .. } = data_type { i32::from(*scale) } else { 0 };
                Some(Self::scaled(*number, scale))
            }
            Literal::Date(days) => whole(i128::from(*days)),
            Literal::Time(nanos) => whole(i128::from(*nanos)),
            Literal::Timestamp { nanos, .. } | Literal::Duration(nanos) => whole(*nanos),
            _ => None,
        }
    }

    fn scaled(number: Decimal, scale: i32) -> Self {
        let shift = scale - number.scale;
        let factor = 10_i128.checked_pow(shift.unsigned_abs());
        if number.unscaled == 0 {
            return Self { floor: 0, has_rest: false };
        }
        if shift >= 0 {
            let edge = if number.unscaled < 0 { i128::MIN } else { i128::MAX };
            let floor = factor.and_then(|factor| number.unscaled.checked_mul(factor)).unwrap_or(edge);
            return Self { floor, has_rest: false };
        }
        match factor {
            Some(factor) => Self {
                floor: number.unscaled.div_euclid(factor),
                has_rest: number.unscaled.rem_euclid(factor) != 0,
            },
            None => Self { floor: if number.unscaled < 0 { -1 } else { 0 }, has_rest: true },
        }
    }

    /// Returns the literal if it is a whole number of units; otherwise it equals no value.
    pub(crate) fn whole(self) -> Option<i128> {
        (!self.has_rest).then_some(self.floor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Literal {
        Literal::Number(Decimal::parse(text).expect("a number"))
    }

    #[test]
    fn literals_become_units_with_their_rest() {
        let money = DataType::Decimal { precision: 10, scale: 2 };
        let exact = |text: &str, data_type: &DataType| Exact::new(&number(text), data_type).expect("exact");
        assert_eq!(exact("0.015", &money), Exact { floor: 1, has_rest: true });
        assert_eq!(exact("-0.015", &money), Exact { floor: -2, has_rest: true });
        assert_eq!(exact("12", &money), Exact { floor: 1200, has_rest: false });
        assert_eq!(exact("2.5", &DataType::Int64), Exact { floor: 2, has_rest: true });
        assert_eq!(exact("1e60", &DataType::Int64), Exact { floor: i128::MAX, has_rest: false });
        assert_eq!(exact("-1e-60", &DataType::Int64), Exact { floor: -1, has_rest: true });
    }
}
