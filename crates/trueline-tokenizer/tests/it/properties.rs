//! Property tests: for any bytes, kernel, block size and chunk boundary, the result is that of the reference implementation.

use proptest::collection::vec;
use proptest::prelude::*;
use trueline_tokenizer::{Dialect, Kernel};

use crate::compare;

/// Pieces with a meaning in CSV, and some without.
const PIECES: &[&[u8]] = &[
    b",",
    b"\"",
    b"\n",
    b"\r",
    b"\\",
    b"#",
    b"a",
    b"xyz",
    b"\x80",
    "é".as_bytes(),
    "漢字".as_bytes(),
    b"\r\n",
    b"\"\"",
    b"\",\"",
    b"\"a,b\"",
    b"\"\n\"",
    b"\n#",
    b"\xE2\x82",
    b"\0",
    b"a,b,c\n",
    b"\"a\",\"b\"\r\n",
    b"0123456789012345678901234567890123456789012345678901234567890123",
    b"\"q\"\"q\",",
];

/// A table of random pieces from a random subset of all pieces, so that some tables are well formed.
fn table(pieces: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    let some = (any::<u32>(), any::<u32>(), any::<bool>()).prop_map(|(one, other, is_thin)| {
        let mask = if is_thin { one & other } else { one | other };
        (0..PIECES.len()).filter(|at| mask >> at & 1 == 1).collect::<Vec<_>>()
    });
    (some, vec(any::<prop::sample::Index>(), pieces)).prop_map(|(some, picks)| {
        let pick = |index: &prop::sample::Index| {
            if some.is_empty() {
                PIECES[index.index(PIECES.len())]
            } else {
                PIECES[some[index.index(some.len())]]
            }
        };
        picks.iter().flat_map(pick).copied().collect()
    })
}

fn dialect() -> impl Strategy<Value = Dialect> {
    prop::sample::select(compare::dialects())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_500, ..ProptestConfig::default() })]

    #[test]
    fn short_tables(bytes in table(0..24), dialect in dialect(), block in 1_usize..40) {
        compare::check(&bytes, &dialect, &[block]);
    }

    #[test]
    fn long_tables(bytes in table(0..700), dialect in dialect(), block in 1_usize..2_000) {
        compare::check(&bytes, &dialect, &[block]);
    }

    #[test]
    fn chains(bytes in table(0..300), dialect in dialect(), cuts in vec(any::<prop::sample::Index>(), 0..12)) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        for kernel in Kernel::available() {
            compare::check_chain(&bytes, &cuts, &dialect, kernel);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn every_cut(bytes in table(0..60), dialect in dialect()) {
        for kernel in Kernel::available() {
            for cut in 0..=bytes.len() {
                compare::check_chain(&bytes, &[cut], &dialect, kernel);
            }
            for step in 1..4 {
                let cuts: Vec<usize> = (0..bytes.len()).step_by(step).collect();
                compare::check_chain(&bytes, &cuts, &dialect, kernel);
            }
        }
    }

    #[test]
    fn every_block(bytes in table(0..40), dialect in dialect()) {
        let blocks: Vec<usize> = (1..bytes.len() + 2).collect();
        compare::check(&bytes, &dialect, &blocks);
    }
}

/// Quotes at different distances, so that a survey skips stretches of different lengths without quotes.
#[test]
fn stretches_without_quotes() {
    let row = |end: &str| format!("0123456789,abcdef,\u{e9}tage{end}");
    let quoted = ["\"a,b\"", "x\"stray", "\"open", "\"a\"\"b\"x", "\"line\nend\"", "\""];
    for end in ["\n", "\r\n", "\r"] {
        let mut text = String::new();
        for (number, gap) in [0, 1, 3, 40, 700, 2_500, 5_000, 60, 7, 2, 0, 0, 300, 1].into_iter().enumerate()
        {
            text.push_str(&row(end).repeat(gap));
            text.push_str(quoted[number % quoted.len()]);
            text.push_str(if number % 3 == 0 { "," } else { end });
        }
        text.push_str(&row(end).repeat(1_000));
        let bytes = text.as_bytes();
        let cuts = [1, 700, 30_000, 30_001, bytes.len() / 2, bytes.len() - 40_000, bytes.len() - 1];
        for dialect in compare::dialects() {
            for kernel in Kernel::available() {
                compare::check_chain(bytes, &cuts, &dialect, kernel);
                compare::check_states(bytes, &dialect, kernel);
            }
        }
    }
}
