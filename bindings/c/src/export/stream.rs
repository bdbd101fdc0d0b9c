//! Inputs that are written in pieces.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::Arc;

use crate::fault::Error;
use crate::guard::{free, guard};
use crate::pointer::{object, output, slice, string_or};
use crate::report::Report;
use crate::status::Status;
use crate::stream::Stream;
use crate::validator::Validator;

/// Starts validating an input that is written in pieces, on a separate thread. `name` is as in
/// `trueline_validate_memory`; NULL means `<stream>`.
///
/// You own `*stream`; free it with `trueline_stream_free`. It does not need the validator.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_stream_new(
    validator: Option<&Validator>,
    name: *const c_char,
    stream: Option<&mut MaybeUninit<Box<Stream>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (validator, place) = (object("validator", validator)?, output("stream", stream)?);
        let name = string_or("name", name, "<stream>")?;
        place.write(Box::new(Stream::new(Arc::clone(&validator.runner), name)?));
        Ok(())
    })
}

/// Passes `length` bytes on, which are copied; pieces may end anywhere. Blocks while 16 pieces of at most 256
/// KiB each are waiting.
///
/// `TRUELINE_STATUS_STATE` if the stream is finished. If the run ends before its input (because a limit is
/// exceeded or a callback asks for it), further bytes are ignored, and `trueline_stream_finish` gives the
/// reason.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_stream_write(
    stream: Option<&mut Stream>,
    data: *const u8,
    length: usize,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || object("stream", stream)?.write(slice("data", data, length)?))
}

/// Ends the input and waits for the report. Afterwards, the stream can only be freed, regardless of the
/// status.
///
/// `TRUELINE_STATUS_STATE` if the stream is already finished. You own `*report`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_stream_finish(
    stream: Option<&mut Stream>,
    report: Option<&mut MaybeUninit<Box<Report>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (stream, place) = (object("stream", stream)?, output("report", report)?);
        place.write(Box::new(Report { report: stream.finish()? }));
        Ok(())
    })
}

/// Frees a stream and sets the pointer to NULL. Does nothing if it is NULL. An unfinished run ends without a
/// report.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_stream_free(stream: Option<&mut Option<Box<Stream>>>) -> Status {
    free(stream)
}
