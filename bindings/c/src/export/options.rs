//! Options of validators.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use crate::callback::{CancelCallback, PartCallback, ProgressCallback};
use crate::fault::Error;
use crate::guard::{free, guard};
use crate::option::Options;
use crate::pointer::{Context, object, output, string};
use crate::status::Status;

/// Options, all at their defaults. `*options` is yours; free it with `trueline_options_free`, as soon as the validator is made.
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

/// Sets the format of all inputs, a `TruelineFormat`, whatever they are called.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_set_format(
    options: Option<&mut Options>,
    format: u32,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || object("options", options)?.set_format(format))
}

/// Sets a number, a `TruelineNumber`. Whether it can be what it is turns out when a validator is made.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_set_number(
    options: Option<&mut Options>,
    number: u32,
    value: u64,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || object("options", options)?.set_number(number, value))
}

/// Sets a text, a `TruelineSetting`; it is copied. Whether it can be what it is turns out when a validator is made.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_set_text(
    options: Option<&mut Options>,
    setting: u32,
    text: *const c_char,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || object("options", options)?.set_text(setting, string("text", text)?))
}

/// Sets how far statistics of Parquet files are believed, a `TruelineTrust`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_set_trust(
    options: Option<&mut Options>,
    trust: u32,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || object("options", options)?.set_trust(trust))
}

/// Sets who is told how far a run has come; NULL for nobody. `context` is handed to the callback and may be anything. Both must be there
/// for as long as a validator that is made with these options is at work.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_set_progress(
    options: Option<&mut Options>,
    callback: ProgressCallback,
    context: *mut c_void,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        object("options", options)?.watch.progress = callback.map(|callback| (callback, Context(context)));
        Ok(())
    })
}

/// Sets who is asked whether a run is to end; NULL for nobody. For the rest as `trueline_options_set_progress`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_set_cancel(
    options: Option<&mut Options>,
    callback: CancelCallback,
    context: *mut c_void,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        object("options", options)?.watch.cancel = callback.map(|callback| (callback, Context(context)));
        Ok(())
    })
}

/// Sets who is told of the parts of a run while it goes on, with what is wrong in each; NULL for nobody. Parts of text are of as many bytes
/// as `TRUELINE_NUMBER_CHUNK_BYTES` says, those of Parquet and Arrow as the format gives them. For the rest as `trueline_options_set_progress`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_set_parts(
    options: Option<&mut Options>,
    callback: PartCallback,
    context: *mut c_void,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        object("options", options)?.watch.part = callback.map(|callback| (callback, Context(context)));
        Ok(())
    })
}

/// Frees options and sets the pointer to NULL. A pointer that is NULL stays so.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_options_free(options: Option<&mut Option<Box<Options>>>) -> Status {
    free(options)
}
