//! Scalars: numbers and literals.

#![allow(clippy::inline_always, reason = "a part of the loop of the checker")]

use super::fault::{Fault, FaultKind, NumberFault};
use crate::kernel::{Isa, STEP};

/// Whether `bytes` are exactly a number or one of the literals `true`, `false` and `null`.
///
/// ```
/// use trueline_tokenizer::json::is_scalar;
/// assert!(is_scalar(b"-12.5e3") && is_scalar(b"null"));
/// assert!(!is_scalar(b"012") && !is_scalar(b"nil") && !is_scalar(b" 1") && !is_scalar(b""));
/// ```
pub fn is_scalar(bytes: &[u8]) -> bool {
    is_scalar_at(bytes, 0, bytes.len())
}

/// Whether the bytes from `start` to the next token at `next` are a scalar, with or without white space after it.
#[inline(always)]
pub(super) fn is_scalar_before<I: Isa>(isa: I, bytes: &[u8], start: usize, next: usize) -> bool {
    let mut end = next;
    while end > start && matches!(bytes[end - 1], b' ' | b'\t' | b'\r') {
        end -= 1;
    }
    if let (true, Some(block)) = (I::FINDS_DIGITS, bytes[start..].first_chunk()) {
        return is_scalar_in_block(isa, block, end - start) || is_scalar_at(bytes, start, end);
    }
    is_scalar_at(bytes, start, end)
}

/// Whether the first `length` of 64 bytes are a scalar. Scalars of 64 bytes or more are not recognized.
#[inline(always)]
fn is_scalar_in_block<I: Isa>(isa: I, bytes: &[u8; STEP], length: usize) -> bool {
    match bytes {
        [b't', ..] => return length == 4 && bytes.starts_with(b"true"),
        [b'f', ..] => return length == 5 && bytes.starts_with(b"false"),
        [b'n', ..] => return length == 4 && bytes.starts_with(b"null"),
        _ => {}
    }
    let block = isa.load(bytes);
    // The positions that are not digits.
    let others = !isa.digits(block);
    // The number of digits from `at` on.
    let run = |at: usize| (others >> (at % STEP)).trailing_zeros() as usize;
    let first = usize::from(bytes[0] == b'-');
    let digits = run(first);
    let mut at = first + digits;
    let has_leading_zero = bytes[first] == b'0' && digits > 1;
    let mut is_valid = digits > 0 && !has_leading_zero;
    if at < length && bytes[at % STEP] == b'.' {
        let fraction = run(at + 1);
        is_valid &= fraction > 0;
        at += 1 + fraction;
    }
    if at < length && bytes[at % STEP] | 0x20 == b'e' {
        let sign = usize::from(matches!(bytes[(at + 1) % STEP], b'+' | b'-'));
        let exponent = run(at + 1 + sign);
        is_valid &= exponent > 0;
        at += 1 + sign + exponent;
    }
    is_valid && at == length && length < STEP
}

#[inline(always)]
fn is_scalar_at(bytes: &[u8], start: usize, end: usize) -> bool {
    let scalar = &bytes[start..end];
    match scalar.first() {
        Some(b'-' | b'0'..=b'9') => {
            let digits = start + usize::from(bytes[start] == b'-');
            is_plain_number(bytes, digits, end) || scan(bytes, start) == Ok(end)
        }
        _ => matches!(scalar, b"true" | b"false" | b"null"),
    }
}

/// Whether the bytes from `start` to `end` are up to 16 digits, with or without a decimal point between them. If not, they
/// may still be a number.
///
/// Tests eight bytes at a time: the addition leaves the high bit of a byte clear if it was a digit. (The addition may carry
/// from a byte that is not a digit into the next one, which may then not be recognized as a digit. That is harmless.)
#[inline(always)]
fn is_plain_number(bytes: &[u8], start: usize, end: usize) -> bool {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    const BEYOND_NINE: u64 = 0x7676_7676_7676_7676;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let word = |at: usize| bytes.get(at..at + 8)?.first_chunk().map(|word| u64::from_le_bytes(*word) ^ ZEROS);
    let others = |word: u64| (word.wrapping_add(BEYOND_NINE) | word) & HIGH;

    let length = end - start;
    let Some(first) = word(start) else { return false };
    // The position of the only byte that is not a digit, if there is one.
    let mut point = length;
    let mut is_single = true;
    let mut find_point = |others: u64, from: usize| {
        if others != 0 {
            is_single &= point == length && others.is_power_of_two();
            point = from + others.trailing_zeros() as usize / 8;
        }
    };
    match length {
        1..=8 => {
            // Bytes after the number are shifted out; zeros, which count as digits, are shifted in.
            let shift = 8 * (8 - length);
            find_point(others(first << shift) >> shift, 0);
        }
        9..=16 => {
            let Some(last) = word(end - 8) else { return false };
            find_point(others(first), 0);
            find_point(others(last >> (8 * (16 - length))), 8);
        }
        _ => return false,
    }
    let has_leading_zero = bytes[start] == b'0' && length > 1 && point != 1;
    let is_number = point == length || (bytes[start + point] == b'.' && point > 0 && point + 1 < length);
    is_single && is_number && !has_leading_zero
}

/// Returns the end of the number that starts at `start` with a digit or a minus sign.
pub(super) fn scan(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let fault = |reason, offset| Fault { kind: FaultKind::BadNumber { reason }, offset };

    let first = start + usize::from(bytes[start] == b'-');
    let mut at = digits(first);
    if at == first {
        return Err(fault(NumberFault::NoDigit, at));
    }
    if bytes[first] == b'0' && at > first + 1 {
        return Err(fault(NumberFault::LeadingZero, first + 1));
    }
    if bytes.get(at) == Some(&b'.') {
        let end = digits(at + 1);
        if end == at + 1 {
            return Err(fault(NumberFault::NoFraction, end));
        }
        at = end;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let first = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let end = digits(first);
        if end == first {
            return Err(fault(NumberFault::NoExponent, end));
        }
        at = end;
    }
    Ok(at)
}
