//! Views of texts that belong to an object.

use std::ffi::c_char;

/// What stands where there is no number: no row, no line, no offset.
pub const NONE: u64 = u64::MAX;

/// A text that belongs to the object it was asked of. UTF-8, without a NUL at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Its first byte; NULL where there is no text, which is not the same as an empty one.
    pub data: *const c_char,
    /// How many bytes it has.
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
