//! Floats without bounds: only their grammar, since any value is valid.
//!
//! Nothing is moved or multiplied. Digits stay where they are, a decimal point is found and treated as a digit, and the
//! bytes after an `e` are only read if a cell of the group has a letter. Up to sixteen bytes with an exponent of at most two
//! digits are far from overflow.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their lanes")]

use super::Predicate;
use super::cell::{Cells, Group, HIGH, LOW, not_digits, text_mask};
use super::lanes::Lanes;

/// The maximum number of bytes of a number.
const MAX_BYTES: u64 = 16;
/// Set in letters, but in no other byte that a number may have.
const LETTER: u64 = 0x40 * LOW;

/// A proof that a text is a finite float.
#[derive(Clone, Copy, Debug)]
pub(super) struct Float;

/// The highest bit of each byte that equals `byte`.
#[inline(always)]
pub(super) fn bytes_equal<L: Lanes>(lanes: L, words: L::Words, byte: u8) -> L::Words {
    let differs = lanes.xor(words, lanes.splat(u64::from(byte) * LOW));
    let low_bits = lanes.splat(0x7F * LOW);
    let raised = lanes.add(lanes.and(differs, low_bits), low_bits);
    lanes.and_not(lanes.splat(HIGH), lanes.or(raised, differs))
}

/// All ones in the bytes whose highest bit is set; no other bits may be set.
#[inline(always)]
pub(super) fn whole_bytes<L: Lanes>(lanes: L, highest: L::Words) -> L::Words {
    lanes.sub(lanes.shl::<1>(highest), lanes.shr::<7>(highest))
}

/// The length of the mantissa of a text, and whether it is followed by no exponent or a valid one.
#[inline(always)]
fn mantissa<L: Lanes>(
    lanes: L,
    cells: &Cells<'_>,
    start: L::Words,
    length: L::Words,
    letters: [L::Words; 2],
) -> (L::Words, L::Mask) {
    let one = lanes.splat(1);
    // The bytes below the first letter of a word, counted as ones; all of them if there is none.
    let below = |letters| {
        let first = lanes.shr::<6>(lanes.and(letters, lanes.sub(lanes.splat(0), letters)));
        lanes.sum_bytes(lanes.and(lanes.sub(first, one), lanes.splat(LOW)))
    };
    let in_head = lanes.is_zero(letters[0]);
    let place = lanes.add(below(letters[0]), lanes.select(in_head, below(letters[1]), lanes.splat(0)));
    let without = lanes.mask_and(in_head, lanes.is_zero(letters[1]));
    let word = lanes.gather_bytes(cells.bytes, lanes.add(start, place));
    let letter = lanes.or(lanes.and(word, lanes.splat(0xFF)), lanes.splat(0x20));
    let is_e = lanes.equal(letter, lanes.splat(u64::from(b'e')));
    let rest = lanes.shr::<8>(word);
    let sign = lanes.and(rest, lanes.splat(0xFF));
    let signed = lanes.mask_or(
        lanes.equal(sign, lanes.splat(u64::from(b'-'))),
        lanes.equal(sign, lanes.splat(u64::from(b'+'))),
    );
    let digits = lanes.select(signed, lanes.shr::<8>(rest), rest);
    let count = lanes.sub(lanes.sub(length, place), lanes.select(signed, lanes.splat(2), one));
    let digits = lanes.xor(digits, lanes.splat(u64::from(b'0') * LOW));
    let digits = lanes.and(digits, text_mask(lanes, count, 0));
    let fits = lanes.mask_and(lanes.less_than(lanes.splat(0), count), lanes.less_than(count, lanes.splat(3)));
    let is_good =
        lanes.mask_and(lanes.mask_and(is_e, fits), lanes.is_zero(not_digits(lanes, digits, digits)));
    (lanes.select(without, length, place), lanes.mask_or(without, is_good))
}

impl Predicate for Float {
    #[inline(always)]
    fn prove<L: Lanes>(&self, lanes: L, cells: &Cells<'_>, group: &Group<L>) -> L::Mask {
        let (mut start, mut length) = (group.start, group.length);
        let [mut head, mut tail] = [group.head, group.next];
        let low = lanes.and(head, lanes.splat(0xFF));
        let signed = lanes.mask_or(
            lanes.equal(low, lanes.splat(u64::from(b'-'))),
            lanes.equal(low, lanes.splat(u64::from(b'+'))),
        );
        if lanes.bits(signed) != 0 {
            let one = lanes.select(signed, lanes.splat(1), lanes.splat(0));
            (start, length) = (lanes.add(start, one), lanes.sub(length, one));
            [head, tail] = lanes.gather_16(cells.bytes, start);
        }
        let mut good = lanes.less_than(length, lanes.splat(MAX_BYTES + 1));
        let (mut in_head, mut in_tail) = (text_mask(lanes, length, 0), text_mask(lanes, length, 1));
        let letters = [in_head, in_tail].map(|used| lanes.and(used, lanes.splat(LETTER)));
        let letters = [lanes.and(head, letters[0]), lanes.and(tail, letters[1])];
        if lanes.bits(lanes.is_zero(lanes.or(letters[0], letters[1])))
            != lanes.bits(lanes.mask_not(lanes.mask_none()))
        {
            let (shorter, is_good) = mantissa(lanes, cells, start, length, letters);
            good = lanes.mask_and(good, is_good);
            length = shorter;
            (in_head, in_tail) = (text_mask(lanes, length, 0), text_mask(lanes, length, 1));
        }
        let zeros = lanes.splat(u64::from(b'0') * LOW);
        let head = lanes.and(lanes.xor(head, zeros), in_head);
        let tail = lanes.and(lanes.xor(tail, zeros), in_tail);
        let (one, other) = (bytes_equal(lanes, head, b'.' ^ b'0'), bytes_equal(lanes, tail, b'.' ^ b'0'));
        let points = lanes.sum_bytes(lanes.add(lanes.shr::<7>(one), lanes.shr::<7>(other)));
        let head = lanes.and_not(head, whole_bytes(lanes, one));
        let tail = lanes.and_not(tail, whole_bytes(lanes, other));
        // At most one point, and at least one digit.
        good = lanes.mask_and(good, lanes.less_than(points, lanes.splat(2)));
        good = lanes.mask_and(good, lanes.less_than(points, length));
        lanes.mask_and(good, lanes.is_zero(not_digits(lanes, head, tail)))
    }
}
