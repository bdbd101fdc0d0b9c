//! Parses JSON (RFC 8259) to a tree with locations. `serde_json` decodes strings.

use super::limit::Budget;
use super::{Entry, Fatal, Node, Span, Value};
use crate::error::ErrorKind;
use crate::schema::Language;

pub(crate) fn parse(text: &str) -> Result<Node, Fatal> {
    let mut builder = TreeBuilder { text, at: 0, budget: Budget::default() };
    if text.starts_with('\u{FEFF}') {
        builder.at = '\u{FEFF}'.len_utf8();
    }
    builder.skip_space();
    if builder.at == text.len() {
        return Err(Fatal::new(ErrorKind::Empty, builder.here()));
    }
    let root = builder.node(1)?;
    builder.skip_space();
    if builder.at < text.len() { Err(builder.error("text after the end of the document")) } else { Ok(root) }
}

/// A recursive descent parser.
struct TreeBuilder<'a> {
    text: &'a str,
    at: usize,
    budget: Budget,
}

impl<'a> TreeBuilder<'a> {
    /// Parses a value. The limit on nesting bounds the recursion.
    fn node(&mut self, depth: usize) -> Result<Node, Fatal> {
        let start = self.at;
        self.budget.count(depth, self.here())?;
        let value = match self.peek() {
            Some(b'{') => self.mapping(depth)?,
            Some(b'[') => self.sequence(depth)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?.to_owned()),
            Some(b'a'..=b'z') => self.word()?,
            Some(_) => return Err(self.error("expected a value")),
            None => return Err(self.error("the document ends where a value should be")),
        };
        Ok(Node { span: Span::new(start, self.at), value })
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, Fatal> {
        let mut entries = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.eat(b'}') {
            return Ok(Value::Mapping(entries));
        }
        loop {
            self.skip_space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.error("expected a key in double quotes"));
            }
            let key = self.string()?;
            let key_span = Span::new(start, self.at);
            self.skip_space();
            if !self.eat(b':') {
                return Err(self.error("expected `:` after the key"));
            }
            self.skip_space();
            let value = self.node(depth + 1)?;
            entries.push(Entry { key, key_span, value });
            self.skip_space();
            if self.eat(b'}') {
                return Ok(Value::Mapping(entries));
            }
            if !self.eat(b',') {
                return Err(self.error("expected `,` or `}`"));
            }
        }
    }

    fn sequence(&mut self, depth: usize) -> Result<Value, Fatal> {
        let mut items = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.eat(b']') {
            return Ok(Value::Sequence(items));
        }
        loop {
            self.skip_space();
            items.push(self.node(depth + 1)?);
            self.skip_space();
            if self.eat(b']') {
                return Ok(Value::Sequence(items));
            }
            if !self.eat(b',') {
                return Err(self.error("expected `,` or `]`"));
            }
        }
    }

    fn string(&mut self) -> Result<String, Fatal> {
        let bytes = self.text.as_bytes();
        let mut end = self.at + 1;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
                None => return Err(self.error("the text has no closing quote")),
            }
        }
        let span = Span::new(self.at, end + 1);
        self.at = end + 1;
        serde_json::from_str(&self.text[span.start..span.end]).map_err(|_| {
            syntax(
                "the text has a line break, a control character or an escape that JSON does not have",
                span,
            )
        })
    }

    fn number(&mut self) -> Result<&'a str, Fatal> {
        let start = self.at;
        self.eat(b'-');
        let is_valid =
            (self.eat(b'0') || self.digits()) && (!self.eat(b'.') || self.digits()) && self.exponent();
        if !is_valid
            || self
                .peek()
                .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-'))
        {
            return Err(syntax("this is no number as JSON writes it", Span::new(start, self.at)));
        }
        Ok(&self.text[start..self.at])
    }

    fn exponent(&mut self) -> bool {
        if !self.eat(b'e') && !self.eat(b'E') {
            return true;
        }
        let _signed = self.eat(b'+') || self.eat(b'-');
        self.digits()
    }

    /// Skips digits and returns whether there were any.
    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at > start
    }

    fn word(&mut self) -> Result<Value, Fatal> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.at += 1;
        }
        match &self.text[start..self.at] {
            "null" => Ok(Value::Null),
            "true" => Ok(Value::Boolean(true)),
            "false" => Ok(Value::Boolean(false)),
            _ => Err(syntax("expected a value; text stands in double quotes", Span::new(start, self.at))),
        }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Skips the byte and returns true if it is next.
    fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn here(&self) -> Span {
        Span::new(self.at, self.at + 1)
    }

    fn error(&self, message: &str) -> Fatal {
        syntax(message, self.here())
    }
}

fn syntax(message: &str, span: Span) -> Fatal {
    Fatal::new(ErrorKind::Syntax { language: Language::Json, message: message.to_owned() }, span)
}
