//! The cells of one column, a group of them at a time.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their lanes")]

use super::lanes::{Bytes, Lanes, Pairs, WORD};

/// How many bytes must follow the last cell of a block, so that a proof may look at a few words of each without asking.
pub(crate) const BEHIND: usize = 64;

/// Rows to a word of a bit set.
pub(crate) const ROWS: usize = 64;

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

/// Where the cells of a word of rows begin, and how many bytes they have.
#[derive(Clone)]
#[repr(align(64))]
pub(super) struct Places {
    starts: [u64; ROWS],
    lengths: [u64; ROWS],
}

impl Places {
    pub(super) fn new() -> Self {
        Self { starts: [0; ROWS], lengths: [0; ROWS] }
    }

    /// Notes where the cells of a group stand.
    #[inline(always)]
    pub(super) fn put<L: Lanes>(&mut self, lanes: L, at: usize, starts: L::Words, lengths: L::Words) {
        lanes.store(starts, &mut self.starts, at);
        lanes.store(lengths, &mut self.lengths, at);
    }

    /// Where the cells of a group begin, and how many bytes they have.
    #[inline(always)]
    pub(super) fn value<L: Lanes>(&self, lanes: L, at: usize) -> (L::Words, L::Words) {
        (lanes.load_words(&self.starts, at), lanes.load_words(&self.lengths, at))
    }

    /// How many bytes the cells of a group have, quotes included.
    #[inline(always)]
    pub(super) fn length<L: Lanes>(&self, lanes: L, at: usize) -> L::Words {
        lanes.load_words(&self.lengths, at)
    }
}

/// As many cells as there are lanes.
pub(super) struct Group<L: Lanes> {
    /// Where the text of each begins, quotes left out.
    pub(super) start: L::Words,
    /// How many bytes it has.
    pub(super) length: L::Words,
    /// Its first eight bytes, and whatever stands behind the text.
    pub(super) head: L::Words,
    /// Whether it is quoted, so that its bytes may hold doubled quotes.
    pub(super) quoted: L::Mask,
}

impl<'a> Cells<'a> {
    /// Bytes to look at, at places that are known otherwise.
    pub(super) fn elsewhere(bytes: Bytes<'a>, separators: Pairs<'a>, is_ascii: bool) -> Self {
        Self { bytes, separators, firsts: &[], column: 0, trim: 0, quote: None, is_ascii }
    }

    /// Those of 64 rows from `row` on whose cell can be found: all but the very first field of a block.
    pub(super) fn found(&self, row: usize) -> u64 {
        let is_first = self.column == 0 && row == 0 && self.firsts.first() == Some(&0);
        if is_first { !1 } else { u64::MAX }
    }

    /// Where the cells of some rows stand, quotes included.
    ///
    /// All of them are found before the first is looked at. A gather whose places come straight from another gather waits for
    /// it and lets nothing pass meanwhile: one after the other they cost five times as much.
    #[inline(always)]
    pub(super) fn places<L: Lanes>(&self, lanes: L, firsts: &[u32; ROWS], places: &mut Places) {
        for at in (0..ROWS).step_by(L::COUNT) {
            // The separator before the cell and the one behind it. The very first field of a block has none before it, so
            // what is found for it means nothing.
            let before = lanes.splat(u64::from(self.column).wrapping_sub(1));
            let both = lanes.gather_pairs(self.separators, lanes.add(lanes.load(firsts, at), before));
            let (before, end) = (lanes.and(both, lanes.splat(u64::from(u32::MAX))), lanes.shr::<32>(both));
            let length = lanes.sub(lanes.sub(end, before), lanes.splat(1 + u64::from(self.trim)));
            places.put(lanes, at, lanes.add(before, lanes.splat(1)), length);
        }
    }

    /// A group of cells. With `QUOTED` there may be quotes.
    #[inline(always)]
    pub(super) fn group<L: Lanes, const QUOTED: bool>(
        &self,
        lanes: L,
        places: &Places,
        at: usize,
    ) -> Group<L> {
        let mut start = lanes.load_words(&places.starts, at);
        let mut length = lanes.load_words(&places.lengths, at);
        let mut quoted = lanes.none();
        let mut head = lanes.gather_bytes(self.bytes, start);
        if QUOTED {
            let quote = lanes.splat(u64::from(self.quote.unwrap_or_default()));
            let is_quote = lanes.equal(lanes.and(head, lanes.splat(0xFF)), quote);
            // Columns tend to be quoted or not; where none is, nothing is moved. A lone quote gets a length that no proof
            // takes.
            if lanes.bits(is_quote) != 0 {
                quoted = lanes.both(is_quote, lanes.not(lanes.is_zero(length)));
                start = lanes.add(start, lanes.select(quoted, lanes.splat(1), lanes.splat(0)));
                length = lanes.sub(length, lanes.select(quoted, lanes.splat(2), lanes.splat(0)));
                // Of a short text the first eight bytes have all.
                let is_short = lanes.less(length, lanes.splat(WORD as u64));
                if lanes.bits(lanes.both(quoted, lanes.not(is_short))) == 0 {
                    head = lanes.select(quoted, lanes.shr::<8>(head), head);
                } else {
                    head = lanes.gather_bytes(self.bytes, start);
                }
            }
        }
        Group { start, length, head, quoted }
    }

    /// The eight bytes of each text from its byte `8 * number` on, and whatever stands behind it.
    #[inline(always)]
    pub(super) fn word<L: Lanes>(&self, lanes: L, group: &Group<L>, number: usize) -> L::Words {
        if number == 0 {
            return group.head;
        }
        let offset = lanes.splat((number * WORD) as u64);
        lanes.gather_bytes(self.bytes, lanes.add(group.start, offset))
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
pub(crate) const HIGH: u64 = 0x8080_8080_8080_8080;
/// The lowest bit of each byte.
pub(crate) const LOW: u64 = 0x0101_0101_0101_0101;

/// The highest bit of each byte that is not a digit 0 to 9 in both words, and now and then of one that is.
#[inline(always)]
pub(super) fn not_digits<L: Lanes>(lanes: L, one: L::Words, other: L::Words) -> L::Words {
    let raise = lanes.splat(0x76 * LOW);
    let raised = lanes.or(lanes.add(one, raise), lanes.add(other, raise));
    lanes.and(lanes.or(lanes.or(one, other), raised), lanes.splat(HIGH))
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

    /// Whether no text but the empty one means null.
    pub(super) fn at_most_empty(&self) -> bool {
        self.texts.iter().all(|(length, _)| *length == 0)
    }

    /// Whether the empty text means null, and no other.
    pub(super) fn are_empty(&self) -> bool {
        self.at_most_empty() && !self.texts.is_empty()
    }

    /// Which cells are null.
    #[inline(always)]
    pub(super) fn find<L: Lanes>(&self, lanes: L, group: &Group<L>) -> L::Mask {
        let mut found = lanes.none();
        for &(length, text) in &self.texts {
            let mut is_it = lanes.equal(group.length, lanes.splat(length));
            if length > 0 {
                let word = lanes.and(group.head, lanes.splat(u64::MAX >> (64 - 8 * length)));
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
