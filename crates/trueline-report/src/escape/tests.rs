use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Written independently of [`is_inert`], from the categories and properties of the Unicode character database: controls,
/// format characters, separators other than the plain space, and characters that are ignored when text is displayed.
fn is_active_or_hidden(character: char) -> bool {
    let code = u32::from(character);
    let bidirectional = matches!(code, 0x61C | 0x200E | 0x200F | 0x202A..=0x202E | 0x2066..=0x2069);
    let zero_width = matches!(code, 0xAD | 0x200B..=0x200D | 0x2060..=0x2064 | 0xFEFF | 0xE0000..=0xE01EF);
    let separator = matches!(code, 0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F);
    character.is_control() || bidirectional || zero_width || separator
}

#[test]
fn every_character_of_unicode_is_classified() {
    for character in '\0'..=char::MAX {
        if is_active_or_hidden(character) {
            assert!(!is_inert(character), "U+{:04X}", u32::from(character));
        }
        let shown = escape_text(character.encode_utf8(&mut [0; 4])).into_owned();
        assert!(shown.chars().all(is_inert), "U+{:04X}", u32::from(character));
    }
    for visible in "aÄ漢😀\u{301}\\\"'<&%=\u{3000} ".chars() {
        assert!(is_inert(visible), "{visible}");
    }
}

#[test]
fn what_is_shown_is_short_and_plain() {
    assert!(matches!(escape_text("plain, ü and 漢"), Cow::Borrowed(_)));
    assert_eq!(
        escape_text("\0\u{1b}\u{7f}\u{9b}\u{2028}\t\r\n\\n"),
        r"\u{0}\u{1b}\u{7f}\u{9b}\u{2028}\t\r\n\n"
    );
    assert_eq!(escape_text("10\u{a0}000"), r"10\u{a0}000");
    assert_eq!(escape_text("\u{fdd0}\u{1fffe}\u{10ffff}"), r"\u{fdd0}\u{1fffe}\u{10ffff}");
}

#[test]
fn names_become_references_that_stay_where_they_are() {
    for (name, uri) in [
        ("", ""),
        ("a.csv", "a.csv"),
        ("../a b/50%.csv", "../a%20b/50%25.csv"),
        ("a:b.csv", "a%3Ab.csv"),
        ("<stdin>", "%3Cstdin%3E"),
        ("//host/a.csv", "file:////host/a.csv"),
        ("D:/a.csv", "file:///D:/a.csv"),
        (r"\\host\share\a.csv", "file://host/share/a.csv"),
        (r"a\b.csv", "a%5Cb.csv"),
        ("http://127.0.0.1:9000/a?b#c", "http://127.0.0.1:9000/a%3Fb%23c"),
        ("ja va://x", "ja%20va%3A//x"),
        ("\u{202e}", "%E2%80%AE"),
    ] {
        assert_eq!(file_uri(name), uri, "{name}");
    }
}

#[test]
fn commands_of_build_services_lose_their_first_character() {
    assert_eq!(escape_text("x ##vso[task.complete]"), r"x \u{23}#vso[task.complete]");
    assert_eq!(escape_text("###[error]"), r"#\u{23}#[error]");
    assert_eq!(escape_text("## heading [1], #[test], ##"), "## heading [1], #[test], ##");
    assert_eq!(line_of(&json!("##[error]")), "\"\\u0023#[error]\"\n");
}

#[test]
fn values_are_cut_where_a_character_ends() {
    assert_eq!(truncate_value(""), (String::new(), false));
    assert_eq!(truncate_value(&"x".repeat(256)), ("x".repeat(256), false));
    assert_eq!(truncate_value(&"x".repeat(257)), ("x".repeat(256), true));
    assert_eq!(truncate_value(&"😀".repeat(65)), ("😀".repeat(64), true));
    assert_eq!(truncate("😀", 3), "");
}

#[test]
fn json_is_laid_out_as_usual() {
    let value = json!({"empty": [], "none": {}, "list": [1, "a\u{7f}"]});
    assert_eq!(
        to_json_pretty(&value),
        "{\n  \"empty\": [],\n  \"list\": [\n    1,\n    \"a\\u007f\"\n  ],\n  \"none\": {}\n}"
    );
    assert_eq!(line_of(&json!({"k\u{202e}": "\u{e0041}"})), "{\"k\\u202e\":\"\\udb40\\udc41\"}\n");
}

fn line_of(value: &serde_json::Value) -> String {
    let mut line = Vec::new();
    write_json_line(&mut line, value).unwrap();
    String::from_utf8(line).unwrap()
}

/// Any text, with many characters and sequences that are not inert.
pub(crate) fn hostile_text() -> impl Strategy<Value = String> {
    let acting = proptest::sample::select(vec![
        "\u{1b}[2J",
        "\u{9b}31m",
        "\r",
        "\n",
        "\t",
        "\u{7f}",
        "\0",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{feff}",
        "\u{2028}",
        "::error::",
        "##vso[",
        "##[",
        "#",
        "\\",
        "\"",
        "\u{e0001}",
        "漢字",
        "e\u{301}",
    ]);
    let part = prop_oneof![any::<String>(), acting.prop_map(str::to_owned), "[ -~]{0,12}"];
    proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_text_acts(text in hostile_text()) {
        let shown = escape_text(&text);
        prop_assert!(!shown.chars().any(is_active_or_hidden));
        prop_assert!(shown.chars().all(is_inert));
        prop_assert!(find_active(&shown).is_none());
        prop_assert_eq!(escape_text(&shown), shown.as_ref(), "showing twice changes nothing");
    }

    #[test]
    fn no_json_acts_and_every_json_parses_back(text in hostile_text(), key in hostile_text()) {
        let value = json!({ key: [text] });
        for written in [to_json_pretty(&value), line_of(&value)] {
            prop_assert!(!written.chars().any(|character| character != '\n' && is_active_or_hidden(character)));
            prop_assert!(find_active(&written.replace('\n', "")).is_none());
            prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&written).unwrap(), &value);
        }
        prop_assert_eq!(line_of(&value).matches('\n').count(), 1);
    }

    #[test]
    fn no_text_leaves_the_place_it_is_put_in(text in hostile_text()) {
        let shown = escape_text(&text).into_owned();
        let markup = escape_markup(&text);
        prop_assert!(!markup.contains(['<', '>', '"', '\'']));
        let unescaped = ["&lt;<", "&gt;>", "&quot;\"", "&#39;'", "&amp;&"]
            .iter()
            .fold(markup.into_owned(), |text, pair| text.replace(&pair[..pair.len() - 1], &pair[pair.len() - 1..]));
        prop_assert_eq!(&unescaped, &shown);
        let property = escape_command_property(&text);
        prop_assert!(!property.contains([':', ',', '\n', '\r']));
        prop_assert_eq!(property.replace("%2C", ",").replace("%3A", ":").replace("%25", "%"), shown);
        let uri = file_uri(&text);
        prop_assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%:+".contains(&byte)), "{}", uri);
    }

    #[test]
    fn truncation_keeps_a_prefix(text in any::<String>(), limit in 0usize..40) {
        let kept = truncate(&text, limit);
        prop_assert!(kept.len() <= limit && text.starts_with(kept));
        prop_assert!(kept.len() == text.len() || kept.len() + 4 > limit);
    }
}
