//! Views of strings that belong to an object.

use std::ffi::c_char;

/// The value of an absent number: no row, no line, no offset.
pub const NONE: u64 = u64::MAX;

/// A string that belongs to the object it was obtained from. UTF-8, not NUL-terminated.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// The first byte; NULL if there is no string, as opposed to an empty one.
    pub data: *const c_char,
    /// The number of bytes.
    pub length: usize,
}

impl Text {
    pub(crate) fn of(text: &str) -> Self {
        Self { data: text.as_ptr().cast(), length: text.len() }
    }

    pub(crate) fn of_option(text: Option<&str>) -> Self {
        text.map_or(Self { data: std::ptr::null(), length: 0 }, Self::of)
    }
}
