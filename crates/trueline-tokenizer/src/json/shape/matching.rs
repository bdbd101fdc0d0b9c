//! Reads a record with a known shape.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their kernel")]

use super::super::positions::{SCALAR, STRING};
use super::super::steps::narrow;
use super::super::string;
use super::{PIECE_BYTES, Shape, Shaped, Slots, Then};
use crate::kernel::{Isa, STEP};

/// What occurred in values.
struct Seen<I: Isa> {
    /// The bitwise OR of the bytes of all of them, and some others.
    bytes: I::Block,
    has_backslash: bool,
}

impl Shape {
    /// Whether the record at `at` has this shape; writes its tokens.
    #[inline(always)]
    pub(super) fn fit<I: Isa>(
        &self,
        isa: I,
        bytes: &[u8],
        at: usize,
        slots: &mut Slots<'_>,
    ) -> Option<Shaped> {
        let mut at = at;
        let mut written = 0;
        let mut different = [0; PIECE_BYTES];
        let mut seen = Seen::<I> { bytes: isa.load(&[0; STEP]), has_backslash: false };
        for (number, piece) in self.pieces.iter().enumerate() {
            let there: &[u8; PIECE_BYTES] = bytes.get(at..)?.first_chunk()?;
            for (different, ((byte, own), mask)) in
                different.iter_mut().zip(there.iter().zip(&piece.bytes).zip(&piece.mask))
            {
                *different |= (byte ^ own) & mask;
            }
            let base = narrow(at);
            let offsets = piece.offsets.map(|offset| base.wrapping_add(offset));
            *slots.offsets.get_mut(written..)?.first_chunk_mut()? = offsets;
            *slots.kinds.get_mut(written..)?.first_chunk_mut()? = piece.kinds;
            written += piece.tokens;
            at += piece.length;
            // Most records of another shape differ in the first piece.
            if number == 0 && different != [0; PIECE_BYTES] {
                return None;
            }
            match piece.then {
                Then::Value => {
                    let (end, kind) = read_value(isa, bytes, at, &mut seen)?;
                    if kind == SCALAR {
                        *slots.kinds.get_mut(written - 1)? = SCALAR;
                    }
                    at = end;
                }
                Then::Items => at = read_items(isa, bytes, at, slots, &mut written, &mut seen)?,
                Then::More | Then::End => {}
            }
        }
        let (has_high, has_backslash) = (isa.high(seen.bytes) != 0, seen.has_backslash);
        let shaped = Shaped { end: at, tokens: written, has_high, has_backslash };
        (different == [0; PIECE_BYTES]).then_some(shaped)
    }
}

/// Reads the string or scalar at `at`; returns its end and its kind.
#[inline(always)]
fn read_value<I: Isa>(isa: I, bytes: &[u8], at: usize, seen: &mut Seen<I>) -> Option<(usize, u8)> {
    if bytes.get(at) == Some(&b'"') {
        return Some((read_string(isa, bytes, at + 1, seen)?, STRING));
    }
    let block = isa.load(bytes.get(at..)?.first_chunk()?);
    seen.bytes = isa.or(seen.bytes, block);
    let quotes = isa.either(isa.compare(block, b'"'), isa.compare(block, b'\\'));
    let ends = isa.mask(isa.either(quotes, isa.either(isa.structurals(block), isa.whites(block))));
    (ends & 1 == 0 && ends != 0).then_some((at + ends.trailing_zeros() as usize, SCALAR))
}

/// Returns the end of a string, given the offset after its opening quote.
#[inline(always)]
fn read_string<I: Isa>(isa: I, bytes: &[u8], at: usize, seen: &mut Seen<I>) -> Option<usize> {
    let mut at = at;
    loop {
        let block = isa.load(bytes.get(at..)?.first_chunk()?);
        seen.bytes = isa.or(seen.bytes, block);
        let marks = isa.either(isa.compare(block, b'"'), isa.compare(block, b'\\'));
        let ends = isa.either(marks, isa.either(isa.controls(block), isa.compare(block, b'\n')));
        let mut ends = isa.mask(ends);
        let mut next = STEP;
        while ends != 0 {
            let place = ends.trailing_zeros() as usize;
            match bytes.get(at + place)? {
                b'"' => return Some(at + place + 1),
                b'\\' => seen.has_backslash = true,
                _ => return None,
            }
            let behind = place + escape_length(&bytes[at + place..])?;
            ends &= u64::MAX.checked_shl(narrow(behind)).unwrap_or(0);
            next = next.max(behind);
        }
        at += next;
    }
}

/// The length of the escape at the start of `bytes`, if there is one.
#[inline(always)]
fn escape_length(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => match string::unicode_escape(bytes)? {
            string::Unicode::Character => Some(6),
            string::Unicode::Pair => Some(12),
            string::Unicode::Half => None,
        },
        _ => None,
    }
}

/// Reads the items of an array up to its end, with a comma and an optional space between them.
#[inline(always)]
fn read_items<I: Isa>(
    isa: I,
    bytes: &[u8],
    at: usize,
    slots: &mut Slots<'_>,
    written: &mut usize,
    seen: &mut Seen<I>,
) -> Option<usize> {
    let mut at = at;
    if bytes.get(at) == Some(&b']') {
        return Some(at);
    }
    let mut note = |place: usize, kind: u8| {
        *slots.offsets.get_mut(*written)? = narrow(place);
        *slots.kinds.get_mut(*written)? = kind;
        *written += 1;
        Some(())
    };
    loop {
        let (end, kind) = read_value(isa, bytes, at, seen)?;
        note(at, kind)?;
        match bytes.get(end)? {
            b']' => return Some(end),
            b',' => note(end, b',')?,
            _ => return None,
        }
        at = end + 1 + usize::from(bytes.get(end + 1) == Some(&b' '));
    }
}
