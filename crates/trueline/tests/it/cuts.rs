//! Tables whose text looks like records: several threads cut them at a guess, and must find what one finds.

use proptest::collection::vec;
use proptest::prelude::*;
use trueline::{Limits, MemorySource, Validator};

use crate::support::{schema, stable, validate};

fn cell() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "text that goes on, ",
        "7,x,y\n",
        "7,\"\"x\"\",y\n",
        "\r\n",
        "\n\n",
        "\"\"",
        ",\"\",\"\",",
    ]);
    prop_oneof![
        4 => "[a-z0-9]{0,12}",
        2 => (vec(piece, 0..8), 1_usize..40).prop_map(|(pieces, times)| format!("\"{}\"", pieces.concat().repeat(times))),
        // Quotes where none may stand.
        1 => prop::sample::select(vec!["\"", "a\"b", "\"a\"b", "\"\"\""]).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn several_threads_find_what_one_finds(
        rows in vec((0_u8..30, cell(), cell()), 0..120),
        chunk in prop::sample::select(vec![40_usize, 64, 200, 1_000, 4_096]),
        end in prop::sample::select(vec!["\n", "\r\n"]),
    ) {
        let row = |(a, b, c): &(u8, String, String)| format!("{a},{b},{c}{end}");
        let rows: String = rows.iter().map(row).collect();
        let text = format!("a,b,c{end}{rows}");
        let schema = schema("fields: [{name: a, type: int64, unique: true, maximum: 25}, {name: b, type: string, max_length: 60}, {name: c, type: string}]");
        let source = MemorySource::new("table.csv", text.into_bytes());
        let run = |threads: usize, chunk: usize| {
            stable(&validate(Validator::builder(schema.clone()).threads(threads).chunk_bytes(chunk), &source))
        };
        let expected = run(1, 1 << 20);
        for threads in [2, 4] {
            prop_assert_eq!(run(threads, chunk), expected.clone(), "{} threads", threads);
        }
    }
}

/// A record that is larger than it may be is seen, and one that only seems to be is not.
#[test]
fn what_is_too_large_is_no_guess() {
    let long = "a line of text\n".repeat(20_000);
    let schema = schema("fields: [{name: a, type: int64}, {name: b, type: string}]");
    let plain = "1,x\n".repeat(2_000);
    for (text, is_whole) in [
        (format!("a,b\n{plain}1,\"{long}\"\n{plain}"), false),
        (format!("a,b\n{plain}1,\"{}\"\n{}", &long[..30_000], plain.repeat(40)), true),
    ] {
        let source = MemorySource::new("table.csv", text.into_bytes());
        let run = |threads: usize, chunk: usize| {
            let mut limits = Limits::default();
            limits.max_record_bytes = 100_000;
            let builder = Validator::builder(schema.clone()).limits(limits);
            stable(&validate(builder.threads(threads).chunk_bytes(chunk), &source))
        };
        let expected = run(1, 1 << 20);
        assert_eq!(expected["verdict"] != "unreadable", is_whole, "{}", expected["verdict"]);
        for chunk in [64, 1_000, 8_192] {
            for threads in [2, 4] {
                assert_eq!(run(threads, chunk), expected, "{threads} threads, chunks of {chunk}");
            }
        }
    }
}
