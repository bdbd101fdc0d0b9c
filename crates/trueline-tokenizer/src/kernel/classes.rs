//! Tables, indexed by the low nibble of a byte, that find the bytes with a role in JSON: a byte is one of them if it equals
//! its entry.
//!
//! The lookup instructions give zero for a byte above 127, which never equals the byte.

/// The structural bytes, with the bit 0x20 set as it must be in the byte compared. The control bytes 0x0C and 0x1A also
/// match, but are not structural.
pub(super) const STRUCTURALS: [u8; 16] = {
    let mut table = [0; 16];
    (table[0xA], table[0xB], table[0xC], table[0xD]) = (b':', b'{', b',', b'}');
    table
};

/// The white space with each low nibble; if there is none, a byte with another low nibble, which never matches.
pub(super) const WHITE_SPACE: [u8; 16] = {
    let mut table = [0xFF; 16];
    (table[0x0], table[0x9], table[0xA], table[0xD]) = (b' ', b'\t', b'\n', b'\r');
    // 0xFF has the low nibble F.
    table[0xF] = 0;
    table
};

/// The structural bytes and the quote, in the same way; the control byte 0x02 also matches, but is neither.
pub(super) const STRUCTURALS_AND_QUOTE: [u8; 16] = {
    let mut table = STRUCTURALS;
    table[0x2] = b'"';
    table
};
