//! The kinds of errors and their messages.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use super::{Change, Place};
use crate::compression::Compression;

/// The kinds of [`Error`](super::Error).
///
/// `name` is the display name of the input or output; it is empty if a reader or writer does not know it, and shown as "the
/// input" or "the output".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file does not exist.
    #[error("{} does not exist", quoted(name))]
    NotFound {
        /// The input.
        name: String,
    },
    /// The system denies access.
    #[error("no permission to {action} {}", quoted(name))]
    NoPermission {
        /// The attempted action: `read`, `write`, or `create a file beside`.
        action: &'static str,
        /// The input or output.
        name: String,
    },
    /// The path is a folder where a file is expected.
    #[error("{} is a folder; name a file in it", quoted(name))]
    Folder {
        /// The input or output.
        name: String,
    },
    /// An input is a folder whose name lacks the final slash.
    #[error("{} is a folder; write {} for all files below it", quoted(name), quoted(&format!("{name}/")))]
    FolderAsFile {
        /// The input.
        name: String,
    },
    /// A pattern or folder matches no file.
    #[error("{} matches no file{}", quoted(name), hidden_note(*hidden))]
    NoMatch {
        /// The pattern or folder.
        name: String,
        /// The number of files skipped because of their names.
        hidden: u64,
    },
    /// A name is neither a file nor a valid pattern.
    #[error("{} does not exist, and is no pattern: {problem} at character {character}", quoted(name))]
    Pattern {
        /// The name.
        name: String,
        /// The error in the name.
        problem: &'static str,
        /// The position of the error, from 1.
        character: usize,
    },
    /// An address cannot be read.
    #[error("{} cannot be read: {problem}", quoted(name))]
    Address {
        /// The address, without secrets.
        name: String,
        /// The error in the address.
        problem: &'static str,
    },
    /// An input could not be opened for another reason.
    #[error("{} could not be opened", quoted(name))]
    Open {
        /// The input.
        name: String,
        /// The system error.
        source: io::Error,
    },
    /// An input that can only be read once was opened again.
    #[error("{} can be read only once", quoted(name))]
    ReadTwice {
        /// The input.
        name: String,
    },
    /// An input that can only be read once could not be copied for reading it again.
    #[error(
        "a copy of {}, which can be read only once, could not be kept in `{}`",
        quoted(name),
        folder.display().to_string().escape_debug()
    )]
    Spool {
        /// The input.
        name: String,
        /// The folder for the copy.
        folder: PathBuf,
        /// The system error.
        source: io::Error,
    },
    /// An input that can only be read once is too large to copy.
    #[error(
        "{} can be read only once and has more than {limit_bytes} bytes, too many to be copied for reading it again; put it \
         into a file first, or raise the limit (max_spool_bytes)",
        quoted(name)
    )]
    SpoolLimit {
        /// The input.
        name: String,
        /// The maximum size of the copy, as stored.
        limit_bytes: u64,
    },
    /// Reading failed.
    #[error("{} could not be read at byte {byte_offset}", quoted(name))]
    Read {
        /// The input.
        name: String,
        /// The byte offset in the stored input.
        byte_offset: u64,
        /// The system error.
        source: io::Error,
    },
    /// An input changed after it was opened.
    #[error("{} changed while it was read: {change}; validate a copy that nobody writes to", quoted(name))]
    Changed {
        /// The input.
        name: String,
        /// The change.
        change: Change,
    },
    /// A compressed input is truncated.
    #[error("{} is cut: it ends inside {place}; get the whole of it", quoted(name))]
    Cut {
        /// The input.
        name: String,
        /// The location of the end.
        place: Place,
    },
    /// An input has a name of a compressed file but is empty; compressed data is never empty.
    #[error(
        "{} is empty, and its name says that it is {} data: it was cut; get the whole of it",
        quoted(name),
        compression.name()
    )]
    Empty {
        /// The input.
        name: String,
        /// The compression given by the name.
        compression: Compression,
    },
    /// The content of a compressed input is damaged.
    #[error("{} is damaged in {place}: {problem}; get it again", quoted(name))]
    Damaged {
        /// The input.
        name: String,
        /// Where the damage was detected.
        place: Place,
        /// The problem.
        problem: String,
    },
    /// A compressed input is followed by other bytes.
    #[error(
        "{} has bytes behind its {} data, at byte {byte_offset}: {}; {}",
        quoted(name),
        compression.name(),
        hexadecimal(found),
        trailing_advice(*compression)
    )]
    Trailing {
        /// The input.
        name: String,
        /// The compression.
        compression: Compression,
        /// The byte offset of the first extra byte in the stored input.
        byte_offset: u64,
        /// The first extra bytes.
        found: Vec<u8>,
    },
    /// A compressed input needs more memory than allowed.
    #[error(
        "{} asks for a window of {window_bytes} bytes in {place}, more than {limit_bytes}; compress it again, with {} at \
         most",
        quoted(name),
        window_advice(place.compression)
    )]
    Window {
        /// The input.
        name: String,
        /// The location of the request.
        place: Place,
        /// The requested size.
        window_bytes: u64,
        /// The maximum size.
        limit_bytes: u64,
    },
    /// The decompression ratio of an input exceeds the limit.
    #[error(
        "{} becomes more than {max_ratio} times as large as it is, in {place}; raise the limit (max_ratio) if its content is to \
         be trusted",
        quoted(name)
    )]
    Ratio {
        /// The input.
        name: String,
        /// Where this was detected.
        place: Place,
        /// The maximum number of decompressed bytes per compressed byte.
        max_ratio: u64,
    },
    /// The decompressed size of an input exceeds the limit.
    #[error(
        "{} has more than {max_bytes} bytes when it is decompressed, in {place}; raise the limit (max_decompressed_bytes) if \
         its content is to be trusted",
        quoted(name)
    )]
    DecompressedSize {
        /// The input.
        name: String,
        /// Where this was detected.
        place: Place,
        /// The maximum decompressed size.
        max_bytes: u64,
    },
    /// The format of an input is recognized but not supported.
    #[error("{} is {found}, which is not read here; {advice}", quoted(name))]
    Unsupported {
        /// The input.
        name: String,
        /// The format found.
        found: String,
        /// A suggestion.
        advice: &'static str,
    },
    /// There is not enough memory for a chunk.
    #[error("no memory for a chunk of {chunk_bytes} bytes; choose a smaller chunk size")]
    ChunkMemory {
        /// The requested size.
        chunk_bytes: usize,
    },
    /// The name of an output does not give its format.
    #[error("{} must end in {known}, which says in which form it is written", quoted_output(name))]
    OutputForm {
        /// The output.
        name: String,
        /// The known extensions.
        known: String,
    },
    /// The rows of an input do not fit under the header of another.
    #[error(
        "{} has other columns than {}, or has them in another order: its rows cannot stand in the same table; \
         write the rows of each input to files of their own",
        quoted(name),
        quoted(first)
    )]
    OtherColumns {
        /// The input.
        name: String,
        /// The input whose header was written.
        first: String,
    },
    /// The rows of an input have other types than those of another.
    #[error(
        "{} has {}, unlike {}: their rows cannot stand in one table; validate them one by one",
        quoted(name),
        difference,
        quoted(first)
    )]
    OtherTypes {
        /// The input.
        name: String,
        /// The first input.
        first: String,
        /// The difference from the first input.
        difference: String,
    },
    /// An input has a column with the name chosen for reasons.
    #[error(
        "{} has a column {} already; choose another name for the column of reasons",
        quoted(name),
        quoted(column)
    )]
    ReasonColumn {
        /// The input.
        name: String,
        /// The name of the column.
        column: String,
    },
    /// There are too many bytes between two records to keep until their file is known.
    #[error(
        "more than {limit_bytes} bytes of blank lines, comments or skipped lines stand before a record; they cannot be \
         copied to an output unless the limit on records (max_record_bytes) is raised"
    )]
    Gap {
        /// The maximum.
        limit_bytes: usize,
    },
    /// The path of an output cannot be that of a file.
    #[error("{} cannot be written: {problem}", quoted_output(name))]
    OutputPath {
        /// The output.
        name: String,
        /// The error in the path.
        problem: &'static str,
    },
    /// This build cannot write the format of an output.
    #[error("{} cannot be written: it needs the feature `{feature}` of trueline-io", quoted_output(name))]
    NotBuilt {
        /// The output.
        name: String,
        /// The feature it requires.
        feature: &'static str,
    },
    /// An output could not be written.
    #[error("{} could not be written", quoted_output(name))]
    Write {
        /// The output.
        name: String,
        /// The system error.
        source: io::Error,
    },
}

/// A name between backticks. Control characters are escaped: a file can have any name, and errors are shown in terminals and
/// logs, which could interpret them.
pub(crate) fn quoted(name: &str) -> String {
    if name.is_empty() {
        return "the input".to_owned();
    }
    let mut quoted = String::with_capacity(name.len() + 2);
    quoted.push('`');
    for char in name.chars() {
        match char {
            '\'' | '"' | '\\' => quoted.push(char),
            _ => quoted.extend(char.escape_debug()),
        }
    }
    quoted.push('`');
    quoted
}

/// As [`quoted`], for an output.
fn quoted_output(name: &str) -> String {
    if name.is_empty() { "the output".to_owned() } else { quoted(name) }
}

fn hidden_note(hidden: u64) -> String {
    match hidden {
        0 => String::new(),
        1 => " but a hidden or temporary one; name it to read it".to_owned(),
        _ => format!(" but {hidden} hidden or temporary ones; name them to read them"),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (index, byte) in bytes.iter().enumerate() {
        let _ = write!(text, "{}{byte:02x}", if index == 0 { "" } else { " " });
    }
    text
}

fn trailing_advice(compression: Compression) -> &'static str {
    match compression {
        Compression::Gzip => "only another member or zeros may follow there",
        Compression::Xz => "only another stream or zeros may follow there",
        Compression::Bzip2 => "only another stream may follow there",
        _ => "only another frame may follow there",
    }
}

fn window_advice(compression: Compression) -> &'static str {
    match compression {
        Compression::Xz => "`xz --lzma2=dict=128MiB`",
        _ => "`zstd --long=27`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_and_cannot_act() {
        assert_eq!(quoted("a b.csv"), "`a b.csv`");
        assert_eq!(quoted(r#"C:\it's "here".csv"#), r#"`C:\it's "here".csv`"#);
        assert_eq!(quoted("größe 東京.csv"), "`größe 東京.csv`");
        assert_eq!((quoted(""), quoted_output("")), ("the input".to_owned(), "the output".to_owned()));
        let quoted = quoted("a\u{1b}[31m\n\u{202e}\u{200b}\u{9b}.csv");
        assert_eq!(quoted, r"`a\u{1b}[31m\n\u{202e}\u{200b}\u{9b}.csv`");
    }
}
