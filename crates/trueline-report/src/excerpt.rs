//! The lines of a record around an invalid cell, for display.

use std::ops::Range;

/// Replaces what was cut off at the beginning or the end.
const ELLIPSIS: char = '…';

/// Replaces each line of a masked part.
const MASK: &[u8] = b"***";

/// The number of bytes that are kept before the cell and after it. Of a longer cell, at most twice as many are kept.
const CONTEXT_BYTES: usize = 320;

/// One or more lines of a record, with a part of it highlighted.
///
/// **Shapes** — `highlight` is a byte range of `text`. If the record was cut at its start, `text` begins with `…`,
/// and the column is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// A part of the record, as in the input; invalid UTF-8 is replaced by U+FFFD.
    pub text: String,
    /// The highlighted bytes of `text`.
    pub highlight: Range<usize>,
    /// The physical line of the start of `text`, from 1.
    pub first_line: Option<u64>,
}

impl Excerpt {
    /// Creates an excerpt of `record`, the bytes of one record without its line ending, with `cell` highlighted. Parts far from
    /// the cell are left out.
    ///
    /// **Shapes** — `cell` is a byte range of `record`; the part of it outside `record` is ignored. `first_line` is the physical
    /// line on which the record begins.
    ///
    /// ```
    /// use trueline_report::Excerpt;
    ///
    /// let excerpt = Excerpt::new(b"7,Zo\xff,x", 2..5, Some(3));
    /// assert_eq!(excerpt.text, "7,Zo\u{fffd},x");
    /// assert_eq!(&excerpt.text[excerpt.highlight], "Zo\u{fffd}");
    /// ```
    pub fn new(record: &[u8], cell: Range<usize>, first_line: Option<u64>) -> Self {
        let cell_start = cell.start.min(record.len());
        let cell_end = cell.end.clamp(cell_start, record.len());
        let shown_end = cell_end.min(cell_start + CONTEXT_BYTES);
        let start = boundary(record, cell_start.saturating_sub(CONTEXT_BYTES)).min(cell_start);
        let end = boundary(record, shown_end.saturating_add(CONTEXT_BYTES).min(record.len())).max(shown_end);

        let mut text = String::new();
        if start > 0 {
            text.push(ELLIPSIS);
        }
        text.push_str(&String::from_utf8_lossy(&record[start..cell_start]));
        let highlight_start = text.len();
        text.push_str(&String::from_utf8_lossy(&record[cell_start..cell_end.min(end)]));
        let highlight = highlight_start..text.len();
        if cell_end < end {
            text.push_str(&String::from_utf8_lossy(&record[cell_end..end]));
        }
        if end < record.len() {
            text.push(ELLIPSIS);
        }
        let dropped_lines = count_line_ends(&record[..start]);
        Self { text, highlight, first_line: first_line.map(|line| line + dropped_lines) }
    }

    /// Creates an excerpt like [`new`](Self::new) with parts of the record masked: each is shown as `***` and keeps its line
    /// endings, so that later lines keep their numbers.
    ///
    /// Used for cells of sensitive columns. The highlighted cell may itself be masked.
    ///
    /// ```
    /// use trueline_report::Excerpt;
    ///
    /// let excerpt = Excerpt::masked(b"7,hunter2,x", 10..11, Some(3), &[2..9]);
    /// assert_eq!(excerpt.text, "7,***,x");
    /// assert_eq!(&excerpt.text[excerpt.highlight], "x");
    /// ```
    pub fn masked(
        record: &[u8],
        cell: Range<usize>,
        first_line: Option<u64>,
        hidden: &[Range<usize>],
    ) -> Self {
        let mut shown = Vec::with_capacity(record.len());
        let mut highlighted = cell.clone();
        let mut at = 0;
        let mut hidden = hidden.to_vec();
        hidden.sort_unstable_by_key(|range| range.start);
        for range in hidden {
            let end = range.end.min(record.len());
            let start = range.start.clamp(at, end.max(at));
            if start >= end {
                continue;
            }
            shown.extend_from_slice(&record[at..start]);
            let before = shown.len();
            shown.extend_from_slice(MASK);
            for _ in 0..count_line_ends(&record[start..end]) {
                shown.push(b'\n');
                shown.extend_from_slice(MASK);
            }
            let shift = |offset: usize, inside: usize| match offset {
                _ if offset <= start => None,
                _ if offset < end => Some(inside),
                _ => Some(shown.len() + (offset - end)),
            };
            highlighted.start = shift(cell.start, before).unwrap_or(highlighted.start);
            highlighted.end = shift(cell.end, shown.len()).unwrap_or(highlighted.end);
            at = end;
        }
        shown.extend_from_slice(&record[at..]);
        Self::new(&shown, highlighted, first_line)
    }

    /// Returns whether the beginning of the record is missing.
    pub fn is_cut_at_start(&self) -> bool {
        self.text.starts_with(ELLIPSIS)
    }
}

/// The first offset at or after `offset` that is not inside a UTF-8 sequence or between CR and LF.
fn boundary(bytes: &[u8], mut offset: usize) -> usize {
    let limit = offset.saturating_add(3).min(bytes.len());
    while offset < limit && bytes[offset] & 0xC0 == 0x80 {
        offset += 1;
    }
    if offset > 0 && bytes[offset - 1] == b'\r' && bytes.get(offset) == Some(&b'\n') {
        offset + 1
    } else {
        offset
    }
}

/// Counts the line ends in `bytes`: LF, CRLF and CR each count once.
fn count_line_ends(bytes: &[u8]) -> u64 {
    let ends = bytes.iter().enumerate().filter(|&(index, &byte)| match byte {
        b'\n' => index == 0 || bytes[index - 1] != b'\r',
        b'\r' => true,
        _ => false,
    });
    ends.count() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn highlighted(excerpt: &Excerpt) -> &str {
        &excerpt.text[excerpt.highlight.clone()]
    }

    #[test]
    fn short_records_stand_whole() {
        let excerpt = Excerpt::new("a,ü,c".as_bytes(), 2..4, Some(7));
        assert_eq!(
            (excerpt.text.as_str(), highlighted(&excerpt), excerpt.first_line),
            ("a,ü,c", "ü", Some(7))
        );
        assert!(!excerpt.is_cut_at_start());
    }

    #[test]
    fn long_records_are_cut_around_the_cell() {
        let record = format!("{}\r\n{},cell,{}", "é".repeat(500), "é".repeat(200), "€".repeat(500));
        let at = record.find("cell").unwrap();
        let excerpt = Excerpt::new(record.as_bytes(), at..at + 4, Some(7));
        assert_eq!(highlighted(&excerpt), "cell");
        assert!(excerpt.is_cut_at_start() && excerpt.text.ends_with('…'));
        assert!(!excerpt.text.contains('\u{fffd}'), "cut inside a character");
        assert_eq!(excerpt.first_line, Some(8), "the first line was dropped");
        assert!(excerpt.text.len() < 800);
    }

    #[test]
    fn long_cells_are_cut_too() {
        let excerpt = Excerpt::new(&[b'x'; 5000], 10..4990, None);
        assert!(highlighted(&excerpt).len() < 1000);
        assert!(excerpt.text.ends_with('…'));
    }

    #[test]
    fn hidden_parts_are_masked() {
        let record = b"a,\"x\ny\",c,dd";
        let excerpt = Excerpt::masked(record, 10..12, Some(1), &[8..9, 2..7]);
        assert_eq!((excerpt.text.as_str(), highlighted(&excerpt)), ("a,***\n***,***,dd", "dd"));
        let excerpt = Excerpt::masked(record, 2..7, Some(1), std::slice::from_ref(&(2..7)));
        assert_eq!(highlighted(&excerpt), "***\n***");
        let excerpt = Excerpt::masked(record, 0..12, Some(1), &[2..7, 4..50]);
        assert_eq!(highlighted(&excerpt), "a,***\n******");
    }

    #[test]
    fn bytes_that_continue_nothing_may_stand_first() {
        let excerpt = Excerpt::new(b"\xa0x,y", 0..2, Some(1));
        assert_eq!((excerpt.text.as_str(), excerpt.highlight), ("\u{fffd}x,y", 0..4));
    }

    proptest! {
        #[test]
        fn any_bytes_and_any_ranges_will_do(
            record in proptest::collection::vec(any::<u8>(), 0..1500),
            start in 0usize..1600,
            length in 0usize..1600,
            hidden in proptest::collection::vec((0usize..1600, 0usize..200), 0..4),
        ) {
            let hidden: Vec<Range<usize>> = hidden.into_iter().map(|(at, length)| at..at + length).collect();
            for excerpt in [
                Excerpt::new(&record, start..start + length, Some(1)),
                Excerpt::masked(&record, start..start + length, Some(1), &hidden),
            ] {
                prop_assert!(excerpt.text.get(excerpt.highlight.clone()).is_some());
                prop_assert!(excerpt.text.len() <= 6 + 3 * 3 * (CONTEXT_BYTES + 4));
            }
        }
    }
}
