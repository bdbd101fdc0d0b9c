//! The CSV dialect of a schema.

/// The CSV dialect of the input. The default is RFC 4180 with LF or CRLF line endings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvFormat {
    /// The field delimiter; default `,`.
    pub delimiter: u8,
    /// The quote byte, if any; default `"`.
    pub quote: Option<u8>,
    /// The byte that escapes the next byte inside quotes, in addition to doubled quotes; default none.
    pub escape: Option<u8>,
    /// The byte that starts a comment line; default none.
    pub comment: Option<u8>,
    /// The record terminator; default [`Terminator::Auto`].
    pub terminator: Terminator,
    /// Whether the first record contains the column names; default true.
    pub header: bool,
    /// The number of lines to skip before the header; default 0.
    pub skip_lines: u64,
    /// Whether stray quotes are allowed; default false.
    pub lenient: bool,
    /// Whether blank lines are records instead of being ignored; default false.
    pub blank_lines_are_records: bool,
}

impl Default for CsvFormat {
    fn default() -> Self {
        Self {
            delimiter: b',',
            quote: Some(b'"'),
            escape: None,
            comment: None,
            terminator: Terminator::Auto,
            header: true,
            skip_lines: 0,
            lenient: false,
            blank_lines_are_records: false,
        }
    }
}

/// The terminator of records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Terminator {
    /// LF or CRLF; a lone CR is data.
    #[default]
    Auto,
    /// LF only.
    Lf,
    /// CRLF only.
    CrLf,
    /// CR only.
    Cr,
}
