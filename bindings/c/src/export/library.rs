//! The library itself.

use std::ffi::c_char;

use crate::guard::guard_value;
use crate::status::Status;

/// The version of this header's binary interface. A program works with a library of the version it was built
/// with.
pub const ABI_VERSION: u32 = 1;

/// Returns the binary interface version of the loaded library; compare it with `TRUELINE_ABI_VERSION`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_abi_version() -> u32 {
    guard_value(0, || ABI_VERSION)
}

/// Returns the version of the library, such as `0.1.0`. Do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_version() -> *const c_char {
    guard_value(c"".as_ptr(), || concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast())
}

/// Returns the name of a status, for people. Do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_status_name(status: u32) -> *const c_char {
    guard_value(c"".as_ptr(), || Status::name(status).as_ptr())
}
