//! Integers and decimals of up to sixteen digits between bounds.
//!
//! A text is moved so that its last digit is in the highest of sixteen bytes, which turns missing bytes into leading zeros.
//! A decimal point is removed by moving the bytes before it up by one. The digits are then one integer, and the bounds are
//! integers as well: one pair for each number of digits after the point. So nothing is rounded.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their lanes")]

use trueline_schema::{DataType, Range};

use super::Predicate;
use super::bound::{self, Bounds};
use super::cell::{Cells, Group, LOW, not_digits};
use super::float::bytes_equal;
use super::lanes::{Lanes, WORD};

/// The maximum number of digits of a number.
const DIGITS: u64 = 16;

/// A proof over numbers.
#[derive(Clone, Debug)]
pub(super) struct Number {
    bounds: Bounds,
    has_point: bool,
    has_sign: bool,
}

impl Number {
    /// Creates the proof of a numeric type within ranges.
    pub(super) fn new(data_type: &DataType, ranges: &[&Range]) -> Option<Self> {
        let bounds = bound::of(data_type, ranges)?;
        let has_point = data_type.integer_bounds().is_none();
        let has_sign = bounds.least.iter().any(|least| least.cast_signed() < 0);
        Some(Self { bounds, has_point, has_sign })
    }

    /// Returns the predicate for numbers of one digit, if no number within the bounds has more.
    pub(super) fn digit(&self) -> Option<DigitPredicate<'_>> {
        (!self.has_point && self.bounds.most[0].cast_signed() <= 9).then_some(DigitPredicate(self))
    }

    /// Whether texts may have a decimal point.
    pub(super) fn has_point(&self) -> bool {
        self.has_point
    }

    /// Whether texts may have a sign.
    pub(super) fn has_sign(&self) -> bool {
        self.has_sign
    }
}

/// The general predicate: with `POINT` there may be a decimal point, with `SIGN` a sign.
pub(super) struct NumberPredicate<'a, const POINT: bool, const SIGN: bool>(pub(super) &'a Number);

impl<const POINT: bool, const SIGN: bool> Predicate for NumberPredicate<'_, POINT, SIGN> {
    #[inline(always)]
    fn prove<L: Lanes>(&self, lanes: L, cells: &Cells<'_>, group: &Group<L>) -> L::Mask {
        let (mut length, mut head, mut next) = (group.length, group.head, group.next);
        let mut negative = lanes.mask_none();
        if SIGN {
            let low = lanes.and(head, lanes.splat(0xFF));
            negative = lanes.equal(low, lanes.splat(u64::from(b'-')));
            let signed = lanes.mask_or(negative, lanes.equal(low, lanes.splat(u64::from(b'+'))));
            let one = lanes.select(signed, lanes.splat(1), lanes.splat(0));
            if lanes.bits(signed) != 0 {
                length = lanes.sub(length, one);
                [head, next] = lanes.gather_16(cells.bytes, lanes.add(group.start, one));
            }
        }
        let (mut first, mut last) = sixteen::<L, POINT>(lanes, head, next, length);
        let mut places = lanes.splat(0);
        let mut good = lanes.mask_and(
            lanes.less_than(lanes.splat(0), length),
            lanes.less_than(length, lanes.splat(DIGITS + 1)),
        );
        if POINT {
            let point = point(lanes, last);
            let above = lanes.sub(lanes.shl::<1>(point), lanes.splat(1));
            let before = lanes.sub(lanes.shr::<7>(point), lanes.splat(1));
            let moved = lanes.or(lanes.shl::<8>(lanes.and(last, before)), lanes.shr::<56>(first));
            let joined = lanes.or(lanes.and_not(last, above), moved);
            let without = lanes.is_zero(point);
            places = lanes.sum_bytes(lanes.and_not(lanes.splat(LOW), above));
            last = lanes.select(without, last, joined);
            first = lanes.select(without, first, lanes.shl::<8>(first));
            // A point alone is not a number.
            let alone = lanes.mask_and(lanes.equal(length, lanes.splat(1)), lanes.mask_not(without));
            good = lanes.mask_and(good, lanes.mask_not(alone));
        }
        let faults = not_digits(lanes, first, last);
        let mut value = lanes.eight_digits(last);
        // More than eight digits are rare enough for a branch.
        if lanes.bits(lanes.mask_not(lanes.is_zero(first))) != 0 {
            value = lanes.add(value, lanes.mul_low(lanes.eight_digits(first), 100_000_000));
        }
        if SIGN {
            value = lanes.select(negative, lanes.sub(lanes.splat(0), value), value);
        }
        let (least, most) = if POINT {
            (lanes.lookup(&self.0.bounds.least, places), lanes.lookup(&self.0.bounds.most, places))
        } else {
            (lanes.splat(self.0.bounds.least[0]), lanes.splat(self.0.bounds.most[0]))
        };
        let outside = lanes.mask_or(lanes.less_than(value, least), lanes.less_than(most, value));
        good = lanes.mask_and(good, lanes.is_zero(faults));
        lanes.mask_and(good, lanes.mask_not(outside))
    }
}

/// The predicate if no number within the bounds has more than one digit, except for leading zeros.
pub(super) struct DigitPredicate<'a>(&'a Number);

impl Predicate for DigitPredicate<'_> {
    #[inline(always)]
    fn prove<L: Lanes>(&self, lanes: L, cells: &Cells<'_>, group: &Group<L>) -> L::Mask {
        if lanes.bits(lanes.less_than(lanes.splat(1), group.length)) != 0 {
            return NumberPredicate::<false, true>(self.0).prove(lanes, cells, group);
        }
        let Bounds { least, most } = &self.0.bounds;
        let least = least[0].cast_signed().max(0).cast_unsigned();
        let digit = lanes.xor(lanes.and(group.head, lanes.splat(0xFF)), lanes.splat(u64::from(b'0')));
        let outside = lanes.mask_or(
            lanes.less_than(digit, lanes.splat(least)),
            lanes.less_than(lanes.splat(most[0]), digit),
        );
        lanes.mask_and(lanes.equal(group.length, lanes.splat(1)), lanes.mask_not(outside))
    }
}

/// The sixteen bytes that end with a text, given its first sixteen; missing bytes are zeros, and digits are numbers. With
/// `POINT` more than eight bytes are common.
#[inline(always)]
fn sixteen<L: Lanes, const POINT: bool>(
    lanes: L,
    head: L::Words,
    next: L::Words,
    length: L::Words,
) -> (L::Words, L::Words) {
    let zeros = lanes.splat(u64::from(b'0') * LOW);
    let head = lanes.xor(head, zeros);
    let word = lanes.splat(WORD as u64);
    if !POINT && lanes.bits(lanes.less_than(word, length)) == 0 {
        return (lanes.splat(0), lanes.shl_by(head, lanes.shl::<3>(lanes.sub(word, length))));
    }
    let tail = lanes.xor(next, zeros);
    // The number of bits by which the text falls short of sixteen bytes.
    let gap = lanes.shl::<3>(lanes.sub(lanes.splat(DIGITS), length));
    let bits = lanes.splat(64);
    let across = lanes.or(lanes.shr_by(head, lanes.sub(bits, gap)), lanes.shl_by(head, lanes.sub(gap, bits)));
    (lanes.shl_by(head, gap), lanes.or(lanes.shl_by(tail, gap), across))
}

/// The highest bit of the byte that is the first decimal point among digits.
#[inline(always)]
fn point<L: Lanes>(lanes: L, digits: L::Words) -> L::Words {
    let points = bytes_equal(lanes, digits, b'.' ^ b'0');
    lanes.and(points, lanes.sub(lanes.splat(0), points))
}
