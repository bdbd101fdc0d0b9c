//! The formats of inputs, and how one is recognised.

/// How the rows of an input are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Text with delimiters, in the dialect of the schema.
    Csv,
    /// One JSON object on each line.
    JsonLines,
}

impl Format {
    /// Every format.
    pub const ALL: &[Self] = &[Self::Csv, Self::JsonLines];

    /// The name that users write: `csv` or `jsonl`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// Whether values are of some kind, such as text or number, before a schema is asked; in CSV all are text.
    pub fn is_typed(self) -> bool {
        self != Self::Csv
    }

    /// The ends of file names that tell of it, without the dot.
    fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Csv => &["csv", "tsv", "psv", "txt"],
            Self::JsonLines => &["jsonl", "ndjson", "jsonlines", "json"],
        }
    }

    /// The format that a file's name tells of, an end that tells of a compression left aside.
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
        // The name's own first part is no end.
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
