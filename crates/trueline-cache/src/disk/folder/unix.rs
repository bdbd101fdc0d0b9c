//! Folders on Unix: opened once, with everything else relative to them.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use rustix::buffer::spare_capacity;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::Found;
use crate::error::{Error, ErrorKind};

/// Accessible to the user only.
const FOLDER_MODE: u32 = 0o700;
/// Follows no link, and does not wait for the writer of a pipe in place of a file.
const SAFELY: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

/// An open folder.
#[derive(Debug)]
pub(crate) struct Folder {
    fd: OwnedFd,
}

impl Folder {
    /// Opens a folder, and one in it, which only this user may write to; creates them if they do not exist.
    pub(crate) fn open_private(path: &Path, name: &str) -> Result<Self, Error> {
        let open_error =
            |source: io::Error| Error::new(ErrorKind::Open { folder: path.to_path_buf(), source });
        let refuse = |problem| Error::new(ErrorKind::Folder { folder: path.to_path_buf(), problem });
        if let Ok(metadata) = std::fs::symlink_metadata(path) {
            if metadata.is_symlink() {
                return Err(refuse("it is a symbolic link; name the folder that it leads to"));
            }
            if !metadata.is_dir() {
                return Err(refuse("it is not a folder; name another place, or move it away"));
            }
        }
        std::fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path).map_err(open_error)?;
        let fd = rustix::fs::open(path, SAFELY | OFlags::DIRECTORY, Mode::empty())
            .map_err(|errno| open_error(errno.into()))?;
        let outer = Self { fd };
        if let Some(problem) = outer.problem().map_err(open_error)? {
            return Err(refuse(problem));
        }
        let inner = outer.subfolder_or_create(name).map_err(open_error)?;
        match inner.problem().map_err(open_error)? {
            Some(problem) => Err(Error::new(ErrorKind::Folder { folder: path.join(name), problem })),
            None => Ok(inner),
        }
    }

    /// Returns why other users could write to it.
    fn problem(&self) -> io::Result<Option<&'static str>> {
        let stat = rustix::fs::fstat(&self.fd)?;
        Ok(if stat.st_uid != rustix::process::geteuid().as_raw() {
            Some("it belongs to another user; name a folder of your own")
        } else if Mode::from_raw_mode(stat.st_mode).intersects(Mode::WGRP | Mode::WOTH) {
            Some("others may write to it; take that right away with `chmod go-w`, or name another folder")
        } else {
            None
        })
    }

    /// Opens a folder in it.
    pub(crate) fn subfolder(&self, name: &str) -> io::Result<Self> {
        let fd = rustix::fs::openat(&self.fd, name, SAFELY | OFlags::DIRECTORY, Mode::empty())?;
        Ok(Self { fd })
    }

    /// Opens a folder in it, or creates it.
    pub(crate) fn subfolder_or_create(&self, name: &str) -> io::Result<Self> {
        match self.subfolder(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match rustix::fs::mkdirat(&self.fd, name, Mode::from_raw_mode(FOLDER_MODE)) {
                    Ok(()) | Err(Errno::EXIST) => self.subfolder(name),
                    Err(errno) => Err(errno.into()),
                }
            }
            opened => opened,
        }
    }

    /// Opens a folder in it; `None` if it does not exist or is something else.
    pub(crate) fn existing_subfolder(&self, name: &str) -> io::Result<Option<Self>> {
        match rustix::fs::openat(&self.fd, name, SAFELY | OFlags::DIRECTORY, Mode::empty()) {
            Ok(fd) => Ok(Some(Self { fd })),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Opens a regular file in it for reading.
    pub(crate) fn open(&self, name: &str) -> io::Result<File> {
        regular(rustix::fs::openat(&self.fd, name, SAFELY | OFlags::RDONLY, Mode::empty())?)
    }

    /// Creates a file in it that does not exist.
    pub(crate) fn create(&self, name: &str) -> io::Result<File> {
        let flags = SAFELY | OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        regular(rustix::fs::openat(&self.fd, name, flags, Mode::RUSR | Mode::WUSR)?)
    }

    /// Opens a file in it for reading and appending, or creates it.
    pub(crate) fn append(&self, name: &str) -> io::Result<File> {
        let flags = SAFELY | OFlags::RDWR | OFlags::APPEND | OFlags::CREATE;
        regular(rustix::fs::openat(&self.fd, name, flags, Mode::RUSR | Mode::WUSR)?)
    }

    /// Renames a file in it, replacing any existing one.
    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.fd, from, &self.fd, to)?)
    }

    /// Removes a file in it.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.fd, name, AtFlags::empty())?)
    }

    /// Calls `visit` with all regular files in it. Files removed meanwhile may be included or not.
    pub(crate) fn list(&self, visit: &mut dyn FnMut(&str, Found)) -> io::Result<()> {
        for entry in Dir::read_from(&self.fd)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().to_str() else { continue };
            match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile => {
                    visit(name, found(&stat));
                }
                Ok(_) | Err(Errno::NOENT) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }
}

/// Reads until the end or until the capacity is used, without initializing the memory first.
pub(crate) fn read_to_capacity(file: &File, bytes: &mut Vec<u8>) -> io::Result<()> {
    while bytes.len() < bytes.capacity() {
        match rustix::io::read(file, spare_capacity(bytes)) {
            Ok(0) => break,
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

fn regular(fd: OwnedFd) -> io::Result<File> {
    let file = File::from(fd);
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::other("it is not a regular file"))
}

fn found(stat: &Stat) -> Found {
    // The types differ from system to system; times before 1970 count as 1970.
    fn number(value: impl TryInto<u64>) -> u64 {
        value.try_into().unwrap_or_default()
    }
    let modified = UNIX_EPOCH.checked_add(Duration::from_secs(number(stat.st_mtime)));
    let modified =
        modified.unwrap_or(UNIX_EPOCH) + Duration::from_nanos(number(stat.st_mtime_nsec).min(999_999_999));
    Found { bytes: number(stat.st_size), modified }
}
