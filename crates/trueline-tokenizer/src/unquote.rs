//! Turns a raw field into its content.

use std::borrow::Cow;

use crate::dialect::Dialect;

/// Returns the content of `field`, a raw field as in the file.
///
/// A field that does not begin with the quote is returned as it is. Otherwise the quotes around it are removed, a doubled
/// quote becomes a single one, an escape is dropped and the byte after it kept; bytes after the closing quote are literal,
/// including quotes and escapes. If the closing quote is missing, all the rest is content.
///
/// **Cost**: borrows unless something inside must be left out.
///
/// ```
/// use trueline_tokenizer::{Dialect, unquote};
/// let dialect = Dialect::default();
/// assert_eq!(unquote(b"\"a,b\"", &dialect), &b"a,b"[..]);
/// assert_eq!(unquote(b"\"say \"\"hi\"\"\"", &dialect), &b"say \"hi\""[..]);
/// ```
pub fn unquote<'a>(field: &'a [u8], dialect: &Dialect) -> Cow<'a, [u8]> {
    let Some(quote) = dialect.quote else { return Cow::Borrowed(field) };
    let Some((&first, content)) = field.split_first() else { return Cow::Borrowed(field) };
    if first != quote {
        return Cow::Borrowed(field);
    }
    let is_special = |byte: &u8| *byte == quote || dialect.escape == Some(*byte);
    match content.iter().position(is_special) {
        None => Cow::Borrowed(content),
        Some(at) if at + 1 == content.len() && content[at] == quote => Cow::Borrowed(&content[..at]),
        Some(at) => Cow::Owned(unescape(content, at, quote, dialect)),
    }
}

/// Returns the content from the byte after the opening quote on; the first quote or escape is at `at`.
fn unescape(content: &[u8], at: usize, quote: u8, dialect: &Dialect) -> Vec<u8> {
    let mut text = Vec::with_capacity(content.len());
    text.extend_from_slice(&content[..at]);
    let mut rest = content[at..].iter();
    while let Some(&byte) = rest.next() {
        if dialect.escape == Some(byte) {
            text.extend(rest.next());
        } else if byte != quote {
            text.push(byte);
        } else if rest.as_slice().first() == Some(&quote) {
            rest.next();
            text.push(quote);
        } else {
            text.extend_from_slice(rest.as_slice());
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(field: &str) -> String {
        String::from_utf8(unquote(field.as_bytes(), &Dialect::default()).into_owned()).unwrap()
    }

    fn escaped(field: &str) -> String {
        let dialect = Dialect::default().escape(Some(b'\\'));
        String::from_utf8(unquote(field.as_bytes(), &dialect).into_owned()).unwrap()
    }

    #[test]
    fn quotes_come_off_and_doubled_ones_become_one() {
        assert_eq!(plain(""), "");
        assert_eq!(plain("ab"), "ab");
        assert_eq!(plain("a\"b\""), "a\"b\"");
        assert_eq!(plain("\"\""), "");
        assert_eq!(plain("\"ab\""), "ab");
        assert_eq!(plain("\"\"\"\""), "\"");
        assert_eq!(plain("\"a\"\"b\""), "a\"b");
    }

    #[test]
    fn broken_quoting_keeps_what_is_there() {
        assert_eq!(plain("\""), "");
        assert_eq!(plain("\"ab"), "ab");
        assert_eq!(plain("\"\"\""), "\"");
        assert_eq!(plain("\"ab\"x"), "abx");
        assert_eq!(plain("\"ab\"x\"\"y\""), "abx\"\"y\"");
    }

    #[test]
    fn escapes_work_inside_the_quotes_only() {
        assert_eq!(escaped("\"a\\\"b\""), "a\"b");
        assert_eq!(escaped("\"a\\\\\""), "a\\");
        assert_eq!(escaped("\"a\"\"\\n\""), "a\"n");
        assert_eq!(escaped("a\\b"), "a\\b");
        assert_eq!(escaped("\"a\"\\b"), "a\\b");
        assert_eq!(escaped("\"a\\"), "a");
    }

    #[test]
    fn without_quoting_a_field_is_its_own_content() {
        assert!(matches!(unquote(b"\"a\"", &Dialect::default().quote(None)), Cow::Borrowed(b"\"a\"")));
    }
}
