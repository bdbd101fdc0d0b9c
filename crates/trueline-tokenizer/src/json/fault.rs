//! What can be wrong with a record.

use std::fmt;

/// Why a text is not JSON, and where.
///
/// If there are several faults, the first one in byte order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The byte that [`FaultKind`] describes, counted from the start of the text.
    pub offset: usize,
}

/// The kind of a fault, and the byte that the offset refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// Something else is expected here; that byte.
    UnexpectedByte {
        /// The byte found.
        found: u8,
        /// What is expected.
        expected: Expected,
    },
    /// The text ends too early; its end.
    UnexpectedEnd {
        /// What is expected.
        expected: Expected,
    },
    /// Something follows the value; its first byte.
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
    /// A backslash that does not begin a valid escape; the backslash.
    BadEscape {
        /// The byte after the backslash; a `u` lacks its four hexadecimal digits.
        found: u8,
    },
    /// An escape for one half of a surrogate pair, without the other half; its backslash.
    LoneSurrogate,
    /// A malformed number; the first byte that violates the grammar (possibly the end of the text).
    BadNumber {
        /// What is wrong with it.
        reason: NumberFault,
    },
    /// Bytes that are not UTF-8; the first byte of the sequence.
    InvalidUtf8,
    /// Arrays and objects are nested too deeply; the first bracket beyond the limit.
    TooDeep {
        /// The limit.
        limit: usize,
    },
}

/// What is expected at a position in a text.
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
    /// The colon after a key.
    Colon,
    /// A comma, or the end of an array.
    CommaOrEndArray,
    /// A comma, or the end of an object.
    CommaOrEndObject,
    /// The rest of `true`.
    True,
    /// The rest of `false`.
    False,
    /// The rest of `null`.
    Null,
}

/// Why a number is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NumberFault {
    /// No digit after the minus sign.
    NoDigit,
    /// A digit after a leading zero.
    LeadingZero,
    /// No digit after the decimal point.
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
                write!(f, "found {} where {expected} is expected", DisplayByte(found))
            }
            Self::UnexpectedEnd { expected } => {
                write!(f, "the record ends where {expected} is expected")
            }
            Self::TrailingBytes { found } => {
                write!(f, "found {} behind the value, where the record should end", DisplayByte(found))
            }
            Self::UnclosedString => f.write_str("a string has no closing quote"),
            Self::ControlInString { found } => {
                write!(f, "a string holds the control byte 0x{found:02X}, which must be escaped")
            }
            Self::BadEscape { found: b'u' } => {
                f.write_str("the escape `\\u` is not followed by four hexadecimal digits")
            }
            Self::BadEscape { found } => {
                write!(f, "a backslash is followed by {}, which makes no escape", DisplayByte(found))
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

/// Formats a byte for messages.
struct DisplayByte(u8);

impl fmt::Display for DisplayByte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            b'`' => f.write_str("a backtick"),
            0x21..=0x7E => write!(f, "`{}`", char::from(self.0)),
            byte => write!(f, "the byte 0x{byte:02X}"),
        }
    }
}
