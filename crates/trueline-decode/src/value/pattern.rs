//! Dates, times and timestamps by strptime patterns: the first pattern that matches the whole text gives the value.

use trueline_schema::grammar::{Moment, Strptime};

use super::timestamp::Unit;
use super::{Parse, ParseError, Text, time};

/// The patterns of one column.
#[derive(Debug)]
pub(crate) struct Patterns(Vec<Strptime>);

impl Patterns {
    /// Compiles the patterns. An invalid one matches nothing; schemas reject it earlier.
    pub(crate) fn new(patterns: &[String]) -> Self {
        Self(patterns.iter().filter_map(|pattern| Strptime::compile(pattern).ok()).collect())
    }

    /// Returns the value of the first pattern that matches and for which `accept` returns one.
    fn read<T>(&self, text: Text<'_>, accept: impl Fn(Moment) -> Option<T>) -> Result<T, ParseError> {
        let text = std::str::from_utf8(text.as_bytes()).map_err(|_| ParseError::Invalid)?;
        self.0.iter().find_map(|pattern| pattern.parse(text).and_then(&accept)).ok_or(ParseError::Invalid)
    }
}

/// The parser of dates. A time in the text must be midnight, so that nothing is silently dropped.
#[derive(Debug)]
pub(crate) struct PatternDateParser(pub(crate) Patterns);

impl Parse for PatternDateParser {
    type Native = i32;

    fn parse(&mut self, text: Text<'_>) -> Result<i32, ParseError> {
        self.0.read(text, |moment| moment.date.filter(|_| moment.time.unwrap_or(0) == 0))
    }
}

/// The parser of times. The pattern must not contain a date.
#[derive(Debug)]
pub(crate) struct PatternTimeParser(pub(crate) Patterns);

impl Parse for PatternTimeParser {
    type Native = i64;

    fn parse(&mut self, text: Text<'_>) -> Result<i64, ParseError> {
        self.0.read(text, |moment| moment.time.filter(|_| moment.date.is_none()))
    }
}

/// The parser of timestamps. Without a time in the pattern, it is midnight.
#[derive(Debug)]
pub(crate) struct PatternTimestampParser<U> {
    pub(crate) patterns: Patterns,
    pub(crate) unit: U,
    /// Whether a text without an offset is invalid.
    pub(crate) needs_offset: bool,
}

impl<U: Unit> Parse for PatternTimestampParser<U> {
    type Native = U::Native;

    fn parse(&mut self, text: Text<'_>) -> Result<U::Native, ParseError> {
        let (seconds, nanos) = self.patterns.read(text, |moment| {
            if self.needs_offset && moment.offset_seconds.is_none() {
                return None;
            }
            let nanos = moment.time.unwrap_or(0);
            let seconds = i64::from(moment.date?) * 86_400 + nanos.div_euclid(time::SECOND);
            let nanos = u32::try_from(nanos.rem_euclid(time::SECOND)).ok()?;
            Some((seconds - i64::from(moment.offset_seconds.unwrap_or(0)), nanos))
        })?;
        self.unit.convert(seconds, nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::timestamp::{FixedUnit, Nanoseconds};
    use trueline_schema::TimeUnit;
    use trueline_schema::grammar::{parse_date, parse_time, parse_timestamp};

    fn patterns(patterns: &[&str]) -> Patterns {
        Patterns::new(&patterns.iter().map(|pattern| (*pattern).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn dates() {
        let mut parser = PatternDateParser(patterns(&["%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d %H:%M"]));
        let date = |text| parse_date(text).ok_or(ParseError::Invalid);
        assert_eq!(parser.parse(b"1.2.2003"[..].into()), date("2003-02-01"));
        assert_eq!(parser.parse(b"1/2/2003"[..].into()), date("2003-01-02"));
        assert_eq!(parser.parse(b"2003-01-02 00:00"[..].into()), date("2003-01-02"));
        for text in ["2003-01-02 00:01", "2003-01-02", "30.2.2003", "", "1.2.2003 "] {
            assert_eq!(parser.parse(text.as_bytes().into()), Err(ParseError::Invalid), "{text}");
        }
        assert_eq!(parser.parse(b"1.2.200\xff"[..].into()), Err(ParseError::Invalid));
    }

    #[test]
    fn times() {
        let mut parser = PatternTimeParser(patterns(&["%H:%M", "%I:%M %p", "%Y %H"]));
        assert_eq!(parser.parse(b"7:05"[..].into()), parse_time("07:05:00").ok_or(ParseError::Invalid));
        assert_eq!(parser.parse(b"7:05 PM"[..].into()), parse_time("19:05:00").ok_or(ParseError::Invalid));
        assert_eq!(parser.parse(b"2020 7"[..].into()), Err(ParseError::Invalid));
    }

    #[test]
    fn timestamps() {
        let formats = ["%d.%m.%Y %H:%M:%S.%f", "%d.%m.%Y %H:%M %z", "%d.%m.%Y"];
        let parse = |text: &str, needs_offset| {
            PatternTimestampParser { patterns: patterns(&formats), unit: Nanoseconds, needs_offset }
                .parse(text.as_bytes().into())
        };
        let moment = |text| parse_timestamp(text).map(|(nanos, _)| nanos).ok_or(ParseError::Invalid);
        assert_eq!(parse("1.2.1903 4:5:6.75", false), moment("1903-02-01T04:05:06.75"));
        assert_eq!(parse("1.2.2003 4:05 +05:30", true), moment("2003-02-01T04:05:00+05:30"));
        assert_eq!(parse("1.2.2003", false), moment("2003-02-01T00:00:00"));
        assert_eq!(parse("1.2.2003", true), Err(ParseError::Invalid));
        let unit = FixedUnit::new(TimeUnit::Second);
        let mut seconds = PatternTimestampParser { patterns: patterns(&formats), unit, needs_offset: false };
        assert_eq!(seconds.parse(b"1.2.2003 0:0:0.5"[..].into()), Err(ParseError::ExcessDigits));
    }
}
