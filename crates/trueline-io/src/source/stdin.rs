//! Standard input.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Source;
use super::identity::Identity;
use crate::error::{Change, Error, ErrorKind};

const NAME: &str = "<stdin>";

/// Standard input belongs to the process, and what was read of it does not come back.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// Standard input. It can be read only once per process, through any value of this type; a second reader would
/// get the remaining bytes, none, as an empty table.
///
/// If it is a file (`< data.csv`), the file must not change while it is read, as for [`FileSource`](super::FileSource).
#[derive(Debug, Default)]
pub struct StdinSource {
    opened: Mutex<Option<(File, Identity)>>,
}

impl StdinSource {
    /// Creates a source for standard input, without reading.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns whether standard input may have been closed when the process began. Rust's runtime replaces it by the null device,
    /// opened for reading and writing, which is also what programs give to child processes without input (Python's
    /// `subprocess.DEVNULL`). The two cannot be distinguished, and both are read as the empty input of the null device.
    pub fn may_be_closed() -> bool {
        handle().is_ok_and(|file| is_null_device(&file))
    }

    fn opened(&self) -> MutexGuard<'_, Option<(File, Identity)>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A separate handle to standard input.
#[cfg(unix)]
fn handle() -> io::Result<File> {
    use std::os::fd::AsFd;
    io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn handle() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    io::stdin().as_handle().try_clone_to_owned().map(File::from)
}

#[cfg(not(any(unix, windows)))]
fn handle() -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

fn closed() -> Error {
    let source = io::Error::other("it is closed; give it data, or `< /dev/null` for an empty table");
    Error::new(ErrorKind::Open { name: NAME.to_owned(), source })
}

/// Whether a file is the null device, opened for reading and writing.
#[cfg(unix)]
fn is_null_device(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |metadata: io::Result<Metadata>| metadata.ok().map(|metadata| metadata.rdev());
    let is_null =
        || device(file.metadata()).is_some_and(|one| device(std::fs::metadata("/dev/null")) == Some(one));
    let flags = rustix::fs::fcntl_getfl(file);
    flags.is_ok_and(|flags| flags & rustix::fs::OFlags::RWMODE == rustix::fs::OFlags::RDWR) && is_null()
}

#[cfg(not(unix))]
fn is_null_device(_file: &File) -> bool {
    false
}

impl Source for StdinSource {
    fn name(&self) -> &str {
        NAME
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        if IS_TAKEN.swap(true, Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::ReadTwice { name: NAME.to_owned() }));
        }
        let file = match handle() {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::Unsupported => return Ok(Box::new(io::stdin())),
            // Reading would find an empty table.
            Err(_) => return Err(closed()),
        };
        let Ok(metadata) = file.metadata() else { return Ok(Box::new(io::stdin())) };
        if metadata.is_dir() {
            return Err(Error::new(ErrorKind::Folder { name: NAME.to_owned() }));
        }
        *self.opened() =
            Identity::of(&metadata).zip(file.try_clone().ok()).map(|(identity, file)| (file, identity));
        Ok(Box::new(io::stdin()))
    }

    /// Known where standard input is a file that nobody has begun to read.
    fn size_hint(&self) -> Option<u64> {
        handle().ok()?.metadata().ok().filter(Metadata::is_file).map(|metadata| metadata.len())
    }

    fn verify_unchanged(&self) -> Result<(), Error> {
        let opened = self.opened();
        let Some((file, before)) = &*opened else { return Ok(()) };
        let now = file.metadata().ok().and_then(|metadata| Identity::of(&metadata));
        let change = now.map_or(Some(Change::Removed), |now| before.change(now));
        match change {
            Some(change) => Err(Error::new(ErrorKind::Changed { name: NAME.to_owned(), change })),
            None => Ok(()),
        }
    }
}
