//! Validators, and what they judge at once.

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
use crate::pointer::{Context, object, output, run, string, string_or};
use crate::report::Report;
use crate::schema::Schema;
use crate::status::Status;
use crate::validator::{Judge, Validator};

/// Makes a schema ready to judge data. `options` may be NULL, for all defaults. Neither is needed any longer afterwards.
///
/// `TRUELINE_STATUS_OPTION` when an option cannot be what it is. `*validator` is yours; free it with `trueline_validator_free`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_validator_new(
    schema: Option<&Schema>,
    options: Option<&Options>,
    validator: Option<&mut MaybeUninit<Box<Validator>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (schema, validator) = (object("schema", schema)?, output("validator", validator)?);
        let judge = Arc::new(Judge::new(schema, options)?);
        validator.write(Box::new(Validator { judge }));
        Ok(())
    })
}

/// Frees a validator and sets the pointer to NULL. A pointer that is NULL stays so. Reports and streams that were made with it do not
/// need it.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_validator_free(validator: Option<&mut Option<Box<Validator>>>) -> Status {
    free(validator)
}

/// Validates what a path names: a file, a pattern (`*.csv`), all files in a folder (`data/`), an address (`s3://…`, `https://…`), or
/// standard input (`-`); several files are one table. The end of its name says a file's format and compression.
///
/// `TRUELINE_STATUS_INPUT` when it names nothing. What cannot be read to its end gives a report whose verdict is
/// `TRUELINE_VERDICT_UNREADABLE`. `*report` is yours; free it with `trueline_report_free`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_validate_path(
    validator: Option<&Validator>,
    path: *const c_char,
    report: Option<&mut MaybeUninit<Box<Report>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (validator, place) = (object("validator", validator)?, output("report", report)?);
        let report = validator.judge.paths(&[string("path", path)?], Engine::validate_all)?;
        place.write(Box::new(Report { report }));
        Ok(())
    })
}

/// Validates what `count` paths name, as one table. For the rest as `trueline_validate_path`.
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
        let paths = run("paths", paths, count)?.iter().map(|path| string("a path", *path));
        let report = validator.judge.paths(&paths.collect::<Result<Vec<_>, _>>()?, Engine::validate_all)?;
        place.write(Box::new(Report { report }));
        Ok(())
    })
}

/// Validates `length` bytes in memory, which are read where they stand and must not change meanwhile. `name` names them in the report, and
/// its ending says their format and compression (`orders.csv.gz`); it may be NULL, and is `<memory>` then.
///
/// `*report` is yours.
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
        let report = validator.judge.memory(name, run("data", data, length)?, Engine::validate)?;
        place.write(Box::new(Report { report }));
        Ok(())
    })
}

/// Validates what a callback reads, until it says that there is no more. `context` is handed to it and may be anything. `name` is as in
/// `trueline_validate_memory`, and `<reader>` where it is NULL.
///
/// `TRUELINE_STATUS_CALLBACK` when the callback fails, or says that it gave more bytes than it was asked for. `*report` is yours.
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
        let reading = (object("callback", callback)?, Context(context));
        let report = validator.judge.reader(name, reading, Engine::validate)?;
        place.write(Box::new(Report { report }));
        Ok(())
    })
}

/// Validates the batches of an Arrow stream, on the thread that calls. Columns are matched by name.
///
/// The stream is taken over, and released before this returns, whatever the answer is, unless that is `TRUELINE_STATUS_NULL_ARGUMENT`; what is
/// left at `stream` is a released one. Each batch is held against the C data interface first, its offsets, texts and nulls included:
/// `TRUELINE_STATUS_ARROW` when something is wrong with it. `TRUELINE_STATUS_CALLBACK` when the stream fails. `*report` is yours.
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
        let report = validator.judge.batches(trueline_arrow::Stream::new(stream)?, |engine, batches| {
            engine.validate_batches(batches)
        })?;
        place.write(Box::new(Report { report }));
        Ok(())
    })
}

/// Validates one Arrow array, which must be a struct: each of its members is a column.
///
/// Both structs are taken over, and released before this returns, whatever the answer is, unless that is
/// `TRUELINE_STATUS_NULL_ARGUMENT`; what is left in their places are released ones. For the rest as `trueline_validate_arrow_stream`.
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
            .judge
            .batches(std::iter::once(Ok(batch)), |engine, batches| engine.validate_batches(batches))?;
        place.write(Box::new(Report { report }));
        Ok(())
    })
}
