//! Fast exact parsers from the bytes of one cell to one value.
//!
//! `trueline_schema::grammar` is the definition; each file here is a twin of it and is tested against it on arbitrary bytes.
//! Parsers receive the cell's [`Text`]: unquoted, trimmed if required, not null. They never allocate. If you change one,
//! change the grammar first; a faster parser that differs for one text is wrong.

pub(crate) mod binary;
pub(crate) mod boolean;
pub(crate) mod date;
pub(crate) mod decimal;
pub(crate) mod duration;
pub(crate) mod float;
pub(crate) mod integer;
pub(crate) mod number;
pub(crate) mod pattern;
pub(crate) mod plain;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod timestamp;
pub(crate) mod word;

pub(crate) use text::Text;

#[cfg(test)]
pub(crate) mod tests;

/// Why a text is not a value of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ParseError {
    /// The text violates the grammar of the type.
    Invalid,
    /// The text is valid, but outside the range of the type.
    OutOfRange,
    /// The text is valid, but has more digits than the type keeps.
    ExcessDigits,
}

impl ParseError {
    /// The stable violation code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Invalid => "type.invalid",
            Self::OutOfRange => "type.out_of_range",
            Self::ExcessDigits => "type.excess_digits",
        }
    }
}

/// A parser of one type, chosen once per column.
pub(crate) trait Parse: Send {
    /// The type of a value in memory.
    type Native: Copy + Default;

    /// Parses the text of a cell.
    fn parse(&mut self, text: Text<'_>) -> Result<Self::Native, ParseError>;
}
