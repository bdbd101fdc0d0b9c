//! Rules for bounds and set members: they must be values of their field's type.

use crate::data_type::{DataType, TimeUnit};
use crate::error::{ErrorKind, backticked, escaped};
use crate::grammar::{self, Decimal};
use crate::literal::Literal;

pub(crate) const OUT_OF_RANGE: &str = "it is out of the type's range";
pub(crate) const TOO_MANY_DIGITS: &str = "it has more than 38 digits or too large an exponent";

/// The first and the last date: 0000-01-01 and 9999-12-31, in days since 1970-01-01.
const DATES: std::ops::RangeInclusive<i128> = -719_528..=2_932_896;
/// The number of nanoseconds of a day.
const DAY: i128 = 86_400_000_000_000;

pub(crate) fn is_number(data_type: &DataType) -> bool {
    data_type.is_integer() || data_type.is_float() || matches!(data_type, DataType::Decimal { .. })
}

/// The kind of literal that a type takes, for people.
pub(crate) fn expected(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::String => "text",
        DataType::Boolean => "true or false",
        DataType::Date => "a date such as \"2020-01-31\"",
        DataType::Time => "a time such as \"13:05:00\"",
        DataType::Timestamp { .. } => "a timestamp such as \"2020-01-31T13:05:00Z\"",
        DataType::Duration => "a duration such as \"PT90S\"",
        DataType::Binary => "text in base64",
        _ => "a number",
    }
}

/// Why a number is no value of a numeric type, if so.
pub(crate) fn number(number: Decimal, data_type: &DataType) -> Option<&'static str> {
    if number.digits() > 38 {
        return Some(TOO_MANY_DIGITS);
    }
    if let Some((min, max)) = data_type.integer_bounds() {
        let is_integer = number.fraction_digits() == 0;
        return match number.to_integer() {
            Some(integer) if (min..=max).contains(&integer) => None,
            _ if !is_integer => Some("it is not a whole number"),
            _ => Some(OUT_OF_RANGE),
        };
    }
    match data_type {
        DataType::Float32 if grammar::parse_float32(&number.to_string()).is_none() => Some(OUT_OF_RANGE),
        DataType::Float64 if !number.to_f64().is_finite() => Some(OUT_OF_RANGE),
        DataType::Decimal { scale, .. } if number.fraction_digits() > u32::from(*scale) => {
            Some("it has too many digits after the point")
        }
        DataType::Decimal { precision, scale }
            if number.whole_digits() > u64::from(precision.saturating_sub(*scale)) =>
        {
            Some("it has too many digits before the point")
        }
        _ => None,
    }
}

/// Why a point in time is no value of a timestamp type, if so.
pub(crate) fn timestamp(
    nanos: i128,
    offset: bool,
    unit: Option<TimeUnit>,
    needs_offset: bool,
) -> Option<&'static str> {
    if needs_offset && !offset {
        return Some("it needs an offset such as Z, as the type has a zone");
    }
    let unit = unit?;
    if nanos % unit.nanoseconds() != 0 {
        return Some("it is finer than the type's unit");
    }
    i64::try_from(nanos / unit.nanoseconds()).is_err().then_some(OUT_OF_RANGE)
}

/// The rule that the literal of a parameter does not satisfy, if so.
pub(super) fn problem(key: &str, literal: &Literal, data_type: &DataType) -> Option<ErrorKind> {
    let reason = match (data_type, literal) {
        (DataType::String, Literal::Text(_))
        | (DataType::Boolean, Literal::Boolean(_))
        | (DataType::Binary, Literal::Binary(_)) => None,
        (DataType::Date, Literal::Date(days)) => {
            (!DATES.contains(&i128::from(*days))).then_some(OUT_OF_RANGE)
        }
        (DataType::Time, Literal::Time(nanos)) => {
            (!(0..DAY).contains(&i128::from(*nanos))).then_some(OUT_OF_RANGE)
        }
        (DataType::Timestamp { unit, zone }, Literal::Timestamp { nanos, offset }) => {
            // An offset may move the first and the last date by a day.
            let days = nanos.div_euclid(DAY);
            let is_date = (DATES.start() - 1..=DATES.end() + 1).contains(&days);
            timestamp(*nanos, *offset, *unit, zone.is_some()).or((!is_date).then_some(OUT_OF_RANGE))
        }
        (DataType::Duration, Literal::Duration(nanos)) => {
            i64::try_from(*nanos).is_err().then_some(OUT_OF_RANGE)
        }
        (number_type, Literal::Number(decimal)) if is_number(number_type) => number(*decimal, number_type),
        _ => {
            let (key, expected) = (key.to_owned(), expected(data_type).to_owned());
            return Some(ErrorKind::WrongKind { key, expected, found: backticked(&literal.to_string()) });
        }
    };
    reason.map(|reason| ErrorKind::NotOfType {
        key: key.to_owned(),
        value: escaped(&literal.to_string()),
        data_type: data_type.clone(),
        reason: reason.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dates_are_those_that_can_be_written() {
        assert_eq!(grammar::parse_date("0000-01-01").map(i128::from), Some(*DATES.start()));
        assert_eq!(grammar::parse_date("9999-12-31").map(i128::from), Some(*DATES.end()));
    }
}
