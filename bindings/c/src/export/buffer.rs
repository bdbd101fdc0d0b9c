//! Bytes that the caller owns.

use std::ffi::c_char;

use crate::buffer::Buffer;
use crate::guard::{free, guard_value};
use crate::status::Status;

/// Returns the bytes of a buffer, followed by a NUL. They belong to the buffer. Returns an empty string for
/// NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_buffer_data(buffer: Option<&Buffer>) -> *const c_char {
    guard_value(c"".as_ptr(), || {
        buffer.map_or(c"".as_ptr(), |buffer| buffer.bytes_with_nul().as_ptr().cast())
    })
}

/// Returns the number of bytes of a buffer, without the NUL; 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_buffer_length(buffer: Option<&Buffer>) -> usize {
    guard_value(0, || buffer.map_or(0, Buffer::length))
}

/// Frees a buffer and sets the pointer to NULL. Does nothing if it is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_buffer_free(buffer: Option<&mut Option<Box<Buffer>>>) -> Status {
    free(buffer)
}
