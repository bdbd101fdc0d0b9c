//! Turns positions into the text of each cell of a column.
//!
//! A column is one loop over its cells. How cells are found ([`Cells::visit`]), read ([`ReadText`]) and parsed is decided before
//! the loop, so that nothing inside it decides again: the loop is compiled once per combination. To add a way to find or
//! read cells, add a type, not a branch inside the loop.

use std::ops::Range;

use arrow_buffer::Buffer;
use trueline_tokenizer::{Dense, Dialect, Grid, Positions};

use crate::value::Text;
use crate::{Block, Records};

/// Eight bytes of 1.
const ONES: u64 = 0x0101_0101_0101_0101;

/// The maximum number of bytes of working memory that a column keeps between blocks.
pub(crate) const MAX_SCRATCH_BYTES: usize = 64 * 1024;

/// The cells of a block.
pub(crate) struct Cells<'a> {
    /// The bytes that the positions refer to.
    pub(crate) bytes: &'a [u8],
    pub(crate) rows: usize,
    /// Whether a cell of this block may be quoted.
    pub(crate) has_quotes: bool,
    block: Block<'a>,
    positions: &'a Positions,
    lookup: CellLookup<'a>,
}

/// How cells are found.
#[derive(Clone, Copy)]
enum CellLookup<'a> {
    /// All records have the same number of fields.
    Grid(Grid<'a>),
    /// Records directly follow each other, but some are not rows. `firsts` has the entry of the first field of each row.
    Dense {
        dense: Dense<'a>,
        firsts: &'a [u32],
        fields: usize,
    },
    /// These records, or all of them, one by one.
    Numbers(&'a [u32]),
    All,
}

/// A loop over the cells of one column.
pub(crate) trait Visit {
    /// The result.
    type Output;

    /// Runs the loop over the range of each cell.
    fn visit(self, cells: impl ExactSizeIterator<Item = Range<usize>>) -> Self::Output;
}

impl<'a> Cells<'a> {
    /// The cells of all rows of a block.
    pub(crate) fn of_records(block: &Block<'a>, records: &'a Records) -> Self {
        let positions = block.positions;
        let lookup = match (records.numbers(), positions.grid(), positions.dense()) {
            (None, Some(grid), _) => CellLookup::Grid(grid),
            (None, None, _) => CellLookup::All,
            (Some(_), _, Some(dense)) => CellLookup::Dense {
                dense,
                firsts: &records.firsts[..records.rows],
                fields: records.fields as usize,
            },
            (Some(numbers), _, None) => CellLookup::Numbers(numbers),
        };
        Self::new(block, records.rows, lookup)
    }

    /// The cells of some records of a block.
    pub(crate) fn of_numbers(block: &Block<'a>, numbers: &'a [u32]) -> Self {
        Self::new(block, numbers.len(), CellLookup::Numbers(numbers))
    }

    fn new(block: &Block<'a>, rows: usize, lookup: CellLookup<'a>) -> Self {
        let positions = block.positions;
        Self {
            bytes: block.bytes(),
            rows,
            has_quotes: positions.has_quotes(),
            block: *block,
            positions,
            lookup,
        }
    }

    /// Returns the bytes as a buffer that shares those of the block.
    pub(crate) fn buffer(&self) -> Buffer {
        self.block.buffer.slice(self.block.start)
    }

    /// Runs a loop over the cells of the column at a position in the records.
    pub(crate) fn visit<V: Visit>(&self, column: usize, visit: V) -> V::Output {
        match self.lookup {
            CellLookup::Grid(grid) => visit.visit(grid_cells(grid, column, self.rows)),
            CellLookup::Dense { dense, firsts, fields } => {
                let trim = if column + 1 == fields { dense.trim } else { 0 };
                visit.visit(dense_cells(dense, firsts, column, trim))
            }
            CellLookup::Numbers(numbers) => {
                visit.visit(numbers.iter().map(|record| self.positions.field(*record as usize, column)))
            }
            CellLookup::All => visit.visit((0..self.rows).map(|record| self.positions.field(record, column))),
        }
    }
}

/// The cells of a column if all records have the same number of fields.
fn grid_cells(grid: Grid<'_>, column: usize, rows: usize) -> impl ExactSizeIterator<Item = Range<usize>> {
    let Grid { fields, separators, trim, .. } = grid;
    let trim = if column + 1 == fields { trim } else { 0 };
    let mut at = column;
    (0..rows).map(move |_| {
        let start = at.checked_sub(1).map_or(0, |before| separators[before] as usize + 1);
        let end = (separators[at] - trim) as usize;
        at += fields;
        start..end
    })
}

/// The cells of a column if records directly follow each other, given the first entry of each.
fn dense_cells(
    dense: Dense<'_>,
    firsts: &[u32],
    column: usize,
    trim: u32,
) -> impl ExactSizeIterator<Item = Range<usize>> {
    firsts.iter().map(move |first| {
        let at = *first as usize + column;
        let start = at.checked_sub(1).map_or(0, |before| dense.separators[before] as usize + 1);
        start..(dense.separators[at] - trim) as usize
    })
}

/// How the text of a cell is read.
pub(crate) trait ReadText {
    /// Returns the text of the cell at `place`.
    fn text<'t>(&'t mut self, bytes: &'t [u8], place: Range<usize>) -> Text<'t>;
}

/// Reads cells as they are in the file.
pub(crate) struct RawText;

impl ReadText for RawText {
    #[inline]
    fn text<'t>(&'t mut self, bytes: &'t [u8], place: Range<usize>) -> Text<'t> {
        Text::at(bytes, place)
    }
}

/// Reads cells that may be quoted or need trimming.
#[derive(Debug)]
pub(crate) struct Unquoter {
    quote: Option<u8>,
    escape: Option<u8>,
    /// Both as eight equal bytes; the quote twice if there is no escape.
    patterns: [u64; 2],
    pub(crate) trim: bool,
    /// The content of the last cell with doubled or escaped quotes.
    scratch: Vec<u8>,
}

impl Unquoter {
    pub(crate) fn new(dialect: &Dialect, trim: bool) -> Self {
        let Dialect { quote, escape, .. } = *dialect;
        let pattern = |byte: Option<u8>| u64::from(byte.unwrap_or(0)) * ONES;
        Self {
            quote,
            escape,
            patterns: [pattern(quote), pattern(escape.or(quote))],
            trim,
            scratch: Vec::new(),
        }
    }

    /// Whether cells of this block may differ from their raw bytes.
    pub(crate) fn is_needed(&self, cells: &Cells<'_>) -> bool {
        self.trim || (self.quote.is_some() && cells.has_quotes)
    }

    /// Whether a nonempty cell that begins at `start` is quoted.
    #[inline]
    pub(crate) fn is_quoted(&self, bytes: &[u8], start: usize) -> bool {
        self.quote.is_some_and(|quote| bytes.get(start) == Some(&quote))
    }

    /// Returns the range of a cell's content, untrimmed; `None` if it has doubled or escaped quotes, so that it is no range.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the body of the loop over a column")]
    pub(crate) fn content_range(&self, bytes: &[u8], place: Range<usize>) -> Option<Range<usize>> {
        let (Some(quote), Some(first)) = (self.quote, bytes[place.clone()].first()) else {
            return Some(place);
        };
        if *first != quote {
            return Some(place);
        }
        let start = place.start + 1;
        let closed = place.end > start && bytes[place.end - 1] == quote;
        let content = start..place.end - usize::from(closed);
        if self.is_special(Text::at(bytes, content.clone())) { None } else { Some(content) }
    }

    /// Returns the range without white space at its ends, if cells are to be trimmed.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the body of the loop over a column")]
    pub(crate) fn trimmed(&self, bytes: &[u8], place: Range<usize>) -> Range<usize> {
        if !self.trim {
            return place;
        }
        let within = trimmed(&bytes[place.clone()]);
        place.start + within.start..place.start + within.end
    }

    /// Whether `text` contains a quote or an escape.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the body of the loop over a column")]
    fn is_special(&self, text: Text<'_>) -> bool {
        let mut rest = text;
        loop {
            let word = rest.word();
            let [quotes, escapes] = self.patterns.map(|pattern| word ^ pattern);
            // Only the lowest zero byte is found exactly, which is sufficient.
            let found =
                (quotes.wrapping_sub(ONES) & !quotes | escapes.wrapping_sub(ONES) & !escapes) & (ONES << 7);
            if rest.len() < 8 {
                return found & !(u64::MAX << (8 * rest.len())) != 0;
            }
            if found != 0 {
                return true;
            }
            rest = rest.skip(8);
        }
    }

    /// Appends the content of a quoted cell as defined by `trueline_tokenizer::unquote`.
    pub(crate) fn unescape(&self, cell: &[u8], text: &mut Vec<u8>) {
        let mut rest = cell.get(1..).unwrap_or_default();
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            if self.escape == Some(*byte) {
                let Some((escaped, after)) = rest.split_first() else { return };
                text.push(*escaped);
                rest = after;
            } else if self.quote != Some(*byte) {
                text.push(*byte);
            } else if rest.first() == Some(byte) {
                text.push(*byte);
                rest = &rest[1..];
            } else {
                text.extend_from_slice(rest);
                return;
            }
        }
    }
}

impl Unquoter {
    /// Returns the content of a cell with doubled or escaped quotes.
    #[cold]
    fn unescaped(&mut self, cell: &[u8]) -> Text<'_> {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        scratch.shrink_to(MAX_SCRATCH_BYTES);
        self.unescape(cell, &mut scratch);
        self.scratch = scratch;
        self.scratch[..].into()
    }
}

impl ReadText for Unquoter {
    #[inline]
    fn text<'t>(&'t mut self, bytes: &'t [u8], place: Range<usize>) -> Text<'t> {
        let trim = self.trim;
        let text = match self.content_range(bytes, place.clone()) {
            Some(content) => Text::at(bytes, content),
            None => self.unescaped(&bytes[place]),
        };
        if trim {
            let within = trimmed(text.as_bytes());
            text.skip(within.start).first(within.end - within.start)
        } else {
            text
        }
    }
}

/// Returns the range of a text without the (Unicode) white space around it.
#[inline]
pub(crate) fn trimmed(text: &[u8]) -> Range<usize> {
    // Printable ASCII at both ends, the most common case.
    let is_plain = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    if is_plain(text.first()) && is_plain(text.last()) {
        return 0..text.len();
    }
    // The records that reach a decoder are UTF-8.
    let Ok(text) = std::str::from_utf8(text) else { return 0..text.len() };
    let start = text.len() - text.trim_start().len();
    start..start + text.trim().len()
}

/// The strings that mean null in a column.
#[derive(Debug)]
pub(crate) struct NullStrings {
    /// Bit n is set if one of them has n bytes; bit 63 is for 63 bytes and more.
    lengths: u64,
    texts: Vec<Box<[u8]>>,
    /// Whether the empty string is one of them.
    has_empty: bool,
}

impl NullStrings {
    pub(crate) fn new(texts: &[String]) -> Self {
        Self {
            lengths: texts.iter().fold(0, |lengths, text| lengths | 1 << text.len().min(63)),
            texts: texts.iter().map(|text| text.as_bytes().into()).collect(),
            has_empty: texts.iter().any(String::is_empty),
        }
    }

    /// Whether only the empty string means null.
    pub(crate) fn are_empty(&self) -> bool {
        self.has_empty && self.lengths == 1
    }

    /// Whether a text means null.
    #[inline]
    pub(crate) fn contains(&self, text: Text<'_>) -> bool {
        if text.len() == 0 {
            return self.has_empty;
        }
        self.lengths >> text.len().min(63) & 1 != 0 && self.is_listed(text)
    }

    fn is_listed(&self, text: Text<'_>) -> bool {
        self.texts.iter().any(|null| **null == *text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn twin(cell: &[u8], dialect: &Dialect) {
        let mut reader = Unquoter::new(dialect, false);
        let mut bytes = b"##".to_vec();
        bytes.extend_from_slice(cell);
        bytes.extend_from_slice(b"##\"");
        let place = 2..2 + cell.len();
        let expected = trueline_tokenizer::unquote(cell, dialect);
        assert_eq!(reader.text(&bytes, place).as_bytes(), &*expected, "{:?}", String::from_utf8_lossy(cell));
    }

    #[test]
    fn quotes_come_off() {
        for cell in [
            "",
            "a",
            "\"",
            "\"\"",
            "\"\"\"",
            "\"\"\"\"",
            "\"a\"",
            "\"a",
            "\"a\"b",
            "\"a\"\"b\"",
            "a\"b\"",
            "\"a\\\"b\"",
            "\"a\\",
            "\"a\\\"",
            "\"0123456789\"\"\"",
            "\"01234567\"",
            "\"012345\\6789abc\"",
        ] {
            twin(cell.as_bytes(), &Dialect::default());
            twin(cell.as_bytes(), &Dialect::default().escape(Some(b'\\')));
            twin(cell.as_bytes(), &Dialect::default().quote(None));
            twin(cell.as_bytes(), &Dialect::default().quote(Some(b'a')));
        }
        for cell in [&b"\0ab\0"[..], b"\0a", b"\0\0\0\0", b"\0a\x01\0b\0"] {
            twin(cell, &Dialect::default().quote(Some(0)));
            twin(cell, &Dialect::default().quote(Some(0)).escape(Some(1)));
        }
    }

    #[test]
    fn white_space_around() {
        for text in ["", " ", "a", " a ", "\ta b\n", "\u{a0}ä\u{2003}", "ä", "\u{1c}a", " \u{3000} "] {
            assert_eq!(&text[trimmed(text.as_bytes())], text.trim());
        }
        assert_eq!(trimmed(b" \xff "), 0..3);
    }

    #[test]
    fn null_texts() {
        let long = "n".repeat(80);
        let nulls = NullStrings::new(&["NA".to_owned(), "null".to_owned(), long.clone()]);
        for text in ["NA", "null", &long] {
            assert!(nulls.contains(text.as_bytes().into()));
        }
        for text in ["", "na", "NULL", "nul", &long[1..], &"x".repeat(80)] {
            assert!(!nulls.contains(text.as_bytes().into()));
        }
        assert!(NullStrings::new(&[String::new()]).contains(b""[..].into()));
    }

    proptest! {
        #[test]
        fn unquotes_as_the_tokenizer_does(cell in "\"?[a\"\\\\]{0,20}\"?", long in "\"[ab]{0,20}[\"\\\\b][a]{0,9}\"?") {
            for cell in [cell, long] {
                twin(cell.as_bytes(), &Dialect::default());
                twin(cell.as_bytes(), &Dialect::default().escape(Some(b'\\')));
            }
        }
    }
}
