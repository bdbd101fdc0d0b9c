//! Booleans from lists of words.

use super::{Parse, ParseError, Text};

/// The parser of booleans: any number of words for true and false.
#[derive(Debug)]
pub(crate) struct BooleanParser {
    /// Words of up to eight bytes, as a word and its length; these are the most common.
    short: Vec<(u64, usize, bool)>,
    long: Vec<(Box<[u8]>, bool)>,
}

impl BooleanParser {
    /// Creates a parser for these words. A word in both lists is true.
    pub(crate) fn new(true_values: &[String], false_values: &[String]) -> Self {
        let mut parser = Self { short: Vec::new(), long: Vec::new() };
        for (words, value) in [(true_values, true), (false_values, false)] {
            for word in words {
                if word.len() <= 8 {
                    parser.short.push((key(word.as_bytes().into()), word.len(), value));
                } else {
                    parser.long.push((word.as_bytes().into(), value));
                }
            }
        }
        parser
    }
}

impl Parse for BooleanParser {
    type Native = bool;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the body of the loop over a column")]
    fn parse(&mut self, text: Text<'_>) -> Result<bool, ParseError> {
        let found = if text.len() <= 8 {
            let key = (key(text), text.len());
            self.short.iter().find(|(word, length, _)| (*word, *length) == key).map(|(_, _, value)| *value)
        } else {
            self.long.iter().find(|(word, _)| **word == *text.as_bytes()).map(|(_, value)| *value)
        };
        found.ok_or(ParseError::Invalid)
    }
}

/// The text as a number, with zeros above it.
#[inline]
fn key(text: Text<'_>) -> u64 {
    let used = u64::MAX.checked_shr(64 - 8 * u32::try_from(text.len()).unwrap_or(8)).unwrap_or(0);
    text.word() & used
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn the_usual_words() {
        let mut parser = BooleanParser::new(
            &words(&["true", "True", "TRUE", "1"]),
            &words(&["false", "False", "FALSE", "0"]),
        );
        for text in ["true", "True", "TRUE", "1"] {
            assert_eq!(parser.parse(text.as_bytes().into()), Ok(true));
        }
        for text in ["false", "False", "FALSE", "0"] {
            assert_eq!(parser.parse(text.as_bytes().into()), Ok(false));
        }
        assert_eq!(parser.parse(Text::at(b"xtruee", 1..5)), Ok(true));
        for text in ["", "tRUE", "true ", "true\0", "t", "00", "yes", "truetrue", "truetruetrue"] {
            assert_eq!(parser.parse(text.as_bytes().into()), Err(ParseError::Invalid), "{text}");
        }
    }

    #[test]
    fn words_of_any_length() {
        let mut parser = BooleanParser::new(
            &words(&["", "eightby8", "affirmative", "ja\0"]),
            &words(&["negative!", "ja"]),
        );
        for (text, value) in [
            ("", true),
            ("eightby8", true),
            ("affirmative", true),
            ("ja\0", true),
            ("ja", false),
            ("negative!", false),
        ] {
            assert_eq!(parser.parse(text.as_bytes().into()), Ok(value), "{text}");
        }
        for text in ["affirmativ", "affirmative!", "eightby", "ja\0\0"] {
            assert_eq!(parser.parse(text.as_bytes().into()), Err(ParseError::Invalid), "{text}");
        }
    }
}
