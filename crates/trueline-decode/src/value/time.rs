//! Times `HH:MM:SS[.f{1,9}]`.

use super::word::{POWERS, digits, digits8, left_justify};
use super::{Parse, ParseError, Text};

/// Nanoseconds per second.
pub(crate) const SECOND: i64 = 1_000_000_000;

/// The parser of ISO times.
#[derive(Debug, Default)]
pub(crate) struct TimeParser;

impl Parse for TimeParser {
    type Native = i64;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the body of the loop over a column")]
    fn parse(&mut self, text: Text<'_>) -> Result<i64, ParseError> {
        let (clock, rest) = text.as_bytes().split_first_chunk::<8>().ok_or(ParseError::Invalid)?;
        let seconds = seconds(clock).ok_or(ParseError::Invalid)?;
        let nanos = match rest {
            [] => 0,
            [b'.', ..] => nanos(text.skip(9)).ok_or(ParseError::Invalid)?,
            _ => return Err(ParseError::Invalid),
        };
        Ok(i64::from(seconds) * SECOND + i64::from(nanos))
    }
}

/// Returns the seconds since midnight of `HH:MM:SS`.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the body of the loop over a column")]
pub(crate) fn seconds(text: &[u8; 8]) -> Option<u32> {
    let word = u64::from_le_bytes(*text) ^ u64::from_le_bytes(*b"00:00:00");
    // Now digits are 0 to 9 (the first of minutes and seconds 0 to 5) and the colons 0; anything else reaches bit 7.
    let faults = word | word.wrapping_add(0x767A_7F76_7A7F_767D);
    if faults & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let pairs = (word * 10) + (word >> 8);
    let pair = |at: u64| u32::from((pairs >> (8 * at)).to_le_bytes()[0]);
    let hour = pair(0);
    (hour < 24).then(|| hour * 3600 + pair(3) * 60 + pair(6))
}

/// Returns the nanoseconds of one to nine digits after a point.
#[inline]
pub(crate) fn nanos(text: Text<'_>) -> Option<u32> {
    let value = match text.len() {
        length @ 1..=8 => digits8(left_justify(text.word(), length))? * 10,
        9 => digits8(text.word())? * 10 + digits(text.skip(8))?,
        _ => return None,
    };
    debug_assert!(value < POWERS[9], "nine digits");
    u32::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::{near, same};
    use proptest::prelude::*;
    use trueline_schema::grammar;

    fn twin(text: &[u8]) {
        same(
            text,
            |text| TimeParser.parse(text),
            |text| grammar::parse_time(text).ok_or(ParseError::Invalid),
        );
    }

    #[test]
    fn every_pair() {
        for number in 0..100 {
            twin(format!("{number:02}:00:00").as_bytes());
            twin(format!("23:{number:02}:59").as_bytes());
            twin(format!("23:59:{number:02}").as_bytes());
        }
    }

    #[test]
    fn edges() {
        for text in [
            "",
            "24:00:00",
            "23:59:60",
            "23:60:00",
            "1:00:00",
            "00:00:00.",
            "00:00:00.0",
            "00:00:00.123456789",
            "00:00:00.1234567890",
            "00:00:00,5",
            "00:00",
            "00:00:00Z",
            "00:00:00.1x",
            "00:00:00.12345678x",
            "00:00:00.1.2",
        ] {
            twin(text.as_bytes());
        }
        for at in 0..8 {
            for byte in 0..=255 {
                let mut text = *b"12:34:56";
                text[at] = byte;
                twin(&text);
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes(text in proptest::collection::vec(any::<u8>(), 0..20), eight in any::<[u8; 8]>()) {
            twin(&text);
            twin(&eight);
        }

        #[test]
        fn near_valid(text in near("[012][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,10})?")) {
            twin(&text);
        }
    }
}
