//! Checks that the structs of an array have the shape that its type requires.
//!
//! Arrow's decoder trusts much of this, and otherwise panics or dereferences an invalid pointer. So everything that the structs
//! say about themselves is checked first, but not the buffers, whose lengths the C data interface does not contain.
//!
//! **Source**: <https://arrow.apache.org/docs/format/CDataInterface.html>
#![allow(unsafe_code, reason = "the C data interface consists of pointers")]

use std::ffi::{CStr, c_char, c_void};

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};

use crate::structs::{Array, may_have_bitmap};

/// The maximum nesting of types.
const MAX_DEPTH: usize = 64;
/// The maximum number of columns, or of members of a struct.
const MAX_CHILDREN: i64 = 100_000;
/// The maximum number of bits of a value without an explicit width.
const MAX_BITS: i64 = 256;

/// `ArrowSchema`, with accessible members.
#[repr(C)]
struct Schema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    n_children: i64,
    children: *const *const Self,
    dictionary: *const Self,
    release: *const c_void,
    private_data: *const c_void,
}

const _: () = assert!(size_of::<Schema>() == size_of::<FFI_ArrowSchema>());

/// Checks a schema.
pub(crate) fn check_schema(schema: &FFI_ArrowSchema) -> Result<(), String> {
    // SAFETY: both are the struct of the C data interface, which has one layout.
    schema_of(unsafe { &*(&raw const *schema).cast::<Schema>() }, 0)
}

/// Checks an array, with a schema that was checked.
pub(crate) fn check_array(array: &FFI_ArrowArray, schema: &FFI_ArrowSchema) -> Result<(), String> {
    // SAFETY: as in `check_schema`.
    let schema = unsafe { &*(&raw const *schema).cast::<Schema>() };
    // SAFETY: as in `check_schema`.
    array_of(unsafe { &*(&raw const *array).cast::<Array>() }, schema)
}

/// Reads a string of a schema.
fn string<'a>(text: *const c_char, what: &str) -> Result<Option<&'a str>, String> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and the interface requires a string that ends with a NUL.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map(Some).map_err(|_| format!("{what} is not UTF-8"))
}

/// Dereferences a struct that another one points to.
fn pointee<'a, T>(pointer: *const T, what: &str) -> Result<&'a T, String> {
    if !pointer.is_aligned() {
        return Err(format!("{what} is not aligned"));
    }
    // SAFETY: aligned; NULL is no reference; else the interface requires a struct that lives as long as the one it belongs to.
    unsafe { pointer.as_ref() }.ok_or_else(|| format!("{what} is NULL"))
}

/// Returns the members of a struct, from their pointers.
fn children<'a, T>(list: *const *const T, count: i64, what: &str) -> Result<Vec<&'a T>, String> {
    if !(0..=MAX_CHILDREN).contains(&count) {
        return Err(format!("{what} has {count} children"));
    }
    let count = usize::try_from(count).unwrap_or_default();
    if count == 0 {
        return Ok(Vec::new());
    }
    pointee(list, &format!("the list of children of {what}"))?;
    // SAFETY: not NULL and aligned; the interface requires as many pointers as the count says.
    let pointers = unsafe { std::slice::from_raw_parts(list, count) };
    pointers.iter().map(|child| pointee(*child, &format!("a child of {what}"))).collect()
}

fn schema_of(schema: &Schema, depth: usize) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err(format!("types stand in one another more than {MAX_DEPTH} deep"));
    }
    if schema.release.is_null() {
        return Err("the schema of a column was released, or taken over, before".to_owned());
    }
    let name = string(schema.name, "the name of a column")?.unwrap_or_default();
    let what = format!("the schema of `{}`", name.escape_debug());
    let format = string(schema.format, &what)?.ok_or_else(|| format!("{what} has no format"))?;
    let members = children(schema.children, schema.n_children, &what)?;
    let wanted = match format {
        "+l" | "+L" | "+vl" | "+vL" | "+m" => Some(1),
        "+r" => Some(2),
        _ if format.starts_with("+w:") => Some(1),
        _ if format.starts_with("+s") || format.starts_with("+u") => None,
        _ => Some(0),
    };
    if wanted.is_some_and(|wanted| wanted != members.len()) {
        let format = format.escape_debug();
        return Err(format!("{what} is of the format `{format}` and has {} children", members.len()));
    }
    if !schema.dictionary.is_null() {
        schema_of(pointee(schema.dictionary, "a dictionary")?, depth + 1)?;
    }
    members.into_iter().try_for_each(|member| schema_of(member, depth + 1))
}

fn array_of(array: &Array, schema: &Schema) -> Result<(), String> {
    let name = string(schema.name, "a name")?.unwrap_or_default();
    let what = format!("the array of `{}`", name.escape_debug());
    // A released array has nothing to check.
    if array.release.is_null() {
        return Err(format!("{what} was released, or taken over, before"));
    }
    let format = string(schema.format, &what)?.unwrap_or_default();
    if array.length < 0 || array.offset < 0 || !fits_memory(array, format) {
        return Err(format!("{what} has a length of {} from {} on", array.length, array.offset));
    }
    if array.null_count < -1 || array.null_count > array.length {
        return Err(format!("{what} has {} nulls among {} values", array.null_count, array.length));
    }
    let (least, most) = buffers_of(format);
    if !(least..=most).contains(&array.n_buffers) {
        let format = format.escape_debug();
        return Err(format!("{what} is of the format `{format}` and has {} buffers", array.n_buffers));
    }
    if array.n_buffers > 0 {
        pointee(array.buffers, &format!("the list of buffers of {what}"))?;
    }
    if array.null_count > 0 && may_have_bitmap(format) && !array.has_bitmap(format) {
        return Err(format!("{what} has {} nulls, and no bitmap that says which", array.null_count));
    }
    buffers_of_texts(array, format, &what)?;
    let types = children(schema.children, schema.n_children, &what)?;
    // A list shorter than its count must not be read to the end of that count.
    if usize::try_from(array.n_children) != Ok(types.len()) {
        return Err(format!("{what} has {} children, and its schema {}", array.n_children, types.len()));
    }
    let members = children(array.children, array.n_children, &what)?;
    match (array.dictionary.is_null(), schema.dictionary.is_null()) {
        (true, true) => {}
        (false, false) => {
            array_of(
                pointee(array.dictionary, "a dictionary")?,
                pointee(schema.dictionary, "a dictionary")?,
            )?;
        }
        (true, false) => return Err(format!("{what} has no dictionary, and its schema one")),
        (false, true) => return Err(format!("{what} has a dictionary, and its schema none")),
    }
    members.into_iter().zip(types).try_for_each(|(member, schema)| array_of(member, schema))
}

/// Checks what the decoder reads of strings before it checks the type: the last of their offsets, and the lengths of the buffers
/// of views.
fn buffers_of_texts(array: &Array, format: &str, what: &str) -> Result<(), String> {
    let is_aligned = match format {
        "u" | "z" => array.buffer(1).cast::<i32>().is_aligned(),
        "U" | "Z" => array.buffer(1).cast::<i64>().is_aligned(),
        _ => true,
    };
    if !is_aligned {
        return Err(format!("the offsets of {what} are not aligned"));
    }
    // A bitmap, the views, any number of buffers, and their lengths.
    let count = usize::try_from(array.n_buffers - 3).unwrap_or_default();
    if !matches!(format, "vu" | "vz") || count == 0 {
        return Ok(());
    }
    let lengths = array.buffer(count + 2).cast::<i64>();
    pointee(lengths, &format!("the list of lengths of {what}"))?;
    // SAFETY: not NULL and aligned; the interface requires a length for each buffer.
    let lengths = unsafe { std::slice::from_raw_parts(lengths, count) };
    match lengths.iter().find(|length| **length < 0) {
        Some(length) => Err(format!("{what} has a buffer of {length} bytes")),
        None => Ok(()),
    }
}

/// Returns whether buffers can be as large as an array claims. The decoder computes their sizes without checking for overflow.
fn fits_memory(array: &Array, format: &str) -> bool {
    let bits = match format.strip_prefix("w:").map(str::parse::<i64>) {
        Some(width) => width.ok().and_then(|bytes| bytes.checked_mul(8)).filter(|bits| *bits >= 0),
        None => Some(MAX_BITS),
    };
    // There is one more offset than values.
    let values = array.length.checked_add(array.offset).and_then(|values| values.checked_add(1));
    values.zip(bits).is_some_and(|(values, bits)| values.checked_mul(bits.max(MAX_BITS)).is_some())
}

/// Returns the minimum and maximum number of buffers of a format.
fn buffers_of(format: &str) -> (i64, i64) {
    match format {
        "+r" => (0, 0),
        // A struct without a bitmap may have no list, and arrays of nulls may have a list with a NULL.
        "n" | "+s" => (0, 1),
        "u" | "U" | "z" | "Z" | "+vl" | "+vL" => (3, 3),
        "vu" | "vz" => (3, MAX_CHILDREN),
        _ if format.starts_with("+w:") => (1, 1),
        _ if format.starts_with("+ud:") => (2, 2),
        _ if format.starts_with("+us:") => (1, 1),
        _ => (2, 2),
    }
}
