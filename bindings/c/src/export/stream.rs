//! Inputs that come piece by piece.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::Arc;

use crate::fault::Error;
use crate::guard::{free, guard};
use crate::pointer::{object, output, run, string_or};
use crate::report::Report;
use crate::status::Status;
use crate::stream::Stream;
use crate::validator::Validator;

/// Begins to validate an input that is written piece by piece, on a thread of its own. `name` is as in `trueline_validate_memory`, and
/// `<stream>` where it is NULL.
///
/// `*stream` is yours; free it with `trueline_stream_free`. It does not need the validator any longer.
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
        place.write(Box::new(Stream::new(Arc::clone(&validator.judge), name)?));
        Ok(())
    })
}

/// Hands `length` bytes on, which are copied; pieces may end anywhere. It waits while more than 4 MiB have not been looked at.
///
/// `TRUELINE_STATUS_STATE` when the stream was finished. When the run has come to its end before the input (a limit is exceeded, a
/// callback asked for it), bytes are passed over, and `trueline_stream_finish` says why.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_stream_write(
    stream: Option<&mut Stream>,
    data: *const u8,
    length: usize,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || object("stream", stream)?.write(run("data", data, length)?))
}

/// Says that there is no more, and waits for the report. After that the stream can only be freed, whatever the answer is.
///
/// `TRUELINE_STATUS_STATE` when it was finished before. `*report` is yours.
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

/// Frees a stream and sets the pointer to NULL. A pointer that is NULL stays so. A run that is not finished ends without a report.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_stream_free(stream: Option<&mut Option<Box<Stream>>>) -> Status {
    free(stream)
}
