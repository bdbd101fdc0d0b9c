//! Validators, and validation in a single call.

use std::ffi::{c_char, c_void};
use std::mem::{self, MaybeUninit};
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use trueline::Validator as Engine;

use crate::callback::ReadCallback;
use crate::fault::Error;
use crate::guard::{free, guard};
use crate::option::Options;
use crate::pointer::{Context, object, output, slice, string, string_or};
use crate::report::Report;
use crate::schema::Schema;
use crate::status::Status;
use crate::validator::{Runner, Validator};

/// Compiles a schema for validation. `options` may be NULL for all defaults. Neither is needed afterwards.
///
/// `TRUELINE_STATUS_OPTION` if an option is invalid. You own `*validator`; free it with
/// `trueline_validator_free`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_validator_new(
    schema: Option<&Schema>,
    options: Option<&Options>,
    validator: Option<&mut MaybeUninit<Box<Validator>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (schema, validator) = (object("schema", schema)?, output("validator", validator)?);
        let runner = Arc::new(Runner::new(schema, options)?);
        validator.write(Box::new(Validator { runner }));
        Ok(())
    })
}

/// Frees a validator and sets the pointer to NULL. Does nothing if it is NULL. Reports and streams that were
/// made with it do not need it.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_validator_free(validator: Option<&mut Option<Box<Validator>>>) -> Status {
    free(validator)
}

/// Validates the inputs that a path names: a file, a pattern (`*.csv`), all files in a folder (`data/`), an
/// address (`s3://…`, `https://…`), or standard input (`-`). Several files form one table. The extension
/// gives a file's format and compression.
///
/// `TRUELINE_STATUS_INPUT` if it names nothing. Data that cannot be read to its end gives a report with the
/// verdict `TRUELINE_VERDICT_UNREADABLE`. You own `*report`; free it with `trueline_report_free`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_validate_path(
    validator: Option<&Validator>,
    path: *const c_char,
    report: Option<&mut MaybeUninit<Box<Report>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (validator, place) = (object("validator", validator)?, output("report", report)?);
        let report = validator.runner.paths(&[string("path", path)?], Engine::validate_all)?;
        place.write(Box::new(Report { report }));
        Ok(())
    })
}

/// Validates the inputs that `count` paths name, as one table. Otherwise as `trueline_validate_path`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_validate_paths(
    validator: Option<&Validator>,
    paths: *const *const c_char,
    count: usize,
    report: Option<&mut MaybeUninit<Box<Report>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (validator, place) = (object("validator", validator)?, output("report", report)?);
        let paths = slice("paths", paths, count)?.iter().map(|path| string("a path", *path));
        let report = validator.runner.paths(&paths.collect::<Result<Vec<_>, _>>()?, Engine::validate_all)?;
        place.write(Box::new(Report { report }));
        Ok(())
    })
}

/// Validates `length` bytes in memory. They are read in place and must not change during the call. `name`
/// identifies them in the report, and its extension gives their format and compression (`orders.csv.gz`);
/// NULL means `<memory>`.
///
/// You own `*report`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_validate_memory(
    validator: Option<&Validator>,
    name: *const c_char,
    data: *const u8,
    length: usize,
    report: Option<&mut MaybeUninit<Box<Report>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (validator, place) = (object("validator", validator)?, output("report", report)?);
        let name = string_or("name", name, "<memory>")?;
        let report = validator.runner.memory(name, slice("data", data, length)?, Engine::validate)?;
        place.write(Box::new(Report { report }));
        Ok(())
    })
}

/// Validates the data that a callback reads, until it returns the end. `context` is passed to it and may be
/// anything. `name` is as in `trueline_validate_memory`; NULL means `<reader>`.
///
/// `TRUELINE_STATUS_CALLBACK` if the callback fails, or returns more bytes than requested. You own `*report`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_validate_reader(
    validator: Option<&Validator>,
    name: *const c_char,
    callback: ReadCallback,
    context: *mut c_void,
    report: Option<&mut MaybeUninit<Box<Report>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (validator, place) = (object("validator", validator)?, output("report", report)?);
        let name = string_or("name", name, "<reader>")?;
        let read_function = (object("callback", callback)?, Context(context));
        let report = validator.runner.reader(name, read_function, Engine::validate)?;
        place.write(Box::new(Report { report }));
        Ok(())
    })
}

/// Validates the batches of an Arrow stream on the calling thread. Columns are matched by name.
///
/// The function takes ownership of the stream and releases it before it returns, with any status except
/// `TRUELINE_STATUS_NULL_ARGUMENT`; a released stream is left at `stream`. Each batch is first checked
/// against the C data interface, including its offsets, strings and nulls: `TRUELINE_STATUS_ARROW` if it is
/// invalid. `TRUELINE_STATUS_CALLBACK` if the stream fails. You own `*report`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_validate_arrow_stream(
    validator: Option<&Validator>,
    stream: Option<&mut FFI_ArrowArrayStream>,
    report: Option<&mut MaybeUninit<Box<Report>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (validator, place) = (object("validator", validator)?, output("report", report)?);
        let stream = mem::replace(object("stream", stream)?, FFI_ArrowArrayStream::empty());
        let report = validator.runner.batches(trueline_arrow::Stream::new(stream)?, |engine, batches| {
            engine.validate_batches(batches)
        })?;
        place.write(Box::new(Report { report }));
        Ok(())
    })
}

/// Validates one Arrow array, which must be a struct: each of its members is a column.
///
/// The function takes ownership of both structs and releases them before it returns, with any status except
/// `TRUELINE_STATUS_NULL_ARGUMENT`; released structs are left in their places. Otherwise as
/// `trueline_validate_arrow_stream`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_validate_arrow_array(
    validator: Option<&Validator>,
    array: Option<&mut FFI_ArrowArray>,
    schema: Option<&mut FFI_ArrowSchema>,
    report: Option<&mut MaybeUninit<Box<Report>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (validator, place) = (object("validator", validator)?, output("report", report)?);
        let (array, schema) = (object("array", array)?, object("schema", schema)?);
        let array = mem::replace(array, FFI_ArrowArray::empty());
        let schema = mem::replace(schema, FFI_ArrowSchema::empty());
        let batch = trueline_arrow::batch(array, &schema)?;
        let report = validator
            .runner
            .batches(std::iter::once(Ok(batch)), |engine, batches| engine.validate_batches(batches))?;
        place.write(Box::new(Report { report }));
        Ok(())
    })
}
