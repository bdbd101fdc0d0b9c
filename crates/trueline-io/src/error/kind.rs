//! The kinds of errors, and in which words they are said.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use super::{Change, Place};
use crate::compression::Compression;

/// The kinds of [`Error`](super::Error).
///
/// `name` is what people call the input or output; it is empty where a reader does not know it, and shown as "the input".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no such file.
    #[error("{} does not exist", shown(name))]
    NotFound {
        /// The input.
        name: String,
    },
    /// The system does not allow it.
    #[error("no permission to {action} {}", shown(name))]
    NoPermission {
        /// What was tried: `read`, `write`, or `create a file beside`.
        action: &'static str,
        /// The input or output.
        name: String,
    },
    /// A folder where a file is expected.
    #[error("{} is a folder; name a file in it", shown(name))]
    Folder {
        /// The input or output.
        name: String,
    },
    /// A folder among the inputs, named without a slash.
    #[error("{} is a folder; write {} for all files below it", shown(name), shown(&format!("{name}/")))]
    FolderAsFile {
        /// The input.
        name: String,
    },
    /// A name with wildcards, or a folder, that stands for no file.
    #[error("{} matches no file{}", shown(name), passed_over(*hidden))]
    NoMatch {
        /// The pattern or folder.
        name: String,
        /// How many files were passed over because of their names.
        hidden: u64,
    },
    /// A name that is neither a file nor a pattern.
    #[error("{} does not exist, and is no pattern: {problem} at character {character}", shown(name))]
    Pattern {
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
        /// Where, from 1.
        character: usize,
    },
    /// An address that cannot be read.
    #[error("{} cannot be read: {problem}", shown(name))]
    Address {
        /// The address, without what may be secret in it.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// An input could not be opened for another reason.
    #[error("{} could not be opened", shown(name))]
    Open {
        /// The input.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// An input that can be read once was to be read again.
    #[error("{} can be read only once", shown(name))]
    ReadTwice {
        /// The input.
        name: String,
    },
    /// What was read of an input that can be read once could not be kept for reading it again.
    #[error(
        "a copy of {}, which can be read only once, could not be kept in `{}`",
        shown(name),
        folder.display().to_string().escape_debug()
    )]
    Spool {
        /// The input.
        name: String,
        /// The folder of the copy.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An input that can be read once is too large to be copied.
    #[error(
        "{} can be read only once and has more than {limit_bytes} bytes, too many to be copied for reading it again; put it \
         into a file first, or raise the limit (max_spool_bytes)",
        shown(name)
    )]
    SpoolLimit {
        /// The input.
        name: String,
        /// What is copied at most, as stored.
        limit_bytes: u64,
    },
    /// Reading failed.
    #[error("{} could not be read at byte {byte_offset}", shown(name))]
    Read {
        /// The input.
        name: String,
        /// Where, in the input as it is stored.
        byte_offset: u64,
        /// What the system said.
        source: io::Error,
    },
    /// An input that is no longer what it was when it was opened.
    #[error("{} changed while it was read: {change}; validate a copy that nobody writes to", shown(name))]
    Changed {
        /// The input.
        name: String,
        /// How.
        change: Change,
    },
    /// A compressed input that ends too early.
    #[error("{} is cut: it ends inside {place}; get the whole of it", shown(name))]
    Cut {
        /// The input.
        name: String,
        /// Where.
        place: Place,
    },
    /// An input that is named as compressed and has no bytes; one that is compressed has some.
    #[error(
        "{} is empty, and its name says that it is {} data: it was cut; get the whole of it",
        shown(name),
        compression.name()
    )]
    Empty {
        /// The input.
        name: String,
        /// What its name says it is compressed with.
        compression: Compression,
    },
    /// A compressed input whose content is not what was compressed.
    #[error("{} is damaged in {place}: {problem}; get it again", shown(name))]
    Damaged {
        /// The input.
        name: String,
        /// Where it was noticed.
        place: Place,
        /// What is wrong.
        problem: String,
    },
    /// Bytes behind the end of a compressed input.
    #[error(
        "{} has bytes behind its {} data, at byte {byte_offset}: {}; {}",
        shown(name),
        compression.name(),
        hexadecimal(found),
        trailing_advice(*compression)
    )]
    Trailing {
        /// The input.
        name: String,
        /// What it is compressed with.
        compression: Compression,
        /// Where the first of them is, in the input as it is stored.
        byte_offset: u64,
        /// The first of them.
        found: Vec<u8>,
    },
    /// A compressed input that wants more memory than it gets.
    #[error(
        "{} asks for a window of {window_bytes} bytes in {place}, more than {limit_bytes}; compress it again, with {} at \
         most",
        shown(name),
        window_advice(place.compression)
    )]
    Window {
        /// The input.
        name: String,
        /// Where it asks.
        place: Place,
        /// What it asks for.
        window_bytes: u64,
        /// What it gets at most.
        limit_bytes: u64,
    },
    /// A compressed input that becomes much larger than it is.
    #[error(
        "{} becomes more than {max_ratio} times as large as it is, in {place}; raise the limit (max_ratio) if its content is to \
         be trusted",
        shown(name)
    )]
    Ratio {
        /// The input.
        name: String,
        /// Where it was noticed.
        place: Place,
        /// How many decompressed bytes there may be for each compressed one.
        max_ratio: u64,
    },
    /// A compressed input with more content than there may be.
    #[error(
        "{} has more than {max_bytes} bytes when it is decompressed, in {place}; raise the limit (max_decompressed_bytes) if \
         its content is to be trusted",
        shown(name)
    )]
    DecompressedSize {
        /// The input.
        name: String,
        /// Where it was noticed.
        place: Place,
        /// How many decompressed bytes there may be.
        max_bytes: u64,
    },
    /// An input in a form that is recognised and not read.
    #[error("{} is {found}, which is not read here; {advice}", shown(name))]
    Unsupported {
        /// The input.
        name: String,
        /// What it is.
        found: String,
        /// What to do.
        advice: &'static str,
    },
    /// There is no memory for a chunk.
    #[error("no memory for a chunk of {chunk_bytes} bytes; choose a smaller chunk size")]
    ChunkMemory {
        /// The size asked for.
        chunk_bytes: usize,
    },
    /// An output whose name does not say in which form it is to be written.
    #[error("{} must end in {known}, which says in which form it is written", shown(name))]
    OutputForm {
        /// The output.
        name: String,
        /// The ends that say so.
        known: String,
    },
    /// An input whose rows cannot stand under the header of another.
    #[error(
        "{} has other columns than {}, or has them in another order: its rows cannot stand under the same header; \
         write the rows of each input to files of their own",
        shown(name),
        shown(first)
    )]
    OtherColumns {
        /// The input.
        name: String,
        /// The input whose header was written.
        first: String,
    },
    /// An input whose rows have other types than those of another.
    #[error(
        "{} has {}, unlike {}: their rows cannot stand in one table; validate them one by one",
        shown(name),
        difference,
        shown(first)
    )]
    OtherTypes {
        /// The input.
        name: String,
        /// The first input.
        first: String,
        /// What it has that the first has not.
        difference: String,
    },
    /// An input that has a column of the name that was chosen for reasons.
    #[error(
        "{} has a column {} already; choose another name for the column of reasons",
        shown(name),
        shown(column)
    )]
    ReasonColumn {
        /// The input.
        name: String,
        /// The name of the column.
        column: String,
    },
    /// Too much that is no record before a record, to be kept until it is known where it belongs.
    #[error(
        "more than {limit_bytes} bytes of blank lines, comments or skipped lines stand before a record; they cannot be \
         copied to an output unless the limit on records (max_record_bytes) is raised"
    )]
    Gap {
        /// How much may stand there.
        limit_bytes: usize,
    },
    /// An output in a form that this build cannot write.
    #[error("{} cannot be written: this program was built without the feature `{feature}`", shown(name))]
    NotBuilt {
        /// The output.
        name: String,
        /// What it takes.
        feature: &'static str,
    },
    /// An output could not be written.
    #[error("{} could not be written", shown(name))]
    Write {
        /// The output.
        name: String,
        /// What the system said.
        source: io::Error,
    },
}

/// A name between backticks. Characters that could act in a terminal or a log are written as escapes: a file can have any
/// name, and errors end up in both.
pub(crate) fn shown(name: &str) -> String {
    if name.is_empty() {
        return "the input".to_owned();
    }
    let mut shown = String::with_capacity(name.len() + 2);
    shown.push('`');
    for char in name.chars() {
        match char {
            '\'' | '"' | '\\' => shown.push(char),
            _ => shown.extend(char.escape_debug()),
        }
    }
    shown.push('`');
    shown
}

fn passed_over(hidden: u64) -> String {
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
        assert_eq!(shown("a b.csv"), "`a b.csv`");
        assert_eq!(shown(r#"C:\it's "here".csv"#), r#"`C:\it's "here".csv`"#);
        assert_eq!(shown("größe 東京.csv"), "`größe 東京.csv`");
        let shown = shown("a\u{1b}[31m\n\u{202e}\u{200b}\u{9b}.csv");
        assert_eq!(shown, r"`a\u{1b}[31m\n\u{202e}\u{200b}\u{9b}.csv`");
    }
}
