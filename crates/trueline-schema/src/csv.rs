//! How CSV files are read.

/// How CSV files are read. The default is RFC 4180 with either line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvFormat {
    /// The byte between fields; default `,`.
    pub delimiter: u8,
    /// The byte around quoted fields, if there is one; default `"`.
    pub quote: Option<u8>,
    /// The byte that makes the next one content inside quotes, besides doubling the quote; default none.
    pub escape: Option<u8>,
    /// The byte that makes a line a comment when it comes first; default none.
    pub comment: Option<u8>,
    /// What ends a record; default [`Terminator::Auto`].
    pub terminator: Terminator,
    /// Whether the first record holds the column names; default true.
    pub header: bool,
    /// How many lines before the header are skipped; default 0.
    pub skip_lines: u64,
    /// Whether stray quotes are no faults; default false.
    pub lenient: bool,
    /// Whether blank lines are records rather than nothing; default false.
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

/// What ends a record.
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
