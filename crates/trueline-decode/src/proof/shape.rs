//! Texts of a shape: each byte must be in the class of its position.
//!
//! A class is a few ranges of bytes. Three additions decide whether eight bytes are in eight ranges: one sets the highest
//! bit of each byte above its range, one clears that of each byte below it. If the text may have several lengths, the ranges
//! of each length are looked up.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their lanes")]

use trueline_schema::pattern::{Part, Shape as Expression};

use super::Predicate;
use super::cell::{Cells, Group, HIGH, LOW, text_mask};
use super::lanes::{Bytes, Lanes, WORD};

/// The maximum length of a text with a shape: as much as is read.
const MAX_BYTES: usize = 40;
const WORDS: usize = MAX_BYTES / WORD;
/// The maximum number of ranges of a class.
const RANGES: usize = 4;

/// The ranges of eight positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ranges {
    /// The addend that sets the highest bit of each byte above its range.
    to_top: u64,
    /// The least byte of each range.
    least: u64,
}

/// A proof that a text has a shape.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    least: u64,
    most: u64,
    words: usize,
    ranges: usize,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// One table for all lengths: by range, then by word.
    Uniform(Box<[[Ranges; WORDS]]>),
    /// One table per length from the least to the most, each by range, then by word, with both words of a range side by
    /// side; stored as bytes because it is loaded like bytes.
    ByLength(Box<[u8]>),
}

impl Shape {
    /// Creates the proof of an expression, if only one of its parts has a variable length and its classes are simple.
    pub(super) fn new(expression: &Expression, quote: Option<u8>) -> Option<Self> {
        let parts = &expression.parts;
        if parts.iter().filter(|part| part.max != Some(part.min)).count() > 1 {
            return None;
        }
        let fixed: usize = parts.iter().map(|part| part.min as usize).sum();
        let spread = |part: &Part| part.max.map_or(MAX_BYTES, |max| (max - part.min) as usize);
        let most = parts.iter().map(spread).sum::<usize>().saturating_add(fixed).min(MAX_BYTES);
        if fixed > most {
            return None;
        }
        let positions: Vec<Vec<Vec<(u8, u8)>>> =
            (fixed..=most).map(|length| positions(parts, length - fixed, quote)).collect::<Option<_>>()?;
        let ranges = positions.iter().flatten().map(Vec::len).max().unwrap_or(1).max(1);
        let words = most.div_ceil(WORD).max(1);
        let tables: Vec<Vec<[Ranges; WORDS]>> = positions
            .iter()
            .map(|positions| (0..ranges).map(|range| table(positions, range)).collect())
            .collect();
        let longest = tables.last()?;
        let agrees = |(extra, table): (usize, &Vec<[Ranges; WORDS]>)| {
            (0..fixed + extra).all(|position| {
                table
                    .iter()
                    .zip(longest)
                    .all(|(one, other)| same(one[position / WORD], other[position / WORD], position % WORD))
            })
        };
        let kind = if tables.iter().enumerate().all(agrees) {
            Kind::Uniform(longest.clone().into())
        } else {
            Kind::ByLength(flatten_tables(&tables, words))
        };
        Some(Self { least: fixed as u64, most: most as u64, words, ranges, kind })
    }
}

/// For each position of a text whose variable part is `extra` characters longer than its minimum, the ranges of its class.
fn positions(parts: &[Part], extra: usize, quote: Option<u8>) -> Option<Vec<Vec<(u8, u8)>>> {
    let mut positions = Vec::new();
    for part in parts {
        let more = if part.max == Some(part.min) { 0 } else { extra };
        // A quote in the class might match half of a doubled quote in the file.
        let class = quote.filter(u8::is_ascii).map_or(part.class, |quote| part.class & !(1 << quote));
        let ranges = Part { class, ..*part }.ranges();
        if ranges.len() > RANGES {
            return None;
        }
        positions.extend(std::iter::repeat_n(ranges, part.min as usize + more));
    }
    Some(positions)
}

/// The ranges with one number for all positions, by word. A position with fewer ranges repeats its last, one without ranges
/// has an empty one, and bytes after the text may be anything.
fn table(positions: &[Vec<(u8, u8)>], number: usize) -> [Ranges; WORDS] {
    let mut table = [Ranges { to_top: 0, least: 0 }; WORDS];
    for (position, ranges) in positions.iter().enumerate() {
        // Above 0 and below 0x7F at once: matches no byte.
        let (low, high) = ranges.get(number).or(ranges.last()).copied().unwrap_or((0x7F, 0));
        let word = &mut table[position / WORD];
        let shift = 8 * (position % WORD);
        word.to_top |= u64::from(0x7F - high) << shift;
        word.least |= u64::from(low) << shift;
    }
    table
}

fn same(one: Ranges, other: Ranges, byte: usize) -> bool {
    let at = |word: u64| word >> (8 * byte) & 0xFF;
    at(one.to_top) == at(other.to_top) && at(one.least) == at(other.least)
}

fn flatten_tables(tables: &[Vec<[Ranges; WORDS]>], words: usize) -> Box<[u8]> {
    let entries = tables.iter().flatten().flat_map(|table| &table[..words]);
    entries.flat_map(|ranges| [ranges.to_top, ranges.least]).flat_map(u64::to_le_bytes).collect()
}

/// The highest bit of each byte outside its range.
#[inline(always)]
fn outside<L: Lanes>(lanes: L, word: L::Words, to_top: L::Words, least: L::Words) -> L::Words {
    let above = lanes.add(lanes.and(word, lanes.splat(0x7F * LOW)), to_top);
    let not_below = lanes.sub(lanes.or(word, lanes.splat(HIGH)), least);
    let below = lanes.and_not(lanes.splat(HIGH), not_below);
    lanes.or(lanes.or(word, above), below)
}

/// The predicate of shapes that are the same for all lengths, over `WORDS` words; with `SIMPLE` each class is one range.
pub(super) struct Uniform<'a, const WORDS: usize, const SIMPLE: bool> {
    shape: &'a Shape,
    tables: &'a [[Ranges; self::WORDS]],
}

/// The predicate of shapes that are the same for all lengths, over any number of words.
pub(super) struct UniformAny<'a>(&'a Shape);

/// The predicate of shapes that depend on the length of the text.
pub(super) struct ByLength<'a> {
    shape: &'a Shape,
    tables: Bytes<'a>,
}

impl Shape {
    /// Returns the predicate of a shape that is the same for all lengths, if it is one, and has these parameters.
    pub(super) fn uniform<const WORDS: usize, const SIMPLE: bool>(
        &self,
    ) -> Option<Uniform<'_, WORDS, SIMPLE>> {
        let Kind::Uniform(tables) = &self.kind else { return None };
        (self.words == WORDS && (self.ranges == 1) == SIMPLE).then_some(Uniform { shape: self, tables })
    }

    /// Returns the predicate of a shape that is the same for all lengths, for any number of words; it accepts nothing if the
    /// length matters.
    pub(super) fn uniform_any(&self) -> UniformAny<'_> {
        UniformAny(self)
    }

    /// Returns the predicate by length, if it is needed.
    pub(super) fn by_length(&self) -> Option<ByLength<'_>> {
        let Kind::ByLength(tables) = &self.kind else { return None };
        Some(ByLength { shape: self, tables: Bytes::new(tables)? })
    }

    #[inline(always)]
    fn fits<L: Lanes>(&self, lanes: L, length: L::Words) -> L::Mask {
        let short = lanes.less_than(length, lanes.splat(self.least));
        lanes.mask_and(lanes.mask_not(short), lanes.less_than(length, lanes.splat(self.most + 1)))
    }
}

impl<const WORDS: usize, const SIMPLE: bool> Predicate for Uniform<'_, WORDS, SIMPLE> {
    #[inline(always)]
    fn prove<L: Lanes>(&self, lanes: L, cells: &Cells<'_>, group: &Group<L>) -> L::Mask {
        let tables = if SIMPLE { &self.tables[..1] } else { self.tables };
        let faults = faults(lanes, cells, group, tables, WORDS);
        lanes.mask_and(self.shape.fits(lanes, group.length), lanes.is_zero(faults))
    }

    fn may_accept_empty(&self) -> bool {
        self.shape.least == 0
    }
}

impl Predicate for UniformAny<'_> {
    #[inline(always)]
    fn prove<L: Lanes>(&self, lanes: L, cells: &Cells<'_>, group: &Group<L>) -> L::Mask {
        let Kind::Uniform(tables) = &self.0.kind else { return lanes.mask_none() };
        let faults = faults(lanes, cells, group, tables, self.0.words);
        lanes.mask_and(self.0.fits(lanes, group.length), lanes.is_zero(faults))
    }

    fn may_accept_empty(&self) -> bool {
        self.0.least == 0
    }
}

/// The highest bit of each byte of a text outside its class.
#[inline(always)]
fn faults<L: Lanes>(
    lanes: L,
    cells: &Cells<'_>,
    group: &Group<L>,
    tables: &[[Ranges; WORDS]],
    words: usize,
) -> L::Words {
    let mut faults = lanes.splat(0);
    for number in (0..words).step_by(2) {
        for (number, word) in (number..words).zip(cells.words_at(lanes, group, number)) {
            let mut wrong = lanes.splat(HIGH);
            for table in tables {
                let Ranges { to_top, least } = table[number];
                wrong = lanes.and(wrong, outside(lanes, word, lanes.splat(to_top), lanes.splat(least)));
            }
            faults = lanes.or(faults, lanes.and(wrong, text_mask(lanes, group.length, number)));
        }
    }
    faults
}

impl Predicate for ByLength<'_> {
    #[inline(always)]
    fn prove<L: Lanes>(&self, lanes: L, cells: &Cells<'_>, group: &Group<L>) -> L::Mask {
        let Shape { least, words, ranges, .. } = *self.shape;
        let stride = narrow(ranges * words * 2 * WORD);
        let base = lanes.mul_low(lanes.sub(group.length, lanes.splat(least)), stride);
        let mut faults = lanes.splat(0);
        for number in (0..words).step_by(2) {
            for (number, word) in (number..words).zip(cells.words_at(lanes, group, number)) {
                let mut wrong = lanes.splat(HIGH);
                for range in 0..ranges {
                    let offset = (range * words + number) * 2 * WORD;
                    let at = lanes.add(base, lanes.splat(offset as u64));
                    let [to_top, least] = lanes.gather_16(self.tables, at);
                    wrong = lanes.and(wrong, outside(lanes, word, to_top, least));
                }
                faults = lanes.or(faults, lanes.and(wrong, text_mask(lanes, group.length, number)));
            }
        }
        lanes.mask_and(self.shape.fits(lanes, group.length), lanes.is_zero(faults))
    }

    fn may_accept_empty(&self) -> bool {
        self.shape.least == 0
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a table of one length has a few hundred bytes")]
fn narrow(stride: usize) -> u32 {
    stride as u32
}
