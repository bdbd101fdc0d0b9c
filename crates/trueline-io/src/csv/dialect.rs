//! Converts the CSV settings of a schema to those of the tokenizer.

use trueline_schema::{CsvFormat, Terminator as Declared};
use trueline_tokenizer::{BlankLines, Dialect, Quoting, Terminator};

/// Returns the dialect described by a schema's `csv` section.
pub fn dialect(csv: &CsvFormat) -> Dialect {
    Dialect::default()
        .delimiter(csv.delimiter)
        .quote(csv.quote)
        .escape(csv.escape)
        .comment(csv.comment)
        .terminator(match csv.terminator {
            Declared::Auto => Terminator::Auto,
            Declared::Lf => Terminator::Lf,
            Declared::CrLf => Terminator::CrLf,
            Declared::Cr => Terminator::Cr,
        })
        .quoting(if csv.lenient { Quoting::Lenient } else { Quoting::Strict })
        .blank_lines(if csv.blank_lines_are_records { BlankLines::Record } else { BlankLines::Skip })
        .header(csv.header)
        .skip_lines(csv.skip_lines)
}
