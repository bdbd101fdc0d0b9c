//! The one place where text from data is made harmless.
//!
//! Every string in a report may come from data: a value, a header, a file name, a schema. None of them may act in a
//! terminal, reorder a log line or hide in it. Every form of output goes through the one question asked here,
//! [`is_inert`]: text for people shows what is not inert as `\u{1b}`, JSON writes it as `\u001b`, which every parser
//! turns back into the same string.
//!
//! Text that goes into a medium with a syntax of its own is shown so first, and then kept out of that syntax: in `markup`
//! for HTML and XML, `markdown`, `command` for the commands of build services, `uri`, and `json`.
//!
//! If you change this: a character must never move from not inert to inert without a reason written beside it, and
//! the properties in `tests.rs` hold for all of Unicode.

use std::borrow::Cow;

mod command;
mod json;
mod markdown;
mod markup;
#[cfg(test)]
pub(crate) mod tests;
mod uri;

pub use command::{escape_command, escape_command_property};
pub use json::{push_json_line, to_json_pretty, write_json_line, write_json_pretty};
pub(crate) use markdown::longest_run;
pub use markdown::markdown_code;
pub use markup::escape_markup;
pub use uri::file_uri;

/// How many bytes of a value a report keeps.
pub const VALUE_LIMIT_BYTES: usize = 256;

/// Whether a character can be written as it is: it shows as itself, takes space, and does nothing else.
///
/// Not inert are the control characters (C0, DEL, C1), line and paragraph separators, bidirectional controls,
/// zero-width and other invisible format characters, variation selectors and tags, interlinear annotations, and the
/// spaces that look like a plain one (such as U+00A0), because a report has to show the difference, and code points that
/// are never characters. The ideographic space is twice as wide and can be seen.
#[must_use]
pub fn is_inert(character: char) -> bool {
    !matches!(character,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{a0}' // C0, DEL, C1, no-break space
        | '\u{ad}' // soft hyphen
        | '\u{34f}' // combining grapheme joiner
        | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}' // Arabic and Syriac signs, Arabic letter mark
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // Hangul fillers: letters without ink
        | '\u{1680}' // Ogham space
        | '\u{17b4}' | '\u{17b5}' // Khmer vowels without ink
        | '\u{180b}'..='\u{180f}' // Mongolian selectors and vowel separator
        | '\u{2000}'..='\u{200f}' // typographic spaces, zero-width characters, direction marks
        | '\u{2028}'..='\u{202f}' // line and paragraph separators, embeddings and overrides, narrow no-break space
        | '\u{205f}'..='\u{206f}' // mathematical space, word joiner, invisible operators, isolates
        | '\u{2800}' // Braille pattern without dots
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' // variation selectors, byte order mark
        | '\u{fff0}'..='\u{fffb}' // unassigned, annotations
        | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{16fe4}' // Kaithi signs, hieroglyph joiners, Khitan filler
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' // shorthand and musical controls
        | '\u{e0000}'..='\u{e0fff}') // tags, selectors, and what is reserved beside them
        && !is_noncharacter(character)
}

/// Whether a code point is reserved never to be a character, such as U+FFFE. HTML calls them errors, XML forbids some.
fn is_noncharacter(character: char) -> bool {
    let code = u32::from(character);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}

/// The first character that must not be written as it is: one that is not inert, or the first `#` of what a build
/// service would take for a command wherever it stands in a line, such as `##vso[` or `##teamcity[`.
fn find_active(text: &str) -> Option<usize> {
    text.char_indices()
        .find(|&(at, character)| !is_inert(character) || (character == '#' && is_command(&text[at..])))
        .map(|(at, _)| at)
}

/// Whether text begins with `##`, perhaps a word, and `[`.
fn is_command(text: &str) -> bool {
    text.strip_prefix("##").is_some_and(|rest| {
        rest.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric()).starts_with('[')
    })
}

/// Text in which every character is inert: others are shown as `\n`, `\r`, `\t` or `\u{1b}`. The commands of build
/// services that work in the middle of a line (`##vso[`) lose their first character to an escape too; those that work
/// at the beginning of a line (`::error::`) must not be put there.
///
/// This is for people to read, not for programs to undo: a backslash in the text stays one backslash.
///
/// **Cost** — text that is inert already is borrowed.
///
/// ```
/// use trueline_report::escape::escape_text;
///
/// assert_eq!(escape_text("Zürich"), "Zürich");
/// assert_eq!(escape_text("a\u{1b}[2J\r\nb"), r"a\u{1b}[2J\r\nb");
/// ```
#[must_use]
pub fn escape_text(text: &str) -> Cow<'_, str> {
    if find_active(text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for piece in pieces(text) {
        escaped.push_str(&piece);
    }
    Cow::Owned(escaped)
}

/// What [`escape_text`] shows for each character.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    text.char_indices().map(move |(at, character)| match character {
        '\n' => Cow::Borrowed("\\n"),
        '\r' => Cow::Borrowed("\\r"),
        '\t' => Cow::Borrowed("\\t"),
        '#' if is_command(&text[at..]) => Cow::Borrowed("\\u{23}"),
        _ if is_inert(character) => Cow::Borrowed(&text[at..at + character.len_utf8()]),
        _ => Cow::Owned(format!("\\u{{{:x}}}", u32::from(character))),
    })
}

/// A value cut to [`VALUE_LIMIT_BYTES`], and whether anything was cut off.
///
/// ```
/// use trueline_report::escape::truncate_value;
///
/// assert_eq!(truncate_value("short"), ("short".to_owned(), false));
/// let (value, truncated) = truncate_value(&"€".repeat(100));
/// assert_eq!((value.len(), truncated), (255, true));
/// ```
#[must_use]
pub fn truncate_value(value: &str) -> (String, bool) {
    let kept = truncate(value, VALUE_LIMIT_BYTES);
    (kept.to_owned(), kept.len() < value.len())
}

/// The longest beginning of `text` that has at most `limit_bytes` bytes and ends where a character ends.
#[must_use]
pub fn truncate(text: &str, limit_bytes: usize) -> &str {
    if text.len() <= limit_bytes {
        return text;
    }
    let mut end = limit_bytes;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
