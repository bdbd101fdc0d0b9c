//! The cells of one column, loaded in groups of as many cells as there are lanes.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their lanes")]

use std::ops::Range;

use super::lanes::{Bytes, Lanes, SimdLevel, SimdTask, TRANSPOSE_WIDTH, WORD};

/// The number of bytes that must follow the last cell of a block, so that a proof may read a few words of each cell without
/// a test. (Without sixteen bytes, the first eight are unusable as well.)
pub(crate) const READ_AHEAD: usize = 64;

/// The number of rows per word of a bit set.
pub(crate) const ROWS_PER_WORD: usize = 64;

/// Where the cells of one column are.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    pub(super) bytes: Bytes<'a>,
    /// For some rows, in whole words, the separators before and after each cell.
    pub(super) bounds: CellBounds<'a>,
    /// The number of bytes between the end of the column and its separator.
    pub(super) trim: u32,
    /// The quote, if there may be one in these bytes.
    pub(super) quote: Option<u8>,
    pub(super) is_ascii: bool,
}

/// The bounds of the cells of one column: the offsets of the separators before and after, by word of rows and row.
#[derive(Clone, Copy)]
pub(super) struct CellBounds<'a> {
    columns: &'a [[u32; ROWS_PER_WORD]],
    /// The number of columns of separators.
    stride: usize,
}

impl<'a> CellBounds<'a> {
    pub(super) const NONE: Self = Self { columns: &[], stride: 2 };

    /// For each word of rows, the separators before and after a column.
    #[inline(always)]
    pub(super) fn words(self) -> impl Iterator<Item = [&'a [u32; ROWS_PER_WORD]; 2]> {
        let Self { columns, stride } = self;
        columns.chunks(stride).filter_map(|columns| Some([columns.first()?, columns.get(1)?]))
    }
}

/// A transposed copy of the separators of some rows, ordered by column, so that those of successive rows are loaded at once
/// instead of being gathered.
#[derive(Debug, Default)]
pub(super) struct Separators {
    /// For each word of rows, the separators before the first column, after it, and so on.
    columns: Vec<[u32; ROWS_PER_WORD]>,
    stride: usize,
    first: usize,
}

impl Separators {
    /// Transposes the separators of some columns, given the entry of the first field of each row.
    ///
    /// The very first field of a block has no separator before it, so its result is meaningless, as for rows that do not
    /// exist.
    pub(super) fn transpose(
        &mut self,
        lanes: SimdLevel,
        columns: Range<usize>,
        separators: &[u32],
        firsts: &[[u32; ROWS_PER_WORD]],
    ) {
        self.first = columns.start;
        self.stride = (columns.len() + 1).next_multiple_of(TRANSPOSE_WIDTH);
        self.columns.resize(firsts.len() * self.stride, [0; ROWS_PER_WORD]);
        lanes.run(TransposeSeparators { to: self, separators, firsts });
    }

    /// Returns the separators of a column.
    pub(super) fn of(&self, column: usize) -> CellBounds<'_> {
        CellBounds {
            columns: self.columns.get(column - self.first..).unwrap_or_default(),
            stride: self.stride,
        }
    }
}

/// Transposes separators from row order into column order.
struct TransposeSeparators<'a> {
    to: &'a mut Separators,
    separators: &'a [u32],
    firsts: &'a [[u32; ROWS_PER_WORD]],
}

impl SimdTask for TransposeSeparators<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { to: Separators { columns, stride, first }, separators, firsts } = self;
        let before = narrow(*first).wrapping_sub(1);
        for (firsts, columns) in firsts.iter().zip(columns.chunks_mut(*stride)) {
            // The entry of the separator before the first column; the very first field has none.
            let places = firsts.map(|entry| entry.wrapping_add(before));
            // For rows at the ends of the block, whose separators cannot all be loaded, others are loaded first; the loop below
            // replaces them one by one.
            let beyond = (separators.len() + 1).saturating_sub(columns.len());
            let inside = places.map(|place| if (place as usize) < beyond { place } else { 0 });
            let is_transposed = lanes.transpose(separators, &inside, columns);
            if is_transposed && places == inside {
                continue;
            }
            for (row, place) in places.into_iter().enumerate() {
                if is_transposed && place == inside[row] {
                    continue;
                }
                for (column, behind) in columns.iter_mut().zip(0..) {
                    column[row] = separators.get(place.wrapping_add(behind) as usize).copied().unwrap_or(0);
                }
            }
        }
    }
}

/// As many cells as there are lanes.
pub(super) struct Group<L: Lanes> {
    /// The start of each text, without quotes.
    pub(super) start: L::Words,
    /// The length of each text in bytes.
    pub(super) length: L::Words,
    /// The first eight bytes. If there are fewer, anything may follow them, even bytes that are not in the file.
    pub(super) head: L::Words,
    /// The next eight bytes if there are more than eight, else anything.
    pub(super) next: L::Words,
    /// Whether a cell is quoted, so that its bytes may contain doubled quotes.
    pub(super) quoted: L::Mask,
}

impl<'a> Cells<'a> {
    /// Creates cells for groups whose ranges are found in another way.
    pub(super) fn without_bounds(bytes: Bytes<'a>, is_ascii: bool) -> Self {
        Self { bytes, bounds: CellBounds::NONE, trim: 0, quote: None, is_ascii }
    }

    /// Returns a group of cells: some of those between two columns of separators. With `QUOTED` there may be quotes.
    #[inline(always)]
    pub(super) fn group<L: Lanes, const QUOTED: bool>(
        &self,
        lanes: L,
        bounds: [&[u32; ROWS_PER_WORD]; 2],
        at: usize,
    ) -> Group<L> {
        let (mut start, mut length) = self.raw_range(lanes, bounds, at);
        let mut quoted = lanes.mask_none();
        let [mut head, mut next] = lanes.gather_16(self.bytes, start);
        if QUOTED {
            let quote = lanes.splat(u64::from(self.quote.unwrap_or_default()));
            let is_quote = lanes.equal(lanes.and(head, lanes.splat(0xFF)), quote);
            // Usually all cells of a column are quoted or none: then nothing is selected, or nothing is moved. A single
            // quote gets a length that no proof accepts.
            let bits = lanes.bits(is_quote);
            if bits == u64::MAX >> (64 - L::COUNT) {
                quoted = is_quote;
                start = lanes.add(start, lanes.splat(1));
                length = lanes.sub(length, lanes.splat(2));
                // For a short text the first eight bytes contain all.
                let is_short = lanes.less_than(length, lanes.splat(WORD as u64));
                [head, next] = if lanes.bits(is_short) == bits {
                    [lanes.shr::<8>(head), next]
                } else {
                    lanes.gather_16(self.bytes, start)
                };
            } else if bits != 0 {
                quoted = lanes.mask_and(is_quote, lanes.mask_not(lanes.is_zero(length)));
                start = lanes.add(start, lanes.select(quoted, lanes.splat(1), lanes.splat(0)));
                length = lanes.sub(length, lanes.select(quoted, lanes.splat(2), lanes.splat(0)));
                [head, next] = lanes.gather_16(self.bytes, start);
            }
        }
        Group { start, length, head, next, quoted }
    }

    /// Returns the start and the length in bytes of some cells, including quotes.
    #[inline(always)]
    pub(super) fn raw_range<L: Lanes>(
        &self,
        lanes: L,
        [before, behind]: [&[u32; ROWS_PER_WORD]; 2],
        at: usize,
    ) -> (L::Words, L::Words) {
        let start = lanes.add(lanes.load(before, at), lanes.splat(1));
        let end = lanes.sub(lanes.load(behind, at), lanes.splat(u64::from(self.trim)));
        (start, lanes.sub(end, start))
    }

    /// Returns the length of the text of some cells in bytes, given their start and their length with quotes; negative for a
    /// single quote.
    #[inline(always)]
    pub(super) fn text_length<L: Lanes>(&self, lanes: L, start: L::Words, length: L::Words) -> L::Words {
        let first = lanes.and(lanes.gather_bytes(self.bytes, start), lanes.splat(0xFF));
        let is_quote = lanes.equal(first, lanes.splat(u64::from(self.quote.unwrap_or_default())));
        let is_quoted = lanes.mask_and(is_quote, lanes.mask_not(lanes.is_zero(length)));
        lanes.sub(length, lanes.select(is_quoted, lanes.splat(2), lanes.splat(0)))
    }

    /// Returns words `number` and `number + 1` of each text, of eight bytes each; anything past its end.
    #[inline(always)]
    pub(super) fn words_at<L: Lanes>(&self, lanes: L, group: &Group<L>, number: usize) -> [L::Words; 2] {
        if number == 0 {
            return [group.head, group.next];
        }
        let offset = lanes.splat((number * WORD) as u64);
        lanes.gather_16(self.bytes, lanes.add(group.start, offset))
    }
}

/// All ones in the bytes of word `number` that belong to texts of these lengths (below 2^16; else meaningless).
#[inline(always)]
pub(super) fn text_mask<L: Lanes>(lanes: L, length: L::Words, number: usize) -> L::Words {
    let end = lanes.splat(((number + 1) * WORD) as u64);
    let unused_bits = lanes.shl::<3>(lanes.saturating_sub(end, length));
    lanes.shr_by(lanes.splat(u64::MAX), unused_bits)
}

/// The highest bit of each byte.
pub(crate) const HIGH: u64 = 0x8080_8080_8080_8080;
/// The lowest bit of each byte.
pub(crate) const LOW: u64 = 0x0101_0101_0101_0101;

/// The highest bit of each byte that is not a digit 0 to 9 in both words, and occasionally of a byte that is.
#[inline(always)]
pub(super) fn not_digits<L: Lanes>(lanes: L, one: L::Words, other: L::Words) -> L::Words {
    let raise = lanes.splat(0x76 * LOW);
    let raised = lanes.or(lanes.add(one, raise), lanes.add(other, raise));
    lanes.and(lanes.or(lanes.or(one, other), raised), lanes.splat(HIGH))
}

/// The strings that mean null, as far as proofs support them: up to eight bytes each, without quotes.
#[derive(Clone, Debug)]
pub(super) struct NullTexts {
    texts: Vec<(u64, u64)>,
}

impl NullTexts {
    /// Returns `None` if a string is not supported.
    pub(super) fn new(texts: &[String], quote: Option<u8>) -> Option<Self> {
        let one = |text: &String| {
            let bytes = text.as_bytes();
            let is_known = bytes.len() <= WORD && !quote.is_some_and(|quote| bytes.contains(&quote));
            is_known.then(|| (bytes.len() as u64, pack(bytes)))
        };
        Some(Self { texts: texts.iter().map(one).collect::<Option<_>>()? })
    }

    /// Whether no string except the empty one means null.
    pub(super) fn has_only_empty(&self) -> bool {
        self.texts.iter().all(|(length, _)| *length == 0)
    }

    /// Whether only the empty string means null.
    pub(super) fn are_empty(&self) -> bool {
        self.has_only_empty() && !self.texts.is_empty()
    }

    /// Returns the cells that are null.
    #[inline(always)]
    pub(super) fn find<L: Lanes>(&self, lanes: L, group: &Group<L>) -> L::Mask {
        let mut found = lanes.mask_none();
        for &(length, text) in &self.texts {
            let mut is_it = lanes.equal(group.length, lanes.splat(length));
            if length > 0 {
                let word = lanes.and(group.head, lanes.splat(u64::MAX >> (64 - 8 * length)));
                is_it = lanes.mask_and(is_it, lanes.equal(word, lanes.splat(text)));
            }
            found = lanes.mask_or(found, is_it);
        }
        found
    }
}

/// Up to eight bytes as a word, the first byte lowest.
pub(super) fn pack(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// The number of a field.
#[expect(clippy::cast_possible_truncation, reason = "sources of columns are made of words of 32 bits")]
fn narrow(field: usize) -> u32 {
    field as u32
}
