//! One hash of many files.
//!
//! The hash of a set of files depends only on the names and the bytes of the files. It does not depend on where the folder is,
//! who owns the files, when they were written, the order of reading or the number of threads. It is the hash of a list, sorted by
//! name, of names, lengths and content hashes. Each name is preceded by its length, so that no byte can move between a name and
//! what follows it. The hash of a single file is the one that `b3sum` or `sha256sum` prints.

mod content;
mod list;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Hashes files, and all files below folders.
///
/// - A file is named by its file name; a file below a folder by its path within the folder, with `/` as separator on every
///   system. The hash does not depend on where the folder is or on the order of the paths.
/// - All files below a folder count, including hidden ones; empty folders do not. A symbolic link below a folder is not followed:
///   it is hashed as a link, by its target path. Links given directly in `paths` are followed.
/// - Several threads read at once, each one file; BLAKE3 hashes a file of more than 1 MiB in parts of 1 MiB.
///
/// **Errors**: a file cannot be read, is not a file, folder or link, or changed while it was read; two files have the same name.
/// If several files fail, the error is that of the first in the order of names.
///
/// **Cost**: 256 KiB of memory for each thread, the names, and 32 bytes for each MiB of large files (`benches/compare/fingerprint.py` compares it with `b3sum`).
///
/// **Example**:
///
/// ```
/// use trueline::fingerprint::{self, FilesOptions};
/// # let folder = tempfile::tempdir()?;
/// # std::fs::write(folder.path().join("orders.yaml"), "fields: []\n")?;
/// let files = fingerprint::files(&[folder.path()], &FilesOptions::default())?;
/// assert!(files.hash.to_string().starts_with("blake3:"));
/// assert_eq!(files.files[0].path.to_str(), Some("orders.yaml"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn files<P: AsRef<Path>>(paths: &[P], options: &FilesOptions) -> Result<Files, Error> {
    let entries = list::list(paths.iter().map(AsRef::as_ref))?;
    let hashes = content::hash(&entries, options)?;
    let mut files = Vec::with_capacity(entries.len());
    let mut whole = content::Hasher::new(options.algorithm);
    whole.update(b"trueline fingerprint of files, version 1\0");
    for (entry, (bytes, hash)) in entries.into_iter().zip(hashes) {
        let is_link = matches!(entry.kind, list::Kind::Link);
        whole.update(&(entry.name.len() as u64).to_le_bytes());
        whole.update(&entry.name);
        whole.update(&[u8::from(is_link)]);
        whole.update(&bytes.to_le_bytes());
        whole.update(&hash);
        let hash = Hash { algorithm: options.algorithm, bytes: hash };
        files.push(File { path: entry.relative, bytes, hash, is_link });
    }
    Ok(Files { hash: Hash { algorithm: options.algorithm, bytes: whole.finish() }, files })
}

/// Options of [`files`].
#[must_use]
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilesOptions {
    /// The hash function. Default: BLAKE3.
    pub algorithm: Algorithm,
    /// The number of threads that read and hash; 0 counts as 1. Default: the machine's available parallelism. The hash does not
    /// depend on it.
    pub threads: usize,
}

impl Default for FilesOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { algorithm: Algorithm::default(), threads }
    }
}

impl FilesOptions {
    /// Sets the hash function.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Sets the number of threads.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }
}

/// A hash function with a 256-bit output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// BLAKE3.
    #[default]
    Blake3,
    /// SHA-256 (FIPS 180-4), for compatibility: several times slower on most machines, and limited to one thread per file.
    Sha256,
}

impl Algorithm {
    /// Returns the name, in lowercase.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blake3 => "blake3",
            Self::Sha256 => "sha256",
        }
    }
}

/// A hash and its algorithm.
///
/// It is displayed as the name of the algorithm, a colon and 64 hexadecimal digits; `{:#}` omits the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hash {
    algorithm: Algorithm,
    bytes: [u8; 32],
}

impl Hash {
    /// Returns the algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            write!(f, "{}:", self.algorithm.name())?;
        }
        self.bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The result of [`files`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Files {
    /// The hash of all files, including their names.
    pub hash: Hash,
    /// The files, ordered by the bytes of their names.
    pub files: Vec<File>,
}

/// One file of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct File {
    /// The path within the set.
    pub path: PathBuf,
    /// The length in bytes; for a link, the length of its target path.
    pub bytes: u64,
    /// The hash of the bytes; for a link, of its target path.
    pub hash: Hash,
    /// Whether the file is a symbolic link below a folder.
    pub is_link: bool,
}

#[cfg(test)]
mod tests;
