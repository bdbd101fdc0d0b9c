//! Compares with `serde_json`. When it skips a value, it checks the grammar, but neither UTF-8 nor surrogates. When it reads
//! a value, it checks these too, but numbers must fit an `f64`.

use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::Value;
use trueline_tokenizer::json::{DEFAULT_MAX_DEPTH, FaultKind, TokenKind, Tokens, check, unescape};

use super::text;

/// The value that the tokens describe.
fn value(bytes: &[u8]) -> Value {
    let mut tokens = Tokens::new(bytes, DEFAULT_MAX_DEPTH);
    // Each open container, and the key whose value comes next.
    let mut open: Vec<(Value, String)> = vec![(Value::Array(Vec::new()), String::new())];
    while let Some(token) = tokens.next().expect("a good text") {
        let text = &bytes[token.range];
        let content = || {
            let content = &text[1..text.len() - 1];
            assert_eq!(token.has_escapes, content.contains(&b'\\'));
            String::from_utf8(unescape(content).into_owned()).expect("unescaped text is UTF-8")
        };
        let done = match token.kind {
            TokenKind::BeginObject => {
                open.push((Value::Object(serde_json::Map::new()), String::new()));
                continue;
            }
            TokenKind::BeginArray => {
                open.push((Value::Array(Vec::new()), String::new()));
                continue;
            }
            TokenKind::Key => {
                open.last_mut().expect("an object").1 = content();
                continue;
            }
            TokenKind::EndObject | TokenKind::EndArray => open.pop().expect("something open").0,
            TokenKind::String => Value::String(content()),
            TokenKind::Number => serde_json::from_slice(text).expect("a number that fits"),
            TokenKind::True => Value::Bool(true),
            TokenKind::False => Value::Bool(false),
            TokenKind::Null => Value::Null,
        };
        match open.last_mut().expect("the outermost") {
            (Value::Array(items), _) => items.push(done),
            (Value::Object(members), key) => {
                members.insert(std::mem::take(key), done);
            }
            _ => unreachable!("only containers are open"),
        }
    }
    assert_eq!((open.len(), tokens.depth()), (1, 0));
    open[0].0[0].take()
}

fn compare(bytes: &[u8]) {
    let is_json = std::str::from_utf8(bytes).is_ok() && serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
    let read = serde_json::from_slice::<Value>(bytes);
    match check(bytes, DEFAULT_MAX_DEPTH).map_err(|fault| fault.kind) {
        Ok(()) => {
            assert!(is_json);
            match read {
                Ok(theirs) => assert_eq!(value(bytes), theirs),
                Err(error) => assert!(error.to_string().starts_with("number out of range"), "{error}"),
            }
        }
        Err(FaultKind::LoneSurrogate) => assert!(read.is_err()),
        Err(kind) => assert!(!is_json, "{kind:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn texts_that_are_nearly_good(bytes in text::nearly_good()) {
        compare(&bytes);
    }

    #[test]
    fn noise(bytes in text::noise()) {
        compare(&bytes);
    }

    #[test]
    fn whatever_is_unescaped_gives_something(bytes in text::noise()) {
        let text = unescape(&bytes);
        prop_assert!(text.len() <= bytes.len());
        prop_assert!(std::str::from_utf8(&bytes).is_err() || std::str::from_utf8(&text).is_ok());
    }
}
