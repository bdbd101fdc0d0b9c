use proptest::prelude::*;

use super::*;

/// A tree as text, without locations: `{"a":[1,"x"]}`; dates and times of TOML as `<…>`.
fn show(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::Number(text) => text.clone(),
        Value::DateTime(text) => format!("<{text}>"),
        Value::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        Value::Sequence(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(",")),
        Value::Mapping(entries) => {
            let show_entry = |entry: &Entry| {
                format!("{}:{}", serde_json::Value::from(entry.key.as_str()), show(&entry.value))
            };
            format!("{{{}}}", entries.iter().map(show_entry).collect::<Vec<_>>().join(","))
        }
    }
}

fn tree(text: &str, language: Language) -> String {
    match parse(text, language) {
        Ok(document) => show(&document.root),
        Err(error) => panic!("{text:?}: {error}"),
    }
}

#[test]
fn plain_scalars_follow_the_core_schema_of_yaml_1_2() {
    for (yaml, wanted) in [
        ("NO", "\"NO\""),
        ("yes", "\"yes\""),
        ("on", "\"on\""),
        ("true", "true"),
        ("TRUE", "true"),
        ("tRUE", "\"tRUE\""),
        ("False", "false"),
        ("~", "null"),
        ("Null", "null"),
        ("0.1", "0.1"),
        ("1e3", "1e3"),
        ("1_000", "\"1_000\""),
        ("0x1F", "31"),
        ("0o17", "15"),
        ("017", "017"),
        ("+12", "+12"),
        ("1.", "1."),
        (".5", ".5"),
        (".", "\".\""),
        ("12:30:00", "\"12:30:00\""),
        ("2020-01-31", "\"2020-01-31\""),
        (".inf", ".inf"),
        ("-.INF", "-.INF"),
        (".NaN", ".NaN"),
        ("inf", "\"inf\""),
        ("nan", "\"nan\""),
        ("'0.1'", "\"0.1\""),
        ("\"true\"", "\"true\""),
        ("!!str 5", "\"5\""),
        ("!!int 5", "5"),
        ("! 5", "ERROR"),
        ("|\n  a\n  b", "\"a\\nb\\n\""),
        (">-\n  a\n  b", "\"a b\""),
    ] {
        match parse(&format!("k: {yaml}\n"), Language::Yaml) {
            Ok(document) => assert_eq!(show(&document.root), format!("{{\"k\":{wanted}}}"), "{yaml}"),
            Err(error) => assert_eq!(wanted, "ERROR", "{yaml}: {error}"),
        }
    }
}

#[test]
fn toml_values_keep_their_text() {
    let text = r#"
a = 1_000
b = 0xff
c = 0.10
d = 1e3
e = 1979-05-27
f = 1979-05-27 07:32:00z
g = 07:32:00.5
h = "x"
i = true
j = +1.5_0
[k.l]
m = [1, [2, "é"], {n = 1}]
[[o]]
p = 1
[[o]]
"#;
    let wanted = "{\"a\":1000,\"b\":255,\"c\":0.10,\"d\":1e3,\"e\":<1979-05-27>,\"f\":<1979-05-27T07:32:00Z>,\
        \"g\":<07:32:00.5>,\"h\":\"x\",\"i\":true,\"j\":+1.50,\"k\":{\"l\":{\"m\":[1,[2,\"é\"],{\"n\":1}]}},\
        \"o\":[{\"p\":1},{}]}";
    assert_eq!(tree(text, Language::Toml), wanted);
}

#[test]
fn aliases_repeat_values() {
    assert_eq!(
        tree("a: &x [1, {b: &y c}]\nd: *x\ne: *y\n", Language::Yaml),
        "{\"a\":[1,{\"b\":\"c\"}],\"d\":[1,{\"b\":\"c\"}],\"e\":\"c\"}"
    );
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    for (text, language) in [
        ("\u{FEFF}nmae: x", Language::Yaml),
        ("\u{FEFF}{\"nmae\":1}", Language::Json),
        ("\u{FEFF}nmae = 1", Language::Toml),
    ] {
        let document = parse(text, language).unwrap_or_else(|error| panic!("{language:?}: {error}"));
        let Value::Mapping(entries) = &document.root.value else { panic!("{text}") };
        let column = if language == Language::Json { 2 } else { 1 };
        assert_eq!(document.source.line_column(entries[0].key_span), (1, column), "{language:?}");
    }
}

#[test]
fn control_characters_are_refused_in_every_language() {
    for code in (0_u8..0x20).chain([0x7F]).filter(|code| !matches!(code, b'\t' | b'\n' | b'\r')) {
        let character = char::from(code);
        for (text, language) in [
            (format!("a: \"x{character}y\"\nb: 1\n"), Language::Yaml),
            (format!("a: x{character}\nb: 1\n"), Language::Yaml),
            (format!("a = \"x{character}y\"\nb = 1\n"), Language::Toml),
            (format!("a = 1{character}\nb = 1\n"), Language::Toml),
            (format!("{{\"a\": \"x{character}y\"}}"), Language::Json),
            (format!("{{\"a\": 1{character}}}"), Language::Json),
        ] {
            // RFC 8259 allows DEL in strings.
            let is_fine = code == 0x7F && text.starts_with("{\"a\": \"");
            assert_eq!(parse(&text, language).is_ok(), is_fine, "{text:?}");
        }
    }
}

/// Checks that the span of every scalar contains the scalar.
fn check_spans(node: &Node, source: &Source<'_>) {
    let text = source.slice(node.span);
    match &node.value {
        Value::Number(number) => assert_eq!(text, number),
        Value::Text(value) => {
            assert_eq!(serde_json::from_str::<String>(text).ok().as_ref(), Some(value), "{text}");
        }
        Value::Sequence(items) => items.iter().for_each(|item| check_spans(item, source)),
        Value::Mapping(entries) => entries.iter().for_each(|entry| {
            assert_eq!(
                serde_json::from_str::<String>(source.slice(entry.key_span)).ok().as_deref(),
                Some(entry.key.as_str())
            );
            check_spans(&entry.value, source);
        }),
        _ => {}
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<u64>().prop_map(serde_json::Value::from),
        "[ -~é☃😀\n\t\\\\\"]{0,8}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            prop::collection::btree_map("[a-zé \"]{1,4}", inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// JSON is parsed as `serde_json` parses it, and the same text as YAML gives the same tree with the same spans.
    #[test]
    fn json_means_the_same_to_every_reader(value in json(), pretty in any::<bool>()) {
        prop_assume!(!value.is_null());
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let document = parse(&text, Language::Json).expect("JSON");
        prop_assert_eq!(show(&document.root), value.to_string());
        check_spans(&document.root, &document.source);
        let yaml = parse(&text, Language::Yaml).expect("YAML");
        prop_assert_eq!(show(&yaml.root), value.to_string());
        check_spans(&yaml.root, &yaml.source);
    }

    /// Text that `serde_json` refuses is refused here too.
    #[test]
    fn broken_json_is_refused_alike(value in json(), at in any::<prop::sample::Index>(), with in "[ -~]?", cut in 0_usize..3) {
        let mut text: Vec<char> = value.to_string().chars().collect();
        let at = at.index(text.len());
        let end = (at + cut).min(text.len());
        text.splice(at..end, with.chars());
        let text: String = text.into_iter().collect();
        let reference = serde_json::from_str::<serde_json::Value>(&text);
        match parse(&text, Language::Json) {
            Ok(_) => prop_assert!(reference.is_ok() || reference.is_err_and(|error| error.to_string().contains("out of range")), "{}", text),
            Err(error) => prop_assert!(reference.is_err() || matches!(error.kind(), ErrorKind::Empty), "{}: {}", text, error),
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "[\\[\\]{}:,&*!|>'\"%@`#\\-? \\n\\r\\t=a-c0-9é\\\\.]{0,60}") {
        for language in [Language::Yaml, Language::Json, Language::Toml] {
            if let Err(error) = crate::Schema::parse(&text, language) {
                let _rendered = error.render("x", &text);
                prop_assert!(error.errors().iter().all(|problem| problem.location().is_some()));
            }
        }
    }
}

#[test]
fn json_is_what_rfc_8259_says() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");
    let folder = std::env::var("TRUELINE_CORPORA").unwrap_or_else(|_| beside.to_owned());
    let Ok(files) = std::fs::read_dir(format!("{folder}/json-test-suite/test_parsing")) else {
        println!("skipped: no json-test-suite in TRUELINE_CORPORA or ../shared/corpora");
        return;
    };
    let mut count = 0;
    for file in files.map(|file| file.unwrap()) {
        let name = file.file_name().into_string().unwrap();
        let Ok(text) = String::from_utf8(std::fs::read(file.path()).unwrap()) else { continue };
        let is_read = parse(&text, Language::Json).is_ok();
        match name.as_bytes()[0] {
            b'y' => assert!(is_read, "{name}"),
            b'n' => assert!(!is_read, "{name}"),
            _ => {}
        }
        count += 1;
    }
    assert!(count > 280, "{count}");
}
