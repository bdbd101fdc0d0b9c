//! Records by themselves: what was seen before makes no difference to what is proven.

use proptest::collection::vec;
use proptest::prelude::*;
use trueline_decode::json::{JsonColumn, JsonOptions, RecordProver};
use trueline_tokenizer::Kernel;

use super::ways::{columns, make, record};

/// The columns of single values: of others no proof knows records.
fn prover(forbids: bool) -> RecordProver {
    let single = |plan: &JsonColumn| !matches!(plan.field.name.as_str(), "tags" | "context");
    let columns: Vec<JsonColumn> = columns().into_iter().filter(single).collect();
    let mut options = JsonOptions::default();
    let names = || columns.iter().map(|plan| plan.field.name.clone());
    options.allowed_names = forbids.then(|| names().chain(["tags".into(), "context".into()]).collect());
    RecordProver::new(&columns, &options, Kernel::detect()).expect("a prover")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_was_seen_before_makes_no_difference(
        makes in vec(make(), 1..7),
        order in vec((any::<u64>(), any::<u64>(), any::<proptest::sample::Index>()), 1..200),
        forbids in any::<bool>(),
    ) {
        let mut seen = prover(forbids);
        for (random, which, damage) in &order {
            let which = if which % 8 == 0 { *which as usize / 8 % makes.len() } else { 0 };
            let mut line = record(&makes[which], *random).into_bytes();
            if random % 5 == 0 {
                let at = damage.index(line.len());
                match random / 5 % 4 {
                    0 => line[at] = b"\"\\{}[],:0 x\n\x01"[*random as usize / 20 % 13],
                    1 => line[at] ^= 0x80,
                    2 => { line.remove(at); }
                    _ => line.insert(at, b"\",1{ \n"[*random as usize / 20 % 6]),
                }
            }
            let text = String::from_utf8_lossy(&line);
            prop_assert_eq!(seen.proves(&line), prover(forbids).proves(&line), "{}", text);
        }
    }
}

/// Whatever stands in the place of a value, after records that differ from this one in nothing else.
#[test]
fn values_that_only_look_alike() {
    let values = [
        "1",
        "-1",
        "01",
        "1.5",
        "1e5",
        "1e+5",
        "+1",
        ".5",
        "5.",
        "-",
        "",
        " 1",
        "1 ",
        "1 2",
        "1,2",
        "nul",
        "null",
        "nullx",
        "true",
        "truer",
        "\"\"",
        "\"a\"",
        "\"a",
        "a\"",
        "\"a\"b",
        "\"a\\\"\"",
        "\"\\u0061\"",
        "\"a\tb\"",
        "\"a\u{1f}\"",
        "\"é\"",
        "\"\u{7f}\"",
        "\"a long text beyond a few words of bytes\"",
        "{}",
        "{\"y\": 1}",
        "[]",
        "[1]",
        "[1, 2]",
        "]",
        "}",
        "1}",
        "\"a\", \"id\": 1",
        "\"a\", \"note\": 1",
    ];
    let line = |value: &str, note: &str| {
        format!("{{\"x\": {value}, \"id\": 1, \"note\": {note}, \"context\": {{\"host\": 1}}}}")
    };
    let mut seen = prover(false);
    assert!(seen.proves(line("1", "\"n\"").as_bytes()));
    let mut proven = 0;
    for value in values {
        for line in [line(value, "\"n\""), line("1", value)] {
            let alone = prover(false).proves(line.as_bytes());
            proven += usize::from(alone);
            assert_eq!(seen.proves(line.as_bytes()), alone, "{line}");
        }
    }
    assert!(proven > 20, "only {proven} were proven");
    let bytes =
        |last: &[u8]| [&b"{\"x\": \"\xc3"[..], last, b"\", \"id\": 1, \"context\": {\"host\": 1}}"].concat();
    assert!(seen.proves(&bytes(b"\xa9")) && seen.proves(&bytes(b"\xa9")));
    assert!(!seen.proves(&bytes(b"\"")) && !seen.proves(&bytes(b"a")));
}
