//! Strings: their ends and their content.

use std::borrow::Cow;

use super::fault::{Fault, FaultKind};

/// A string that has been scanned.
pub(super) struct ScannedString {
    /// The offset after its closing quote.
    pub(super) end: usize,
    pub(super) has_escapes: bool,
}

/// Scans the string whose opening quote is at `start`.
pub(super) fn scan(bytes: &[u8], start: usize) -> Result<ScannedString, Fault> {
    let mut at = start + 1;
    let mut has_escapes = false;
    while let Some(&byte) = bytes.get(at) {
        at += match byte {
            b'"' => return Ok(ScannedString { end: at + 1, has_escapes }),
            b'\\' => {
                has_escapes = true;
                escape(bytes, start, at)?
            }
            0..0x20 => return Err(Fault { kind: FaultKind::ControlInString { found: byte }, offset: at }),
            0x20..0x80 => 1,
            0x80.. => match non_ascii_length(&bytes[at..]) {
                Some(length) => length,
                None => return Err(Fault { kind: FaultKind::InvalidUtf8, offset: at }),
            },
        };
    }
    Err(Fault { kind: FaultKind::UnclosedString, offset: start })
}

/// The length of the escape at `at`, or of the two escapes that encode one character.
fn escape(bytes: &[u8], start: usize, at: usize) -> Result<usize, Fault> {
    let unclosed = Fault { kind: FaultKind::UnclosedString, offset: start };
    let &found = bytes.get(at + 1).ok_or(unclosed)?;
    let bad_escape = Fault { kind: FaultKind::BadEscape { found }, offset: at };
    match found {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => return Ok(2),
        b'u' => {}
        // If the character after the backslash is not UTF-8, that is the fault.
        0x80.. if non_ascii_length(&bytes[at + 1..]).is_none() => {
            return Err(Fault { kind: FaultKind::InvalidUtf8, offset: at + 1 });
        }
        _ => return Err(bad_escape),
    }
    match unicode_escape(&bytes[at..]) {
        Some(UnicodeEscape::Character) => Ok(6),
        Some(UnicodeEscape::SurrogatePair) => Ok(12),
        Some(UnicodeEscape::Surrogate) => Err(Fault { kind: FaultKind::LoneSurrogate, offset: at }),
        None => {
            let digits = bytes[at + 2..].iter().take(4).take_while(|byte| byte.is_ascii_hexdigit()).count();
            Err(if at + 2 + digits == bytes.len() { unclosed } else { bad_escape })
        }
    }
}

/// The kinds of `\u` escapes.
pub(super) enum UnicodeEscape {
    /// A character of its own.
    Character,
    /// The first half of a surrogate pair, whose second half is the next escape.
    SurrogatePair,
    /// A surrogate that does not begin a pair: a second half, or a first half that no second half follows.
    Surrogate,
}

/// Classifies the escape at the start of `bytes`, if it is `\u` with four digits.
pub(super) fn unicode_escape(bytes: &[u8]) -> Option<UnicodeEscape> {
    Some(match utf16_unit(bytes)? {
        0xD800..0xDC00 if matches!(utf16_unit(&bytes[6..]), Some(0xDC00..0xE000)) => {
            UnicodeEscape::SurrogatePair
        }
        0xD800..0xE000 => UnicodeEscape::Surrogate,
        _ => UnicodeEscape::Character,
    })
}

/// Returns the UTF-16 code unit of the `\uXXXX` that `bytes` start with.
fn utf16_unit(bytes: &[u8]) -> Option<u32> {
    let (head, digits) = bytes.get(..6)?.split_at(2);
    let mut unit = if head == b"\\u" { 0 } else { return None };
    for &digit in digits {
        unit = unit * 16 + char::from(digit).to_digit(16)?;
    }
    Some(unit)
}

/// Returns the length of the character that `bytes` start with, if it is valid and not ASCII.
pub(super) fn non_ascii_length(bytes: &[u8]) -> Option<usize> {
    let (length, min) = match bytes.first()? {
        0xC2..=0xDF => (2, 0x80),
        0xE0..=0xEF => (3, if bytes[0] == 0xE0 { 0xA0 } else { 0x80 }),
        0xF0..=0xF4 => (4, if bytes[0] == 0xF0 { 0x90 } else { 0x80 }),
        _ => return None,
    };
    let max = match bytes[0] {
        0xED => 0x9F,
        0xF4 => 0x8F,
        _ => 0xBF,
    };
    let rest = bytes.get(1..length)?;
    let is_valid = (min..=max).contains(&rest[0]) && rest[1..].iter().all(|byte| byte & 0xC0 == 0x80);
    is_valid.then_some(length)
}

/// Replaces the escapes in the content of a string, the bytes between its quotes.
///
/// **Shapes**: the result is UTF-8 if `content` is part of a text that [`Tokens`](crate::json::Tokens) accepts. Otherwise
/// the result is meaningless: invalid escapes are kept as they are, half a surrogate pair becomes U+FFFD.
///
/// **Cost**: nothing is copied if there is no backslash.
///
/// ```
/// use trueline_tokenizer::json::unescape;
/// assert_eq!(&*unescape(br"tab\tand \u20AC, \ud83d\ude00"), "tab\tand €, 😀".as_bytes());
/// ```
pub fn unescape(content: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = content.iter().position(|&byte| byte == b'\\') else {
        return Cow::Borrowed(content);
    };
    let mut text = Vec::with_capacity(content.len());
    let mut rest = content;
    let mut plain = first;
    loop {
        text.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
        if rest.is_empty() {
            return Cow::Owned(text);
        }
        rest = &rest[unescape_one(rest, &mut text)..];
        plain = rest.iter().position(|&byte| byte == b'\\').unwrap_or(rest.len());
    }
}

/// Appends the meaning of the escape that `rest` starts with, and returns its length.
fn unescape_one(rest: &[u8], text: &mut Vec<u8>) -> usize {
    let byte = match rest.get(1) {
        Some(&byte @ (b'"' | b'\\' | b'/')) => byte,
        Some(b'b') => 0x08,
        Some(b'f') => 0x0C,
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        _ => {
            let Some(first) = utf16_unit(rest) else {
                text.push(b'\\');
                return 1;
            };
            let second = if (0xD800..0xDC00).contains(&first) { utf16_unit(&rest[6..]) } else { None };
            let (number, length) = match second {
                Some(low @ 0xDC00..0xE000) => (0x1_0000 + ((first - 0xD800) << 10) + (low - 0xDC00), 12),
                _ => (first, 6),
            };
            let character = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER);
            text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            return length;
        }
    };
    text.push(byte);
    2
}
