//! Up to eight bytes of text in one word.
//!
//! Texts are loaded little-endian, the first byte lowest, with anything above ([`Text::word`]). [`digits8`] needs eight
//! digits; shorter texts are moved up and filled with `0` from below ([`right_justify`]), fractions are filled from above
//! ([`left_justify`]).

use super::Text;

/// Eight times `0`.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The powers of ten that fit in a `u64`.
pub(crate) const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut at = 1;
    while at < 20 {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// Moves a text of `length` bytes (1 to 8) to the top, with `0` below it. Bytes above it are lost.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the body of the loop over a column")]
pub(crate) fn right_justify(word: u64, length: usize) -> u64 {
    let bits = 8 * (8 - length);
    word << bits | (ZEROS & ((1 << bits) - 1))
}

/// Fills the bytes above a text of `length` bytes (1 to 8) with `0`.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the body of the loop over a column")]
pub(crate) fn left_justify(word: u64, length: usize) -> u64 {
    let used = u64::MAX >> (8 * (8 - length));
    word & used | ZEROS & !used
}

/// Returns the number of eight digits, or `None` if a byte is not a digit.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the body of the loop over a column")]
pub(crate) fn digits8(word: u64) -> Option<u64> {
    let value = word ^ ZEROS;
    // Now a digit is 0 to 9; other bytes reach bit 7 by themselves or by adding 0x76.
    if (value | value.wrapping_add(0x7676_7676_7676_7676)) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let pairs = (value * 10) + (value >> 8);
    let low = (pairs & 0x0000_00FF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
    let high = ((pairs >> 16) & 0x0000_00FF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
    Some(low.wrapping_add(high) >> 32)
}

/// Returns the number of one to sixteen digits, or `None` if a byte is not a digit or there are none or more.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the body of the loop over a column")]
pub(crate) fn digits(text: Text<'_>) -> Option<u64> {
    match text.len() {
        length @ 1..=8 => digits8(right_justify(text.word(), length)),
        length @ 9..=16 => {
            let head = digits8(right_justify(text.word(), length - 8))?;
            Some(head * 100_000_000 + digits8(text.skip(length - 8).word())?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn load(text: &[u8]) -> u64 {
        Text::from(text).word()
    }

    #[test]
    fn justifies() {
        assert_eq!(&right_justify(load(b"12345678"), 2).to_le_bytes(), b"00000012");
        assert_eq!(&left_justify(load(b"12xx"), 2).to_le_bytes(), b"12000000");
        assert_eq!(&right_justify(load(b"12345678"), 8).to_le_bytes(), b"12345678");
        assert_eq!(&left_justify(load(b"12345678"), 8).to_le_bytes(), b"12345678");
    }

    #[test]
    fn refuses_every_other_byte_everywhere() {
        for at in 0..8 {
            for byte in 0..=255 {
                let mut text = *b"98765432";
                text[at] = byte;
                assert_eq!(digits8(load(&text)).is_some(), byte.is_ascii_digit());
            }
        }
    }

    proptest! {
        #[test]
        fn digits_are_numbers(text in "[0-9]{1,16}", any in proptest::collection::vec(any::<u8>(), 0..18)) {
            prop_assert_eq!(digits(text.as_bytes().into()), text.parse().ok());
            let expected = std::str::from_utf8(&any).ok()
                .filter(|text| (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()))
                .and_then(|text| text.parse().ok());
            prop_assert_eq!(digits(any[..].into()), expected);
        }
    }
}
