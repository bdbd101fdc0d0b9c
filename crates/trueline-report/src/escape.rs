//! The one place where text from data is made harmless.
//!
//! Every string in a report may come from data: a value, a header, a file name, a schema. None of them may act in a
//! terminal, reorder a log line or hide in it. Both forms of output go through the one question asked here,
//! [`is_inert`]: text for people shows what is not inert as `\u{1b}`, JSON writes it as `\u001b`, which every parser
//! turns back into the same string.
//!
//! If you change this: a character must never move from not inert to inert without a reason written beside it, and
//! the properties in `tests.rs` hold for all of Unicode.

use std::{borrow::Cow, io};

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, PrettyFormatter};

#[cfg(test)]
pub(crate) mod tests;

/// How many bytes of a value a report keeps.
pub const VALUE_LIMIT_BYTES: usize = 256;

/// Whether a character can be written as it is: it shows as itself, takes space, and does nothing else.
///
/// Not inert are the control characters (C0, DEL, C1), line and paragraph separators, bidirectional controls,
/// zero-width and other invisible format characters, variation selectors and tags, interlinear annotations, and the
/// spaces that look like a plain one (such as U+00A0), because a report has to show the difference. The ideographic
/// space is twice as wide and can be seen.
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
        | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' // unassigned, annotations, no characters
        | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{16fe4}' // Kaithi signs, hieroglyph joiners, Khitan filler
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' // shorthand and musical controls
        | '\u{e0000}'..='\u{e0fff}') // tags, selectors, and what is reserved beside them
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

/// A value as indented JSON in which every character is inert, line ends and indentation aside.
///
/// # Panics
/// When the value's own `Serialize` fails, or a map in it has keys that are no strings.
#[must_use]
pub fn to_json_pretty<T: Serialize + ?Sized>(value: &T) -> String {
    let mut bytes = Vec::new();
    write_json_pretty(&mut bytes, value).expect("report types always serialise");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

/// Writes a value as indented JSON in which every character is inert, without a line end at its end.
pub fn write_json_pretty<T: Serialize + ?Sized>(out: &mut dyn io::Write, value: &T) -> io::Result<()> {
    write_json(out, value, PrettyFormatter::new())
}

/// Writes a value as JSON in which every character is inert, on one line, line end included.
pub fn write_json_line<T: Serialize + ?Sized>(out: &mut dyn io::Write, value: &T) -> io::Result<()> {
    write_json(out, value, CompactFormatter)?;
    out.write_all(b"\n")
}

/// The serializer writes token by token: they are gathered, and the writer's errors are seen here.
fn write_json<T: Serialize + ?Sized>(
    out: &mut dyn io::Write,
    value: &T,
    layout: impl Formatter,
) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(16 * 1024, out);
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Inert(layout));
    value.serialize(&mut serializer)?;
    out.into_inner().map(drop).map_err(io::IntoInnerError::into_error)
}

/// A layout in whose strings every character is inert.
struct Inert<F>(F);

impl<F: Formatter> Inert<F> {
    fn write_unit<W: ?Sized + io::Write>(writer: &mut W, unit: u16) -> io::Result<()> {
        write!(writer, "\\u{unit:04x}")
    }
}

impl<F: Formatter> Formatter for Inert<F> {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = find_active(rest) {
            let (clean, from) = rest.split_at(at);
            writer.write_all(clean.as_bytes())?;
            let mut characters = from.chars();
            if let Some(character) = characters.next() {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    Self::write_unit(writer, *unit)?;
                }
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        self.0.write_char_escape(writer, escape)
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
