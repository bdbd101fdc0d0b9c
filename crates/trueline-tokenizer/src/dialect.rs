//! The dialect: delimiter, quote, escape and comment bytes, and terminator.

use std::error::Error;
use std::fmt;

/// How to read the bytes of a table.
///
/// The default is RFC 4180 with automatic detection of line ends: delimiter `,`, quote `"` (a quote inside quotes is
/// doubled), no escape, no comments, [`Terminator::Auto`], [`Quoting::Strict`], [`BlankLines::Skip`], a header, no skipped
/// lines. Options are set by value:
///
/// ```
/// use trueline_tokenizer::{Dialect, Terminator};
/// let dialect = Dialect::default().delimiter(b'\t').quote(None).terminator(Terminator::Lf);
/// assert!(dialect.check().is_ok());
/// ```
///
/// The tokenizer reads any dialect without panicking, but only a dialect that passes [`check`](Self::check) is meaningful.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Dialect {
    /// The byte between two fields. Default `,`.
    pub delimiter: u8,
    /// The byte that opens and closes a quoted field, or `None` for no quoting. Default `"`.
    pub quote: Option<u8>,
    /// A byte that, inside a quoted field, makes the next byte plain content. A doubled quote is content with or without it;
    /// outside quotes it has no meaning. Default `None`.
    pub escape: Option<u8>,
    /// The first byte of lines to skip. Default `None`.
    pub comment: Option<u8>,
    /// What ends a record. Default [`Terminator::Auto`].
    pub terminator: Terminator,
    /// Whether stray quotes are faults. Default [`Quoting::Strict`].
    pub quoting: Quoting,
    /// How blank lines are read. Default [`BlankLines::Skip`].
    pub blank_lines: BlankLines,
    /// Whether the first record names the columns. The tokenizer itself ignores it. Default `true`.
    pub header: bool,
    /// The number of physical lines (ended by LF, CRLF or CR) before the table; see [`preamble`](crate::preamble()). Default
    /// 0.
    pub skip_lines: u64,
}

/// What ends a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Terminator {
    /// LF, or CR directly followed by LF. A single CR is data.
    #[default]
    Auto,
    /// Only LF. A CR before it is data.
    Lf,
    /// CR directly followed by LF. Either byte alone is data.
    CrLf,
    /// Only CR. LF is data.
    Cr,
}

/// How misplaced quotes are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Quoting {
    /// A quote inside an unquoted field and text after a closing quote are faults of their record.
    #[default]
    Strict,
    /// Both are plain data. The boundaries of fields and records are the same as in `Strict`.
    Lenient,
}

/// How a line without any bytes is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BlankLines {
    /// It is skipped.
    #[default]
    Skip,
    /// It is a record with one empty field.
    Record,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: b',',
            quote: Some(b'"'),
            escape: None,
            comment: None,
            terminator: Terminator::Auto,
            quoting: Quoting::Strict,
            blank_lines: BlankLines::Skip,
            header: true,
            skip_lines: 0,
        }
    }
}

impl Dialect {
    /// Sets the byte between two fields.
    #[must_use]
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.delimiter = delimiter;
        self
    }

    /// Sets the quote; `None` for no quoting.
    #[must_use]
    pub fn quote(mut self, quote: Option<u8>) -> Self {
        self.quote = quote;
        self
    }

    /// Sets the escape byte of quoted fields; `None` for no escape.
    #[must_use]
    pub fn escape(mut self, escape: Option<u8>) -> Self {
        self.escape = escape;
        self
    }

    /// Sets the first byte of lines to skip; `None` for no comments.
    #[must_use]
    pub fn comment(mut self, comment: Option<u8>) -> Self {
        self.comment = comment;
        self
    }

    /// Sets what ends a record.
    #[must_use]
    pub fn terminator(mut self, terminator: Terminator) -> Self {
        self.terminator = terminator;
        self
    }

    /// Sets whether stray quotes are faults.
    #[must_use]
    pub fn quoting(mut self, quoting: Quoting) -> Self {
        self.quoting = quoting;
        self
    }

    /// Sets how blank lines are read.
    #[must_use]
    pub fn blank_lines(mut self, blank_lines: BlankLines) -> Self {
        self.blank_lines = blank_lines;
        self
    }

    /// Sets whether the first record names the columns.
    #[must_use]
    pub fn header(mut self, header: bool) -> Self {
        self.header = header;
        self
    }

    /// Sets the number of physical lines before the table.
    #[must_use]
    pub fn skip_lines(mut self, skip_lines: u64) -> Self {
        self.skip_lines = skip_lines;
        self
    }

    /// Checks that this dialect is meaningful.
    ///
    /// # Errors
    /// Every byte must be ASCII, none may be CR or LF, no two may be equal, and an escape needs a quote.
    pub fn check(&self) -> Result<(), DialectError> {
        let bytes = [
            (Some(self.delimiter), "delimiter"),
            (self.quote, "quote"),
            (self.escape, "escape"),
            (self.comment, "comment"),
        ];
        for (at, &(byte, name)) in bytes.iter().enumerate() {
            let Some(byte) = byte else { continue };
            if !byte.is_ascii() {
                return Err(DialectError::NotAscii { option: name, byte });
            }
            if matches!(byte, b'\r' | b'\n') {
                return Err(DialectError::LineEnd { option: name });
            }
            if let Some(&(_, earlier)) = bytes[..at].iter().find(|(other, _)| *other == Some(byte)) {
                return Err(DialectError::Equal { first: earlier, second: name, byte });
            }
        }
        if self.escape.is_some() && self.quote.is_none() {
            return Err(DialectError::EscapeWithoutQuote);
        }
        Ok(())
    }
}

/// Why a [`Dialect`] is not meaningful.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DialectError {
    /// An option is a byte above 127, which cannot be distinguished from a part of a multi-byte character.
    NotAscii {
        /// The option's name.
        option: &'static str,
        /// Its value.
        byte: u8,
    },
    /// An option is CR or LF.
    LineEnd {
        /// The option's name.
        option: &'static str,
    },
    /// Two options are the same byte.
    Equal {
        /// The first option's name.
        first: &'static str,
        /// The second option's name.
        second: &'static str,
        /// Their value.
        byte: u8,
    },
    /// There is an escape, which only works inside quotes, but no quote.
    EscapeWithoutQuote,
}

impl fmt::Display for DialectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NotAscii { option, byte } => {
                write!(f, "the {option} 0x{byte:02X} is not an ASCII character")
            }
            Self::LineEnd { option } => write!(f, "the {option} is a line end"),
            Self::Equal { first, second, byte } if byte.is_ascii_graphic() => {
                write!(f, "the {first} and the {second} are both `{}`", char::from(byte))
            }
            Self::Equal { first, second, byte } => {
                write!(f, "the {first} and the {second} are both 0x{byte:02X}")
            }
            Self::EscapeWithoutQuote => {
                f.write_str("an escape works inside quotes only, and there is no quote")
            }
        }
    }
}

impl Error for DialectError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_has_a_meaning() {
        assert_eq!(Dialect::default().check(), Ok(()));
    }

    #[test]
    fn clashes_and_line_ends_are_refused() {
        let base = Dialect::default();
        assert_eq!(
            base.delimiter(b'"').check(),
            Err(DialectError::Equal { first: "delimiter", second: "quote", byte: b'"' })
        );
        assert_eq!(base.quote(Some(b'\n')).check(), Err(DialectError::LineEnd { option: "quote" }));
        assert_eq!(
            base.comment(Some(0xA7)).check(),
            Err(DialectError::NotAscii { option: "comment", byte: 0xA7 })
        );
        assert_eq!(base.quote(None).escape(Some(b'\\')).check(), Err(DialectError::EscapeWithoutQuote));
        assert_eq!(
            base.escape(Some(b'"')).check().map_err(|error| error.to_string()),
            Err("the quote and the escape are both `\"`".to_owned())
        );
    }
}
