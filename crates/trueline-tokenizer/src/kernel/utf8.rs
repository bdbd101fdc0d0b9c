//! The tables by which pairs of bytes are found that cannot stand in UTF-8: one bit for each kind of fault.

/// A lead without a continuation.
const TOO_SHORT: u8 = 1 << 0;
/// A continuation behind ASCII.
const TOO_LONG: u8 = 1 << 1;
/// Three bytes for what two can say.
const OVERLONG_3: u8 = 1 << 2;
/// A number above 10FFFF, but for those below.
const TOO_LARGE: u8 = 1 << 3;
/// Half of a pair of UTF-16.
const SURROGATE: u8 = 1 << 4;
/// Two bytes for what one can say.
const OVERLONG_2: u8 = 1 << 5;
/// A number above 10FFFF whose second byte begins with 8.
const TOO_LARGE_1000: u8 = 1 << 6;
/// Four bytes for what three can say.
const OVERLONG_4: u8 = 1 << 6;
/// Two continuations, which only a lead before them makes right.
const TWO_CONTINUATIONS: u8 = 1 << 7;
/// What the low nibble of the first byte says nothing about.
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

/// Taken from the byte two places before, leaves a high bit where that is a lead of three or four bytes.
pub(super) const BELOW_LEAD_3: u8 = 0xE0 - 0x80;
/// Taken from the byte three places before, leaves a high bit where that is a lead of four bytes.
pub(super) const BELOW_LEAD_4: u8 = 0xF0 - 0x80;
