//! The bytes before the first record: a byte order mark and skipped lines.

use crate::dialect::Dialect;

/// The result of [`preamble`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Preamble {
    /// The first record starts after this many bytes.
    Length(usize),
    /// More bytes are needed to decide. Never returned if `is_last`.
    NeedMore,
    /// The bytes begin with the byte order mark of UTF-16, which this crate does not support.
    Utf16,
}

/// Determines the length of the bytes before the first record: a UTF-8 byte order mark and the dialect's `skip_lines`
/// physical lines, each ended by LF, CRLF or CR.
///
/// `bytes` are the first bytes of the input, or all of them if `is_last`. If the input has fewer lines than must be skipped,
/// all of it is preamble.
///
/// ```
/// use trueline_tokenizer::{Dialect, Preamble, preamble};
/// let dialect = Dialect::default().skip_lines(1);
/// assert_eq!(preamble(b"\xEF\xBB\xBFTotals\r\na,b\r\n", &dialect, true), Preamble::Length(11));
/// assert_eq!(preamble(b"Totals\r", &dialect, false), Preamble::NeedMore);
/// ```
pub fn preamble(bytes: &[u8], dialect: &Dialect, is_last: bool) -> Preamble {
    const MARK: &[u8] = b"\xEF\xBB\xBF";
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Preamble::Utf16;
    }
    let undecided = MARK.starts_with(bytes) && bytes.len() < MARK.len() || matches!(bytes, [0xFE | 0xFF]);
    if undecided && !is_last {
        return Preamble::NeedMore;
    }
    let mut length = if bytes.starts_with(MARK) { MARK.len() } else { 0 };
    for _ in 0..dialect.skip_lines {
        let Some(end) = bytes[length..].iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            return if is_last { Preamble::Length(bytes.len()) } else { Preamble::NeedMore };
        };
        length += end + 1;
        if bytes[length - 1] == b'\r' {
            match bytes.get(length) {
                Some(b'\n') => length += 1,
                None if !is_last => return Preamble::NeedMore,
                _ => {}
            }
        }
    }
    Preamble::Length(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: u64) -> Dialect {
        Dialect::default().skip_lines(count)
    }

    #[test]
    fn a_mark_is_passed_over_and_only_at_the_start() {
        assert_eq!(preamble(b"\xEF\xBB\xBFa", &lines(0), true), Preamble::Length(3));
        assert_eq!(preamble(b"a\xEF\xBB\xBF", &lines(0), true), Preamble::Length(0));
        assert_eq!(preamble(b"\xEF\xBB", &lines(0), false), Preamble::NeedMore);
        assert_eq!(preamble(b"\xEF\xBB", &lines(0), true), Preamble::Length(0));
        assert_eq!(preamble(b"\xEF\xBBa", &lines(0), false), Preamble::Length(0));
        assert_eq!(preamble(b"", &lines(0), false), Preamble::NeedMore);
        assert_eq!(preamble(b"", &lines(3), true), Preamble::Length(0));
    }

    #[test]
    fn utf_16_is_recognised() {
        assert_eq!(preamble(b"\xFF\xFEa\0", &lines(0), true), Preamble::Utf16);
        assert_eq!(preamble(b"\xFE\xFF\0a", &lines(0), false), Preamble::Utf16);
        assert_eq!(preamble(b"\xFE", &lines(0), false), Preamble::NeedMore);
        assert_eq!(preamble(b"\xFF", &lines(0), true), Preamble::Length(0));
    }

    #[test]
    fn every_kind_of_line_end_is_one() {
        assert_eq!(preamble(b"1\r\n2\r3\n4", &lines(3), true), Preamble::Length(7));
        assert_eq!(preamble(b"1\r\n2\r", &lines(2), true), Preamble::Length(5));
        assert_eq!(preamble(b"1\r\n2\r", &lines(2), false), Preamble::NeedMore);
        assert_eq!(preamble(b"1\n\n\nx", &lines(3), false), Preamble::Length(4));
        assert_eq!(preamble(b"1\n", &lines(3), true), Preamble::Length(2));
        assert_eq!(preamble(b"1\n", &lines(3), false), Preamble::NeedMore);
    }
}
