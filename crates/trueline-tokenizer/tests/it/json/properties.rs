//! Property tests: for any bytes, kernel and block size, the result is that of the reference implementation.

use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use trueline_tokenizer::json;

use super::{compare, text};

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
        compare::check(&bytes, &[block]);
    }

    #[test]
    fn many_lines(bytes in lines(0..40), block in 1_usize..3_000) {
        compare::check(&bytes, &[block]);
    }

    #[test]
    fn any_bytes(bytes in vec(prop::sample::select(b"\"\\\n\ru{}[]:,0 ad8D\x01\xC3\xA9".to_vec()), 0..700), block in 1_usize..300) {
        compare::check(&bytes, &[block]);
    }

    /// Many escapes: runs of backslashes of any length, surrogate pairs and halves of them, at different offsets.
    #[test]
    fn escapes(
        before in 0_usize..130,
        pieces in vec(prop_oneof![
            (0_usize..140).prop_map(|length| "\\".repeat(length)),
            prop::sample::select(vec!["\"", "\\\"", "a", "\n", "\\u0041", "\\ud83d", "\\ude00", "\\uD8", "\\ud83d\\ude00", "\\ud83d\\\\ude00"]).prop_map(str::to_owned),
        ], 0..12),
    ) {
        let text = format!("{}\"{}", " ".repeat(before), pieces.concat());
        compare::check(text.as_bytes(), &[1, 100]);
    }
}

/// Text that resembles a number, and sometimes is one.
fn number() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[0-9]{0,20}",
        1 => "[0-9]{40,70}",
        1 => "0",
        1 => "[0-9.eE+-]{0,4}",
    ];
    let mark = prop::sample::select(vec!["", ".", "e", "E+", "e-", "-", "..", "x", "\u{e9}"]);
    (prop::sample::select(vec!["", "-"]), vec((part, mark), 1..4)).prop_map(|(sign, parts)| {
        let mut text = sign.to_owned();
        for (part, mark) in &parts {
            text.extend([part.as_str(), mark]);
        }
        // Most numbers do not end in a mark.
        let last = parts.last().map_or(0, |(_, mark)| mark.len());
        text.truncate(text.len() - last);
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn numbers(numbers in vec(number(), 1..6), white in prop::sample::select(vec!["", " ", "\t\r"])) {
        for number in &numbers {
            let expected = json::check(number.as_bytes(), 0).is_ok() && !number.is_empty();
            prop_assert_eq!(json::is_scalar(number.as_bytes()), expected, "{}", number);
        }
        let mut text = String::new();
        for number in &numbers {
            let _ = write!(text, "[{white}{number}{white},{number}]\n{number}\n{{\"a\":{number}{white}}}\n");
        }
        compare::check(text.as_bytes(), &[1]);
    }
}

#[test]
fn scalars() {
    for good in ["true", "false", "null", "0", "-0", "10", "0.0", "1e5", "-1.5E-7"] {
        assert!(json::is_scalar(good.as_bytes()), "{good}");
    }
    for bad in [
        "", "True", "tru", "truee", "nulls", "f", "-", "--1", "01", "-01", "1 ", " 1", "[]", "{}", "\"\"",
        "1,2", "NaN",
    ] {
        assert!(!json::is_scalar(bad.as_bytes()), "{bad}");
    }
    for bad in ["true1", "falsey", "nul", "nullnull", "t", "1true", "tr\u{e9}", "00", "1\u{c}"] {
        compare::check(format!("[{bad}]\n{bad}\n[1, {bad} ]").as_bytes(), &[]);
    }
}

#[test]
fn backslashes_about_every_border() {
    for run in 1..=130 {
        for before in (0..70).step_by(if run < 8 { 1 } else { 7 }).chain([440, 507, 510, 511, 512]) {
            let text = format!("{{\"{}\":\"{}\"}}\n[1,\"x\"]\n", "k".repeat(before), "\\".repeat(run));
            compare::check(text.as_bytes(), &[]);
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
            compare::check(text.as_bytes(), &[1, 64]);
        }
    }
}
