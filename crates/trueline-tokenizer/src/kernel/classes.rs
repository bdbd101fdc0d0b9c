//! The tables that find bytes with a role in JSON by their low nibble.
//!
//! A byte above 127 looks up a zero in each table, which never equals the byte.

/// The structural bytes with 0x20 set. The control bytes 0x0C and 0x1A also match, but are not structural.
pub(super) const STRUCTURALS: [u8; 16] = {
    let mut table = [0; 16];
    (table[0xA], table[0xB], table[0xC], table[0xD]) = (b':', b'{', b',', b'}');
    table
};

/// The white space with each nibble; if there is none, a byte with another nibble.
pub(super) const WHITES: [u8; 16] = {
    let mut table = [0xFF; 16];
    (table[0x0], table[0x9], table[0xA], table[0xD]) = (b' ', b'\t', b'\n', b'\r');
    // 0xFF has the nibble F.
    table[0xF] = 0;
    table
};

/// The structural bytes and the quote, likewise; 0x02 also matches, but is neither.
pub(super) const NAMED: [u8; 16] = {
    let mut table = STRUCTURALS;
    table[0x2] = b'"';
    table
};
