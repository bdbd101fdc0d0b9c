//! Every kind of lanes against the scalar one, which is the meaning.

use proptest::prelude::*;

use super::{Bytes, CHUNK_BYTES, Lanes, MaskedBytes, Pairs, SimdTask, TRANSPOSE_WIDTH, scalar::Scalar};
use crate::proof::lanes::SimdLevel;

/// All operations over the same input; each lane gives a row of results.
struct Everything<'a> {
    words: &'a [[u64; 2]],
    bytes: &'a [u8],
    pairs: &'a [u32],
    table: [u64; 8],
}

/// The two operands of a group of lanes, made by gathering: the only way in.
fn operands<L: Lanes>(lanes: L, words: &[[u64; 2]], at: usize) -> (L::Words, L::Words) {
    let bytes: Vec<u8> = words.iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
    let bytes = Bytes::new(&bytes).expect("there are words");
    let index: Vec<u32> = (at..at + L::COUNT).map(|lane| u32::try_from(lane).expect("few") * 16).collect();
    let index = lanes.load(&index, 0);
    (lanes.gather_bytes(bytes, index), lanes.gather_bytes(bytes, lanes.add(index, lanes.splat(8))))
}

/// The lanes of a vector, read through comparisons bit by bit: the only way out.
fn lanes_of<L: Lanes>(lanes: L, words: L::Words) -> Vec<u64> {
    let mut out = vec![0; L::COUNT];
    for bit in 0..64 {
        let clear = lanes.bits(lanes.is_zero(lanes.and(words, lanes.splat(1 << bit))));
        for (lane, word) in out.iter_mut().enumerate() {
            *word |= (!clear >> lane & 1) << bit;
        }
    }
    out
}

impl SimdTask for Everything<'_> {
    type Output = Vec<Vec<u64>>;

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as every task")]
    fn run<L: Lanes>(self, lanes: L) -> Vec<Vec<u64>> {
        let mut rows: Vec<Vec<u64>> = vec![Vec::new(); self.words.len()];
        for at in (0..self.words.len()).step_by(L::COUNT) {
            let (a, b) = operands(lanes, self.words, at);
            let digits = lanes.and(a, lanes.splat(0x0707_0707_0707_0707));
            let small = lanes.splat(0xFFFF);
            let bytes = Bytes::new(self.bytes).expect("there are bytes");
            let [one, two] = lanes.gather_16(bytes, a);
            // Of what is not there, nothing is said.
            let is_there = lanes.less_than(
                lanes.and(a, lanes.splat(u64::from(u32::MAX))),
                lanes.splat(bytes.len() as u64 - 15),
            );
            let nothing = lanes.splat(0);
            let vectors = [
                lanes.splat(77),
                lanes.add(a, b),
                lanes.sub(a, b),
                lanes.and(a, b),
                lanes.and_not(a, b),
                lanes.or(a, b),
                lanes.xor(a, b),
                lanes.shl::<7>(a),
                lanes.shr::<9>(a),
                lanes.shl_by(a, b),
                lanes.shr_by(a, b),
                lanes.shr_by(a, lanes.and(b, lanes.splat(63))),
                lanes.shl_by(a, lanes.and(b, lanes.splat(63))),
                lanes.saturating_sub(lanes.and(a, small), lanes.and(b, small)),
                lanes.mul_low(a, 100_000_000),
                lanes.sum_bytes(a),
                lanes.digit_pairs(digits),
                lanes.eight_digits(digits),
                lanes.lookup(&self.table, a),
                lanes.gather_bytes(bytes, a),
                lanes.select(is_there, one, nothing),
                lanes.select(is_there, two, nothing),
                lanes.gather_pairs(Pairs::new(self.pairs).expect("there are pairs"), a),
                lanes.gather_pairs(Pairs::new(self.pairs).expect("there are pairs"), lanes.and(a, small)),
                lanes.select(lanes.less_than(a, b), a, b),
            ];
            let masks = [
                lanes.equal(a, b),
                lanes.less_than(a, b),
                lanes.is_zero(a),
                lanes.mask_none(),
                lanes.mask_not(lanes.equal(a, b)),
                lanes.mask_and(lanes.less_than(a, b), lanes.mask_not(lanes.is_zero(a))),
                lanes.mask_or(lanes.less_than(a, b), lanes.equal(a, b)),
            ];
            for vector in vectors {
                for (lane, word) in lanes_of(lanes, vector).into_iter().enumerate() {
                    rows[at + lane].push(word);
                }
            }
            for mask in masks {
                for lane in 0..L::COUNT {
                    rows[at + lane].push(lanes.bits(mask) >> lane & 1);
                }
            }
        }
        rows
    }
}

fn words() -> impl Strategy<Value = Vec<[u64; 2]>> {
    let word = prop_oneof![
        any::<u64>(),
        0..100_u64,
        Just(u64::MAX),
        Just(1 << 63),
        any::<u32>().prop_map(u64::from)
    ];
    let pair = (word.clone(), word, any::<bool>());
    proptest::collection::vec(pair.prop_map(|(a, b, same)| if same { [a, a] } else { [a, b] }), 16)
}

proptest! {
    #[test]
    fn all_lanes_agree(
        words in words(),
        bytes in proptest::collection::vec(any::<u8>(), 16..80),
        pairs in proptest::collection::vec(any::<u32>(), 2..40),
        table in any::<[u64; 8]>(),
    ) {
        let everything = || Everything { words: &words, bytes: &bytes, pairs: &pairs, table };
        let expected = Scalar.vectorize(everything());
        for kernel in trueline_tokenizer::Kernel::available() {
            prop_assert_eq!(&SimdLevel::new(kernel).run(everything()), &expected, "{}", kernel);
        }
    }
}

/// Words put into columns, and whether they were.
struct Transposed<'a> {
    from: &'a [u32],
    places: [u32; 64],
    columns: usize,
}

impl SimdTask for Transposed<'_> {
    type Output = (bool, Vec<[u32; 64]>);

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as every task")]
    fn run<L: Lanes>(self, lanes: L) -> Self::Output {
        let mut columns = vec![[7; 64]; self.columns];
        (lanes.transpose(self.from, &self.places, &mut columns), columns)
    }
}

/// The differences of some bytes from a text, of all lanes together.
struct Differing<'a>(&'a [u8; CHUNK_BYTES], &'a [u8]);

impl SimdTask for Differing<'_> {
    type Output = u64;

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as every task")]
    fn run<L: Lanes>(self, lanes: L) -> u64 {
        let Self(bytes, text) = self;
        let differences = MaskedBytes::all(text).map(|chunk| lanes.differences(bytes, &chunk));
        differences.flat_map(|words| lanes_of(lanes, words)).fold(0, |all, word| all | word)
    }
}

proptest! {
    #[test]
    fn differences_are_those_of_the_text(
        bytes in any::<[u8; CHUNK_BYTES]>(),
        length in 0..=CHUNK_BYTES,
        others in proptest::collection::vec((0..CHUNK_BYTES, any::<u8>()), 0..3),
    ) {
        let mut text = bytes;
        for (place, byte) in others {
            text[place] = byte;
        }
        let differ = |(place, (one, other)): (usize, (&u8, &u8))| u64::from(one ^ other) << (8 * (place % 8));
        let expected = bytes.iter().zip(&text[..length]).enumerate().map(differ).fold(0, |all, one| all | one);
        for kernel in trueline_tokenizer::Kernel::available() {
            prop_assert_eq!(SimdLevel::new(kernel).run(Differing(&bytes, &text[..length])), expected, "{}", kernel);
        }
    }

    #[test]
    fn words_are_turned_or_left(
        from in proptest::collection::vec(any::<u32>(), 0..40),
        places in proptest::collection::vec(any::<u8>(), 64),
        most in 1..40_u32,
        odd in prop_oneof![4 => Just(None), 1 => (0..64_usize, prop_oneof![30..40_u32, Just(u32::MAX)]).prop_map(Some)],
        columns in 0..14_usize,
    ) {
        let mut places: [u32; 64] = std::array::from_fn(|row| u32::from(places[row]) % most);
        if let Some((row, place)) = odd {
            places[row] = place;
        }
        let is_inside = places.iter().all(|place| *place as usize + columns <= from.len());
        let is_transposed = is_inside && columns % TRANSPOSE_WIDTH == 0;
        let mut expected = vec![[7; 64]; columns];
        for (column, words) in expected.iter_mut().enumerate().filter(|_| is_transposed) {
            for (word, place) in words.iter_mut().zip(places) {
                *word = from[place as usize + column];
            }
        }
        let lanes = trueline_tokenizer::Kernel::available().into_iter().map(SimdLevel::new);
        for lanes in lanes.chain([SimdLevel::Scalar(Scalar)]) {
            let transposed = lanes.run(Transposed { from: &from, places, columns });
            prop_assert_eq!(transposed, (is_transposed, expected.clone()), "{:?}", lanes);
        }
    }
}

#[test]
fn nothing_is_loaded_from_too_little() {
    assert!(Bytes::new(b"123456789012345").is_none() && Pairs::new(&[1]).is_none());
}
