//! The tables by which bytes with a role in JSON are found, by their low nibble.
//!
//! A byte above 127 looks up a zero in either, which is equal to none of those.

/// What a structural byte is once 0x20 is set in it. So are the control bytes 0x0C and 0x1A, which are none.
pub(super) const STRUCTURALS: [u8; 16] = {
    let mut table = [0; 16];
    (table[0xA], table[0xB], table[0xC], table[0xD]) = (b':', b'{', b',', b'}');
    table
};

/// The white space with that nibble; where there is none, a byte with another nibble.
pub(super) const WHITES: [u8; 16] = {
    let mut table = [0xFF; 16];
    (table[0x0], table[0x9], table[0xA], table[0xD]) = (b' ', b'\t', b'\n', b'\r');
    // 0xFF has the nibble F.
    table[0xF] = 0;
    table
};

/// Structural bytes and the quote, in the same way; 0x02 is none of them.
pub(super) const NAMED: [u8; 16] = {
    let mut table = STRUCTURALS;
    table[0x2] = b'"';
    table
};
