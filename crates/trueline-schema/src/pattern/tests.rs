use proptest::prelude::*;

use super::*;

fn is_match(pattern: &str, text: &str) -> bool {
    compile(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}")).is_match(text)
}

#[test]
fn classes_and_boundaries_are_ascii_unless_asked() {
    for (pattern, text, wanted) in [
        (r"^\d$", "7", true),
        (r"^\d$", "٧", false),
        (r"(?u)^\d$", "٧", true),
        (r"^(?u:\d)\d$", "٧7", true),
        (r"^(?u:\d)\d$", "٧٧", false),
        (r"^\w+$", "aZ_9", true),
        (r"^\w$", "é", false),
        (r"^\W$", "é", true),
        (r"^\s$", "\u{b}", true),
        (r"^\s$", "\u{a0}", false),
        (r"^\S$", "\u{a0}", true),
        (r"^[\d\s]$", " ", true),
        (r"(?x) ^ [\d \s] $ # comment", " ", true),
        (r"(?x)^\s$", "\t", true),
        (r"a\b", "aé", true),
        (r"(?u)a\b", "aé", false),
        (r"a\B", "aé", false),
        (r"\b{start}é", "é", false),
        (r"(?u)\b{start}é", "é", true),
        (r"\<a", "éa", true),
        ("^.$", "😀", true),
        ("^.{2}$", "é😀", true),
        ("^[^a]$", "é", true),
        (r"^\p{Greek}$", "δ", true),
        ("é+$", "ééé", true),
        ("(?-u:a)", "a", true),
    ] {
        assert_eq!(is_match(pattern, text), wanted, "{pattern} on {text:?}");
    }
}

#[test]
fn patterns_are_searched_and_the_dollar_is_the_end() {
    assert!(is_match("b", "abc"));
    assert!(is_match("c$", "abc"));
    assert!(!is_match("c$", "abc\n"));
    assert!(is_match("(?m)c$", "abc\n"));
    assert!(!is_match("^b", "a\nb"));
    assert!(!is_match("a.b", "a\nb"));
}

/// `(?i)` folds by Unicode, and ASCII classes stay ASCII under it: U+017F folds to s, U+212A to k.
#[test]
fn case_folding_adds_nothing_to_ascii_classes() {
    let word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let alpha = |character: char| matches!(character, 'α' | 'Α');
    let ks = |character: char| matches!(character, 'k' | 'K' | '\u{212A}');
    type Rule<'r> = (&'r str, Box<dyn Fn(char) -> bool>);
    let rules: Vec<Rule<'_>> = vec![
        (r"\w", Box::new(word)),
        (r"\W", Box::new(move |c| !word(c))),
        (r"[\w]", Box::new(word)),
        (r"[^\w]", Box::new(move |c| !word(c))),
        (r"[\W]", Box::new(move |c| !word(c))),
        (r"[^\W]", Box::new(word)),
        (r"[\wα]", Box::new(move |c| word(c) || alpha(c))),
        (r"[^\wα]", Box::new(move |c| !word(c) && !alpha(c))),
        (r"[\dk]", Box::new(move |c| c.is_ascii_digit() || ks(c))),
        (r"[\dα-β]", Box::new(move |c| c.is_ascii_digit() || matches!(c, 'α' | 'β' | 'Α' | 'Β' | 'ϐ'))),
        (
            r"[\d[:alpha:]]",
            Box::new(move |c| c.is_ascii_alphanumeric() || matches!(c, '\u{17F}' | '\u{212A}')),
        ),
        (r"[\w&&[^\d]]", Box::new(move |c| word(c) && !c.is_ascii_digit())),
        (r"[\w--k]", Box::new(move |c| word(c) && !ks(c))),
        (r"[\w~~k]", Box::new(move |c| word(c) != ks(c))),
        (r"[\d\PL]", Box::new(move |c| !c.is_alphabetic() || c.is_ascii_digit())),
        (r"[\w&&\s]", Box::new(|_| false)),
        (r"[^\s]", Box::new(|c| !c.is_ascii_whitespace() && c != '\u{b}')),
    ];
    for (class, rule) in rules {
        let regex = compile(&format!("(?i)^(?:{class})$")).expect(class);
        for character in (0..0x3000).chain([0x1_F600, 0x10_FFFF]).filter_map(char::from_u32) {
            // The tables of letters differ in Unicode versions and marks, which this test is not about.
            if class.contains("PL") && !character.is_ascii() {
                continue;
            }
            let found = regex.is_match(&character.to_string());
            assert_eq!(found, rule(character), "{class} on {character:?}");
        }
    }
}

#[test]
fn errors_have_an_offset() {
    for (pattern, message, offset) in [
        (r"\d(a", "unclosed group", Some(2)),
        (r"\w[z-a]", "invalid character class range, the start must be <= the end", Some(3)),
        (r"\d\p{Foo}", "Unicode property not found", Some(2)),
        (r"(?i)[\w\p{Foo}]", "Unicode property not found", Some(7)),
        (r"a(?=b)", "look-around, including look-ahead and look-behind, is not supported", Some(1)),
        (r"(a)\1", "backreferences are not supported", Some(3)),
        ("(a{1000}){1000}", "it is too large once compiled", None),
    ] {
        let error = compile(pattern).expect_err(pattern);
        assert_eq!((error.message.as_str(), error.offset), (message, offset), "{pattern}");
    }
    assert!(compile(&"a".repeat(MAX_BYTES)).is_ok());
    assert!(compile(&"a".repeat(MAX_BYTES + 1)).is_err());
    assert!(compile(&format!("{}a{}", "(".repeat(101), ")".repeat(101))).is_err());
    assert!(compile(&format!("{}a{}", "(".repeat(99), ")".repeat(99))).is_ok());
    let nested = format!("{}{}", "(?:".repeat(98) + r"\d\b", ")".repeat(98));
    assert!(compile(&nested).is_ok(), "the rewriting does not exceed the nesting limit");
}

/// Expressions that take exponential time in other engines, and those that cost the most here.
#[test]
fn no_pattern_takes_long_to_compile() {
    let fill = |start: &str, item: &str, end: &str| {
        format!("{start}{}{end}", item.repeat((MAX_BYTES - start.len() - end.len()) / item.len()))
    };
    let patterns = [
        "[01]*1[01]{30}".to_owned(),
        r"\p{L}{200}".to_owned(),
        r"(?u)\w{1000}".to_owned(),
        "(?:x{0,50}){0,50}{0,50}".to_owned(),
        "((((((((((a{5}){5}){5}){5}){5}){5}){5}){5}){5}){5})".to_owned(),
        "(((((){1000}){1000}){1000}){1000}){1000}".to_owned(),
        fill(r"(?i)[\w", r"\pL", "]"),
        fill("(?i)[", r"\pL", "]"),
        fill("", r"(?i)\pL", ""),
        fill("(?i)", r"[a-\x{10FFFF}]", ""),
        fill(r"(?i)[\w", r"a-\x{10FFFF}", "]"),
        fill("(?i)", r"[\wa-Ω]", ""),
        fill("", r"\d", ""),
        fill("", "[^a]", ""),
        fill("", ".*", ""),
        fill("", "(", ""),
        fill("", "a|", "b"),
    ];
    for pattern in patterns {
        let start = std::time::Instant::now();
        let compiled = compile(&pattern);
        let time = start.elapsed();
        let shown: String = pattern.chars().take(40).collect();
        // A hundred times the duration on an idle machine.
        assert!(time.as_secs() < 10, "{shown}: {time:?}");
        if let Ok(regex) = compiled {
            assert!(regex.memory_usage() < 4 * MAX_COMPILED_BYTES, "{shown}: {}", regex.memory_usage());
        }
    }
}

/// Fragments of expressions, and equivalents that the rewriting does not change.
const PIECES: [(&str, &str); 24] = [
    (r"\d", "[0-9]"),
    (r"\D", "[^0-9]"),
    (r"\w", "(?-i:[0-9A-Za-z_])"),
    (r"\W", "(?-i:[^0-9A-Za-z_])"),
    (r"\s", r"[\t\n\x0B\x0C\r\x{20}]"),
    (r"\S", r"[^\t\n\x0B\x0C\r\x{20}]"),
    (r"\b", r"(?-u:\b)"),
    (r"\B", r"(?-u:\B)"),
    (r"[\d.]", "[0-9.]"),
    (r"[^\d.]", "[^0-9.]"),
    (r"[\wé]", "(?:(?-i:[0-9A-Za-z_])|é)"),
    (r"[\w&&[^é]]", "(?-i:[0-9A-Za-z_])"),
    (r"(?u:\w)", r"(?:\w)"),
    (r"(?u:\b)", r"(?:\b)"),
    (r"(?u:[\s\w])", r"(?:[\s\w])"),
    (".", "."),
    ("a", "a"),
    ("K", "K"),
    ("é", "é"),
    ("[^a]", "[^a]"),
    (r"\p{Lu}", r"\p{Lu}"),
    ("^", "^"),
    ("$", "$"),
    ("|", "|"),
];

fn expression() -> impl Strategy<Value = (String, String)> {
    let piece = (
        0..PIECES.len(),
        prop_oneof![4 => Just(""), 1 => Just("*"), 1 => Just("+"), 1 => Just("?"), 1 => Just("{2}")],
    );
    let group = prop::collection::vec(piece, 1..4);
    let groups =
        prop::collection::vec((group, prop_oneof![Just("(?:"), Just("("), Just("(?i:"), Just("(?i")]), 1..4);
    (groups, any::<bool>()).prop_map(|(groups, folded)| {
        let mut both =
            if folded { ("(?i)".to_owned(), "(?i)".to_owned()) } else { (String::new(), String::new()) };
        for (pieces, open) in groups {
            let is_flag = open == "(?i";
            let open = if is_flag { "(?i)" } else { open };
            both.0.push_str(open);
            both.1.push_str(open);
            for (index, repetition) in pieces {
                let (ours, equivalent) = PIECES[index];
                let repetition = if matches!(ours, "|" | "^" | "$") { "" } else { repetition };
                both.0.extend([ours, repetition]);
                both.1.extend([equivalent, repetition]);
            }
            let close = if is_flag { "" } else { ")" };
            both.0.push_str(close);
            both.1.push_str(close);
        }
        both
    })
}

proptest! {
    /// Rewritten expressions match the same texts as their equivalents, which the `regex` crate compiles unchanged.
    #[test]
    fn rewriting_keeps_the_meaning(
        (ours, equivalent) in expression(),
        texts in prop::collection::vec("[aAbkKsS_0٣éÉδ \u{17F}\u{212A}\u{a0}\n.😀]{0,6}", 20),
    ) {
        let ours_compiled = compile(&ours).expect("ours");
        let equivalent_compiled = Regex::new(&equivalent).expect("equivalent");
        for text in texts {
            prop_assert_eq!(ours_compiled.is_match(&text), equivalent_compiled.is_match(&text), "{} / {} on {:?}", ours, equivalent, text);
        }
    }

    #[test]
    fn no_text_makes_the_compiler_panic(pattern in r"[\\dDwWsSbB()\[\]{}?*+|^$.,:<>=!\-&~ixuU0-9aé ]{0,30}") {
        let _either_way = compile(&pattern);
    }
}

/// The test data of the `regex` crate, as far as it applies here: searches with default flags. Expressions with Perl classes or
/// word boundaries differ on text that is not ASCII, and under `(?i)`; these cases are skipped.
#[test]
fn the_regex_crates_own_test_data_agrees() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");
    let folder = std::env::var("TRUELINE_CORPORA").unwrap_or_else(|_| beside.to_owned());
    let Ok(files) = std::fs::read_dir(format!("{folder}/rust-regex-testdata")) else {
        println!("skipped: no rust-regex-testdata in TRUELINE_CORPORA or ../shared/corpora");
        return;
    };
    let (mut count, mut skipped) = (0, 0);
    let files = files.map(|file| file.unwrap().path());
    // `regex-lite.toml` is for an engine without Unicode support.
    let is_ours = |path: &std::path::PathBuf| {
        path.extension().is_some_and(|end| end == "toml") && !path.ends_with("regex-lite.toml")
    };
    for file in files.filter(is_ours) {
        let text = std::fs::read_to_string(&file).unwrap();
        let document = toml_edit::Document::parse(text.as_str()).unwrap();
        for test in document["test"].as_array_of_tables().unwrap() {
            match run_case(test) {
                Some(outcome) => {
                    count += 1;
                    assert_eq!(outcome, Ok(()), "{}: {:?}", file.display(), test["name"].as_str());
                }
                None => skipped += 1,
            }
        }
    }
    println!("{count} cases agree, {skipped} do not apply");
    assert!(count > 300, "{count}");
}

fn run_case(test: &toml_edit::Table) -> Option<Result<(), String>> {
    let flag = |key: &str| test.get(key).and_then(toml_edit::Item::as_bool);
    let unsupported =
        ["bounds", "match-kind", "search-kind", "line-terminator", "anchored", "match-limit", "utf8"];
    if unsupported.iter().any(|key| test.contains_key(key))
        || flag("unicode") == Some(false)
        || flag("unescape").is_some()
    {
        return None;
    }
    let (pattern, haystack) = (test["regex"].as_str()?, test["haystack"].as_str()?);
    let is_ours =
        ["\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\b", "\\B"].iter().any(|class| pattern.contains(class));
    if is_ours && (!haystack.is_ascii() || pattern.contains("(?i")) {
        return None;
    }
    let folded = format!("(?i){pattern}");
    let compiled = compile(if flag("case-insensitive") == Some(true) { &folded } else { pattern });
    Some(match (flag("compiles"), compiled) {
        (Some(false), Ok(_)) => Err("compiles and should not".to_owned()),
        (Some(false), Err(_)) => Ok(()),
        // The limits on size are ours; the test data does not have them.
        (_, Err(error)) if error.message.contains("too large") => return None,
        (_, Err(error)) => Err(error.message),
        (_, Ok(regex)) => {
            let wanted = !test["matches"].as_array()?.is_empty();
            if regex.is_match(haystack) == wanted { Ok(()) } else { Err(format!("should match: {wanted}")) }
        }
    })
}
