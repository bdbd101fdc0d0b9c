//! The outputs of a run besides its report.

use std::path::{Path, PathBuf};

use trueline_io::{AtomicFile, Source, Temporaries, Version};

/// The files of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outputs {
    pub(crate) valid: Option<PathBuf>,
    pub(crate) invalid: Option<PathBuf>,
    /// The name of the column with the reasons of invalid rows.
    pub(crate) reasons: Option<String>,
    pub(crate) errors: Option<PathBuf>,
    /// Whether cells of a CSV file of violations are written exactly as they are.
    pub(crate) raw_cells: bool,
    pub(crate) temporaries: Temporaries,
}

impl Outputs {
    /// Whether anything is written.
    pub(crate) fn is_any(&self) -> bool {
        self.has_rows() || self.errors.is_some()
    }

    /// Whether rows are written.
    pub(crate) fn has_rows(&self) -> bool {
        self.rows().next().is_some()
    }

    /// The files of rows.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Path> {
        [&self.valid, &self.invalid].into_iter().flatten().map(PathBuf::as_path)
    }

    /// An output that would take the place of an input, a file.
    pub(crate) fn replacing(&self, sources: &[&dyn Source]) -> Option<&Path> {
        let mut outputs = self.rows().chain(self.errors.as_deref()).peekable();
        outputs.peek()?;
        let is_file = |source: &&&dyn Source| matches!(source.version(), Some(Version::Times { .. }));
        let files: Vec<&&dyn Source> = sources.iter().filter(is_file).collect();
        outputs.find(|path| files.iter().any(|source| AtomicFile::is_same(path, source.name())))
    }

    /// One of two outputs that are one file.
    pub(crate) fn repeated(&self) -> Option<&Path> {
        let paths: Vec<&Path> = self.rows().chain(self.errors.as_deref()).collect();
        let targets: Vec<PathBuf> = paths.iter().map(AtomicFile::target).collect();
        let again = |&at: &usize| targets[..at].contains(&targets[at]);
        (1..paths.len()).find(again).map(|at| paths[at])
    }
}
