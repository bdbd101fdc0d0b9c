//! One location in the data: the line, with carets below the relevant part.
//!
//! A character of the data may take several columns (`\u{1b}`, wide letters) or none (combining marks). Therefore the line
//! is first split into [`Piece`]s, each with its displayed text, and the carets are placed by those.

use std::ops::Range;

use super::page::{self, Line, Page, Style};
use crate::{
    Excerpt, escape,
    render::{
        line::{TextLine, marked_lines},
        number,
    },
};

/// Lines of a multi-line cell that are shown.
const LINES_SHOWN: usize = 3;
/// Shows that something is missing.
const ELLIPSIS: &str = "…";

/// What a snippet shows.
pub(super) struct Snippet<'a> {
    /// The lines and the marked part.
    pub(super) excerpt: &'a Excerpt,
    /// The margin if the line has no number.
    pub(super) margin: &'a str,
    /// What to write beside the carets.
    pub(super) label: &'a str,
    /// How the carets and the label look.
    pub(super) style: Style,
    /// Columns before the margin.
    pub(super) indent: usize,
}

/// One character, as it is shown.
struct Piece {
    text: String,
    width: usize,
}

/// Writes the snippet, and gives the width of its margin, so that more can be written under it.
pub(super) fn write(page: &mut Page, snippet: &Snippet<'_>) -> usize {
    let lines = marked_lines(snippet.excerpt);
    let shown = &lines[..lines.len().min(LINES_SHOWN)];
    let names: Vec<String> = shown
        .iter()
        .map(|line| line.number.map_or_else(|| snippet.margin.to_owned(), |number| number.to_string()))
        .collect();
    let margin = names.iter().map(|name| page::width(name)).max().unwrap_or(0);
    let gutter = |name: &str| {
        let shift = snippet.indent + margin - page::width(name);
        Line::indented(shift).with(Style::Place, name).with(Style::Faint, " │ ")
    };
    let room = page.width().saturating_sub(snippet.indent + margin + 3).max(8);
    for (index, (line, name)) in shown.iter().zip(&names).enumerate() {
        let (pieces, marked) = pieces(line);
        let (text, caret_start, carets) = window(&pieces, marked, room);
        page.line(&gutter(name).with(Style::Plain, &text));
        let marks = gutter("")
            .padded_to(snippet.indent + margin + 3 + caret_start)
            .with(snippet.style, &"^".repeat(carets));
        if index + 1 < shown.len() {
            page.line(&marks);
            continue;
        }
        let hidden = lines.len() - shown.len();
        let label = if hidden == 0 {
            snippet.label.to_owned()
        } else {
            format!("and {}: {}", number::count(hidden as u64, "more line"), snippet.label)
        };
        write_label(page, &marks, &gutter(""), snippet.style, &label);
    }
    margin
}

/// Beside the carets when it fits there, else under them.
fn write_label(page: &mut Page, marks: &Line, gutter: &Line, style: Style, label: &str) {
    let label = escape::escape_text(label);
    if marks.width() + 1 + page::width(&label) <= page.width() {
        page.line(&marks.clone().with(Style::Plain, " ").with(style, &label));
    } else {
        page.line(marks);
        page.wrapped_under(gutter, gutter, style, &label);
    }
}

/// The characters of a line as they are shown, and which of them are marked.
fn pieces(line: &TextLine<'_>) -> (Vec<Piece>, Range<usize>) {
    let pieces = escape::pieces(line.text)
        .map(|text| Piece { width: page::width(&text), text: text.into_owned() })
        .collect();
    let index_of = |byte: usize| line.text.char_indices().take_while(|(at, _)| *at < byte).count();
    (pieces, index_of(line.marked.start)..index_of(line.marked.end))
}

/// The part of a line around what is marked that fits, with the column and the number of the carets.
fn window(pieces: &[Piece], marked: Range<usize>, room: usize) -> (String, usize, usize) {
    // An empty cell is marked with one caret, which may be past the end of the line.
    let pointer = usize::from(marked.is_empty());
    let shown = if width(pieces) + pointer <= room {
        0..pieces.len()
    } else {
        around(pieces, &marked, room - 2 - pointer)
    };
    let lead = if shown.start > 0 { ELLIPSIS } else { "" };
    let tail = if shown.end < pieces.len() { ELLIPSIS } else { "" };
    let caret_start = page::width(lead) + width(&pieces[shown.start..marked.start]);
    let carets = width(&pieces[marked.start..marked.end.min(shown.end)]).max(1);
    let text: String = pieces[shown].iter().map(|piece| piece.text.as_str()).collect();
    (format!("{lead}{text}{tail}"), caret_start, carets)
}

/// The pieces that fit into `budget` columns: of the marked ones as many as possible from the first on, then as much on
/// both sides as there is room for.
fn around(pieces: &[Piece], marked: &Range<usize>, budget: usize) -> Range<usize> {
    let mut shown = marked.start..marked.start;
    let mut used = 0;
    let mut grow = |shown: &mut Range<usize>, forward: bool, limit: usize, columns: usize| {
        loop {
            let next = if forward { Some(shown.end) } else { shown.start.checked_sub(1) };
            let Some((index, piece)) = next.and_then(|next| Some((next, pieces.get(next)?))) else { break };
            if (forward && index == limit) || used + piece.width > columns {
                break;
            }
            used += piece.width;
            if forward { shown.end += 1 } else { shown.start -= 1 }
        }
        used
    };
    let used = grow(&mut shown, true, marked.end, budget);
    if shown.end == marked.end {
        let after = width(&pieces[shown.end..]);
        let before = (budget - used).saturating_sub(after.min((budget - used) / 2));
        grow(&mut shown, false, 0, used + before);
        grow(&mut shown, true, pieces.len(), budget);
    }
    shown
}

fn width(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| piece.width).sum()
}
