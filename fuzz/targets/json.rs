//! Any bytes as JSON Lines: indexer and checker have the results of the byte-wise machine, with every kernel and block, and the
//! machine accepts what `serde_json` accepts.
#![no_main]

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use trueline_tokenizer::json::{DEFAULT_MAX_DEPTH, FaultKind, check, is_scalar, unescape};

/// The comparison of all ways to read JSON Lines, shared with the tests of the tokenizer.
#[path = "../../crates/trueline-tokenizer/tests/it/json/compare.rs"]
mod compare;

/// The maximum number of bytes of one run.
const MOST_BYTES: usize = 8 << 10;

/// The meaning of a byte in the half of inputs that consist of meaningful bytes.
const MEANINGFUL: [&[u8]; 32] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\"",
    b"\n",
    b"\\",
    b" ",
    b"\r\n",
    b"0",
    b"12.5",
    b"-",
    b"e",
    b"true",
    b"null",
    b"\"a\"",
    b"\"a\":",
    b"{\"a\":1,",
    b"\\u",
    b"\\ud83d",
    b"\\ude00",
    b"\\n",
    b"\xC3\xA9",
    b"\xE2\x82",
    b"\t",
    b"\0",
    b"[[[[",
    b"]]]]",
    b"0123456789012345678901234567890123456789012345678901234567890123",
    b"\"0123456789, {} [] 0123456789 0123456789 0123456789 0123456789\"",
];

/// The low bits of a byte select a piece, the others how often it is repeated.
fn spelled(bytes: &[u8]) -> Vec<u8> {
    let piece = |byte: &u8| MEANINGFUL[usize::from(byte % 32)].repeat(usize::from(byte / 32) + 1);
    bytes.iter().flat_map(piece).collect()
}

/// Compares the results for one text.
fn compare(text: &[u8]) {
    let judged = check(text, DEFAULT_MAX_DEPTH).map_err(|fault| fault.kind);
    // `serde_json` is not used for texts that are nested deeper than it supports.
    let is_deep = text.iter().filter(|byte| matches!(byte, b'[' | b'{')).count() > 100;
    if !is_deep {
        match (serde_json::from_slice::<serde_json::Value>(text), judged) {
            (Ok(_), judged) => assert_eq!(judged, Ok(())),
            (Err(error), Ok(())) => assert!(error.to_string().starts_with("number out of range"), "{error}"),
            (Err(_), Err(_)) => {}
        }
    }
    let is_one = judged.is_ok() && matches!(text.first(), Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n'));
    assert_eq!(is_scalar(text), is_one && text.trim_ascii_end() == text);
    if judged.is_ok() && text.len() > 1 && text.starts_with(b"\"") && text.ends_with(b"\"") {
        assert!(std::str::from_utf8(&unescape(&text[1..text.len() - 1])).is_ok());
    }
    assert!(judged != Err(FaultKind::InvalidUtf8) || std::str::from_utf8(text).is_err());
}

fn run(input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let block = input.int_in_range(1..=300)?;
    let is_raw: bool = input.arbitrary()?;
    let rest = input.bytes(input.len())?;
    let mut bytes = if is_raw { rest.to_vec() } else { spelled(rest) };
    bytes.truncate(MOST_BYTES);
    compare::check(&bytes, &[block]);
    for line in bytes.split(|&byte| byte == b'\n') {
        compare(line);
    }
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    // Too few bytes are not an input.
    let _ = run(&mut Unstructured::new(bytes));
});
