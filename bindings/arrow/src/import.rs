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
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, make_array};
use arrow_schema::{DataType, Schema};

use crate::error::{Error, ErrorKind};
use crate::{shape, structs};

/// One array under its schema. Nothing is copied, but buffers that are not aligned as their type asks.
///
/// **Errors**: as [`batch`], but any type is taken.
pub fn array(array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> Result<ArrayRef, Error> {
    kind(schema)?;
    taken(array, schema)
}

/// One array of structs under its schema, as the batch of its members. Nothing is copied, but buffers that are not aligned as their
/// type asks.
///
/// **Errors**: one of the two was released before; it is no struct, or has rows that are null; counts, lengths, pointers, offsets, texts or keys of
/// dictionaries that cannot be. A count of nulls that is wrong without being impossible is put right.
///
/// **Cost**: texts, offsets, keys and bitmaps are read once.
pub fn batch(array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> Result<RecordBatch, Error> {
    let columns = columns(schema)?;
    let array = taken(array, schema)?;
    if array.null_count() > 0 {
        return Err(Error::new(ErrorKind::NullRows));
    }
    let options = RecordBatchOptions::new().with_row_count(Some(array.len()));
    let members = array.as_struct().columns().to_vec();
    RecordBatch::try_new_with_options(Arc::new(columns), members, &options).map_err(Error::invalid)
}

/// The type that a schema names.
fn kind(schema: &FFI_ArrowSchema) -> Result<DataType, Error> {
    if schema.release().is_none() {
        return Err(Error::released("ArrowSchema"));
    }
    shape::check_schema(schema).map_err(Error::invalid)?;
    caught(|| DataType::try_from(schema).map_err(Error::invalid))
}

/// The columns that a schema names.
fn columns(schema: &FFI_ArrowSchema) -> Result<Schema, Error> {
    match kind(schema)? {
        DataType::Struct(fields) => Ok(Schema::new(fields)),
        other => Err(Error::new(ErrorKind::NoTable { found: other.to_string() })),
    }
}

/// An array under a schema that nothing is wrong with.
fn taken(array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> Result<ArrayRef, Error> {
    if array.is_released() {
        return Err(Error::released("ArrowArray"));
    }
    shape::check_array(&array, schema).map_err(Error::invalid)?;
    caught(|| {
        let array = structs::renewed(array, schema);
        // SAFETY: both are owned by us and not released; what they say about themselves was looked at, and the interface asks
        // for buffers as their type has them.
        let imported = unsafe { from_ffi(array, schema) }.map_err(Error::invalid)?;
        imported.validate_full().map_err(Error::invalid)?;
        Ok(make_array(imported))
    })
}

/// What Arrow's code panics over is bad data too.
fn caught<T>(body: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    panic::catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        std::mem::forget(panic);
        Err(Error::invalid("its structs contradict one another"))
    })
}

/// Batches of a stream, until its end or a fault. The first has the columns and no rows: a table without rows may come as no batch at
/// all.
pub struct Stream {
    source: FFI_ArrowArrayStream,
    schema: FFI_ArrowSchema,
    first: Option<RecordBatch>,
    is_over: bool,
}

impl Stream {
    /// Takes a stream over and asks it for its schema.
    ///
    /// **Errors**: it was released before, or says that it fails; it has no functions; its schema is none of a table.
    pub fn new(mut stream: FFI_ArrowArrayStream) -> Result<Self, Error> {
        if stream.release().is_none() {
            return Err(Error::released("ArrowArrayStream"));
        }
        let ask = stream.get_schema().ok_or_else(|| Error::invalid("the stream has no get_schema"))?;
        let mut schema = FFI_ArrowSchema::empty();
        // SAFETY: the stream is not released, and this is its own function; the schema is a place that it may fill.
        let code = unsafe { ask(&raw mut stream, &raw mut schema) };
        if code != 0 {
            return Err(failure(&mut stream, code));
        }
        let columns = Arc::new(columns(&schema)?);
        let first = caught(|| Ok(RecordBatch::new_empty(columns)))?;
        Ok(Self { source: stream, schema, first: Some(first), is_over: false })
    }

    fn read(&mut self) -> Result<Option<RecordBatch>, Error> {
        let ask = self.source.get_next().ok_or_else(|| Error::invalid("the stream has no get_next"))?;
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
    type Item = Result<RecordBatch, Error>;

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
fn failure(stream: &mut FFI_ArrowArrayStream, code: i32) -> Error {
    let told = stream.get_last_error().and_then(|ask| {
        // SAFETY: the stream is not released, and this is its own function.
        let text = unsafe { ask(stream) };
        // SAFETY: NULL, or a string that lives until the next call to the stream; it is copied before.
        (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
    });
    let told = told.unwrap_or_else(|| "it does not say why".to_owned());
    Error::new(ErrorKind::Failed { code, told })
}
