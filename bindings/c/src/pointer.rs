//! Pointers of the caller that cannot be verified.
//!
//! Pointers to objects do not need this module: `Option<&T>`, `Option<&mut T>`, `Option<Box<T>>` and
//! `Option<&mut MaybeUninit<T>>` are nullable pointers as in C, and the compiler knows what each permits.
//! What remains are arrays, NUL-terminated strings, and pointers that are only passed back.
//!
//! The functions here must be called only on unmodified arguments of exported functions. The blocks below are
//! sound because of what the header requires of these arguments (they point to what they claim, for the
//! duration of the call). This cannot be verified.
//!
//! **If you change this**: do not keep a reference from here after its call, except in a `Revocable`.
#![allow(unsafe_code, reason = "callers in C pass pointers")]

use std::ffi::{CStr, c_char, c_void};
use std::mem::MaybeUninit;

use crate::fault::{self, Fault, fault};
use crate::status::Status;

/// `length` items starting at `data`. NULL is an empty array if `length` is 0.
pub(crate) fn slice<'a, T>(argument: &str, data: *const T, length: usize) -> Result<&'a [T], Fault> {
    if length == 0 {
        return Ok(&[]);
    }
    if data.is_null() {
        return Err(fault::null(argument));
    }
    if !data.is_aligned() {
        let message = format!("{argument} is not aligned as its type asks");
        return Err(fault(Status::InvalidArgument, c"argument.alignment", message));
    }
    let bytes = length.checked_mul(size_of::<T>()).filter(|bytes| isize::try_from(*bytes).is_ok());
    if bytes.and_then(|bytes| (data as usize).checked_add(bytes)).is_none() {
        let message = format!("{argument} cannot have a length of {length}: it would go beyond all memory");
        return Err(fault(Status::InvalidArgument, c"argument.length", message));
    }
    // SAFETY: not NULL, aligned, within the address space; the header requires `length` readable items.
    Ok(unsafe { std::slice::from_raw_parts(data, length) })
}

/// A string of `length` bytes.
pub(crate) fn text<'a>(argument: &str, data: *const c_char, length: usize) -> Result<&'a str, Fault> {
    utf8(argument, slice(argument, data.cast::<u8>(), length)?)
}

/// A NUL-terminated string.
pub(crate) fn string<'a>(argument: &str, string: *const c_char) -> Result<&'a str, Fault> {
    if string.is_null() {
        return Err(fault::null(argument));
    }
    // SAFETY: not NULL; the header requires a NUL-terminated string.
    utf8(argument, unsafe { CStr::from_ptr(string) }.to_bytes())
}

/// A NUL-terminated string, or `other` if it is NULL.
pub(crate) fn string_or<'a>(argument: &str, string: *const c_char, other: &'a str) -> Result<&'a str, Fault> {
    if string.is_null() { Ok(other) } else { self::string(argument, string) }
}

fn utf8<'a>(argument: &str, bytes: &'a [u8]) -> Result<&'a str, Fault> {
    std::str::from_utf8(bytes).map_err(|error| {
        let message = format!("{argument} is not UTF-8 from byte {} on", error.valid_up_to());
        fault(Status::Utf8, c"argument.utf8", message)
    })
}

/// A reference to an object, unless it is NULL.
pub(crate) fn object<T>(argument: &str, object: Option<T>) -> Result<T, Fault> {
    object.ok_or_else(|| fault::null(argument))
}

/// References to objects, unless one of them is NULL.
pub(crate) fn objects<'a, T>(argument: &str, objects: &[Option<&'a T>]) -> Result<Vec<&'a T>, Fault> {
    objects.iter().map(|object| self::object(argument, *object)).collect()
}

/// The address of an output, unless it is NULL.
pub(crate) fn output<'a, T>(
    argument: &str,
    place: Option<&'a mut MaybeUninit<T>>,
) -> Result<&'a mut MaybeUninit<T>, Fault> {
    object(argument, place)
}

/// A pointer that is passed back to a caller's callback and never dereferenced.
#[derive(Clone, Copy)]
pub(crate) struct Context(pub(crate) *mut c_void);

// SAFETY: it is only passed back; the header says that callbacks are called on any thread.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_slices_are_refused() {
        let numbers = [1_u32, 2, 3];
        assert_eq!(slice("x", numbers.as_ptr(), 3).unwrap(), numbers);
        assert!(slice::<u32>("x", std::ptr::null(), 0).unwrap().is_empty());
        let status = |result: Result<&[u32], Fault>| result.unwrap_err().status;
        assert_eq!(status(slice("x", std::ptr::null(), 1)), Status::NullArgument);
        assert_eq!(status(slice("x", numbers.as_ptr(), usize::MAX)), Status::InvalidArgument);
        assert_eq!(
            status(slice("x", numbers.as_ptr(), isize::MAX as usize / 4 + 1)),
            Status::InvalidArgument
        );
        let misaligned = numbers.as_ptr().wrapping_byte_add(1);
        assert_eq!(status(slice("x", misaligned, 1)), Status::InvalidArgument);
    }

    #[test]
    fn texts_are_utf8() {
        assert_eq!(string("x", c"a\u{e9}".as_ptr()).unwrap(), "aé");
        assert_eq!(string("x", c"a\xff".as_ptr()).unwrap_err().status, Status::Utf8);
        assert_eq!(string_or("x", std::ptr::null(), "y").unwrap(), "y");
        assert_eq!(text("x", c"a\xff".as_ptr(), 1).unwrap(), "a");
    }
}
