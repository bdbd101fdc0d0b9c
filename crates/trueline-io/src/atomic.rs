//! Files that appear whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, ErrorKind};

/// A file under construction: bytes go to a temporary file beside it, [`AtomicFile::commit`] puts that in its place.
///
/// Dropped without a commit it leaves what was there before. A path that is a device or a pipe is written directly. A
/// symbolic link is followed: the file it points to is replaced, the link stays.
pub struct AtomicFile {
    path: PathBuf,
    target: Target,
}

enum Target {
    Temporary(BufWriter<NamedTempFile>),
    Direct(BufWriter<File>),
}

impl AtomicFile {
    /// Starts a file.
    ///
    /// **Errors**: its folder is not there or may not be written to.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, Error> {
        let named = path.as_ref();
        let path = std::fs::canonicalize(named).unwrap_or_else(|_| named.to_path_buf());
        let fail = |source| Error::new(ErrorKind::Write { name: named.display().to_string(), source });
        let is_special = std::fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
        let target = if is_special {
            Target::Direct(BufWriter::new(OpenOptions::new().write(true).open(&path).map_err(fail)?))
        } else if path.is_dir() {
            return Err(fail(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")));
        } else {
            let temporary = tempfile::Builder::new().prefix(".trueline-").tempfile_in(folder(&path)).map_err(fail)?;
            Target::Temporary(BufWriter::new(temporary))
        };
        Ok(Self { path, target })
    }

    /// Flushes, syncs and puts the file in its place.
    ///
    /// **Errors**: any of these failed; the old file, if there was one, is still there.
    pub fn commit(self) -> Result<(), Error> {
        let Self { path, target } = self;
        let name = path.display().to_string();
        let fail = |source| Error::new(ErrorKind::Write { name: name.clone(), source });
        match target {
            Target::Direct(file) => {
                file.into_inner().map_err(|error| fail(error.into_error()))?;
                Ok(())
            }
            Target::Temporary(file) => {
                let temporary = file.into_inner().map_err(|error| fail(error.into_error()))?;
                set_permissions(&temporary, &path).map_err(fail)?;
                temporary.as_file().sync_all().map_err(fail)?;
                temporary.persist(&path).map_err(|error| fail(error.error))?;
                sync_folder(folder(&path)).map_err(fail)
            }
        }
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            Target::Temporary(file) => file.write(bytes),
            Target::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Temporary(file) => file.flush(),
            Target::Direct(file) => file.flush(),
        }
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new file gets the usual permissions, a replaced one those it had; temporary files are private.
#[cfg(unix)]
fn set_permissions(temporary: &NamedTempFile, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = match std::fs::metadata(path) {
        Ok(metadata) => metadata.permissions(),
        Err(_) => std::fs::Permissions::from_mode(0o644),
    };
    temporary.as_file().set_permissions(permissions)
}

#[cfg(not(unix))]
fn set_permissions(_temporary: &NamedTempFile, _path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_old_one_until_it_is_the_new_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.json");
        for (before, text) in [(None, "first"), (Some("first"), "second")] {
            let mut dropped = AtomicFile::create(&path).expect("created");
            dropped.write_all(b"never").expect("written");
            drop(dropped);
            assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), before);
            let mut file = AtomicFile::create(&path).expect("created");
            file.write_all(text.as_bytes()).expect("written");
            assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), before);
            file.commit().expect("committed");
            assert_eq!(std::fs::read_to_string(&path).expect("there"), text);
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn write_errors_surface() {
        assert!(AtomicFile::create("no/such/folder/report.json").is_err());
        if Path::new("/dev/full").exists() {
            let mut file = AtomicFile::create("/dev/full").expect("opened");
            let written = file.write_all(&[0; 100_000]).is_ok() && file.commit().is_ok();
            assert!(!written);
        }
    }
}
