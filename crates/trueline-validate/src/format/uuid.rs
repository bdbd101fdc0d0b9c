//! # uuid
//!
//! The string must be a UUID: 32 hexadecimal digits in five groups of 8, 4, 4, 4 and 12, separated by hyphens.
//!
//! **Why** — braces, a missing digit or digits without hyphens make an id that joins with nothing.
//!
//! **Passes** — `2eb8aa08-aa98-11ea-b4aa-73b441d16380`, `2EB8AA08-AA98-11EA-B4AA-73B441D16380`,
//! `00000000-0000-0000-0000-000000000000`.
//!
//! **Fails** — `2eb8aa08aa9811eab4aa73b441d16380`, `{2eb8aa08-aa98-11ea-b4aa-73b441d16380}`,
//! `urn:uuid:2eb8aa08-aa98-11ea-b4aa-73b441d16380`, `2eb8aa08-aa98-11ea-b4aa-73b441d1638`, `2eb8aa08-aa98-11ea-b4aa-73b441d1638g`.
//!
//! **Options** — none. Digits may be of either case; version and variant are not checked.
//!
//! **Codes** — `format.uuid`.
//!
//! **Source** — RFC 9562, section 4.

pub(crate) fn matches(text: &str) -> bool {
    let Ok(bytes) = <&[u8; 36]>::try_from(text.as_bytes()) else { return false };
    bytes.iter().enumerate().all(|(place, byte)| match place {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}
