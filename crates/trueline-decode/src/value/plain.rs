//! Numbers with a group character or a custom decimal character: rewritten, then parsed as usual.

use super::{Parse, ParseError, Text};
use crate::cell::MAX_SCRATCH_BYTES;

/// A number parser that rewrites its input first.
#[derive(Debug)]
pub(crate) struct PlainParser<P> {
    inner: P,
    rewriter: Rewriter,
}

impl<P> PlainParser<P> {
    /// Adds rewriting before `inner`.
    pub(crate) fn new(inner: P, group_char: Option<char>, decimal_char: char) -> Self {
        let bytes = |character: char| character.to_string().into_bytes();
        let rewriter = Rewriter {
            group: group_char.map(bytes),
            decimal: bytes(decimal_char),
            plain: Vec::with_capacity(32),
        };
        Self { inner, rewriter }
    }
}

impl<P: Parse> Parse for PlainParser<P> {
    type Native = P::Native;

    fn parse(&mut self, text: Text<'_>) -> Result<P::Native, ParseError> {
        let is_plain = self.rewriter.rewrite(text.as_bytes());
        if is_plain { self.inner.parse(self.rewriter.plain[..].into()) } else { Err(ParseError::Invalid) }
    }
}

#[derive(Debug)]
struct Rewriter {
    group: Option<Vec<u8>>,
    decimal: Vec<u8>,
    /// The last text in plain notation.
    plain: Vec<u8>,
}

impl Rewriter {
    /// Rewrites a text into `plain`; `false` if it violates a rule of `grammar::plain_number`.
    fn rewrite(&mut self, text: &[u8]) -> bool {
        self.plain.clear();
        self.plain.shrink_to(MAX_SCRATCH_BYTES);
        let mut in_whole = true;
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            if let Some(group) = self.group.as_deref()
                && rest.starts_with(group)
            {
                let after_digit = at > 0 && text[at - 1].is_ascii_digit();
                let before_digit = rest.get(group.len()).is_some_and(u8::is_ascii_digit);
                if !(in_whole && after_digit && before_digit) {
                    return false;
                }
                at += group.len();
            } else if rest.starts_with(&self.decimal) {
                in_whole = false;
                self.plain.push(b'.');
                at += self.decimal.len();
            } else if rest[0] == b'.' {
                return false;
            } else {
                in_whole &= !matches!(rest[0], b'e' | b'E');
                self.plain.push(rest[0]);
                at += 1;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::near;
    use proptest::prelude::*;
    use trueline_schema::grammar;

    fn twin(text: &[u8], group: Option<char>, decimal: char) {
        let Ok(text) = std::str::from_utf8(text) else { return };
        let mut parser = PlainParser::new((), group, decimal);
        let plain = parser.rewriter.rewrite(text.as_bytes()).then(|| parser.rewriter.plain.clone());
        let expected = grammar::plain_number(text, group, decimal).map(String::into_bytes);
        assert_eq!(plain, expected, "{text} {group:?} {decimal:?}");
    }

    #[test]
    fn edges() {
        for text in [
            "1.234,5",
            "1,234.5",
            "1..0",
            ".1",
            "1.",
            "1e1.0",
            "-.1",
            "1 000",
            "1\u{a0}000",
            "\u{a0}1",
            "1\u{a0}",
            "",
            "1.5",
        ] {
            for group in [None, Some('.'), Some(','), Some(' '), Some('\u{a0}'), Some('\u{202f}'), Some('5')]
            {
                for decimal in ['.', ',', '\u{66b}'] {
                    twin(text.as_bytes(), group, decimal);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_text(text in any::<String>()) {
            twin(text.as_bytes(), Some('.'), ',');
        }

        #[test]
        fn near_valid(text in near("[-+]?[0-9]{1,3}([., \u{a0}][0-9]{3}){0,3}([.,][0-9]{0,3})?(e[0-9])?")) {
            twin(&text, Some('.'), ',');
            twin(&text, Some(','), '.');
            twin(&text, Some('\u{a0}'), ',');
            twin(&text, None, ',');
        }
    }
}
