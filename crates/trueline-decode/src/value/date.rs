//! Dates `YYYY-MM-DD`.

use super::{Parse, Refusal};

/// Days from 0000-01-01 to 1970-01-01.
const EPOCH: u32 = 719_528;

/// Days before each month of a common year, and of a leap year; from index 1.
const BEFORE: [[u16; 16]; 2] = [
    [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 0, 0, 0],
    [0, 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 0, 0, 0],
];

/// Days of each month of a common year, and of a leap year; 0 where there is no such month.
const LENGTH: [[u8; 16]; 2] = [
    [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0],
    [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0],
];

/// The parser of ISO dates.
#[derive(Debug, Default)]
pub(crate) struct DateParser;

impl Parse for DateParser {
    type Native = i32;

    #[inline]
    fn parse(&mut self, text: &[u8]) -> Result<i32, Refusal> {
        let text: &[u8; 10] = text.try_into().map_err(|_| Refusal::Invalid)?;
        days(text).ok_or(Refusal::Invalid)
    }
}

/// Days since 1970-01-01 of `YYYY-MM-DD`.
#[inline]
pub(crate) fn days(text: &[u8; 10]) -> Option<i32> {
    let [y0, y1, y2, y3, dash, m0, m1, dash_too, d0, d1] = *text;
    let head = u64::from_le_bytes([y0, y1, y2, y3, dash, m0, m1, dash_too]) ^ u64::from_le_bytes(*b"0000-00-");
    let tail = u16::from_le_bytes([d0, d1]) ^ u16::from_le_bytes(*b"00");
    // Digits are 0 to 9 now and the dashes 0; anything else reaches bit 7, by itself or by the number added.
    let head_faults = head | head.wrapping_add(0x7F76_767F_7676_7676);
    let tail_faults = tail | tail.wrapping_add(0x7676);
    if (head_faults & 0x8080_8080_8080_8080) | u64::from(tail_faults & 0x8080) != 0 {
        return None;
    }
    // Each byte becomes ten times itself and the next one: no sum is above 99, so none carries.
    let pairs = (head * 10) + (head >> 8);
    let pair = |at: u64| u32::from((pairs >> (8 * at)).to_le_bytes()[0]);
    let (year, month) = (pair(0) * 100 + pair(2), pair(5));
    let day = u32::from(tail & 0xF) * 10 + u32::from(tail >> 8);
    civil(year, month, day)
}

/// Days since 1970-01-01 of a date of the years 0 to 9999, months 0 to 99.
#[inline]
fn civil(year: u32, month: u32, day: u32) -> Option<i32> {
    let leap = usize::from(year.is_multiple_of(4) && (!year.is_multiple_of(25) || year.is_multiple_of(16)));
    let month = if month < 16 { month as usize } else { 0 };
    if day.wrapping_sub(1) >= u32::from(LENGTH[leap][month]) {
        return None;
    }
    let leap_years = year.div_ceil(4) - year.div_ceil(100) + year.div_ceil(400);
    let days = year * 365 + leap_years + u32::from(BEFORE[leap][month]) + day - 1;
    Some(days.cast_signed() - EPOCH.cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::{near, same};
    use proptest::prelude::*;
    use trueline_schema::grammar;

    fn twin(text: &[u8]) {
        same(text, DateParser.parse(text), |text| grammar::parse_date(text).ok_or(Refusal::Invalid));
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
            "", "2023-02-29", "1900-02-29", "2000-02-29", "2023-99-01", "2023-01-99", "10000-01-01", "-001-01-01", "2023/01/01",
            "2023-1-001", "2023-01-1 ", " 2023-01-1", "2023-01-01T", "20230101", "２０２３", "0000-00-00", "9999-12-31",
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
