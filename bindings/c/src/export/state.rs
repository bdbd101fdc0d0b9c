//! States: what was found in parts of a dataset.

use std::ffi::{c_char, c_void};
use std::mem::{self, MaybeUninit};

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;

use crate::buffer::Buffer;
use crate::callback::ReadCallback;
use crate::fault::Error;
use crate::guard::{free, guard};
use crate::pointer::{Context, object, objects, output, run, string, string_or};
use crate::report::Report;
use crate::state::{State, asked, of_all};
use crate::status::Status;
use crate::validator::Validator;

/// Judges what a path names, as `trueline_validate_path` does, and keeps what was found instead of a report: to be merged with the
/// states of other parts of the dataset. Several files are parts in their order.
///
/// What cannot be read to its end makes the report of all unreadable. `TRUELINE_STATUS_OPTION` when the validator has outputs, or somebody who is told
/// of parts. `*state` is yours; free it with `trueline_state_free`. It holds all keys of checks over keys, and does not need the validator.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_state_of_path(
    validator: Option<&Validator>,
    path: *const c_char,
    state: Option<&mut MaybeUninit<Box<State>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (validator, place) = (object("validator", validator)?, output("state", state)?);
        let state = validator.judge.paths(&[string("path", path)?], of_all)?;
        place.write(Box::new(State { state }));
        Ok(())
    })
}

/// The same as `trueline_state_of_path` for bytes in memory, as `trueline_validate_memory` has them; `extent`, a `TruelineExtent`, says what they are of the dataset.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_state_of_memory(
    validator: Option<&Validator>,
    name: *const c_char,
    data: *const u8,
    length: usize,
    extent: u32,
    state: Option<&mut MaybeUninit<Box<State>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (validator, place) = (object("validator", validator)?, output("state", state)?);
        let name = string_or("name", name, "<memory>")?;
        let state = validator.judge.memory(name, run("data", data, length)?, asked(extent)?)?;
        place.write(Box::new(State { state }));
        Ok(())
    })
}

/// The same as `trueline_state_of_path` for what a callback reads, as in `trueline_validate_reader`; `extent`, a `TruelineExtent`, says what it is of the dataset.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_state_of_reader(
    validator: Option<&Validator>,
    name: *const c_char,
    callback: ReadCallback,
    context: *mut c_void,
    extent: u32,
    state: Option<&mut MaybeUninit<Box<State>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (validator, place) = (object("validator", validator)?, output("state", state)?);
        let name = string_or("name", name, "<reader>")?;
        let reading = (object("callback", callback)?, Context(context));
        let state = validator.judge.reader(name, reading, asked(extent)?)?;
        place.write(Box::new(State { state }));
        Ok(())
    })
}

/// The same as `trueline_state_of_path` for the batches of an Arrow stream, which is taken over as in `trueline_validate_arrow_stream`. They are a stretch: rows count on
/// from those of the state before, whose batches must have the same columns.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_state_of_arrow_stream(
    validator: Option<&Validator>,
    stream: Option<&mut FFI_ArrowArrayStream>,
    state: Option<&mut MaybeUninit<Box<State>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (validator, place) = (object("validator", validator)?, output("state", state)?);
        let stream = mem::replace(object("stream", stream)?, FFI_ArrowArrayStream::empty());
        let batches = trueline_arrow::Stream::new(stream)?;
        let state = validator.judge.batches(batches, |engine, batches| engine.state_of_batches(batches))?;
        place.write(Box::new(State { state }));
        Ok(())
    })
}

/// The same as `trueline_state_of_path` for one Arrow array, which is taken over with its schema as in `trueline_validate_arrow_array`. It is a stretch, as in
/// `trueline_state_of_arrow_stream`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_state_of_arrow_array(
    validator: Option<&Validator>,
    array: Option<&mut FFI_ArrowArray>,
    schema: Option<&mut FFI_ArrowSchema>,
    state: Option<&mut MaybeUninit<Box<State>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (validator, place) = (object("validator", validator)?, output("state", state)?);
        let (array, schema) = (object("array", array)?, object("schema", schema)?);
        let array = mem::replace(array, FFI_ArrowArray::empty());
        let schema = mem::replace(schema, FFI_ArrowSchema::empty());
        let batches = std::iter::once(Ok(trueline_arrow::batch(array, &schema)?));
        let state = validator.judge.batches(batches, |engine, batches| engine.state_of_batches(batches))?;
        place.write(Box::new(State { state }));
        Ok(())
    })
}

/// Reads a state of the bytes that `trueline_state_to_bytes` wrote, under the same schema and by the same version of the library.
///
/// `TRUELINE_STATUS_INVALID_ARGUMENT` when they are none: damaged, cut, of another schema or version. `*state` is yours.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_state_from_bytes(
    validator: Option<&Validator>,
    data: *const u8,
    length: usize,
    state: Option<&mut MaybeUninit<Box<State>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (validator, place) = (object("validator", validator)?, output("state", state)?);
        let state = validator.judge.read_state(run("data", data, length)?)?;
        place.write(Box::new(State { state }));
        Ok(())
    })
}

/// The state as bytes, to be kept or sent. `*buffer` is yours; free it with `trueline_buffer_free`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_state_to_bytes(
    state: Option<&State>,
    buffer: Option<&mut MaybeUninit<Box<Buffer>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (state, place) = (object("state", state)?, output("buffer", buffer)?);
        place.write(Box::new(Buffer::new(state.state.to_bytes())));
        Ok(())
    })
}

/// How many rows all parts of a state have.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_state_rows(
    state: Option<&State>,
    rows: Option<&mut MaybeUninit<u64>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (state, place) = (object("state", state)?, output("rows", rows)?);
        place.write(state.state.rows());
        Ok(())
    })
}

/// Gives all parts of a state a number, which is 0 until then. Merging puts parts in the order of their numbers, and those of one number in the
/// order of the states.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_state_set_number(
    state: Option<&mut State>,
    number: u64,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        object("state", state)?.state.set_number(number);
        Ok(())
    })
}

/// One state of `count` others, in any grouping: `states` points to as many pointers. What it needs of them is copied.
///
/// `TRUELINE_STATUS_INVALID_ARGUMENT` when there are none, some are of another schema, or two have a part in common, which would be counted twice.
/// `*state` is yours.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_state_merge(
    states: *const Option<&State>,
    count: usize,
    state: Option<&mut MaybeUninit<Box<State>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let place = output("state", state)?;
        let states = objects("a state", run("states", states, count)?)?;
        let state = trueline::State::merge(states.iter().map(|state| state.state.clone()))?;
        place.write(Box::new(State { state }));
        Ok(())
    })
}

/// The report of a state: what one run over all of its parts, in their order, would have said. The state stays as it is.
///
/// `TRUELINE_STATUS_INVALID_ARGUMENT` when the state is of another schema than the validator, or its parts cannot be one table: CSV beside formats
/// with types, stretches of Arrow data with other columns. `*report` is yours.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_state_finish(
    state: Option<&State>,
    validator: Option<&Validator>,
    report: Option<&mut MaybeUninit<Box<Report>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (state, validator) = (object("state", state)?, object("validator", validator)?);
        let place = output("report", report)?;
        let report = validator.judge.finish(state.state.clone())?;
        place.write(Box::new(Report { report }));
        Ok(())
    })
}

/// Frees a state and sets the pointer to NULL. A pointer that is NULL stays so.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_state_free(state: Option<&mut Option<Box<State>>>) -> Status {
    free(state)
}
