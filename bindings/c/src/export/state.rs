//! States: mergeable results of parts of a dataset.

use std::ffi::{c_char, c_void};
use std::mem::{self, MaybeUninit};

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;

use crate::buffer::Buffer;
use crate::callback::ReadCallback;
use crate::fault::Error;
use crate::guard::{free, guard};
use crate::pointer::{Context, object, objects, output, slice, string, string_or};
use crate::report::Report;
use crate::state::{State, evaluation, merge_all};
use crate::status::Status;
use crate::validator::Validator;

/// Validates the inputs that a path names, as `trueline_validate_path` does, but produces a state instead of
/// a report, to be merged with the states of other parts of the dataset. Several files are parts in their
/// order.
///
/// If an input cannot be read to its end, the final report is unreadable. `TRUELINE_STATUS_OPTION` if the
/// validator has outputs or a part callback. You own `*state`; free it with `trueline_state_free`. It
/// contains all keys of key checks, and does not need the validator.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_state_of_path(
    validator: Option<&Validator>,
    path: *const c_char,
    state: Option<&mut MaybeUninit<Box<State>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (validator, place) = (object("validator", validator)?, output("state", state)?);
        let state = validator.runner.paths(&[string("path", path)?], merge_all)?;
        place.write(Box::new(State { state }));
        Ok(())
    })
}

/// Like `trueline_state_of_path`, for bytes in memory as in `trueline_validate_memory`. `extent`, a
/// `TruelineExtent`, is their role in the dataset.
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
        let state = validator.runner.memory(name, slice("data", data, length)?, evaluation(extent)?)?;
        place.write(Box::new(State { state }));
        Ok(())
    })
}

/// Like `trueline_state_of_path`, for data from a callback as in `trueline_validate_reader`. `extent`, a
/// `TruelineExtent`, is its role in the dataset.
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
        let read_function = (object("callback", callback)?, Context(context));
        let state = validator.runner.reader(name, read_function, evaluation(extent)?)?;
        place.write(Box::new(State { state }));
        Ok(())
    })
}

/// Like `trueline_state_of_path`, for the batches of an Arrow stream, whose ownership is taken as in
/// `trueline_validate_arrow_stream`. They are a stretch: their rows continue those of the preceding state,
/// whose batches must have the same columns.
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
        let state = validator.runner.batches(batches, |engine, batches| engine.state_of_batches(batches))?;
        place.write(Box::new(State { state }));
        Ok(())
    })
}

/// Like `trueline_state_of_path`, for one Arrow array, whose ownership is taken together with its schema as
/// in `trueline_validate_arrow_array`. It is a stretch, as in `trueline_state_of_arrow_stream`.
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
        let state = validator.runner.batches(batches, |engine, batches| engine.state_of_batches(batches))?;
        place.write(Box::new(State { state }));
        Ok(())
    })
}

/// Reads a state from bytes that `trueline_state_to_bytes` wrote with the same schema and the same version of
/// the library.
///
/// `TRUELINE_STATUS_INVALID_ARGUMENT` if the bytes are not a state, damaged, truncated, or of another schema
/// or version. You own `*state`.
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
        let state = validator.runner.read_state(slice("data", data, length)?)?;
        place.write(Box::new(State { state }));
        Ok(())
    })
}

/// Serialises a state to bytes. You own `*buffer`; free it with `trueline_buffer_free`.
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

/// Gets the number of rows in all parts of a state.
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

/// Sets the number of all parts of a state, initially 0. Merging orders parts by number; parts with the same
/// number keep the order of the states.
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

/// Merges `count` states into one, in any grouping: `states` points to as many pointers. The needed data is
/// copied.
///
/// `TRUELINE_STATUS_INVALID_ARGUMENT` if there are none, if they are of different schemas, or if two contain
/// the same part, which would be counted twice. You own `*state`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_state_merge(
    states: *const Option<&State>,
    count: usize,
    state: Option<&mut MaybeUninit<Box<State>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let place = output("state", state)?;
        let states = objects("a state", slice("states", states, count)?)?;
        let state = trueline::State::merge(states.iter().map(|state| state.state.clone()))?;
        place.write(Box::new(State { state }));
        Ok(())
    })
}

/// Makes the report of a state: that of one run over all its parts, in order. The state is unchanged.
///
/// `TRUELINE_STATUS_INVALID_ARGUMENT` if the state is of another schema than the validator, or its parts
/// cannot form one table: CSV together with typed formats, or stretches of Arrow data with different columns.
/// You own `*report`.
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
        let report = validator.runner.finish(state.state.clone())?;
        place.write(Box::new(Report { report }));
        Ok(())
    })
}

/// Frees a state and sets the pointer to NULL. Does nothing if it is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_state_free(state: Option<&mut Option<Box<State>>>) -> Status {
    free(state)
}
