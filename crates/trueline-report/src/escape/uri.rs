//! Converts names of inputs to URI references.

use std::fmt::Write as _;

/// Converts the name of an input to a URI reference. A relative path stays relative, an absolute path gets `file://`, and a name
/// that already has a scheme (`s3://bucket/key`) keeps it. Every other byte that is special or not allowed in URIs is
/// percent-encoded, as in `%20`.
///
/// Backslashes become slashes only in names that look like Windows paths: `C:\data`, `\\host\share`.
///
/// **Source** — RFC 3986, section 2 and 4.2; RFC 8089.
///
/// ```
/// use trueline_report::escape::file_uri;
///
/// assert_eq!(file_uri("2024/january 1.csv"), "2024/january%201.csv");
/// assert_eq!(file_uri("/data/a:b?.csv"), "file:///data/a%3Ab%3F.csv");
/// assert_eq!(file_uri(r"C:\data\a.csv"), "file:///C:/data/a.csv");
/// assert_eq!(file_uri("s3://bucket/ü"), "s3://bucket/%C3%BC");
/// ```
#[must_use]
pub fn file_uri(name: &str) -> String {
    if let Some((scheme, rest)) = name.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) {
        return format!("{scheme}://{}", encoded(rest).replace("%3A", ":"));
    }
    let bytes = name.as_bytes();
    let has_drive = bytes.len() > 2
        && bytes[0].is_ascii_alphabetic()
        && bytes[1] == b':'
        && matches!(bytes[2], b'\\' | b'/');
    if has_drive {
        return format!("file:///{}:{}", &name[..1], encoded(&name[2..].replace('\\', "/")));
    }
    if let Some(share) = name.strip_prefix(r"\\") {
        return format!("file://{}", encoded(&share.replace('\\', "/")));
    }
    if name.starts_with('/') { format!("file://{}", encoded(name)) } else { encoded(name) }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
}

fn encoded(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
