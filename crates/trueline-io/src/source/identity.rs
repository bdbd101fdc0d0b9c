//! The attributes that must not change while a file is read.

use std::fs::Metadata;
use std::path::Path;
use std::time::SystemTime;

use super::Version;
use crate::error::Change;

/// The attributes of a regular file at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identity {
    size_bytes: u64,
    modified: Option<SystemTime>,
    /// Device and inode, which identify the file regardless of its name.
    file: Option<(u64, u64)>,
}

impl Identity {
    /// `None` for pipes and devices: they have no content of their own that could change.
    pub(super) fn of(metadata: &Metadata) -> Option<Self> {
        metadata.is_file().then(|| Self {
            size_bytes: metadata.len(),
            modified: metadata.modified().ok(),
            file: file(metadata),
        })
    }

    /// The size of the file.
    pub(super) fn size_bytes(self) -> u64 {
        self.size_bytes
    }

    /// The difference of `now`, which means another file or another content.
    pub(super) fn change(self, now: Self) -> Option<Change> {
        if self.file != now.file {
            Some(Change::Replaced)
        } else if self.size_bytes != now.size_bytes {
            Some(Change::Resized { before_bytes: self.size_bytes, now_bytes: now.size_bytes })
        } else if self.modified != now.modified {
            Some(Change::Modified)
        } else {
            None
        }
    }
}

/// Identifies a file at a path, as far as the system can: `None` for anything but a regular file.
pub(super) fn version(path: &Path) -> Option<Version> {
    let path = path.canonicalize().ok()?;
    let metadata = std::fs::metadata(&path).ok()?;
    let Identity { size_bytes, modified, file } = Identity::of(&metadata)?;
    let modified = modified?;
    let since = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).map(|since| since.as_nanos());
    let mut bytes = path.as_os_str().as_encoded_bytes().to_vec();
    bytes.push(0);
    let change_time = change_time(&metadata);
    bytes.extend_from_slice(
        format!("{size_bytes} {:?} {file:?} {change_time:?}", since(modified).ok()?).as_bytes(),
    );
    Some(Version::Times { bytes, modified })
}

/// The time of the last change of the content or the metadata (ctime). Unlike the modification time, programs cannot set it.
#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "other systems do not tell")]
fn change_time(metadata: &Metadata) -> Option<(i64, i64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.ctime(), metadata.ctime_nsec()))
}

#[cfg(not(unix))]
fn change_time(_metadata: &Metadata) -> Option<(i64, i64)> {
    None
}

/// Device and inode.
#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "other systems do not tell")]
fn file(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn file(_metadata: &Metadata) -> Option<(u64, u64)> {
    None
}
