//! Files, read and never mapped: a mapping of a file that someone cuts kills the process.

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use super::Source;
use crate::error::{Error, ErrorKind};

/// A file, pipe or device by its path.
#[derive(Debug)]
pub struct FileSource {
    path: PathBuf,
    name: String,
    opened: Mutex<Option<Identity>>,
}

/// What must stay the same while a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    size: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

impl Identity {
    fn of(metadata: &Metadata) -> Option<Self> {
        metadata.is_file().then(|| Self {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            inode: inode(metadata),
        })
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_metadata: &Metadata) -> u64 {
    0
}

impl FileSource {
    /// The file at `path`; nothing is opened yet.
    pub fn new(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().to_path_buf();
        Self { name: path.display().to_string(), path, opened: Mutex::new(None) }
    }

    fn opened(&self) -> std::sync::MutexGuard<'_, Option<Identity>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for FileSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        let fail = |source| Error::new(ErrorKind::Open { name: self.name.clone(), source });
        let file = File::open(&self.path).map_err(fail)?;
        let metadata = file.metadata().map_err(fail)?;
        if metadata.is_dir() {
            return Err(Error::new(ErrorKind::Folder { name: self.name.clone() }));
        }
        *self.opened() = Identity::of(&metadata);
        Ok(Box::new(file))
    }

    fn size_hint(&self) -> Option<u64> {
        std::fs::metadata(&self.path).ok().filter(Metadata::is_file).map(|metadata| metadata.len())
    }

    fn verify_unchanged(&self) -> Result<(), Error> {
        let Some(before) = *self.opened() else { return Ok(()) };
        let now = std::fs::metadata(&self.path).ok().and_then(|metadata| Identity::of(&metadata));
        if now == Some(before) { Ok(()) } else { Err(Error::new(ErrorKind::Changed { name: self.name.clone() })) }
    }
}
