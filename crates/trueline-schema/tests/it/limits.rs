//! Documents that exceed limits.

use std::time::{Duration, Instant};

use trueline_schema::{ErrorKind, Language, Schema};

#[track_caller]
fn assert_limit(text: &str, language: Language, wanted: &str) {
    let start = Instant::now();
    let error = Schema::parse(text, language).expect_err("a limit");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    match error.kind() {
        ErrorKind::Limit { what, .. } => assert_eq!(*what, wanted),
        other => panic!("{other}"),
    }
    assert!(error.location().is_some());
}

#[test]
fn the_maximum_size_is_one_mebibyte() {
    for language in [Language::Yaml, Language::Json, Language::Toml] {
        let mut text = if language == Language::Json { "{\"name\": \"x\"}" } else { "" }.to_owned();
        if language == Language::Yaml {
            text.push_str("name: x\n");
        }
        if language == Language::Toml {
            text.push_str("name = \"x\"\n");
        }
        text.push_str(&" ".repeat((1 << 20) - text.len()));
        Schema::parse(&text, language).expect("as long as it may be");
        text.push(' ');
        assert_limit(&text, language, "bytes");
    }
}

#[test]
fn nesting_ends_at_64() {
    const DEEP: usize = 100_000;
    assert_limit(&"[".repeat(DEEP), Language::Json, "levels of nesting");
    assert_limit(&"{\"a\":".repeat(DEEP), Language::Json, "levels of nesting");
    assert_limit(&"[".repeat(DEEP), Language::Yaml, "levels of nesting");
    assert_limit(&"{a: ".repeat(DEEP), Language::Yaml, "levels of nesting");
    assert_limit(&"- ".repeat(DEEP), Language::Yaml, "levels of nesting");
    let stairs: String = (0..1000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert_limit(&stairs, Language::Yaml, "levels of nesting");
    // The TOML parser has a nesting limit of its own, with its own message.
    Schema::from_toml(&format!("a = {}", "[".repeat(DEEP))).expect_err("too deep");
    Schema::from_toml(&format!("a{} = 1", ".a".repeat(DEEP))).expect_err("too deep");
    assert_limit(&format!("a = {}{}", "[".repeat(70), "]".repeat(70)), Language::Toml, "levels of nesting");

    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for language in [Language::Json, Language::Yaml] {
        let error = Schema::parse(&nested(64), language).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::WrongKind { .. }), "{error}");
        assert_limit(&nested(65), language, "levels of nesting");
    }
}

#[test]
fn aliases_cannot_multiply_values() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..=9 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert_limit(&text, Language::Yaml, "values kept by anchors and repeated by aliases");
}

#[test]
fn nested_anchors_cannot_multiply_values() {
    let open: String = (0..60).map(|level| format!("&a{level} [")).collect();
    let text = format!("{open}{}{}", "x,".repeat(50_000), "]".repeat(60));
    assert_limit(&text, Language::Yaml, "values kept by anchors and repeated by aliases");
}

#[test]
fn aliases_cannot_hide_depth() {
    let tower = |base: &str| format!("{}{base}{}", "[".repeat(40), "]".repeat(40));
    assert_limit(&format!("a: &a {}\nb: {}\n", tower("x"), tower("*a")), Language::Yaml, "levels of nesting");
}

#[test]
fn values_are_counted() {
    let text = format!("[{}0]", "0,".repeat(150_000));
    assert_limit(&text, Language::Json, "values");
    assert_limit(&text, Language::Yaml, "values");
    assert_limit(&format!("a = {text}"), Language::Toml, "values");
}

#[test]
fn aliases_work_within_the_limit() {
    let text = "fields:\n  - {name: a, type: string, enum: &codes [x, y]}\n  - {name: b, type: string, enum: *codes}\n";
    let schema = Schema::from_yaml(text).expect("aliases");
    assert_eq!(schema.fields[0].checks[0].kind, schema.fields[1].checks[0].kind);
}

/// The total memory for the patterns of a schema is limited too.
#[test]
fn patterns_are_limited_together() {
    let mut text = "fields:\n".to_owned();
    for index in 0..500 {
        text.push_str(&format!("  - {{name: f{index}, type: string, pattern: '(?u)\\w{{20}}{index}'}}\n"));
    }
    let start = Instant::now();
    let error = Schema::from_yaml(&text).expect_err("too much together");
    assert!(error.to_string().contains("take more than 67108864 bytes together"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

/// The search for errors stops at the maximum number of reported errors.
#[test]
fn many_errors_do_not_take_long() {
    let keys: String = (0..60_000).map(|key| format!("requierd{key}: 1\n")).collect();
    let duplicates = "name: x\n".repeat(90_000);
    let fields: String = (0..30_000).map(|field| format!("  - name: f{field}\n")).collect();
    let columns: String =
        (0..9_000).map(|column| format!("  - {{check: required, column: g{column}}}\n")).collect();
    let ids: String = (0..9_000)
        .map(|id| format!("  - {{check: row_count, min: 1, id: 'table.row_count#{id}'}}\n"))
        .collect();
    for text in [
        keys,
        duplicates,
        format!("fields:\n{fields}checks:\n{columns}"),
        format!("fields:\n{fields}{fields}"),
        format!("checks:\n{ids}"),
        format!("fields: [{{name: a, type: string, enum: [{}]}}]", "1,".repeat(90_000)),
    ] {
        let start = Instant::now();
        if let Ok(schema) = Schema::from_yaml(&text) {
            assert!(!schema.fingerprint().is_empty());
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{:?} for {:?}…", start.elapsed(), &text[..60]);
        println!("{:?} {:?}", start.elapsed(), &text[..30]);
    }
}
