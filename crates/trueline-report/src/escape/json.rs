//! JSON in which every character is inert.

use std::io;

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, PrettyFormatter};

use super::find_active;

/// Serializes a value as indented JSON in which every character is inert, except for line endings and indentation.
///
/// # Panics
/// Panics if the value's `Serialize` implementation fails or a map in it has non-string keys.
#[must_use]
pub fn to_json_pretty<T: Serialize + ?Sized>(value: &T) -> String {
    let mut bytes = Vec::new();
    write_json_pretty(&mut bytes, value).expect("report types always serialise");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

/// Writes a value as indented JSON in which every character is inert, without a final line ending.
pub fn write_json_pretty<T: Serialize + ?Sized>(out: &mut dyn io::Write, value: &T) -> io::Result<()> {
    write_json(out, value, PrettyFormatter::new())
}

/// Writes a value as one line of JSON in which every character is inert, with a final line ending.
pub fn write_json_line<T: Serialize + ?Sized>(out: &mut dyn io::Write, value: &T) -> io::Result<()> {
    write_json(out, value, CompactFormatter)?;
    out.write_all(b"\n")
}

/// Appends a value to `line` as one line of JSON in which every character is inert, with a final line ending.
///
/// **Errors** — the value's `Serialize` implementation fails, or a map in it has non-string keys.
///
/// ```
/// use trueline_report::escape::push_json_line;
///
/// let mut line = Vec::new();
/// push_json_line(&mut line, "a\u{1b}")?;
/// assert_eq!(line, b"\"a\\u001b\"\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn push_json_line<T: Serialize + ?Sized>(line: &mut Vec<u8>, value: &T) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(
        &mut *line,
        InertFormatter(CompactFormatter),
    ))?;
    line.push(b'\n');
    Ok(())
}

/// Writes JSON through a buffer, because the serializer writes token by token. Returns errors of the writer.
fn write_json<T: Serialize + ?Sized>(
    out: &mut dyn io::Write,
    value: &T,
    formatter: impl Formatter,
) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(16 * 1024, out);
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, InertFormatter(formatter));
    value.serialize(&mut serializer)?;
    out.into_inner().map(drop).map_err(io::IntoInnerError::into_error)
}

/// A formatter that writes strings in which every character is inert, and otherwise the output of `F`.
struct InertFormatter<F>(F);

impl<F: Formatter> InertFormatter<F> {
    fn write_utf16_unit<W: ?Sized + io::Write>(writer: &mut W, unit: u16) -> io::Result<()> {
        write!(writer, "\\u{unit:04x}")
    }
}

impl<F: Formatter> Formatter for InertFormatter<F> {
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
                    Self::write_utf16_unit(writer, *unit)?;
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
