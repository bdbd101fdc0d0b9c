//! The reference implementation of [`Indexer`](crate::json::Indexer): slow and simple, one byte per step.

use std::ops::Range;

use super::positions::{END, RecordFault, SCALAR, STRING};
use super::tokens::check;

/// All records of some bytes, according to the definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The bytes of each record, without its line end.
    pub spans: Vec<Range<usize>>,
    /// The tokens of each record: start offset and kind.
    pub tokens: Vec<Vec<(usize, u8)>>,
    /// The faults of the records with invalid strings or invalid UTF-8.
    pub faults: Vec<RecordFault>,
    /// The end of the last complete line, or of all bytes if the input was the last.
    pub consumed: usize,
}

/// Computes what [`Indexer`](crate::json::Indexer) must find, over all calls.
pub fn parse(bytes: &[u8], is_last: bool, max_depth: usize) -> Parsed {
    let mut parsed = Parsed::default();
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let start = parsed.consumed;
        let is_closed = line.ends_with(b"\n");
        if !is_closed && !is_last {
            break;
        }
        parsed.consumed += line.len();
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let Line { mut tokens, is_suspect } = Line::read(text, start);
        if tokens.is_empty() {
            continue;
        }
        tokens.push((start + text.len(), END));
        let record = if is_closed { text.strip_suffix(b"\r").unwrap_or(text) } else { text };
        if is_suspect {
            let fault = check(record, max_depth).expect_err("a record with an invalid string");
            let number = u32::try_from(parsed.spans.len()).expect("few records");
            parsed.faults.push(RecordFault { record: number, fault });
        }
        parsed.spans.push(start..start + record.len());
        parsed.tokens.push(tokens);
    }
    parsed
}

/// The apparent structure of a line.
struct Line {
    tokens: Vec<(usize, u8)>,
    is_suspect: bool,
}

impl Line {
    /// Reads a line without its line feed. Strings are whatever is between unescaped quotes, and a backslash escapes the
    /// byte after it wherever it occurs, also outside strings.
    fn read(line: &[u8], start: usize) -> Self {
        let mut tokens = Vec::new();
        let (mut in_string, mut in_scalar, mut is_escaped) = (false, false, false);
        let mut is_suspect = std::str::from_utf8(line).is_err();
        // Where the second half of a surrogate pair begins.
        let mut second_half = None;
        for (at, &byte) in line.iter().enumerate() {
            let was_escaped = is_escaped;
            is_escaped = byte == b'\\' && !was_escaped;
            if in_string {
                is_suspect |= byte < 0x20;
                if was_escaped {
                    is_suspect |= !is_escape(&line[at - 1..], second_half == Some(at - 1));
                    if second_half != Some(at - 1) && half(&line[at - 1..]) == Some(true) {
                        second_half = Some(at + 5);
                    }
                } else if byte == b'"' {
                    in_string = false;
                }
                continue;
            }
            let is_quote = byte == b'"' && !was_escaped;
            let is_token = is_quote || b"{}[]:,".contains(&byte);
            let is_scalar = !is_token && !b" \t\r\n".contains(&byte);
            if is_token || (is_scalar && !in_scalar) {
                let kind = if is_quote { STRING } else { byte };
                tokens.push((start + at, if is_scalar { SCALAR } else { kind }));
            }
            (in_string, in_scalar) = (is_quote, is_scalar);
        }
        Self { tokens, is_suspect: is_suspect || in_string }
    }
}

/// Whether `bytes`, which begin with a backslash, begin with an escape or with the second half of one.
fn is_escape(bytes: &[u8], is_second_half: bool) -> bool {
    match half(bytes) {
        Some(true) => bytes.get(6..).and_then(half) == Some(false),
        Some(false) => is_second_half,
        None => is_unicode(bytes) || bytes.get(1).is_some_and(|byte| b"\"\\/bfnrt".contains(byte)),
    }
}

/// Whether `bytes` begin with `\u` and four hexadecimal digits.
fn is_unicode(bytes: &[u8]) -> bool {
    bytes.len() >= 6 && bytes.starts_with(b"\\u") && bytes[2..6].iter().all(u8::is_ascii_hexdigit)
}

/// Whether `bytes` begin with the escape of half a surrogate pair: `true` for the first half, `false` for the second.
fn half(bytes: &[u8]) -> Option<bool> {
    let is_half = is_unicode(bytes) && bytes[2].eq_ignore_ascii_case(&b'd') && bytes[3] >= b'8';
    is_half.then(|| matches!(bytes[3], b'8' | b'9' | b'A' | b'B' | b'a' | b'b'))
}
