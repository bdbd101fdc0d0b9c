//! Texts that are nearly JSON.

use proptest::collection::vec;
use proptest::prelude::*;

const STRINGS: &[&str] = &[
    r#""""#,
    r#""a""#,
    r#""id""#,
    r#""a much longer text, with a comma, a colon: and {brackets} [of both kinds], 80 bytes""#,
    r#""\"""#,
    r#""\\""#,
    r#""\\\"\\""#,
    r#""\b\f\n\r\t\/""#,
    r#""\u0041\u00e9\u20AC""#,
    r#""\ud83d\ude00""#,
    r#""\ud83d""#,
    r#""\ude00""#,
    r#""\ud83d\u0041""#,
    r#""é漢😀""#,
    "\"\u{7f}\"",
];

const OTHERS: &[&str] = &[
    "0",
    "-0",
    "7",
    "-12",
    "0.5",
    "1e5",
    "1E+2",
    "-2.5e-10",
    "9007199254740993",
    "1e400",
    "true",
    "false",
    "null",
];

/// Bytes that are inserted where they may be invalid.
const NOISE: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\"",
    b"\\",
    b"\\u",
    b"\\u12",
    b"\\x",
    b"\\\"",
    b" ",
    b"\t",
    b"\r",
    b"\x00",
    b"\x1F",
    b"\x0B",
    b"\x7F",
    b"\x80",
    b"\xC3",
    b"\xC3\xA9",
    b"\xED\xA0\x80",
    b"\xF4\x90\x80\x80",
    b"\xC0\xAF",
    b"\xE2\x82",
    b"\xEF\xBB\xBF",
    b"0",
    b"1",
    b"-",
    b"+",
    b".",
    b"e",
    b"E",
    b"01",
    b"1.",
    b".5",
    b"1e",
    b"1e+",
    b"t",
    b"tru",
    b"nul",
    b"NaN",
    b"'",
    b"/",
    b"/*",
    b",,",
    b"\"a\"",
    b"{}",
    b"[]",
    b"\"\"",
    b"true",
    b"null",
    b":1",
    b"\xFF",
];

fn white() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", "", " ", "  ", "\t", " \r ", "\r"])
}

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(STRINGS).prop_map(str::to_owned)
}

/// A valid text (except for halves of surrogate pairs), without a line feed.
pub(crate) fn good() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select([STRINGS, OTHERS].concat()).prop_map(str::to_owned);
    let value = leaf.prop_recursive(6, 40, 8, |inner| {
        let item = (white(), inner.clone(), white())
            .prop_map(|(before, value, behind)| format!("{before}{value}{behind}"))
            .boxed();
        let member = (white(), key(), white(), item.clone())
            .prop_map(|(before, key, behind, value)| format!("{before}{key}{behind}:{value}"));
        prop_oneof![
            (white(), vec(item, 0..8)).prop_map(|(white, items)| match items.len() {
                0 => format!("[{white}]"),
                _ => format!("[{}]", items.join(",")),
            }),
            (white(), vec(member, 0..8)).prop_map(|(white, members)| match members.len() {
                0 => format!("{{{white}}}"),
                _ => format!("{{{}}}", members.join(",")),
            }),
        ]
    });
    (white(), value, white()).prop_map(|(before, value, behind)| format!("{before}{value}{behind}"))
}

/// One change of a text: an offset, the number of bytes removed there, and the bytes inserted.
type Change = (prop::sample::Index, usize, &'static [u8]);

fn change() -> impl Strategy<Value = Change> {
    let noise = prop_oneof![2 => Just(&b""[..]), 5 => prop::sample::select(NOISE)];
    (any::<prop::sample::Index>(), 0..3_usize, noise)
}

/// A text with up to three changes, without a line feed.
pub(crate) fn nearly_good() -> impl Strategy<Value = Vec<u8>> {
    (good(), vec(change(), 0..4)).prop_map(|(text, changes)| {
        let mut bytes = text.into_bytes();
        for (place, taken, put) in changes {
            let at = place.index(bytes.len() + 1);
            let end = (at + taken).min(bytes.len());
            bytes.splice(at..end, put.iter().copied());
        }
        bytes
    })
}

/// Bytes with a meaning in JSON, in any order.
pub(crate) fn noise() -> impl Strategy<Value = Vec<u8>> {
    vec(prop::sample::select(NOISE), 0..30).prop_map(|pieces| pieces.concat())
}
