//! The formats of inputs and their detection.

/// The format of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Delimited text, in the dialect of the schema.
    Csv,
    /// One JSON object per line.
    JsonLines,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC, as a file or a stream.
    Arrow,
}

impl Format {
    /// All formats.
    pub const ALL: &[Self] = &[Self::Csv, Self::JsonLines, Self::Parquet, Self::Arrow];

    /// Returns the name that users write: `csv`, `jsonl`, `parquet` or `arrow`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }

    /// Returns the format with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// Returns whether values have a kind, such as text or number, independent of a schema. In CSV all values are text.
    pub fn is_typed(self) -> bool {
        self != Self::Csv
    }

    /// The file name extensions of the format, without the dot.
    fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Csv => &["csv", "tsv", "psv", "txt"],
            Self::JsonLines => &["jsonl", "ndjson", "jsonlines", "json"],
            Self::Parquet => &["parquet", "parq", "pq"],
            Self::Arrow => &["arrow", "arrows", "feather", "ipc"],
        }
    }

    /// Detects the format from the first bytes of an input, if the format has a signature.
    ///
    /// ```
    /// use trueline_io::Format;
    /// assert_eq!(Format::from_magic(b"PAR1..."), Some(Format::Parquet));
    /// assert_eq!(Format::from_magic(b"id,name\n"), None);
    /// ```
    pub fn from_magic(start: &[u8]) -> Option<Self> {
        match start {
            [b'P', b'A', b'R', b'1' | b'E', ..] => Some(Self::Parquet),
            // A stream begins with the mark of a message and the length of its description.
            [b'A', b'R', b'R', b'O', b'W', b'1', ..]
            | [b'F', b'E', b'A', b'1', ..]
            | [0xff, 0xff, 0xff, 0xff, _, _, _, 0, ..] => Some(Self::Arrow),
            _ => None,
        }
    }

    /// Returns the format for a file name by its extension, ignoring the extension of a compression.
    ///
    /// ```
    /// use trueline_io::Format;
    /// assert_eq!(Format::from_file_name("logs/2026-11.jsonl.gz"), Some(Format::JsonLines));
    /// assert_eq!(Format::from_file_name("-"), None);
    /// ```
    pub fn from_file_name(name: &str) -> Option<Self> {
        const COMPRESSIONS: [&str; 9] = ["gz", "gzip", "bgz", "zst", "zstd", "bz2", "xz", "lz4", "bgzf"];
        let name = name.rsplit(['/', '\\']).next()?.to_ascii_lowercase();
        let mut ends = name.rsplit('.');
        let mut end = ends.next()?;
        if COMPRESSIONS.contains(&end) {
            end = ends.next()?;
        }
        // The first part of the name is not an extension.
        ends.next()?;
        Self::ALL.iter().copied().find(|format| format.extensions().contains(&end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_of_formats() {
        for (name, expected) in [
            ("a.csv", Some(Format::Csv)),
            ("a.TSV.zst", Some(Format::Csv)),
            ("dir.jsonl/a.csv.gz", Some(Format::Csv)),
            ("a.ndjson", Some(Format::JsonLines)),
            ("a.b.json.xz", Some(Format::JsonLines)),
            ("a.parquet", Some(Format::Parquet)),
            ("part-0001.snappy.parquet", Some(Format::Parquet)),
            ("a.feather", Some(Format::Arrow)),
            ("a.arrow.zst", Some(Format::Arrow)),
            ("csv", None),
            ("csv.gz", None),
            ("a.gz", None),
            (".json", Some(Format::JsonLines)),
            ("a.dat", None),
            ("", None),
        ] {
            assert_eq!(Format::from_file_name(name), expected, "{name}");
        }
    }

    #[test]
    fn every_name_is_understood() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(*format));
        }
    }
}
