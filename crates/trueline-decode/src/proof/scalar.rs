//! Proves JSON scalars by their grammar: `true`, `false`, `null`, and numbers of up to sixteen bytes without an exponent.
//!
//! JSON accepts fewer numbers than text formats: no plus sign, no leading zeros, digits on both sides of a point.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their lanes")]

use super::Predicate;
use super::cell::{Cells, Group, LOW, ROWS_PER_WORD, not_digits, pack, text_mask};
use super::float::{bytes_equal, whole_bytes};
use super::lanes::{Bytes, Lanes, Pairs, SimdTask, WORD};

/// The maximum number of bytes of a number without its sign.
const MAX_BYTES: u64 = 16;

/// A proof that a value is a scalar.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scalar;

impl Predicate for Scalar {
    #[inline(always)]
    fn prove<L: Lanes>(&self, lanes: L, cells: &Cells<'_>, group: &Group<L>) -> L::Mask {
        let (mut length, mut head, mut next) = (group.length, group.head, group.next);
        let is_word = |text: &[u8]| {
            let mask = lanes.splat(u64::MAX >> (64 - 8 * text.len()));
            let is_long = lanes.equal(length, lanes.splat(text.len() as u64));
            lanes.mask_and(lanes.equal(lanes.and(head, mask), lanes.splat(pack(text))), is_long)
        };
        let literal = lanes.mask_or(lanes.mask_or(is_word(b"true"), is_word(b"null")), is_word(b"false"));
        let one = lanes.splat(1);
        let negative = lanes.equal(lanes.and(head, lanes.splat(0xFF)), lanes.splat(u64::from(b'-')));
        if lanes.bits(negative) != 0 {
            let sign = lanes.select(negative, one, lanes.splat(0));
            length = lanes.sub(length, sign);
            [head, next] = lanes.gather_16(cells.bytes, lanes.add(group.start, sign));
        }
        let zeros = lanes.splat(u64::from(b'0') * LOW);
        let head = lanes.and(lanes.xor(head, zeros), text_mask(lanes, length, 0));
        // The highest bit of each byte that is a point.
        let points = bytes_equal(lanes, head, b'.' ^ b'0');
        let (mut tail, mut more) = (lanes.splat(0), lanes.splat(0));
        let word = lanes.splat(WORD as u64);
        if lanes.bits(lanes.less_than(word, length)) != 0 {
            tail = lanes.and(lanes.xor(next, zeros), text_mask(lanes, length, 1));
            more = bytes_equal(lanes, tail, b'.' ^ b'0');
        }
        let count = lanes.sum_bytes(lanes.add(lanes.shr::<7>(points), lanes.shr::<7>(more)));
        let digits = lanes.and_not(head, whole_bytes(lanes, points));
        let more_digits = lanes.and_not(tail, whole_bytes(lanes, more));
        let mut good = lanes.is_zero(not_digits(lanes, digits, more_digits));
        good = lanes.mask_and(good, lanes.less_than(count, lanes.splat(2)));
        good = lanes.mask_and(good, lanes.less_than(lanes.splat(0), length));
        good = lanes.mask_and(good, lanes.less_than(length, lanes.splat(MAX_BYTES + 1)));
        // No point at either end. A shift beyond its word leaves nothing.
        let to_last = lanes.shl::<3>(lanes.sub(length, one));
        let last = lanes.or(
            lanes.shr_by(points, to_last),
            lanes.shr_by(more, lanes.sub(to_last, lanes.splat(8 * WORD as u64))),
        );
        good = lanes.mask_and(good, lanes.is_zero(lanes.and(lanes.or(points, last), lanes.splat(0x80))));
        // After a leading zero, only a point may follow.
        let zero = lanes.is_zero(lanes.and(head, lanes.splat(0xFF)));
        let goes_on = lanes
            .mask_and(lanes.less_than(one, length), lanes.is_zero(lanes.and(points, lanes.splat(0x8000))));
        good = lanes.mask_and(good, lanes.mask_not(lanes.mask_and(zero, goes_on)));
        lanes.mask_or(good, literal)
    }
}

/// Finds the rows in which a value is not proven to be a scalar.
pub(crate) struct FindInvalidScalars<'a> {
    pub(crate) bytes: Bytes<'a>,
    /// The offset of the first byte of each token.
    pub(crate) offsets: Pairs<'a>,
    /// For each row, the token from which that of the value is counted; whole words of rows.
    pub(crate) bases: &'a [u32],
    pub(crate) token: u32,
    /// Receives a bit for each of these rows.
    pub(crate) unverified: &'a mut [u64],
}

impl SimdTask for FindInvalidScalars<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { bytes, offsets, bases, token, unverified } = self;
        let cells = &Cells::without_bounds(bytes, true);
        let words = bases.as_chunks::<ROWS_PER_WORD>().0.iter();
        for (rows, unverified) in words.zip(unverified) {
            for lane in (0..ROWS_PER_WORD).step_by(L::COUNT) {
                let place = lanes.add(lanes.load(rows, lane), lanes.splat(u64::from(token)));
                let both = lanes.gather_pairs(offsets, place);
                let (start, end) = (lanes.and(both, lanes.splat(u64::from(u32::MAX))), lanes.shr::<32>(both));
                let [head, next] = lanes.gather_16(bytes, start);
                let group =
                    Group { start, length: lanes.sub(end, start), head, next, quoted: lanes.mask_none() };
                *unverified |= lanes.bits(lanes.mask_not(Scalar.prove(lanes, cells, &group))) << lane;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::lanes::SimdLevel;
    use proptest::prelude::*;
    use trueline_tokenizer::Kernel;
    use trueline_tokenizer::json::is_scalar;

    /// Which of some texts are proven to be scalars.
    fn proven(texts: &[String], kernel: Kernel) -> Vec<bool> {
        let mut bytes = Vec::new();
        let mut offsets = Vec::new();
        for text in texts {
            offsets.push(u32::try_from(bytes.len()).unwrap());
            bytes.extend_from_slice(text.as_bytes());
        }
        offsets.push(u32::try_from(bytes.len()).unwrap());
        bytes.extend_from_slice(&[b'7'; 64]);
        let count = u32::try_from(texts.len()).unwrap();
        let mut bases: Vec<u32> = (0..count).collect();
        bases.resize(texts.len().next_multiple_of(ROWS_PER_WORD), 0);
        let mut unverified = vec![0; bases.len() / ROWS_PER_WORD];
        SimdLevel::new(kernel).run(FindInvalidScalars {
            bytes: Bytes::new(&bytes).unwrap(),
            offsets: Pairs::new(&offsets).unwrap(),
            bases: &bases,
            token: 0,
            unverified: &mut unverified,
        });
        (0..texts.len())
            .map(|row| unverified[row / ROWS_PER_WORD] >> (row % ROWS_PER_WORD) & 1 == 0)
            .collect()
    }

    #[test]
    fn usual_scalars_are_proven() {
        let texts = [
            "0",
            "-0",
            "7",
            "-7.25",
            "10",
            "0.5",
            "-0.000",
            "1234567890123456",
            "-1234567.12345678",
            "true",
            "false",
            "null",
            "12345678",
            "1234567.8",
            "0.00000000000001",
        ];
        for kernel in Kernel::available() {
            for text in texts {
                assert_eq!(proven(&[text.to_owned()], kernel), [true], "{text} {kernel}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_proven_is_a_scalar(
            texts in proptest::collection::vec(
                "-?[0-9]{0,9}\\.?[0-9]{0,9}|[-+0.e]{0,4}[0-9]?|true|false|null|nul|truex|[0-9]{15,18}|-?0[0-9.]{0,3}|[a-z.]{1,9}",
                1..80,
            )
        ) {
            for kernel in Kernel::available() {
                for (text, is_proven) in texts.iter().zip(proven(&texts, kernel)) {
                    prop_assert!(!is_proven || is_scalar(text.as_bytes()), "{} {}", text, kernel);
                }
            }
        }
    }
}
