//! Strings of one length in which each character is in one of a few ranges, recognised without an automaton.
//!
//! Sixteen bytes are one number and compared at once: additions and subtractions never carry into the next byte, because the
//! highest bit of each is reserved for the result.

use arrow_array::StringViewArray;
use trueline_schema::pattern::Shape;

use crate::mask::Mask;

const BLOCK: usize = 16;

/// The maximum length of a string matched this way, in bytes.
const MAX_BYTES: usize = 64;

/// The maximum number of ranges of a class: `[0-9A-Za-z]` has three.
const MAX_RANGES: usize = 3;

/// The longest string that is inlined in its view, in bytes.
const INLINE_BYTES: usize = 12;

/// The lowest bit of each byte.
const LOW: u128 = u128::MAX / 0xFF;

/// The highest bit of each byte.
const HIGH: u128 = LOW << 7;

/// A shape of one length. A string with this shape matches the expression; one without it may match too.
#[derive(Clone, Debug)]
pub(super) struct FixedShape {
    length: usize,
    blocks: Vec<Block>,
}

/// Sixteen characters.
#[derive(Clone, Debug)]
struct Block {
    /// A mask of the bytes that are part of the string.
    covered: u128,
    /// One element per range of a class; a character must be in one of them.
    ranges: Vec<Ranges>,
}

/// One range for each character.
#[derive(Clone, Copy, Debug, Default)]
struct Ranges {
    least: u128,
    /// The addend that moves the upper end of the range to 0x7F.
    to_top: u128,
}

impl FixedShape {
    /// Returns the shape of an expression, if it has one of this kind.
    pub(super) fn of(pattern: &str) -> Option<Self> {
        let shape = Shape::of(pattern)?;
        let mut positions: Vec<Vec<(u8, u8)>> = Vec::new();
        for part in &shape.parts {
            let (count, ranges) = (part.min as usize, part.ranges());
            let is_fixed = part.max == Some(part.min) && count <= MAX_BYTES - positions.len();
            if !is_fixed || ranges.is_empty() || ranges.len() > MAX_RANGES {
                return None;
            }
            positions.extend(std::iter::repeat_n(ranges, count));
        }
        Some(Self { length: positions.len(), blocks: positions.chunks(BLOCK).map(Block::new).collect() })
    }

    /// Sets `failing` to the rows that do not have the shape, null rows included.
    pub(super) fn mark_mismatches(&self, values: &StringViewArray, failing: &mut Mask) {
        match &self.blocks[..] {
            [Block { covered, ranges }] if self.length <= INLINE_BYTES => match ranges[..] {
                [only] => failing.fill_from(values.views(), |view| {
                    !self.has_length(view) | (only.outside(view >> 32 & covered) != 0)
                }),
                _ => failing.fill_from(values.views(), |view| {
                    !self.has_length(view) || Block::is_outside(ranges, view >> 32 & covered)
                }),
            },
            _ => failing.fill(|row| {
                !self.has_length(values.views()[row]) || !self.holds(values.value(row).as_bytes())
            }),
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "a view's length is its low half-word")]
    fn has_length(&self, view: u128) -> bool {
        view as u32 as usize == self.length
    }

    fn holds(&self, text: &[u8]) -> bool {
        text.len() == self.length
            && text.chunks(BLOCK).zip(&self.blocks).all(|(bytes, block)| {
                let mut word = [0; BLOCK];
                word[..bytes.len()].copy_from_slice(bytes);
                !Block::is_outside(&block.ranges, u128::from_le_bytes(word))
            })
    }
}

impl Block {
    /// Creates a block from the ranges of each character.
    fn new(positions: &[Vec<(u8, u8)>]) -> Self {
        let count = positions.iter().map(Vec::len).max().unwrap_or(1);
        let mut block = Self { covered: 0, ranges: vec![Ranges::default(); count] };
        for (position, own) in positions.iter().enumerate() {
            block.covered |= 0xFF << (8 * position);
            for (number, ranges) in block.ranges.iter_mut().enumerate() {
                // A character with fewer ranges repeats its last one.
                let (low, high) = own[number.min(own.len() - 1)];
                ranges.least |= u128::from(low) << (8 * position);
                ranges.to_top |= u128::from(0x7F - high) << (8 * position);
            }
        }
        block
    }

    fn is_outside(ranges: &[Ranges], word: u128) -> bool {
        ranges.iter().fold(HIGH, |outside, ranges| outside & ranges.outside(word)) != 0
    }
}

impl Ranges {
    /// Sets the highest bit of each byte that is outside of its range.
    #[inline]
    fn outside(self, word: u128) -> u128 {
        let above = (word & !HIGH) + self.to_top;
        let not_below = (word | HIGH) - self.least;
        (word | above | !not_below) & HIGH
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::Array;
    use proptest::prelude::*;

    fn excluded(shape: &FixedShape, texts: &[String]) -> Vec<usize> {
        let values = StringViewArray::from_iter_values(texts);
        let mut failing = Mask::new(values.len());
        shape.mark_mismatches(&values, &mut failing);
        failing.rows().collect()
    }

    #[test]
    fn only_expressions_of_one_length_have_a_fixed_shape() {
        for pattern in
            [r"^TX\d{10}$", "^[A-Za-z0-9]{3}-x{20}$", "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"]
        {
            assert!(FixedShape::of(pattern).is_some(), "{pattern}");
        }
        for pattern in [r"^\d+$", r"\d{4}", r"^\d{65}$", "^[acegi]$", "^a?$", "^[^\0-\x7f]$", "^(a|bb)$"] {
            assert!(FixedShape::of(pattern).is_none(), "{pattern}");
        }
    }

    #[test]
    fn every_byte_is_judged_at_every_place() {
        for pattern in ["^[0-9]{12}$", "^[!-~]{1}$", "^[0-9A-Z_]{5}$", "^[a-f]{33}$", "^$"] {
            let shape = FixedShape::of(pattern).unwrap();
            let regex = trueline_schema::pattern::compile(pattern).unwrap();
            let good = (0..=u8::MAX)
                .find(|code| regex.is_match(&char::from(*code).to_string().repeat(shape.length)));
            let good = char::from(good.unwrap()).to_string().repeat(shape.length);
            let mut texts = vec![good.clone(), format!("{good}x"), String::new(), "\u{e4}".to_owned()];
            for (position, code) in
                (0..shape.length).flat_map(|position| (0..128_u8).map(move |code| (position, code)))
            {
                let mut text = good.clone();
                text.replace_range(position..=position, &char::from(code).to_string());
                texts.push(text);
            }
            let expected: Vec<usize> = (0..texts.len()).filter(|&row| !regex.is_match(&texts[row])).collect();
            assert_eq!(excluded(&shape, &texts), expected, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn what_is_of_the_shape_matches(
            pattern in r"\^([a-c]|\[a-bA]|\\d|\\w|\.|(\(\?i:[a-b]\))|[ab]\{2\}|\(ab\)\{9\}|\[0-9a-f]\{13\}){0,4}\$",
            texts in prop::collection::vec("[a-cA1_\u{e4}\n]{0,20}", 0..70),
        ) {
            if let (Ok(regex), Some(shape)) = (trueline_schema::pattern::compile(&pattern), FixedShape::of(&pattern)) {
                let excluded = excluded(&shape, &texts);
                for (row, text) in texts.iter().enumerate().filter(|(row, _)| !excluded.contains(row)) {
                    prop_assert!(regex.is_match(text), "{pattern} of {text} in {row}");
                }
            }
        }
    }
}
