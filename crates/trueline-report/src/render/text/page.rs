//! Lines of styled text that fit a width.
//!
//! **Invariant** — text only reaches a page through [`Line::with`], which escapes it; line endings and colours
//! are written only here.

use unicode_width::UnicodeWidthChar;

use crate::escape;

/// How a piece of text looks when colours are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Strong,
    Faint,
    Good,
    Bad,
    Warn,
    Place,
}

impl Style {
    /// The parameters of the "select graphic rendition" sequence.
    fn parameters(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Faint => Some("2"),
            Self::Good => Some("1;32"),
            Self::Bad => Some("1;31"),
            Self::Warn => Some("1;33"),
            Self::Place => Some("36"),
        }
    }
}

/// One line, without its end.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    spans: Vec<(Style, String)>,
    width: usize,
}

impl Line {
    /// A line that begins with this many spaces.
    pub(super) fn indented(columns: usize) -> Self {
        Self::default().padded_to(columns)
    }

    /// Adds text; whatever in it is not inert is shown escaped.
    pub(super) fn with(mut self, style: Style, text: &str) -> Self {
        let text = escape::escape_text(text).into_owned();
        self.width += width(&text);
        self.spans.push((style, text));
        self
    }

    /// Adds spaces up to a column.
    pub(super) fn padded_to(mut self, column: usize) -> Self {
        if self.width < column {
            self.spans.push((Style::Plain, " ".repeat(column - self.width)));
            self.width = column;
        }
        self
    }

    /// The columns it takes.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The part of the line that fits this many columns, without trailing spaces.
    fn shown(&self, columns: usize) -> Vec<(Style, String)> {
        let mut shown = self.spans.clone();
        if self.width > columns {
            // One column is for the `…`: so some span does not fit, even if only by its last space.
            let mut room = columns - 1;
            for index in 0..shown.len() {
                let text = &mut shown[index].1;
                let kept = prefix(text, room);
                room -= width(kept);
                if kept.len() < text.len() {
                    text.truncate(kept.len());
                    text.push('…');
                    shown.truncate(index + 1);
                    break;
                }
            }
        }
        while let Some((_, text)) = shown.last_mut() {
            text.truncate(text.trim_end_matches(' ').len());
            if !text.is_empty() {
                break;
            }
            shown.pop();
        }
        shown
    }

    /// The line as it must be written when it would be a command to a build service as it is; see [`escape`].
    fn disarmed(&self) -> Option<Self> {
        let mut characters =
            self.spans.iter().flat_map(|(_, text)| text.chars()).skip_while(|&character| character == ' ');
        if !(characters.next() == Some(':') && characters.next() == Some(':')) {
            return None;
        }
        let index = self.spans.iter().position(|(_, text)| text.contains(':'))?;
        let mut line = self.clone();
        let text = &mut line.spans[index].1;
        *text = text.replacen(':', "\\u{3a}", 1);
        line.width += "\\u{3a}".len() - 1;
        Some(line)
    }
}

/// What is rendered so far.
#[derive(Debug)]
pub(super) struct Page {
    color: bool,
    width: usize,
    text: String,
}

impl Page {
    pub(super) fn new(color: bool, width: usize) -> Self {
        Self { color, width, text: String::new() }
    }

    /// The columns a line can take.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Adds a line; what does not fit is cut off and shown to be.
    pub(super) fn line(&mut self, line: &Line) {
        let disarmed = line.disarmed();
        let line = disarmed.as_ref().unwrap_or(line);
        for (style, text) in line.shown(self.width) {
            match style.parameters().filter(|_| self.color && !text.is_empty()) {
                Some(parameters) => {
                    for part in ["\u{1b}[", parameters, "m", &text, "\u{1b}[0m"] {
                        self.text.push_str(part);
                    }
                }
                None => self.text.push_str(&text),
            }
        }
        self.text.push('\n');
    }

    /// Adds text after `lead`, wrapped at spaces, its further lines indented to where it began.
    pub(super) fn wrapped(&mut self, lead: &Line, style: Style, text: &str) {
        let indent = lead.width().min(self.width / 2);
        self.wrapped_under(lead, &Line::indented(indent), style, text);
    }

    /// Adds text after `lead`, wrapped at spaces, its further lines begun by `margin`.
    pub(super) fn wrapped_under(&mut self, lead: &Line, margin: &Line, style: Style, text: &str) {
        let first = self.width.saturating_sub(lead.width());
        let rest = self.width.saturating_sub(margin.width());
        for (index, part) in wrap(&escape::escape_text(text), first, rest).into_iter().enumerate() {
            let start = if index == 0 { lead } else { margin };
            self.line(&start.clone().with(style, &part));
        }
    }
}

/// The columns of text. Character by character, as terminals count.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// The columns of a character.
pub(super) fn char_width(character: char) -> usize {
    character.width().unwrap_or(0)
}

/// Text of at most this many columns; a missing end is shown as `…`.
pub(super) fn cut_end(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut cut = prefix(text, columns.saturating_sub(1)).to_owned();
    if columns > 0 {
        cut.push('…');
    }
    cut
}

/// Text of at most this many columns; a missing middle is shown as `…`.
pub(super) fn cut_middle(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let tail_columns = columns.saturating_sub(1) / 2;
    let mut tail_start = text.len();
    let mut taken = 0;
    for (index, character) in text.char_indices().rev() {
        taken += char_width(character);
        if taken > tail_columns {
            break;
        }
        tail_start = index;
    }
    let head = prefix(text, columns.saturating_sub(1 + tail_columns));
    if columns == 0 { String::new() } else { format!("{head}…{}", &text[tail_start..]) }
}

/// The longest prefix of at most this many columns.
fn prefix(text: &str, columns: usize) -> &str {
    let mut taken = 0;
    for (index, character) in text.char_indices() {
        taken += char_width(character);
        if taken > columns {
            return &text[..index];
        }
    }
    text
}

/// Breaks text at spaces so that no line is wider than asked; words that are too wide are broken where they must.
/// There is at least one line.
pub(super) fn wrap(text: &str, first_columns: usize, rest_columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut line_width = 0;
    for word in text.split(' ') {
        let mut word = word;
        loop {
            let columns = if lines.is_empty() { first_columns } else { rest_columns }.max(2);
            let gap = usize::from(!line.is_empty());
            let word_width = width(word);
            if line_width + gap + word_width <= columns {
                line.push_str(&" "[..gap]);
                line.push_str(word);
                line_width += gap + word_width;
                break;
            }
            if line.is_empty() {
                let head = prefix(word, columns);
                let (head, tail) = word.split_at(head.len().max(first_char_len(word)));
                lines.push(head.to_owned());
                word = tail;
            } else {
                lines.push(std::mem::take(&mut line));
                line_width = 0;
            }
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

fn first_char_len(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}
