//! Dates `YYYY-MM-DD`.

use super::{Parse, ParseError, Text};

/// Days from 0000-01-01 to 1970-01-01.
const EPOCH: i32 = 719_528;

/// For each month of a common year, and 16 entries further of a leap year, the number of its days (0 if there is no such
/// month) plus 256 times the number of days before it.
const MONTHS: [u32; 32] = {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut months = [0; 32];
    let mut leap = 0;
    while leap < 2 {
        let (mut month, mut before) = (0, 0);
        while month < 12 {
            let length = if month == 1 { 28 + leap } else { lengths[month] };
            months[leap as usize * 16 + month + 1] = length | before << 8;
            before += length;
            month += 1;
        }
        leap += 1;
    }
    months
};

/// The parser of ISO dates.
#[derive(Debug, Default)]
pub(crate) struct DateParser;

impl Parse for DateParser {
    type Native = i32;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the body of the loop over a column")]
    fn parse(&mut self, text: Text<'_>) -> Result<i32, ParseError> {
        let text: &[u8; 10] = text.as_bytes().try_into().map_err(|_| ParseError::Invalid)?;
        days(text).ok_or(ParseError::Invalid)
    }
}

/// Days since 1970-01-01 of `YYYY-MM-DD`.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the body of the loop over a column")]
pub(crate) fn days(text: &[u8; 10]) -> Option<i32> {
    let (head, tail) = (text.first_chunk::<8>()?, text.last_chunk::<2>()?);
    let head = u64::from_le_bytes(*head) ^ u64::from_le_bytes(*b"0000-00-");
    let tail = u16::from_le_bytes(*tail) ^ u16::from_le_bytes(*b"00");
    // Now digits are 0 to 9 and the dashes 0; anything else reaches bit 7, by itself or by the addend.
    let head_faults = head | head.wrapping_add(0x7F76_767F_7676_7676);
    let tail_faults = tail | tail.wrapping_add(0x7676);
    if (head_faults & 0x8080_8080_8080_8080) | u64::from(tail_faults & 0x8080) != 0 {
        return None;
    }
    // Each byte becomes ten times itself plus the next one: no sum is above 99, so there is no carry.
    let pairs = (head * 10) + (head >> 8);
    let pair = |at: u64| u32::from((pairs >> (8 * at)).to_le_bytes()[0]);
    days_from_civil(pair(0), pair(2), pair(5), u32::from(tail & 0xF) * 10 + u32::from(tail >> 8))
}

/// Days since 1970-01-01 of a date; each part is below 100.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the body of the loop over a column")]
fn days_from_civil(century: u32, year: u32, month: u32, day: u32) -> Option<i32> {
    // One in four years that end in 00 is a leap year.
    let is_short_century = !century.is_multiple_of(4);
    let leap = year.is_multiple_of(4) && !(year == 0 && is_short_century);
    let month =
        MONTHS[(month as usize & 15) | usize::from(leap) << 4] & if month < 16 { u32::MAX } else { 0 };
    if day.wrapping_sub(1) >= month & 0xFF {
        return None;
    }
    // A century has 36,524 days, and one more if its first year is a leap year.
    let before_century = century * 36_524 + ((century + 3) >> 2);
    let before_year = year * 365 + ((year + 3) >> 2) - u32::from(year > 0 && is_short_century);
    Some((before_century + before_year + (month >> 8) + day - 1).cast_signed() - EPOCH)
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
            |text| DateParser.parse(text),
            |text| grammar::parse_date(text).ok_or(ParseError::Invalid),
        );
    }

    #[test]
    fn every_month_of_every_year() {
        for year in 0..=9999 {
            for month in 0..=14 {
                for day in [0, 1, 28, 29, 30, 31, 32] {
                    twin(format!("{year:04}-{month:02}-{day:02}").as_bytes());
                }
            }
        }
    }

    #[test]
    fn edges() {
        for text in [
            "",
            "2023-02-29",
            "1900-02-29",
            "2000-02-29",
            "2023-99-01",
            "2023-01-99",
            "10000-01-01",
            "-001-01-01",
            "2023/01/01",
            "2023-1-001",
            "2023-01-1 ",
            " 2023-01-1",
            "2023-01-01T",
            "20230101",
            "２０２３",
            "0000-00-00",
            "9999-12-31",
        ] {
            twin(text.as_bytes());
        }
        for at in 0..10 {
            for byte in 0..=255 {
                let mut text = *b"2024-01-31";
                text[at] = byte;
                twin(&text);
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes(text in proptest::collection::vec(any::<u8>(), 0..14), ten in any::<[u8; 10]>()) {
            twin(&text);
            twin(&ten);
        }

        #[test]
        fn near_valid(text in near("[0-9]{4}-[01][0-9]-[0-3][0-9]")) {
            twin(&text);
        }
    }
}
