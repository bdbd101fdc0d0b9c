//! Files that are being written.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::folder::Folder;

/// The prefix of temporary files; the names of entries begin with a digit or a letter.
const PREFIX: &str = ".tmp-";
/// The number of names tried, in case one exists.
const ATTEMPTS: usize = 16;

/// A file that is removed unless it is renamed.
#[derive(Debug)]
pub(super) struct Temporary<'f> {
    folder: &'f Folder,
    file: File,
    /// Empty after it is renamed.
    name: String,
}

impl<'f> Temporary<'f> {
    pub(super) fn create(folder: &'f Folder) -> io::Result<Self> {
        let mut result = Err(io::ErrorKind::AlreadyExists.into());
        for _ in 0..ATTEMPTS {
            let name = unused_name();
            result = folder.create(&name).map(|file| Self { folder, file, name });
            if !matches!(&result, Err(error) if error.kind() == io::ErrorKind::AlreadyExists) {
                break;
            }
        }
        result
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Renames the file, replacing any existing one. If it no longer exists, the store was cleared just now, which is not an
    /// error: it is as if that had happened a moment later.
    pub(super) fn rename(mut self, name: &str) -> io::Result<()> {
        match self.folder.rename(&self.name, name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => {
                self.name.clear();
                Ok(())
            }
        }
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if !self.name.is_empty() {
            let _ = self.folder.remove(&self.name);
        }
    }
}

/// Returns whether a file is temporary, possibly of a process that no longer exists.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// Returns a name that differs from those of other processes, threads, machines and times; if it does not, creating the file
/// fails.
fn unused_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("{PREFIX}{:x}-{:x}-{:x}", std::process::id(), now, COUNT.fetch_add(1, Ordering::Relaxed))
}
