//! Any bytes at all: whatever the kernel and the block, the answer is the twin's.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{text, way};

/// Lines, good and bad, with all kinds of ends.
fn lines(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        6 => text::good().prop_map(String::into_bytes),
        3 => text::nearly_good(),
        1 => text::noise(),
        1 => prop::sample::select(vec![&b""[..], b" ", b"\t \r", b"\r"]).prop_map(<[u8]>::to_vec),
    ];
    let end = prop::sample::select(vec![&b"\n"[..], b"\n", b"\n", b"\r\n", b"\r\r\n", b" \n"]);
    (vec((line, end), count), any::<bool>()).prop_map(|(lines, is_closed)| {
        let mut bytes: Vec<u8> = lines.iter().flat_map(|(line, end)| [&line[..], *end].concat()).collect();
        if !is_closed {
            bytes.pop();
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn few_lines(bytes in lines(0..4), block in 1_usize..300) {
        way::check(&bytes, &[block]);
    }

    #[test]
    fn many_lines(bytes in lines(0..40), block in 1_usize..3_000) {
        way::check(&bytes, &[block]);
    }

    #[test]
    fn any_bytes(bytes in vec(prop::sample::select(b"\"\\\n\ru{}[]:,0 ad8D\x01\xC3\xA9".to_vec()), 0..700), block in 1_usize..300) {
        way::check(&bytes, &[block]);
    }

    /// Many escapes: runs of backslashes of any length, pairs and halves of pairs, at every place.
    #[test]
    fn escapes(
        before in 0_usize..130,
        pieces in vec(prop_oneof![
            (0_usize..140).prop_map(|length| "\\".repeat(length)),
            prop::sample::select(vec!["\"", "\\\"", "a", "\n", "\\u0041", "\\ud83d", "\\ude00", "\\uD8", "\\ud83d\\ude00", "\\ud83d\\\\ude00"]).prop_map(str::to_owned),
        ], 0..12),
    ) {
        let text = format!("{}\"{}", " ".repeat(before), pieces.concat());
        way::check(text.as_bytes(), &[1, 100]);
    }
}

#[test]
fn backslashes_about_every_border() {
    for run in 1..=130 {
        for before in (0..70).step_by(if run < 8 { 1 } else { 7 }).chain([440, 507, 510, 511, 512]) {
            let text = format!("{{\"{}\":\"{}\"}}\n[1,\"x\"]\n", "k".repeat(before), "\\".repeat(run));
            way::check(text.as_bytes(), &[]);
        }
    }
}

#[test]
fn a_broken_line_harms_itself_only() {
    let good = "{\"a\": [1, \"b, {}\"], \"c\": {}}\n";
    for bad in ["\"", "{\"a\":\"}", "{\"a\": \"b\\\"}", "[\"\t\"]", "\"\\", "[\"\\u12\"]", "\\\"", "\"\"\""] {
        for before in 0..70 {
            let text = format!(
                "{}{}{bad}\n{good}{bad}\r\n{bad}\n{good}{good}{bad}",
                " ".repeat(before),
                good.repeat(before / 16)
            );
            way::check(text.as_bytes(), &[1, 64]);
        }
    }
}
