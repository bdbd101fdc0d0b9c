//! In which form violations are written.

use crate::compression::Compression;

/// A form of the file that violations go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorsFormat {
    /// A table with a header line.
    Csv,
    /// One JSON object a line.
    JsonLines,
    /// A Parquet file; with the feature `parquet`.
    Parquet,
    /// An Arrow IPC file; with the feature `arrow-ipc`.
    ArrowIpc,
}

impl ErrorsFormat {
    /// Every form, whether this build can write it or not.
    pub const ALL: &[Self] = &[Self::Csv, Self::JsonLines, Self::Parquet, Self::ArrowIpc];

    /// What the name of a file in this form ends with.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
            Self::Parquet => "parquet",
            Self::ArrowIpc => "arrow",
        }
    }

    /// Whether this build can write it.
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

    /// The form of a file, by what its name ends with, in any case: `.csv`, `.jsonl` or `.ndjson`, all of them perhaps with `.gz` or
    /// `.zst` behind; `.parquet`, `.arrow`.
    pub fn from_file_name(name: &str) -> Option<Self> {
        let is_compressed = Compression::from_file_name(name) != Compression::None;
        let name = if is_compressed { name.rsplit_once('.')?.0 } else { name };
        let (_, extension) = name.rsplit_once('.')?;
        let form = match extension.to_ascii_lowercase().as_str() {
            "ndjson" => Some(Self::JsonLines),
            extension => Self::ALL.iter().copied().find(|format| format.extension() == extension),
        };
        form.filter(|form| form.is_text() || !is_compressed)
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

/// How violations are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorsOptions {
    /// The form; by default the one that the file's name ends with.
    pub format: Option<ErrorsFormat>,
    /// Whether cells of CSV are written exactly as they are, also where a spreadsheet would take them for formulas; off by
    /// default. The other forms are always exact.
    pub raw_cells: bool,
    /// The names of the inputs, in their order; none by default, and then the column `input_name` is null.
    pub input_names: Vec<String>,
}

impl ErrorsOptions {
    /// Chooses the form, whatever the file's name.
    #[must_use]
    pub fn format(mut self, format: ErrorsFormat) -> Self {
        self.format = Some(format);
        self
    }

    /// Whether cells of CSV are written exactly as they are.
    #[must_use]
    pub fn raw_cells(mut self, raw_cells: bool) -> Self {
        self.raw_cells = raw_cells;
        self
    }

    /// Names the inputs, in their order.
    #[must_use]
    pub fn input_names<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.input_names = names.into_iter().map(Into::into).collect();
        self
    }
}
