//! Bytes that are handed out for good.

use std::ffi::c_char;

use crate::buffer::Buffer;
use crate::guard::{free, guard_value};
use crate::status::Status;

/// The bytes of a buffer, with a NUL behind them. They belong to the buffer; an empty string of NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_buffer_data(buffer: Option<&Buffer>) -> *const c_char {
    guard_value(c"".as_ptr(), || {
        buffer.map_or(c"".as_ptr(), |buffer| buffer.bytes_with_nul().as_ptr().cast())
    })
}

/// How many bytes a buffer has, without the NUL; 0 of NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_buffer_length(buffer: Option<&Buffer>) -> usize {
    guard_value(0, || buffer.map_or(0, Buffer::length))
}

/// Frees a buffer and sets the pointer to NULL. A pointer that is NULL stays so.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_buffer_free(buffer: Option<&mut Option<Box<Buffer>>>) -> Status {
    free(buffer)
}
