//! One location in the data: the line, with carets below the relevant part.
//!
//! A character of the data may take several columns (`\u{1b}`, wide letters) or none (combining marks). Therefore the
//! line is first split into [`DisplayChar`]s, each with its displayed text, whose widths determine the columns of the
//! carets.

use std::ops::Range;

use super::page::{self, Line, Page, Style};
use crate::{
    Excerpt, escape,
    render::{
        line::{TextLine, highlighted_lines},
        number,
    },
};

/// The number of lines of a multi-line cell that are shown.
const LINES_SHOWN: usize = 3;
/// Shows that something is missing.
const ELLIPSIS: &str = "…";

/// What a snippet shows.
pub(super) struct Snippet<'a> {
    /// The lines and the highlighted part.
    pub(super) excerpt: &'a Excerpt,
    /// The text of the margin if the line has no number.
    pub(super) margin: &'a str,
    /// The text after the carets.
    pub(super) label: &'a str,
    /// The style of the carets and the label.
    pub(super) style: Style,
    /// The number of columns before the margin.
    pub(super) indent: usize,
}

/// One character in the form in which it is shown.
struct DisplayChar {
    text: String,
    width: usize,
}

/// Writes the snippet and returns the width of its margin, so that the caller can align the text below it.
pub(super) fn write(page: &mut Page, snippet: &Snippet<'_>) -> usize {
    let lines = highlighted_lines(snippet.excerpt);
    let shown = &lines[..lines.len().min(LINES_SHOWN)];
    let margins: Vec<String> = shown
        .iter()
        .map(|line| line.number.map_or_else(|| snippet.margin.to_owned(), |number| number.to_string()))
        .collect();
    let margin = margins.iter().map(|margin_text| page::width(margin_text)).max().unwrap_or(0);
    let gutter = |margin_text: &str| {
        let shift = snippet.indent + margin - page::width(margin_text);
        Line::indented(shift).with(Style::Location, margin_text).with(Style::Faint, " │ ")
    };
    let available = page.width().saturating_sub(snippet.indent + margin + 3).max(8);
    for (index, (line, margin_text)) in shown.iter().zip(&margins).enumerate() {
        let (chars, highlighted) = display_chars(line);
        let (text, caret_start, carets) = window(&chars, highlighted, available);
        page.line(&gutter(margin_text).with(Style::Plain, &text));
        let caret_line = gutter("")
            .padded_to(snippet.indent + margin + 3 + caret_start)
            .with(snippet.style, &"^".repeat(carets));
        if index + 1 < shown.len() {
            page.line(&caret_line);
            continue;
        }
        let hidden = lines.len() - shown.len();
        let label = if hidden == 0 {
            snippet.label.to_owned()
        } else {
            format!("and {}: {}", number::count(hidden as u64, "more line"), snippet.label)
        };
        write_label(page, &caret_line, &gutter(""), snippet.style, &label);
    }
    margin
}

/// Writes the label after the carets if it fits there, else below them.
fn write_label(page: &mut Page, caret_line: &Line, gutter: &Line, style: Style, label: &str) {
    let label = escape::escape_text(label);
    if caret_line.width() + 1 + page::width(&label) <= page.width() {
        page.line(&caret_line.clone().with(Style::Plain, " ").with(style, &label));
    } else {
        page.line(caret_line);
        page.wrapped_with_prefixes(gutter, gutter, style, &label);
    }
}

/// The characters of a line in the form in which they are shown, and the range of the highlighted ones.
fn display_chars(line: &TextLine<'_>) -> (Vec<DisplayChar>, Range<usize>) {
    let chars = escape::escaped_chars(line.text)
        .map(|text| DisplayChar { width: page::width(&text), text: text.into_owned() })
        .collect();
    let index_of = |byte: usize| line.text.char_indices().take_while(|(at, _)| *at < byte).count();
    (chars, index_of(line.highlighted.start)..index_of(line.highlighted.end))
}

/// The part of a line around the highlighted characters that fits, the column of the first caret and the number of carets.
fn window(chars: &[DisplayChar], highlighted: Range<usize>, available: usize) -> (String, usize, usize) {
    // Characters without a width, or none, get one caret, which may be past the end of the line.
    let caret_past_end = usize::from(width(&chars[highlighted.clone()]) == 0);
    let shown = if width(chars) + caret_past_end <= available {
        0..chars.len()
    } else {
        around(chars, &highlighted, available - 2 - caret_past_end)
    };
    let lead = if shown.start > 0 { ELLIPSIS } else { "" };
    let tail = if shown.end < chars.len() { ELLIPSIS } else { "" };
    let caret_start = page::width(lead) + width(&chars[shown.start..highlighted.start]);
    let carets = width(&chars[highlighted.start..highlighted.end.min(shown.end)]).max(1);
    let text: String = chars[shown].iter().map(|character| character.text.as_str()).collect();
    (format!("{lead}{text}{tail}"), caret_start, carets)
}

/// The characters that fit into `budget` columns: as many highlighted ones as possible, from the first on, then as many on
/// both sides as fit.
fn around(chars: &[DisplayChar], highlighted: &Range<usize>, budget: usize) -> Range<usize> {
    let mut shown = highlighted.start..highlighted.start;
    let mut used = 0;
    let mut grow = |shown: &mut Range<usize>, forward: bool, limit: usize, columns: usize| {
        loop {
            let next = if forward { Some(shown.end) } else { shown.start.checked_sub(1) };
            let Some((index, character)) = next.and_then(|next| Some((next, chars.get(next)?))) else {
                break;
            };
            if (forward && index == limit) || used + character.width > columns {
                break;
            }
            used += character.width;
            if forward { shown.end += 1 } else { shown.start -= 1 }
        }
        used
    };
    let used = grow(&mut shown, true, highlighted.end, budget);
    if shown.end == highlighted.end {
        let after = width(&chars[shown.end..]);
        let before = (budget - used).saturating_sub(after.min((budget - used) / 2));
        grow(&mut shown, false, 0, used + before);
        grow(&mut shown, true, chars.len(), budget);
    }
    shown
}

fn width(chars: &[DisplayChar]) -> usize {
    chars.iter().map(|character| character.width).sum()
}
