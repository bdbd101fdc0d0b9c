//! # ipv6
//!
//! The string must be an IPv6 address.
//!
//! **Why** — the short notations are easy to get wrong, and a zone or a prefix length makes it another kind of value.
//!
//! **Passes** — `::1`, `2001:db8::7`, `1:2:3:4:5:6:7:8`, `::ffff:192.168.0.1`, `::`, `2001:DB8::A`.
//!
//! **Fails** — `1:2:3:4:5:6:7`, `1::2::3`, `12345::`, `:::`, `fe80::1%eth0`, `2001:db8::/32`, `[::1]`, `127.0.0.1`,
//! `::ffff:192.168.0.01`.
//!
//! **Options** — none. Groups have one to four hexadecimal digits of either case, `::` replaces one or more zero groups and occurs
//! at most once, the last two groups may be an IPv4 address. No zone, no prefix length, no brackets.
//!
//! **Codes** — `format.ipv6`.
//!
//! **Source** — RFC 4291, section 2.2; RFC 3986, section 3.2.2, `IPv6address`.

use super::ipv4;

pub(crate) fn matches(text: &str) -> bool {
    is_address(text.as_bytes())
}

pub(super) fn is_address(bytes: &[u8]) -> bool {
    match bytes.windows(2).position(|pair| pair == b"::") {
        None => count_groups(bytes, true) == Some(8),
        Some(gap) => {
            let (left, right) = (&bytes[..gap], &bytes[gap + 2..]);
            let left = if left.is_empty() { Some(0) } else { count_groups(left, false) };
            let right = if right.is_empty() { Some(0) } else { count_groups(right, true) };
            left.zip(right).is_some_and(|(left, right)| left + right <= 7)
        }
    }
}

/// Returns the number of groups in `bytes` if all are well formed; an IPv4 address at the end, if allowed, counts as two.
fn count_groups(bytes: &[u8], may_end_in_ipv4: bool) -> Option<usize> {
    let mut groups = 0;
    let mut parts = bytes.split(|&byte| byte == b':').peekable();
    while let Some(part) = parts.next() {
        groups += if matches!(part.len(), 1..=4) && part.iter().all(u8::is_ascii_hexdigit) {
            1
        } else if may_end_in_ipv4 && parts.peek().is_none() && ipv4::is_address(part) {
            2
        } else {
            return None;
        };
    }
    Some(groups)
}
