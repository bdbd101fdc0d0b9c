//! The tables that find pairs of adjacent bytes that cannot occur in UTF-8, with one bit for each kind of error.

/// A lead byte without a continuation byte.
const TOO_SHORT: u8 = 1 << 0;
/// A continuation byte after ASCII.
const TOO_LONG: u8 = 1 << 1;
/// Three bytes for a character that fits in two.
const OVERLONG_3: u8 = 1 << 2;
/// A code point above U+10FFFF, except as below.
const TOO_LARGE: u8 = 1 << 3;
/// Half of a UTF-16 surrogate pair.
const SURROGATE: u8 = 1 << 4;
/// Two bytes for a character that fits in one.
const OVERLONG_2: u8 = 1 << 5;
/// A code point above U+10FFFF whose second byte begins with 8.
const TOO_LARGE_1000: u8 = 1 << 6;
/// Four bytes for a character that fits in three.
const OVERLONG_4: u8 = 1 << 6;
/// Two continuation bytes; only valid in a character of three or four bytes.
const TWO_CONTINUATIONS: u8 = 1 << 7;
/// Errors that do not depend on the low nibble of the first byte.
const ANY: u8 = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;

/// By the high nibble of the first byte.
pub(super) const FIRST_HIGH: [u8; 16] = {
    let mut table = [TOO_LONG; 16];
    let mut at = 8;
    while at < 12 {
        table[at] = TWO_CONTINUATIONS;
        at += 1;
    }
    table[12] = TOO_SHORT | OVERLONG_2;
    table[13] = TOO_SHORT;
    table[14] = TOO_SHORT | OVERLONG_3 | SURROGATE;
    table[15] = TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4;
    table
};

/// By the low nibble of the first byte.
pub(super) const FIRST_LOW: [u8; 16] = {
    let mut table = [ANY | TOO_LARGE | TOO_LARGE_1000; 16];
    table[0] = ANY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4;
    table[1] = ANY | OVERLONG_2;
    (table[2], table[3]) = (ANY, ANY);
    table[4] = ANY | TOO_LARGE;
    table[13] |= SURROGATE;
    table
};

/// By the high nibble of the second byte.
pub(super) const SECOND_HIGH: [u8; 16] = {
    let mut table = [TOO_SHORT; 16];
    let continuation = TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS;
    table[8] = continuation | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4;
    table[9] = continuation | OVERLONG_3 | TOO_LARGE;
    table[10] = continuation | SURROGATE | TOO_LARGE;
    table[11] = continuation | SURROGATE | TOO_LARGE;
    table
};

/// Subtracted with saturation from the byte two positions before, leaves its high bit set if that is the lead byte of a
/// character of three or four bytes.
pub(super) const BELOW_LEAD_3: u8 = 0xE0 - 0x80;
/// Subtracted with saturation from the byte three positions before, leaves its high bit set if that is the lead byte of a
/// character of four bytes.
pub(super) const BELOW_LEAD_4: u8 = 0xF0 - 0x80;
