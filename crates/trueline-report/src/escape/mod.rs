//! Escapes text from data, so that it is harmless in every output format. No other module escapes text.
//!
//! Every string in a report may come from data: a value, a header, a file name, a schema. No such string may control a
//! terminal, reorder a log line or hide in it. All output formats rely on one function, [`is_inert`]. Text for people
//! shows characters that are not inert as `\u{1b}`; JSON writes them as `\u001b`, which every parser
//! turns back into the same string.
//!
//! For a medium with its own syntax, text is first escaped this way and then protected from the syntax: `markup`
//! for HTML and XML, `markdown`, `command` for the commands of build services, `uri`, and `json`.
//!
//! If you change this: never make a character inert without writing down the reason beside it; the properties in
//! `tests.rs` hold for all of Unicode.

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

/// The maximum number of bytes of a value in a report.
pub const VALUE_LIMIT_BYTES: usize = 256;

/// Returns whether a character can be written as it is: it is visible, takes up space, and has no other effect.
///
/// These characters are not inert: control characters (C0, DEL, C1), line and paragraph separators, bidirectional controls,
/// zero-width and other invisible format characters, variation selectors and tags, interlinear annotations,
/// noncharacters, and spaces that look like a plain space (such as U+00A0), because a report has to show the difference.
/// The ideographic space is inert: it is visibly twice as wide.
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

/// Returns whether a code point is a noncharacter, such as U+FFFE. They are errors in HTML, and XML forbids some of them.
fn is_noncharacter(character: char) -> bool {
    let code = u32::from(character);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}

/// Returns the offset of the first character that must not be written unchanged: one that is not inert, or the first `#` of
/// a command that build services recognize anywhere in a line, such as `##vso[` or `##teamcity[`.
fn find_active(text: &str) -> Option<usize> {
    text.char_indices()
        .find(|&(at, character)| !is_inert(character) || (character == '#' && is_command(&text[at..])))
        .map(|(at, _)| at)
}

/// Returns whether text begins with `##`, an optional word, and `[`.
fn is_command(text: &str) -> bool {
    text.strip_prefix("##").is_some_and(|rest| {
        rest.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric()).starts_with('[')
    })
}

/// Escapes text so that every character is inert: others are shown as `\n`, `\r`, `\t` or `\u{1b}`. The first character of build
/// service commands that work anywhere in a line (`##vso[`) is escaped too. Commands that only work
/// at the beginning of a line (`::error::`) are not escaped, so do not write the result there.
///
/// The result is for people and cannot be decoded: a backslash in the text stays a single backslash.
///
/// **Cost** — text that is already inert is borrowed.
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
    for escaped_char in escaped_chars(text) {
        escaped.push_str(&escaped_char);
    }
    Cow::Owned(escaped)
}

/// Returns what [`escape_text`] writes for each character.
pub(crate) fn escaped_chars(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    text.char_indices().map(move |(at, character)| match character {
        '\n' => Cow::Borrowed("\\n"),
        '\r' => Cow::Borrowed("\\r"),
        '\t' => Cow::Borrowed("\\t"),
        '#' if is_command(&text[at..]) => Cow::Borrowed("\\u{23}"),
        _ if is_inert(character) => Cow::Borrowed(&text[at..at + character.len_utf8()]),
        _ => Cow::Owned(format!("\\u{{{:x}}}", u32::from(character))),
    })
}

/// Truncates a value to [`VALUE_LIMIT_BYTES`] and returns whether anything was removed.
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

/// Returns the longest prefix of `text` with at most `limit_bytes` bytes that ends at a character boundary.
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
