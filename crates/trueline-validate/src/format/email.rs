//! # email
//!
//! The string must be one mailbox, as mail servers address it.
//!
//! **Why** — mail to an address that no server accepts is lost, and a second address hidden in a cell is worse.
//!
//! **Passes** — `joe.bloggs@example.com`, `te~st+tag@example.com`, `"joe bloggs"@example.com`, `root@localhost`, `joe@[127.0.0.1]`,
//! `joe@[IPv6:2001:db8::1]`.
//!
//! **Fails** — `joe.bloggs`, `joe bloggs@example.com`, `.joe@example.com`, `joe..bloggs@example.com`, `joe@example_1.com`,
//! `joe@example.com.`, `Joe <joe@example.com>`, `a@example.com, b@example.com`, `jörg@example.com`, `joe@[127.0.0.300]`.
//!
//! **Options** — none. The grammar is the `Mailbox` of SMTP: dot-separated atoms or a quoted string, then a host name (a single
//! label is enough) or an address literal. Comments and folding belong to message headers, non-ASCII letters to internationalised
//! mail: both fail. At most 64 bytes before the `@` and 254 in total.
//!
//! **Codes** — `format.email`.
//!
//! **Source** — RFC 5321, sections 4.1.2, 4.1.3 and 4.5.3.1.

use super::{hostname, ipv4, ipv6};

pub(crate) fn matches(text: &str) -> bool {
    let bytes = text.as_bytes();
    // An `@` may occur in a quoted local part, never in the domain.
    let Some(at) = bytes.iter().rposition(|&byte| byte == b'@') else { return false };
    bytes.len() <= 254 && is_local_part(&bytes[..at]) && is_domain(&bytes[at + 1..])
}

fn is_local_part(local: &[u8]) -> bool {
    if local.len() > 64 {
        return false;
    }
    match local {
        [b'"', content @ .., b'"'] => is_quoted_content(content),
        _ => local
            .split(|&byte| byte == b'.')
            .all(|atom| !atom.is_empty() && atom.iter().copied().all(is_atom_byte)),
    }
}

fn is_quoted_content(mut content: &[u8]) -> bool {
    loop {
        content = match content {
            [] => return true,
            [b'\\', b' '..=b'~', rest @ ..] => rest,
            [b'\\' | b'"', ..] => return false,
            [b' '..=b'~', rest @ ..] => rest,
            _ => return false,
        };
    }
}

fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

fn is_domain(domain: &[u8]) -> bool {
    match domain {
        [b'[', literal @ .., b']'] => match literal.split_at_checked(5) {
            Some((tag, address)) if tag.eq_ignore_ascii_case(b"IPv6:") => ipv6::is_address(address),
            _ => ipv4::is_address(literal),
        },
        _ => hostname::is_name(domain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_limited() {
        let local = "a".repeat(64);
        assert!(matches(&format!("{local}@example.com")));
        assert!(!matches(&format!("{local}a@example.com")));
        let label = "b".repeat(61);
        let domain = format!("{label}.{label}.{label}");
        assert_eq!(local.len() + 1 + domain.len(), 250);
        assert!(matches(&format!("{local}@{domain}.cc")));
        assert!(matches(&format!("{local}@{domain}.ccc")));
        assert!(!matches(&format!("{local}@{domain}.cccc")));
    }

    #[test]
    fn quoted_local_parts() {
        for good in
            [r#""a\"b"@example.com"#, r#""a\\"@example.com"#, r#"""@example.com"#, r#""a@b@c"@example.com"#]
        {
            assert!(matches(good), "{good}");
        }
        for bad in [
            r#""a"b"@example.com"#,
            r#""a\"@example.com"#,
            r#""@example.com"#,
            "\"a\tb\"@example.com",
            "\"a\u{7f}\"@example.com",
            r#""a"."b"@example.com"#,
            r#"a"b"@example.com"#,
        ] {
            assert!(!matches(bad), "{bad}");
        }
    }

    #[test]
    fn address_literals() {
        for bad in
            ["a@[::1]", "a@[IPv6:127.0.0.1]", "a@[IPv6:::1", "a@[]", "a@[IPv6:]", "a@[x:y]", "a@[127.0.0.1]x"]
        {
            assert!(!matches(bad), "{bad}");
        }
        assert!(matches("a@[ipv6:::ffff:10.0.0.1]"));
    }
}
