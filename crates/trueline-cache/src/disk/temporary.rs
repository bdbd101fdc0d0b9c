//! Files that are being written.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::folder::Folder;

/// How the names of temporary files begin; those of entries begin with a digit or a letter.
const PREFIX: &str = ".tmp-";
/// Names that are tried, should others have had the same idea.
const ATTEMPTS: usize = 16;

/// A file that is removed unless it is renamed.
#[derive(Debug)]
pub(super) struct Temporary<'f> {
    folder: &'f Folder,
    file: File,
    /// Empty once it is renamed.
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

    /// Puts it in its place, over whatever is there. When it is gone, somebody has cleared the store just now: nothing went wrong
    /// then, it is as if that had come a moment later.
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

/// Whether a file is one of these, maybe of a process that is no more.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// Unlike those of other processes, threads, machines and times; if it is not, creating the file says so.
fn unused_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("{PREFIX}{:x}-{:x}-{:x}", std::process::id(), now, COUNT.fetch_add(1, Ordering::Relaxed))
}
