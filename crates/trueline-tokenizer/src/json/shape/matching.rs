//! Matches a record with a known shape.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their kernel")]

use super::super::positions::{SCALAR, STRING};
use super::super::steps::narrow;
use super::super::string;
use super::{Next, SEGMENT_BYTES, Shape, ShapeMatch, Slots};
use crate::kernel::{Isa, STEP};

/// What occurs in the values of a record.
struct ValueStats<I: Isa> {
    /// The bitwise OR of the bytes of all values, and of some bytes after them.
    bytes: I::Block,
    has_backslash: bool,
}

impl Shape {
    /// Writes the tokens of the record at `at`, if it matches this shape.
    #[inline(always)]
    pub(super) fn match_record<I: Isa>(
        &self,
        isa: I,
        bytes: &[u8],
        at: usize,
        slots: &mut Slots<'_>,
    ) -> Option<ShapeMatch> {
        let mut at = at;
        let mut written = 0;
        let mut difference = [0; SEGMENT_BYTES];
        let mut stats = ValueStats::<I> { bytes: isa.load(&[0; STEP]), has_backslash: false };
        for (number, segment) in self.segments.iter().enumerate() {
            let actual: &[u8; SEGMENT_BYTES] = bytes.get(at..)?.first_chunk()?;
            for (difference, ((byte, expected), mask)) in
                difference.iter_mut().zip(actual.iter().zip(&segment.bytes).zip(&segment.mask))
            {
                *difference |= (byte ^ expected) & mask;
            }
            let base = narrow(at);
            let offsets = segment.offsets.map(|offset| base.wrapping_add(offset));
            *slots.offsets.get_mut(written..)?.first_chunk_mut()? = offsets;
            *slots.kinds.get_mut(written..)?.first_chunk_mut()? = segment.kinds;
            written += segment.tokens;
            at += segment.length;
            // Most records of another shape differ in the first segment.
            if number == 0 && difference != [0; SEGMENT_BYTES] {
                return None;
            }
            match segment.next {
                Next::Value => {
                    let (end, kind) = read_value(isa, bytes, at, &mut stats)?;
                    if kind == SCALAR {
                        *slots.kinds.get_mut(written - 1)? = SCALAR;
                    }
                    at = end;
                }
                Next::Items => at = read_items(isa, bytes, at, slots, &mut written, &mut stats)?,
                Next::Segment | Next::End => {}
            }
        }
        let (has_high, has_backslash) = (isa.high(stats.bytes) != 0, stats.has_backslash);
        let matched = ShapeMatch { end: at, tokens: written, has_high, has_backslash };
        (difference == [0; SEGMENT_BYTES]).then_some(matched)
    }
}

/// Reads the string or scalar at `at`; returns its end and its kind.
#[inline(always)]
fn read_value<I: Isa>(isa: I, bytes: &[u8], at: usize, stats: &mut ValueStats<I>) -> Option<(usize, u8)> {
    if bytes.get(at) == Some(&b'"') {
        return Some((read_string(isa, bytes, at + 1, stats)?, STRING));
    }
    let block = isa.load(bytes.get(at..)?.first_chunk()?);
    stats.bytes = isa.or(stats.bytes, block);
    let quotes = isa.either(isa.compare(block, b'"'), isa.compare(block, b'\\'));
    let ends = isa.mask(isa.either(quotes, isa.either(isa.structurals(block), isa.white_space(block))));
    (ends & 1 == 0 && ends != 0).then_some((at + ends.trailing_zeros() as usize, SCALAR))
}

/// Returns the end of a string, given the offset after its opening quote.
#[inline(always)]
fn read_string<I: Isa>(isa: I, bytes: &[u8], at: usize, stats: &mut ValueStats<I>) -> Option<usize> {
    let mut at = at;
    loop {
        let block = isa.load(bytes.get(at..)?.first_chunk()?);
        stats.bytes = isa.or(stats.bytes, block);
        let marks = isa.either(isa.compare(block, b'"'), isa.compare(block, b'\\'));
        let ends = isa.either(marks, isa.either(isa.controls(block), isa.compare(block, b'\n')));
        let mut ends = isa.mask(ends);
        let mut next = STEP;
        while ends != 0 {
            let bit = ends.trailing_zeros() as usize;
            match bytes.get(at + bit)? {
                b'"' => return Some(at + bit + 1),
                b'\\' => stats.has_backslash = true,
                _ => return None,
            }
            let after_escape = bit + escape_length(&bytes[at + bit..])?;
            ends &= u64::MAX.checked_shl(narrow(after_escape)).unwrap_or(0);
            next = next.max(after_escape);
        }
        at += next;
    }
}

/// The length of the escape at the start of `bytes`, if it is valid.
#[inline(always)]
fn escape_length(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => match string::unicode_escape(bytes)? {
            string::UnicodeEscape::Character => Some(6),
            string::UnicodeEscape::SurrogatePair => Some(12),
            string::UnicodeEscape::Surrogate => None,
        },
        _ => None,
    }
}

/// Reads the items of an array, separated by a comma and an optional space; returns the offset of the closing bracket.
#[inline(always)]
fn read_items<I: Isa>(
    isa: I,
    bytes: &[u8],
    at: usize,
    slots: &mut Slots<'_>,
    written: &mut usize,
    stats: &mut ValueStats<I>,
) -> Option<usize> {
    let mut at = at;
    if bytes.get(at) == Some(&b']') {
        return Some(at);
    }
    let mut push = |offset: usize, kind: u8| {
        *slots.offsets.get_mut(*written)? = narrow(offset);
        *slots.kinds.get_mut(*written)? = kind;
        *written += 1;
        Some(())
    };
    loop {
        let (end, kind) = read_value(isa, bytes, at, stats)?;
        push(at, kind)?;
        match bytes.get(end)? {
            b']' => return Some(end),
            b',' => push(end, b',')?,
            _ => return None,
        }
        at = end + 1 + usize::from(bytes.get(end + 1) == Some(&b' '));
    }
}
