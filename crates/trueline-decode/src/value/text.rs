//! The text of a cell, and the bytes after it.

use std::ops::Range;

/// The text of one cell within a larger buffer.
///
/// With the bytes after a text, a parser can load whole words without checking the length of the text; it only has to ignore
/// what it loaded past the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    /// The text and all bytes after it.
    around: &'a [u8],
    length: usize,
}

impl<'a> From<&'a [u8]> for Text<'a> {
    fn from(text: &'a [u8]) -> Self {
        Self { around: text, length: text.len() }
    }
}

impl<'a> Text<'a> {
    /// Creates the text at a range.
    #[inline]
    pub(crate) fn at(bytes: &'a [u8], place: Range<usize>) -> Self {
        Self { around: &bytes[place.start..], length: place.end - place.start }
    }

    #[inline]
    pub(crate) fn len(self) -> usize {
        self.length
    }

    /// Returns the text itself.
    #[inline]
    pub(crate) fn as_bytes(self) -> &'a [u8] {
        &self.around[..self.length]
    }

    /// Returns the text without its first `count` bytes, which must exist.
    #[inline]
    pub(crate) fn skip(self, count: usize) -> Self {
        Self { around: &self.around[count..], length: self.length - count }
    }

    /// Returns the first `length` bytes of the text, which must exist.
    #[inline]
    pub(crate) fn first(self, length: usize) -> Self {
        debug_assert!(length <= self.length, "a part of the text");
        Self { around: self.around, length }
    }

    /// Returns whether the text is negative, and the text without its sign.
    ///
    /// Without a branch: if signs are rare, they are hard to predict.
    #[inline]
    #[expect(clippy::needless_bitwise_bool, reason = "without a branch")]
    pub(crate) fn split_sign(self) -> (bool, Self) {
        let first = self.as_bytes().first().copied().unwrap_or_default();
        let is_signed = (first == b'-') | (first == b'+');
        (first == b'-', self.skip(usize::from(is_signed)))
    }

    /// Returns eight bytes, the first one lowest. Past the text they may be anything.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the body of the loop over a column")]
    pub(crate) fn word(self) -> u64 {
        match self.around.first_chunk() {
            Some(chunk) => u64::from_le_bytes(*chunk),
            None => Self::last_word(self.around),
        }
    }

    /// Returns sixteen bytes, the first one lowest. Past the text they may be anything.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the body of the loop over a column")]
    pub(crate) fn double_word(self) -> u128 {
        match self.around.first_chunk() {
            Some(chunk) => u128::from_le_bytes(*chunk),
            None => Self::last_double_word(self.around),
        }
    }

    /// The last bytes of a block.
    #[cold]
    fn last_word(rest: &[u8]) -> u64 {
        rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
    }

    /// The last bytes of a block.
    #[cold]
    fn last_double_word(rest: &[u8]) -> u128 {
        rest.iter().rev().fold(0, |word, byte| word << 8 | u128::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_any_length() {
        for length in 0..=16 {
            let text = &b"abcdefghijklmnop"[..length];
            let word = Text::from(text).word().to_le_bytes();
            assert_eq!(&word[..length.min(8)], &text[..length.min(8)]);
            assert_eq!(&Text::from(text).double_word().to_le_bytes()[..length], text);
        }
    }

    #[test]
    fn signs() {
        let split = |text: &'static str| {
            let (negative, rest) = Text::from(text.as_bytes()).split_sign();
            (negative, rest.as_bytes())
        };
        assert_eq!(split("-1"), (true, &b"1"[..]));
        assert_eq!(split("+1"), (false, &b"1"[..]));
        assert_eq!(split("-"), (true, &b""[..]));
        assert_eq!(split(""), (false, &b""[..]));
        assert_eq!(Text::at(b"1-2", 1..1).split_sign().1.len(), 0);
    }
}
