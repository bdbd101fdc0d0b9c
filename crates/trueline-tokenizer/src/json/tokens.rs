//! The reference parser: slow and simple, it reads one token of one record at a time. It defines the meaning of records.

use std::ops::Range;

use super::fault::{Expected, Fault, FaultKind};
use super::{number, string};

/// The default limit for the nesting of arrays and objects.
pub const DEFAULT_MAX_DEPTH: usize = 128;

/// A token of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The kind of the token.
    pub kind: TokenKind,
    /// The bytes of the token in the text; keys and strings include their quotes.
    pub range: Range<usize>,
    /// Whether it is a key or string with a backslash, so that [`unescape`](crate::json::unescape) is needed to get its
    /// content.
    pub has_escapes: bool,
}

/// The kinds of tokens. Colons and commas are not tokens: their positions add no information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// `{`
    BeginObject,
    /// `}`
    EndObject,
    /// `[`
    BeginArray,
    /// `]`
    EndArray,
    /// A string before a colon.
    Key,
    /// A string that is a value.
    String,
    /// A number as written.
    Number,
    /// `true`
    True,
    /// `false`
    False,
    /// `null`
    Null,
}

/// Reads the tokens of one JSON text.
///
/// **Cost**: reads each byte once; one bit of memory for each open array or object; no recursion.
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
    state: ParseState,
    open: ContainerStack,
}

/// The state of the parser: what must come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ParseState {
    /// A value.
    Value,
    /// A value, or the end of the array just begun.
    FirstItem,
    /// A key, or the end of the object just begun.
    FirstKey,
    /// A comma or the end of the innermost container; the end of the text if none is open.
    AfterValue,
}

impl<'a> Tokens<'a> {
    /// Starts at the first byte of `bytes`, the whole text. Up to `max_depth` arrays and objects may be open at once.
    pub fn new(bytes: &'a [u8], max_depth: usize) -> Self {
        Self { bytes, at: 0, state: ParseState::Value, open: ContainerStack::new(max_depth) }
    }

    /// Returns the number of open arrays and objects after the last token.
    pub fn depth(&self) -> usize {
        self.open.depth
    }

    /// Returns the next token; `None` after the last one.
    ///
    /// **Errors**: the text is not JSON. Tokens before the fault have been returned; every further call returns the same
    /// fault.
    #[expect(clippy::should_implement_trait, reason = "an iterator would continue after a fault")]
    pub fn next(&mut self) -> Result<Option<Token>, Fault> {
        let mut at = self.skip_white_space(self.at);
        if self.state == ParseState::AfterValue {
            let Some(in_object) = self.open.innermost() else {
                return match self.bytes.get(at) {
                    None => Ok(None),
                    Some(&found) => Err(self.fault_at(at, FaultKind::TrailingBytes { found })),
                };
            };
            match (self.bytes.get(at), in_object) {
                (Some(b'}'), true) => return Ok(Some(self.end(at, TokenKind::EndObject))),
                (Some(b']'), false) => return Ok(Some(self.end(at, TokenKind::EndArray))),
                (Some(b','), _) => at = self.skip_white_space(at + 1),
                (_, true) => return Err(self.unexpected(at, Expected::CommaOrEndObject)),
                (_, false) => return Err(self.unexpected(at, Expected::CommaOrEndArray)),
            }
            return if in_object { self.key(at, Expected::Key) } else { self.value(at, Expected::Value) };
        }
        match (self.state, self.bytes.get(at)) {
            (ParseState::FirstKey, Some(b'}')) => Ok(Some(self.end(at, TokenKind::EndObject))),
            (ParseState::FirstItem, Some(b']')) => Ok(Some(self.end(at, TokenKind::EndArray))),
            (ParseState::FirstKey, _) => self.key(at, Expected::KeyOrEnd),
            (ParseState::FirstItem, _) => self.value(at, Expected::ValueOrEnd),
            _ => self.value(at, Expected::Value),
        }
    }

    fn skip_white_space(&self, mut at: usize) -> usize {
        while matches!(self.bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            at += 1;
        }
        at
    }

    /// Reads a key with its colon.
    fn key(&mut self, at: usize, expected: Expected) -> Result<Option<Token>, Fault> {
        if self.bytes.get(at) != Some(&b'"') {
            return Err(self.unexpected(at, expected));
        }
        let string::ScannedString { end, has_escapes } = string::scan(self.bytes, at)?;
        let colon = self.skip_white_space(end);
        if self.bytes.get(colon) != Some(&b':') {
            return Err(self.unexpected(colon, Expected::Colon));
        }
        self.at = colon + 1;
        self.state = ParseState::Value;
        Ok(Some(Token { kind: TokenKind::Key, range: at..end, has_escapes }))
    }

    /// Reads a value, or the start of an array or object.
    fn value(&mut self, at: usize, expected: Expected) -> Result<Option<Token>, Fault> {
        let mut has_escapes = false;
        let mut state = ParseState::AfterValue;
        let (kind, end) = match self.bytes.get(at) {
            Some(b'"') => {
                let scanned = string::scan(self.bytes, at)?;
                has_escapes = scanned.has_escapes;
                (TokenKind::String, scanned.end)
            }
            Some(b'-' | b'0'..=b'9') => (TokenKind::Number, number::scan(self.bytes, at)?),
            Some(b'{') => {
                self.open.push(true, at)?;
                state = ParseState::FirstKey;
                (TokenKind::BeginObject, at + 1)
            }
            Some(b'[') => {
                self.open.push(false, at)?;
                state = ParseState::FirstItem;
                (TokenKind::BeginArray, at + 1)
            }
            Some(b't') => (TokenKind::True, self.literal(at, b"true", Expected::True)?),
            Some(b'f') => (TokenKind::False, self.literal(at, b"false", Expected::False)?),
            Some(b'n') => (TokenKind::Null, self.literal(at, b"null", Expected::Null)?),
            _ => return Err(self.unexpected(at, expected)),
        };
        self.at = end;
        self.state = state;
        Ok(Some(Token { kind, range: at..end, has_escapes }))
    }

    fn literal(&self, at: usize, literal: &[u8], expected: Expected) -> Result<usize, Fault> {
        for (at, byte) in (at..).zip(literal) {
            if self.bytes.get(at) != Some(byte) {
                return Err(self.unexpected(at, expected));
            }
        }
        Ok(at + literal.len())
    }

    /// Reads the end of an array or object.
    fn end(&mut self, at: usize, kind: TokenKind) -> Token {
        self.open.pop();
        self.at = at + 1;
        self.state = ParseState::AfterValue;
        Token { kind, range: at..at + 1, has_escapes: false }
    }

    fn unexpected(&self, at: usize, expected: Expected) -> Fault {
        match self.bytes.get(at) {
            None => Fault { kind: FaultKind::UnexpectedEnd { expected }, offset: at },
            Some(&found) => self.fault_at(at, FaultKind::UnexpectedByte { found, expected }),
        }
    }

    /// The fault for the byte at `at`, which is outside strings: `kind`, or invalid UTF-8 if it is that.
    fn fault_at(&self, at: usize, kind: FaultKind) -> Fault {
        let is_text = self.bytes[at].is_ascii() || string::non_ascii_length(&self.bytes[at..]).is_some();
        Fault { kind: if is_text { kind } else { FaultKind::InvalidUtf8 }, offset: at }
    }
}

/// A stack of the open arrays and objects: one bit each, set for an object.
#[derive(Clone, Debug)]
struct ContainerStack {
    bits: Vec<u64>,
    depth: usize,
    limit: usize,
}

impl ContainerStack {
    fn new(limit: usize) -> Self {
        Self { bits: Vec::new(), depth: 0, limit }
    }

    fn push(&mut self, is_object: bool, offset: usize) -> Result<(), Fault> {
        if self.depth == self.limit {
            return Err(Fault { kind: FaultKind::TooDeep { limit: self.limit }, offset });
        }
        let (word, bit) = (self.depth / 64, self.depth % 64);
        if word == self.bits.len() {
            self.bits.push(0);
        }
        self.bits[word] = (self.bits[word] & !(1 << bit)) | (u64::from(is_object) << bit);
        self.depth += 1;
        Ok(())
    }

    fn pop(&mut self) {
        self.depth -= 1;
    }

    /// Whether the innermost container is an object; `None` if nothing is open.
    fn innermost(&self) -> Option<bool> {
        let last = self.depth.checked_sub(1)?;
        Some(self.bits[last / 64] >> (last % 64) & 1 == 1)
    }
}

/// Checks whether `bytes` are one JSON text.
///
/// **Errors**: they are not; the error is the first fault.
///
/// **Cost**: reads each byte once.
pub fn check(bytes: &[u8], max_depth: usize) -> Result<(), Fault> {
    let mut tokens = Tokens::new(bytes, max_depth);
    while tokens.next()?.is_some() {}
    Ok(())
}
