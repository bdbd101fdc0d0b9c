//! The check digit rules that several formats share.

/// Returns whether the Luhn sum of digits given from the right (the check digit first) is a multiple of ten.
///
/// **Source**: ISO/IEC 7812-1, annex B.
pub(super) fn luhn(from_the_right: impl Iterator<Item = u8>) -> bool {
    let mut sum = 0;
    for (place, digit) in from_the_right.enumerate() {
        let weighted = if place % 2 == 1 { 2 * digit } else { digit };
        sum += u32::from(weighted / 10 + weighted % 10);
    }
    sum.is_multiple_of(10)
}

/// Returns whether the GS1 sum of `digits`, with alternating weights 1 and 3 from the right, is a multiple of ten.
///
/// **Source**: GS1 General Specifications, section 7.9 (check digit calculation).
pub(super) fn gs1(digits: &[u8]) -> bool {
    let mut sum = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        let weight = if place % 2 == 1 { 3 } else { 1 };
        sum += weight * u32::from(digit - b'0');
    }
    sum.is_multiple_of(10)
}

/// Computes the remainder modulo 97 of a number written in digits and capital letters, where letters count as 10 to 35.
///
/// Returns `None` if there is any other byte.
///
/// **Source**: ISO/IEC 7064, MOD 97-10, with the letters of ISO 13616.
pub(super) fn mod_97(text: impl Iterator<Item = u8>) -> Option<u32> {
    let mut remainder = 0;
    for byte in text {
        remainder = match byte {
            b'0'..=b'9' => remainder * 10 + u32::from(byte - b'0'),
            b'A'..=b'Z' => remainder * 100 + u32::from(byte - b'A' + 10),
            _ => return None,
        } % 97;
    }
    Some(remainder)
}
