//! Durations: `PnW`, or `P[nD][T[nH][nM][n[.f]S]]`, with an optional `-`.

use super::{Parse, ParseError, Text, time};

/// The parser of durations in nanoseconds.
#[derive(Debug, Default)]
pub(crate) struct DurationParser;

impl Parse for DurationParser {
    type Native = i64;

    #[inline]
    fn parse(&mut self, text: Text<'_>) -> Result<i64, ParseError> {
        let (negative, body) = match text.as_bytes() {
            [b'-', b'P', body @ ..] => (true, body),
            [b'P', body @ ..] => (false, body),
            _ => return Err(ParseError::Invalid),
        };
        // A count is below 2^64 and a unit below 2^50 nanoseconds: no sum of five comes near the limit of i128.
        let (nanos, fits) = sum(body).ok_or(ParseError::Invalid)?;
        let nanos = if negative { -nanos } else { nanos };
        if fits {
            i64::try_from(nanos).map_err(|_| ParseError::OutOfRange)
        } else {
            Err(ParseError::OutOfRange)
        }
    }
}

/// The sum of the parts in nanoseconds, and whether each count was below 2^64; `None` if the text is not a duration.
fn sum(body: &[u8]) -> Option<(i128, bool)> {
    let mut rest = body;
    let mut in_time = false;
    let mut total = 0i128;
    let mut fits = true;
    // The units in order; each must come after the previous one.
    let mut least = 0;
    loop {
        if !in_time && let [b'T', after @ ..] = rest {
            (in_time, rest, least) = (true, after, 2);
        }
        let (count, after) = count(rest)?;
        let mut nanos = 0;
        let (unit, after) = match after {
            [b'.', fraction @ ..] => {
                let length = fraction.iter().position(|byte| !byte.is_ascii_digit())?;
                nanos = time::nanos(fraction[..length].into())?;
                if fraction[length..] != *b"S" {
                    return None;
                }
                (b'S', &[][..])
            }
            [unit, after @ ..] => (*unit, after),
            [] => return None,
        };
        let (rank, seconds) = rank(unit, in_time)?;
        if rank < least || (unit == b'W' && !(least == 0 && after.is_empty())) {
            return None;
        }
        least = rank + 1;
        match count {
            Some(count) => {
                total +=
                    i128::from(count) * i128::from(seconds) * i128::from(time::SECOND) + i128::from(nanos);
            }
            None => fits = false,
        }
        rest = after;
        if rest.is_empty() {
            return Some((total, fits));
        }
    }
}

/// The rank of a unit in the order of units, and its length in seconds.
fn rank(unit: u8, in_time: bool) -> Option<(u8, u32)> {
    match (unit, in_time) {
        (b'W', false) => Some((0, 604_800)),
        (b'D', false) => Some((1, 86_400)),
        (b'H', true) => Some((2, 3600)),
        (b'M', true) => Some((3, 60)),
        (b'S', true) => Some((4, 1)),
        _ => None,
    }
}

/// The number at the start of the text (inner `None` if it exceeds `u64`), and what follows its digits.
fn count(text: &[u8]) -> Option<(Option<u64>, &[u8])> {
    let length = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    if length == 0 {
        return None;
    }
    let (digits, rest) = text.split_at(length);
    let count = digits
        .iter()
        .try_fold(0u64, |count, digit| count.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
    Some((count, rest))
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
            |text| DurationParser.parse(text),
            |text| {
                if !grammar::is_duration(text) {
                    return Err(ParseError::Invalid);
                }
                let nanos = grammar::parse_duration(text).and_then(|nanos| i64::try_from(nanos).ok());
                nanos.ok_or(ParseError::OutOfRange)
            },
        );
    }

    #[test]
    fn edges() {
        for text in [
            "",
            "P",
            "-P",
            "PT",
            "P1DT",
            "P1D",
            "P1W",
            "-P1W",
            "P1Y",
            "P1M",
            "P1H",
            "PT1D",
            "PT1H",
            "PT1M",
            "PT1S",
            "PT1.5S",
            "PT.5S",
            "PT1.S",
            "PT1.5M",
            "PT1.5",
            "P1.5D",
            "P1DT2H3M4.123456789S",
            "PT1.1234567890S",
            "PT1M1H",
            "PT1S1S",
            "P1W1D",
            "P1D1W",
            "P1WT1H",
            "+P1D",
            "P-1D",
            "p1d",
            "PT2562047H47M16.854775807S",
            "PT2562047H47M16.854775808S",
            "-PT2562047H47M16.854775808S",
            "-PT2562047H47M16.854775809S",
            "P99999999999999999999D",
            "P18446744073709551615W",
            "P0000000000000000000000000000000001D",
            "P1DT1D",
            "P1T1H",
            "PTT1H",
            "P1DT1HT1M",
            "PT1H5S",
            "PT1.5SS",
            "P1D ",
        ] {
            twin(text.as_bytes());
        }
        twin(format!("P{}D", "9".repeat(50)).as_bytes());
    }

    proptest! {
        #[test]
        fn any_bytes(text in proptest::collection::vec(any::<u8>(), 0..24)) {
            twin(&text);
        }

        #[test]
        fn near_valid(text in near("-?P([0-9]{1,6}W|([0-9]{1,6}D)?(T([0-9]{1,3}H)?([0-9]{1,3}M)?([0-9]{1,3}(\\.[0-9]{1,9})?S)?)?)")) {
            twin(&text);
        }

        #[test]
        fn pieces(text in "-?P?(([0-9]{0,2}|[0-9]{15,21})[WDTHMS.]){0,6}") {
            twin(text.as_bytes());
        }
    }
}
