//! # hostname
//!
//! The string must be an internet host name: labels of letters, digits and hyphens, separated by dots.
//!
//! **Why** — a name with an underscore, a port or a trailing dot fails only when it is used, far from where it was entered.
//!
//! **Passes** — `www.example.com`, `localhost`, `3com.net`, `a--b.com`, `xn--bcher-kva.example`.
//!
//! **Fails** — `example.com.`, `.example.com`, `-a.com`, `a-.com`, `my_host`, `a..b`, `example.com:80`, `bücher.example`.
//!
//! **Options** — none. At most 63 bytes per label and 253 in total; letters may be of either case; a label of digits only is
//! allowed, so a dotted IPv4 address is a host name too. The Unicode form of an `xn--` label is not decoded.
//!
//! **Codes** — `format.hostname`.
//!
//! **Source** — RFC 1034, section 3.1; RFC 1123, section 2.1.

pub(crate) fn matches(text: &str) -> bool {
    is_name(text.as_bytes())
}

pub(super) fn is_name(name: &[u8]) -> bool {
    name.len() <= 253 && name.split(|&byte| byte == b'.').all(is_label)
}

fn is_label(label: &[u8]) -> bool {
    let ([first, ..], [.., last]) = (label, label) else { return false };
    label.len() <= 63
        && *first != b'-'
        && *last != b'-'
        && label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_limited() {
        let label = "a".repeat(63);
        assert!(matches(&label));
        assert!(!matches(&format!("{label}a")));
        let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
        assert_eq!(longest.len(), 253);
        assert!(matches(&longest));
        assert!(!matches(&format!("{longest}a")));
    }
}
