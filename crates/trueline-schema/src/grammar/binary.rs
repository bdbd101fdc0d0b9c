//! Bytes as base64.

/// Decodes base64: the standard alphabet with padding, without line breaks, and without stray bits after the last byte.
///
/// The empty string is the empty byte string.
///
/// # Example
/// ```
/// use trueline_schema::grammar::parse_binary;
/// assert_eq!(parse_binary("Zm8=").as_deref(), Some(&b"fo"[..]));
/// assert_eq!(parse_binary("Zm8"), None);
/// ```
///
/// # Source
/// RFC 4648 section 4; the strictness of sections 3.1, 3.3 and 3.5.
pub fn parse_binary(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let unpadded = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut bits: u32 = 0;
    let mut bit_count = 0;
    for character in unpadded.bytes() {
        bits = (bits << 6) | sextet(character)?;
        bit_count += 6;
        if bit_count >= 8 {
            bit_count -= 8;
            bytes.push(u8::try_from((bits >> bit_count) & 0xff).ok()?);
            bits &= (1 << bit_count) - 1;
        }
    }
    (bits == 0).then_some(bytes)
}

fn sextet(character: u8) -> Option<u32> {
    Some(u32::from(match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}
