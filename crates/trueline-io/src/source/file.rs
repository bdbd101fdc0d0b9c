//! Files, read but never memory-mapped: truncating a mapped file kills the process.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::identity::{self, Identity};
use super::{ReadAt, Source, Version};
use crate::error::{Change, Error, ErrorKind};

/// A file, pipe or device, given by its path.
///
/// A regular file must not change after it was opened: [`Source::verify_unchanged`] compares size, modification time
/// and identity (device and inode). Pipes and devices are read to their end and not compared.
#[derive(Debug)]
pub struct FileSource {
    path: PathBuf,
    name: String,
    opened: Mutex<Option<Opened>>,
}

/// A clone is a source of the same path that has not been opened.
impl Clone for FileSource {
    fn clone(&self) -> Self {
        Self { path: self.path.clone(), name: self.name.clone(), opened: Mutex::new(None) }
    }
}

/// A regular file that was opened.
#[derive(Debug)]
struct Opened {
    identity: Identity,
    /// A second handle to it, for [`Source::open_at`].
    file: Option<File>,
}

/// A regular file that is read at offsets.
#[derive(Debug)]
struct FileAt {
    file: File,
    name: String,
    size_bytes: u64,
}

impl FileSource {
    /// Creates a source for the file at `path`, without opening it. Its name is the path as given.
    pub fn new(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().to_path_buf();
        Self { name: path.display().to_string(), path, opened: Mutex::new(None) }
    }

    fn opened(&self) -> MutexGuard<'_, Option<Opened>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, error: io::Error) -> Error {
        // Some systems refuse to open a folder at all, for want of permission.
        if self.path.is_dir() {
            return Error::new(ErrorKind::Folder { name: self.name.clone() });
        }
        Error::open(if self.name.is_empty() { "(an empty name)" } else { &self.name }, error)
    }
}

impl Source for FileSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        let file = File::open(&self.path).map_err(|error| self.fail(error))?;
        let metadata = file.metadata().map_err(|error| self.fail(error))?;
        if metadata.is_dir() {
            return Err(Error::new(ErrorKind::Folder { name: self.name.clone() }));
        }
        *self.opened() =
            Identity::of(&metadata).map(|identity| Opened { identity, file: file.try_clone().ok() });
        Ok(Box::new(file))
    }

    /// Only for regular files with a size: those of `/proc` report 0, whatever their content.
    fn open_at(&self) -> Result<Option<Box<dyn ReadAt>>, Error> {
        if !cfg!(any(unix, windows)) {
            return Ok(None);
        }
        let mut opened = self.opened();
        let Some(Opened { identity, file }) = &mut *opened else { return Ok(None) };
        let size_bytes = identity.size_bytes();
        let file = file.take().filter(|_| size_bytes > 0);
        Ok(file.map(|file| Box::new(FileAt { file, name: self.name.clone(), size_bytes }) as Box<dyn ReadAt>))
    }

    fn size_hint(&self) -> Option<u64> {
        std::fs::metadata(&self.path).ok().filter(Metadata::is_file).map(|metadata| metadata.len())
    }

    /// True for a regular file with a size. Files that the system generates when they are read (`/proc`) report the size 0.
    fn can_reopen(&self) -> bool {
        self.size_hint().is_some_and(|bytes| bytes > 0)
    }

    fn reopen(&self) -> Result<Box<dyn Read + Send>, Error> {
        let identity = self.opened().as_ref().map(|opened| opened.identity);
        let Some(identity) = identity else {
            return Err(Error::new(ErrorKind::ReadTwice { name: self.name.clone() }));
        };
        let file = File::open(&self.path).map_err(|error| self.fail(error))?;
        let metadata = file.metadata().map_err(|error| self.fail(error))?;
        let change = Identity::of(&metadata).map_or(Some(Change::Replaced), |now| identity.change(now));
        if let Some(change) = change {
            return Err(Error::new(ErrorKind::Changed { name: self.name.clone(), change }));
        }
        *self.opened() = Some(Opened { identity, file: file.try_clone().ok() });
        Ok(Box::new(file))
    }

    fn version(&self) -> Option<Version> {
        identity::version(&self.path)
    }

    fn verify_unchanged(&self) -> Result<(), Error> {
        let before = self.opened().as_ref().map(|opened| opened.identity);
        let Some(before) = before else { return Ok(()) };
        let change = match std::fs::metadata(&self.path) {
            Ok(metadata) => match Identity::of(&metadata) {
                Some(now) => before.change(now),
                None => Some(Change::Replaced),
            },
            Err(_) => Some(Change::Removed),
        };
        match change {
            Some(change) => Err(Error::new(ErrorKind::Changed { name: self.name.clone(), change })),
            None => Ok(()),
        }
    }
}

impl ReadAt for FileAt {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> io::Result<usize> {
        if byte_offset >= self.size_bytes {
            return Ok(0);
        }
        let bytes = read_at(&self.file, buffer, byte_offset)?;
        if bytes == 0 && !buffer.is_empty() {
            let now_bytes = self.file.metadata().map_or(byte_offset, |metadata| metadata.len());
            let change = Change::Resized { before_bytes: self.size_bytes, now_bytes };
            return Err(io::Error::other(Error::new(ErrorKind::Changed { name: self.name.clone(), change })));
        }
        Ok(bytes)
    }
}

#[cfg(unix)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], byte_offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, byte_offset)
}

#[cfg(windows)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], byte_offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, byte_offset)
}

#[cfg(not(any(unix, windows)))]
pub(crate) fn read_at(_file: &File, _buffer: &mut [u8], _byte_offset: u64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::time::{Duration, SystemTime};

    fn read_then(change: impl Fn(&Path)) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "id\n1\n").unwrap();
        let source = FileSource::new(&path);
        assert!(source.verify_unchanged().is_ok());
        let mut text = String::new();
        source.open().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), source.size_hint()), ("id\n1\n", Some(5)));
        change(&path);
        let name = source.name().to_owned();
        source.verify_unchanged().map_err(|error| error.to_string().replace(&name, "a.csv"))
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_noticed() {
        let advice = "; validate a copy that nobody writes to";
        let changed = |how: &str| Err(format!("`a.csv` changed while it was read: {how}{advice}"));
        assert_eq!(read_then(|_| {}), Ok(()));
        let grow = |path: &Path| {
            let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
            file.write_all(b"2\n").unwrap();
        };
        assert_eq!(read_then(grow), changed("it had 5 bytes and has 7"));
        assert_eq!(
            read_then(|path| File::options().write(true).open(path).unwrap().set_len(1).unwrap()),
            changed("it had 5 bytes and has 1")
        );
        let touch = |path: &Path| {
            let later = SystemTime::now() + Duration::from_secs(5);
            File::options().write(true).open(path).unwrap().set_modified(later).unwrap();
        };
        assert_eq!(read_then(touch), changed("it was written to"));
        assert_eq!(read_then(|path| std::fs::remove_file(path).unwrap()), changed("it was removed"));
        let become_folder = |path: &Path| {
            std::fs::remove_file(path).unwrap();
            std::fs::create_dir(path).unwrap();
        };
        assert_eq!(read_then(become_folder), changed("it was replaced by another file"));
    }

    #[test]
    fn a_file_is_read_again_only_when_it_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "id\n1\n").unwrap();
        let source = FileSource::new(&path);
        assert!(source.can_reopen() && source.reopen().is_err());
        source.open().unwrap();
        let mut text = String::new();
        source.reopen().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "id\n1\n");
        std::fs::write(&path, "id\n1\n2\n").unwrap();
        let Err(error) = source.reopen() else { panic!("it has changed") };
        assert!(error.to_string().contains("it had 5 bytes and has 7"), "{error}");
        assert!(!FileSource::new(folder.path()).can_reopen());
        let clone = source.clone();
        assert_eq!(clone.name(), source.name());
        assert!(clone.verify_unchanged().is_ok() && clone.reopen().is_err(), "it was not opened");
        clone.open().unwrap();
        assert!(clone.verify_unchanged().is_ok() && source.verify_unchanged().is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_replaced_is_noticed() {
        let replace = |path: &Path| {
            let times = std::fs::metadata(path).unwrap().modified().unwrap();
            let other = path.with_extension("other");
            std::fs::write(&other, "id\n2\n").unwrap();
            File::options().write(true).open(&other).unwrap().set_modified(times).unwrap();
            std::fs::rename(other, path).unwrap();
        };
        assert!(read_then(replace).unwrap_err().contains("replaced by another file"));
    }
}
