//! Folders, and files in them, that are what they seem.
//!
//! Two siblings of equal shape: `unix` opens everything from its folder and follows no link, `portable` does with paths what can be
//! done with paths, where a user's folder is closed to others by the system's own means.

#[cfg(any(test, not(unix)))]
#[cfg_attr(unix, expect(dead_code, reason = "compiled here for its tests"))]
mod portable;
#[cfg(unix)]
mod unix;

use std::time::SystemTime;

#[cfg(not(unix))]
pub(super) use self::portable::{Folder, read_to_capacity};
#[cfg(unix)]
pub(super) use self::unix::{Folder, read_to_capacity};

/// A file, as its folder lists it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) bytes: u64,
    pub(super) modified: SystemTime,
}
