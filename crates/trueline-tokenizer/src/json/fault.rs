//! What can be wrong with a record.

use std::fmt;

/// Why a text is not JSON, and where.
///
/// Of several faults the first one in the order of the bytes counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The byte, as [`FaultKind`] says, counted from the start of the text.
    pub offset: usize,
}

/// What can be wrong, and which byte the offset names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// Something else should stand here; that byte.
    UnexpectedByte {
        /// The byte that stands there.
        found: u8,
        /// What should.
        expected: Expected,
    },
    /// The text ends too soon; its end.
    UnexpectedEnd {
        /// What should have come.
        expected: Expected,
    },
    /// Something stands behind the value; its first byte.
    TrailingBytes {
        /// That byte.
        found: u8,
    },
    /// A string runs to the end of the text; its opening quote.
    UnclosedString,
    /// A byte below 0x20 in a string; that byte.
    ControlInString {
        /// The byte.
        found: u8,
    },
    /// A backslash with something behind it that makes no escape; the backslash.
    BadEscape {
        /// The byte behind the backslash; a `u` lacks its four hexadecimal digits.
        found: u8,
    },
    /// An escape that is one half of a surrogate pair, without the other; its backslash.
    LoneSurrogate,
    /// A number that goes on as no number does; the byte where it should have been otherwise (which may be the end of
    /// the text).
    BadNumber {
        /// In which way.
        reason: NumberFault,
    },
    /// Bytes that are not UTF-8; the first one of the sequence.
    InvalidUtf8,
    /// More arrays and objects inside one another than are allowed; the bracket that is too many.
    TooDeep {
        /// How many are allowed.
        limit: usize,
    },
}

/// What a place in a text asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Expected {
    /// Any value.
    Value,
    /// The first value of an array, or its end.
    ValueOrEnd,
    /// A key.
    Key,
    /// The first key of an object, or its end.
    KeyOrEnd,
    /// The colon behind a key.
    Colon,
    /// The next value of an array, or its end.
    CommaOrEndArray,
    /// The next key of an object, or its end.
    CommaOrEndObject,
    /// The rest of `true`.
    True,
    /// The rest of `false`.
    False,
    /// The rest of `null`.
    Null,
}

/// In which way a number is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NumberFault {
    /// No digit behind the minus sign.
    NoDigit,
    /// A digit behind a leading zero.
    LeadingZero,
    /// No digit behind the decimal point.
    NoFraction,
    /// No digit in the exponent.
    NoExponent,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.offset)
    }
}

impl std::error::Error for Fault {}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::UnexpectedByte { found, expected } => {
                write!(f, "found {} where {expected} is expected", Shown(found))
            }
            Self::UnexpectedEnd { expected } => {
                write!(f, "the record ends where {expected} is expected")
            }
            Self::TrailingBytes { found } => {
                write!(f, "found {} behind the value, where the record should end", Shown(found))
            }
            Self::UnclosedString => f.write_str("a string has no closing quote"),
            Self::ControlInString { found } => {
                write!(f, "a string holds the control byte 0x{found:02X}, which must be escaped")
            }
            Self::BadEscape { found: b'u' } => {
                f.write_str("the escape `\\u` is not followed by four hexadecimal digits")
            }
            Self::BadEscape { found } => {
                write!(f, "a backslash is followed by {}, which makes no escape", Shown(found))
            }
            Self::LoneSurrogate => {
                f.write_str("the escape is one half of a surrogate pair, without the other half")
            }
            Self::BadNumber { reason } => write!(f, "{reason}"),
            Self::InvalidUtf8 => f.write_str("the bytes are not UTF-8"),
            Self::TooDeep { limit } => {
                write!(f, "arrays and objects stand in one another more than {limit} deep")
            }
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value => "a value",
            Self::ValueOrEnd => "a value or `]`",
            Self::Key => "a key in double quotes",
            Self::KeyOrEnd => "a key in double quotes or `}`",
            Self::Colon => "`:`",
            Self::CommaOrEndArray => "`,` or `]`",
            Self::CommaOrEndObject => "`,` or `}`",
            Self::True => "the literal `true`",
            Self::False => "the literal `false`",
            Self::Null => "the literal `null`",
        })
    }
}

impl fmt::Display for NumberFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoDigit => "a number has no digit behind its minus sign",
            Self::LeadingZero => "a number has a digit behind a leading zero",
            Self::NoFraction => "a number has no digit behind its decimal point",
            Self::NoExponent => "a number has no digit in its exponent",
        })
    }
}

/// A byte for people.
struct Shown(u8);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            b'`' => f.write_str("a backtick"),
            0x21..=0x7E => write!(f, "`{}`", char::from(self.0)),
            byte => write!(f, "the byte 0x{byte:02X}"),
        }
    }
}
