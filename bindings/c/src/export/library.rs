//! About the library itself.

use std::ffi::c_char;

use crate::guard::guard_value;
use crate::status::Status;

/// The version of this header's binary interface. A program built with one works with a library of the same.
pub const ABI_VERSION: u32 = 1;

/// The binary interface of the library that is loaded; compare it with `TRUELINE_ABI_VERSION`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_abi_version() -> u32 {
    guard_value(0, || ABI_VERSION)
}

/// The version of the library, such as `0.1.0`. It is never freed.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_version() -> *const c_char {
    guard_value(c"".as_ptr(), || concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast())
}

/// A status in words, for people. It is never freed.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_status_name(status: u32) -> *const c_char {
    guard_value(c"".as_ptr(), || Status::words(status).as_ptr())
}
