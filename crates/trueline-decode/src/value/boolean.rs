//! Booleans by lists of words.

use super::{Parse, Refusal, word};

/// The parser of booleans: the words that mean true and those that mean false, in any number.
#[derive(Debug)]
pub(crate) struct BooleanParser {
    /// Words of up to eight bytes as a word and its length, which most are.
    short: Vec<(u64, usize, bool)>,
    long: Vec<(Box<[u8]>, bool)>,
}

impl BooleanParser {
    /// A parser for these words. A word in both lists is true.
    pub(crate) fn new(true_values: &[String], false_values: &[String]) -> Self {
        let mut parser = Self { short: Vec::new(), long: Vec::new() };
        for (words, value) in [(true_values, true), (false_values, false)] {
            for word in words {
                if word.len() <= 8 {
                    parser.short.push((word::load(word.as_bytes()), word.len(), value));
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

    #[inline]
    fn parse(&mut self, text: &[u8]) -> Result<bool, Refusal> {
        let found = if text.len() <= 8 {
            let key = (word::load(text), text.len());
            self.short.iter().find(|(word, length, _)| (*word, *length) == key).map(|(_, _, value)| *value)
        } else {
            self.long.iter().find(|(word, _)| **word == *text).map(|(_, value)| *value)
        };
        found.ok_or(Refusal::Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn the_usual_words() {
        let mut parser =
            BooleanParser::new(&words(&["true", "True", "TRUE", "1"]), &words(&["false", "False", "FALSE", "0"]));
        for text in ["true", "True", "TRUE", "1"] {
            assert_eq!(parser.parse(text.as_bytes()), Ok(true));
        }
        for text in ["false", "False", "FALSE", "0"] {
            assert_eq!(parser.parse(text.as_bytes()), Ok(false));
        }
        for text in ["", "tRUE", "true ", "true\0", "t", "00", "yes", "truetrue", "truetruetrue"] {
            assert_eq!(parser.parse(text.as_bytes()), Err(Refusal::Invalid), "{text}");
        }
    }

    #[test]
    fn words_of_any_length() {
        let mut parser = BooleanParser::new(&words(&["", "eightby8", "affirmative", "ja\0"]), &words(&["negative!", "ja"]));
        for (text, value) in
            [("", true), ("eightby8", true), ("affirmative", true), ("ja\0", true), ("ja", false), ("negative!", false)]
        {
            assert_eq!(parser.parse(text.as_bytes()), Ok(value), "{text}");
        }
        for text in ["affirmativ", "affirmative!", "eightby", "ja\0\0"] {
            assert_eq!(parser.parse(text.as_bytes()), Err(Refusal::Invalid), "{text}");
        }
    }
}
