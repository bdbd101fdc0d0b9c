//! Folders, and files in them, opened safely.
//!
//! Two implementations with the same interface: `unix` opens everything relative to its folder and follows no links; `portable`
//! does what is possible with paths, on systems that protect a user's folders from others themselves.

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

/// A file, as listed by its folder.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) bytes: u64,
    pub(super) modified: SystemTime,
}
