//! # ipv4
//!
//! The string must be an IPv4 address of four decimal parts.
//!
//! **Why** — tools read `010.0.0.1` as 8 or as 10, and `127.1` as an address or not at all; only the full notation is safe.
//!
//! **Passes** — `192.168.0.1`, `0.0.0.0`, `255.255.255.255`.
//!
//! **Fails** — `256.0.0.1`, `127.1`, `010.0.0.1`, `0x7f.0.0.1`, `192.168.0.1:80`, `192.168.1.0/24`, `1.2.3.4.`, `::1`.
//!
//! **Options** — none. No part has a leading zero.
//!
//! **Codes** — `format.ipv4`.
//!
//! **Source** — RFC 3986, section 3.2.2, `IPv4address`; RFC 2673, section 3.2.

pub(crate) fn matches(text: &str) -> bool {
    is_address(text.as_bytes())
}

pub(super) fn is_address(bytes: &[u8]) -> bool {
    let mut parts = bytes.split(|&byte| byte == b'.');
    (0..4).all(|_| parts.next().is_some_and(is_part)) && parts.next().is_none()
}

fn is_part(part: &[u8]) -> bool {
    matches!(
        part,
        [b'0'..=b'9']
            | [b'1'..=b'9', b'0'..=b'9']
            | [b'1', b'0'..=b'9', b'0'..=b'9']
            | [b'2', b'0'..=b'4', b'0'..=b'9']
            | [b'2', b'5', b'0'..=b'5']
    )
}
