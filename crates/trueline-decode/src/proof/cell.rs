//! The cells of one column, a group of them at a time.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their lanes")]

use super::lanes::{Bytes, Lanes, Pairs, WORD};

/// The most bytes of a cell that a proof may look at. A cell so near to the end of the bytes that they are not all there
/// is not proven.
pub(super) const MOST_BYTES: usize = 48;

/// Rows to a word of a bit set.
pub(super) const ROWS: usize = 64;

/// Where the cells of one column are to be found.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    pub(super) bytes: Bytes<'a>,
    pub(super) separators: Pairs<'a>,
    /// For each row the entry of its first field in the separators.
    pub(super) firsts: &'a [u32],
    /// The column's place in the record.
    pub(super) column: u32,
    /// How many bytes before its separator the column ends.
    pub(super) trim: u32,
    /// The quote, if there may be one in these bytes.
    pub(super) quote: Option<u8>,
    pub(super) is_ascii: bool,
}

/// As many cells as there are lanes.
pub(super) struct Group<L: Lanes> {
    /// Where the text of each begins, quotes left out.
    pub(super) start: L::Words,
    /// How many bytes it has.
    pub(super) length: L::Words,
    /// Whether it is quoted, so that its bytes may hold doubled quotes.
    pub(super) quoted: L::Mask,
    /// Whether all that a proof may look at is there.
    pub(super) inside: L::Mask,
}

impl Cells<'_> {
    /// Those of 64 rows from `row` on whose cell can be found: all but the very first field of a block.
    pub(super) fn found(&self, row: usize) -> u64 {
        let is_first = self.column == 0 && row == 0 && self.firsts.first() == Some(&0);
        if is_first { !1 } else { u64::MAX }
    }

    /// The group of cells that begins with `row`. With `QUOTED` there may be quotes.
    #[inline(always)]
    pub(super) fn group<L: Lanes, const QUOTED: bool>(&self, lanes: L, row: usize) -> Group<L> {
        // The separator before the cell and the one behind it. The very first field of a block has none before it, so what
        // is found for it means nothing.
        let before = lanes.splat(u64::from(self.column).wrapping_sub(1));
        let both = lanes.gather_pairs(self.separators, lanes.add(lanes.load(self.firsts, row), before));
        let (before, end) = (lanes.and(both, lanes.splat(u64::from(u32::MAX))), lanes.shr::<32>(both));
        let mut start = lanes.add(before, lanes.splat(1));
        let mut length = lanes.sub(lanes.sub(end, before), lanes.splat(1 + u64::from(self.trim)));
        let limit = self.bytes.len().saturating_sub(MOST_BYTES + WORD) as u64;
        let mut inside = lanes.less(start, lanes.splat(limit));
        let mut quoted = lanes.none();
        if QUOTED {
            let low = lanes.and(lanes.gather_bytes(self.bytes, start), lanes.splat(0xFF));
            let quote = u64::from(self.quote.unwrap_or_default());
            let is_quoted = lanes.equal(low, lanes.splat(quote));
            let is_empty = lanes.is_zero(length);
            quoted = lanes.both(is_quoted, lanes.not(is_empty));
            start = lanes.add(start, lanes.select(quoted, lanes.splat(1), lanes.splat(0)));
            length = lanes.sub(length, lanes.select(quoted, lanes.splat(2), lanes.splat(0)));
            inside = lanes.both(inside, lanes.not(lanes.less(length, lanes.splat(0))));
        }
        Group { start, length, quoted, inside }
    }

    /// The eight bytes of each cell from its byte `8 * number` on, and whatever stands behind the cell.
    #[inline(always)]
    pub(super) fn word<L: Lanes>(&self, lanes: L, start: L::Words, number: usize) -> L::Words {
        let offset = lanes.splat((number * WORD) as u64);
        lanes.gather_bytes(self.bytes, if number == 0 { start } else { lanes.add(start, offset) })
    }
}

/// All ones in those bytes of word `number` that belong to texts of such lengths (below 2^16; else it means nothing).
#[inline(always)]
pub(super) fn used<L: Lanes>(lanes: L, length: L::Words, number: usize) -> L::Words {
    let end = lanes.splat(((number + 1) * WORD) as u64);
    let unused_bits = lanes.shl::<3>(lanes.excess(end, length));
    lanes.shr_by(lanes.splat(u64::MAX), unused_bits)
}

/// The highest bit of each byte.
pub(super) const HIGH: u64 = 0x8080_8080_8080_8080;
/// The lowest bit of each byte.
pub(super) const LOW: u64 = 0x0101_0101_0101_0101;

/// The highest bit of each byte that is not a digit 0 to 9, and now and then of one that is.
#[inline(always)]
pub(super) fn not_digits<L: Lanes>(lanes: L, digits: L::Words) -> L::Words {
    let raised = lanes.add(digits, lanes.splat(0x76 * LOW));
    lanes.and(lanes.or(digits, raised), lanes.splat(HIGH))
}

/// The texts that mean null, as far as a proof knows them: up to eight bytes each, without quotes.
#[derive(Clone, Debug)]
pub(super) struct NullTexts {
    texts: Vec<(u64, u64)>,
}

impl NullTexts {
    /// `None` where a text is not of that kind.
    pub(super) fn new(texts: &[String], quote: Option<u8>) -> Option<Self> {
        let one = |text: &String| {
            let bytes = text.as_bytes();
            let is_known = bytes.len() <= WORD && !quote.is_some_and(|quote| bytes.contains(&quote));
            is_known.then(|| (bytes.len() as u64, packed(bytes)))
        };
        Some(Self { texts: texts.iter().map(one).collect::<Option<_>>()? })
    }

    /// Which cells are null.
    #[inline(always)]
    pub(super) fn find<L: Lanes>(&self, lanes: L, cells: &Cells<'_>, group: &Group<L>) -> L::Mask {
        let mut found = lanes.none();
        for &(length, text) in &self.texts {
            let mut is_it = lanes.equal(group.length, lanes.splat(length));
            if length > 0 {
                let word =
                    lanes.and(cells.word(lanes, group.start, 0), lanes.splat(u64::MAX >> (64 - 8 * length)));
                is_it = lanes.both(is_it, lanes.equal(word, lanes.splat(text)));
            }
            found = lanes.either(found, is_it);
        }
        found
    }
}

/// Up to eight bytes as a word, the first one lowest.
pub(super) fn packed(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}
