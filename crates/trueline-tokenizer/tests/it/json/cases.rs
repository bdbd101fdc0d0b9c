//! Hand-picked faults, each with its offset and its message.

use trueline_tokenizer::json::{DEFAULT_MAX_DEPTH, Tokens, check};

/// The fault of a text: the byte, and the words.
fn fails(text: impl AsRef<[u8]>, offset: usize, words: &str) {
    let text = text.as_ref();
    let shown = String::from_utf8_lossy(text);
    let fault = check(text, DEFAULT_MAX_DEPTH).expect_err(&shown);
    assert_eq!((fault.offset, fault.kind.to_string().as_str()), (offset, words), "{shown}");
    assert_eq!(fault.to_string(), format!("{words} at byte {offset}"));
}

#[test]
fn what_should_stand_there_is_said() {
    fails("", 0, "the record ends where a value is expected");
    fails(" \t\r\n", 4, "the record ends where a value is expected");
    fails("{", 1, "the record ends where a key in double quotes or `}` is expected");
    fails("{1:2}", 1, "found `1` where a key in double quotes or `}` is expected");
    fails("{'a':2}", 1, "found `'` where a key in double quotes or `}` is expected");
    fails(r#"{"a" 1}"#, 5, "found `1` where `:` is expected");
    fails(r#"{"a":}"#, 5, "found `}` where a value is expected");
    fails(r#"{"a":1 "b":2}"#, 7, "found `\"` where `,` or `}` is expected");
    fails(r#"{"a":1,}"#, 7, "found `}` where a key in double quotes is expected");
    fails(r#"{"a":1"#, 6, "the record ends where `,` or `}` is expected");
    fails("[", 1, "the record ends where a value or `]` is expected");
    fails("[,]", 1, "found `,` where a value or `]` is expected");
    fails("[1,]", 3, "found `]` where a value is expected");
    fails("[1}", 2, "found `}` where `,` or `]` is expected");
    fails("[1\u{b}]", 2, "found the byte 0x0B where `,` or `]` is expected");
    fails("[`]", 1, "found a backtick where a value or `]` is expected");
    fails("tru", 3, "the record ends where the literal `true` is expected");
    fails("[fals]", 5, "found `]` where the literal `false` is expected");
    fails("nuLL", 2, "found `L` where the literal `null` is expected");
    fails("NaN", 0, "found `N` where a value is expected");
    fails("\u{feff}{}", 0, "found the byte 0xEF where a value is expected");
    fails("\x1e{}", 0, "found the byte 0x1E where a value is expected");
}

#[test]
fn a_record_is_one_value() {
    fails("{}{}", 2, "found `{` behind the value, where the record should end");
    fails("{}\n{}", 3, "found `{` behind the value, where the record should end");
    fails("{} ,", 3, "found `,` behind the value, where the record should end");
    fails("nullx", 4, "found `x` behind the value, where the record should end");
    fails("1 2", 2, "found `2` behind the value, where the record should end");
    fails("{}\0", 2, "found the byte 0x00 behind the value, where the record should end");
}

#[test]
fn strings() {
    fails(r#"{"a":"b}"#, 5, "a string has no closing quote");
    fails(r#"{"a":"b\"}"#, 5, "a string has no closing quote");
    fails(r#"["\"#, 1, "a string has no closing quote");
    fails(r#"["\u12"#, 1, "a string has no closing quote");
    fails("[\"a\tb\"]", 3, "a string holds the control byte 0x09, which must be escaped");
    fails("[\"a\nb\"]", 3, "a string holds the control byte 0x0A, which must be escaped");
    fails(r#"["a\x"]"#, 3, "a backslash is followed by `x`, which makes no escape");
    fails("[\"a\\\u{7f}\"]", 3, "a backslash is followed by the byte 0x7F, which makes no escape");
    fails(r#"["a\u12G4"]"#, 3, r"the escape `\u` is not followed by four hexadecimal digits");
    fails(r#"["\u12"]"#, 2, r"the escape `\u` is not followed by four hexadecimal digits");
    fails(r#"["\U0041"]"#, 2, "a backslash is followed by `U`, which makes no escape");
    let half = "the escape is one half of a surrogate pair, without the other half";
    fails(r#"["\uD800"]"#, 2, half);
    fails(r#"["\uDC00\uD800"]"#, 2, half);
    fails(r#"["\uD83D\uDE00\uD800x"]"#, 14, half);
    fails(r#"["\uD800\u12"]"#, 2, half);
}

#[test]
fn numbers() {
    fails("-", 1, "a number has no digit behind its minus sign");
    fails("[-a]", 2, "a number has no digit behind its minus sign");
    fails("01", 1, "a number has a digit behind a leading zero");
    fails("-00", 2, "a number has a digit behind a leading zero");
    fails("1.", 2, "a number has no digit behind its decimal point");
    fails("[1.e5]", 3, "a number has no digit behind its decimal point");
    fails("1e", 2, "a number has no digit in its exponent");
    fails("[1E+]", 4, "a number has no digit in its exponent");
    fails("+1", 0, "found `+` where a value is expected");
    fails(".5", 0, "found `.` where a value is expected");
    fails("[1.5.2]", 4, "found `.` where `,` or `]` is expected");
    fails("[0x1F]", 2, "found `x` where `,` or `]` is expected");
}

#[test]
fn what_is_not_utf_8_is_said_to_be_so_wherever_it_stands() {
    let words = "the bytes are not UTF-8";
    fails(b"[\"a\xFFb\"]", 3, words);
    fails(b"[\"\xE2\x82\"]", 2, words);
    fails(b"[\"\xED\xA0\x80\"]", 2, words);
    fails(b"[\"\xF0\x8F\xBF\xBF\"]", 2, words);
    fails(b"[\"\\\xC3\"]", 3, words);
    fails(b"\xFF\xFE[\0", 0, words);
    fails(b"[]\x80", 2, words);
    fails("[é]", 1, "found the byte 0xC3 where a value or `]` is expected");
    fails("[\"\\é\"]", 2, "a backslash is followed by the byte 0xC3, which makes no escape");
    assert_eq!(check("[\"\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}\"]".as_bytes(), 1), Ok(()));
}

#[test]
fn depth_is_limited_and_costs_no_stack() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(check(nested(128).as_bytes(), 128), Ok(()));
    fails(nested(129), 128, "arrays and objects stand in one another more than 128 deep");
    assert_eq!(check(nested(1_000_000).as_bytes(), 1_000_000), Ok(()));
    assert_eq!(check(b"7", 0), Ok(()));
    assert!(check(b"[]", 0).is_err());
    // What was closed is open no more.
    assert_eq!(check(format!("[{}1]", "[[]],".repeat(500)).as_bytes(), 3), Ok(()));
}

#[test]
fn a_fault_is_given_again_and_again() {
    let mut tokens = Tokens::new(b"[1,]", DEFAULT_MAX_DEPTH);
    assert!(tokens.next().is_ok_and(|token| token.is_some()));
    assert!(tokens.next().is_ok_and(|token| token.is_some()));
    let fault = tokens.next().expect_err("no value");
    assert_eq!(tokens.next(), Err(fault));
    let mut tokens = Tokens::new(b"1", DEFAULT_MAX_DEPTH);
    assert!(tokens.next().is_ok_and(|token| token.is_some()));
    assert_eq!((tokens.next(), tokens.next()), (Ok(None), Ok(None)));
}
