//! Options for writing violations.

use crate::compression::Compression;

/// The format of a file of violations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorsFormat {
    /// A table with a header line.
    Csv,
    /// One JSON object per line.
    JsonLines,
    /// A Parquet file; with the feature `parquet`.
    Parquet,
    /// An Arrow IPC file; with the feature `arrow-ipc`.
    ArrowIpc,
}

impl ErrorsFormat {
    /// All formats, whether this build can write them or not.
    pub const ALL: &[Self] = &[Self::Csv, Self::JsonLines, Self::Parquet, Self::ArrowIpc];

    /// Returns the file name extension of the format.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
            Self::Parquet => "parquet",
            Self::ArrowIpc => "arrow",
        }
    }

    /// Returns whether this build can write the format.
    pub fn is_built(self) -> bool {
        match self {
            Self::Csv | Self::JsonLines => true,
            Self::Parquet => cfg!(feature = "parquet"),
            Self::ArrowIpc => cfg!(feature = "arrow-ipc"),
        }
    }

    /// The feature that builds it.
    pub(super) fn feature(self) -> &'static str {
        match self {
            Self::Csv | Self::JsonLines => "default",
            Self::Parquet => "parquet",
            Self::ArrowIpc => "arrow-ipc",
        }
    }

    /// Returns the format for a file name by its extension, in any case: `.csv`, `.jsonl` or `.ndjson`, each optionally followed
    /// by `.gz` or `.zst`; `.parquet`, `.arrow`.
    pub fn from_file_name(name: &str) -> Option<Self> {
        let is_compressed = Compression::from_file_name(name) != Compression::None;
        let name = if is_compressed { name.rsplit_once('.')?.0 } else { name };
        let (_, extension) = name.rsplit_once('.')?;
        let format = match extension.to_ascii_lowercase().as_str() {
            "ndjson" => Some(Self::JsonLines),
            extension => Self::ALL.iter().copied().find(|format| format.extension() == extension),
        };
        format.filter(|format| format.is_text() || !is_compressed)
    }

    /// Whether it can be compressed as a whole.
    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Csv | Self::JsonLines)
    }

    /// `.a, .b or .c`, of those that can be written.
    pub(super) fn extensions() -> String {
        let built = Self::ALL.iter().filter(|format| format.is_built());
        let mut extensions: Vec<String> = built.map(|format| format!(".{}", format.extension())).collect();
        let last = extensions.pop().unwrap_or_default();
        format!("{} or {last} (text also with .gz or .zst behind)", extensions.join(", "))
    }
}

/// Options for writing violations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorsOptions {
    /// The format; by default, the one of the file's extension.
    pub format: Option<ErrorsFormat>,
    /// Whether CSV cells are written exactly as they are, even if a spreadsheet would interpret them as formulas; default
    /// false. The other formats are always exact.
    pub raw_cells: bool,
    /// The names of the inputs, in order; by default none, and the column `input_name` is null.
    pub input_names: Vec<String>,
}

impl ErrorsOptions {
    /// Sets the format, regardless of the file's name.
    #[must_use]
    pub fn format(mut self, format: ErrorsFormat) -> Self {
        self.format = Some(format);
        self
    }

    /// Sets whether CSV cells are written exactly as they are.
    #[must_use]
    pub fn raw_cells(mut self, raw_cells: bool) -> Self {
        self.raw_cells = raw_cells;
        self
    }

    /// Sets the names of the inputs, in order.
    #[must_use]
    pub fn input_names<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.input_names = names.into_iter().map(Into::into).collect();
        self
    }
}
