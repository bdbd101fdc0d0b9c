//! Rust source without comments, strings and characters, so that a word found in it is code.

/// Blanks the comments, strings and character literals of `text`, and keeps all line ends.
pub(crate) fn code(text: &str) -> String {
    let mut scanner = Scanner { rest: text, code: String::with_capacity(text.len()) };
    while !scanner.rest.is_empty() {
        scanner.step();
    }
    scanner.code
}

/// Returns whether `word` occurs in `code` as a whole word.
pub(crate) fn has_word(code: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

struct Scanner<'a> {
    rest: &'a str,
    code: String,
}

impl Scanner<'_> {
    fn step(&mut self) {
        if self.rest.starts_with("//") {
            self.blank(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.blank(block_comment(self.rest));
        } else if let Some(length) = raw_string(self.rest).filter(|_| self.is_at_word_start()) {
            self.blank(length);
        } else if self.rest.starts_with('"') {
            self.blank(quoted(self.rest, '"'));
        } else if self.rest.starts_with('\'') && is_character(self.rest) {
            self.blank(quoted(self.rest, '\''));
        } else if let Some(character) = self.rest.chars().next() {
            self.code.push(character);
            self.rest = &self.rest[character.len_utf8()..];
        }
    }

    /// Blanks `length` bytes, except for line ends.
    fn blank(&mut self, length: usize) {
        let (skipped, rest) = self.rest.split_at(length);
        self.code.push(' ');
        self.code.extend(skipped.chars().filter(|character| *character == '\n'));
        self.rest = rest;
    }

    fn is_at_word_start(&self) -> bool {
        !self.code.chars().next_back().is_some_and(|last| last.is_alphanumeric() || last == '_')
    }
}

/// Returns the length of a block comment, which may be nested.
fn block_comment(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0, 0);
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// Returns the length of a raw string such as `r#"…"#` or `br"…"` at the start of `text`.
fn raw_string(text: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r"].into_iter().find(|prefix| text.starts_with(prefix))?;
    let after = &text[prefix.len()..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = body.find(&close).map_or(body.len(), |at| at + close.len());
    Some(text.len() - body.len() + end)
}

/// Returns the length of a literal between two `quote`s, in which a backslash escapes the next character.
fn quoted(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            characters.next();
        } else if character == quote {
            return at + 1;
        }
    }
    text.len()
}

/// Returns whether an apostrophe starts a character and not a lifetime.
fn is_character(text: &str) -> bool {
    let mut characters = text.chars().skip(1);
    match characters.next() {
        Some('\\') => true,
        Some(_) => characters.next() == Some('\''),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squeezed(text: &str) -> String {
        code(text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_go_and_lines_stay() {
        assert_eq!(squeezed("a // unsafe\nb /* x /* y */ unsafe */ c"), "a b c");
        assert_eq!(code("/* 1\n2\n*/x").matches('\n').count(), 2);
        assert_eq!(squeezed("a /* never closed"), "a");
    }

    #[test]
    fn strings_and_characters_go() {
        assert_eq!(squeezed(r#"f("unsafe \" {", '"', '\'', 'x') }"#), "f( , , , ) }");
        assert_eq!(squeezed("r#\"a \" unsafe\"# br\"x\\\" c\"y\" b\"z\" end"), "c b end");
        assert_eq!(squeezed("\"never closed"), "");
    }

    #[test]
    fn lifetimes_and_raw_identifiers_stay() {
        assert_eq!(squeezed("fn f<'a>(x: &'a str) { r#type }"), "fn f<'a>(x: &'a str) { r#type }");
        assert_eq!(squeezed("for\"x\""), "for");
    }

    #[test]
    fn words_are_whole() {
        assert!(has_word("unsafe { x }", "unsafe"));
        assert!(!has_word("forbid(unsafe_code)", "unsafe"));
        assert!(!has_word("not_unsafe", "unsafe"));
    }
}
