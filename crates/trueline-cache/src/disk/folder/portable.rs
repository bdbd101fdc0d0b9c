//! Folders by path, where there is no `openat`.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::Found;
use crate::error::{Error, ErrorKind};

/// The path of a folder.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Opens a folder, and one in it; creates them if they do not exist.
    pub(crate) fn open_private(path: &Path, name: &str) -> Result<Self, Error> {
        let folder = Self { path: path.to_path_buf() };
        if let Ok(metadata) = std::fs::symlink_metadata(path) {
            let problem = if metadata.is_symlink() {
                Some("it is a symbolic link; name the folder that it leads to")
            } else {
                (!metadata.is_dir()).then_some("it is not a folder; name another place, or move it away")
            };
            if let Some(problem) = problem {
                return Err(Error::new(ErrorKind::Folder { folder: folder.path, problem }));
            }
        }
        std::fs::create_dir_all(path)
            .and_then(|()| folder.subfolder_or_create(name))
            .map_err(|source| Error::new(ErrorKind::Open { folder: path.to_path_buf(), source }))
    }

    /// Opens a folder in it.
    pub(crate) fn subfolder(&self, name: &str) -> io::Result<Self> {
        let path = self.path.join(name);
        if std::fs::symlink_metadata(&path)?.is_dir() {
            return Ok(Self { path });
        }
        Err(io::ErrorKind::NotADirectory.into())
    }

    /// Opens a folder in it, or creates it.
    pub(crate) fn subfolder_or_create(&self, name: &str) -> io::Result<Self> {
        match self.subfolder(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match std::fs::create_dir(self.path.join(name)) {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
                    _ => self.subfolder(name),
                }
            }
            opened => opened,
        }
    }

    /// Opens a folder in it; `None` if it does not exist or is something else.
    pub(crate) fn existing_subfolder(&self, name: &str) -> io::Result<Option<Self>> {
        match self.subfolder(name) {
            Ok(folder) => Ok(Some(folder)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Opens a regular file in it for reading.
    pub(crate) fn open(&self, name: &str) -> io::Result<File> {
        self.regular(name)?;
        // Writable, because the time of the last use is stored in it.
        let path = self.path.join(name);
        OpenOptions::new().read(true).write(true).open(&path).or_else(|_| File::open(&path))
    }

    /// Creates a file in it that does not exist.
    pub(crate) fn create(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(self.path.join(name))
    }

    /// Opens a file in it for reading and appending, or creates it.
    pub(crate) fn append(&self, name: &str) -> io::Result<File> {
        match self.regular(name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        OpenOptions::new().read(true).append(true).create(true).open(self.path.join(name))
    }

    /// Renames a file in it, replacing any existing one.
    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        std::fs::rename(self.path.join(from), self.path.join(to))
    }

    /// Removes a file in it.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        std::fs::remove_file(self.path.join(name))
    }

    /// Calls `visit` with all regular files in it. Files removed meanwhile may be included or not.
    pub(crate) fn list(&self, visit: &mut dyn FnMut(&str, Found)) -> io::Result<()> {
        for entry in std::fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            match (name.to_str(), entry.metadata()) {
                (Some(name), Ok(metadata)) if metadata.is_file() => {
                    let modified = metadata.modified().unwrap_or(UNIX_EPOCH);
                    visit(name, Found { bytes: metadata.len(), modified });
                }
                (_, Err(error)) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    fn regular(&self, name: &str) -> io::Result<()> {
        if std::fs::symlink_metadata(self.path.join(name))?.is_file() {
            return Ok(());
        }
        Err(io::Error::other("it is not a regular file"))
    }
}

/// Reads until the end or until the capacity is used.
pub(crate) fn read_to_capacity(file: &File, bytes: &mut Vec<u8>) -> io::Result<()> {
    let room = bytes.capacity() - bytes.len();
    file.take(room as u64).read_to_end(bytes).map(drop)
}
