//! # uri
//!
//! The string must be an absolute URI: a scheme, a colon, and a part that is valid for a URI.
//!
//! **Why** — a link without its scheme, with a space or with an unescaped letter works in one program and not in the next.
//!
//! **Passes** — `https://example.com/a?b=c#d`, `mailto:joe@example.com`, `urn:isbn:0451450523`, `ldap://[2001:db8::7]/c=GB?one`,
//! `file:///etc/hosts`, `http://example.com:/`, `tel:+1-816-555-1212`.
//!
//! **Fails** — `example.com`, `//example.com/a`, `/a/b`, `http://exa mple.com`, `http://example.com/%zz`, `1http://a`,
//! `http://example.com/ä`, `http://example.com:80a/`, `http://[::1`, `http:/[::1]`.
//!
//! **Options** — none. Any scheme is accepted, and only the grammar that all schemes share is checked. Relative references fail, as
//! do non-ASCII letters that are not percent-encoded. An IPv6 host has no zone.
//!
//! **Codes** — `format.uri`.
//!
//! **Source** — RFC 3986, appendix A, rule `URI`.

use super::ipv6;

pub(crate) fn matches(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(colon) = bytes.iter().position(|&byte| byte == b':') else { return false };
    let (rest, fragment) = cut(&bytes[colon + 1..], b'#');
    let (hierarchy, query) = cut(rest, b'?');
    is_scheme(&bytes[..colon])
        && is_hierarchy(hierarchy)
        && query.is_none_or(|query| is_made_of(query, QUERY))
        && fragment.is_none_or(|fragment| is_made_of(fragment, QUERY))
}

/// Splits at the first `mark`: the bytes before it and, if it occurs, those after it.
fn cut(bytes: &[u8], mark: u8) -> (&[u8], Option<&[u8]>) {
    match bytes.iter().position(|&byte| byte == mark) {
        Some(at) => (&bytes[..at], Some(&bytes[at + 1..])),
        None => (bytes, None),
    }
}

fn is_scheme(scheme: &[u8]) -> bool {
    scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
}

fn is_hierarchy(hierarchy: &[u8]) -> bool {
    let Some(rest) = hierarchy.strip_prefix(b"//") else { return is_made_of(hierarchy, PATH) };
    let slash = rest.iter().position(|&byte| byte == b'/').unwrap_or(rest.len());
    is_authority(&rest[..slash]) && is_made_of(&rest[slash..], PATH)
}

fn is_authority(authority: &[u8]) -> bool {
    let (user, place) = match cut(authority, b'@') {
        (user, Some(place)) => (user, place),
        (place, None) => (&[][..], place),
    };
    if !is_made_of(user, USER) {
        return false;
    }
    if let Some(rest) = place.strip_prefix(b"[") {
        let (literal, Some(after)) = cut(rest, b']') else { return false };
        return is_literal(literal) && (after.is_empty() || after.strip_prefix(b":").is_some_and(is_port));
    }
    let (host, port) = cut(place, b':');
    is_made_of(host, NAME) && port.is_none_or(is_port)
}

fn is_port(port: &[u8]) -> bool {
    port.iter().all(u8::is_ascii_digit)
}

/// Returns whether the part between the brackets of a host is an IPv6 address, or `v`, hexadecimal digits, a dot and more.
fn is_literal(literal: &[u8]) -> bool {
    let [b'v' | b'V', future @ ..] = literal else { return ipv6::is_address(literal) };
    let (version, Some(address)) = cut(future, b'.') else { return false };
    let is_hex = !version.is_empty() && version.iter().all(u8::is_ascii_hexdigit);
    is_hex && !address.is_empty() && address.iter().all(|&byte| CLASSES[usize::from(byte)] & USER != 0)
}

// Classes of bytes, one bit each: allowed in a registered name, in user information, in a path, in a query.
const NAME: u8 = 1;
const USER: u8 = 2;
const PATH: u8 = 4;
const QUERY: u8 = 8;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b'!'
            | b'$'
            | b'&'
            | b'\''
            | b'('
            | b')'
            | b'*'
            | b'+'
            | b','
            | b';'
            | b'=' => NAME | USER | PATH | QUERY,
            b':' => USER | PATH | QUERY,
            b'@' | b'/' => PATH | QUERY,
            b'?' => QUERY,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// Returns whether every byte is of the class or part of a percent-encoded one.
fn is_made_of(mut bytes: &[u8], class: u8) -> bool {
    while let [byte, rest @ ..] = bytes {
        bytes = if CLASSES[usize::from(*byte)] & class != 0 {
            rest
        } else if let [b'%', high, low, rest @ ..] = bytes
            && high.is_ascii_hexdigit()
            && low.is_ascii_hexdigit()
        {
            rest
        } else {
            return false;
        };
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities() {
        for good in [
            "a:",
            "a:/",
            "a://",
            "a:///",
            "a://host//path",
            "http://user:pass:word@host:080",
            "http://[v1F.a:b]/",
            "http://[::ffff:1.2.3.4]:443/",
            "http://%41.example/",
            "http://256.256.256.256/",
        ] {
            assert!(matches(good), "{good}");
        }
        for bad in [
            ":a",
            "a://b@c@d",
            "a://b:c:d",
            "a://[::1]x",
            "a://[v1]",
            "a://[v.a]",
            "a://[vg.a]",
            "a://[v1.]",
            "a://[v1.%41]",
            "a://b]",
            "a:#b#c",
            "a:?[",
            "a:\u{0}",
        ] {
            assert!(!matches(bad), "{bad}");
        }
    }
}
