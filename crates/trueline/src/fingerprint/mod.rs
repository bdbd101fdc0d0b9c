//! One hash for many files.
//!
//! The hash of a set of files says which bytes stand under which names, and nothing else: not where the folder is, who owns the files or
//! when they were written, nor in which order or by how many threads they were read. It is the hash of a list, sorted by name, of names,
//! lengths and the hashes of the contents; each name goes in with its length in front, so that no byte can move between a name and what
//! stands behind it. The hash of one file is that which `b3sum` or `sha256sum` give.

mod content;
mod list;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Hashes files, and all files below folders.
///
/// - A file is named by its file name, files below a folder by their path within it, with `/` between the parts on every system. The hash is the same
///   wherever the folder stands, and whatever order the paths are given in.
/// - All files below a folder count, hidden ones too; empty folders do not. A symbolic link below a folder is not followed: it counts as a
///   link, with the path that stands in it. Paths that are given themselves are followed.
/// - Several threads read at once: one file each, and BLAKE3 of a file of more than 1 MiB in parts of 1 MiB.
///
/// **Errors**: a file cannot be read, is neither file, folder nor link, or changed meanwhile; two files have one name. Of several such
/// files the first one in the order of names is told.
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

/// Settings of [`files`].
#[must_use]
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilesOptions {
    /// How to hash. Default: BLAKE3.
    pub algorithm: Algorithm,
    /// How many threads read and hash; 0 counts as 1. Default: as many as the machine has. The hash does not depend on it.
    pub threads: usize,
}

impl Default for FilesOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { algorithm: Algorithm::default(), threads }
    }
}

impl FilesOptions {
    /// Sets how to hash.
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

/// A hash function of 256 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// BLAKE3.
    #[default]
    Blake3,
    /// SHA-256 (FIPS 180-4), for those who must: several times slower on most machines, and one thread for each file.
    Sha256,
}

impl Algorithm {
    /// Its name, in small letters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blake3 => "blake3",
            Self::Sha256 => "sha256",
        }
    }
}

/// A hash, and what made it.
///
/// Its text is the name of the algorithm, a colon and 64 hexadecimal digits; `{:#}` leaves out the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hash {
    algorithm: Algorithm,
    bytes: [u8; 32],
}

impl Hash {
    /// What made it.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Its bytes.
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

/// What [`files`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Files {
    /// The hash of all of them, names included.
    pub hash: Hash,
    /// The files, in the order of the bytes of their names.
    pub files: Vec<File>,
}

/// One file of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct File {
    /// Its name within the set.
    pub path: PathBuf,
    /// Its length; of a link that of the path in it.
    pub bytes: u64,
    /// The hash of its bytes; of a link that of the path in it.
    pub hash: Hash,
    /// Whether it is a symbolic link below a folder.
    pub is_link: bool,
}

#[cfg(test)]
mod tests;
