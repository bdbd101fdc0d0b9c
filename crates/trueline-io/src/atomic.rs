//! Files that are written atomically.

mod temporaries;

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use self::temporaries::Entry;
pub use self::temporaries::Temporaries;
use crate::error::{Error, ErrorKind};

/// The size of the write buffer.
const BUFFER_BYTES: usize = 64 << 10;
/// The maximum length of a chain of symbolic links.
const MAX_LINKS: usize = 40;

/// A file being written atomically: bytes go to a temporary file beside it, and [`AtomicFile::commit`] moves it into place.
///
/// - Until the commit, and if it is dropped without one, the path is unchanged: the old file, or nothing.
/// - After the commit the path is the new file, even if the machine stops at that moment: the file and its folder are synced.
/// - A new file gets the default permissions; a replaced file keeps its own. The owner and other attributes are those of a
///   new file; other hard links to the old file keep the old content.
/// - A symbolic link is followed: its target is replaced or created, and the link stays.
/// - A file without write permission is not replaced, even if its folder would allow it.
/// - A device, a pipe or an open stream of this process (`/dev/stdout`, `/dev/fd/3`) is written directly, which cannot be
///   undone.
/// - A process that is killed leaves its temporary file behind: a random name between `.trueline-` and `.tmp`. A process that is
///   told to end can remove it: [`Temporaries`].
///
/// Write errors are remembered, so that a commit after an ignored error fails too.
#[derive(Debug)]
pub struct AtomicFile {
    name: String,
    /// `None` only while the value is consumed.
    output: Option<Output>,
    failure: Option<Failure>,
}

/// A copy of the first write error.
#[derive(Clone, Debug)]
struct Failure {
    kind: io::ErrorKind,
    text: String,
}

#[derive(Debug)]
enum Output {
    Temporary {
        writer: BufWriter<NamedTempFile>,
        target: PathBuf,
        permissions: Option<Permissions>,
        /// After the writer: dropped when the file no longer has its temporary name.
        entry: Entry,
    },
    Direct(BufWriter<File>),
}

impl AtomicFile {
    /// Creates a file at `path`.
    ///
    /// **Errors**: its folder does not exist or is not writable; the path is a folder, or a file that is not writable; the path
    /// is empty, or ends like that of a folder (`x/`, `x/.`).
    pub fn create(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::create_among(path, &Temporaries::new())
    }

    /// Creates a file at `path` and registers its temporary file in a list.
    ///
    /// **Errors**: as [`AtomicFile::create`]; the list is closed.
    pub fn create_among(path: impl AsRef<Path>, temporaries: &Temporaries) -> Result<Self, Error> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let output = open(path, &name, temporaries)?;
        Ok(Self { name, output: Some(output), failure: None })
    }

    /// Returns the file that an output at `path` would replace or create, with links resolved, so that two names of the same
    /// file can be compared. A path that leads nowhere is returned unchanged.
    pub fn target(path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        std::fs::canonicalize(path).unwrap_or_else(|_| {
            let path = resolve_links(path).unwrap_or_else(|_| path.to_path_buf());
            match (std::fs::canonicalize(folder(&path)), path.file_name()) {
                (Ok(folder), Some(name)) => folder.join(name),
                _ => path,
            }
        })
    }

    /// Returns whether an output at `path` would replace or create the file `other`. Symbolic and hard links are considered.
    pub fn is_same(path: impl AsRef<Path>, other: impl AsRef<Path>) -> bool {
        let (path, other) = (path.as_ref(), other.as_ref());
        Self::target(path) == Self::target(other) || is_same_file(path, other)
    }

    /// Returns the display name: the path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes remaining data and syncs it, so that little can go wrong in [`AtomicFile::commit`]. The path is still
    /// unchanged.
    ///
    /// **Errors**: as [`AtomicFile::commit`].
    pub fn sync(&mut self) -> Result<(), Error> {
        let synced = self.flush().and_then(|()| match &self.output {
            Some(Output::Temporary { writer, .. }) => writer.get_ref().as_file().sync_all(),
            Some(Output::Direct(writer)) => sync_direct(writer.get_ref()),
            None => Ok(()),
        });
        self.record_failure(synced).map_err(|source| fail(&self.name, source))
    }

    /// Writes remaining data, syncs it and moves the file into place.
    ///
    /// **Errors**: one of these steps or an earlier write failed; an old file is still there. The exception is
    /// the last step: if the folder cannot be synced, the new file is in place but may be lost if the machine stops.
    pub fn commit(mut self) -> Result<(), Error> {
        if let Some(Failure { kind, text }) = self.failure.take() {
            return Err(fail(&self.name, io::Error::new(kind, text)));
        }
        let Some(output) = self.output.take() else { return Ok(()) };
        let fail = |source| fail(&self.name, source);
        match output {
            Output::Direct(writer) => {
                let file = unbuffered(writer).map_err(fail)?;
                sync_direct(&file).map_err(fail)
            }
            Output::Temporary { writer, target, permissions, entry } => {
                let file = unbuffered(writer).map_err(fail)?;
                if let Some(permissions) = permissions {
                    file.as_file().set_permissions(permissions).map_err(fail)?;
                }
                file.as_file().sync_all().map_err(fail)?;
                file.persist(&target).map_err(|error| fail(error.error))?;
                drop(entry);
                sync_folder(folder(&target)).map_err(fail)
            }
        }
    }

    fn record_failure<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && error.kind() != io::ErrorKind::Interrupted
            && self.failure.is_none()
        {
            self.failure = Some(Failure { kind: error.kind(), text: error.to_string() });
        }
        result
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = match &mut self.output {
            Some(Output::Temporary { writer, .. }) => writer.write(bytes),
            Some(Output::Direct(writer)) => writer.write(bytes),
            None => Ok(0),
        };
        self.record_failure(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = match &mut self.output {
            Some(Output::Temporary { writer, .. }) => writer.flush(),
            Some(Output::Direct(writer)) => writer.flush(),
            None => Ok(()),
        };
        self.record_failure(result)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        // Without a commit nothing more is written, not even the content of the buffer.
        match self.output.take() {
            Some(Output::Temporary { writer, entry, .. }) => {
                drop(writer.into_parts());
                drop(entry);
            }
            Some(Output::Direct(writer)) => drop(writer.into_parts()),
            None => {}
        }
    }
}

fn fail(name: &str, source: io::Error) -> Error {
    let name = name.to_owned();
    Error::new(match source.kind() {
        io::ErrorKind::PermissionDenied => ErrorKind::NoPermission { action: "write", name },
        io::ErrorKind::IsADirectory => ErrorKind::Folder { name },
        _ => ErrorKind::Write { name, source },
    })
}

fn unbuffered<W: Write>(writer: BufWriter<W>) -> io::Result<W> {
    writer.into_inner().map_err(|error| {
        let (error, writer) = error.into_parts();
        // Otherwise dropping the writer would try to write the buffer again.
        drop(writer.into_parts());
        error
    })
}

/// Decides between a temporary file and writing directly.
fn open(path: &Path, name: &str, temporaries: &Temporaries) -> Result<Output, Error> {
    if let Some(stream) = standard_stream(path) {
        return direct(stream.map_err(|error| fail(name, error))?);
    }
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(Error::new(ErrorKind::Folder { name: name.to_owned() })),
        Ok(metadata) => {
            // A file without write permission must not be replaced. Nothing is truncated, and an open stream continues where it
            // is.
            let file = OpenOptions::new().append(true).open(path).map_err(|error| fail(name, error))?;
            if !metadata.is_file() || is_stream_path(path) {
                return direct(file);
            }
            let target = std::fs::canonicalize(path).map_err(|error| fail(name, error))?;
            temporary(target, Some(metadata.permissions()), name, temporaries)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let target = resolve_links(path).map_err(|error| fail(name, error))?;
            if let Some(problem) = path_problem(&target) {
                return Err(Error::new(ErrorKind::OutputPath { name: name.to_owned(), problem }));
            }
            temporary(target, None, name, temporaries)
        }
        Err(error) => Err(fail(name, error)),
    }
}

/// Why no file can be created at a path, if its text alone shows it. Otherwise only the rename in the commit would fail:
/// [`Path`] ignores separators and dots at the end.
fn path_problem(path: &Path) -> Option<&'static str> {
    let bytes = path.as_os_str().as_encoded_bytes();
    if bytes.is_empty() {
        return Some("its path is empty; name a file");
    }
    let last = bytes.rsplit(|byte| std::path::is_separator(char::from(*byte))).next();
    matches!(last, None | Some(b"" | b"." | b".."))
        .then_some("its path is that of a folder; name a file in it")
}

#[allow(clippy::unnecessary_wraps, reason = "the twin of `temporary`")]
fn direct(file: File) -> Result<Output, Error> {
    Ok(Output::Direct(BufWriter::with_capacity(BUFFER_BYTES, file)))
}

fn temporary(
    target: PathBuf,
    permissions: Option<Permissions>,
    name: &str,
    temporaries: &Temporaries,
) -> Result<Output, Error> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".trueline-").suffix(".tmp");
    if permissions.is_none()
        && let Some(default_mode) = default_permissions()
    {
        builder.permissions(default_mode);
    }
    let created = temporaries.create_listed(|| builder.tempfile_in(folder(&target)));
    let (file, entry) = created.map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => {
            Error::new(ErrorKind::NoPermission { action: "create a file beside", name: name.to_owned() })
        }
        _ => fail(name, error),
    })?;
    let writer = BufWriter::with_capacity(BUFFER_BYTES, file);
    Ok(Output::Temporary { writer, target, permissions, entry })
}

/// The permissions of a new file, before the umask applies. A file that replaces another is private until it gets the
/// permissions of the old one.
#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "other systems have no mode")]
fn default_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn default_permissions() -> Option<Permissions> {
    None
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether two paths lead to the same regular file.
#[cfg(unix)]
fn is_same_file(path: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path| {
        let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        Some((metadata.dev(), metadata.ino()))
    };
    identity(path).is_some_and(|one| identity(other) == Some(one))
}

/// Other systems do not provide this for a path.
#[cfg(not(unix))]
fn is_same_file(_path: &Path, _other: &Path) -> bool {
    false
}

/// The path at the end of a chain of symbolic links whose target does not exist.
fn resolve_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..MAX_LINKS {
        match std::fs::read_link(&path) {
            Ok(next) => path = folder(&path).join(next),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// The names of open streams of this process, which must not be replaced even if they lead to a file.
fn is_stream_path(path: &Path) -> bool {
    cfg!(unix) && (path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd"))
}

/// Standard output and error by their paths: the streams themselves, so that what others write to them is not overwritten.
#[cfg(unix)]
fn standard_stream(path: &Path) -> Option<io::Result<File>> {
    use std::os::fd::AsFd;
    let stream = match path.to_str()? {
        "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1" => io::stdout().as_fd().try_clone_to_owned(),
        "/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2" => io::stderr().as_fd().try_clone_to_owned(),
        _ => return None,
    };
    Some(stream.map(File::from))
}

#[cfg(not(unix))]
fn standard_stream(_path: &Path) -> Option<io::Result<File>> {
    None
}

fn sync_direct(file: &File) -> io::Result<()> {
    match file.sync_all() {
        Err(error) if !is_sync_unsupported(&error) => Err(error),
        _ => Ok(()),
    }
}

/// Pipes and devices, and some file systems, have nothing to sync.
fn is_sync_unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if !is_sync_unsupported(&error) => Err(error),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
