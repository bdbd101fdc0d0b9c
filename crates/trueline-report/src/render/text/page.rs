//! Lines of styled text that fit a width.
//!
//! **Invariant** — text only reaches a page through [`Line::with`], which escapes it; line endings and colors are written
//! only here.

use unicode_width::UnicodeWidthChar;

use crate::escape;

/// The style of a text, if colors are enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Strong,
    Faint,
    Good,
    Bad,
    Warn,
    Location,
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
            Self::Location => Some("36"),
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

    /// Adds text and escapes characters in it that are not inert.
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

    /// The width in columns.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The line truncated to this many columns, without trailing spaces.
    fn truncated(&self, columns: usize) -> Vec<(Style, String)> {
        let mut shown = self.spans.clone();
        if self.width > columns {
            // One column is for the `…`. So at least one span is truncated, if only by a trailing space.
            let mut available = columns - 1;
            for index in 0..shown.len() {
                let text = &mut shown[index].1;
                let kept = prefix(text, available);
                available -= width(kept);
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

    /// If a build service would read the line as a command, the line with its first colon escaped; see [`escape`].
    fn with_command_escaped(&self) -> Option<Self> {
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

/// The text rendered so far.
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

    /// The maximum width of a line in columns.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Adds a line, truncated to the width of the page.
    pub(super) fn line(&mut self, line: &Line) {
        let escaped = line.with_command_escaped();
        let line = escaped.as_ref().unwrap_or(line);
        for (style, text) in line.truncated(self.width) {
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

    /// Adds text after `first_prefix`, wrapped at spaces. Further lines are indented to the same column.
    pub(super) fn wrapped(&mut self, first_prefix: &Line, style: Style, text: &str) {
        let indent = first_prefix.width().min(self.width / 2);
        self.wrapped_with_prefixes(first_prefix, &Line::indented(indent), style, text);
    }

    /// Adds text after `first_prefix`, wrapped at spaces. Further lines begin with `next_prefix`.
    pub(super) fn wrapped_with_prefixes(
        &mut self,
        first_prefix: &Line,
        next_prefix: &Line,
        style: Style,
        text: &str,
    ) {
        let first = self.width.saturating_sub(first_prefix.width());
        let rest = self.width.saturating_sub(next_prefix.width());
        for (index, part) in wrap(&escape::escape_text(text), first, rest).into_iter().enumerate() {
            let start = if index == 0 { first_prefix } else { next_prefix };
            self.line(&start.clone().with(style, &part));
        }
    }
}

/// The width of text in columns: the sum over its characters, as terminals compute it.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// The width of a character in columns.
pub(super) fn char_width(character: char) -> usize {
    character.width().unwrap_or(0)
}

/// Truncates text to this many columns; `…` replaces the end.
pub(super) fn truncate_end(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut cut = prefix(text, columns.saturating_sub(1)).to_owned();
    if columns > 0 {
        cut.push('…');
    }
    cut
}

/// Truncates text to this many columns; `…` replaces the middle.
pub(super) fn truncate_middle(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let tail_columns = columns.saturating_sub(1) / 2;
    let mut tail_start = text.len();
    let mut used = 0;
    for (index, character) in text.char_indices().rev() {
        used += char_width(character);
        if used > tail_columns {
            break;
        }
        tail_start = index;
    }
    let head = prefix(text, columns.saturating_sub(1 + tail_columns));
    if columns == 0 { String::new() } else { format!("{head}…{}", &text[tail_start..]) }
}

/// The longest prefix of at most this many columns.
fn prefix(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (index, character) in text.char_indices() {
        used += char_width(character);
        if used > columns {
            return &text[..index];
        }
    }
    text
}

/// Breaks text into lines of at most these widths, at spaces. Words that are too wide are broken at the width. There is at
/// least one line.
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
