//! Each keyword of an example, misspelt, is an error with its name and location.

use trueline_schema::{ErrorKind, Schema};

use crate::examples::FULL_YAML;

/// The keys of a text: the offset and length of each.
fn keys(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (colon, _) in text.match_indices(':') {
        let start =
            text[..colon].rfind(|character: char| !character.is_ascii_alphabetic() && character != '_');
        let start = start.map_or(0, |before| before + 1);
        let follows = text[colon + 1..].chars().next().is_none_or(char::is_whitespace);
        let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
        let is_comment = text[line..start].trim_start().starts_with('#');
        if colon > start && follows && !is_comment {
            found.push((start, colon - start));
        }
    }
    found
}

/// Misspellings of a word: with a letter omitted, doubled or swapped, in capitals, and with a final `s`.
fn misspellings(word: &str) -> Vec<String> {
    let middle = word.len() / 2;
    let (before, after) = word.split_at(middle);
    let mut letters: Vec<char> = word.chars().collect();
    letters.swap(middle - 1, middle);
    let swapped: String = letters.iter().collect();
    let doubled = format!("{}{word}", &word[..1]);
    let candidates =
        [format!("{before}{}", &after[1..]), doubled, swapped, word.to_uppercase(), format!("{word}s")];
    candidates.into_iter().filter(|candidate| candidate != word).collect()
}

#[test]
fn the_example_is_valid() {
    Schema::from_yaml(FULL_YAML).unwrap_or_else(|error| panic!("{}", error.render("example", FULL_YAML)));
}

#[test]
fn every_misspelt_keyword_is_reported_with_its_location() {
    let keys = keys(FULL_YAML);
    assert!(keys.len() > 150, "{} keys", keys.len());
    for (start, length) in keys {
        for wrong in misspellings(&FULL_YAML[start..start + length]) {
            let text = format!("{}{wrong}{}", &FULL_YAML[..start], &FULL_YAML[start + length..]);
            // A check of one column accepts both keys.
            if matches!(wrong.as_str(), "column" | "columns") {
                continue;
            }
            let error = Schema::from_yaml(&text).expect_err(&wrong);
            let line = FULL_YAML[..start].matches('\n').count() + 1;
            let column = start - FULL_YAML[..start].rfind('\n').map_or(0, |end| end + 1) + 1;
            let is_named = error.errors().iter().any(|problem| {
                let location = problem.location().unwrap();
                (location.line as usize, location.column as usize) == (line, column)
                    && matches!(problem.kind(), ErrorKind::UnknownKey { key, .. } if *key == wrong)
            });
            assert!(is_named, "`{wrong}` at {line}:{column}: {}", error.render("example", &text));
        }
    }
}

/// The error for a misspelt word names the key.
#[test]
fn every_misspelt_word_names_its_key() {
    for (key, word) in [
        ("extra_columns", "forbid"),
        ("column_order", "exact"),
        ("terminator", "crlf"),
        ("quoting", "lenient"),
        ("blank_lines", "record"),
        ("severity", "error"),
        ("nulls", "equal"),
        ("report", "all"),
        ("unit", "byte"),
    ] {
        let text = FULL_YAML.replacen(&format!("{key}: {word}"), &format!("{key}: {word}x"), 1);
        let error = Schema::from_yaml(&text).expect_err(key);
        assert!(error.to_string().starts_with(&format!("`{key}` should be ")), "{error}");
    }
}
