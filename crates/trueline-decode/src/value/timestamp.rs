//! Timestamps: a date, `T`, a time, and `Z`, `±HH:MM` or nothing.

use trueline_schema::TimeUnit;

use super::time::SECOND;
use super::{Parse, ParseError, Text, date, time};

/// A moment in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instant {
    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub(crate) seconds: i64,
    /// Nanoseconds after these seconds.
    pub(crate) nanos: u32,
    /// Whether the text had an offset.
    pub(crate) offset: bool,
}

/// Reads a timestamp; without an offset, it is in UTC.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the body of the loop over a column")]
pub(crate) fn instant(text: Text<'_>) -> Option<Instant> {
    let (shape, rest) = text.as_bytes().split_first_chunk::<19>()?;
    let (day, clock) = (shape.first_chunk::<10>()?, shape.last_chunk::<8>()?);
    let seconds = i64::from(date::days(day)?) * 86_400 + i64::from(time::seconds(clock)?);
    if shape[10] != b'T' {
        return None;
    }
    match rest {
        [b'Z'] => Some(Instant { seconds, nanos: 0, offset: true }),
        [] => Some(Instant { seconds, nanos: 0, offset: false }),
        _ => tail(seconds, text.skip(19)),
    }
}

/// Reads what follows the seconds.
fn tail(seconds: i64, text: Text<'_>) -> Option<Instant> {
    let mut rest = text.as_bytes();
    let mut nanos = 0;
    if let [b'.', after @ ..] = rest {
        let length = after.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(after.len());
        nanos = time::nanos(text.skip(1).first(length))?;
        rest = &after[length..];
    }
    let (east, offset) = match *rest {
        [] => (0, false),
        [b'Z'] => (0, true),
        [sign @ (b'+' | b'-'), h0, h1, b':', m0, m1] => {
            let shift = i64::from(time::seconds(&[h0, h1, b':', m0, m1, b':', b'0', b'0'])?);
            (if sign == b'-' { -shift } else { shift }, true)
        }
        _ => return None,
    };
    Some(Instant { seconds: seconds - east, nanos, offset })
}

/// The representation of a timestamp.
pub(crate) trait Unit: Send {
    /// The type of a value in memory.
    type Native: Copy + Default;

    /// Converts the instant to units since the epoch.
    fn convert(&self, seconds: i64, nanos: u32) -> Result<Self::Native, ParseError>;
}

/// A unit that fits a whole number of times into a second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FixedUnit {
    per_second: i64,
    unit_nanos: u32,
}

impl FixedUnit {
    pub(crate) fn new(unit: TimeUnit) -> Self {
        let (per_second, unit_nanos) = match unit {
            TimeUnit::Second => (1, 1_000_000_000),
            TimeUnit::Millisecond => (1_000, 1_000_000),
            TimeUnit::Microsecond => (1_000_000, 1_000),
            TimeUnit::Nanosecond => (SECOND, 1),
        };
        Self { per_second, unit_nanos }
    }
}

impl Unit for FixedUnit {
    type Native = i64;

    #[inline]
    fn convert(&self, seconds: i64, nanos: u32) -> Result<i64, ParseError> {
        if !nanos.is_multiple_of(self.unit_nanos) {
            return Err(ParseError::ExcessDigits);
        }
        let fraction = i64::from(nanos / self.unit_nanos);
        if let Some(whole) =
            seconds.checked_mul(self.per_second).and_then(|whole| whole.checked_add(fraction))
        {
            return Ok(whole);
        }
        // Just above the minimum, the whole seconds alone are already below it.
        let value = i128::from(seconds) * i128::from(self.per_second) + i128::from(fraction);
        i64::try_from(value).map_err(|_| ParseError::OutOfRange)
    }
}

/// Nanoseconds, for any year.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nanoseconds;

impl Unit for Nanoseconds {
    type Native = i128;

    fn convert(&self, seconds: i64, nanos: u32) -> Result<i128, ParseError> {
        Ok(i128::from(seconds) * i128::from(SECOND) + i128::from(nanos))
    }
}

/// The parser of ISO timestamps.
#[derive(Debug)]
pub(crate) struct TimestampParser<U> {
    pub(crate) unit: U,
    /// Whether a text without an offset is invalid.
    pub(crate) needs_offset: bool,
}

impl<U: Unit> Parse for TimestampParser<U> {
    type Native = U::Native;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the body of the loop over a column")]
    fn parse(&mut self, text: Text<'_>) -> Result<U::Native, ParseError> {
        let instant = instant(text).ok_or(ParseError::Invalid)?;
        if self.needs_offset && !instant.offset {
            return Err(ParseError::Invalid);
        }
        self.unit.convert(instant.seconds, instant.nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::{near, same};
    use proptest::prelude::*;
    use trueline_schema::grammar;

    fn twin(text: &[u8]) {
        for needs_offset in [false, true] {
            let read = |text: &str| {
                let read = grammar::parse_timestamp(text).filter(|(_, offset)| *offset || !needs_offset);
                read.map(|(nanos, _)| nanos).ok_or(ParseError::Invalid)
            };
            same(text, |text| TimestampParser { unit: Nanoseconds, needs_offset }.parse(text), read);
            for (unit, step) in [
                (TimeUnit::Second, 1_000_000_000),
                (TimeUnit::Millisecond, 1_000_000),
                (TimeUnit::Microsecond, 1_000),
                (TimeUnit::Nanosecond, 1),
            ] {
                let fast =
                    |text: Text<'_>| TimestampParser { unit: FixedUnit::new(unit), needs_offset }.parse(text);
                same(text, fast, |text| {
                    let nanos = read(text)?;
                    if nanos % step != 0 {
                        return Err(ParseError::ExcessDigits);
                    }
                    i64::try_from(nanos / step).map_err(|_| ParseError::OutOfRange)
                });
            }
        }
    }

    #[test]
    fn edges() {
        for text in [
            "",
            "1970-01-01T00:00:00",
            "1970-01-01T00:00:00Z",
            "1970-01-01t00:00:00Z",
            "1970-01-01T00:00:00z",
            "1970-01-01 00:00:00",
            "1970-01-01T00:00:00+14:00",
            "1970-01-01T00:00:00-00:00",
            "1970-01-01T00:00:00+23:59",
            "1970-01-01T00:00:00+24:00",
            "1970-01-01T00:00:00+00:60",
            "1970-01-01T24:00:00Z",
            "1970-01-01T23:59:60Z",
            "1970-01-01T00:00:00.123456789Z",
            "1970-01-01T00:00:00.1234567890Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00.5",
            "1969-12-31T23:59:59.999999999Z",
            "0000-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59.999999999-23:59",
            "3000-01-01T00:00:00Z",
            "1970-01-01T00:00:00+0100",
            "1677-09-21T00:12:43.145224192Z",
            "1677-09-21T00:12:43.145224191Z",
            "1677-09-21T00:12:44.145224192Z",
            "2262-04-11T23:47:16.854775807Z",
            "2262-04-11T23:47:16.854775808Z",
            "1970-01-01T00:00:00ZZ",
            "1970-01-01T00:00:00 Z",
            "2023-02-29T00:00:00Z",
            "1970-01-01T00:00:00.000000001Z",
            "1970-01-01T00:00:00.5000Z",
            "1970-01-01T00:00:00,5Z",
        ] {
            twin(text.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn any_bytes(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            twin(&text);
        }

        #[test]
        fn near_valid(text in near(
            "[0-9]{4}-[01][0-9]-[0-3][0-9]T[012][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{0,3}0{0,7})?(Z|[-+][012][0-9]:[0-6][0-9])?"
        )) {
            twin(&text);
        }

        #[test]
        fn near_the_bounds_of_nanoseconds(text in near("(1677-09-21T00:12:4[234]|2262-04-11T23:47:1[567])\\.[0-9]{9}Z")) {
            twin(&text);
        }
    }
}
