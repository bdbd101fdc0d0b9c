//! The tokenizer never panics, and its results never exceed the bytes.

use proptest::collection::vec;
use proptest::prelude::*;
use trueline_tokenizer::{
    Dialect, Indexer, Kernel, Positions, Splitter, State, Terminator, preamble, unquote,
};

fn terminator() -> impl Strategy<Value = Terminator> {
    prop::sample::select(vec![Terminator::Auto, Terminator::Lf, Terminator::CrLf, Terminator::Cr])
}

fn role() -> impl Strategy<Value = u8> {
    prop::sample::select(b",\"\\#\r\n\0a\xC3".to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// A dialect in which a byte has several roles is meaningless, but still every byte is consumed and every range is
    /// valid.
    #[test]
    fn a_dialect_without_a_meaning(
        bytes in vec(role(), 0..200),
        delimiter in role(),
        (quote, escape, comment) in (prop::option::of(role()), prop::option::of(role()), prop::option::of(role())),
        terminator in terminator(),
        skip_lines in 0_u64..4,
        block in 1_usize..100,
    ) {
        let dialect = Dialect::default()
            .delimiter(delimiter)
            .quote(quote)
            .escape(escape)
            .comment(comment)
            .terminator(terminator)
            .skip_lines(skip_lines);
        let _ = preamble(&bytes, &dialect, true);
        let _ = preamble(&bytes, &dialect, false);
        for kernel in Kernel::available() {
            let splitter = Splitter::with_kernel(&dialect, kernel);
            let split = splitter.resolve(&bytes, &splitter.survey(&bytes), State::START);
            prop_assert!(split.tail.is_none_or(|tail| tail <= bytes.len()));
            let mut indexer = Indexer::with_kernel(&dialect, kernel).block_bytes(block);
            let mut positions = Positions::new();
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                let consumed = indexer.index(rest, true, &mut positions);
                prop_assert!(consumed > 0);
                for record in 0..positions.len() {
                    let _ = &rest[positions.record(record)];
                    for field in 0..positions.field_count(record) {
                        let _ = unquote(&rest[positions.field(record, field)], &dialect);
                    }
                }
                rest = &rest[consumed..];
            }
        }
    }
}

#[test]
#[should_panic(expected = "there are 1 records, not 1")]
fn a_record_that_is_not_there() {
    let mut positions = Positions::new();
    Indexer::new(&Dialect::default()).index(b"a\n", true, &mut positions);
    positions.record(1);
}

#[test]
#[should_panic(expected = "record 0 has 1 fields, not 1")]
fn a_field_that_is_not_there() {
    let mut positions = Positions::new();
    Indexer::new(&Dialect::default()).index(b"a\n", true, &mut positions);
    positions.field(0, 1);
}
