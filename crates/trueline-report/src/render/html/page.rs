//! The page being written.
//!
//! **Invariant** — markup is `&'static str`, so it is written in these files. Text from data only reaches the page through
//! [`Page::text`] and [`Page::data`], which escape it, and numbers through [`Page::number`].

use crate::escape;

/// The width of a bar, in units of its own.
const BAR_UNITS: u64 = 1000;
/// The minimum width of a part of a bar that is not zero.
const MIN_PART_UNITS: u64 = 15;

/// HTML that is complete up to the elements still open.
#[derive(Debug, Default)]
pub(super) struct Page {
    html: String,
}

impl Page {
    pub(super) fn into_html(self) -> String {
        self.html
    }

    /// Writes markup unchanged.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.html.push_str(markup);
        self
    }

    /// Writes text, escaped.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.html.push_str(&escape::escape_markup(text));
        self
    }

    /// Writes text between two pieces of markup.
    pub(super) fn within(&mut self, open: &'static str, text: &str, close: &'static str) -> &mut Self {
        self.raw(open).text(text).raw(close)
    }

    /// Writes text from data, escaped. What replaces a character that is not inert gets a style of its own, so that the two
    /// characters `\n` and a line end differ.
    pub(super) fn data(&mut self, text: &str) -> &mut Self {
        let mut plain = String::new();
        for (escaped, character) in escape::escaped_chars(text).zip(text.chars()) {
            if escaped.chars().eq([character]) {
                plain.push(character);
                continue;
            }
            self.text(&plain).within("<span class=\"escape\">", &escaped, "</span>");
            plain.clear();
        }
        self.text(&plain)
    }

    /// Writes a number without grouping, for an attribute.
    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        self.html.push_str(&number.to_string());
        self
    }

    /// Writes a bar of adjacent parts, each with its class; `whole` is the full width. `title` describes it in words.
    pub(super) fn bar(&mut self, parts: &[(StatusClass, u64)], whole: u64, title: &str) -> &mut Self {
        self.raw(
            "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" role=\"img\"><title>",
        );
        self.text(title).raw("</title><rect class=\"track\" width=\"1000\" height=\"10\"/>");
        let mut start = 0;
        for &(status_class, part) in parts.iter().filter(|(_, part)| *part > 0) {
            let share = u128::from(part) * u128::from(BAR_UNITS) / u128::from(whole.max(1));
            let width = u64::try_from(share).unwrap_or(BAR_UNITS).max(MIN_PART_UNITS).min(BAR_UNITS - start);
            self.raw(status_class.rectangle()).number(start).raw("\" width=\"").number(width);
            self.raw("\" height=\"10\"/>");
            start += width;
        }
        self.raw("</svg>")
    }
}

/// A CSS class that gives a status its color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatusClass {
    Good,
    Bad,
    Warn,
    Open,
}

impl StatusClass {
    /// The start of the tag of a rectangle.
    fn rectangle(self) -> &'static str {
        match self {
            Self::Good => "<rect class=\"good\" x=\"",
            Self::Bad => "<rect class=\"bad\" x=\"",
            Self::Warn => "<rect class=\"warn\" x=\"",
            Self::Open => "<rect class=\"open\" x=\"",
        }
    }

    /// The start tag of a badge.
    pub(super) fn badge(self) -> &'static str {
        match self {
            Self::Good => "<span class=\"badge good\">",
            Self::Bad => "<span class=\"badge bad\">",
            Self::Warn => "<span class=\"badge warn\">",
            Self::Open => "<span class=\"badge open\">",
        }
    }
}
