//! Arrow data of other libraries, through the C data and C stream interfaces.
//!
//! What comes in is held against itself before anything is read of it: the structs by `shape`, then, with nulls counted anew by
//! `structs`, offsets, texts, keys and nulls by Arrow's own full validation. Only lengths of buffers must be believed, since the interface does not tell them.
//!
//! If you change this: the structs are moved out of the caller's place, which is left empty, and dropped here; that is what releases
//! them, exactly once, whatever happens.
//!
//! **Source**: <https://arrow.apache.org/docs/format/CStreamInterface.html>
#![allow(unsafe_code, reason = "the C data interface consists of pointers and functions")]

use std::ffi::CStr;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{Array, RecordBatch, RecordBatchOptions, make_array};
use arrow_schema::{DataType, Schema};

use super::{shape, structs};
use crate::fault::{Fault, fault};
use crate::status::Status;

/// Batches of a stream, until its end or a fault.
pub(crate) struct Stream {
    source: FFI_ArrowArrayStream,
    schema: FFI_ArrowSchema,
    /// The columns, given before the batches: a table without rows may come as no batch at all.
    first: Option<RecordBatch>,
    is_over: bool,
}

fn invalid(message: impl std::fmt::Display) -> Fault {
    fault(Status::Arrow, c"arrow.invalid", format!("the Arrow data cannot be used: {message}"))
}

fn released(what: &str) -> Fault {
    fault(Status::Arrow, c"arrow.released", format!("the {what} was released, or taken over, before"))
}

/// The columns that a schema names.
fn columns(schema: &FFI_ArrowSchema) -> Result<Schema, Fault> {
    if schema.release().is_none() {
        return Err(released("ArrowSchema"));
    }
    shape::check_schema(schema).map_err(invalid)?;
    match caught(|| DataType::try_from(schema).map_err(invalid))? {
        DataType::Struct(fields) => Ok(Schema::new(fields)),
        other => {
            Err(invalid(format!("a table is needed, which is a struct, and this is one column of {other}")))
        }
    }
}

/// One array under its schema, as the batch of its members.
pub(crate) fn batch(array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> Result<RecordBatch, Fault> {
    let columns = columns(schema)?;
    if array.is_released() {
        return Err(released("ArrowArray"));
    }
    shape::check_array(&array, schema).map_err(invalid)?;
    caught(|| {
        let array = structs::renewed(array, schema);
        // SAFETY: both are owned by us and not released; what they say about themselves was looked at, and the header asks for
        // buffers as the interface has them.
        let imported = unsafe { from_ffi(array, schema) }.map_err(invalid)?;
        imported.validate_full().map_err(invalid)?;
        let array = make_array(imported);
        if array.null_count() > 0 {
            return Err(invalid("a struct array with nulls is no table"));
        }
        let options = RecordBatchOptions::new().with_row_count(Some(array.len()));
        let members = array.as_struct().columns().to_vec();
        RecordBatch::try_new_with_options(Arc::new(columns), members, &options).map_err(invalid)
    })
}

/// What Arrow's code panics over is bad data too.
fn caught<T>(body: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    panic::catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        std::mem::forget(panic);
        Err(invalid("its structs contradict one another"))
    })
}

impl Stream {
    /// Takes a stream over and asks it for its schema.
    pub(crate) fn new(mut stream: FFI_ArrowArrayStream) -> Result<Self, Fault> {
        if stream.release().is_none() {
            return Err(released("ArrowArrayStream"));
        }
        let ask = stream.get_schema().ok_or_else(|| invalid("the stream has no get_schema"))?;
        let mut schema = FFI_ArrowSchema::empty();
        // SAFETY: the stream is not released, and this is its own function; the schema is a place that it may fill.
        let code = unsafe { ask(&raw mut stream, &raw mut schema) };
        if code != 0 {
            return Err(failure(&mut stream, code));
        }
        let first = RecordBatch::new_empty(Arc::new(columns(&schema)?));
        Ok(Self { source: stream, schema, first: Some(first), is_over: false })
    }

    fn read(&mut self) -> Result<Option<RecordBatch>, Fault> {
        let ask = self.source.get_next().ok_or_else(|| invalid("the stream has no get_next"))?;
        let mut array = FFI_ArrowArray::empty();
        // SAFETY: the stream is not released, and this is its own function; the array is a place that it may fill.
        let code = unsafe { ask(&raw mut self.source, &raw mut array) };
        if code != 0 {
            return Err(failure(&mut self.source, code));
        }
        // The end is told by an array that is released.
        if array.is_released() { Ok(None) } else { batch(array, &self.schema).map(Some) }
    }
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(first) = self.first.take() {
            return Some(Ok(first));
        }
        if self.is_over {
            return None;
        }
        let read = self.read();
        self.is_over = !matches!(read, Ok(Some(_)));
        read.transpose()
    }
}

/// Why a stream's function failed, in its own words.
fn failure(stream: &mut FFI_ArrowArrayStream, code: i32) -> Fault {
    let told = stream.get_last_error().and_then(|ask| {
        // SAFETY: the stream is not released, and this is its own function.
        let text = unsafe { ask(stream) };
        // SAFETY: NULL, or a string that lives until the next call to the stream; it is copied before.
        (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
    });
    let told = told.unwrap_or_else(|| "it does not say why".to_owned());
    fault(Status::Callback, c"callback.arrow", format!("the Arrow stream failed with {code}: {told}"))
}
