//! Fast exact parsers from the bytes of one cell to one value.
//!
//! `trueline_schema::grammar` is the meaning; each file here is a twin of it and is tested against it on any bytes.
//! They are given the cell's [`Text`]: unquoted, trimmed where asked for, not null. None of these parsers allocates.
//! If you change one, change the grammar first; a faster way that differs on one text is wrong.

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

/// Why a text is no value of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not in the grammar of the type.
    Invalid,
    /// In the grammar, beyond the range of the type.
    OutOfRange,
    /// In the grammar, with more digits than the type keeps.
    ExcessDigits,
}

impl Refusal {
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
    /// What a cell becomes in memory.
    type Native: Copy + Default;

    /// The value of a cell's text.
    fn parse(&mut self, text: Text<'_>) -> Result<Self::Native, Refusal>;
}
