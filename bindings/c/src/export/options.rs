//! Options of validators.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use crate::callback::{CancelCallback, PartCallback, ProgressCallback};
use crate::fault::Error;
use crate::guard::{free, guard};
use crate::option::Options;
use crate::pointer::{Context, object, output, string};
use crate::status::Status;

/// Creates options with all defaults. You own `*options`; free it with `trueline_options_free`. Validators do
/// not need it.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_new(
    options: Option<&mut MaybeUninit<Box<Options>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        output("options", options)?.write(Box::new(Options::default()));
        Ok(())
    })
}

/// Sets the format of all inputs, a `TruelineFormat`, regardless of their names.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_set_format(
    options: Option<&mut Options>,
    format: u32,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || object("options", options)?.set_format(format))
}

/// Sets a numeric option, a `TruelineNumber`. Its range is checked when a validator is created.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_set_number(
    options: Option<&mut Options>,
    number: u32,
    value: u64,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || object("options", options)?.set_number(number, value))
}

/// Sets a string option, a `TruelineSetting`; the string is copied.
///
/// Combinations of options are checked when a validator is created. Names and files are checked when a run
/// begins: `TRUELINE_STATUS_OPTION` if an output must not have its name, such as `out.xyz` for violations;
/// `TRUELINE_STATUS_OUTPUT` if it cannot be written, such as a folder.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_set_text(
    options: Option<&mut Options>,
    setting: u32,
    text: *const c_char,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || object("options", options)?.set_text(setting, string("text", text)?))
}

/// Sets how far statistics of Parquet files are trusted, a `TruelineTrust`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_set_trust(
    options: Option<&mut Options>,
    trust: u32,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || object("options", options)?.set_trust(trust))
}

/// Sets the progress callback; NULL for none. `context` is passed to the callback and may be anything. Both
/// must remain valid as long as a validator that was created with these options is in use. A validator keeps
/// the callbacks that the options had when it was created.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_set_progress(
    options: Option<&mut Options>,
    callback: ProgressCallback,
    context: *mut c_void,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        object("options", options)?.callbacks.progress =
            callback.map(|callback| (callback, Context(context)));
        Ok(())
    })
}

/// Sets the callback that is asked whether a run should end; NULL for none. Otherwise as
/// `trueline_options_set_progress`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_set_cancel(
    options: Option<&mut Options>,
    callback: CancelCallback,
    context: *mut c_void,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        object("options", options)?.callbacks.cancel = callback.map(|callback| (callback, Context(context)));
        Ok(())
    })
}

/// Sets the callback that receives the parts of a run, with their violations, while it is in progress; NULL
/// for none. Parts of text have `TRUELINE_NUMBER_CHUNK_BYTES` bytes; those of Parquet and Arrow are as the
/// format groups them. Otherwise as `trueline_options_set_progress`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_set_parts(
    options: Option<&mut Options>,
    callback: PartCallback,
    context: *mut c_void,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        object("options", options)?.callbacks.part = callback.map(|callback| (callback, Context(context)));
        Ok(())
    })
}

/// Frees options and sets the pointer to NULL. Does nothing if it is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_free(options: Option<&mut Option<Box<Options>>>) -> Status {
    free(options)
}
