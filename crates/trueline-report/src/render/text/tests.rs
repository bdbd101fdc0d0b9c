use proptest::prelude::*;

use super::{
    page::{Line, Page, Style, truncate_end, truncate_middle, width, wrap},
    snippet::{self, Snippet},
};
use crate::{Excerpt, escape, render::location::column};

fn show(excerpt: &Excerpt, columns: usize) -> Vec<String> {
    let mut page = Page::new(false, columns);
    snippet::write(&mut page, &Snippet { excerpt, margin: "", label: "", style: Style::Plain, indent: 0 });
    page.into_text().lines().map(str::to_owned).collect()
}

/// The text above the carets of a snippet's last line, without combining marks.
fn pointed_at(excerpt: &Excerpt, columns: usize) -> String {
    let lines = show(excerpt, columns);
    let (line, marks) = (&lines[lines.len() - 2], &lines[lines.len() - 1]);
    let start = width(&marks[..marks.find('^').unwrap()]);
    let end = width(&marks[..=marks.rfind('^').unwrap()]);
    let mut at = 0;
    line.chars()
        .filter(|&character| {
            let from = at;
            at += width(character.encode_utf8(&mut [0; 4]));
            start <= from && from < at && from < end
        })
        .collect()
}

fn excerpt(text: &str, highlighted: &str) -> Excerpt {
    let at = text.find(highlighted).unwrap();
    Excerpt { text: text.to_owned(), highlight: at..at + highlighted.len(), first_line: Some(9) }
}

#[test]
fn carets_stand_under_the_cell() {
    for (text, highlighted) in [
        ("a,b,c", "b"),
        ("a,b,c", "a"),
        ("a,b,c", "c"),
        ("漢字,ü,x", "ü"),
        ("e\u{301}e\u{301},cell", "cell"),
        ("one,two words,three", "two words"),
    ] {
        for columns in [20, 40, 100] {
            assert_eq!(
                pointed_at(&excerpt(text, highlighted), columns),
                highlighted,
                "{text} in {columns} columns"
            );
        }
    }
    assert_eq!(pointed_at(&excerpt("a\tb\tc", "b"), 40), "b");
    assert_eq!(pointed_at(&excerpt("a\tb\u{1b}\tc", "b\u{1b}"), 40), "b\\u{1b}");
}

#[test]
fn an_empty_cell_is_pointed_at_between_its_neighbours() {
    let empty =
        |text: &str, at: usize| Excerpt { text: text.to_owned(), highlight: at..at, first_line: None };
    assert_eq!(show(&empty("a,,c", 2), 40), [" │ a,,c", " │   ^"]);
    assert_eq!(show(&empty("a,b,", 4), 40), [" │ a,b,", " │     ^"]);
    assert_eq!(show(&empty("", 0), 40), [" │", " │ ^"]);
}

#[test]
fn a_caret_after_a_full_line_has_room() {
    let text = format!("{}\u{301}", "a".repeat(37));
    let mark = Excerpt { highlight: 37..text.len(), text, first_line: None };
    let lines = show(&mark, 40);
    assert!(lines[1].ends_with('^') && lines.iter().all(|line| width(line) <= 40), "{lines:?}");
}

#[test]
fn a_cell_of_many_lines_is_shown_with_their_numbers() {
    let text = "1,\"a\r\nb\rc\nd\",2";
    assert_eq!(
        show(&excerpt(text, "\"a\r\nb\rc\nd\""), 40),
        [" 9 │ 1,\"a", "   │   ^^", "10 │ b", "   │ ^", "11 │ c", "   │ ^ and 1 more line:"]
    );
    assert_eq!(show(&excerpt(text, "d\""), 40), ["12 │ d\",2", "   │ ^^"]);
}

#[test]
fn columns_count_characters_on_the_line() {
    assert_eq!(column(&excerpt("漢字,ü,x", "ü")), Some(4));
    assert_eq!(column(&excerpt("1,\"a\r\nb\",cell", "cell")), Some(4));
    assert_eq!(column(&excerpt("…b,cell", "cell")), None);
}

#[test]
fn lines_that_would_be_commands_are_not() {
    let mut page = Page::new(false, 60);
    page.line(&Line::indented(2).with(Style::Plain, ":").with(Style::Plain, ":error::x"));
    page.wrapped(&Line::indented(4), Style::Plain, &format!("{} ::add-mask::x", "x".repeat(50)));
    for line in page.into_text().lines() {
        assert!(!line.trim_start().starts_with("::"), "{line}");
    }
}

#[test]
fn cuts_show_that_something_is_missing() {
    assert_eq!(truncate_end("abcdef", 6), "abcdef");
    assert_eq!(truncate_end("abcdef", 5), "abcd…");
    assert_eq!(truncate_end("漢字漢字", 6), "漢字…");
    assert_eq!(truncate_end("ab", 0), "");
    assert_eq!(truncate_middle("a_long_name.range", 11), "a_lon…range");
    assert_eq!(truncate_middle("ab", 1), "…");
}

#[test]
fn text_is_wrapped_at_spaces_and_wide_words_where_they_must() {
    assert_eq!(wrap("one two three", 7, 20), ["one two", "three"]);
    assert_eq!(wrap("a verylongword", 6, 6), ["a", "verylo", "ngword"]);
    assert_eq!(wrap("", 6, 6), [""]);
}

proptest! {
    #[test]
    fn any_excerpt_is_shown_in_its_width(
        text in escape::tests::hostile_text(), start in 0usize..60, length in 0usize..60, columns in 40usize..120, label in escape::tests::hostile_text(),
    ) {
        let excerpt = Excerpt { text, highlight: start..start + length, first_line: Some(u64::MAX) };
        let mut page = Page::new(false, columns);
        snippet::write(&mut page, &Snippet { excerpt: &excerpt, margin: "value", label: &label, style: Style::Bad, indent: 2 });
        let text = page.into_text();
        prop_assert!(text.contains('^'));
        for line in text.lines() {
            prop_assert!(width(line) <= columns, "{}", line);
            prop_assert!(line.chars().all(escape::is_inert));
        }
        let _ = column(&excerpt);
    }

    #[test]
    fn a_marked_word_is_found_again(before in "[a-zü漢\u{301}\t,]{0,200}", word in "[A-Z]{1,12}", after in "[a-zü漢,]{0,200}", columns in 40usize..120) {
        let text = format!("{before}{word}{after}");
        let excerpt = Excerpt { highlight: before.len()..before.len() + word.len(), text, first_line: None };
        prop_assert_eq!(pointed_at(&excerpt, columns), word);
    }

    #[test]
    fn wrapped_text_loses_nothing_but_spaces(text in "[a-z ü漢]{0,80}", first in 0usize..30, rest in 0usize..30) {
        let lines = wrap(&text, first, rest);
        prop_assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        for (index, line) in lines.iter().enumerate() {
            let columns = if index == 0 { first } else { rest };
            prop_assert!(width(line) <= columns.max(2), "{}", line);
        }
    }
}
