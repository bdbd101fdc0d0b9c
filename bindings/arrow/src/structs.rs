//! Rebuilds the structs of an array over the same buffers: adds what producers may omit, and corrects what they may have wrong.
//!
//! Nothing of the caller is modified: its own struct frees whatever it has, according to its content.
//!
//! **Source**: <https://arrow.apache.org/docs/format/CDataInterface.html>
#![allow(unsafe_code, reason = "the C data interface consists of pointers")]

use std::ffi::c_void;
use std::mem;
use std::ptr;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};

/// `ArrowArray`, with accessible members.
#[repr(C)]
pub(crate) struct Array {
    pub(crate) length: i64,
    pub(crate) null_count: i64,
    pub(crate) offset: i64,
    pub(crate) n_buffers: i64,
    pub(crate) n_children: i64,
    pub(crate) buffers: *const *const c_void,
    pub(crate) children: *const *const Self,
    pub(crate) dictionary: *const Self,
    pub(crate) release: *const c_void,
    pub(crate) private_data: *const c_void,
}

const _: () = assert!(size_of::<Array>() == size_of::<FFI_ArrowArray>());

/// The offsets of an array without values, of 4 or 8 bytes.
static NO_OFFSETS: [u64; 1] = [0];

impl Array {
    /// Returns whether there is a validity bitmap; the list of buffers was checked.
    pub(crate) fn has_bitmap(&self, format: &str) -> bool {
        self.n_buffers > 0 && may_have_bitmap(format) && !self.buffer(0).is_null()
    }

    /// Returns a buffer; `index` is below `n_buffers`, and the list of buffers was checked.
    pub(crate) fn buffer(&self, index: usize) -> *const c_void {
        // SAFETY: the list is not NULL and aligned, and the interface requires as many pointers as `n_buffers` says.
        unsafe { *self.buffers.add(index) }
    }
}

/// Returns whether the first buffer of a format is the validity bitmap.
pub(crate) fn may_have_bitmap(format: &str) -> bool {
    format != "n" && format != "+r" && !format.starts_with("+u")
}

/// The memory of rebuilt structs, and the array that they were made from, which is released with them.
#[derive(Default)]
struct Kept {
    buffers: Vec<Vec<*const c_void>>,
    children: Vec<Vec<*const Array>>,
    arrays: Vec<Vec<Array>>,
    original: Option<FFI_ArrowArray>,
}

/// Returns the same array with
///
/// - nulls that the reader counts, if there is a bitmap: a count of 0 would hide it;
/// - offsets, if there are no values and they are therefore optional in the interface;
/// - no buffers, if everything is null by its type.
///
/// The array and its schema were checked (`shape`).
pub(crate) fn renewed(array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> FFI_ArrowArray {
    let mut kept = Box::<Kept>::default();
    // SAFETY: the struct of the C data interface, which has one layout.
    let root = kept.renew(unsafe { &*(&raw const array).cast::<Array>() }, schema);
    kept.original = Some(array);
    let root = Array {
        release: (release as unsafe extern "C" fn(*mut FFI_ArrowArray)) as *const c_void,
        private_data: Box::into_raw(kept).cast::<c_void>(),
        ..root
    };
    // SAFETY: one layout, and the function that releases it is one that takes what is kept.
    unsafe { mem::transmute::<Array, FFI_ArrowArray>(root) }
}

unsafe extern "C" fn release(array: *mut FFI_ArrowArray) {
    // SAFETY: called once, on an array that `renewed` made.
    let array = unsafe { &mut *array };
    // SAFETY: as above.
    drop(unsafe { Box::from_raw(array.private_data().cast::<Kept>()) });
    // SAFETY: nothing is left of it.
    unsafe { array.set_release(None) };
}

impl Kept {
    /// Rebuilds one array, and those below it.
    fn renew(&mut self, array: &Array, schema: &FFI_ArrowSchema) -> Array {
        let format = schema.format();
        let has_offsets = matches!(format, "u" | "U" | "z" | "Z" | "+l" | "+L" | "+m");
        let mut buffers = array.buffers;
        if has_offsets && array.length == 0 && array.offset == 0 {
            let count = usize::try_from(array.n_buffers).unwrap_or_default();
            let mut list: Vec<_> = (0..count).map(|index| array.buffer(index)).collect();
            list[1] = NO_OFFSETS.as_ptr().cast();
            buffers = list.as_ptr();
            self.buffers.push(list);
        }
        let members: Vec<Array> = (0..usize::try_from(array.n_children).unwrap_or_default())
            // SAFETY: the list and its members were checked, and there are as many of the schema.
            .map(|index| self.renew(unsafe { &**array.children.add(index) }, schema.child(index)))
            .collect();
        let children: Vec<*const Array> = members.iter().map(ptr::from_ref).collect();
        // SAFETY: NULL, or a struct that was checked.
        let dictionary = unsafe { array.dictionary.as_ref() }.zip(schema.dictionary());
        let dictionary: Vec<Array> =
            dictionary.map(|(values, schema)| self.renew(values, schema)).into_iter().collect();
        let made = Array {
            null_count: if array.has_bitmap(format) { -1 } else { array.null_count },
            // Some producers send a list with a NULL for it.
            n_buffers: if format == "n" { 0 } else { array.n_buffers },
            buffers,
            children: children.as_ptr(),
            dictionary: if dictionary.is_empty() { ptr::null() } else { dictionary.as_ptr() },
            // Arrays below the root are released with it and not by themselves.
            release: ptr::null(),
            private_data: ptr::null(),
            ..*array
        };
        // The pointers stay valid when the lists are moved.
        self.arrays.extend([members, dictionary]);
        self.children.push(children);
        made
    }
}
