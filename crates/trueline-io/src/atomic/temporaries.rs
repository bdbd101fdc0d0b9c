//! A list of temporary files, for a process that must end without unwinding.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

/// The temporary files of outputs being written, so that a process that ends abruptly, such as after a signal, can remove
/// them. Clones share the list.
///
/// An output removes its temporary file when it is dropped; this type is for processes that end without dropping.
#[derive(Clone, Debug, Default)]
pub struct Temporaries(Arc<Mutex<List>>);

#[derive(Debug, Default)]
struct List {
    paths: Vec<PathBuf>,
    is_closed: bool,
}

impl Temporaries {
    /// Creates an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Removes all temporary files and prevents new ones. Files that cannot be removed stay.
    pub fn remove_all(&self) {
        let mut list = self.lock();
        list.is_closed = true;
        for path in list.paths.drain(..) {
            let _ = std::fs::remove_file(path);
        }
    }

    /// Creates a file and keeps it in the list until the entry is dropped.
    pub(super) fn create_listed(
        &self,
        make: impl FnOnce() -> io::Result<NamedTempFile>,
    ) -> io::Result<(NamedTempFile, Entry)> {
        let mut list = self.lock();
        if list.is_closed {
            return Err(io::Error::other("the process is about to end"));
        }
        let file = make()?;
        list.paths.push(file.path().to_owned());
        let entry = Entry { list: self.clone(), path: file.path().to_owned() };
        Ok((file, entry))
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file of the list; dropping the entry removes it from the list.
#[derive(Debug)]
pub(super) struct Entry {
    list: Temporaries,
    path: PathBuf,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.list.lock().paths.retain(|path| *path != self.path);
    }
}
